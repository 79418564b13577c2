//! A heap that is full: what has no room is a `MemoryError`, and the VM goes on.

use hpy_loader::abi::HPy;
use hpyvm_properties::extension::{C, c, call};
use moving_gc::{Options, Vm, Zeal};

const CAPACITY: usize = 2 << 20;

fn start(zeal: Zeal) -> &'static Vm {
    let options = Options {
        zeal,
        capacity: CAPACITY,
    };
    Vm::start(options).expect("memory")
}

/// What C raises that asks for an object.
fn error(vm: &'static Vm, make: impl FnOnce(C) -> HPy) -> String {
    let result = call(vm.loader(), vm.none().into_object(), |c, _| {
        let made = make(c);
        assert_eq!(made.is_null(), c.is_pending());
        made
    });
    match result {
        Ok(_) => "nothing".to_owned(),
        Err(error) => vm.class_name(&vm.class_of(&error)),
    }
}

#[test]
fn texts_and_bytes_without_room_are_memory_errors() {
    for zeal in [Zeal::Off, Zeal::Always] {
        let vm = start(zeal);
        let long = "x".repeat(CAPACITY);
        let size = CAPACITY.cast_signed();
        for _ in 0..3 {
            assert_eq!(error(vm, |c| c.text(&long)), "MemoryError");
            let bytes = error(vm, |c| {
                c!(c.ctx_Bytes_FromStringAndSize(long.as_ptr().cast(), size))
            });
            assert_eq!(bytes, "MemoryError");
            assert_eq!(error(vm, |c| c.text("short")), "nothing");
        }
        // An exception with such a message cannot be made either.
        let raised = error(vm, |c| {
            c.raise(&long);
            HPy::NULL
        });
        assert_eq!(raised, "MemoryError");
        // A key that has no room is no key that is missing.
        let looked_up = error(vm, |c| {
            let dict = c!(c.ctx_Dict_New());
            let key = std::ffi::CString::new(&*long).expect("no NUL");
            let found = c!(c.ctx_GetItem_s(dict, key.as_ptr()));
            c.close(dict);
            found
        });
        assert_eq!(looked_up, "MemoryError");
    }
}

#[test]
fn a_heap_that_fills_up_is_a_memory_error_and_empties_again() {
    let vm = start(Zeal::Off);
    let piece = "x".repeat(10_000);
    for _ in 0..3 {
        let raised = error(vm, |c| {
            let list = c!(c.ctx_List_New(0));
            loop {
                let text = c.text(&piece);
                if text.is_null() {
                    c.close(list);
                    return HPy::NULL;
                }
                assert_eq!(c!(c.ctx_List_Append(list, text)), 0);
                c.close(text);
            }
        });
        assert_eq!(raised, "MemoryError");
    }
}
