//! What the VM asks its language for: `compile`, `eval` and imports.

use super::interpreter::{Fallible, Interpreter, Value};
use super::lower::lower;
use hpy_loader::abi::HPy_SourceKind;
use hpy_loader::sites::{Position, PythonFrame};
use moving_gc::{Arguments, Language, Vm};
use std::ops::ControlFlow;

/// The interpreter as the VM's language.
pub(super) struct Script(pub &'static Interpreter);

impl Language for Script {
    fn compile(
        &self,
        _: &Vm,
        source: &str,
        filename: &str,
        kind: HPy_SourceKind,
    ) -> Fallible<Value> {
        self.0.compile(
            source,
            filename,
            kind == HPy_SourceKind::HPy_SourceKind_Expr,
        )
    }

    fn eval(&self, _: &Vm, code: &Value, globals: &Value, locals: &Value) -> Fallible<Value> {
        self.0.eval_code(code, globals, locals)
    }

    fn report_unraisable(&self, vm: &Vm, error: &Value, _: Option<&Value>) {
        if self.0.unraisable_hook(error).is_err() {
            vm.add_unraisable(error);
        }
    }

    fn walk_stack(&self, visit: &mut dyn FnMut(Position) -> ControlFlow<()>) {
        self.0.running.walk(visit);
    }

    fn describe_position(&self, position: Position) -> PythonFrame {
        self.0.describe_position(position)
    }

    fn import(&self, _: &Vm, name: &str) -> Fallible<Option<Value>> {
        self.0.find_module(name)
    }
}

impl Interpreter {
    /// Calls `sys.unraisablehook`, if a script has set one.
    fn unraisable_hook(&self, error: &Value) -> Fallible<()> {
        let sys = self.vm.import("sys")?;
        let Some(hook) = self.vm.get_attr_optional(&sys, "unraisablehook")? else {
            self.vm.add_unraisable(error);
            return Ok(());
        };
        let namespace = self.vm.import("types")?;
        let namespace = self.vm.get_attr(&namespace, "SimpleNamespace")?;
        let what = Arguments {
            positional: Vec::new(),
            keywords: vec![(self.vm.str("exc_value"), error.clone())],
        };
        let what = self.vm.call(&namespace, what)?;
        self.vm.call(&hook, [what].into()).map(|_| ())
    }

    /// `compile(source, filename, kind)`: a code object.
    pub(super) fn compile(
        &self,
        source: &str,
        filename: &str,
        expression: bool,
    ) -> Fallible<Value> {
        let unit = match expression {
            true => self.parse_expression(source, filename)?,
            false => self.parse(lower(source, filename), filename)?,
        };
        let class = self.builtin("code")?;
        let code = self.vm.record(&class, 1, 1);
        self.vm.record_set_word(&code, 0, unit.first_code as u64);
        self.vm.record_set(&code, 0, Some(&self.vm.str(filename)));
        Ok(code)
    }

    /// `eval(code, globals, locals)` for a code object.
    pub(super) fn eval_code(
        &self,
        code: &Value,
        globals: &Value,
        locals: &Value,
    ) -> Fallible<Value> {
        let class = self.builtin("code")?;
        if !self.vm.is_instance(code, &class) {
            return Err(self.error("TypeError", "eval() arg 1 must be a code object"));
        }
        let dict = self.builtin("dict")?;
        if ![globals, locals]
            .iter()
            .all(|names| self.vm.is_instance(names, &dict))
        {
            return Err(self.error("TypeError", "names are looked up in a dict here"));
        }
        let number = self.vm.record_word(code, 0) as usize;
        self.run_code(number, globals, locals)
    }
}
