//! The variables of a running body.

use super::machine::{Interpreter, LoadedUnit, Value, VmResult};
use crate::syntax::{Code, Kind, Place, index};
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
    /// The record with the variables, behind that around; `None` where there are none.
    pub environment: Value,
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
}

impl Interpreter {
    /// A frame for the code of this number in the environment around it.
    pub(super) fn frame(
        &self,
        number: usize,
        globals: Value,
        namespace: Option<Value>,
        around: &Value,
    ) -> VmResult<Frame> {
        let (code, unit) = self.code(number);
        if let Some((construct, line)) = code.unsupported {
            let message = format!(
                "{}:{line}: {} cannot be run here: {construct}",
                unit.unit.file, code.qualified_name
            );
            return Err(self.error("NotImplementedError", &message));
        }
        let environment = match code.kind {
            Kind::Module => around.clone(),
            Kind::Class => self.environment(around, 1),
            Kind::Function => self.environment(around, code.locals.len()),
        };
        Ok(Frame {
            number,
            code,
            unit,
            namespace: namespace.unwrap_or_else(|| globals.clone()),
            globals,
            environment,
            noted: Cell::new(None),
        })
    }

    /// A record for so many variables.
    pub(super) fn environment(&self, around: &Value, variables: usize) -> Value {
        let environment = self.vm.record(&self.environment_class, 1 + variables);
        self.vm.record_set(&environment, 0, Some(around));
        environment
    }

    /// The environment of a variable, and its index there.
    fn variable(&self, frame: &Frame, depth: usize, slot: usize) -> (Value, usize) {
        let mut environment = frame.environment.clone();
        for _ in 0..depth {
            let around = self.vm.record_get(&environment, 0);
            environment = around.unwrap_or_else(|| unreachable!("the table counts them"));
        }
        (environment, 1 + slot)
    }

    pub(super) fn load(&self, frame: &Frame, place: Place) -> VmResult<Value> {
        match place {
            Place::Variable { name, depth, slot } => {
                let (environment, index) = self.variable(frame, depth, slot);
                let value = self.vm.record_get(&environment, index);
                value.ok_or_else(|| self.unbound(name, depth == 0))
            }
            Place::Name(name) => match self.vm.dict_get_str(&frame.namespace, name) {
                Some(value) => Ok(value),
                None => self.global(frame, name),
            },
            Place::Global(name) => self.global(frame, name),
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
            Place::Variable { depth, slot, .. } => {
                let (environment, index) = self.variable(frame, depth, slot);
                self.vm.record_set(&environment, index, Some(&value));
            }
            Place::Name(name) => {
                self.vm.dict_set_str(&frame.namespace, name, &value);
            }
            Place::Global(name) => {
                self.vm.dict_set_str(&frame.globals, name, &value);
            }
        }
        Ok(())
    }

    pub(super) fn unbind(&self, frame: &mut Frame, place: Place) -> VmResult<()> {
        let (dict, name) = match place {
            Place::Variable { depth, slot, .. } => {
                self.load(frame, place)?;
                let (environment, index) = self.variable(frame, depth, slot);
                self.vm.record_set(&environment, index, None);
                return Ok(());
            }
            Place::Name(name) => (&frame.namespace, name),
            Place::Global(name) => (&frame.globals, name),
        };
        match self.vm.dict_remove_str(dict, name) {
            Some(_) => Ok(()),
            None => Err(self.error("NameError", &format!("name '{name}' is not defined"))),
        }
    }
}
