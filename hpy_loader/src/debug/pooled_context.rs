//! A context of the debug mode, which one call into C uses at a time.

use super::extension::Extension;
use super::records::Origin;
use super::state::Debug;
use crate::abi::{HPy, HPyContext};
use crate::modes::WrappedContext;
pub(super) use crate::platform::threads::current as this_thread;
use crate::sites::{CallSite, PythonStack, Registers, Site};
use std::cell::{Cell, OnceCell};
use std::ffi::c_void;
use std::mem::offset_of;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A function of the context that may run other code, while it runs. C that runs
/// meanwhile gets a context of its own. The function of a capsule gets none.
pub(super) struct ReentryGuard {
    context: &'static PooledContext,
    user: usize,
}

impl ReentryGuard {
    /// Takes the Python stack first if handles wait for it, since it may change.
    #[inline(always)]
    pub fn capturing(context: &'static PooledContext) -> Self {
        context.capture_awaited();
        Self::new(context)
    }

    /// The same if no handle waits for the Python stack.
    #[inline(always)]
    pub fn new(context: &'static PooledContext) -> Self {
        let user = context.replace_user(NOBODY);
        Self { context, user }
    }
}

impl Drop for ReentryGuard {
    #[inline(always)]
    fn drop(&mut self) {
        self.context.set_user(self.user);
    }
}

/// A context, and what its functions need to know.
#[repr(C)]
pub(super) struct PooledContext {
    /// The first member, so that its address is that of the whole.
    context: HPyContext,
    pub registers: Registers,
    /// The [thread](this_thread) whose C code may use the context now. Others look
    /// at it, to be refused.
    user: AtomicUsize,
    /// The C function that the VM has called.
    pub function: Cell<*const c_void>,
    /// Where the stack was when the call began.
    stack: Cell<usize>,
    /// The thread that it runs on.
    thread: Cell<usize>,
    /// How many handles had been opened before it.
    began: Cell<u64>,
    /// Which of the extension's contexts this is.
    pub place: u8,
    /// The Python stack above the call, once it was taken.
    pub above: Cell<Option<PythonStack>>,
    /// The handles that were opened before that, and how many there are.
    awaiting: [Cell<HPy>; AWAITING],
    count: Cell<usize>,
    /// Where C was when it set an error, or a function of the context did, for the last
    /// time.
    pub error_set: Cell<Site>,
    pub debug: &'static Debug,
    /// The context that is wrapped.
    pub inner: WrappedContext,
    /// The extension's.
    pub number: u32,
    extension: OnceCell<&'static Extension>,
}

/// How many handles wait for the Python stack above the call to be taken.
///
/// Most calls open few handles and leave none open, so that nobody will ask what the
/// stack was. The stack stays as it is while C runs. So it is taken before anything
/// but C and the VM's own code can run, and when C returns and has left something
/// open.
const AWAITING: usize = 8;

/// What a context had of a call further up.
pub(super) struct OuterCall {
    pub user: usize,
    function: *const c_void,
    stack: usize,
    began: u64,
    above: Option<PythonStack>,
}

/// Which call has opened something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opener {
    /// The extension.
    pub(super) owner: u32,
    /// The place of the context of the call among the extension's.
    pub(super) context: u8,
    /// How many handles had been opened before.
    pub(super) number: u64,
}

/// No thread's number.
pub(super) const NOBODY: usize = 0;

/// No thread's number either: C may use the context, but the process is to end when it
/// does.
pub(super) const WANTED: usize = 1;

