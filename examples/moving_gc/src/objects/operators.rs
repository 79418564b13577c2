//! Operators: which method of which operand is asked, and in which order.

use crate::heap::{Local, Reference};
use crate::vm::{Result, Vm};
use hpy_loader::runtime::{BinaryOp, UnaryOp};

/// Symbol, and the stem of the methods' names.
fn names(op: BinaryOp) -> (&'static str, &'static str) {
    match op {
        BinaryOp::Add => ("+", "add"),
        BinaryOp::Subtract => ("-", "sub"),
        BinaryOp::Multiply => ("*", "mul"),
        BinaryOp::MatrixMultiply => ("@", "matmul"),
        BinaryOp::FloorDivide => ("//", "floordiv"),
        BinaryOp::TrueDivide => ("/", "truediv"),
        BinaryOp::Remainder => ("%", "mod"),
        BinaryOp::Divmod => ("divmod()", "divmod"),
        BinaryOp::Lshift => ("<<", "lshift"),
        BinaryOp::Rshift => (">>", "rshift"),
        BinaryOp::And => ("&", "and"),
        BinaryOp::Xor => ("^", "xor"),
        BinaryOp::Or => ("|", "or"),
        // An operator that a later loader asks for, which no class has a method for.
        _ => ("?", "unknown"),
    }
}

impl Vm {
    fn unsupported(&self, symbol: &str, a: &Local, b: &Local) -> Local {
        let message = format!("unsupported operand type(s) for {symbol}: '{{}}' and '{{}}'");
        self.type_error(&message, &[a, b])
    }

    /// What a method says, unless it is missing or says `NotImplemented`.
    fn ask(&self, object: &Local, name: &str, args: &[Local]) -> Result<Option<Local>> {
        let answer = self.call_own(object, name, args)?;
        Ok(answer.filter(|answer| !self.is_not_implemented(answer)))
    }

    /// `a op b` by the operands' methods and what is built in.
    fn try_binary(&self, op: BinaryOp, a: &Local, b: &Local) -> Result<Option<Local>> {
        let stem = names(op).1;
        let (method, reflected) = (format!("__{stem}__"), format!("__r{stem}__"));
        self.try_operands(&method, &reflected, a, b, &[], || {
            self.builtin_binary(op, a, b)
        })
    }

    fn try_operands(
        &self,
        method: &str,
        reflected: &str,
        a: &Local,
        b: &Local,
        more: &[Local],
        builtin: impl FnOnce() -> Result<Option<Local>>,
    ) -> Result<Option<Local>> {
        let (class_a, class_b) = (self.class_of(a), self.class_of(b));
        let same = class_a.is(&class_b);
        let with = |operand: &Local| {
            let mut args = vec![operand.clone()];
            args.extend_from_slice(more);
            args
        };
        // A subclass that does it in its own way goes first.
        let overrides = !same
            && self.is_subclass(&class_b, &class_a)
            && match (
                self.lookup(&class_b, reflected),
                self.lookup(&class_a, reflected),
            ) {
                (Some(own), Some(inherited)) => !own.is(&inherited),
                (own, _) => own.is_some(),
            };
        if overrides && let Some(answer) = self.ask(b, reflected, &with(a))? {
            return Ok(Some(answer));
        }
        if let Some(answer) = self.ask(a, method, &with(b))? {
            return Ok(Some(answer));
        }
        if !same
            && !overrides
            && let Some(answer) = self.ask(b, reflected, &with(a))?
        {
            return Ok(Some(answer));
        }
        builtin()
    }

    /// `a op b`.
    pub fn binary(&self, op: BinaryOp, a: &Local, b: &Local) -> Result {
        let result = self.deeper(|| self.try_binary(op, a, b))?;
        result.ok_or_else(|| self.unsupported(names(op).0, a, b))
    }

    /// `a op= b`.
    pub fn in_place(&self, op: BinaryOp, a: &Local, b: &Local) -> Result {
        let (symbol, stem) = names(op);
        if let Some(answer) = self.ask(a, &format!("__i{stem}__"), std::slice::from_ref(b))? {
            return Ok(answer);
        }
        let result = self.deeper(|| self.try_binary(op, a, b))?;
        result.ok_or_else(|| self.unsupported(&format!("{symbol}="), a, b))
    }

    /// `pow(a, b, modulus)`; `None` for no modulus.
    pub fn power(&self, a: &Local, b: &Local, modulus: &Local) -> Result {
        self.power_named("** or pow()", a, b, modulus)
    }

    fn power_named(&self, symbol: &str, a: &Local, b: &Local, modulus: &Local) -> Result {
        let has_modulus = !self.is_none(modulus);
        let more = match has_modulus {
            true => std::slice::from_ref(modulus),
            false => &[],
        };
        let result = self.deeper(|| {
            self.try_operands("__pow__", "__rpow__", a, b, more, || {
                self.builtin_power(a, b, has_modulus.then_some(modulus))
            })
        })?;
        match result {
            Some(result) => Ok(result),
            None if has_modulus => {
                let message =
                    format!("unsupported operand type(s) for {symbol}: '{{}}', '{{}}', '{{}}'");
                Err(self.type_error(&message, &[a, b, modulus]))
            }
            None => Err(self.unsupported(symbol, a, b)),
        }
    }

    /// `a **= b`, with a modulus as [`power`](Self::power).
    pub fn in_place_power(&self, a: &Local, b: &Local, modulus: &Local) -> Result {
        let mut args = vec![b.clone()];
        // A slot of C gets the modulus; a method of the language does not, as in
        // CPython's `slot_nb_inplace_power`.
        let class = self.class_of(a);
        let method = self.lookup(&class, "__ipow__");
        if !self.is_none(modulus) && method.is_some_and(|method| self.is_dunder(&method)) {
            args.push(modulus.clone());
        }
        match self.ask(a, "__ipow__", &args)? {
            Some(answer) => Ok(answer),
            None => self.power_named("**=", a, b, modulus),
        }
    }

    /// An operator with one operand, or a conversion.
    pub fn unary(&self, op: UnaryOp, object: &Local) -> Result {
        let (name, symbol) = match op {
            UnaryOp::Negative => ("__neg__", "unary -"),
            UnaryOp::Positive => ("__pos__", "unary +"),
            UnaryOp::Absolute => ("__abs__", "abs()"),
            UnaryOp::Invert => ("__invert__", "unary ~"),
            UnaryOp::Index => return self.index(object),
            UnaryOp::Long => return self.to_int(object),
            UnaryOp::Float => return self.to_float(object),
            _ => return Err(self.error("NotImplementedError", "unknown operator")),
        };
        if let Some(answer) = self.call_own(object, name, &[])? {
            return Ok(answer);
        }
        if let Some(answer) = self.builtin_unary(op, object)? {
            return Ok(answer);
        }
        let message = format!("bad operand type for {symbol}: '{{}}'");
        Err(self.type_error(&message, &[object]))
    }
}
