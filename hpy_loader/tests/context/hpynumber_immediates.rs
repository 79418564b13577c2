//! Numbers that are carried in the handle itself.

use hpy_loader::abi::{HPy, HPyField, HPyGlobal};
use hpy_loader::handles::RawHandle;

use crate::extension::{C, c};
use crate::host::{Host, both};

both! {
    integers_up_to_48_bits_need_no_slot,
    every_integer_survives,
    every_double_survives,
    doubles_beyond_the_word_have_a_slot,
    conversions_are_pythons,
    identity_is_that_of_the_value,
    types_are_those_of_objects,
    python_gets_objects,
    containers_hold_objects,
    fields_and_globals_hold_them,
    closing_and_duplicating_do_nothing,
    objects_stay_objects,
}

const EDGE: i64 = 1 << 47;

const INTEGERS: [i64; 15] = [
    0,
    1,
    -1,
    255,
    i32::MAX as i64,
    i32::MIN as i64,
    EDGE - 1,
    EDGE,
    EDGE + 1,
    -EDGE + 1,
    -EDGE,
    -EDGE - 1,
    1 << 62,
    i64::MAX,
    i64::MIN,
];

/// Among them the NaNs whose payloads collide with the tags of the word.
const DOUBLES: [u64; 16] = [
    0,
    1,
    0x8000_0000_0000_0000,
    0x3FF0_0000_0000_0000,
    0xBFF0_0000_0000_0000,
    0x7FEF_FFFF_FFFF_FFFF,
    0x7FF0_0000_0000_0000,
    0xFFF0_0000_0000_0000,
    0x7FF0_0000_0000_0001,
    0x7FF8_0000_0000_0000,
    0x7FFF_FFFF_FFFF_FFFF,
    0xFFF8_0000_0000_0000,
    0xFFFD_FFFF_FFFF_FFFF,
    0xFFFE_0000_0000_0000,
    0xFFFF_0000_0000_0000,
    0xFFFF_FFFF_FFFF_FFFF,
];

fn is_immediate(h: HPy) -> bool {
    RawHandle::from_bits(h.0).is_immediate()
}

fn integers_up_to_48_bits_need_no_slot<const THREADS: bool>(host: &Host<THREADS>) {
    let live = host.vm().live();
    host.run(|c| {
        for value in INTEGERS {
            let h = c.int(value);
            let fits = (-EDGE..EDGE).contains(&value);
            assert_eq!(is_immediate(h), fits, "{value}");
            c.close(h);
        }
        assert_eq!(host.vm().live(), live);
    });
}

fn every_integer_survives<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        for value in INTEGERS {
            let bits = value.cast_unsigned();
            let h = c.int(value);
            assert_eq!(c!(c.ctx_Long_AsInt64_t(h)), value);
            assert_eq!(c!(c.ctx_Long_AsSsize_t(h)), value as isize);
            assert_eq!(c!(c.ctx_Long_AsUInt64_tMask(h)), bits);
            assert_eq!(c!(c.ctx_Long_AsUInt32_tMask(h)), bits as u32);
            assert_eq!(c!(c.ctx_Long_AsDouble(h)), value as f64);
            c.close(h);
            let unsigned = c!(c.ctx_Long_FromUInt64_t(bits));
            assert_eq!(c!(c.ctx_Long_AsUInt64_t(unsigned)), bits);
            assert_eq!(c!(c.ctx_Long_AsSize_t(unsigned)), bits as usize);
            c.close(unsigned);
            assert!(!c.is_pending(), "{value}");
        }
    });
}

fn every_double_survives<const THREADS: bool>(host: &Host<THREADS>) {
    let mut opaque = Vec::new();
    for bits in DOUBLES {
        let value = f64::from_bits(bits);
        let result = host.returning(host.vm().none(), |c, _| {
            let h = c.float(value);
            assert_eq!(c!(c.ctx_Float_AsDouble(h)).to_bits(), bits, "{bits:#x}");
            h
        });
        let object = result.expect("a float");
        assert_eq!(object.float().map(f64::to_bits), Some(bits), "{bits:#x}");
        opaque.push(object);
    }
    for (object, bits) in opaque.into_iter().zip(DOUBLES) {
        let value = host.with(object, |c, h| c!(c.ctx_Float_AsDouble(h)));
        assert_eq!(value.to_bits(), bits, "from an object: {bits:#x}");
    }
}

