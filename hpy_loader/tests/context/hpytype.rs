//! Types that an extension defines, and their instances.

use std::cell::Cell;
use std::ffi::{CStr, c_int, c_void};

use hpy_loader::abi::*;

use crate::definitions::{Definitions, member, method, slot, type_spec};
use crate::extension::{C, c};
use crate::host::{Host, both};

both! {
    an_instance_has_a_struct_and_methods,
    an_instance_lives_and_dies,
    a_derived_type_is_a_subtype,
    an_instance_may_be_called,
    a_spec_must_make_sense,
    the_parameters_of_a_spec_must_make_sense,
    a_struct_is_found_by_its_shape,
}

/// A native struct with a number and a reference.
#[repr(C)]
struct Point {
    x: f64,
    other: HPyField,
}

thread_local! {
    static FINALIZED: Cell<u32> = const { Cell::new(0) };
    static DESTROYED: Cell<u32> = const { Cell::new(0) };
}

fn point(c: C, h: HPy) -> *mut Point {
    c!(c.ctx_AsStruct_Object(h)).cast()
}

unsafe extern "C" fn get_x(context: *mut HPyContext, this: HPy) -> HPy {
    let c = C::new(context);
    // SAFETY: the method is that of a type with this struct.
    c.float(unsafe { (*point(c, this)).x })
}

unsafe extern "C" fn add(context: *mut HPyContext, a: HPy, b: HPy) -> HPy {
    let c = C::new(context);
    let class = c!(c.ctx_Type(a));
    let mut data = std::ptr::null_mut();
    let sum = c!(c.ctx_New(class, &mut data));
    c.close(class);
    // SAFETY: both are instances of a type with this struct, as is the new one.
    unsafe {
        assert_eq!(data, point(c, sum).cast());
        (*data.cast::<Point>()).x = (*point(c, a)).x + (*point(c, b)).x;
    }
    sum
}

unsafe extern "C" fn traverse(
    this: *mut c_void,
    visit: HPyFunc_visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: the struct is one of this type, and so is the function.
    unsafe { visit(&raw mut (*this.cast::<Point>()).other, argument) }
}

unsafe extern "C" fn finalize(context: *mut HPyContext, this: HPy) {
    let c = C::new(context);
    FINALIZED.set(FINALIZED.get() + 1);
    // SAFETY: the object is still whole.
    assert_eq!(unsafe { (*point(c, this)).x }, 2.5);
    assert_eq!(DESTROYED.get(), 0);
}

unsafe extern "C" fn destroy(this: *mut c_void) {
    DESTROYED.set(DESTROYED.get() + 1);
    // SAFETY: the struct is one of this type.
    let point = unsafe { &*this.cast::<Point>() };
    assert_eq!(point.x, 2.5);
    assert!(point.other.is_null(), "the references have gone before");
}

unsafe extern "C" fn answer(
    context: *mut HPyContext,
    _: HPy,
    args: *const HPy,
    nargs: usize,
    _: HPy,
) -> HPy {
    let c = C::new(context);
    assert_eq!(nargs, 1);
    // SAFETY: there is one.
    let argument = unsafe { *args };
    c!(c.ctx_Add(argument, c.int(1)))
}

unsafe extern "C" fn other_answer(
    context: *mut HPyContext,
    _: HPy,
    _: *const HPy,
    _: usize,
    _: HPy,
) -> HPy {
    C::new(context).text("another function")
}

fn no_params() -> *mut HPyType_SpecParam {
    std::ptr::null_mut()
}

/// Makes a type of these definitions with a [`Point`] in its instances.
fn make(c: C, definitions: Vec<HPyDef>) -> HPy {
    let mut definitions = Definitions::new(definitions);
    let mut spec = type_spec(size_of::<Point>(), &mut definitions);
    let class = c!(c.ctx_Type_FromSpec(&mut spec, no_params()));
    assert!(!class.is_null() && !c.is_pending());
    class
}