impl PooledContext {
    /// Makes a context for calls of an extension. It is never freed.
    pub fn leak(
        debug: &'static Debug,
        inner: WrappedContext,
        (number, place): (u32, u8),
    ) -> &'static Self {
        let template: &HPyContext = debug.template.get().expect("set when it was made");
        let context = Box::into_raw(Box::new(Self {
            // SAFETY: a context consists of pointers and numbers.
            context: unsafe { std::ptr::from_ref(template).read() },
            registers: Registers::default(),
            user: AtomicUsize::new(NOBODY),
            function: Cell::new(std::ptr::null()),
            stack: Cell::new(0),
            thread: Cell::new(NOBODY),
            began: Cell::new(0),
            place,
            above: Cell::new(None),
            awaiting: [const { Cell::new(HPy::NULL) }; AWAITING],
            count: Cell::new(0),
            error_set: Cell::new(Site::UNKNOWN),
            debug,
            inner,
            number,
            extension: OnceCell::new(),
        }));
        // SAFETY: just made and not yet shared.
        unsafe {
            (*context).context._private = context.cast::<c_void>();
            &*context
        }
    }

    /// Tells it whose it is, once.
    pub fn set_extension(&self, extension: &'static Extension) {
        let _ = self.extension.set(extension);
    }

    pub fn extension(&self) -> &'static Extension {
        self.extension.get().expect("set when it was made")
    }

    /// The offset of the registers of the caller, for the entries.
    pub const REGISTERS: usize = offset_of!(Self, registers);

    /// The whole of a context of this mode.
    ///
    /// # Safety
    ///
    /// A function of this mode's contexts was called with `context`.
    #[inline(always)]
    pub unsafe fn of(context: *mut HPyContext) -> &'static Self {
        // SAFETY: C has the address of the whole, which begins with the context and
        // is never freed.
        unsafe { &*context.cast::<Self>() }
    }

    /// The thread whose C code may use the context, or [`NOBODY`].
    #[inline(always)]
    pub fn user(&self) -> usize {
        self.user.load(Relaxed)
    }

    #[inline(always)]
    pub fn set_user(&self, thread: usize) {
        self.user.store(thread, Relaxed);
    }

    /// The same, and whose it was.
    #[inline(always)]
    pub fn replace_user(&self, thread: usize) -> usize {
        let user = self.user();
        self.set_user(thread);
        user
    }

    /// Where the error was set that is pending, if there is one.
    pub fn error_site(&self) -> Site {
        match self.debug.is_error_pending() {
            true => self.error_set.get(),
            false => Site::UNKNOWN,
        }
    }

    /// Begins a call of `function`.
    #[inline(always)]
    pub fn take(&self, function: *const c_void) -> OuterCall {
        let outer = OuterCall {
            user: self.user(),
            function: self.function.replace(function),
            stack: self.stack.replace(std::ptr::from_ref(&function).addr()),
            began: self.began.replace(self.debug.records.opened.get()),
            above: self.above.replace(None),
        };
        let thread = this_thread();
        self.thread.set(thread);
        self.set_user(thread);
        outer
    }

    /// Ends it.
    #[inline(always)]
    pub fn give_back(&self, outer: &OuterCall) {
        self.function.set(outer.function);
        self.stack.set(outer.stack);
        self.began.set(outer.began);
        self.above.set(outer.above);
    }

    /// The call that runs.
    pub fn opener(&self) -> Opener {
        Opener {
            owner: self.number,
            context: self.place,
            number: self.debug.records.opened.get(),
        }
    }

    /// Whether the call that has this context, as the opener had, is the opener, and runs
    /// on another thread.
    pub fn is_elsewhere(&self, opener: Opener) -> bool {
        let is_running = !self.function.get().is_null();
        is_running && self.thread.get() != this_thread() && opener.number >= self.began.get()
    }

    /// Whether the call that has this context is over, without having returned, when code
    /// runs with its stack pointer here.
    pub fn was_left(&self, stack: usize) -> bool {
        stack > self.stack.get()
    }

    /// Whether handles wait for the Python stack. It must be taken before other code
    /// runs.
    #[inline(always)]
    pub fn awaits_stack(&self) -> bool {
        self.count.get() != 0
    }

    /// Takes the Python stack if handles wait for it.
    #[inline(always)]
    pub fn capture_awaited(&self) {
        if self.awaits_stack() {
            self.capture_stack();
        }
    }

    /// Takes the Python stack if C leaves anything open without it.
    #[inline(always)]
    pub fn capture_if_leaked(&self) {
        let awaiting = self.awaiting.iter().take(self.count.get());
        let mut open = awaiting.filter(|handle| self.debug.records.look(handle.get()).is_some());
        if open.next().is_some() {
            self.capture_stack();
        }
        self.count.set(0);
    }

    /// Takes the Python stack above, for all that is opened and was opened.
    #[cold]
    #[inline(never)]
    pub fn capture_stack(&self) -> PythonStack {
        let above = self.above.get().unwrap_or_else(|| (self.debug.vm.python)());
        self.above.set(Some(above));
        for handle in self.awaiting.iter().take(self.count.replace(0)) {
            self.debug.records.set_above(handle.get(), above);
        }
        above
    }

    /// Remembers that a handle has no Python stack yet.
    #[inline(never)]
    fn await_stack(&self, handle: HPy) -> HPy {
        let count = self.count.get();
        self.awaiting[count].set(handle);
        self.count.set(count + 1);
        if count + 1 == AWAITING {
            self.capture_stack();
        }
        handle
    }

    /// Whether C on this thread may use the context.
    #[inline(always)]
    pub fn is_current(&self) -> bool {
        self.user() == this_thread()
    }

    /// Whether C on this thread may use the context, or is to be stopped when it does.
    pub fn is_taken(&self) -> bool {
        self.is_current() || self.user() == WANTED
    }

    /// The wrapped context's handle for an open one of the extension's, or of a
    /// constant; `HPy_NULL` for itself.
    #[inline(always)]
    pub fn unwrap(&self, handle: HPy) -> Option<HPy> {
        let record = self.debug.records.look(handle)?;
        let owner = record.owner();
        (owner == self.number || owner == 0).then(|| record.inner.get())
    }

    /// The extension's handle for one that the wrapped context has returned.
    #[inline(always)]
    pub fn wrap(&self, inner: HPy, site: Site) -> HPy {
        if inner.is_null() {
            return inner;
        }
        let (origin, above) = (Origin::Result, self.above.get());
        let owner = (self.number, self.place);
        let handle = self.debug.open(inner, origin, owner, site, above);
        match above {
            Some(_) => handle,
            None => self.await_stack(handle),
        }
    }

    /// Where C is, if it was seen there before.
    #[inline(always)]
    pub fn site(&self, call_site: CallSite) -> Option<Site> {
        match self.debug.frames.get() {
            0 | 1 => Site::seen(call_site, self.function.get().addr()),
            _ => None,
        }
    }

    /// The same as [`wrap`](Self::wrap), if the place is at hand.
    #[inline(always)]
    pub fn try_wrap(&self, inner: HPy, call_site: CallSite) -> Option<HPy> {
        Some(self.wrap(inner, self.site(call_site)?))
    }

    pub fn context(&self) -> *mut HPyContext {
        std::ptr::from_ref(self).cast_mut().cast()
    }
}
