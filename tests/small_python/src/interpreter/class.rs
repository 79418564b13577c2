//! The `class` statement.

use super::frame::Frame;
use super::machine::{Interpreter, VmResult};
use moving_gc::Arguments;
use ruff_python_ast::StmtClassDef;

impl Interpreter {
    pub(super) fn class(&self, frame: &mut Frame, node: &StmtClassDef) -> VmResult<()> {
        let decorators = self.decorators(frame, &node.decorator_list)?;
        let mut arguments = match &node.arguments {
            Some(arguments) => self.arguments(frame, arguments)?,
            None => Arguments::default(),
        };
        let is_metaclass = |name: &_| self.vm.text(name).as_deref() == Some("metaclass");
        let mut keywords = arguments.keywords.iter();
        let metaclass = keywords.position(|(name, _)| is_metaclass(name));
        let metaclass = match (metaclass, arguments.positional.first()) {
            (Some(at), _) => arguments.keywords.remove(at).1,
            (None, Some(base)) => self.vm.class_of(base),
            (None, None) => self.builtin("type")?,
        };
        let namespace = self.vm.dict();
        let number = frame.code_of(&node.node_index);
        let (code, unit) = self.code(number);
        let set = |name: &str, value: &_| self.vm.dict_set_str(&namespace, name, value);
        if let Some(module) = self.vm.dict_get_str(&frame.globals, "__name__") {
            set("__module__", &module);
        }
        set("__qualname__", &self.vm.str(&code.qualified_name));
        if let Some(doc) = unit.doc(self.vm, code) {
            set("__doc__", &doc);
        }
        let (globals, own) = (frame.globals.clone(), Some(namespace.clone()));
        let mut inner = self.frame(number, globals, own, &frame.environment)?;
        self.run_body(&mut inner)?;
        let bases = self.vm.tuple(&arguments.positional);
        arguments.positional = vec![self.vm.str(&node.name), bases, namespace];
        let mut class = self.vm.call(&metaclass, arguments)?;
        self.vm.record_set(&inner.environment, 1, Some(&class));
        for decorator in decorators.iter().rev() {
            class = self.vm.call(decorator, [class].into())?;
        }
        self.store(frame, frame.place(&node.name.node_index), class)
    }
}