/// An instance with the number 2.5.
fn instance(c: C, class: HPy) -> (HPy, *mut Point) {
    let mut data = std::ptr::null_mut();
    let h = c!(c.ctx_New(class, &mut data));
    assert!(data.addr().is_multiple_of(16));
    let point: *mut Point = data.cast();
    // SAFETY: the struct is one of this type.
    unsafe {
        assert_eq!((*point).x, 0.0, "zeroed");
        (*point).x = 2.5;
    }
    (h, point)
}

fn an_instance_has_a_struct_and_methods<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let class = make(
            c,
            vec![
                method(
                    c"get_x",
                    HPyFunc_Signature::HPyFunc_NOARGS,
                    get_x as HPyCFunction,
                ),
                slot(HPySlot_Slot::HPy_nb_add, add as HPyCFunction),
            ],
        );
        let name = c!(c.ctx_Type_GetName(class));
        // SAFETY: the type lives.
        assert_eq!(unsafe { CStr::from_ptr(name) }, c"Type");
        let (h, _) = instance(c, class);
        let sum = c!(c.ctx_Add(h, h));
        let name = c.text("get_x");
        let x = c!(c.ctx_CallMethod(name, &sum, 1, HPy::NULL));
        assert_eq!(c!(c.ctx_Float_AsDouble(x)), 5.0);
        for h in [class, h, sum, name, x] {
            c.close(h);
        }
    });
}

fn an_instance_lives_and_dies<const THREADS: bool>(host: &Host<THREADS>) {
    FINALIZED.set(0);
    DESTROYED.set(0);
    host.run(|c| {
        let class = make(
            c,
            vec![
                slot(HPySlot_Slot::HPy_tp_traverse, traverse as HPyCFunction),
                slot(HPySlot_Slot::HPy_tp_finalize, finalize as HPyCFunction),
                slot(HPySlot_Slot::HPy_tp_destroy, destroy as HPyCFunction),
            ],
        );
        for other in [c.text("other"), c.int(7), HPy::NULL] {
            let (h, point) = instance(c, class);
            // SAFETY: the struct is in use here alone.
            let field = unsafe { &raw mut (*point).other };
            c!(c.ctx_Field_Store(h, field, other));
            c.close(other);
            if !other.is_null() {
                // SAFETY: as above.
                let content = unsafe { *field };
                let loaded = c!(c.ctx_Field_Load(h, content));
                assert!(!loaded.is_null());
                c.close(loaded);
            }
            assert_eq!((FINALIZED.take(), DESTROYED.take()), (0, 0));
            c.close(h);
            assert_eq!((FINALIZED.take(), DESTROYED.take()), (1, 1));
        }
        c.close(class);
    });
}

fn a_derived_type_is_a_subtype<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let base = make(c, vec![]);
        let bases = c.tuple(&[base]);
        for (kind, object) in [
            (HPyType_SpecParam_Kind::HPyType_SpecParam_Base, base),
            (HPyType_SpecParam_Kind::HPyType_SpecParam_BasesTuple, bases),
        ] {
            let mut definitions = Definitions::new(vec![]);
            let mut spec = type_spec(0, &mut definitions);
            let mut params = [
                HPyType_SpecParam { kind, object },
                HPyType_SpecParam {
                    kind: HPyType_SpecParam_Kind(0),
                    object: HPy::NULL,
                },
            ];
            let derived = c!(c.ctx_Type_FromSpec(&mut spec, params.as_mut_ptr()));
            assert_eq!(c!(c.ctx_Type_IsSubtype(derived, base)), 1);
            assert_eq!(c!(c.ctx_Type_IsSubtype(base, derived)), 0);
            let object = c!(c.ctx_Type_GenericNew(derived, std::ptr::null(), 0, HPy::NULL));
            assert_eq!(c!(c.ctx_TypeCheck(object, base)), 1);
            c.close(derived);
            c.close(object);
        }
        c.close(base);
        c.close(bases);
        assert!(!c.is_pending());
    });
}

