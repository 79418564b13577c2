//! What the VM asks its language for: `compile`, `eval` and imports.

use crate::interpreter::{Interpreter, Value, VmResult};
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
    ) -> VmResult<Value> {
        self.0.compile(
            source,
            filename,
            kind == HPy_SourceKind::HPy_SourceKind_Expr,
        )
    }

    fn eval(&self, _: &Vm, code: &Value, globals: &Value, locals: &Value) -> VmResult<Value> {
        self.0.eval_code(code, globals, locals)
    }

    fn report_unraisable(&self, vm: &Vm, error: &Value, _: Option<&Value>) {
        if self.0.unraisable_hook(error).is_err() {
            vm.print_unraisable(error);
        }
    }

    fn walk_stack(&self, visit: &mut dyn FnMut(Position) -> ControlFlow<()>) {
        self.0.running.walk(visit);
    }

    fn describe_position(&self, position: Position) -> PythonFrame {
        // Codes are numbered once and never freed, so a position means the same forever.
        let (code, unit) = self.0.code(position.code);
        PythonFrame {
            function: code.qualified_name.clone(),
            file: unit.unit.file.clone(),
            line: position.place,
        }
    }

    fn import(&self, _: &Vm, name: &str) -> VmResult<Option<Value>> {
        self.0.find_module(name)
    }
}

impl Interpreter {
    /// Calls `sys.unraisablehook`, if a script has set one.
    fn unraisable_hook(&self, error: &Value) -> VmResult<()> {
        let sys = self.vm.import("sys")?;
        let Some(hook) = self.vm.get_attr_optional(&sys, "unraisablehook")? else {
            self.vm.print_unraisable(error);
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
}
