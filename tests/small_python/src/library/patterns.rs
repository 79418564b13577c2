//! Regular expressions, by the crate `regex`. Its syntax is Python's but for
//! what needs backtracking, which is an error here.

use crate::interpreter::{Value, VmResult};
use moving_gc::{Arguments, Vm};
use regex::Regex;

/// `find_pattern(pattern, text)`: the text that matches, or `None`.
pub(super) fn find(vm: &Vm, _: &Value, arguments: Arguments) -> VmResult<Value> {
    let ([pattern, text], []) = arguments.take(vm, "find_pattern", [])?;
    let (Some(pattern), Some(text)) = (vm.text(&pattern), vm.text(&text)) else {
        return Err(vm.error("TypeError", "expected strings"));
    };
    // Python takes a missing lower bound for none.
    let pattern = pattern.replace("{,", "{0,");
    let pattern =
        Regex::new(&pattern).map_err(|error| vm.error("ValueError", &error.to_string()))?;
    Ok(match pattern.find(&text) {
        Some(found) => vm.str(found.as_str()),
        None => vm.none(),
    })
}

/// `escape_pattern(text)`.
pub(super) fn escape(vm: &Vm, _: &Value, arguments: Arguments) -> VmResult<Value> {
    let ([text], []) = arguments.take(vm, "escape_pattern", [])?;
    Ok(vm.str(&regex::escape(&vm.text(&text).unwrap_or_default())))
}