fn an_instance_may_be_called<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let class = make(
            c,
            vec![slot(HPySlot_Slot::HPy_tp_call, answer as HPyCFunction)],
        );
        let (h, _) = instance(c, class);
        assert_eq!(c!(c.ctx_Callable_Check(h)), 1);
        let result = c.call(h, &[c.int(41)]);
        assert_eq!(c!(c.ctx_Long_AsInt64_t(result)), 42);
        c.close(result);
        let mut other = HPyCallFunction {
            cpy_trampoline: std::ptr::null(),
            // SAFETY: the function is of this type.
            r#impl: Some(unsafe { HPyFunc_keywords::new(other_answer) }),
        };
        assert_eq!(c!(c.ctx_SetCallFunction(h, &mut other)), 0);
        let result = c.call(h, &[]);
        assert_eq!(c!(c.ctx_Unicode_Check(result)), 1);
        for h in [class, h, result] {
            c.close(h);
        }
    });
    let error = host.error(|c| {
        assert_eq!(
            c!(c.ctx_SetCallFunction(c.known().h_None, std::ptr::null_mut())),
            -1
        );
    });
    assert_eq!(
        error,
        "SystemError: HPy_SetCallFunction: the function is NULL"
    );
}

fn a_spec_must_make_sense<const THREADS: bool>(host: &Host<THREADS>) {
    let refused = |definitions: Vec<HPyDef>, change: &dyn Fn(&mut HPyType_Spec)| {
        host.error(|c| {
            let mut definitions = Definitions::new(definitions);
            let mut spec = type_spec(16, &mut definitions);
            change(&mut spec);
            assert!(c!(c.ctx_Type_FromSpec(&mut spec, no_params())).is_null());
        })
    };
    let error = refused(vec![], &|spec| spec.name = std::ptr::null());
    assert_eq!(
        error,
        "SystemError: Type spec does not define the name field."
    );
    let error = refused(vec![], &|spec| spec.basicsize = -1);
    assert_eq!(error, "ValueError: HPyType_Spec.basicsize is negative");
    let error = refused(vec![], &|spec| spec.flags = 1 << 14);
    assert!(error.starts_with("ValueError: You must provide an HPy_tp_traverse"));
    let error = refused(vec![], &|spec| {
        spec.builtin_shape = HPyType_BuiltinShape(99)
    });
    assert_eq!(error, "ValueError: invalid shape: 99");
    // Nobody looks where these lead, on a VM without CPython's objects.
    let error = refused(vec![], &|spec| spec.legacy_slots = std::ptr::dangling_mut());
    assert!(error.starts_with("TypeError: cannot specify .legacy_slots without setting"));
    let error = refused(vec![], &|spec| {
        spec.builtin_shape = HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy;
        spec.legacy_slots = std::ptr::dangling_mut();
    });
    assert_eq!(
        error,
        "TypeError: type 'module.Type' has a legacy shape, which needs CPython's object layout, and \
         that is not to be had, since this VM's objects look different from CPython's"
    );
    let null = std::ptr::null();
    for number in [0, 47, 1001, 2000, 2001, -1, i32::MIN, i32::MAX] {
        let unknown = vec![slot(HPySlot_Slot(number), null)];
        let error = refused(unknown, &|_| ());
        let expected = format!("SystemError: type 'module.Type' fills an unknown slot {number}");
        assert_eq!(error, expected);
    }
    for (field_type, last) in [
        (HPyMember_FieldType::HPyMember_LONGLONG, 8),
        (HPyMember_FieldType::HPyMember_INT, 12),
        (HPyMember_FieldType::HPyMember_STRING_INPLACE, 15),
        (HPyMember_FieldType::HPyMember_OBJECT, 8),
    ] {
        for offset in [last + 1, 16, 1 << 20, isize::MAX as usize] {
            let beyond = member(c"beyond", field_type, offset, false);
            let error = refused(vec![beyond], &|_| ());
            let expected = "SystemError: member 'beyond' of type 'module.Type', ";
            assert!(error.starts_with(expected), "{error}");
            assert!(error.ends_with("does not lie in the struct of 16 bytes"));
        }
        host.run(|c| {
            let inside = vec![member(c"inside", field_type, last, false)];
            let mut definitions = Definitions::new(inside);
            let mut spec = type_spec(16, &mut definitions);
            let class = c!(c.ctx_Type_FromSpec(&mut spec, no_params()));
            assert!(!class.is_null());
            c.close(class);
        });
    }
    let unknown = HPyDef {
        kind: HPyDef_Kind(99),
        ..slot(HPySlot_Slot::HPy_nb_add, null)
    };
    let error = refused(vec![unknown], &|_| ());
    let expected = "SystemError: type 'module.Type' has a definition of unknown kind 99";
    assert_eq!(error, expected);
    let error = host.error(|c| {
        assert!(c!(c.ctx_Type_FromSpec(std::ptr::null_mut(), no_params())).is_null());
    });
    assert_eq!(error, "SystemError: HPyType_FromSpec: the spec is NULL");
}

