//! The boundary: what it costs to come in from C, to go out to C, and to hold the
//! lock, beside what is done there.
//!
//! The VM is the package `hpyvm-toy-vm`, without threads and with them.
//! Operations of the toy are no measure of anything; the rows here do as little
//! in it as they can.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use hpy_loader::Loader;
use hpy_loader::abi::{HPy, HPyContext, HPyFunc_noargs, HPyFunc_varargs};
use hpy_loader::call::{CallArgs, Callee, Receiver};
use hpy_loader::spec::{MethodDef, MethodFunction};
use std::hint::black_box;
use toy_vm::{Standalone, Toy};

/// Calls a function of the context as C does.
macro_rules! c {
    ($context:ident.$function:ident($($arg:expr),*)) => {
        // SAFETY: the context is a loader's, the lock is held, and the pointers
        // are valid.
        unsafe { ((*$context).$function)($context $(, $arg)*) }
    };
}

fn name(threads: bool) -> &'static str {
    if threads {
        "with threads"
    } else {
        "without threads"
    }
}

/// Functions of the context, from a thread that has the lock.
fn into<const THREADS: bool>(c: &mut Criterion) {
    let loader = Toy::<THREADS>::boot(Standalone);
    let _entered = loader.lock().enter(loader.runtime());
    let context = loader.context();
    let constants = loader.constants();
    let text = c!(context.ctx_Unicode_FromString(c"text".as_ptr()));
    let list = c!(context.ctx_ListBuilder_New(1));
    c!(context.ctx_ListBuilder_Set(list, 0, text));
    let list = c!(context.ctx_ListBuilder_Build(list));
    let mut group = c.benchmark_group(format!("into the loader, {}", name(THREADS)));
    group.bench_function("the short way: Err_Occurred", |b| {
        b.iter(|| c!(context.ctx_Err_Occurred()));
    });
    group.bench_function("the short way: Dup, Close", |b| {
        b.iter(|| {
            let copy = c!(context.ctx_Dup(black_box(text)));
            c!(context.ctx_Close(copy))
        });
    });
    group.bench_function("the short way: a number from and as", |b| {
        b.iter(|| {
            let number = c!(context.ctx_Long_FromInt64_t(black_box(7)));
            c!(context.ctx_Long_AsInt64_t(number))
        });
    });
    group.bench_function("the general way: Number_Check", |b| {
        b.iter(|| c!(context.ctx_Number_Check(black_box(text))));
    });
    group.bench_function("the general way, leaving the lock: Length", |b| {
        b.iter(|| c!(context.ctx_Length(black_box(list))));
    });
    group.bench_function("an error set and cleared", |b| {
        b.iter(|| {
            c!(context.ctx_Err_SetObject(constants.h_ValueError, black_box(text)));
            c!(context.ctx_Err_Clear());
        });
    });
    group.finish();
}

unsafe extern "C" fn nothing(context: *mut HPyContext, _: HPy) -> HPy {
    // SAFETY: the loader calls with its context.
    unsafe { (*context).h_None }
}

unsafe extern "C" fn count(
    context: *mut HPyContext,
    _: HPy,
    args: *const HPy,
    count: usize,
) -> HPy {
    black_box((args, count));
    // SAFETY: as above.
    unsafe { (*context).h_None }
}

/// Calls of C functions that do nothing, with the frame for their arguments.
fn out_of<const THREADS: bool>(c: &mut Criterion) {
    let loader: &'static Loader<Toy<THREADS>> = Toy::boot(Standalone);
    let vm = loader.runtime();
    let receiver = loader.keep(vm.text("the module")).expect("an empty table");
    let argument = vm.text("an argument");
    let qualified = || "function".to_owned();
    let method = |function| MethodDef {
        name: "function".to_owned(),
        doc: None,
        function,
    };
    let (no_arguments, arguments) = (
        // SAFETY: the functions are of these types.
        method(MethodFunction::NoArgs(unsafe {
            HPyFunc_noargs::new(nothing)
        })),
        // SAFETY: as above.
        method(MethodFunction::VarArgs(unsafe {
            HPyFunc_varargs::new(count)
        })),
    );
    let mut group = c.benchmark_group(format!("out to C, {}", name(THREADS)));
    for count in [0, 1, 3, 8] {
        let method = if count == 0 {
            &no_arguments
        } else {
            &arguments
        };
        group.bench_function(BenchmarkId::new("arguments", count), |b| {
            b.iter(|| {
                let args = CallArgs::positional(vec![argument.clone(); count]);
                let (receiver, callee) = (Receiver::Kept(receiver), Callee::Callable(&qualified));
                loader.call_method(method, &qualified, receiver, args, callee)
            });
        });
    }
    group.finish();
}

/// The lock alone.
fn lock(c: &mut Criterion) {
    let loader = Toy::<true>::boot(Standalone);
    let (lock, vm) = (loader.lock(), loader.runtime());
    let mut group = c.benchmark_group("lock");
    let both = |b: &mut criterion::Bencher<'_>| b.iter(|| drop(black_box(lock.enter(vm))));
    group.bench_function("taken and given back, one thread so far", both);
    {
        let _entered = lock.enter(vm);
        group.bench_function("left and taken again, one thread so far", |b| {
            b.iter(|| drop(black_box(lock.leave(vm))));
        });
        group.bench_function("taken while it is held", both);
    }
    std::thread::scope(|scope| {
        scope.spawn(|| drop(lock.enter(vm)));
    });
    group.bench_function("taken and given back, after a second thread", both);
    group.finish();
}

fn boundary(c: &mut Criterion) {
    into::<false>(c);
    into::<true>(c);
    out_of::<false>(c);
    out_of::<true>(c);
    lock(c);
}

criterion_group!(benches, boundary);
criterion_main!(benches);
