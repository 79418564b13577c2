//! One module in debug mode, and the contexts that take turns in its calls.

use super::Debug;
use super::records::Origin;
use crate::abi::{HPy, HPyContext, HPyGlobal};
pub(super) use crate::platform::threads::current as this_thread;
use crate::sites::{Entered, PythonStack, Registers, Site};
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
    /// The C function that the VM has called.
    function: Cell<*const c_void>,
    /// The Python stack above the call, once it was taken.
    above: Cell<Option<PythonStack>>,
    /// What was opened before that, and how much of it there is.
    unplaced: [Cell<HPy>; UNPLACED],
    count: Cell<usize>,
    pub debug: &'static Debug,
    /// The context that is wrapped.
    pub inner: *mut HPyContext,
    /// The extension's.
    pub number: u32,
    extension: Cell<*const Extension>,
}

/// How many handles wait for the Python stack above the call to be taken.
///
/// Most calls open few handles and leave none, so that nobody will ask what the
/// stack was: it is taken once it matters. While C runs it stays as it is. So that is
/// before anything but C and the VM's own code can run, and when C returns and has
/// left something open.
const UNPLACED: usize = 8;

/// What a turn had of a call further up.
pub(super) struct Taken {
    pub user: usize,
    function: *const c_void,
    above: Option<PythonStack>,
}

/// No thread's number.
pub(super) const NOBODY: usize = 0;

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

    /// Begins a call of `function`.
    #[inline(always)]
    pub fn take(&self, function: *const c_void) -> Taken {
        let taken = Taken {
            user: self.user(),
            function: self.function.replace(function),
            above: self.above.replace(None),
        };
        self.set_user(this_thread());
        taken
    }

    /// Ends it.
    #[inline(always)]
    pub fn give_back(&self, taken: &Taken) {
        self.function.set(taken.function);
        self.above.set(taken.above);
    }

    /// The C function that the VM has called.
    #[inline(always)]
    pub fn function(&self) -> *const c_void {
        self.function.get()
    }

    /// The Python stack above the call, if it was taken.
    pub fn above(&self) -> Option<PythonStack> {
        self.above.get()
    }

    /// Whether something was opened and no Python stack taken. It must be before
    /// other code runs.
    #[inline(always)]
    pub fn has_unplaced(&self) -> bool {
        self.count.get() != 0
    }

    /// Takes the Python stack if C leaves anything open without it.
    #[inline(always)]
    pub fn settle(&self) {
        let unplaced = self.unplaced.iter().take(self.count.get());
        let mut open = unplaced.filter(|handle| self.debug.records.look(handle.get()).is_some());
        if open.next().is_some() {
            self.place();
        }
        self.count.set(0);
    }

    /// Takes the Python stack above, for all that is opened and was opened.
    #[cold]
    #[inline(never)]
    pub fn place(&self) -> PythonStack {
        let above = self.above.get().unwrap_or_else(|| (self.debug.python)());
        self.above.set(Some(above));
        for handle in self.unplaced.iter().take(self.count.replace(0)) {
            self.debug.records.set_above(handle.get(), above);
        }
        above
    }

    /// Remembers that a handle has no Python stack yet.
    #[inline(never)]
    fn wait(&self, handle: HPy) -> HPy {
        let count = self.count.get();
        self.unplaced[count].set(handle);
        self.count.set(count + 1);
        if count + 1 == UNPLACED {
            self.place();
        }
        handle
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
        let owner = entry.owner();
        (owner == self.number || owner == 0).then(|| entry.inner.get())
    }

    /// The extension's handle for one that the wrapped context has returned.
    #[inline(always)]
    pub fn wrap(&self, inner: HPy, site: Site) -> HPy {
        if inner.is_null() {
            return inner;
        }
        let (origin, owner, above) = (Origin::Result, self.number, self.above.get());
        let handle = self.debug.open(inner, origin, owner, site, above);
        match above {
            Some(_) => handle,
            None => self.wait(handle),
        }
    }

    /// Where C is, if it was seen there before.
    #[inline(always)]
    pub fn site(&self, entered: Entered) -> Option<Site> {
        match self.debug.frames.get() {
            0 | 1 => Site::seen(entered, self.function.get().addr()),
            _ => None,
        }
    }

    /// The same as [`wrap`](Self::wrap), if all is at hand.
    #[inline(always)]
    pub fn try_wrap(&self, inner: HPy, entered: Entered) -> Option<HPy> {
        let site = self.site(entered)?;
        let records = &self.debug.records;
        let (origin, above) = (Origin::Result, self.above.get());
        let place = records.place()?;
        let handle = records.open(place, inner, origin, self.number, site, above);
        Some(match above {
            Some(_) => handle,
            None => self.wait(handle),
        })
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
                function: Cell::new(std::ptr::null()),
                above: Cell::new(None),
                unplaced: [const { Cell::new(HPy::NULL) }; UNPLACED],
                count: Cell::new(0),
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