fn doubles_beyond_the_word_have_a_slot<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        for bits in DOUBLES {
            let h = c.float(f64::from_bits(bits));
            assert_eq!(is_immediate(h), bits < 0xFFFE << 48, "{bits:#x}");
            c.close(h);
        }
    });
}

fn conversions_are_pythons<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        assert_eq!(c!(c.ctx_Float_AsDouble(c.int(7))), 7.0);
        assert!(!c.is_pending());
    });
    let refused = |convert: fn(C) -> bool| host.error(|c| assert!(convert(c)));
    let error = refused(|c| c!(c.ctx_Long_AsInt64_t(c.float(7.0))) == -1);
    assert!(error.starts_with("TypeError: "), "{error}");
    let error = refused(|c| c!(c.ctx_Long_AsInt32_t(c.int(1 << 31))) == -1);
    assert_eq!(
        error,
        "OverflowError: Python int too large to convert to C int32_t"
    );
    let error = refused(|c| c!(c.ctx_Long_AsUInt64_t(c.int(-1))) == u64::MAX);
    assert_eq!(
        error,
        "OverflowError: can't convert negative int to unsigned"
    );
    let error = refused(|c| c!(c.ctx_Long_AsSize_t(c.int(-1))) == usize::MAX);
    assert_eq!(
        error,
        "OverflowError: can't convert negative value to size_t"
    );
    let error = refused(|c| c!(c.ctx_Long_AsUInt32_t(c.int(1 << 32))) == u32::MAX);
    assert_eq!(
        error,
        "OverflowError: Python int too large to convert to C uint32_t"
    );
}

fn identity_is_that_of_the_value<const THREADS: bool>(host: &Host<THREADS>) {
    let vm = host.vm();
    let objects = vm.tuple(vec![
        vm.int(7),
        vm.float(2.5),
        vm.builtin("True"),
        vm.int(1 << 100),
    ]);
    host.with(objects, |c, objects| {
        let is = |a, b| {
            let (there, back) = (c!(c.ctx_Is(a, b)), c!(c.ctx_Is(b, a)));
            assert_eq!(there, back);
            there == 1
        };
        let items: Vec<_> = (0..4).map(|index| c.item(objects, index)).collect();
        assert!(is(c.int(7), c.int(7)));
        assert!(!is(c.int(7), c.int(8)));
        assert!(!is(c.int(1), c.float(1.0)));
        assert!(is(c.int(7), items[0]), "an object with the value");
        assert!(!is(c.int(8), items[0]));
        assert!(is(c.float(2.5), items[1]));
        assert!(!is(c.float(-2.5), items[1]));
        assert!(!is(c.float(0.0), c.float(-0.0)));
        assert!(!is(c.int(1), items[2]), "True is another object than 1");
        assert!(!is(c.int(0), items[3]), "the low bits are not the value");
        assert!(!is(c.int(7), c.known().h_None));
        assert!(!c.is_pending());
        items.into_iter().for_each(|item| c.close(item));
    });
}

fn types_are_those_of_objects<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let (int, float) = (c.int(7), c.float(2.5));
        let known = c.known();
        for (number, class) in [(int, known.h_LongType), (float, known.h_FloatType)] {
            let found = c!(c.ctx_Type(number));
            assert_eq!(c!(c.ctx_Is(found, class)), 1);
            // As often as C likes: the handle is the constant's.
            c.close(found);
            c.close(found);
            assert_eq!(c!(c.ctx_TypeCheck(number, class)), 1);
            assert_eq!(c!(c.ctx_TypeCheck(number, known.h_ListType)), 0);
            assert_eq!(c!(c.ctx_Number_Check(number)), 1);
            assert_eq!(c!(c.ctx_List_Check(number)), 0);
            assert_eq!(c!(c.ctx_IsTrue(number)), 1);
        }
        assert_eq!(c!(c.ctx_IsTrue(c.int(0))), 0);
        assert_eq!(c!(c.ctx_Hash(c.int(-1))), -2);
        assert_eq!(c!(c.ctx_Hash(int)), 7);
        assert!(!c.is_pending());
    });
}

