//! Builtin functions in Rust.

use crate::interpreter::{Interpreter, Value, VmResult};
use hpy_loader::runtime::{BinaryOp, UnaryOp};
use moving_gc::heap::Reference;
use moving_gc::{NativeFunction, Vm};

/// A function with a fixed number of arguments.
macro_rules! function {
    ($name:literal, |$vm:ident, $($argument:ident),+| $body:expr) => {
        ($name, |$vm, _, arguments| {
            let ([$($argument),+], []) = arguments.take($vm, $name, [])?;
            $body
        })
    };
}
pub(super) use function;

/// Name and function.
pub(super) const FUNCTIONS: &[(&str, NativeFunction)] = &[
    function!("abs", |vm, value| vm.unary(UnaryOp::Absolute, &value)),
    function!("ascii", |vm, value| Ok(vm.str(&vm.ascii(&value)?))),
    function!("callable", |vm, value| {
        Ok(vm.bool(vm.is_callable(&value)))
    }),
    function!("chr", |vm, value| {
        match vm.small_int(&value) {
            Some(point @ 0..=0x10_ffff) => Ok(vm.str_of_code_points(&[point as u32])),
            _ => Err(vm.error("ValueError", "chr() arg not in range(0x110000)")),
        }
    }),
    function!("compile", |vm, source, filename, mode| {
        let text = |value: &Value| vm.text(value).unwrap_or_default();
        let expression = text(&mode) == "eval";
        Interpreter::current().compile(&text(&source), &text(&filename), expression)
    }),
    function!("delattr", |vm, object, name| {
        vm.set_attr(&object, &attribute(vm, &name)?, None)?;
        Ok(vm.none())
    }),
    function!("divmod", |vm, a, b| vm.binary(BinaryOp::Divmod, &a, &b)),
    ("getattr", |vm, _, arguments| {
        let ([object, name], [default]) = arguments.take(vm, "getattr", [""])?;
        let name = attribute(vm, &name)?;
        match default {
            None => vm.get_attr(&object, &name),
            Some(default) => Ok(vm.get_attr_optional(&object, &name)?.unwrap_or(default)),
        }
    }),
    function!("hasattr", |vm, object, name| {
        let found = vm.get_attr_optional(&object, &attribute(vm, &name)?)?;
        Ok(vm.bool(found.is_some()))
    }),
    function!("hash", |vm, value| Ok(vm.int(vm.hash(&value)?))),
    function!("id", |vm, value| {
        Ok(vm.int(vm.heap().identity(&value).cast_signed()))
    }),
    function!("isinstance", |vm, object, class| {
        let object_class = vm.class_of(&object);
        derives(vm, "isinstance", &object_class, &class, Some(&object)).map(|is| vm.bool(is))
    }),
    function!("issubclass", |vm, class, base| {
        derives(vm, "issubclass", &class, &base, None).map(|is| vm.bool(is))
    }),
    function!("iter", |vm, value| vm.iter(&value)),
    function!("len", |vm, value| Ok(vm.int(vm.length(&value)? as i64))),
    ("next", |vm, _, arguments| {
        let ([iterator], [default]) = arguments.take(vm, "next", [""])?;
        match vm.next(&iterator)?.or(default) {
            Some(value) => Ok(value),
            None => Err(vm.new_exception(&vm.builtin("StopIteration"), &[])?),
        }
    }),
    function!("ord", |vm, value| {
        let points = vm.code_points(&value);
        let bytes = vm.bytes_value(&value);
        match (points.as_deref(), bytes.as_deref()) {
            (Some([point]), _) => Ok(vm.int((*point).into())),
            (_, Some([byte])) => Ok(vm.int((*byte).into())),
            _ => Err(vm.error("TypeError", "ord() expected a character")),
        }
    }),
    function!("repr", |vm, value| {
        vm.repr(&value).map(|text| vm.str(&text))
    }),
    function!("setattr", |vm, object, name, value| {
        vm.set_attr(&object, &attribute(vm, &name)?, Some(&value))?;
        Ok(vm.none())
    }),
];

fn attribute(vm: &Vm, name: &Value) -> VmResult<String> {
    vm.text(name)
        .ok_or_else(|| vm.error("TypeError", "attribute name must be string"))
}

/// Whether a class derives from another, or from one of a tuple.
fn derives(
    vm: &Vm,
    name: &str,
    class: &Value,
    base: &Value,
    object: Option<&Value>,
) -> VmResult<bool> {
    let is_class = |object: &Value| vm.is_instance(object, &vm.builtin("type"));
    if !is_class(class) {
        return Err(vm.error("TypeError", &format!("{name}() arg 1 must be a class")));
    }
    if vm.is_instance(base, &vm.builtin("tuple")) {
        for base in vm.items(base).unwrap_or_default() {
            if derives(vm, name, class, &base, object)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let (check, what) = match object {
        Some(object) => ("__instancecheck__", object),
        None => ("__subclasscheck__", class),
    };
    // A metaclass may have an opinion.
    if let Some(check) = vm.lookup(&vm.class_of(base), check) {
        let answer = vm.call(&check, [base.clone(), what.clone()].into())?;
        return vm.is_true(&answer);
    }
    if !is_class(base) {
        let message = format!("{name}() arg 2 must be a type or a tuple of types");
        return Err(vm.error("TypeError", &message));
    }
    Ok(class.is(base) || vm.is_subclass(class, base))
}
