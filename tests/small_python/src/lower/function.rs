//! Functions, lambdas, classes and the module itself.

use super::scope::ScopeKind;
use super::{Frame, Lowering};
use crate::tree::{
    Class, CodeId, Constant, ConstantId, Element, Expr, ExprKind, Function, Kind, Parameter,
    Parameters, Stmt, StmtKind, Target,
};
use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

impl Lowering<'_> {
    pub(super) fn module(&mut self, module: &ast::ModModule) {
        self.code(Kind::Module, "<module>", 0, 1, |this| {
            let doc = this.doc(&module.body);
            (Parameters::default(), this.body(&module.body), doc)
        });
    }

    /// The docstring of a body.
    fn doc(&mut self, body: &[ast::Stmt]) -> Option<ConstantId> {
        if let Some(ast::Stmt::Expr(first)) = body.first()
            && let ast::Expr::StringLiteral(literal) = &*first.value
        {
            let constant = self.string_constant(literal);
            return Some(self.constant(constant));
        }
        None
    }

    pub(super) fn function(&mut self, function: &ast::StmtFunctionDef) -> Stmt {
        let line = self.line(&function.name);
        if function.is_async {
            self.unsupported("async def", function);
        }
        if function.type_params.is_some() || function.returns.is_some() {
            self.unsupported("type annotation", &function.name);
        }
        let decorators = self.decorators(&function.decorator_list);
        let value = self.function_value(
            &function.name,
            function.range(),
            Some(&function.parameters),
            decorators,
            line,
            |this| {
                let doc = this.doc(&function.body);
                (this.body(&function.body), doc)
            },
        );
        let target = self.target(&function.name);
        Stmt {
            line,
            kind: StmtKind::Assign(vec![target], value),
        }
    }

    pub(super) fn lambda(&mut self, lambda: &ast::ExprLambda) -> Expr {
        let line = self.line(lambda);
        self.function_value(
            "<lambda>",
            lambda.range(),
            lambda.parameters.as_deref(),
            Vec::new(),
            line,
            |this| {
                let value = this.expr(&lambda.body);
                let kind = StmtKind::Return(Some(value));
                (vec![Stmt { line, kind }], None)
            },
        )
    }

    fn function_value(
        &mut self,
        name: &str,
        range: TextRange,
        parameters: Option<&ast::Parameters>,
        decorators: Vec<Expr>,
        line: u32,
        body: impl FnOnce(&mut Self) -> (Vec<Stmt>, Option<ConstantId>),
    ) -> Expr {
        let mut defaults = Vec::new();
        let mut keyword_defaults = Vec::new();
        if let Some(parameters) = parameters {
            for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
                if let Some(default) = &parameter.default {
                    defaults.push(self.expr(default));
                }
            }
            for parameter in &parameters.kwonlyargs {
                if let Some(default) = &parameter.default {
                    let name = self.string(parameter.name());
                    keyword_defaults.push((name, self.expr(default)));
                }
            }
        }
        let scope = self.scopes.at(range, ScopeKind::Function);
        let code = self.code(Kind::Function, name, scope, line, |this| {
            let parameters = parameters.map(|p| this.parameters(scope, p));
            let (body, doc) = body(this);
            (parameters.unwrap_or_default(), body, doc)
        });
        Expr {
            kind: ExprKind::Function(Box::new(Function {
                code,
                decorators,
                defaults,
                keyword_defaults,
            })),
        }
    }

    fn parameters(&mut self, scope: usize, parameters: &ast::Parameters) -> Parameters {
        let mut lower = |parameter: &ast::Parameter| {
            if parameter.annotation.is_some() {
                self.unsupported("type annotation", parameter);
            }
            let name = parameter.name.as_str().to_owned();
            let is_cell = self.scopes.all[scope].cells.contains(&name);
            let key = (scope, name.clone());
            let slot = self.frame().slot(&key);
            if is_cell {
                self.frame().cell(&key, Some(slot));
            }
            Parameter { name, slot }
        };
        let mut all = |list: &[ast::ParameterWithDefault]| -> Vec<Parameter> {
            list.iter().map(|p| lower(&p.parameter)).collect()
        };
        let mut positional = all(&parameters.posonlyargs);
        let positional_only = positional.len();
        positional.extend(all(&parameters.args));
        let keyword_only = all(&parameters.kwonlyargs);
        Parameters {
            positional,
            positional_only,
            keyword_only,
            star: parameters.vararg.as_ref().map(|p| lower(p)),
            double_star: parameters.kwarg.as_ref().map(|p| lower(p)),
        }
    }

    fn decorators(&mut self, decorators: &[ast::Decorator]) -> Vec<Expr> {
        decorators
            .iter()
            .map(|decorator| self.expr(&decorator.expression))
            .collect()
    }

    pub(super) fn class(&mut self, class: &ast::StmtClassDef) -> Stmt {
        let line = self.line(&class.name);
        if class.type_params.is_some() {
            self.unsupported("type parameter", class);
        }
        let decorators = self.decorators(&class.decorator_list);
        let (bases, keywords) = match &class.arguments {
            Some(arguments) => self.arguments(arguments),
            None => (Vec::<Element>::new(), Vec::new()),
        };
        let scope = self.scopes.at(class.range(), ScopeKind::Class);
        let code: CodeId = self.code(Kind::Class, &class.name, scope, line, |this| {
            let doc = this.doc(&class.body);
            (Parameters::default(), this.body(&class.body), doc)
        });
        let name = self.string(&class.name);
        let place: Target = self.target(&class.name);
        Stmt {
            line,
            kind: StmtKind::Class(Box::new(Class {
                code,
                name,
                place,
                decorators,
                bases,
                keywords,
            })),
        }
    }

    /// The first parameter of the function that is being lowered.
    pub(super) fn first_parameter(&mut self) -> Option<String> {
        let frame: &mut Frame = self.frame();
        (frame.kind == Kind::Function)
            .then(|| frame.slots.first().cloned())
            .flatten()
    }

    pub(super) fn none(&mut self) -> Expr {
        let none = self.constant(Constant::None);
        Expr {
            kind: ExprKind::Constant(none),
        }
    }
}
