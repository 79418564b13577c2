//! Capsules.

use std::ffi::{c_char, c_void};
use std::sync::Mutex;

use hpy_loader::abi::{_HPyCapsule_key, HPy, HPyCapsule_Destructor};

use crate::extension::{C, c};
use crate::host::{Host, both};

both! {
    a_capsule_holds_what_it_is_given,
    a_capsule_has_a_name,
    a_capsule_cannot_be_empty,
    the_destructor_gets_what_the_capsule_holds,
    the_destructor_may_change,
    a_destructor_must_be_whole,
    other_objects_are_no_capsules,
    there_are_four_keys,
}

const POINTER: _HPyCapsule_key = _HPyCapsule_key::HPyCapsule_key_Pointer;
const NAME: _HPyCapsule_key = _HPyCapsule_key::HPyCapsule_key_Name;
const CONTEXT: _HPyCapsule_key = _HPyCapsule_key::HPyCapsule_key_Context;
const DESTRUCTOR: _HPyCapsule_key = _HPyCapsule_key::HPyCapsule_key_Destructor;

fn pointer(address: usize) -> *mut c_void {
    std::ptr::without_provenance_mut(address)
}

/// A capsule of address 8 without a destructor.
fn capsule(c: C, name: *const c_char) -> HPy {
    c!(c.ctx_Capsule_New(pointer(8), name, std::ptr::null_mut()))
}

fn a_capsule_holds_what_it_is_given<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let name = c"module.name".as_ptr();
        let h = capsule(c, name);
        let get = |key| c!(c.ctx_Capsule_Get(h, key, name));
        assert_eq!(get(POINTER), pointer(8));
        assert_eq!(get(NAME), name.cast_mut().cast());
        assert!(get(CONTEXT).is_null() && !c.is_pending());
        assert_eq!(c!(c.ctx_Capsule_Set(h, POINTER, pointer(16))), 0);
        assert_eq!(c!(c.ctx_Capsule_Set(h, CONTEXT, pointer(24))), 0);
        assert_eq!((get(POINTER), get(CONTEXT)), (pointer(16), pointer(24)));
        let class = c!(c.ctx_Type(h));
        assert_eq!(c!(c.ctx_Is(class, c.known().h_CapsuleType)), 1);
        c.close(class);
        c.close(h);
        assert!(!c.is_pending());
    });
}

fn a_capsule_has_a_name<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let same = std::ffi::CString::new("module.name").expect("no NUL");
        for (name, others) in [
            (
                c"module.name".as_ptr(),
                [std::ptr::null(), c"other".as_ptr()],
            ),
            (std::ptr::null(), [c"".as_ptr(), c"other".as_ptr()]),
        ] {
            let h = capsule(c, name);
            let is_valid = |name| c!(c.ctx_Capsule_IsValid(h, name));
            assert_eq!(is_valid(name), 1);
            if !name.is_null() {
                assert_eq!(is_valid(same.as_ptr()), 1, "the text counts");
            }
            for other in others {
                assert_eq!(is_valid(other), 0);
                assert!(c!(c.ctx_Capsule_Get(h, POINTER, other)).is_null());
                assert_eq!(c!(c.ctx_Err_ExceptionMatches(c.known().h_ValueError)), 1);
                c.clear();
            }
            let renamed = c"renamed".as_ptr();
            assert_eq!(c!(c.ctx_Capsule_Set(h, NAME, renamed.cast_mut().cast())), 0);
            assert_eq!((is_valid(renamed), is_valid(name)), (1, 0));
            c.close(h);
        }
        assert_eq!(c!(c.ctx_Capsule_IsValid(HPy::NULL, std::ptr::null())), 0);
        assert_eq!(c!(c.ctx_Capsule_IsValid(c.int(7), std::ptr::null())), 0);
        assert!(!c.is_pending());
    });
}

fn a_capsule_cannot_be_empty<const THREADS: bool>(host: &Host<THREADS>) {
    let null = std::ptr::null_mut();
    let error = host.error(|c| {
        assert!(c!(c.ctx_Capsule_New(null, std::ptr::null(), std::ptr::null_mut())).is_null());
    });
    assert_eq!(error, "ValueError: PyCapsule_New called with null pointer");
    let error = host.error(|c| {
        let h = capsule(c, std::ptr::null());
        assert_eq!(c!(c.ctx_Capsule_Set(h, POINTER, null)), -1);
        c.close(h);
    });
    assert_eq!(
        error,
        "ValueError: PyCapsule_SetPointer called with null pointer"
    );
}

thread_local! {
    /// What the destructors were called with.
    static DESTROYED: Mutex<Vec<[usize; 3]>> = const { Mutex::new(Vec::new()) };
}

fn destroyed() -> Vec<[usize; 3]> {
    DESTROYED.with(|destroyed| std::mem::take(&mut *destroyed.lock().expect("whole")))
}

