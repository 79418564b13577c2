//! The functions of the module `_driver`.

use super::builtins::{exactly, function};
use super::{base85, modes, patterns};
use crate::interpreter::{Interpreter, Value, VmResult};
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
        Ok(Interpreter::current().environment.clone())
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
    ("load_built", |vm, _, arguments| {
        let name = arguments.positional.get(1).and_then(|name| vm.text(name));
        let path = built(vm, arguments)?;
        let name = name.unwrap_or_default();
        let file = vm.str(&path.display().to_string());
        let namespace = vm.import("types")?;
        let namespace = vm.get_attr(&namespace, "SimpleNamespace")?;
        let spec = Arguments {
            positional: Vec::new(),
            keywords: vec![
                (vm.str("name"), vm.str(&name)),
                (vm.str("origin"), file.clone()),
            ],
        };
        let spec = vm.call(&namespace, spec)?;
        let mode = Interpreter::current().mode_for(&name)?;
        let module = vm.load_with_spec(&path, &name, &spec, mode)?;
        vm.set_attr(&module, "__file__", Some(&file))?;
        vm.set_attr(&module, "__spec__", Some(&spec))?;
        Ok(module)
    }),
    ("load_extension", modes::load_extension),
    ("new_generation", modes::new_generation),
    ("open_handles", modes::open_handles),
    ("read_line", |vm, _, _| {
        let mut line = String::new();
        match std::io::stdin().read_line(&mut line) {
            Ok(_) => Ok(vm.str(&line)),
            Err(error) => Err(vm.error("OSError", &error.to_string())),
        }
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
];

/// The binary for a call of `make_module`.
fn built(vm: &Vm, arguments: Arguments) -> VmResult<std::path::PathBuf> {
    let [source, name, extra]: [Value; 3] = exactly(vm, "make_module", arguments)?;
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
