//! Members of native structs as attributes.

use std::ffi::{CStr, c_char, c_void};

use hpy_loader::abi::*;

use crate::definitions::{Definitions, member, type_spec};
use crate::extension::{C, c};
use crate::host::{Host, both};
use crate::observer::Observed;
use toy_vm::Object;

both! {
    numbers_go_in_and_out,
    what_does_not_fit_is_cut_with_a_warning,
    what_fits_no_number_is_refused,
    floats_go_in_and_out,
    truth_is_a_bool,
    text_comes_out,
    a_character_is_one_byte,
    objects_go_in_and_out,
    some_members_cannot_be_written,
}

type Type = HPyMember_FieldType;

/// Makes a type with the one member `m` at offset 8 of a struct of 24 bytes,
/// and an instance; `function` gets it with the address of the member.
fn with_member<const THREADS: bool, T>(
    host: &Host<THREADS>,
    field_type: Type,
    readonly: bool,
    function: impl FnOnce(C, HPy, *mut c_void) -> T,
) -> T {
    host.run(|c| with_member_in(c, field_type, readonly, function))
}

fn with_member_in<T>(
    c: C,
    field_type: Type,
    readonly: bool,
    function: impl FnOnce(C, HPy, *mut c_void) -> T,
) -> T {
    let mut definitions = Definitions::new(vec![member(c"m", field_type, 8, readonly)]);
    let mut spec = type_spec(24, &mut definitions);
    let class = c!(c.ctx_Type_FromSpec(&mut spec, std::ptr::null_mut()));
    let mut data = std::ptr::null_mut();
    let h = c!(c.ctx_New(class, &mut data));
    // SAFETY: the struct is large enough.
    let result = function(c, h, unsafe { data.byte_add(8) });
    c.close(class);
    c.close(h);
    result
}

fn set(c: C, h: HPy, value: HPy) -> i32 {
    c!(c.ctx_SetAttr_s(h, c"m".as_ptr(), value))
}

fn get(c: C, h: HPy) -> HPy {
    c!(c.ctx_GetAttr_s(h, c"m".as_ptr()))
}

/// Sets the member to the value of `make`, which is refused, and tells why.
fn refused<const THREADS: bool>(
    host: &Host<THREADS>,
    field_type: Type,
    make: impl FnOnce(C) -> HPy,
) -> String {
    host.error(|c| {
        with_member_in(c, field_type, false, |c, h, _| {
            let value = make(c);
            assert_eq!(set(c, h, value), -1);
            c.close(value);
        });
    })
}

/// The types of integers: signed or not, and how many bits.
const INTEGERS: [(Type, bool, u32); 11] = [
    (Type::HPyMember_BYTE, true, 8),
    (Type::HPyMember_UBYTE, false, 8),
    (Type::HPyMember_SHORT, true, 16),
    (Type::HPyMember_USHORT, false, 16),
    (Type::HPyMember_INT, true, 32),
    (Type::HPyMember_UINT, false, 32),
    (Type::HPyMember_LONG, true, 64),
    (Type::HPyMember_ULONG, false, 64),
    (Type::HPyMember_LONGLONG, true, 64),
    (Type::HPyMember_ULONGLONG, false, 64),
    (Type::HPyMember_HPYSSIZET, true, 64),
];

fn numbers_go_in_and_out<const THREADS: bool>(host: &Host<THREADS>) {
    for (field_type, signed, bits) in INTEGERS {
        let (least, most) = match signed {
            true => (-1_i128 << (bits - 1), (1_i128 << (bits - 1)) - 1),
            false => (0, (1_i128 << bits) - 1),
        };
        for value in [0, 1, 100, least, most] {
            with_member(host, field_type, false, |c, h, address| {
                let number = match i64::try_from(value) {
                    Ok(value) => c.int(value),
                    Err(_) => c!(c.ctx_Long_FromUInt64_t(value as u64)),
                };
                assert_eq!(set(c, h, number), 0, "{field_type:?}, {value}");
                c.close(number);
                // SAFETY: there are 16 bytes in the struct from here on.
                let stored = unsafe { address.cast::<u64>().read() };
                let mask = u64::MAX >> (64 - bits);
                assert_eq!(stored, value as u64 & mask, "{field_type:?}, {value}");
                let result = get(c, h);
                let found = match value < 0 {
                    true => c!(c.ctx_Long_AsInt64_t(result)).into(),
                    false => c!(c.ctx_Long_AsUInt64_t(result)).into(),
                };
                assert_eq!(value, found, "{field_type:?}");
                c.close(result);
                assert!(!c.is_pending());
            });
        }
    }
    assert!(host.vm().take_reports().is_empty());
}