unsafe extern "C" fn destroy(name: *const c_char, pointer: *mut c_void, context: *mut c_void) {
    let call = [name.addr(), pointer.addr(), context.addr()];
    DESTROYED.with(|destroyed| destroyed.lock().expect("whole").push(call));
}

fn destructor() -> HPyCapsule_Destructor {
    HPyCapsule_Destructor {
        // For CPython, which is never called here, but must be there.
        cpy_trampoline: pointer(1).cast_const(),
        r#impl: Some(destroy),
    }
}

fn the_destructor_gets_what_the_capsule_holds<const THREADS: bool>(host: &Host<THREADS>) {
    let name = c"module.name".as_ptr();
    let mut destructor = destructor();
    let kept = host.returning(host.vm().none(), |c, _| {
        let h = c!(c.ctx_Capsule_New(pointer(8), name, &mut destructor));
        c!(c.ctx_Capsule_Set(h, CONTEXT, pointer(24)));
        c.close(c.dup(h));
        h
    });
    assert!(destroyed().is_empty());
    drop(kept);
    assert_eq!(destroyed(), [[name.addr(), 8, 24]]);
}

fn the_destructor_may_change<const THREADS: bool>(host: &Host<THREADS>) {
    let mut destructor = destructor();
    let destructor = &raw mut destructor;
    host.run(|c| {
        let h = capsule(c, std::ptr::null());
        assert_eq!(c!(c.ctx_Capsule_Set(h, DESTRUCTOR, destructor.cast())), 0);
        c.close(h);
    });
    assert_eq!(destroyed(), [[0, 8, 0]]);
    host.run(|c| {
        let h = c!(c.ctx_Capsule_New(pointer(8), std::ptr::null(), destructor));
        assert_eq!(
            c!(c.ctx_Capsule_Set(h, DESTRUCTOR, std::ptr::null_mut())),
            0
        );
        c.close(h);
    });
    assert!(destroyed().is_empty());
}

fn a_destructor_must_be_whole<const THREADS: bool>(host: &Host<THREADS>) {
    let mut no_function = HPyCapsule_Destructor {
        r#impl: None,
        ..destructor()
    };
    let mut no_trampoline = HPyCapsule_Destructor {
        cpy_trampoline: std::ptr::null(),
        ..destructor()
    };
    for destructor in [&raw mut no_function, &raw mut no_trampoline] {
        let error = host.error(|c| {
            let name = std::ptr::null();
            assert!(c!(c.ctx_Capsule_New(pointer(8), name, destructor)).is_null());
        });
        assert_eq!(error, "ValueError: Invalid HPyCapsule destructor");
        let error = host.error(|c| {
            let h = capsule(c, std::ptr::null());
            assert_eq!(c!(c.ctx_Capsule_Set(h, DESTRUCTOR, destructor.cast())), -1);
            c.close(h);
        });
        assert_eq!(error, "ValueError: Invalid HPyCapsule destructor");
    }
    assert!(destroyed().is_empty());
}

fn other_objects_are_no_capsules<const THREADS: bool>(host: &Host<THREADS>) {
    for (key, function) in [(POINTER, "Pointer"), (NAME, "Name"), (CONTEXT, "Context")] {
        let error = host.error(|c| {
            assert!(c!(c.ctx_Capsule_Get(c.int(7), key, std::ptr::null())).is_null());
        });
        let expected =
            format!("ValueError: PyCapsule_Get{function} called with invalid PyCapsule object");
        assert_eq!(error, expected);
        let error = host.error(|c| {
            assert_eq!(c!(c.ctx_Capsule_Set(c.int(7), key, pointer(8))), -1);
        });
        let expected =
            format!("ValueError: PyCapsule_Set{function} called with invalid PyCapsule object");
        assert_eq!(error, expected);
    }
}

fn there_are_four_keys<const THREADS: bool>(host: &Host<THREADS>) {
    for number in [-1, 4, i32::MAX, i32::MIN] {
        let key = _HPyCapsule_key(number);
        let error = host.error(|c| {
            let h = capsule(c, std::ptr::null());
            assert!(c!(c.ctx_Capsule_Get(h, key, std::ptr::null())).is_null());
            assert_eq!(c!(c.ctx_Capsule_Set(h, key, pointer(8))), -1);
            c.close(h);
        });
        // The first error counts.
        let expected = format!("SystemError: HPyCapsule_Get: unknown key {number}");
        assert_eq!(error, expected);
        let error = host.error(|c| {
            let h = capsule(c, std::ptr::null());
            assert_eq!(c!(c.ctx_Capsule_Set(h, key, pointer(8))), -1);
            c.close(h);
        });
        let expected = format!("SystemError: HPyCapsule_Set: unknown key {number}");
        assert_eq!(error, expected);
    }
    let error = host.error(|c| {
        let h = capsule(c, std::ptr::null());
        assert!(c!(c.ctx_Capsule_Get(h, DESTRUCTOR, std::ptr::null())).is_null());
        c.close(h);
    });
    let expected = "ValueError: Invalid operation: get HPyCapsule_key_Destructor";
    assert_eq!(error, expected);
}
