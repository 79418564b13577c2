//! Running files, text and code.

use super::frame::Frame;
use super::machine::{Interpreter, LoadedUnit, Value, VmResult};
use super::statement::Flow;
use crate::syntax::{Body, SyntaxError, parse};
use hpy_loader::sites::Position;
use std::path::Path;

impl Interpreter {
    /// Runs a file as the module `name`: the module, or the exception.
    ///
    /// # Errors
    ///
    /// The exception that it has ended with.
    pub fn run_file(&self, path: &Path, name: &str) -> VmResult<Value> {
        let file = path.display().to_string();
        let source = std::fs::read_to_string(path)
            .map_err(|error| self.error("OSError", &format!("{file}: {error}")))?;
        let module = self.vm.module(name);
        let is_package = path.file_name().is_some_and(|name| name == "__init__.py");
        let parent = name.rsplit_once('.').map_or("", |(parent, _)| parent);
        let package = self.vm.str(if is_package { name } else { parent });
        self.vm.set_attr(&module, "__package__", Some(&package))?;
        let path = self.vm.str(&file);
        self.vm.set_attr(&module, "__file__", Some(&path))?;
        self.vm.dict_set_str(&self.vm.modules(), name, &module);
        self.run_source(&source, &file, &module)?;
        Ok(module)
    }

    /// Runs source text in a module's namespace.
    pub(crate) fn run_source(&self, source: &str, file: &str, module: &Value) -> VmResult<()> {
        let unit = self.parse(source, file, false)?;
        let globals = self.vm.get_attr(module, "__dict__")?;
        self.run_code(unit.first_code, &globals, &globals)
            .map(|_| ())
    }

    /// A file, or an expression by itself, ready to run.
    fn parse(&self, source: &str, file: &str, expression: bool) -> VmResult<&'static LoadedUnit> {
        match parse(source, file, expression) {
            Ok(unit) => Ok(self.load_unit(unit)),
            Err(SyntaxError { message, line }) => {
                let message = format!("{message} ({file}, line {line})");
                Err(self.error("SyntaxError", &message))
            }
        }
    }

    /// Runs the body with this number and gives what it returns, which only an
    /// expression does.
    fn run_code(&self, number: usize, globals: &Value, locals: &Value) -> VmResult<Value> {
        let namespace = Some(locals.clone());
        let mut frame = self.frame(number, globals.clone(), namespace, &self.vm.none())?;
        self.run_body(&mut frame)
    }

    /// Runs a frame to its end.
    pub(super) fn run_body(&self, frame: &mut Frame) -> VmResult<Value> {
        let _running = self.running.enter(Position {
            code: frame.number,
            place: frame.code.line,
        });
        let result = match frame.code.body {
            Body::Statements(body) => self.body(frame, body),
            Body::Value(value) => self.eval(frame, value).map(Flow::Return),
        };
        match result {
            Ok(Flow::Return(value)) => Ok(value),
            Ok(_) => Ok(self.vm.none()),
            Err(error) => {
                self.note_traceback(&error, frame)?;
                Err(error)
            }
        }
    }

    /// `compile(source, filename, kind)`: a code object.
    pub(crate) fn compile(
        &self,
        source: &str,
        filename: &str,
        expression: bool,
    ) -> VmResult<Value> {
        let unit = self.parse(source, filename, expression)?;
        let class = self.builtin("code")?;
        let code = self.vm.record(&class, 2);
        let number = self.vm.int(unit.first_code as i64);
        self.vm.record_set(&code, 0, Some(&number));
        self.vm.record_set(&code, 1, Some(&self.vm.str(filename)));
        Ok(code)
    }

    /// `eval(code, globals, locals)` for a code object.
    pub(crate) fn eval_code(
        &self,
        code: &Value,
        globals: &Value,
        locals: &Value,
    ) -> VmResult<Value> {
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
        let number = self.vm.record_get(code, 0);
        let number = number.and_then(|number| self.vm.small_int(&number));
        self.run_code(number.unwrap_or_default() as usize, globals, locals)
    }
}