fn python_gets_objects<const THREADS: bool>(host: &Host<THREADS>) {
    let tuple = host.vm().function({
        let vm = host.vm();
        move |args, _| Ok(vm.tuple(args.iter().map(|&arg| arg.clone()).collect()))
    });
    let result = host.returning(tuple, |c, function| {
        c.call(function, &[c.int(7), c.float(2.5), c.int(7)])
    });
    let items = result.expect("a tuple").items().expect("items");
    assert_eq!(items[0].int(), Some(7));
    assert_eq!(items[1].float(), Some(2.5));
    assert_eq!(items[2].int(), Some(7));
}

fn containers_hold_objects<const THREADS: bool>(host: &Host<THREADS>) {
    let result = host.returning(host.vm().none(), |c, _| {
        let list = c!(c.ctx_List_New(0));
        assert_eq!(c!(c.ctx_List_Append(list, c.int(1))), 0);
        let dict = c!(c.ctx_Dict_New());
        assert_eq!(c!(c.ctx_SetItem(dict, c.int(5), c.float(0.5))), 0);
        let value = c!(c.ctx_GetItem_i(dict, 5));
        assert!(!is_immediate(value), "what was an object stays one");
        assert_eq!(c!(c.ctx_List_Append(list, value)), 0);
        let tuple = c.tuple(&[c.int(2), list]);
        [list, dict, value].into_iter().for_each(|h| c.close(h));
        tuple
    });
    let tuple = result.expect("a tuple");
    assert_eq!(tuple.to_string(), "(2, [1, 0.5])");
}

fn fields_and_globals_hold_them<const THREADS: bool>(host: &Host<THREADS>) {
    let (mut field, mut global) = (HPyField::NULL, HPyGlobal::NULL);
    host.run(|c| {
        let owner = c.known().h_None;
        let text = c.text("an object");
        for h in [
            c.int(7),
            c.float(-2.5),
            c.int(-EDGE),
            text,
            c.float(f64::NAN),
        ] {
            c!(c.ctx_Field_Store(owner, &mut field, h));
            c!(c.ctx_Global_Store(&mut global, h));
            let (from_field, from_global) = (
                c!(c.ctx_Field_Load(owner, field)),
                c!(c.ctx_Global_Load(global)),
            );
            assert_eq!(c!(c.ctx_Is(from_field, h)), 1);
            assert_eq!(c!(c.ctx_Is(from_global, h)), 1);
            c.close(from_field);
            c.close(from_global);
        }
        c.close(text);
        c!(c.ctx_Field_Store(owner, &mut field, HPy::NULL));
        c!(c.ctx_Global_Store(&mut global, HPy::NULL));
        assert!(field.is_null() && global.is_null());
    });
    let error = host.error(|c| {
        assert!(c!(c.ctx_Field_Load(c.known().h_None, field)).is_null());
    });
    assert_eq!(error, "SystemError: HPyField_Load: the field is NULL");
    let error = host.error(|c| assert!(c!(c.ctx_Global_Load(global)).is_null()));
    assert_eq!(error, "SystemError: HPyGlobal_Load: the global is NULL");
}

fn closing_and_duplicating_do_nothing<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let h = c.int(7);
        assert_eq!(c.dup(h), h);
        for _ in 0..3 {
            c.close(h);
        }
        assert_eq!(c!(c.ctx_Long_AsInt64_t(h)), 7);
        let open = host.open();
        let sum = c!(c.ctx_Add(h, c.float(0.5)));
        assert_eq!(c!(c.ctx_Float_AsDouble(sum)), 7.5);
        c.close(sum);
        assert_eq!(host.open(), open, "what was made for the VM is gone");
        assert!(!c.is_pending());
    });
}

fn objects_stay_objects<const THREADS: bool>(host: &Host<THREADS>) {
    let seven = host.vm().int(7);
    let identity = seven.clone();
    let result = host.returning(seven, |c, h| {
        assert!(!is_immediate(h), "arguments keep their identity");
        assert_eq!(c!(c.ctx_Long_AsInt64_t(h)), 7);
        c.dup(h)
    });
    assert!(result.expect("an int").is(&identity));
}
