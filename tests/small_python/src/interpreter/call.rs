//! Calls, from the script and of its functions.

use super::frame::Frame;
use super::machine::{Interpreter, Value, VmResult};
use moving_gc::{Arguments, Vm};
use ruff_python_ast as ast;

type Keywords = Vec<(String, Value)>;

impl Interpreter {
    pub(super) fn eval_call(&self, frame: &mut Frame, call: &ast::ExprCall) -> VmResult<Value> {
        let callee = self.eval(frame, &call.func)?;
        let (positional, keywords) = self.arguments(frame, &call.arguments)?;
        self.call_with(&callee, positional, keywords)
    }

    pub(super) fn arguments(
        &self,
        frame: &mut Frame,
        arguments: &ast::Arguments,
    ) -> VmResult<(Vec<Value>, Keywords)> {
        let positional = self.elements(frame, &arguments.args)?;
        let mut keywords = Keywords::new();
        for keyword in &arguments.keywords {
            let value = self.eval(frame, &keyword.value)?;
            if let Some(name) = &keyword.arg {
                keywords.push((name.to_string(), value));
                continue;
            }
            let keys = self.vm.call_method(&value, "keys", [].into())?;
            for key in self.vm.collect_items(&keys)? {
                let item = self.vm.get_item(&value, &key)?;
                let Some(name) = self.vm.text(&key) else {
                    return Err(self.error("TypeError", "keywords must be strings"));
                };
                if keywords.iter().any(|(known, _)| *known == name) {
                    let message = format!("got multiple values for keyword argument '{name}'");
                    return Err(self.error("TypeError", &message));
                }
                keywords.push((name, item));
            }
        }
        Ok((positional, keywords))
    }

    pub(super) fn call_with(
        &self,
        callee: &Value,
        positional: Vec<Value>,
        keywords: Keywords,
    ) -> VmResult<Value> {
        let keywords = keywords.into_iter();
        let keywords = keywords.map(|(name, value)| (self.vm.str(&name), value));
        let arguments = Arguments {
            positional,
            keywords: keywords.collect(),
        };
        self.vm.call(callee, arguments)
    }

    pub(super) fn decorators(
        &self,
        frame: &mut Frame,
        decorators: &[ast::Decorator],
    ) -> VmResult<Vec<Value>> {
        let decorators = decorators.iter();
        let values = decorators.map(|decorator| self.eval(frame, &decorator.expression));
        values.collect()
    }

