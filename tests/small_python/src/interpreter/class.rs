//! The `class` statement.

use super::frame::Frame;
use super::{Fallible, Interpreter};
use crate::tree::Class;

impl Interpreter {
    pub(super) fn class(&self, frame: &mut Frame, node: &Class) -> Fallible<()> {
        let mut decorators = Vec::new();
        for decorator in &node.decorators {
            decorators.push(self.eval(frame, decorator)?);
        }
        let bases = self.elements(frame, &node.bases)?;
        let mut metaclass = None;
        let mut keywords = Vec::new();
        for (name, value) in self.keywords(frame, &node.keywords)? {
            match &*name {
                "metaclass" => metaclass = Some(value),
                _ => keywords.push((name, value)),
            }
        }
        let metaclass = match (metaclass, bases.first()) {
            (Some(metaclass), _) => metaclass,
            (None, Some(base)) => self.vm.class_of(base),
            (None, None) => self.builtin("type")?,
        };
        let namespace = self.vm.dict();
        let number = frame.unit.first_code + node.code;
        let (code, _) = self.code(number);
        if let Some(module) = self.vm.dict_get_str(&frame.globals, "__name__") {
            self.vm.dict_set_str(&namespace, "__module__", &module);
        }
        let qualified = self.vm.str(&code.qualified_name);
        self.vm.dict_set_str(&namespace, "__qualname__", &qualified);
        if let Some(doc) = code.doc {
            self.vm
                .dict_set_str(&namespace, "__doc__", &frame.unit.constants[doc]);
        }
        let shared = self.shared_cells(frame, code);
        let globals = frame.globals.clone();
        let mut inner = self.frame(number, globals, Some(namespace.clone()), shared)?;
        self.run_body(&mut inner)?;
        let name = frame.constant(node.name).clone();
        let arguments = [name, self.vm.tuple(&bases), namespace];
        let mut class = self.call_with(&metaclass, &arguments, &keywords)?;
        if let Some(cell) = code.class_cell {
            self.vm.record_set(&inner.cells[cell], 0, Some(&class));
        }
        for decorator in decorators.iter().rev() {
            class = self.vm.call(decorator, [class].into())?;
        }
        self.assign(frame, &node.place, class)
    }
}
