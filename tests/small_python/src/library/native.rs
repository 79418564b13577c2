//! The functions of the module `_driver`.

use super::builtins::function;
use super::modes::{self, number};
use super::{base85, patterns};
use crate::interpreter::{Interpreter, VmResult};
use hpy_loader::runtime::UnaryOp;
use moving_gc::{Arguments, NativeFunction, Vm};
use num_traits::ToPrimitive;

/// Name and function.
pub(super) const FUNCTIONS: &[(&str, NativeFunction)] = &[
    ("b85encode", base85::encode),
    ("built_module", |vm, _, arguments| {
        let path = built(vm, arguments)?;
        Ok(vm.str(&path.display().to_string()))
    }),
    ("collect", |vm, _, _| {
        vm.collect();
        Ok(vm.int(0))
    }),
    ("environment", |_, _, _| {
        Ok(Interpreter::current().os_environ.clone())
    }),
    ("escape_pattern", patterns::escape),
    ("exc_info", |vm, _, _| {
        let handled = Interpreter::current().handled.borrow().last().cloned();
        Ok(match handled {
            Some(error) => vm.tuple(&[vm.class_of(&error), error, vm.none()]),
            None => vm.tuple(&[vm.none(), vm.none(), vm.none()]),
        })
    }),
    ("find_pattern", patterns::find),
    function!("digits", |vm, value, base| {
        let base: u32 = number(vm, &base)?;
        let value = vm.int_value(&value).unwrap_or_default();
        Ok(vm.str(&value.to_str_radix(base)))
    }),
    function!("fixed", |vm, value, digits| {
        let digits: usize = number(vm, &digits)?;
        let value = vm.float_value(&value).unwrap_or_default();
        Ok(vm.str(&format!("{value:.digits$}")))
    }),
    function!("float_bits", |vm, value, size| {
        let value = vm.float_value(&vm.unary(UnaryOp::Float, &value)?);
        let value = value.unwrap_or_default();
        Ok(vm.big_int(&match vm.small_int(&size) {
            Some(4) => (value as f32).to_bits().into(),
            _ => value.to_bits().into(),
        }))
    }),
    function!("float_of_bits", |vm, bits, size| {
        let bits = vm.int_value(&bits).and_then(|bits| bits.to_u64());
        let bits = bits.unwrap_or_default();
        Ok(vm.float(match vm.small_int(&size) {
            Some(4) => f32::from_bits(bits as u32).into(),
            _ => f64::from_bits(bits),
        }))
    }),
    ("get_modules", |vm, _, _| Ok(vm.modules())),
    function!("index", |vm, value| vm.unary(UnaryOp::Index, &value)),
    ("load_extension", modes::load_extension),
    function!("mode_for", |vm, name| {
        let name = vm.text(&name).unwrap_or_default();
        let mode = Interpreter::current().mode_for(&name)?;
        Ok(vm.int(mode as i64))
    }),
    ("new_generation", modes::new_generation),
    function!("new_range", |vm, start, stop, step| {
        let number = |part| vm.index_of(part, "OverflowError").map(|part| part as i64);
        Ok(vm.range(number(&start)?, number(&stop)?, number(&step)?))
    }),
    function!("new_slice", |vm, start, stop, step| {
        Ok(vm.slice(&start, &stop, &step))
    }),
    ("open_handles", modes::open_handles),
    function!("power", |vm, base, exponent, modulus| {
        vm.power(&base, &exponent, &modulus)
    }),
    ("read_line", |vm, _, _| {
        let mut line = String::new();
        match std::io::stdin().read_line(&mut line) {
            Ok(_) => Ok(vm.str(&line)),
            Err(error) => Err(vm.error("OSError", &error.to_string())),
        }
    }),
    function!("run", |vm, code, globals, locals| {
        Interpreter::current().eval_code(&code, &globals, &locals)
    }),
    ("set_frames", modes::set_frames),
    function!("sqrt", |vm, value| {
        let value = vm.unary(UnaryOp::Float, &value)?;
        let value = vm.float_value(&value).unwrap_or_default();
        match value < 0.0 {
            true => Err(vm.error("ValueError", "math domain error")),
            false => Ok(vm.float(value.sqrt())),
        }
    }),
    ("version", |vm, _, _| Ok(vm.str(env!("CARGO_PKG_VERSION")))),
    function!("write", |vm, text, flush| {
        let flush = vm.is_true(&flush)?;
        Interpreter::current().write(&vm.text(&text).unwrap_or_default(), flush)?;
        Ok(vm.none())
    }),
];

/// The binary for a call of `make_module`.
fn built(vm: &Vm, arguments: Arguments) -> VmResult<std::path::PathBuf> {
    let ([source, name, extra], []) = arguments.take(vm, "make_module", [])?;
    let mut sources = vec![source];
    sources.extend(vm.collect_items(&extra)?);
    let sources: Vec<String> = sources
        .iter()
        .filter_map(|source| vm.text(source))
        .collect();
    let name = vm.text(&name).unwrap_or_default();
    Interpreter::current()
        .next_module(&name, &sources)
        .map_err(|reason| vm.error("LookupError", &reason))
}
