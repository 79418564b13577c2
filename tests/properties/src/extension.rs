//! The extension: Rust closures that the loader calls as C functions.

use std::any::Any;
use std::ffi::{CString, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use hpy_loader::Loader;
use hpy_loader::abi::{HPy, HPyContext, HPyFunc_getter};
use hpy_loader::runtime::{Runtime, VmResult};

/// What C code has: the context.
#[derive(Clone, Copy)]
pub struct C(*mut HPyContext);

/// Calls a context function as C does, through its pointer:
/// `c!(c.ctx_Add(a, b))`.
#[macro_export]
macro_rules! c {
    ($c:ident.$function:ident($($arg:expr),* $(,)?)) => {{
        let context = $crate::extension::C::context($c);
        // An argument may do what it likes: it is the test's own.
        #[allow(clippy::macro_metavars_in_unsafe)]
        // SAFETY: the context is a loader's, and the pointers are valid.
        unsafe { ((*context).$function)(context $(, $arg)*) }
    }};
}
pub use crate::c;

impl C {
    /// The C code that got `context`.
    pub fn new(context: *mut HPyContext) -> Self {
        Self(context)
    }

    /// The context itself.
    pub fn context(self) -> *mut HPyContext {
        self.0
    }

    /// The constants: `c.known().h_None`.
    pub fn known(self) -> &'static HPyContext {
        // SAFETY: contexts live as long as the process.
        unsafe { &*self.0 }
    }

    /// A new `int`.
    pub fn int(self, value: i64) -> HPy {
        c!(self.ctx_Long_FromInt64_t(value))
    }

    /// A new `float`.
    pub fn float(self, value: f64) -> HPy {
        c!(self.ctx_Float_FromDouble(value))
    }

    /// A new `str`.
    ///
    /// # Panics
    ///
    /// If there is a NUL in it.
    pub fn text(self, text: &str) -> HPy {
        let text = CString::new(text).expect("no NUL");
        c!(self.ctx_Unicode_FromString(text.as_ptr()))
    }

    /// A new `tuple`.
    pub fn tuple(self, items: &[HPy]) -> HPy {
        let mut items = items.to_vec();
        c!(self.ctx_Tuple_FromArray(items.as_mut_ptr(), items.len().cast_signed()))
    }

    /// `object[index]` as a new handle.
    pub fn item(self, object: HPy, index: isize) -> HPy {
        c!(self.ctx_GetItem_i(object, index))
    }

    /// Another handle.
    pub fn dup(self, h: HPy) -> HPy {
        c!(self.ctx_Dup(h))
    }

    /// Closes a handle.
    pub fn close(self, h: HPy) {
        c!(self.ctx_Close(h));
    }

    /// A handle that was open once.
    pub fn closed(self) -> HPy {
        let h = self.text("short-lived");
        self.close(h);
        h
    }

    /// Whether an error is pending.
    pub fn is_pending(self) -> bool {
        c!(self.ctx_Err_Occurred()) != 0
    }

    /// Drops the pending error.
    pub fn clear(self) {
        c!(self.ctx_Err_Clear());
    }

    /// Sets a `ValueError`.
    ///
    /// # Panics
    ///
    /// If there is a NUL in the message.
    pub fn raise(self, message: &str) {
        let message = CString::new(message).expect("no NUL");
        c!(self.ctx_Err_SetString(self.known().h_ValueError, message.as_ptr()));
    }

    /// Calls a Python function with these arguments.
    pub fn call(self, callable: HPy, args: &[HPy]) -> HPy {
        c!(self.ctx_Call(callable, args.as_ptr(), args.len(), HPy::NULL))
    }
}

struct Running<F> {
    function: Option<F>,
    panic: Option<Box<dyn Any + Send>>,
}

/// The getter of an attribute, as which the closures run: it gets a pointer.
unsafe extern "C" fn run<F: FnOnce(C, HPy) -> HPy>(
    context: *mut HPyContext,
    receiver: HPy,
    closure: *mut c_void,
) -> HPy {
    // SAFETY: `call` below gives the pointer and uses nothing of it meanwhile.
    let running = unsafe { &mut *closure.cast::<Running<F>>() };
    let c = C(context);
    let function = running.function.take().expect("called once");
    match catch_unwind(AssertUnwindSafe(|| function(c, receiver))) {
        Ok(result) => result,
        // An assertion of the test. It goes on where C has been left.
        Err(panic) => {
            running.panic = Some(panic);
            c.clear();
            c.dup(c.known().h_None)
        }
    }
}

/// Runs `function` as a C function of the extension, with a handle of
/// `receiver`.
///
/// # Errors
///
/// What the function raised.
///
/// # Panics
///
/// If the function does, after C has returned.
pub fn call<F: FnOnce(C, HPy) -> HPy, R: Runtime>(
    loader: &'static Loader<R>,
    receiver: R::Object,
    function: F,
) -> VmResult<R::Object, R> {
    let mut running = Running {
        function: Some(function),
        panic: None,
    };
    let closure = (&raw mut running).cast::<c_void>();
    // SAFETY: the function is a getter, and the closure is what it expects.
    let getter = unsafe { HPyFunc_getter::new(run::<F>) };
    let result = loader.call_slot(getter, (receiver, closure));
    if let Some(panic) = running.panic {
        resume_unwind(panic);
    }
    result
}
