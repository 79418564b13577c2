//! Calls, from the script and of its functions.

use super::frame::Frame;
use super::machine::{Interpreter, Value, VmResult};
use crate::syntax::Code;
use moving_gc::{Arguments, Vm};
use ruff_python_ast as ast;
use std::ops::Range;

impl Interpreter {
    pub(super) fn eval_call(&self, frame: &mut Frame, call: &ast::ExprCall) -> VmResult<Value> {
        let callee = self.eval(frame, &call.func)?;
        let arguments = self.arguments(frame, &call.arguments)?;
        self.vm.call(&callee, arguments)
    }

    pub(super) fn arguments(
        &self,
        frame: &mut Frame,
        arguments: &ast::Arguments,
    ) -> VmResult<Arguments> {
        let positional = self.elements(frame, &arguments.args)?;
        let mut keywords: Vec<(Value, Value)> = Vec::new();
        for keyword in &arguments.keywords {
            let value = self.eval(frame, &keyword.value)?;
            if let Some(name) = &keyword.arg {
                keywords.push((self.vm.str(name), value));
                continue;
            }
            let keys = self.vm.call_method(&value, "keys", [].into())?;
            for key in self.vm.collect_items(&keys)? {
                let item = self.vm.get_item(&value, &key)?;
                let Some(name) = self.vm.text(&key) else {
                    return Err(self.error("TypeError", "keywords must be strings"));
                };
                let is_same = |(known, _): &(Value, _)| self.vm.text(known).as_ref() == Some(&name);
                if keywords.iter().any(is_same) {
                    let message = format!("got multiple values for keyword argument '{name}'");
                    return Err(self.error("TypeError", &message));
                }
                keywords.push((key, item));
            }
        }
        Ok(Arguments {
            positional,
            keywords,
        })
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
        let captured = [
            self.vm.int(number as i64),
            frame.globals.clone(),
            match defaults {
                [] => self.vm.none(),
                defaults => self.vm.tuple(defaults),
            },
            keyword_defaults.clone(),
            frame.environment.clone(),
        ];
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
        let mut frame = self.frame(number, captured(1), None, &captured(4))?;
        let values = self.bind(frame.code, &captured(2), &captured(3), &arguments)?;
        for (slot, value) in values.iter().enumerate() {
            self.vm
                .record_set(&frame.environment, 1 + slot, value.as_ref());
        }
        drop((arguments, values));
        self.run_body(&mut frame)
    }

    /// The values of the parameters, by slot.
    fn bind(
        &self,
        code: &Code,
        defaults: &Value,
        keyword_defaults: &Value,
        arguments: &Arguments,
    ) -> VmResult<Vec<Option<Value>>> {
        let parameters = &code.parameters;
        let wanted = parameters.positional;
        let first_keyword = wanted + parameters.star;
        let keyword_only = first_keyword..first_keyword + parameters.keyword_only;
        let complain = |message: &str| {
            let message = format!("{}() {message}", code.qualified_name);
            self.error("TypeError", &message)
        };

        let mut positional = arguments.positional.iter().cloned();
        let mut values: Vec<Option<Value>> = positional.by_ref().take(wanted).map(Some).collect();
        values.resize(keyword_only.end + parameters.double_star, None);
        if parameters.star == 1 {
            values[wanted] = Some(self.vm.tuple(&positional.collect::<Vec<_>>()));
        } else if positional.len() > 0 {
            let plural = if wanted == 1 { "" } else { "s" };
            let given = arguments.positional.len();
            let verb = if given == 1 { "was" } else { "were" };
            return Err(complain(&format!(
                "takes {wanted} positional argument{plural} but {given} {verb} given"
            )));
        }

        let extra = (parameters.double_star == 1).then(|| self.vm.dict());
        for (key, value) in &arguments.keywords {
            let name = &self.vm.text(key).unwrap_or_default();
            let mut named = (parameters.positional_only..wanted).chain(keyword_only.clone());
            match (named.find(|&slot| code.locals[slot] == name), &extra) {
                (Some(slot), _) if values[slot].is_some() => {
                    let message = format!("got multiple values for argument '{name}'");
                    return Err(complain(&message));
                }
                (Some(slot), _) => values[slot] = Some(value.clone()),
                (None, Some(extra)) => self.vm.dict_set_str(extra, name, value),
                (None, None) => {
                    let message = format!("got an unexpected keyword argument '{name}'");
                    return Err(complain(&message));
                }
            }
        }
        if let Some(extra) = extra {
            values[keyword_only.end] = Some(extra);
        }

        let defaults = self.vm.items(defaults).unwrap_or_default();
        let first_default = wanted - defaults.len();
        let positional_default =
            |slot: usize| Some(defaults[slot.checked_sub(first_default)?].clone());
        let keyword_default =
            |slot: usize| self.vm.dict_get_str(keyword_defaults, code.locals[slot]);
        let missing = fill(&mut values, 0..wanted, positional_default);
        let (missing, kind) = match missing.is_empty() {
            true => (
                fill(&mut values, keyword_only, keyword_default),
                "keyword-only",
            ),
            false => (missing, "positional"),
        };
        if missing.is_empty() {
            return Ok(values);
        }
        let names = missing
            .iter()
            .map(|&slot| format!("'{}'", code.locals[slot]));
        let names: Vec<String> = names.collect();
        let plural = if names.len() == 1 { "" } else { "s" };
        let list = match &names[..] {
            [init @ .., last] if init.len() > 1 => format!("{}, and {last}", init.join(", ")),
            all => all.join(" and "),
        };
        let count = names.len();
        Err(complain(&format!(
            "missing {count} required {kind} argument{plural}: {list}"
        )))
    }
}

/// Fills in the defaults. Returns the slots that have none.
fn fill(
    values: &mut [Option<Value>],
    slots: Range<usize>,
    default: impl Fn(usize) -> Option<Value>,
) -> Vec<usize> {
    let mut missing = Vec::new();
    for slot in slots {
        if values[slot].is_none() {
            values[slot] = default(slot);
        }
        if values[slot].is_none() {
            missing.push(slot);
        }
    }
    missing
}

/// What all functions of scripts are to the VM.
fn run(_: &Vm, function: &Value, arguments: Arguments) -> VmResult<Value> {
    Interpreter::current().call_function(function, arguments)
}
