//! Calls, from the script and of its functions.

use super::frame::Frame;
use super::{Fallible, Interpreter, Value};
use crate::tree::{Call, Code, ConstantId, Expr};
use moving_gc::{Arguments, Vm};

impl Interpreter {
    pub(super) fn eval_call(&self, frame: &mut Frame, call: &Call) -> Fallible<Value> {
        let callee = self.eval(frame, &call.callee)?;
        let positional = self.elements(frame, &call.positional)?;
        let keywords = self.keywords(frame, &call.keywords)?;
        self.call_with(&callee, &positional, &keywords)
    }

    pub(super) fn keywords(
        &self,
        frame: &mut Frame,
        keywords: &[(Option<ConstantId>, Expr)],
    ) -> Fallible<Vec<(String, Value)>> {
        let mut values: Vec<(String, Value)> = Vec::new();
        for (name, value) in keywords {
            let value = self.eval(frame, value)?;
            match name {
                Some(name) => values.push((frame.name(*name).to_owned(), value)),
                None => {
                    let keys = self.vm.call_method(&value, "keys", [].into())?;
                    for key in self.collect(&keys)? {
                        let item = self.vm.get_item(&value, &key)?;
                        let Some(name) = self.vm.text(&key) else {
                            return Err(self.error("TypeError", "keywords must be strings"));
                        };
                        if values.iter().any(|(known, _)| *known == name) {
                            let message =
                                format!("got multiple values for keyword argument '{name}'");
                            return Err(self.error("TypeError", &message));
                        }
                        values.push((name, item));
                    }
                }
            }
        }
        Ok(values)
    }

    pub(super) fn call_with(
        &self,
        callee: &Value,
        positional: &[Value],
        keywords: &[(String, Value)],
    ) -> Fallible<Value> {
        let keywords = keywords
            .iter()
            .map(|(name, value)| (self.vm.str(name), value.clone()))
            .collect();
        let arguments = Arguments {
            positional: positional.to_vec(),
            keywords,
        };
        self.vm.call(callee, arguments)
    }

    /// The cells of `frame` that a function defined in it shares.
    pub(super) fn shared_cells(&self, frame: &Frame, code: &Code) -> Vec<Value> {
        let cells = code.free.iter().map(|free| frame.cells[free.outer].clone());
        cells.collect()
    }

    pub(super) fn new_function(
        &self,
        frame: &Frame,
        number: usize,
        defaults: &[Value],
        keyword_defaults: &Value,
    ) -> Fallible<Value> {
        let (code, _) = self.code(number);
        let cells = self.shared_cells(frame, code);
        let mut captured = vec![
            self.vm.int(number as i64),
            frame.globals.clone(),
            self.vm.tuple(defaults),
            keyword_defaults.clone(),
        ];
        captured.extend(cells);
        let function = self.vm.function(&code.name, run, &captured, true);
        let qualified = self.vm.str(&code.qualified_name);
        self.vm
            .set_attr(&function, "__qualname__", Some(&qualified))?;
        if let Some(module) = self.vm.dict_get_str(&frame.globals, "__name__") {
            self.vm.set_attr(&function, "__module__", Some(&module))?;
        }
        let doc = match code.doc {
            Some(doc) => frame.constant(doc).clone(),
            None => self.vm.none(),
        };
        self.vm.set_attr(&function, "__doc__", Some(&doc))?;
        Ok(function)
    }

    fn call_function(&self, function: &Value, arguments: Arguments) -> Fallible<Value> {
        let captured = |index| self.vm.captured(function, index);
        let number = self.vm.small_int(&captured(0)).unwrap_or_default() as usize;
        let (code, _) = self.code(number);
        let cells = (0..code.free.len()).map(|index| captured(4 + index));
        let mut frame = self.frame(number, captured(1), None, cells.collect())?;
        self.bind(&mut frame, &captured(2), &captured(3), &arguments)?;
        drop(arguments);
        for (index, cell) in frame.code.cells.iter().enumerate() {
            if let Some(slot) = cell.parameter {
                let value = frame.locals[slot].take();
                let cell = &frame.cells[frame.code.free.len() + index];
                self.vm.record_set(cell, 0, value.as_ref());
            }
        }
        self.run_body(&mut frame)
    }

