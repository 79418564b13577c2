//! One module in debug mode, and the contexts that take turns in its calls.

use super::Debug;
use super::records::Origin;
use crate::abi::{HPy, HPyContext, HPyGlobal};
use crate::sites::{PythonStack, Registers, Site};
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::mem::offset_of;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How many contexts a module has. A call nested deeper than this gets one that
/// is in use further up.
const TURNS: usize = 16;

/// A module in debug mode.
pub(crate) struct Extension {
    pub(super) debug: &'static Debug,
    /// Counts modules from 1.
    pub(super) number: u32,
    /// The module's name.
    pub(super) name: String,
    turns: Vec<&'static Turn>,
    next: Cell<usize>,
    /// The globals that the module's definition names.
    globals: RefCell<Vec<*mut HPyGlobal>>,
}

// SAFETY: what is not constant is touched under the HPy lock only.
unsafe impl Sync for Extension {}
// SAFETY: as above.
unsafe impl Send for Extension {}

/// A context, and what its functions need to know.
#[repr(C)]
pub(super) struct Turn {
    /// The first member, so that its address is that of the whole.
    context: HPyContext,
    pub registers: Registers,
    /// The [thread](this_thread) whose C code may use the context now. Others look
    /// at it, to be refused.
    user: AtomicUsize,
    /// The Python stack above the call, once it was taken.
    pub above: Cell<Option<PythonStack>>,
    pub debug: &'static Debug,
    /// The context that is wrapped.
    pub inner: *mut HPyContext,
    /// The extension's.
    pub number: u32,
    extension: Cell<*const Extension>,
}

/// No thread's number.
pub(super) const NOBODY: usize = 0;

/// A number that no other living thread has.
///
/// Each call of the context needs it, so it is read from where the platform keeps
/// it rather than with a call, which is what the compiler makes of an access to
/// thread-local values in a library.
#[inline(always)]
pub(super) fn this_thread() -> usize {
    #[cfg(all(target_os = "linux", target_arch = "x86_64", not(miri)))]
    {
        let number;
        // SAFETY: the ABI has the thread's control block begin with its address,
        // which stays the same as long as the thread runs.
        unsafe {
            std::arch::asm!(
                "mov {}, fs:0",
                out(reg) number,
                options(pure, readonly, nostack, preserves_flags)
            );
        }
        number
    }
    #[cfg(not(all(target_os = "linux", target_arch = "x86_64", not(miri))))]
    {
        thread_local! { static ADDRESS: u8 = const { 0 } }
        ADDRESS.with(|place| std::ptr::from_ref(place).addr())
    }
}

impl Turn {
    /// Where in the context, so to speak, the registers of its caller are.
    pub const REGISTERS: usize = offset_of!(Self, registers);

    /// The turn behind a context of this mode.
    ///
    /// # Safety
    ///
    /// A function of this mode's contexts was called with `context`.
    #[inline(always)]
    pub unsafe fn of(context: *mut HPyContext) -> &'static Self {
        // SAFETY: C has the address of the turn, which begins with the context and
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

    /// Whether C on this thread may use the context.
    #[inline(always)]
    pub fn is_current(&self) -> bool {
        self.user() == this_thread()
    }

    /// The wrapped context's handle for an open one of the extension's, or of a
    /// constant; `HPy_NULL` for itself.
    #[inline(always)]
    pub fn unwrap(&self, handle: HPy) -> Option<HPy> {
        let entry = self.debug.records.look(handle)?;
        let owner = entry.owner.get();
        (owner == self.number || owner == 0).then(|| entry.inner.get())
    }

    /// The extension's handle for one that the wrapped context has returned.
    #[inline(always)]
    pub fn wrap(&self, inner: HPy, site: Site, above: PythonStack) -> HPy {
        if inner.is_null() {
            return inner;
        }
        let (origin, owner) = (Origin::Result, self.number);
        self.debug.open(inner, origin, owner, site, above)
    }

    /// Whether a return address says all about the place of a call.
    #[inline(always)]
    pub fn knows(&self, address: usize) -> bool {
        self.debug.frames.get() <= 1 && Site::is_known(address)
    }

    /// The same, if all is at hand.
    #[inline(always)]
    pub fn try_wrap(&self, inner: HPy, address: usize) -> Option<HPy> {
        let above = self.above.get().filter(|_| self.knows(address))?;
        let records = &self.debug.records;
        let (origin, site) = (Origin::Result, Site::of_known(address));
        let place = records.place()?;
        Some(records.open(place, inner, origin, self.number, site, above))
    }

    #[inline(always)]
    pub fn extension(&self) -> &'static Extension {
        // SAFETY: set when the extension was made, which is never freed.
        unsafe { &*self.extension.get() }
    }

    pub fn context(&self) -> *mut HPyContext {
        std::ptr::from_ref(self).cast_mut().cast()
    }
}

impl Extension {
    pub(crate) fn new(debug: &'static Debug, inner: *mut HPyContext, name: &str) -> &'static Self {
        let template = debug.template.get().expect("set when it was made");
        let number = {
            let mut modules = debug.modules.borrow_mut();
            modules.push(name.to_owned());
            modules.len() as u32
        };
        let turns = (0..TURNS).map(|_| {
            let turn = Box::into_raw(Box::new(Turn {
                // SAFETY: a context consists of pointers and numbers.
                context: unsafe { std::ptr::from_ref(&**template).read() },
                registers: Registers::default(),
                user: AtomicUsize::new(NOBODY),
                above: Cell::new(None),
                debug,
                inner,
                number,
                extension: Cell::new(std::ptr::null()),
            }));
            // SAFETY: just made and not yet shared; it is never freed.
            unsafe {
                (*turn).context._private = turn.cast::<c_void>();
                &*turn
            }
        });
        let extension: &'static Self = Box::leak(Box::new(Self {
            debug,
            number,
            name: name.to_owned(),
            turns: turns.collect(),
            next: Cell::new(0),
            globals: RefCell::default(),
        }));
        for turn in &extension.turns {
            turn.extension.set(extension);
        }
        extension
    }

    /// The context for the module's global one, which no universal binary uses.
    pub(crate) fn context(&self) -> *mut HPyContext {
        self.turns[0].context()
    }

    /// Learns which globals the module has.
    ///
    /// # Safety
    ///
    /// `globals` is null or an array that ends with null.
    pub(crate) unsafe fn declare_globals(&self, globals: *const *mut HPyGlobal) {
        let mut next = globals;
        // SAFETY: the caller vouches for the array, whose end was not passed.
        while let Some(&global) = unsafe { next.as_ref() }
            && !global.is_null()
        {
            self.globals.borrow_mut().push(global);
            // SAFETY: the end was not reached.
            next = unsafe { next.add(1) };
        }
    }

    /// Whether the module's definition names the global.
    pub(super) fn declares(&self, global: *mut HPyGlobal) -> bool {
        self.globals.borrow().contains(&global)
    }

    /// The context for the next call.
    pub(super) fn next_turn(&self) -> &'static Turn {
        let next = self.next.get();
        self.next.set((next + 1) % TURNS);
        self.turns[next]
    }
}
