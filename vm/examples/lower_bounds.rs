//! What operations cost in RustPython itself, called from Rust.
//!
//! A row of the comparison that does its work in the VM can't cost less than the
//! VM's own operation does when it is called with nothing in between: no handle,
//! no C, no lock. This program runs these operations under the names of the rows,
//! and answers requests as `bench/python/worker.py` does, so it stands in the
//! comparison as a column of its own. Rows that it does not know do nothing in
//! the VM, or are there to be measured from Python.

use mimalloc::MiMalloc;
use rustpython::{InterpreterBuilder, InterpreterBuilderExt};
use rustpython_vm::builtins::{PyDict, PyFunction, PyList, PyTuple};
use rustpython_vm::compiler::Mode;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyRef, VirtualMachine};
use std::hint::black_box;
use std::io::{BufRead, Write};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Nanoseconds of the processor that this thread has used.
fn thread_time() -> i64 {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a `timespec` of ours.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut now) };
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}

/// What the operations work on.
struct World {
    object: PyObjectRef,
    text: PyObjectRef,
    key: PyObjectRef,
    list: PyObjectRef,
    tuple: PyObjectRef,
    dict: PyObjectRef,
    instance: PyObjectRef,
    class: PyObjectRef,
    function: PyObjectRef,
    ident: PyObjectRef,
    len: PyObjectRef,
    big: [PyObjectRef; 2],
}

const PROGRAM: &str = "\
class Attributes:
    attribute = 1
    def method(self):
        pass
class Slotted:
    __slots__ = ('attribute',)
def function():
    pass
def ident(value):
    return value
instance = Attributes()
thing = Slotted()
";

impl World {
    fn new(vm: &VirtualMachine) -> Self {
        let scope = vm.new_scope_with_builtins();
        let program = vm
            .compile(PROGRAM, Mode::Exec, "<lower_bounds>".to_owned())
            .expect("the program is right");
        vm.run_code_obj(program, scope.clone())
            .unwrap_or_else(|_| panic!("the program runs"));
        let get = |name: &str| {
            let found = scope.globals.get_item(name, vm);
            found.unwrap_or_else(|_| panic!("{name} is defined"))
        };
        let object = get("thing");
        let key: PyObjectRef = vm.ctx.intern_str("key").to_owned().into();
        let dict = vm.ctx.new_dict();
        dict.set_item("key", object.clone(), vm)
            .unwrap_or_else(|_| panic!("a dict takes a str"));
        let three = || vec![object.clone(); 3];
        Self {
            text: vm.ctx.new_str("sixteen letters.").into(),
            key,
            list: vm.ctx.new_list(three()).into(),
            tuple: vm.ctx.new_tuple(three()).into(),
            dict: dict.into(),
            instance: get("instance"),
            class: get("Slotted"),
            function: get("function"),
            ident: get("ident"),
            len: vm
                .builtins
                .get_attr("len", vm)
                .unwrap_or_else(|_| panic!("there is a len")),
            big: [
                vm.ctx.new_int(123_456_789).into(),
                vm.ctx.new_int(987_654_321).into(),
            ],
            object,
        }
    }
}

type Operation = fn(&World, &VirtualMachine);

fn dict(world: &World) -> &Py<PyDict> {
    world.dict.downcast_ref::<PyDict>().expect("a dict")
}

fn list(world: &World) -> &PyList {
    world.list.downcast_ref::<PyList>().expect("a list")
}

fn call(callable: &PyObjectRef, args: Vec<PyObjectRef>, vm: &VirtualMachine) {
    let function = callable.downcast_ref::<PyFunction>().expect("a function");
    drop(black_box(function.invoke_exact_args(args, vm)));
}

/// Detaches the thread and attaches it again, as two calls of C have to.
#[cfg(feature = "threading")]
fn leave_and_return(_: &VirtualMachine) {
    use rustpython_vm::vm::thread::{restore_current_thread, save_current_thread};
    restore_current_thread(black_box(save_current_thread()));
}

/// One thread has nobody to make room for.
#[cfg(not(feature = "threading"))]
fn leave_and_return(vm: &VirtualMachine) {
    vm.allow_threads(|| black_box(()));
}

fn three(world: &World) -> Box<[PyObjectRef]> {
    Box::new([(); 3].map(|()| world.object.clone()))
}

/// Quicker than `Context::new_tuple`, which takes a `Vec`.
const TUPLE: Operation = |world, vm| {
    let class = vm.ctx.types.tuple_type.to_owned();
    let tuple = PyRef::new_ref(PyTuple::new_unchecked(three(world)), class, None);
    drop(black_box(tuple));
};

const ONE_REFERENCE: Operation = |world, _| drop(black_box(world.object.clone()));

