//! Statements.

use super::Lowering;
use super::operator::operator;
use crate::tree::{Assert, Augmented, For, Handler, Import, Imported, Stmt, StmtKind, Try, With};
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

impl Lowering<'_> {
    pub(super) fn body(&mut self, body: &[ast::Stmt]) -> Vec<Stmt> {
        body.iter().map(|stmt| self.stmt(stmt)).collect()
    }

    fn stmt(&mut self, stmt: &ast::Stmt) -> Stmt {
        let line = self.line(stmt);
        let kind = match stmt {
            ast::Stmt::FunctionDef(node) => return self.function(node),
            ast::Stmt::ClassDef(node) => return self.class(node),
            ast::Stmt::Expr(node) => StmtKind::Expr(self.expr(&node.value)),
            ast::Stmt::Assign(node) => {
                let value = self.expr(&node.value);
                let targets = node.targets.iter().map(|target| self.assignable(target));
                StmtKind::Assign(targets.collect(), value)
            }
            ast::Stmt::AnnAssign(node) => {
                self.unsupported("type annotation", node);
                StmtKind::Pass
            }
            ast::Stmt::AugAssign(node) => {
                let target = self.assignable(&node.target);
                let op = operator(node.op).map_or(Augmented::Power, Augmented::Operator);
                StmtKind::Augment(target, op, self.expr(&node.value))
            }
            ast::Stmt::Delete(node) => {
                let targets = node.targets.iter().map(|target| self.assignable(target));
                StmtKind::Delete(targets.collect())
            }
            ast::Stmt::Return(node) => {
                StmtKind::Return(node.value.as_ref().map(|value| self.expr(value)))
            }
            ast::Stmt::Raise(node) => {
                let error = node.exc.as_ref().map(|error| self.expr(error));
                StmtKind::Raise(error, node.cause.as_ref().map(|cause| self.expr(cause)))
            }
            ast::Stmt::Assert(node) => StmtKind::Assert(Box::new(Assert {
                test: self.expr(&node.test),
                message: node.msg.as_ref().map(|message| self.expr(message)),
                text: self.text(node.test.range()).to_owned(),
            })),
            ast::Stmt::If(node) => {
                let mut branches = vec![(Some(self.expr(&node.test)), self.body(&node.body))];
                for clause in &node.elif_else_clauses {
                    let test = clause.test.as_ref().map(|test| self.expr(test));
                    branches.push((test, self.body(&clause.body)));
                }
                StmtKind::If(branches)
            }
            ast::Stmt::While(node) => StmtKind::While(
                self.expr(&node.test),
                self.body(&node.body),
                self.body(&node.orelse),
            ),
            ast::Stmt::For(node) => {
                if node.is_async {
                    self.unsupported("async for", node);
                }
                StmtKind::For(Box::new(For {
                    iterable: self.expr(&node.iter),
                    target: self.assignable(&node.target),
                    body: self.body(&node.body),
                    otherwise: self.body(&node.orelse),
                }))
            }
            ast::Stmt::Try(node) => self.try_statement(node),
            ast::Stmt::With(node) => {
                if node.is_async {
                    self.unsupported("async with", node);
                }
                return self.with(line, &node.items, &node.body);
            }
            ast::Stmt::Import(node) => {
                StmtKind::Import(node.names.iter().map(|alias| self.import(alias)).collect())
            }
            ast::Stmt::ImportFrom(node) => self.import_from(node),
            // The symbol table has taken them into account.
            ast::Stmt::Global(_) | ast::Stmt::Nonlocal(_) | ast::Stmt::Pass(_) => StmtKind::Pass,
            ast::Stmt::Break(_) => StmtKind::Break,
            ast::Stmt::Continue(_) => StmtKind::Continue,
            ast::Stmt::Match(node) => {
                self.unsupported("match", node);
                StmtKind::Pass
            }
            ast::Stmt::TypeAlias(node) => {
                self.unsupported("type alias", node);
                StmtKind::Pass
            }
            ast::Stmt::IpyEscapeCommand(node) => {
                self.unsupported("escape command", node);
                StmtKind::Pass
            }
        };
        Stmt { line, kind }
    }

    fn try_statement(&mut self, node: &ast::StmtTry) -> StmtKind {
        if node.is_star {
            self.unsupported("except*", node);
        }
        let body = self.body(&node.body);
        let handlers = node
            .handlers
            .iter()
            .map(|handler| {
                let ast::ExceptHandler::ExceptHandler(handler) = handler;
                Handler {
                    class: handler.type_.as_ref().map(|class| self.expr(class)),
                    name: handler.name.as_ref().map(|name| self.target(name)),
                    body: self.body(&handler.body),
                }
            })
            .collect();
        StmtKind::Try(Box::new(Try {
            body,
            handlers,
            otherwise: self.body(&node.orelse),
            finally: self.body(&node.finalbody),
        }))
    }

    /// Several managers are as many statements in one another.
    fn with(&mut self, line: u32, items: &[ast::WithItem], body: &[ast::Stmt]) -> Stmt {
        let Some((item, rest)) = items.split_first() else {
            let kind = StmtKind::If(vec![(None, self.body(body))]);
            return Stmt { line, kind };
        };
        let context = self.expr(&item.context_expr);
        let target = item
            .optional_vars
            .as_ref()
            .map(|target| self.assignable(target));
        let body = match rest {
            [] => self.body(body),
            rest => vec![self.with(line, rest, body)],
        };
        Stmt {
            line,
            kind: StmtKind::With(Box::new(With {
                context,
                target,
                body,
            })),
        }
    }

    fn import(&mut self, alias: &ast::Alias) -> Import {
        let module = alias.name.as_str().to_owned();
        let first = module.split('.').next().unwrap_or(&module).to_owned();
        let place = match &alias.asname {
            Some(name) => self.target(name),
            None => self.target(&first),
        };
        Import {
            module,
            level: 0,
            names: Imported::Module {
                place,
                leaf: alias.asname.is_some(),
            },
        }
    }

    fn import_from(&mut self, node: &ast::StmtImportFrom) -> StmtKind {
        let module = node.module.as_ref().map_or("", |name| name.as_str());
        let mut names = Vec::new();
        for alias in &node.names {
            if alias.name.as_str() == "*" {
                self.unsupported("import *", alias);
                continue;
            }
            let bound = alias.asname.as_ref().unwrap_or(&alias.name);
            names.push((alias.name.as_str().to_owned(), self.target(bound)));
        }
        StmtKind::Import(vec![Import {
            module: module.to_owned(),
            level: node.level,
            names: Imported::Names(names),
        }])
    }
}
