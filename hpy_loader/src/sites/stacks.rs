//! Judging addresses, and interning stacks.

use super::call::CallScope;
use super::caller::Caller;
use super::descriptions::{describe, extent};
use super::site::Site;
use super::walk::{Walk, Walker};
use crate::platform::images::{Image, Images};
use indexmap::IndexSet;
use parking_lot::Mutex;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::SmallVec;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

/// How much a return address says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It is in a function of the extension that called the context.
    Enough,
    /// It is in one of HPy's own functions in the extension: look further up.
    Helper,
    /// It is in a function of the extension that called another one, which jumped
    /// to the context.
    Jumped,
    /// It is in the VM, which called a function that jumped to the context.
    Vm,
}

#[derive(Default)]
struct Stacks {
    images: Images,
    walker: Walker,
    verdicts: FxHashMap<usize, Verdict>,
    /// The places of jumps, by function and offset in the context.
    jumps: FxHashMap<(usize, u32), Option<usize>>,
    stacks: IndexSet<Box<[usize]>, FxBuildHasher>,
}

static STACKS: LazyLock<Mutex<Stacks>> = LazyLock::new(Mutex::default);

/// Addresses that were found to be enough, each where its lower bits say. A
/// cache that anybody may read without a lock: an entry is one word, and the
/// word says all.
static ENOUGH: [AtomicUsize; CACHED] = [const { AtomicUsize::new(0) }; CACHED];
const CACHED: usize = 4096;
/// Marks an address there that is in the VM.
const IN_VM: usize = 1 << 63;

#[inline(always)]
fn entry(address: usize) -> &'static AtomicUsize {
    &ENOUGH[address % CACHED]
}

/// Whether an address was judged to be a site in itself. 0 is one: the unknown
/// one.
#[inline(always)]
pub fn is_enough(address: usize) -> bool {
    entry(address).load(Ordering::Relaxed) == address
}

/// Whether an address was judged to be the VM's.
#[inline(always)]
pub fn is_in_vm(address: usize) -> bool {
    entry(address).load(Ordering::Relaxed) == address | IN_VM
}

/// The longest stack that is kept.
const LONGEST: usize = 256;

/// The values of a [`Caller`] one by one: whoever calls has them in registers, and
/// should not have to put them together for what happens rarely.
#[cold]
pub fn capture(address: usize, stack: usize, frame: usize, offset: u32, limit: usize) -> Site {
    let caller = Caller::at(address, stack, frame).calling(offset as usize);
    if address == 0 {
        return Site::UNKNOWN;
    }
    STACKS.lock().capture(caller, limit.clamp(1, LONGEST))
}

/// How many frames are looked at to find the extension's.
const PASSED: usize = 128;

/// How many frames are kept of a callback.
const CALLBACK: usize = 16;

/// See [`Site::of_interrupted`].
#[cold]
pub fn capture_interrupted(caller: Caller, limit: usize) -> (Site, bool) {
    STACKS.lock().capture_interrupted(caller, limit)
}

/// See [`Site::of_callback`].
#[cold]
pub fn capture_callback(caller: Caller) -> Option<Site> {
    STACKS.lock().capture_callback(caller)
}

impl Stacks {
    fn capture(&mut self, caller: Caller, limit: usize) -> Site {
        let address = caller.address();
        let mut found = SmallVec::<[usize; 32]>::new();
        let mut counted = 0;
        match self.judge(address) {
            Verdict::Enough => {
                entry(address).store(address, Ordering::Relaxed);
                if limit == 1 {
                    return Site::of_return(address);
                }
            }
            Verdict::Helper => {}
            Verdict::Vm => {
                entry(address).store(address | IN_VM, Ordering::Relaxed);
                return match CallScope::function() {
                    0 => Site::of_return(address),
                    function => Site::of_jump(function, caller.offset as usize),
                };
            }
            Verdict::Jumped => {
                if let Some(place) = self.jumped_before(address, caller.offset) {
                    found.push(place);
                    counted = usize::from(self.judge(place) != Verdict::Helper);
                }
            }
        }
        let mut walk = Walk::new(caller);
        let mut next = (counted < limit).then_some(address);
        while let Some(address) = next {
            match self.judge(address) {
                Verdict::Vm => break,
                Verdict::Helper => {}
                Verdict::Enough | Verdict::Jumped => counted += 1,
            }
            found.push(address);
            next = match counted < limit && found.len() < LONGEST {
                true => self.walker.step(&mut walk, &mut self.images),
                false => None,
            };
        }
        self.intern(&found)
    }