    /// Puts arguments into the parameters' slots.
    fn bind(
        &self,
        frame: &mut Frame,
        defaults: &Value,
        keyword_defaults: &Value,
        arguments: &Arguments,
    ) -> Fallible<()> {
        let code = frame.code;
        let parameters = &code.parameters;
        let function = &code.qualified_name;
        let complain = |message: String| Err(self.error("TypeError", &message));
        let positional = &arguments.positional[..];

        let wanted = parameters.positional.len();
        for (parameter, value) in parameters.positional.iter().zip(positional) {
            frame.locals[parameter.slot] = Some(value.clone());
        }
        match &parameters.star {
            Some(star) => {
                let rest = positional.get(wanted..).unwrap_or_default();
                frame.locals[star.slot] = Some(self.vm.tuple(rest));
            }
            None if positional.len() > wanted => {
                let plural = if wanted == 1 { "" } else { "s" };
                let given = positional.len();
                let verb = if given == 1 { "was" } else { "were" };
                return complain(format!(
                    "{function}() takes {wanted} positional argument{plural} but {given} {verb} given"
                ));
            }
            None => {}
        }

        let named = &parameters.positional[parameters.positional_only..];
        let extra = parameters.double_star.as_ref().map(|_| self.vm.dict());
        for (key, value) in &arguments.keywords {
            let name = &self.vm.text(key).unwrap_or_default();
            let parameter = named
                .iter()
                .chain(&parameters.keyword_only)
                .find(|parameter| parameter.name == *name);
            match (parameter, &extra) {
                (Some(parameter), _) => {
                    if frame.locals[parameter.slot].is_some() {
                        return complain(format!(
                            "{function}() got multiple values for argument '{name}'"
                        ));
                    }
                    frame.locals[parameter.slot] = Some(value.clone());
                }
                (None, Some(extra)) => self.vm.dict_set_str(extra, name, value),
                (None, None) => {
                    return complain(format!(
                        "{function}() got an unexpected keyword argument '{name}'"
                    ));
                }
            }
        }
        if let (Some(parameter), Some(extra)) = (&parameters.double_star, extra) {
            frame.locals[parameter.slot] = Some(extra);
        }

        let defaults = self.vm.items(defaults).unwrap_or_default();
        let first_default = wanted - defaults.len();
        let mut missing = Vec::new();
        for (index, parameter) in parameters.positional.iter().enumerate() {
            if frame.locals[parameter.slot].is_none() {
                match index.checked_sub(first_default) {
                    Some(at) => frame.locals[parameter.slot] = Some(defaults[at].clone()),
                    None => missing.push(format!("'{}'", parameter.name)),
                }
            }
        }
        let mut kind = "positional";
        if missing.is_empty() {
            kind = "keyword-only";
            for parameter in &parameters.keyword_only {
                if frame.locals[parameter.slot].is_none() {
                    match self.vm.dict_get_str(keyword_defaults, &parameter.name) {
                        Some(value) => frame.locals[parameter.slot] = Some(value),
                        None => missing.push(format!("'{}'", parameter.name)),
                    }
                }
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let plural = if missing.len() == 1 { "" } else { "s" };
        let list = match &missing[..] {
            [init @ .., last] if init.len() > 1 => format!("{}, and {last}", init.join(", ")),
            all => all.join(" and "),
        };
        let count = missing.len();
        complain(format!(
            "{function}() missing {count} required {kind} argument{plural}: {list}"
        ))
    }
}

/// What all functions of scripts are to the VM.
fn run(_: &Vm, function: &Value, arguments: Arguments) -> Fallible<Value> {
    Interpreter::current().call_function(function, arguments)
}
