//! Builtin functions in Rust.

use crate::interpreter::{Interpreter, Value, VmResult};
use hpy_loader::runtime::{BinaryOp, UnaryOp};
use moving_gc::heap::Reference;
use moving_gc::{Arguments, NativeFunction, Vm};
use std::io::{self, Write};

/// A function with a fixed number of arguments.
macro_rules! function {
    ($name:literal, |$vm:ident, $($argument:ident),+| $body:expr) => {
        ($name, |$vm, _, arguments| {
            let [$($argument),+] = exactly($vm, $name, arguments)?;
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
        let point = vm
            .small_int(&value)
            .and_then(|point| u32::try_from(point).ok());
        match point.filter(|point| *point <= 0x10_ffff) {
            Some(point) => Ok(vm.str_of_code_points(&[point])),
            None => Err(vm.error("ValueError", "chr() arg not in range(0x110000)")),
        }
    }),
    ("compile", |_, _, arguments| compile(arguments)),
    function!("delattr", |vm, object, name| {
        vm.set_attr(&object, &attribute(vm, &name)?, None)?;
        Ok(vm.none())
    }),
    function!("divmod", |vm, a, b| vm.binary(BinaryOp::Divmod, &a, &b)),
    ("eval", |_, _, arguments| run("eval", arguments, true)),
    ("exec", |vm, _, arguments| {
        run("exec", arguments, false).map(|_| vm.none())
    }),
    ("format", |vm, _, arguments| {
        let arguments = arguments.positional;
        let Some(value) = arguments.first() else {
            return Err(vm.error("TypeError", "format expected at least 1 argument, got 0"));
        };
        let specification = arguments.get(1).and_then(|text| vm.text(text));
        let text = Interpreter::current().formatted(value, &specification.unwrap_or_default())?;
        Ok(vm.str(&text))
    }),
    ("getattr", |vm, _, arguments| {
        let arguments = arguments.positional;
        match &arguments[..] {
            [object, name] => vm.get_attr(object, &attribute(vm, name)?),
            [object, name, default] => {
                let found = vm.get_attr_optional(object, &attribute(vm, name)?)?;
                Ok(found.unwrap_or_else(|| default.clone()))
            }
            _ => Err(vm.error("TypeError", "getattr expected 2 or 3 arguments")),
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
    ("iter", iterate),
    function!("len", |vm, value| Ok(vm.int(vm.length(&value)? as i64))),
    ("next", |vm, _, arguments| {
        let arguments = arguments.positional;
        let Some(iterator) = arguments.first() else {
            return Err(vm.error("TypeError", "next expected at least 1 argument, got 0"));
        };
        match (vm.next(iterator)?, arguments.get(1)) {
            (Some(value), _) => Ok(value),
            (None, Some(default)) => Ok(default.clone()),
            (None, None) => Err(vm.new_exception(&vm.builtin("StopIteration"), &[])?),
        }
    }),
    function!("ord", |vm, value| {
        let points = vm.code_points(&value);
        let bytes = || vm.bytes_value(&value)?.first().map(|byte| u32::from(*byte));
        match points.as_deref() {
            Some([point]) => Ok(vm.int((*point).into())),
            None if bytes().is_some() => Ok(vm.int(bytes().unwrap_or_default().into())),
            _ => Err(vm.error("TypeError", "ord() expected a character")),
        }
    }),
    ("pow", |vm, _, arguments| {
        let arguments = arguments.positional;
        match &arguments[..] {
            [a, b] => vm.power(a, b, &vm.none()),
            [a, b, modulus] => vm.power(a, b, modulus),
            _ => Err(vm.error("TypeError", "pow() takes 2 or 3 arguments")),
        }
    }),
    ("print", |_, _, arguments| print(arguments)),
    function!("repr", |vm, value| {
        vm.repr(&value).map(|text| vm.str(&text))
    }),
    ("round", |vm, _, arguments| {
        let arguments = arguments.positional;
        match (
            &arguments[..],
            arguments.first().and_then(|value| vm.float_value(value)),
        ) {
            ([_], Some(value)) => Ok(vm.int(value.round_ties_even() as i64)),
            ([_, digits], Some(value)) => {
                let digits = vm.small_int(digits).unwrap_or_default().max(0);
                let text = format!("{value:.*}", digits as usize);
                Ok(vm.float(text.parse().unwrap_or(value)))
            }
            ([value] | [value, _], None) if vm.int_value(value).is_some() => Ok(value.clone()),
            _ => Err(vm.error("TypeError", "round() takes a number and digits")),
        }
    }),
    function!("setattr", |vm, object, name, value| {
        vm.set_attr(&object, &attribute(vm, &name)?, Some(&value))?;
        Ok(vm.none())
    }),
];

/// A fixed number of positional arguments.
pub(super) fn exactly<const N: usize>(
    vm: &Vm,
    name: &str,
    arguments: Arguments,
) -> VmResult<[Value; N]> {
    let given = arguments.positional.len();
    if !arguments.keywords.is_empty() {
        let message = format!("{name}() takes no keyword arguments");
        return Err(vm.error("TypeError", &message));
    }
    arguments.positional.try_into().map_err(|_| {
        let message = format!("{name}() takes exactly {N} arguments ({given} given)");
        vm.error("TypeError", &message)
    })
}

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

fn print(arguments: Arguments) -> VmResult<Value> {
    let interpreter = Interpreter::current();
    let vm = interpreter.vm;
    let mut parts = Vec::new();
    for value in &arguments.positional {
        parts.push(vm.display(value)?);
    }
    let (mut separator, mut end, mut flush) = (" ".to_owned(), "\n".to_owned(), false);
    for (name, value) in &arguments.keywords {
        let text = vm.text(value).unwrap_or_default();
        match vm.text(name).as_deref() {
            Some("sep") => separator = text,
            Some("end") => end = text,
            Some("flush") => flush = vm.is_true(value)?,
            _ => return Err(vm.error("TypeError", "print() takes sep, end and flush")),
        }
    }
    interpreter.write(&(parts.join(&separator) + &end))?;
    match if flush { io::stdout().flush() } else { Ok(()) } {
        Ok(()) => Ok(vm.none()),
        Err(error) => Err(vm.error("OSError", &error.to_string())),
    }
}

fn compile(arguments: Arguments) -> VmResult<Value> {
    let interpreter = Interpreter::current();
    let vm = interpreter.vm;
    let [source, filename, mode] = exactly(vm, "compile", arguments)?;
    let text = |value: &Value| vm.text(value).unwrap_or_default();
    let expression = text(&mode) == "eval";
    interpreter.compile(&text(&source), &text(&filename), expression)
}

/// `eval` and `exec`, of a text or of code.
fn run(name: &str, arguments: Arguments, expression: bool) -> VmResult<Value> {
    let interpreter = Interpreter::current();
    let vm = interpreter.vm;
    let arguments = arguments.positional;
    let Some(source) = arguments.first() else {
        let message = format!("{name} expected at least 1 argument, got 0");
        return Err(vm.error("TypeError", &message));
    };
    let code = match vm.text(source) {
        Some(source) => interpreter.compile(&source, "<string>", expression)?,
        None => source.clone(),
    };
    let Some(globals) = arguments.get(1) else {
        let message = format!("{name}() without globals");
        return Err(vm.error("NotImplementedError", &message));
    };
    interpreter.eval_code(&code, globals, arguments.get(2).unwrap_or(globals))
}

/// `iter(object)`, also as the method of builtin containers.
pub(super) fn iterate(vm: &Vm, _: &Value, arguments: Arguments) -> VmResult<Value> {
    let [value] = exactly(vm, "iter", arguments)?;
    vm.iter(&value)
}
