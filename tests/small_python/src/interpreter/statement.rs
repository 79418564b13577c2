//! Statements.

use super::frame::Frame;
use super::{Fallible, Interpreter, Value};
use crate::tree::{Assert, ExprKind, For, Stmt, StmtKind, Try, With};

/// How a statement ended, if not with an exception.
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
}

impl Interpreter {
    pub(super) fn body(&self, frame: &mut Frame, body: &[Stmt]) -> Fallible<Flow> {
        for stmt in body {
            match self.stmt(frame, stmt)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn stmt(&self, frame: &mut Frame, stmt: &Stmt) -> Fallible<Flow> {
        self.running.set_line(stmt.line);
        self.vm.safepoint();
        match &stmt.kind {
            StmtKind::Expr(expr) => {
                self.eval(frame, expr)?;
            }
            StmtKind::Assign(targets, value) => {
                let value = self.eval(frame, value)?;
                for target in targets {
                    self.assign(frame, target, value.clone())?;
                }
            }
            StmtKind::Augment(target, op, operand) => self.augment(frame, target, *op, operand)?,
            StmtKind::Delete(targets) => {
                for target in targets {
                    self.delete(frame, target)?;
                }
                if self.collect_on_delete.get() {
                    self.vm.collect();
                }
            }
            StmtKind::Return(value) => {
                let value = match value {
                    Some(value) => self.eval(frame, value)?,
                    None => self.vm.none(),
                };
                return Ok(Flow::Return(value));
            }
            StmtKind::Raise(error, cause) => {
                let error = match error {
                    Some(error) => Some(self.eval(frame, error)?),
                    None => None,
                };
                let cause = match cause {
                    Some(cause) => Some(self.eval(frame, cause)?),
                    None => None,
                };
                return Err(self.raised(error, cause));
            }
            StmtKind::Assert(assert) => self.assert(frame, assert)?,
            StmtKind::If(branches) => {
                for (test, body) in branches {
                    let holds = match test {
                        Some(test) => {
                            let test = self.eval(frame, test)?;
                            self.vm.is_true(&test)?
                        }
                        None => true,
                    };
                    if holds {
                        return self.body(frame, body);
                    }
                }
            }
            StmtKind::While(test, body, otherwise) => loop {
                let holds = self.eval(frame, test)?;
                if !self.vm.is_true(&holds)? {
                    return self.body(frame, otherwise);
                }
                match self.body(frame, body)? {
                    Flow::Break => break,
                    Flow::Return(value) => return Ok(Flow::Return(value)),
                    Flow::Next | Flow::Continue => {}
                }
            },
            StmtKind::For(node) => return self.for_loop(frame, node),
            StmtKind::Try(node) => return self.try_statement(frame, node),
            StmtKind::With(node) => return self.with(frame, node),
            StmtKind::Class(node) => self.class(frame, node)?,
            StmtKind::Import(imports) => {
                for import in imports {
                    self.import_statement(frame, import)?;
                }
            }
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Pass => {}
        }
        Ok(Flow::Next)
    }

    fn for_loop(&self, frame: &mut Frame, node: &For) -> Fallible<Flow> {
        let iterable = self.eval(frame, &node.iterable)?;
        let iterator = self.vm.iter(&iterable)?;
        drop(iterable);
        while let Some(value) = self.vm.next(&iterator)? {
            self.assign(frame, &node.target, value)?;
            match self.body(frame, &node.body)? {
                Flow::Break => return Ok(Flow::Next),
                Flow::Return(value) => return Ok(Flow::Return(value)),
                Flow::Next | Flow::Continue => {}
            }
        }
        self.body(frame, &node.otherwise)
    }

    /// The exception of a `raise` statement.
    fn raised(&self, error: Option<Value>, cause: Option<Value>) -> Value {
        let Some(error) = error else {
            let handled = self.handled.borrow().last().cloned();
            return handled
                .unwrap_or_else(|| self.error("RuntimeError", "No active exception to reraise"));
        };
        let instance = |value: Value| -> Fallible<Value> {
            let value = match self.vm.is_exception_class(&value) {
                true => self.vm.new_exception(&value, &[])?,
                false => value,
            };
            match self.vm.is_error(&value, "BaseException") {
                true => Ok(value),
                false => Err(self.error("TypeError", "exceptions must derive from BaseException")),
            }
        };
        let error = match instance(error) {
            Ok(error) | Err(error) => error,
        };
        if let Some(cause) = cause {
            let cause = match self.vm.is_none(&cause) {
                true => cause,
                false => match instance(cause) {
                    Ok(cause) => cause,
                    Err(error) => return error,
                },
            };
            self.vm.set_cause(&error, &cause);
        }
        error
    }

    /// A failure says what the two sides of a comparison were.
    fn assert(&self, frame: &mut Frame, assert: &Assert) -> Fallible<()> {
        let mut sides = String::new();
        let holds = match &assert.test.kind {
            ExprKind::Compare(left, rest) if rest.len() == 1 => {
                let (comparison, right) = &rest[0];
                let left = self.eval(frame, left)?;
                let right = self.eval(frame, right)?;
                let result = self.comparison(*comparison, &left, &right)?;
                let holds = self.vm.is_true(&result)?;
                if !holds {
                    let (left, right) = (self.shown(&left), self.shown(&right));
                    sides = format!(" (left: {left}, right: {right})");
                }
                holds
            }
            _ => {
                let value = self.eval(frame, &assert.test)?;
                self.vm.is_true(&value)?
            }
        };
        if holds {
            return Ok(());
        }
        let message = match &assert.message {
            Some(message) => {
                let message = self.eval(frame, message)?;
                self.vm.display(&message)?
            }
            None => format!("assert {}{sides}", assert.text),
        };
        Err(self.error("AssertionError", &message))
    }

    fn try_statement(&self, frame: &mut Frame, node: &Try) -> Fallible<Flow> {
        let result = match self.body(frame, &node.body) {
            Ok(Flow::Next) => self.body(frame, &node.otherwise),
            Ok(flow) => Ok(flow),
            Err(error) => {
                self.note_context(&error);
                self.note_traceback(&error, frame)?;
                self.handle(frame, node, error)
            }
        };
        if node.finally.is_empty() {
            return result;
        }
        let pending = result.as_ref().err().cloned();
        let finally = self.handling(pending, || self.body(frame, &node.finally))?;
        match finally {
            Flow::Next => result,
            other => Ok(other),
        }
    }

    fn handle(&self, frame: &mut Frame, node: &Try, error: Value) -> Fallible<Flow> {
        for handler in &node.handlers {
            if let Some(class) = &handler.class {
                let class = self.eval(frame, class)?;
                if !self.vm.error_matches(&error, &class) {
                    continue;
                }
            }
            if let Some(name) = &handler.name {
                self.assign(frame, name, error.clone())?;
            }
            let flow = self.handling(Some(error), || self.body(frame, &handler.body));
            if let Some(name) = &handler.name {
                // Unless the handler has done so itself.
                let _ = self.delete(frame, name);
            }
            return flow;
        }
        Err(error)
    }

    /// Runs a handler for `error`: what is raised in it has that as its context.
    fn handling(
        &self,
        error: Option<Value>,
        run: impl FnOnce() -> Fallible<Flow>,
    ) -> Fallible<Flow> {
        let Some(error) = error else { return run() };
        self.handled.borrow_mut().push(error);
        let result = run();
        if let Err(raised) = &result {
            self.note_context(raised);
        }
        self.handled.borrow_mut().pop();
        result
    }

    /// The context of an exception that has come up while another one is
    /// handled.
    fn note_context(&self, error: &Value) {
        let handled = self.handled.borrow().last().cloned();
        if let Some(handled) = handled
            && self.vm.context(error).is_none()
        {
            self.vm.set_context(error, &handled);
        }
    }

    fn with(&self, frame: &mut Frame, node: &With) -> Fallible<Flow> {
        let manager = self.eval(frame, &node.context)?;
        let class = self.vm.class_of(&manager);
        let enter = self.vm.get_attr(&class, "__enter__")?;
        let exit = self.vm.get_attr(&class, "__exit__")?;
        let value = self.vm.call(&enter, [manager.clone()].into())?;
        let none = || self.vm.none();
        let result = match &node.target {
            Some(target) => self.assign(frame, target, value),
            None => Ok(()),
        };
        let result = match result {
            Ok(()) => self.body(frame, &node.body),
            Err(error) => Err(error),
        };
        match result {
            Ok(flow) => {
                let arguments = [manager, none(), none(), none()];
                self.vm.call(&exit, arguments.into())?;
                Ok(flow)
            }
            Err(error) => {
                self.note_context(&error);
                let class = self.vm.class_of(&error);
                let arguments = [manager, class, error.clone(), none()];
                self.handled.borrow_mut().push(error.clone());
                let handled = self.vm.call(&exit, arguments.into());
                self.handled.borrow_mut().pop();
                match self.vm.is_true(&handled?)? {
                    true => Ok(Flow::Next),
                    false => Err(error),
                }
            }
        }
    }
}
