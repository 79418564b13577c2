//! Statements.

use super::frame::Frame;
use super::machine::{Interpreter, Value, VmResult};
use ruff_python_ast as ast;
use ruff_python_ast::{ExceptHandler, Expr, Stmt};
use ruff_text_size::Ranged;

/// How a statement ended, if not with an exception.
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
}

impl Interpreter {
    pub(super) fn body(&self, frame: &mut Frame, body: &[Stmt]) -> VmResult<Flow> {
        for stmt in body {
            match self.stmt(frame, stmt)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn stmt(&self, frame: &mut Frame, stmt: &Stmt) -> VmResult<Flow> {
        let lines = &frame.unit.unit.lines;
        self.running.set_line(match stmt {
            Stmt::FunctionDef(node) => lines.line(&node.name),
            Stmt::ClassDef(node) => lines.line(&node.name),
            stmt => lines.line(stmt),
        });
        self.vm.safepoint();
        match stmt {
            Stmt::Expr(node) => {
                self.eval(frame, &node.value)?;
            }
            Stmt::FunctionDef(node) => {
                let (parameters, decorators) = (Some(&*node.parameters), &node.decorator_list);
                let function = self.define(frame, &node.node_index, parameters, decorators)?;
                self.store(frame, frame.place(&node.name.node_index), function)?;
            }
            Stmt::ClassDef(node) => self.class(frame, node)?,
            Stmt::Assign(node) => {
                let value = self.eval(frame, &node.value)?;
                for target in &node.targets {
                    self.assign(frame, target, value.clone())?;
                }
            }
            Stmt::AugAssign(node) => self.augment(frame, node)?,
            Stmt::Delete(node) => {
                for target in &node.targets {
                    self.delete(frame, target)?;
                }
                if self.collect_on_delete.get() {
                    self.vm.collect();
                }
            }
            Stmt::Return(node) => {
                let value = self.optional(frame, node.value.as_deref())?;
                return Ok(Flow::Return(value.unwrap_or_else(|| self.vm.none())));
            }
            Stmt::Raise(node) => {
                let error = self.optional(frame, node.exc.as_deref())?;
                let cause = self.optional(frame, node.cause.as_deref())?;
                let (Ok(error) | Err(error)) = self.raised(error, cause);
                return Err(error);
            }
            Stmt::Assert(node) => self.assert(frame, node)?,
            Stmt::If(node) => {
                if self.holds(frame, &node.test)? {
                    return self.body(frame, &node.body);
                }
                for clause in &node.elif_else_clauses {
                    let holds = match &clause.test {
                        Some(test) => self.holds(frame, test)?,
                        None => true,
                    };
                    if holds {
                        return self.body(frame, &clause.body);
                    }
                }
            }
            Stmt::While(node) => loop {
                if !self.holds(frame, &node.test)? {
                    return self.body(frame, &node.orelse);
                }
                match self.body(frame, &node.body)? {
                    Flow::Break => break,
                    Flow::Return(value) => return Ok(Flow::Return(value)),
                    Flow::Next | Flow::Continue => {}
                }
            },
            Stmt::For(node) => return self.for_loop(frame, node),
            Stmt::Try(node) => return self.try_statement(frame, node),
            Stmt::With(node) => return self.with(frame, &node.items, &node.body),
            Stmt::Import(node) => {
                for alias in &node.names {
                    self.import(frame, alias)?;
                }
            }
            Stmt::ImportFrom(node) => self.import_from(frame, node)?,
            Stmt::Break(_) => return Ok(Flow::Break),
            Stmt::Continue(_) => return Ok(Flow::Continue),
            // The table has taken `global` and `nonlocal` into account; the code of the
            // others is not run.
            _ => {}
        }
        Ok(Flow::Next)
    }

    fn optional(&self, frame: &mut Frame, expr: Option<&Expr>) -> VmResult<Option<Value>> {
        expr.map(|expr| self.eval(frame, expr)).transpose()
    }

    fn for_loop(&self, frame: &mut Frame, node: &ast::StmtFor) -> VmResult<Flow> {
        let iterable = self.eval(frame, &node.iter)?;
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
        self.body(frame, &node.orelse)
    }

    /// The exception of a `raise` statement.
    fn raised(&self, error: Option<Value>, cause: Option<Value>) -> VmResult<Value> {
        let Some(error) = error else {
            let handled = self.handled.borrow().last().cloned();
            let message = "No active exception to reraise";
            return handled.ok_or_else(|| self.error("RuntimeError", message));
        };
        let error = self.exception(error)?;
        if let Some(cause) = cause {
            let cause = match self.vm.is_none(&cause) {
                true => cause,
                false => self.exception(cause)?,
            };
            self.vm.set_cause(&error, &cause);
        }
        Ok(error)
    }

    /// An exception, or an instance of a class of exceptions.
    fn exception(&self, value: Value) -> VmResult<Value> {
        let value = match self.vm.is_exception_class(&value) {
            true => self.vm.new_exception(&value, &[])?,
            false => value,
        };
        match self.vm.is_error(&value, "BaseException") {
            true => Ok(value),
            false => Err(self.error("TypeError", "exceptions must derive from BaseException")),
        }
    }

    /// A failure says what the two sides of a comparison were.
    fn assert(&self, frame: &mut Frame, assert: &ast::StmtAssert) -> VmResult<()> {
        let mut sides = String::new();
        let holds = match &*assert.test {
            Expr::Compare(node) if let ([op], [right]) = (&*node.ops, &*node.comparators) => {
                let left = self.eval(frame, &node.left)?;
                let right = self.eval(frame, right)?;
                let result = self.comparison(*op, &left, &right)?;
                let holds = self.vm.is_true(&result)?;
                if !holds {
                    let (left, right) = (self.shown(&left), self.shown(&right));
                    sides = format!(" (left: {left}, right: {right})");
                }
                holds
            }
            test => self.holds(frame, test)?,
        };
        if holds {
            return Ok(());
        }
        let message = match &assert.msg {
            Some(message) => {
                let message = self.eval(frame, message)?;
                self.vm.display(&message)?
            }
            None => {
                let text = &frame.unit.unit.source[assert.test.range()];
                format!("assert {text}{sides}")
            }
        };
        Err(self.error("AssertionError", &message))
    }

    fn try_statement(&self, frame: &mut Frame, node: &ast::StmtTry) -> VmResult<Flow> {
        let result = match self.body(frame, &node.body) {
            Ok(Flow::Next) => self.body(frame, &node.orelse),
            Ok(flow) => Ok(flow),
            Err(error) => {
                self.note_context(&error);
                self.note_traceback(&error, frame)?;
                self.handle(frame, node, error)
            }
        };
        if node.finalbody.is_empty() {
            return result;
        }
        let pending = result.as_ref().err().cloned();
        let finally = self.handling(pending, || self.body(frame, &node.finalbody))?;
        match finally {
            Flow::Next => result,
            other => Ok(other),
        }
    }

    fn handle(&self, frame: &mut Frame, node: &ast::StmtTry, error: Value) -> VmResult<Flow> {
        for handler in &node.handlers {
            let ExceptHandler::ExceptHandler(handler) = handler;
            if let Some(class) = &handler.type_ {
                let class = self.eval(frame, class)?;
                if !self.vm.error_matches(&error, &class) {
                    continue;
                }
            }
            let name = handler.name.as_ref();
            let place = name.map(|name| frame.place(&name.node_index));
            if let Some(place) = place {
                self.store(frame, place, error.clone())?;
            }
            let flow = self.handling(Some(error), || self.body(frame, &handler.body));
            if let Some(place) = place {
                // Unless the handler has done so itself.
                let _ = self.unbind(frame, place);
            }
            return flow;
        }
        Err(error)
    }

    /// Runs a handler for `error`: what is raised in it has that as its context.
    fn handling(
        &self,
        error: Option<Value>,
        run: impl FnOnce() -> VmResult<Flow>,
    ) -> VmResult<Flow> {
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

    /// Several managers are as many statements in one another.
    fn with(&self, frame: &mut Frame, items: &[ast::WithItem], body: &[Stmt]) -> VmResult<Flow> {
        let Some((item, rest)) = items.split_first() else {
            return self.body(frame, body);
        };
        let manager = self.eval(frame, &item.context_expr)?;
        let class = self.vm.class_of(&manager);
        let enter = self.vm.get_attr(&class, "__enter__")?;
        let exit = self.vm.get_attr(&class, "__exit__")?;
        let value = self.vm.call(&enter, [manager.clone()].into())?;
        let none = || self.vm.none();
        let result = match &item.optional_vars {
            Some(target) => self.assign(frame, target, value),
            None => Ok(()),
        };
        let result = result.and_then(|()| self.with(frame, rest, body));
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