    fn capture_interrupted(&mut self, caller: Caller, limit: usize) -> (Site, bool) {
        let called = self.images.find(CallScope::function());
        let called = called.map(|image| image.range.clone());
        let mut found = SmallVec::<[usize; 32]>::new();
        let (mut is_found, mut is_beyond) = (false, false);
        let mut walk = Walk::new(caller);
        let mut next = Some(caller.address());
        for _ in 0..PASSED {
            let Some(address) = next else { break };
            if self.judge(address) != Verdict::Vm {
                is_found |= self.is_extension(called.as_ref(), address);
                found.push(address);
            } else if is_found {
                break;
            } else {
                is_beyond = true;
                found.clear();
            }
            next = self.walker.step(&mut walk, &mut self.images);
        }
        found.truncate(limit);
        match is_found {
            true => (self.intern(&found), is_beyond),
            false => (Site::of_return(caller.address()), is_beyond),
        }
    }

    fn capture_callback(&mut self, caller: Caller) -> Option<Site> {
        let called = self.images.find(CallScope::function());
        let called = called.map(|image| image.range.clone());
        let mut found = SmallVec::<[usize; 32]>::new();
        let mut is_beyond = false;
        let mut walk = Walk::new(caller);
        let mut next = Some(caller.address());
        for _ in 0..PASSED {
            let Some(address) = next else { break };
            if self.judge(address) != Verdict::Vm {
                is_beyond = true;
                // What lies below is the library's own business.
                if !found.is_empty() || self.is_extension(called.as_ref(), address) {
                    found.push(address);
                }
            } else if is_beyond {
                break;
            }
            next = self.walker.step(&mut walk, &mut self.images);
        }
        found.truncate(CALLBACK);
        (!found.is_empty()).then(|| self.intern(&found))
    }

    /// Whether an address is in the extension that was `called`.
    fn is_extension(&mut self, called: Option<&Range<usize>>, address: usize) -> bool {
        match called {
            Some(range) => range.contains(&address),
            // C that the VM's collector runs is no call. The name has the ABI in it.
            None => self.images.find(address).is_some_and(|image| {
                let name = image.path.file_name().unwrap_or_default();
                name.to_string_lossy().contains(".hpy")
            }),
        }
    }

    fn intern(&mut self, found: &[usize]) -> Site {
        match *found {
            [address] => Site::of_return(address),
            _ => {
                let number = match self.stacks.get_index_of(found) {
                    Some(number) => number,
                    None => self.stacks.insert_full(found.into()).0,
                };
                Site::of_stack(number as u32)
            }
        }
    }

    fn judge(&mut self, address: usize) -> Verdict {
        if let Some(&verdict) = self.verdicts.get(&address) {
            return verdict;
        }
        let verdict = match self.images.find(address) {
            Some(image) if is_vm(image) => Verdict::Vm,
            Some(image) if is_helper(image, address) => Verdict::Helper,
            Some(image) if image.called_before(address).is_some() => Verdict::Jumped,
            _ => Verdict::Enough,
        };
        self.verdicts.insert(address, verdict);
        verdict
    }

    /// The place of the jump in the function that was called before `address`.
    fn jumped_before(&mut self, address: usize, offset: u32) -> Option<usize> {
        let function = self.images.find(address)?.called_before(address)?;
        self.jump(function, offset)
    }

    /// The place where `function` jumped to the context's function at `offset`.
    fn jump(&mut self, function: usize, offset: u32) -> Option<usize> {
        let images = &mut self.images;
        *self.jumps.entry((function, offset)).or_insert_with(|| {
            let image = images.find(function)?;
            let (start, end) = extent(image, function)?;
            image.jump(start, end, offset)
        })
    }
}

/// The addresses of an interned stack.
pub fn addresses(number: u32) -> Box<[usize]> {
    let stacks = STACKS.lock();
    stacks
        .stacks
        .get_index(number as usize)
        .cloned()
        .unwrap_or_default()
}

/// The place where `function` jumped to the context's function at `offset`, or else
/// the function.
pub fn jump(function: usize, offset: u32) -> Site {
    match STACKS.lock().jump(function, offset) {
        Some(place) => Site::of_return(place),
        None => Site::of_address(function),
    }
}

/// The image that an address lies in.
pub fn image(address: usize) -> Option<Arc<Image>> {
    STACKS.lock().images.find(address).cloned()
}

/// Whether an address is in the VM's code.
pub fn is_of_vm(address: usize) -> bool {
    image(address).is_some_and(|image| is_vm(&image))
}

/// Whether a call was made from one of HPy's own functions.
fn is_helper(image: &Image, return_address: usize) -> bool {
    let function = describe(image, return_address - 1).pop();
    function.is_some_and(|frame| frame.is_helper())
}

/// This very code tells which image is the VM.
fn is_vm(image: &Image) -> bool {
    let code = capture as fn(_, _, _, _, _) -> _ as usize;
    image.range.contains(&code)
}