    /// A function or a lambda, whose code the node has.
    pub(super) fn define(
        &self,
        frame: &mut Frame,
        node: &ast::AtomicNodeIndex,
        parameters: Option<&ast::Parameters>,
        decorators: &[ast::Decorator],
    ) -> VmResult<Value> {
        let decorators = self.decorators(frame, decorators)?;
        let mut defaults = Vec::new();
        let mut keyword_defaults = self.vm.none();
        if let Some(parameters) = parameters {
            if !parameters.kwonlyargs.is_empty() {
                keyword_defaults = self.vm.dict();
            }
            for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
                if let Some(default) = parameter.default() {
                    defaults.push(self.eval(frame, default)?);
                }
            }
            for parameter in &parameters.kwonlyargs {
                if let Some(default) = parameter.default() {
                    let value = self.eval(frame, default)?;
                    let name = parameter.name();
                    self.vm.dict_set_str(&keyword_defaults, name, &value);
                }
            }
        }
        let number = frame.code_of(node);
        let mut value = self.new_function(frame, number, &defaults, &keyword_defaults)?;
        for decorator in decorators.iter().rev() {
            value = self.vm.call(decorator, [value].into())?;
        }
        Ok(value)
    }

    fn new_function(
        &self,
        frame: &Frame,
        number: usize,
        defaults: &[Value],
        keyword_defaults: &Value,
    ) -> VmResult<Value> {
        let (code, unit) = self.code(number);
        let mut captured = vec![
            self.vm.int(number as i64),
            frame.globals.clone(),
            match defaults {
                [] => self.vm.none(),
                defaults => self.vm.tuple(defaults),
            },
            keyword_defaults.clone(),
        ];
        captured.extend(frame.shared_cells(code));
        let function = self.vm.function(code.name, run, &captured, true);
        if let Some(module) = self.vm.dict_get_str(&frame.globals, "__name__") {
            self.vm.set_function_module(&function, &module);
        }
        let set = |name: &str, value: &_| self.vm.set_attr(&function, name, Some(value));
        if code.qualified_name != code.name {
            set("__qualname__", &self.vm.str(&code.qualified_name))?;
        }
        if let Some(doc) = unit.doc(self.vm, code) {
            set("__doc__", &doc)?;
        }
        Ok(function)
    }

    fn call_function(&self, function: &Value, arguments: Arguments) -> VmResult<Value> {
        let captured = |index| self.vm.captured(function, index);
        let number = self.vm.small_int(&captured(0)).unwrap_or_default() as usize;
        let (code, _) = self.code(number);
        let cells = (0..code.free.len()).map(|index| captured(4 + index));
        let mut frame = self.frame(number, captured(1), None, cells.collect())?;
        self.bind(&mut frame, &captured(2), &captured(3), &arguments)?;
        drop(arguments);
        for (index, (_, parameter)) in frame.code.cells.iter().enumerate() {
            if let Some(slot) = parameter {
                let value = frame.locals[*slot].take();
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
    ) -> VmResult<()> {
        let code = frame.code;
        let parameters = &code.parameters;
        let function = &code.qualified_name;
        let complain = |message: String| Err(self.error("TypeError", &message));
        let positional = &arguments.positional[..];

        let wanted = parameters.positional;
        for (slot, value) in frame.locals[..wanted].iter_mut().zip(positional) {
            *slot = Some(value.clone());
        }
        match parameters.star {
            1 => {
                let rest = positional.get(wanted..).unwrap_or_default();
                frame.locals[wanted] = Some(self.vm.tuple(rest));
            }
            _ if positional.len() > wanted => {
                let plural = if wanted == 1 { "" } else { "s" };
                let given = positional.len();
                let verb = if given == 1 { "was" } else { "were" };
                return complain(format!(
                    "{function}() takes {wanted} positional argument{plural} but {given} {verb} given"
                ));
            }
            _ => {}
        }

        let first_keyword = wanted + parameters.star;
        let keyword_only = first_keyword..first_keyword + parameters.keyword_only;
        let extra = (parameters.double_star == 1).then(|| self.vm.dict());
        for (key, value) in &arguments.keywords {
            let name = &self.vm.text(key).unwrap_or_default();
            let mut named = (parameters.positional_only..wanted).chain(keyword_only.clone());
            match (named.find(|&slot| code.locals[slot] == name), &extra) {
                (Some(slot), _) => {
                    if frame.locals[slot].is_some() {
                        return complain(format!(
                            "{function}() got multiple values for argument '{name}'"
                        ));
                    }
                    frame.locals[slot] = Some(value.clone());
                }
                (None, Some(extra)) => self.vm.dict_set_str(extra, name, value),
                (None, None) => {
                    return complain(format!(
                        "{function}() got an unexpected keyword argument '{name}'"
                    ));
                }
            }
        }
        if let Some(extra) = extra {
            frame.locals[keyword_only.end] = Some(extra);
        }

        let defaults = self.vm.items(defaults).unwrap_or_default();
        let first_default = wanted - defaults.len();
        let mut missing = Vec::new();
        for slot in 0..wanted {
            if frame.locals[slot].is_none() {
                match slot.checked_sub(first_default) {
                    Some(at) => frame.locals[slot] = Some(defaults[at].clone()),
                    None => missing.push(format!("'{}'", code.locals[slot])),
                }
            }
        }
        let mut kind = "positional";
        if missing.is_empty() {
            kind = "keyword-only";
            for slot in keyword_only {
                let name = code.locals[slot];
                if frame.locals[slot].is_none() {
                    match self.vm.dict_get_str(keyword_defaults, name) {
                        Some(value) => frame.locals[slot] = Some(value),
                        None => missing.push(format!("'{name}'")),
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
fn run(_: &Vm, function: &Value, arguments: Arguments) -> VmResult<Value> {
    Interpreter::current().call_function(function, arguments)
}