fn the_parameters_of_a_spec_must_make_sense<const THREADS: bool>(host: &Host<THREADS>) {
    use HPyType_SpecParam_Kind as BuiltinKind;

    let (base, tuple, metaclass) = (
        BuiltinKind::HPyType_SpecParam_Base,
        BuiltinKind::HPyType_SpecParam_BasesTuple,
        BuiltinKind::HPyType_SpecParam_Metaclass,
    );
    let refused = |params: &dyn Fn(C) -> Vec<(BuiltinKind, HPy)>| {
        host.error(|c| {
            let mut definitions = Definitions::new(vec![]);
            let mut spec = type_spec(16, &mut definitions);
            let params = params(c).into_iter().chain([(BuiltinKind(0), HPy::NULL)]);
            let mut params: Vec<_> = params
                .map(|(kind, object)| HPyType_SpecParam { kind, object })
                .collect();
            assert!(c!(c.ctx_Type_FromSpec(&mut spec, params.as_mut_ptr())).is_null());
            params.iter().for_each(|param| c.close(param.object));
        })
    };
    let error = refused(&|c| vec![(base, c.int(7))]);
    assert_eq!(error, "TypeError: a base of type 'module.Type' is no type");
    let error = refused(&|c| vec![(tuple, c.tuple(&[c.known().h_LongType, c.int(7)]))]);
    assert_eq!(error, "TypeError: a base of type 'module.Type' is no type");
    let error = refused(&|c| vec![(tuple, c.int(7))]);
    assert_eq!(
        error,
        "TypeError: the bases of type 'module.Type' are no tuple"
    );
    let error = refused(&|c| vec![(base, c.closed())]);
    assert!(
        error.starts_with("SystemError: HPyType_FromSpec: "),
        "{error}"
    );
    let error = refused(&|c| vec![(tuple, c.tuple(&[])), (tuple, c.tuple(&[]))]);
    assert!(
        error.starts_with("TypeError: multiple specifications"),
        "{error}"
    );
    let error = refused(&|c| vec![(base, c.known().h_LongType), (tuple, c.tuple(&[]))]);
    assert!(
        error.starts_with("TypeError: cannot specify both"),
        "{error}"
    );
    let class = |c: C| (metaclass, c.known().h_TypeType);
    let error = refused(&|c| vec![class(c), class(c)]);
    assert_eq!(error, "ValueError: metaclass was specified multiple times");
    let error = refused(&|c| vec![(metaclass, c.known().h_LongType)]);
    let expected = "TypeError: Metaclass '<class 'int'>' is not a subclass of 'type'.";
    assert_eq!(error, expected);
    let error = refused(&|_| vec![(BuiltinKind(99), HPy::NULL)]);
    assert!(
        error.starts_with("TypeError: unknown HPyType_SpecParam"),
        "{error}"
    );
}

fn a_struct_is_found_by_its_shape<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let class = make(c, vec![]);
        let shape = c!(c.ctx_Type_GetBuiltinShape(class));
        assert_eq!(shape, HPyType_BuiltinShape::HPyType_BuiltinShape_Object);
        let shape = c!(c.ctx_Type_GetBuiltinShape(c.known().h_LongType));
        assert_eq!(shape, HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy);
        let (h, point) = instance(c, class);
        assert_eq!(c!(c.ctx_AsStruct_Object(h)), point.cast());
        assert!(!c.is_pending());
        assert!(c!(c.ctx_AsStruct_Long(h)).is_null());
        assert_eq!(c!(c.ctx_Err_ExceptionMatches(c.known().h_TypeError)), 1);
        c.clear();
        c.close(class);
        c.close(h);
    });
}
