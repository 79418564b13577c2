//! Everything in a body, without the bodies inside it.

use crate::script::tree::{Element, Expr, ExprKind, Function, Piece, Stmt, StmtKind, Target};

/// What there is in a body.
pub(super) enum Node<'a> {
    Stmt(&'a Stmt),
    Expr(&'a Expr),
    /// What is assigned to or bound by an import.
    Target(&'a Target),
}

type Visit<'v, 'a> = &'v mut dyn FnMut(Node<'a>);

/// Visits statements, expressions and targets, but for those under a question
/// whose answer is known to be no.
pub(super) fn walk<'a>(body: &'a [Stmt], visit: Visit<'_, 'a>) {
    for stmt in body {
        self::stmt(stmt, visit);
    }
}

fn stmt<'a>(stmt: &'a Stmt, visit: Visit<'_, 'a>) {
    use crate::script::tree::Imported;
    visit(Node::Stmt(stmt));
    match &stmt.kind {
        StmtKind::Expr(value) => expr(value, visit),
        StmtKind::Assign(targets, value) => {
            expr(value, visit);
            targets
                .iter()
                .for_each(|target| self::target(target, visit));
        }
        StmtKind::Augment(target, _, value) => {
            self::target(target, visit);
            expr(value, visit);
        }
        StmtKind::Delete(targets) => {
            targets
                .iter()
                .for_each(|target| self::target(target, visit));
        }
        StmtKind::Return(value) => value.iter().for_each(|value| expr(value, visit)),
        StmtKind::Raise(error, cause) => {
            error
                .iter()
                .chain(cause)
                .for_each(|value| expr(value, visit));
        }
        StmtKind::Assert(node) => {
            expr(&node.test, visit);
            node.message.iter().for_each(|message| expr(message, visit));
        }
        StmtKind::If(branches) => {
            for (test, body) in branches {
                match test {
                    Some(test) if asks_for_refcounts(test) => continue,
                    Some(test) => expr(test, visit),
                    None => {}
                }
                walk(body, visit);
            }
        }
        StmtKind::While(test, body, otherwise) => {
            expr(test, visit);
            walk(body, visit);
            walk(otherwise, visit);
        }
        StmtKind::For(node) => {
            expr(&node.iterable, visit);
            target(&node.target, visit);
            walk(&node.body, visit);
            walk(&node.otherwise, visit);
        }
        StmtKind::Try(node) => {
            walk(&node.body, visit);
            for handler in &node.handlers {
                handler.class.iter().for_each(|class| expr(class, visit));
                handler.name.iter().for_each(|name| target(name, visit));
                walk(&handler.body, visit);
            }
            walk(&node.otherwise, visit);
            walk(&node.finally, visit);
        }
        StmtKind::With(node) => {
            expr(&node.context, visit);
            node.target.iter().for_each(|name| target(name, visit));
            walk(&node.body, visit);
        }
        StmtKind::Class(node) => {
            node.decorators.iter().for_each(|node| expr(node, visit));
            elements(&node.bases, visit);
            node.keywords
                .iter()
                .for_each(|(_, value)| expr(value, visit));
            target(&node.place, visit);
        }
        StmtKind::Import(imports) => {
            for import in imports {
                match &import.names {
                    Imported::Module { place, .. } => target(place, visit),
                    Imported::Names(names) => {
                        names.iter().for_each(|(_, place)| target(place, visit));
                    }
                }
            }
        }
        StmtKind::Break | StmtKind::Continue | StmtKind::Pass => {}
    }
}

/// `self.supports_refcounts()`, which is false.
fn asks_for_refcounts(test: &Expr) -> bool {
    // The name is a constant of the unit; what is called without arguments on
    // something is told apart by the lowering.
    matches!(&test.kind, ExprKind::Call(call) if call.is_refcount_question)
}

fn elements<'a>(elements: &'a [Element], visit: Visit<'_, 'a>) {
    for element in elements {
        let (Element::One(value) | Element::Star(value)) = element;
        expr(value, visit);
    }
}

fn target<'a>(target: &'a Target, visit: Visit<'_, 'a>) {
    visit(Node::Target(target));
    match target {
        Target::Place(_) => {}
        Target::Attribute(object, _) => expr(object, visit),
        Target::Item(object, key) => {
            expr(object, visit);
            expr(key, visit);
        }
        Target::Unpack {
            before,
            star,
            after,
        } => {
            let all = before.iter().chain(star.as_deref()).chain(after);
            all.for_each(|inner| self::target(inner, visit));
        }
    }
}

fn expr<'a>(expr: &'a Expr, visit: Visit<'_, 'a>) {
    visit(Node::Expr(expr));
    let mut each = |inner: &'a Expr| self::expr(inner, visit);
    match &expr.kind {
        ExprKind::Constant(_) | ExprKind::Load(_) => {}
        ExprKind::Named(_, value)
        | ExprKind::Attribute(value, _)
        | ExprKind::Unary(_, value)
        | ExprKind::Not(value) => each(value),
        ExprKind::Item(a, b)
        | ExprKind::Binary(_, a, b)
        | ExprKind::Power(a, b)
        | ExprKind::Super(a, b, _) => {
            each(a);
            each(b);
        }
        ExprKind::Slice(start, stop, step) => {
            let parts = [start, stop, step];
            parts.into_iter().flatten().for_each(|part| each(part));
        }
        ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => {
            elements(items, visit);
        }
        ExprKind::Dict(items) => {
            for (key, value) in items {
                key.iter().for_each(&mut each);
                each(value);
            }
        }
        ExprKind::And(values) | ExprKind::Or(values) => values.iter().for_each(each),
        ExprKind::Compare(left, rest) => {
            each(left);
            rest.iter().for_each(|(_, right)| each(right));
        }
        ExprKind::If(test, then, otherwise) => {
            each(test);
            each(then);
            each(otherwise);
        }
        ExprKind::Call(call) => {
            each(&call.callee);
            call.keywords.iter().for_each(|(_, value)| each(value));
            elements(&call.positional, visit);
        }
        ExprKind::Function(function) => {
            let Function {
                decorators,
                defaults,
                keyword_defaults,
                ..
            } = &**function;
            decorators.iter().chain(defaults).for_each(&mut each);
            keyword_defaults.iter().for_each(|(_, value)| each(value));
        }
        ExprKind::Comprehension(node) => {
            for clause in &node.clauses {
                self::expr(&clause.iterable, visit);
                target(&clause.target, visit);
                clause
                    .conditions
                    .iter()
                    .for_each(|test| self::expr(test, visit));
            }
            self::expr(&node.element, visit);
            node.value.iter().for_each(|value| self::expr(value, visit));
        }
        ExprKind::Format(pieces) => self::pieces(pieces, visit),
    }
}

fn pieces<'a>(pieces: &'a [Piece], visit: Visit<'_, 'a>) {
    for piece in pieces {
        if let Piece::Value {
            value,
            specification,
            ..
        } = piece
        {
            expr(value, visit);
            self::pieces(specification, visit);
        }
    }
}
