//! What an exception of another language is.

/// What is known of one that is being thrown on this thread: `class` and `exception` as the
/// unwinder has them.
pub(crate) fn describe(class: u64, exception: *mut std::ffi::c_void) -> String {
    let letters = class.to_be_bytes();
    match &letters[4..7] {
        b"C++" => {
            let text = cxx::describe(letters, exception);
            text.unwrap_or_else(|| "of an unknown type".to_owned())
        }
        _ => {
            let letters = letters
                .iter()
                .map(|&letter| match letter.is_ascii_graphic() {
                    true => char::from(letter),
                    false => '.',
                });
            format!("of the class {}", letters.collect::<String>())
        }
    }
}

#[cfg(all(unix, not(miri)))]
mod cxx {
    use libloading::os::unix::Library;
    use std::ffi::{CStr, c_char, c_int, c_void};

    /// A pointer to a `std::type_info`: its first word points to its functions, its second
    /// to its name.
    type TypeInfo = *const [*const c_void; 2];

    type BeginCatch = unsafe extern "C" fn(*mut c_void) -> *mut c_void;
    type CurrentType = unsafe extern "C" fn() -> TypeInfo;
    type Demangle =
        unsafe extern "C" fn(*const c_char, *mut c_char, *mut usize, *mut c_int) -> *mut c_char;
    type DoCatch = unsafe extern "C" fn(TypeInfo, TypeInfo, *mut *mut c_void, u32) -> bool;
    type What = unsafe extern "C" fn(*mut c_void) -> *const c_char;

    /// The size of `_Unwind_Exception`, behind which the object is that was thrown.
    const HEADER: usize = 32;

    /// The type, and what the exception says of itself if it is a `std::exception`. All of
    /// it by functions that the C++ ABI and the library's version keep, and only if the
    /// library is in the process.
    pub(super) fn describe(class: [u8; 8], exception: *mut c_void) -> Option<String> {
        let library = loaded()?;
        // SAFETY: the functions have these types. The exception is C++'s own and is being
        // thrown on this thread, which never gets further than this frame: so it may be
        // taken for caught, which makes it the current one.
        unsafe {
            let begin_catch = *library.get::<BeginCatch>(b"__cxa_begin_catch\0").ok()?;
            let current_type = *library
                .get::<CurrentType>(b"__cxa_current_exception_type\0")
                .ok()?;
            begin_catch(exception);
            let thrown = current_type();
            if thrown.is_null() {
                return None;
            }
            let name = (*thrown)[1].cast::<c_char>();
            let name = demangled(&library, name);
            // The last letter tells an exception from one that refers to another.
            let is_primary = class[7] == 0;
            let text = is_primary.then(|| what(&library, thrown, exception.byte_add(HEADER)));
            Some(match text.flatten() {
                Some(text) => format!("{name}: {text}"),
                None => name,
            })
        }
    }

    /// The C++ library of this process. None is loaded for this.
    fn loaded() -> Option<Library> {
        let flags = libc::RTLD_LAZY | libc::RTLD_NOLOAD;
        let names = ["libstdc++.so.6", "libc++abi.so.1"];
        // SAFETY: nothing is loaded, so no code runs.
        names
            .into_iter()
            .find_map(|name| unsafe { Library::open(Some(name), flags) }.ok())
    }

    /// # Safety
    ///
    /// `name` is the name of a type, as its `type_info` has it.
    unsafe fn demangled(library: &Library, name: *const c_char) -> String {
        // SAFETY: the function is of this type; it takes a C string and makes another one
        // with `malloc`, or none.
        unsafe {
            if let Ok(demangle) = library.get::<Demangle>(b"__cxa_demangle\0") {
                let (none, mut status) = (std::ptr::null_mut(), 0);
                let text = demangle(name, none, std::ptr::null_mut(), &raw mut status);
                if status == 0 && !text.is_null() {
                    let owned = CStr::from_ptr(text).to_string_lossy().into_owned();
                    libc::free(text.cast());
                    return owned;
                }
            }
            CStr::from_ptr(name).to_string_lossy().into_owned()
        }
    }

    /// `what()` of an object, if it is a `std::exception`.
    ///
    /// # Safety
    ///
    /// `object` is one of the type `thrown`.
    unsafe fn what(library: &Library, thrown: TypeInfo, object: *mut c_void) -> Option<String> {
        const DO_CATCH: &[u8] =
            b"_ZNK10__cxxabiv117__class_type_info10__do_catchEPKSt9type_infoPPvj\0";
        // SAFETY: the function and the description of `std::exception` are the library's, and
        // this is how its personality asks whether a `catch` clause takes an object. The
        // functions of a `std::exception` are two destructors, and `what`.
        unsafe {
            let do_catch = *library.get::<DoCatch>(DO_CATCH).ok()?;
            let base = *library.get::<*mut c_void>(b"_ZTISt9exception\0").ok()?;
            let mut base_object = object;
            if !do_catch(base as TypeInfo, thrown, &raw mut base_object, 1) {
                return None;
            }
            let functions = *base_object.cast::<*const [*const c_void; 3]>();
            let what = std::mem::transmute::<*const c_void, What>((*functions)[2]);
            let text = what(base_object);
            (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
        }
    }
}

#[cfg(any(not(unix), miri))]
mod cxx {
    pub(super) fn describe(_: [u8; 8], _: *mut std::ffi::c_void) -> Option<String> {
        None
    }
}