fn what_does_not_fit_is_cut_with_a_warning<const THREADS: bool>(host: &Host<THREADS>) {
    let negative = "Writing negative value into unsigned field";
    let cases: [(_, _, _, &[&str]); 8] = [
        (
            Type::HPyMember_BYTE,
            257,
            1,
            &["Truncation of value to char"],
        ),
        (
            Type::HPyMember_UBYTE,
            -1,
            255,
            &["Truncation of value to unsigned char"],
        ),
        (
            Type::HPyMember_SHORT,
            65537,
            1,
            &["Truncation of value to short"],
        ),
        (
            Type::HPyMember_USHORT,
            65537,
            1,
            &["Truncation of value to unsigned short"],
        ),
        (
            Type::HPyMember_INT,
            1 << 32,
            0,
            &["Truncation of value to int"],
        ),
        (
            Type::HPyMember_UINT,
            1 << 32,
            0,
            &["Truncation of value to unsigned int"],
        ),
        (
            Type::HPyMember_UINT,
            -1,
            0xFFFF_FFFF,
            &[negative, "Truncation of value to unsigned int"],
        ),
        (Type::HPyMember_ULONG, -1, u64::MAX, &[negative]),
    ];
    for (field_type, value, left, warnings) in cases {
        with_member(host, field_type, false, |c, h, address| {
            assert_eq!(set(c, h, c.int(value)), 0);
            // SAFETY: there are 16 bytes in the struct from here on.
            assert_eq!(unsafe { address.cast::<u64>().read() }, left);
        });
        let expected = warnings
            .iter()
            .map(|text| format!("<class 'RuntimeWarning'>: {text}"));
        assert_eq!(host.vm().take_reports(), expected.collect::<Vec<_>>());
    }
}

fn what_fits_no_number_is_refused<const THREADS: bool>(host: &Host<THREADS>) {
    for (field_type, signed, bits) in INTEGERS {
        let error = refused(host, field_type, |c| c.text("7"));
        assert!(error.starts_with("TypeError: "), "{field_type:?}: {error}");
        if signed || bits < 32 {
            let error = refused(host, field_type, |c| c!(c.ctx_Long_FromUInt64_t(1 << 63)));
            assert!(
                error.starts_with("OverflowError: "),
                "{field_type:?}: {error}"
            );
        }
        let error = refused(host, field_type, |_| HPy::NULL);
        assert_eq!(error, "TypeError: can't delete numeric/char attribute");
    }
}

fn floats_go_in_and_out<const THREADS: bool>(host: &Host<THREADS>) {
    for field_type in [Type::HPyMember_FLOAT, Type::HPyMember_DOUBLE] {
        with_member(host, field_type, false, |c, h, _| {
            for value in [0.0, -2.5, f64::INFINITY] {
                assert_eq!(set(c, h, c.float(value)), 0);
                let result = get(c, h);
                assert_eq!(c!(c.ctx_Float_AsDouble(result)), value);
                c.close(result);
            }
            assert_eq!(set(c, h, c.int(7)), 0);
            let result = get(c, h);
            assert_eq!(c!(c.ctx_Float_AsDouble(result)), 7.0);
            c.close(result);
        });
        let error = refused(host, field_type, |c| c.text("7"));
        assert!(error.starts_with("TypeError: "), "{error}");
    }
}

fn truth_is_a_bool<const THREADS: bool>(host: &Host<THREADS>) {
    with_member(host, Type::HPyMember_BOOL, false, |c, h, address| {
        let known = c.known();
        for (value, byte) in [(known.h_True, 1), (known.h_False, 0)] {
            assert_eq!(set(c, h, value), 0);
            // SAFETY: the member is a byte.
            assert_eq!(unsafe { address.cast::<u8>().read() }, byte);
            let result = get(c, h);
            assert_eq!(c!(c.ctx_Is(result, value)), 1);
            c.close(result);
        }
    });
    for value in [0, 1] {
        let error = refused(host, Type::HPyMember_BOOL, |c| c.int(value));
        assert_eq!(error, "TypeError: attribute value type must be bool");
    }
}

/// What the member gives to Python.
fn shown<const THREADS: bool>(
    host: &Host<THREADS>,
    field_type: Type,
    write: impl FnOnce(*mut c_void),
) -> Result<String, String> {
    let shown = host.returning(host.vm().none(), |c, _| {
        with_member_in(c, field_type, false, |c, h, address| {
            write(address);
            get(c, h)
        })
    });
    let text = |object: Object| object.to_string();
    shown.map(text).map_err(|error| error.error_text())
}

