//! Shells: what C has for an object.

use super::type_object::{self, TypeObject};
use hpy_loader::abi::cpy_PyObject;
use rustc_hash::FxHashMap;
use rustpython_vm::builtins::PyType;
use rustpython_vm::{PyObject, PyObjectRef};
use std::alloc::{Layout, alloc, dealloc};
use std::ptr::{NonNull, null};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// Where C's pointer leads to.
pub type Head = NonNull<cpy_PyObject>;

/// What lies in front of the head.
#[repr(C, align(16))]
pub struct Front {
    /// The object; null when it is dead.
    object: *const PyObject,
    kind: Kind,
    /// Whether C's references own one to the object.
    is_owner: bool,
}

/// How large it is. The head behind it is aligned as extensions are promised.
pub const FRONT: usize = size_of::<Front>();

const _: () = assert!(FRONT == 16);

/// Whose memory a shell is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its own: it goes with the last reference.
    Apart,
    /// That of an instance of a legacy type.
    Struct,
    /// Nobody's: it is there for ever.
    Class,
}

#[repr(C)]
struct Apart {
    front: Front,
    head: cpy_PyObject,
}

/// The shells apart, by the addresses of their objects.
static APART: LazyLock<Mutex<FxHashMap<usize, usize>>> = LazyLock::new(Mutex::default);

fn apart() -> MutexGuard<'static, FxHashMap<usize, usize>> {
    APART.lock().unwrap_or_else(PoisonError::into_inner)
}

fn address(object: &PyObject) -> usize {
    std::ptr::from_ref(object).expose_provenance()
}

/// What is in front of a head.
///
/// # Safety
///
/// The head is that of a shell which has not been freed. Nobody else has the result.
unsafe fn front<'a>(head: Head) -> &'a mut Front {
    // SAFETY: each shell has this in front, as the caller says it is one.
    unsafe { &mut *head.as_ptr().byte_sub(FRONT).cast() }
}

/// Begins a shell in zeroed memory.
///
/// # Safety
///
/// There is room for a head, and for [`FRONT`] bytes in front of it.
pub(super) unsafe fn begin(
    head: Head,
    kind: Kind,
    object: *const PyObject,
    type_object: TypeObject,
    count: isize,
) {
    let front = Front {
        object,
        kind,
        is_owner: false,
    };
    let begun = cpy_PyObject {
        ob_refcnt: count,
        ob_type: type_object.as_ptr(),
    };
    // SAFETY: the caller says that there is room.
    unsafe {
        head.as_ptr().byte_sub(FRONT).cast::<Front>().write(front);
        head.as_ptr().write(begun);
    }
}

/// Makes the struct of a new instance of a legacy type its shell.
///
/// # Safety
///
/// As for `begin`; the struct is the object's, which has a class.
pub unsafe fn begin_struct(head: Head, object: &PyObject) {
    let class = type_object::of(object.class());
    // SAFETY: passed on to the caller.
    unsafe { begin(head, Kind::Struct, object, class, 0) };
}

/// Ends the struct of an instance of a legacy type, which C may look at once more: `last` does.
/// Whether the memory can be freed: C may have kept references that nobody has taken note of.
///
/// # Safety
///
/// The struct was begun, and its object is dead.
pub unsafe fn end_struct(head: Head, last: impl FnOnce(Head)) -> bool {
    // SAFETY: the caller says that it is a shell.
    unsafe { front(head) }.object = null();
    last(head);
    // SAFETY: as above.
    unsafe { head.as_ref() }.ob_refcnt == 0
}

/// A new reference for C. `own` is the object's struct, if it is an instance of a legacy type.
/// None if there is no memory.
pub fn reference(object: &PyObject, own: Option<Head>) -> Option<Head> {
    if let Some(class) = object.downcast_ref::<PyType>() {
        let head: Head = type_object::of(class).cast();
        // SAFETY: it is there for ever, and nobody else counts now.
        unsafe { (*head.as_ptr()).ob_refcnt += 1 };
        return Some(head);
    }
    let head = match own {
        Some(own) => own,
        None => shell_apart(object)?,
    };
    // SAFETY: it is a shell; whoever counts there has the lock.
    unsafe {
        let front = front(head);
        if !front.is_owner {
            front.is_owner = true;
            std::mem::forget(object.to_owned());
        }
        (*head.as_ptr()).ob_refcnt += 1;
    }
    Some(head)
}

fn shell_apart(object: &PyObject) -> Option<Head> {
    if let Some(&known) = apart().get(&address(object)) {
        return Head::new(std::ptr::with_exposed_provenance_mut(known));
    }
    let class = type_object::of(object.class());
    // SAFETY: the size is not 0.
    let memory = NonNull::new(unsafe { alloc(Layout::new::<Apart>()) })?;
    // SAFETY: the head is behind the front.
    let head: Head = unsafe { memory.byte_add(FRONT) }.cast();
    // SAFETY: there is room for both.
    unsafe { begin(head, Kind::Apart, object, class, 0) };
    apart().insert(address(object), head.as_ptr().expose_provenance());
    Some(head)
}

/// The object of a shell; none if it is dead.
///
/// # Safety
///
/// C has a reference, or the struct of an instance.
pub unsafe fn object(head: Head) -> Option<PyObjectRef> {
    // SAFETY: the caller says that it is a shell.
    let object = unsafe { front(head) }.object;
    // SAFETY: what is not null is there: C's references own one to it, or it is the instance
    // that the struct belongs to, whose end waits for the lock.
    unsafe { object.as_ref() }?.try_to_owned()
}

/// Takes a reference away from C. The reference to the object that C's have owned, if it was
/// the last.
///
/// # Safety
///
/// C has the reference.
pub unsafe fn release(head: Head) -> Option<PyObjectRef> {
    // SAFETY: the caller says that it is a shell.
    let shell = unsafe { &mut *head.as_ptr() };
    // A reference that is given up once too often would be somebody else's.
    shell.ob_refcnt = (shell.ob_refcnt - 1).max(0);
    match shell.ob_refcnt {
        // SAFETY: there is none left.
        0 => unsafe { end_references(head) },
        _ => None,
    }
}

/// Ends what C's references have owned.
///
/// # Safety
///
/// It is a shell, and C has no reference any more.
pub(super) unsafe fn end_references(head: Head) -> Option<PyObjectRef> {
    // SAFETY: the caller says that it is a shell.
    let front = unsafe { front(head) };
    if front.kind == Kind::Class {
        return None;
    }
    let object = front.object;
    let owned = std::mem::take(&mut front.is_owner);
    if front.kind == Kind::Apart {
        apart().remove(&object.addr());
        let memory = head.as_ptr().cast::<u8>().wrapping_sub(FRONT);
        // SAFETY: `shell_apart` has allocated it so, and nobody refers to it.
        unsafe { dealloc(memory, Layout::new::<Apart>()) };
    }
    let object = NonNull::new(object.cast_mut()).filter(|_| owned)?;
    // SAFETY: `reference` has forgotten it.
    Some(unsafe { PyObjectRef::from_raw(object) })
}
