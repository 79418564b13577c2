//! The variables of a running body.

use super::machine::{Interpreter, LoadedUnit, Value, VmResult};
use crate::syntax::{Code, Place, index};
use ruff_python_ast::AtomicNodeIndex;
use std::cell::Cell;

/// A running body.
pub(super) struct Frame {
    /// The code's number.
    pub number: usize,
    pub code: &'static Code,
    pub unit: &'static LoadedUnit,
    /// The module's dict.
    pub globals: Value,
    /// The class's dict while the body of a class runs; else the globals.
    pub namespace: Value,
    pub locals: Vec<Option<Value>>,
    /// The cells: lists with the value in them, or without one.
    pub cells: Vec<Value>,
    /// The exception whose traceback has this frame already, by identity.
    pub noted: Cell<Option<u64>>,
}

impl Frame {
    /// Where the variable is that a node names.
    pub fn place(&self, node: &AtomicNodeIndex) -> Place {
        self.unit.unit.places[index(node)]
    }

    /// The number of the code that a node has.
    pub fn code_of(&self, node: &AtomicNodeIndex) -> usize {
        self.unit.first_code + index(node)
    }

    /// The cells that a function defined here shares.
    pub fn shared_cells(&self, code: &Code) -> Vec<Value> {
        let cells = code
            .free
            .iter()
            .map(|(_, outer)| self.cells[*outer].clone());
        cells.collect()
    }

    /// The cells that a comprehension makes anew.
    pub fn fresh(&self, node: &AtomicNodeIndex) -> &'static [usize] {
        &self.unit.unit.fresh[index(node)]
    }
}

impl Interpreter {
    /// A frame for `code`, with the cells that it shares with those around it.
    pub(super) fn frame(
        &self,
        number: usize,
        globals: Value,
        namespace: Option<Value>,
        shared: Vec<Value>,
    ) -> VmResult<Frame> {
        let (code, unit) = self.code(number);
        if let Some((construct, line)) = code.unsupported {
            let message = format!(
                "{}:{line}: {} cannot be run here: {construct}",
                unit.unit.file, code.qualified_name
            );
            return Err(self.error("NotImplementedError", &message));
        }
        let mut cells = shared;
        for _ in &code.cells {
            cells.push(self.new_cell());
        }
        Ok(Frame {
            number,
            code,
            unit,
            namespace: namespace.unwrap_or_else(|| globals.clone()),
            globals,
            locals: vec![None; code.locals.len()],
            cells,
            noted: Cell::new(None),
        })
    }

    pub(super) fn load(&self, frame: &Frame, place: Place) -> VmResult<Value> {
        match place {
            Place::Local(slot) => match &frame.locals[slot] {
                Some(value) => Ok(value.clone()),
                None => Err(self.unbound(frame.code.locals[slot], true)),
            },
            Place::Cell(index) => self.load_cell(frame, index),
            Place::Name(name) => match self.vm.dict_get_str(&frame.namespace, name) {
                Some(value) => Ok(value),
                None => self.global(frame, name),
            },
            Place::NameOrCell(name, index) => match self.vm.dict_get_str(&frame.namespace, name) {
                Some(value) => Ok(value),
                None => self.load_cell(frame, index),
            },
            Place::Global(name) => self.global(frame, name),
        }
    }

    fn load_cell(&self, frame: &Frame, index: usize) -> VmResult<Value> {
        match self.vm.record_get(&frame.cells[index], 0) {
            Some(value) => Ok(value),
            None => Err(match frame.code.free.get(index) {
                Some((name, _)) => self.unbound(name, false),
                None => self.unbound(frame.code.cells[index - frame.code.free.len()].0, true),
            }),
        }
    }

    fn global(&self, frame: &Frame, name: &str) -> VmResult<Value> {
        if let Some(value) = self.vm.dict_get_str(&frame.globals, name) {
            return Ok(value);
        }
        if let Some(value) = self.vm.dict_get_str(&self.vm.builtins(), name) {
            return Ok(value);
        }
        Err(self.error("NameError", &format!("name '{name}' is not defined")))
    }

    fn unbound(&self, name: &str, own: bool) -> Value {
        if own {
            let message = format!(
                "cannot access local variable '{name}' where it is not associated with a value"
            );
            self.error("UnboundLocalError", &message)
        } else {
            let message = format!(
                "cannot access free variable '{name}' where it is not associated with a value \
                 in enclosing scope"
            );
            self.error("NameError", &message)
        }
    }

    pub(super) fn store(&self, frame: &mut Frame, place: Place, value: Value) -> VmResult<()> {
        match place {
            Place::Local(slot) => frame.locals[slot] = Some(value),
            Place::Cell(index) => self.vm.record_set(&frame.cells[index], 0, Some(&value)),
            Place::Name(name) | Place::NameOrCell(name, _) => {
                self.vm.dict_set_str(&frame.namespace, name, &value);
            }
            Place::Global(name) => {
                self.vm.dict_set_str(&frame.globals, name, &value);
            }
        }
        Ok(())
    }

    pub(super) fn unbind(&self, frame: &mut Frame, place: Place) -> VmResult<()> {
        let missing = match place {
            Place::Local(slot) => frame.locals[slot].take().is_none(),
            Place::Cell(index) => {
                let missing = self.vm.record_get(&frame.cells[index], 0).is_none();
                self.vm.record_set(&frame.cells[index], 0, None);
                missing
            }
            Place::Name(name) | Place::NameOrCell(name, _) => {
                self.remove(&frame.namespace, name)?
            }
            Place::Global(name) => self.remove(&frame.globals, name)?,
        };
        match (missing, place) {
            (false, _) => Ok(()),
            (true, Place::Local(slot)) => Err(self.unbound(frame.code.locals[slot], true)),
            (true, Place::Cell(index)) => self.load_cell(frame, index).map(|_| ()),
            (true, Place::Name(name) | Place::NameOrCell(name, _) | Place::Global(name)) => {
                Err(self.error("NameError", &format!("name '{name}' is not defined")))
            }
        }
    }

    /// Whether the key was not there.
    fn remove(&self, dict: &Value, name: &str) -> VmResult<bool> {
        if self.vm.dict_get_str(dict, name).is_none() {
            return Ok(true);
        }
        self.vm.set_item(dict, &self.vm.str(name), None)?;
        Ok(false)
    }
}