fn text_comes_out<const THREADS: bool>(host: &Host<THREADS>) {
    let (pointer, in_place) = (Type::HPyMember_STRING, Type::HPyMember_STRING_INPLACE);
    let write_pointer = |text: Option<&'static CStr>| {
        move |address: *mut c_void| {
            let text = text.map_or(std::ptr::null(), CStr::as_ptr);
            // SAFETY: the member is a pointer.
            unsafe { address.cast::<*const c_char>().write(text) };
        }
    };
    assert_eq!(
        shown(host, pointer, write_pointer(Some(c"text"))),
        Ok("'text'".into())
    );
    assert_eq!(shown(host, pointer, write_pointer(None)), Ok("None".into()));
    let error = shown(host, pointer, write_pointer(Some(c"\xff"))).expect_err("no UTF-8");
    assert!(error.starts_with("UnicodeDecodeError: "), "{error}");
    let text = shown(host, in_place, |address| {
        // SAFETY: the member has room for it, and the zero behind it.
        unsafe { address.cast::<[u8; 4]>().write(*b"text") };
    });
    assert_eq!(text, Ok("'text'".into()));
    for field_type in [pointer, in_place] {
        let error = refused(host, field_type, |c| c.text("text"));
        assert_eq!(error, "TypeError: readonly attribute");
    }
    assert_eq!(shown(host, Type::HPyMember_NONE, |_| ()), Ok("None".into()));
}

fn a_character_is_one_byte<const THREADS: bool>(host: &Host<THREADS>) {
    with_member(host, Type::HPyMember_CHAR, false, |c, h, address| {
        let text = c.text("x");
        assert_eq!(set(c, h, text), 0);
        c.close(text);
        // SAFETY: the member is a byte.
        assert_eq!(unsafe { address.cast::<u8>().read() }, b'x');
        let result = get(c, h);
        assert_eq!(c!(c.ctx_Unicode_ReadChar(result, 0)), u32::from(b'x'));
        c.close(result);
    });
    for text in ["", "xy", "\u{e9}"] {
        let error = refused(host, Type::HPyMember_CHAR, |c| c.text(text));
        assert_eq!(error, "TypeError: bad argument type for built-in operation");
    }
    let error = refused(host, Type::HPyMember_CHAR, |c| c.int(120));
    assert_eq!(error, "TypeError: bad argument type for built-in operation");
}

fn objects_go_in_and_out<const THREADS: bool>(host: &Host<THREADS>) {
    let (lenient, strict) = (Type::HPyMember_OBJECT, Type::HPyMember_OBJECT_EX);
    for field_type in [lenient, strict] {
        let live = host.vm().live();
        with_member(host, field_type, false, |c, h, address| {
            let text = c.text("text");
            assert_eq!(set(c, h, text), 0);
            let result = get(c, h);
            assert_eq!(c!(c.ctx_Is(result, text)), 1);
            c.close(result);
            c.close(text);
            assert_eq!(set(c, h, c.known().h_None), 0);
            // C may put a number there, which is in the word itself.
            let field = address.cast::<HPyField>();
            for number in [c.int(-7), c.float(2.5)] {
                c!(c.ctx_Field_Store(h, field, number));
                let result = get(c, h);
                assert_eq!(c!(c.ctx_Is(result, number)), 1);
                c.close(result);
            }
            assert_eq!(set(c, h, HPy::NULL), 0);
            // SAFETY: the member is a field.
            assert!(unsafe { *field }.is_null());
        });
        assert_eq!(host.vm().live(), live);
    }
    assert_eq!(shown(host, lenient, |_| ()), Ok("None".into()));
    let expected = "AttributeError: 'Type' object has no attribute 'm'";
    assert_eq!(shown(host, strict, |_| ()), Err(expected.into()));
}

fn some_members_cannot_be_written<const THREADS: bool>(host: &Host<THREADS>) {
    for (field_type, ..) in INTEGERS {
        let error = host.error(|c| {
            with_member_in(c, field_type, true, |c, h, address| {
                assert_eq!(set(c, h, c.int(7)), -1);
                // SAFETY: there are 16 bytes in the struct from here on.
                assert_eq!(unsafe { address.cast::<u64>().read() }, 0);
            });
        });
        assert_eq!(error, "AttributeError: readonly attribute");
    }
}
