//! Sizes that nobody has: an error, never the end of the process.

use std::ffi::c_char;

use hpy_loader::abi::HPy;

use crate::extension::{C, c};
use crate::host::{Host, both};

both! {
    too_much_is_a_memory_error,
    less_than_nothing_is_refused,
    no_object_is_that_long,
}

const HUGE: [isize; 4] = [
    isize::MAX,
    isize::MAX / 8,
    isize::MAX / 16 + 1,
    // Fits the address space in bytes, but no machine.
    1 << 45,
];

fn too_much_is_a_memory_error<const THREADS: bool>(host: &Host<THREADS>) {
    let mut item = [HPy::NULL];
    let items = item.as_mut_ptr();
    let byte: *const c_char = c"x".as_ptr();
    for size in HUGE {
        let requests: [(&str, &dyn Fn(C) -> HPy); 7] = [
            ("list", &|c| c!(c.ctx_List_New(size))),
            ("list builder", &|c| {
                let builder = c!(c.ctx_ListBuilder_New(size));
                c!(c.ctx_ListBuilder_Set(builder, 0, c.int(7)));
                c!(c.ctx_ListBuilder_Build(builder))
            }),
            ("tuple builder", &|c| {
                let builder = c!(c.ctx_TupleBuilder_New(size));
                c!(c.ctx_TupleBuilder_Build(builder))
            }),
            ("tracker", &|c| HPy(c!(c.ctx_Tracker_New(size)).0)),
            ("tuple", &|c| c!(c.ctx_Tuple_FromArray(items, size))),
            ("call", &|c| {
                let function = c.known().h_LongType;
                c!(c.ctx_Call(function, items, size.cast_unsigned(), HPy::NULL))
            }),
            ("bytes", &|c| {
                // As many bytes as that many items have.
                let bytes = size.saturating_mul(8);
                c!(c.ctx_Bytes_FromStringAndSize(byte, bytes))
            }),
        ];
        for (name, request) in requests {
            let error = host.error(|c| assert!(request(c).0 <= 0, "{name}, {size}"));
            assert_eq!(error, "MemoryError: ", "{name}, {size}");
        }
    }
}

fn less_than_nothing_is_refused<const THREADS: bool>(host: &Host<THREADS>) {
    let mut item = [HPy::NULL];
    let items = item.as_mut_ptr();
    let text: *const c_char = c"x".as_ptr();
    let wide = [65, 0];
    for size in [-2, -1 << 40, isize::MIN] {
        let requests: [(&str, &dyn Fn(C) -> HPy); 6] = [
            ("list", &|c| c!(c.ctx_List_New(size))),
            ("tuple", &|c| c!(c.ctx_Tuple_FromArray(items, size))),
            ("bytes", &|c| c!(c.ctx_Bytes_FromStringAndSize(text, size))),
            ("wide", &|c| {
                c!(c.ctx_Unicode_FromWideChar(wide.as_ptr(), size))
            }),
            ("ascii", &|c| {
                c!(c.ctx_Unicode_DecodeASCII(text, size, std::ptr::null()))
            }),
            ("file name", &|c| {
                c!(c.ctx_Unicode_DecodeFSDefaultAndSize(text, size))
            }),
        ];
        for (name, request) in requests {
            let error = host.error(|c| assert!(request(c).is_null()));
            assert!(
                error.starts_with("SystemError: "),
                "{name}, {size}: {error}"
            );
        }
        // As a builder that finds no memory.
        let error = host.error(|c| {
            let builder = c!(c.ctx_ListBuilder_New(size));
            c!(c.ctx_ListBuilder_Set(builder, 0, c.int(7)));
            assert!(c!(c.ctx_ListBuilder_Build(builder)).is_null());
        });
        assert_eq!(error, "MemoryError: ");
        let error = host.error(|c| assert!(c!(c.ctx_Tracker_New(size)).is_null()));
        assert_eq!(error, "MemoryError: ");
    }
}

fn no_object_is_that_long<const THREADS: bool>(host: &Host<THREADS>) {
    for index in [isize::MIN, -3, 2, isize::MAX] {
        let list = host.vm().list(vec![host.vm().int(1), host.vm().int(2)]);
        let error = host.error_with(list, |c, list| {
            assert!(c!(c.ctx_GetItem_i(list, index)).is_null());
            assert_eq!(c!(c.ctx_SetItem_i(list, index, c.int(7))), -1);
            assert_eq!(c!(c.ctx_DelItem_i(list, index)), -1);
        });
        assert_eq!(error, "IndexError: index out of range");
        let text = host.vm().text("ab");
        let error = host.error_with(text, |c, text| {
            assert_eq!(c!(c.ctx_Unicode_ReadChar(text, index)), u32::MAX);
        });
        assert_eq!(error, "IndexError: string index out of range");
    }
}
