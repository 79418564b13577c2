//! Type objects: the shells of classes.
//!
//! C looks at the class of an object by itself, say for the `tp_free` that a `tp_dealloc` has to
//! call. So a class's shell is a `PyTypeObject`, of which the members are filled that say what the class
//! is. It is never freed, nor is the class: what points to it, from the head of each shell, is
//! not counted.

use super::shell::{FRONT, Kind, begin};
use hpy_loader::abi::{SIZE_OF_HEAP_TYPE, cpy_PyTypeObject};
use rustc_hash::FxHashMap;
use rustpython_vm::builtins::PyType;
use rustpython_vm::types::PyTypeFlags;
use rustpython_vm::vm::thread::with_current_vm;
use rustpython_vm::{AsObject, Context, Py};
use std::alloc::{Layout, alloc_zeroed, handle_alloc_error};
use std::ffi::{CString, c_ulong, c_void};
use std::ptr::NonNull;
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

/// What C has for a class.
pub type TypeObject = NonNull<cpy_PyTypeObject>;

/// The count of something that is never freed, whatever C adds and takes away.
const FOR_EVER: isize = 1 << 40;

/// By the addresses of their classes.
static ALL: LazyLock<Mutex<FxHashMap<usize, usize>>> = LazyLock::new(Mutex::default);

/// What an extension says of a class that it has defined.
#[derive(Debug, Clone)]
pub struct Description {
    /// `tp_name`.
    pub name: Option<String>,
    /// `tp_basicsize`.
    pub basicsize: Option<usize>,
    /// The size of the struct that the class itself has from its metaclass.
    pub own_size: usize,
}

/// Describes a class.
type Describe = fn(&Py<PyType>) -> Description;

static DESCRIBE: OnceLock<Describe> = OnceLock::new();

/// Says who knows the classes of extensions. Only the first call has an effect.
pub fn describe_by(describe: Describe) {
    DESCRIBE.get_or_init(|| describe);
}

/// The type object of a class.
pub fn of(class: &Py<PyType>) -> TypeObject {
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    find_or_make(class, &mut all)
}

fn find_or_make(class: &Py<PyType>, all: &mut FxHashMap<usize, usize>) -> TypeObject {
    let address = std::ptr::from_ref(class).addr();
    let known = all.get(&address).copied();
    let known = known.map(std::ptr::with_exposed_provenance_mut);
    if let Some(known) = known.and_then(TypeObject::new) {
        return known;
    }
    // It stays for ever, and so does its address.
    std::mem::forget(class.to_owned());
    let description = DESCRIBE.get().map(|describe| describe(class));
    let own_size = description.as_ref().map_or(0, |known| known.own_size);
    let type_object = allocate(own_size.max(SIZE_OF_HEAP_TYPE));
    // Before its own class, which may be itself.
    all.insert(address, type_object.as_ptr().expose_provenance());
    let metaclass = find_or_make(class.as_object().class(), all);
    // SAFETY: `allocate` has left room in front.
    unsafe {
        begin(
            type_object.cast(),
            Kind::Class,
            class.as_object(),
            metaclass,
            FOR_EVER,
        )
    };
    let base = class.base.deref().map(|base| find_or_make(base, all));
    // SAFETY: it is as large as that, and zeroed; nobody else has it yet.
    let members = unsafe { &mut *type_object.as_ptr() };
    let name = description.as_ref().and_then(|known| known.name.clone());
    let name = name.unwrap_or_else(|| class.slot_name().to_string());
    members.tp_name = CString::new(name).unwrap_or_default().into_raw();
    let basicsize = description.and_then(|known| known.basicsize);
    members.tp_basicsize = basicsize.unwrap_or(class.slots().basicsize).cast_signed();
    members.tp_itemsize = class.slots().itemsize.cast_signed();
    members.tp_flags = with_current_vm(|vm| flags(class, &vm.ctx));
    members.tp_base = base.map_or(std::ptr::null_mut(), NonNull::as_ptr);
    members.tp_free = Some(free);
    type_object
}

fn allocate(size: usize) -> TypeObject {
    let layout = Layout::from_size_align(FRONT + size, 16);
    let layout = layout.unwrap_or_else(|_| unreachable!("the size of a struct"));
    // SAFETY: the size is not 0.
    let memory = NonNull::new(unsafe { alloc_zeroed(layout) });
    let memory = memory.unwrap_or_else(|| handle_alloc_error(layout));
    // SAFETY: there is so much room.
    unsafe { memory.byte_add(FRONT) }.cast()
}

/// `tp_free`: the memory is the VM's, which frees it when `tp_dealloc` has returned.
unsafe extern "C" fn free(_: *mut c_void) {}

/// `Py_TPFLAGS_*`, as far as they say what a class is.
fn flags(class: &Py<PyType>, ctx: &Context) -> c_ulong {
    const HEAPTYPE: u32 = 9;
    const BASETYPE: u32 = 10;
    const READY: u32 = 12;
    let types = &ctx.types;
    let builtins = [
        (24, types.int_type),
        (25, types.list_type),
        (26, types.tuple_type),
        (27, types.bytes_type),
        (28, types.str_type),
        (29, types.dict_type),
        (30, ctx.exceptions.base_exception_type),
        (31, types.type_type),
    ];
    let mut flags = 1 << READY;
    if class.heaptype_ext().is_some() {
        flags |= 1 << HEAPTYPE;
    }
    if class.slots().flags.has_feature(PyTypeFlags::BASETYPE) {
        flags |= 1 << BASETYPE;
    }
    for (bit, builtin) in builtins {
        if class.fast_issubclass(builtin.as_object()) {
            flags |= 1 << bit;
        }
    }
    flags
}