/// The operations by the row that they are the lower bound of.
const OPERATIONS: &[(&str, Operation)] = &[
    ("empty loop in C", |world, _| {
        black_box(world);
    }),
    ("Type+Close", |world, _| {
        drop(black_box(world.object.class().to_owned()));
    }),
    ("Field_Load+Close", ONE_REFERENCE),
    ("Field_Store", ONE_REFERENCE),
    ("Global_Store", ONE_REFERENCE),
    ("Long_From+Close, 2^61", |_, vm| {
        drop(black_box(vm.ctx.new_int(black_box(1_i64 << 61))));
    }),
    ("GetAttr+Close", |world, vm| {
        let name = vm.ctx.intern_str("attribute");
        drop(black_box(world.instance.get_attr(name, vm)));
    }),
    ("GetAttr_s+Close", |world, vm| {
        let name = vm.ctx.interned_str(black_box("attribute")).expect("known");
        drop(black_box(world.instance.get_attr(name, vm)));
    }),
    ("SetAttr_s", |world, vm| {
        let name = vm.ctx.interned_str(black_box("attribute")).expect("known");
        drop(black_box(world.instance.set_attr(name, vm.ctx.none(), vm)));
    }),
    ("Length, list", |world, _| {
        black_box(list(world).borrow_vec().len());
    }),
    ("IsTrue, list", |world, _| {
        black_box(list(world).borrow_vec().is_empty());
    }),
    ("GetItem+Close, dict", |world, vm| {
        drop(black_box(dict(world).get_item_opt(&*world.key, vm)));
    }),
    ("SetItem, dict", |world, vm| {
        let result = world.dict.set_item(&*world.key, world.object.clone(), vm);
        drop(black_box(result));
    }),
    ("Contains, dict", |world, vm| {
        black_box(dict(world).contains_key(&*world.key, vm));
    }),
    ("Unicode_FromString+Close", |_, vm| {
        drop(black_box(vm.ctx.new_str(black_box("sixteen letters."))));
    }),
    ("Unicode_FromString, other text", |_, vm| {
        drop(black_box(vm.ctx.new_str(black_box("sixteen letters."))));
    }),
    ("Bytes_FromStringAndSize+Close", |_, vm| {
        let bytes = black_box(b"sixteen letters.").to_vec();
        drop(black_box(vm.ctx.new_bytes(bytes)));
    }),
    ("GetItem_i+Close, list", |world, _| {
        drop(black_box(list(world).borrow_vec().get(1).cloned()));
    }),
    ("GetItem_i+Close, tuple", |world, _| {
        let tuple = world.tuple.downcast_ref::<PyTuple>();
        drop(black_box(
            tuple.expect("a tuple").as_slice().get(1).cloned(),
        ));
    }),
    ("Tuple_FromArray+Close, 3", TUPLE),
    ("TupleBuilder+Close, 3", TUPLE),
    ("ListBuilder+Close, 3", |world, vm| {
        drop(black_box(vm.ctx.new_list(three(world).into_vec())));
    }),
    ("Dict_New+Close", |_, vm| drop(black_box(vm.ctx.new_dict()))),
    ("Call+Close, Python function", |world, vm| {
        call(&world.function, Vec::new(), vm);
    }),
    ("Call+Close, Python function of 1", |world, vm| {
        call(&world.ident, vec![vm.ctx.none()], vm);
    }),
    ("Call+Close, with a keyword", |world, vm| {
        let names = [vm.ctx.intern_str("value").to_owned().into()];
        let args = vec![vm.ctx.none()];
        drop(black_box(world.ident.vectorcall(args, 0, Some(&names), vm)));
    }),
    ("Call+Close, builtin", |world, vm| {
        let args = vec![world.list.clone()];
        drop(black_box(world.len.vectorcall(args, 1, None, vm)));
    }),
    ("CallTupleDict+Close", |world, vm| {
        let args = FuncArgs::default();
        drop(black_box(world.function.call_with_args(args, vm)));
    }),
    ("CallMethod+Close", |world, vm| {
        let name = vm.ctx.intern_str("method");
        let method = world.instance.get_attr(name, vm);
        if let Ok(method) = method {
            drop(black_box(method.vectorcall(Vec::new(), 0, None, vm)));
        }
    }),
    ("Err_SetString+Clear", |world, vm| {
        let class = vm.ctx.exceptions.value_error.to_owned();
        drop(black_box(vm.new_exception(class, vec![world.text.clone()])));
    }),
    ("Leave+ReenterPythonExecution", |_, vm| leave_and_return(vm)),
    ("New+Close", |world, vm| {
        let class = world.class.clone().downcast().expect("a class");
        drop(black_box(vm.ctx.new_base_object(class, None)));
    }),
    ("Add+Close, objects", |world, vm| {
        drop(black_box(vm._add(&world.big[0], &world.big[1])));
    }),
    ("abs(i)", |world, vm| {
        drop(black_box(vm._abs(&world.big[0])));
    }),
];

fn serve(vm: &VirtualMachine) -> std::io::Result<()> {
    let world = World::new(vm);
    let find = |name: &str| OPERATIONS.iter().find(|(row, _)| *row == name);
    let mut out = std::io::stdout();
    writeln!(out, "ready RustPython, called from Rust")?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        if verb == "define" {
            let name = rest.split('\t').next().unwrap_or(rest);
            writeln!(out, "{}", if find(name).is_some() { "ok" } else { "none" })?;
        } else if let Some((name, count)) = rest.rsplit_once(' ')
            && let (Some((_, operation)), Ok(count)) = (find(name), count.parse::<u64>())
        {
            let start = thread_time();
            for _ in 0..count {
                operation(&world, vm);
            }
            writeln!(out, "{}", thread_time() - start)?;
        } else {
            writeln!(out, "error {line} is no request")?;
        }
        out.flush()?;
    }
    Ok(())
}

fn main() -> std::io::Result<()> {
    let interpreter = InterpreterBuilder::new().init_stdlib().interpreter();
    interpreter.enter(serve)
}
