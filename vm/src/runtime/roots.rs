//! Roots, constants, threads.

use crate::capsule::PyCapsule;
use crate::host::{Root, RustPython};
use hpy_loader::runtime::{Roots, Threads};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::vm::thread::{self, with_current_vm};
use rustpython_vm::{AsObject, Context, PyObject};

/// The most items of a tuple that are looked at.
pub(super) const FEW: usize = 16;

/// Whether nothing can be reached through the object. By the exact class; a subclass
/// with a struct of ours or with a `__dict__` has a class of its own.
#[inline(always)]
pub(super) fn is_leaf(object: &PyObject, ctx: &Context) -> bool {
    let (class, types) = (object.class(), &ctx.types);
    class.is(types.int_type)
        || class.is(types.float_type)
        || class.is(types.str_type)
        || class.is(types.bytes_type)
        || class.is(types.bool_type)
        || class.is(types.none_type)
        || class.is(types.object_type)
}

impl Roots for RustPython {
    type Object = Root;

    type Threads = Threads<{ cfg!(feature = "threading") }>;

    #[inline]
    fn duplicate(&self, object: &Root) -> Root {
        object.clone()
    }

    #[inline]
    fn is_shared(&self, object: &Root) -> bool {
        object.strong_count() > 1
    }

    #[inline]
    fn is_same(&self, a: &Root, b: &Root) -> bool {
        a.is(b)
    }

    fn constant(&self, python_name: &str) -> Root {
        with_current_vm(|vm| match python_name {
            "__builtins__" => vm.builtins.dict().into(),
            "PyCapsule" => PyCapsule::make_static_type().into(),
            // These are no attributes of the module, but keywords.
            "None" => vm.ctx.none(),
            "True" => vm.ctx.true_value.to_owned().into(),
            "False" => vm.ctx.false_value.to_owned().into(),
            name => vm
                .builtins
                .dict()
                .get_item(name, vm)
                .unwrap_or_else(|_| panic!("no builtin is called {name}")),
        })
    }

    fn wait(&self, wait: &mut dyn FnMut()) {
        // A thread may drop its last objects when its virtual machine is gone.
        if thread::current_vm_is_set() {
            with_current_vm(|vm| vm.allow_threads(wait));
        } else {
            wait();
        }
    }

    #[inline]
    fn pass_safepoint(&self) {
        #[cfg(feature = "threading")]
        if thread::current_vm_is_set() {
            with_current_vm(|vm| {
                thread::suspend_if_needed(&vm.state);
                crate::host::collector::relieve(vm);
            });
        }
    }

    #[inline]
    fn detach(&self) {
        detached::push();
    }

    #[inline]
    fn attach(&self) {
        detached::pop();
    }
}

/// Threads that have left Python in one call and come back in another.
///
/// RustPython's own detaching is a scope, `allow_threads`, which can't span two
/// calls from C. `save_current_thread` and `restore_current_thread` can: they
/// take the thread's virtual machine away and give it back. The state in between
/// waits on a stack of the thread's own, since leaving may nest: a callback from
/// another library may attach the thread again and call an extension.
#[cfg(feature = "threading")]
mod detached {
    use super::thread::{SavedThreadState, restore_current_thread, save_current_thread};
    use std::cell::RefCell;

    thread_local! {
        static DETACHED: RefCell<Vec<SavedThreadState>> = const { RefCell::new(Vec::new()) };
    }

    #[inline(always)]
    pub(super) fn push() {
        DETACHED.with(|stack| {
            let state = save_current_thread();
            stack.borrow_mut().push(state);
        });
    }

    /// The loader pairs this with [`push`]; alone it does nothing.
    #[inline(always)]
    pub(super) fn pop() {
        // All within: moving a state, just after it was written, takes as long as a
        // good part of what is done with it.
        DETACHED.with(|stack| {
            let mut borrowed = stack.borrow_mut();
            if let Some(state) = borrowed.pop() {
                drop(borrowed);
                restore_current_thread(state);
            }
        });
    }
}

/// One thread runs everything, so there is nothing to let in meanwhile.
#[cfg(not(feature = "threading"))]
mod detached {
    pub(super) fn push() {}
    pub(super) fn pop() {}
}
