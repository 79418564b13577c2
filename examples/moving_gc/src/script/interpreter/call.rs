//! Calls, from the script and of its functions.

use super::frame::Frame;
use super::statement::Flow;
use super::{Fallible, Interpreter, Value};
use crate::script::tree::{Call, Code, ConstantId, Expr};

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
                Some(name) => values.push((self.vm.text(frame.constant(*name)), value)),
                None => {
                    let keys = self.vm.call_method(&value, "keys", &[])?;
                    for key in self.collect(&keys)? {
                        let item = self.vm.get_item(&value, &key)?;
                        let name = self.vm.text_of(&key)?;
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
        if keywords.is_empty() {
            return self.vm.call(callee, positional, None);
        }
        let names: Vec<Value> = keywords.iter().map(|(name, _)| self.vm.str(name)).collect();
        let names = self.vm.tuple(&names);
        let mut arguments = positional.to_vec();
        arguments.extend(keywords.iter().map(|(_, value)| value.clone()));
        self.vm.call(callee, &arguments, Some(&names))
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
        let captured = self.vm.tuple(&[
            frame.globals.clone(),
            self.vm.tuple(defaults),
            keyword_defaults.clone(),
            self.vm.tuple(&cells),
        ]);
        let function = self.vm.function(&code.name, number, &captured);
        let qualified = self.vm.str(&code.qualified_name);
        self.vm
            .set_attr_str(&function, "__qualname__", Some(&qualified))?;
        let module = self.vm.str("__name__");
        if let Some(module) = self.vm.dict_get(&frame.globals, &module)? {
            self.vm.set_attr_str(&function, "__module__", Some(&module))?;
        }
        let doc = match code.doc {
            Some(doc) => frame.constant(doc).clone(),
            None => self.vm.none(),
        };
        self.vm.set_attr_str(&function, "__doc__", Some(&doc))?;
        Ok(function)
    }

    /// Runs a function of the script: `names` are the keywords whose values end
    /// the arguments.
    pub(super) fn call_function(
        &self,
        number: usize,
        captured: &Value,
        arguments: &[Value],
        names: &[String],
    ) -> Fallible<Value> {
        let [globals, defaults, keyword_defaults, cells] = &self.vm.items(captured)[..] else {
            unreachable!("the captured values of a function are four");
        };
        let mut frame = self.frame(number, globals.clone(), None, self.vm.items(cells))?;
        self.bind(&mut frame, defaults, keyword_defaults, arguments, names)?;
        for (index, cell) in frame.code.cells.iter().enumerate() {
            if let Some(slot) = cell.parameter {
                let value = frame.locals[slot].take();
                let cell = &frame.cells[frame.code.free.len() + index];
                self.vm.set_cell(cell, value.as_ref());
            }
        }
        match self.body(&mut frame, &frame.code.body) {
            Ok(Flow::Return(value)) => Ok(value),
            Ok(_) => Ok(self.vm.none()),
            Err(error) => {
                self.note_traceback(&error, &frame);
                Err(error)
            }
        }
    }

    /// Puts arguments into the parameters' slots.
    fn bind(
        &self,
        frame: &mut Frame,
        defaults: &Value,
        keyword_defaults: &Value,
        arguments: &[Value],
        names: &[String],
    ) -> Fallible<()> {
        let code = frame.code;
        let parameters = &code.parameters;
        let function = &code.qualified_name;
        let complain = |message: String| Err(self.error("TypeError", &message));
        let (positional, keywords) = arguments.split_at(arguments.len() - names.len());

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
        for (name, value) in names.iter().zip(keywords) {
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
                (None, Some(extra)) => self.set_named(extra, name, value)?,
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

        let defaults = self.vm.items(defaults);
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
                    let name = frame.constant(parameter.name_constant).clone();
                    match self.vm.dict_get(keyword_defaults, &name)? {
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
