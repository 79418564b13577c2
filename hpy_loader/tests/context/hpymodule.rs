//! Modules that an extension defines.

use std::cell::Cell;
use std::ffi::c_int;

use hpy_loader::abi::*;

use crate::definitions::{Definitions, member, method, module_def, slot};
use crate::extension::{C, c};
use crate::host::{Host, both};
use toy_vm::{Object, VmResult};

both! {
    a_module_has_its_functions,
    exec_slots_run_in_order,
    an_exec_slot_may_fail,
    an_exec_slot_must_say_what_it_means,
    an_extension_may_create_the_module_itself,
    a_definition_must_make_sense,
}

thread_local! {
    static TRACE: Cell<u32> = const { Cell::new(0) };
}

unsafe extern "C" fn negate(context: *mut HPyContext, _: HPy, argument: HPy) -> HPy {
    let c = C::new(context);
    c!(c.ctx_Negative(argument))
}

fn exec<const DIGIT: u32>() -> HPyCFunction {
    unsafe extern "C" fn exec<const DIGIT: u32>(context: *mut HPyContext, module: HPy) -> c_int {
        let c = C::new(context);
        TRACE.set(TRACE.get() * 10 + DIGIT);
        c!(c.ctx_SetAttr_s(module, c"digit".as_ptr(), c.int(DIGIT.into())))
    }
    exec::<DIGIT> as HPyCFunction
}

unsafe extern "C" fn failing_exec(context: *mut HPyContext, _: HPy) -> c_int {
    C::new(context).raise("in exec");
    -1
}

unsafe extern "C" fn silent_exec(_: *mut HPyContext, _: HPy) -> c_int {
    -1
}

unsafe extern "C" fn positive_exec(_: *mut HPyContext, _: HPy) -> c_int {
    7
}

unsafe extern "C" fn two_minded_exec(context: *mut HPyContext, _: HPy) -> c_int {
    C::new(context).raise("in exec");
    0
}

unsafe extern "C" fn silent_create(_: *mut HPyContext, _: HPy) -> HPy {
    HPy::NULL
}

unsafe extern "C" fn two_minded_create(context: *mut HPyContext, spec: HPy) -> HPy {
    let c = C::new(context);
    c.raise("in create");
    c.tuple(&[spec])
}

unsafe extern "C" fn create(context: *mut HPyContext, spec: HPy) -> HPy {
    let c = C::new(context);
    c.tuple(&[spec])
}

fn make<const THREADS: bool>(
    host: &Host<THREADS>,
    definitions: Vec<HPyDef>,
    change: impl FnOnce(&mut HPyModuleDef),
) -> VmResult<Object> {
    let mut definitions = Definitions::new(definitions);
    let mut definition = module_def(&mut definitions);
    change(&mut definition);
    // SAFETY: the definition is valid, and its functions have the right types.
    let (module, execution) = unsafe {
        host.loader
            .create_module(&definition, host.vm().text("spec"), "made")
    }?;
    host.loader.execute_module(module, execution, "made")
}

fn functions() -> Vec<HPyDef> {
    let signature = HPyFunc_Signature::HPyFunc_O;
    vec![method(c"negate", signature, negate as HPyCFunction)]
}

fn a_module_has_its_functions<const THREADS: bool>(host: &Host<THREADS>) {
    let module = make(host, functions(), |_| ()).expect("a module");
    let result = host.returning(module, |c, module| {
        let function = c!(c.ctx_GetAttr_s(module, c"negate".as_ptr()));
        let result = c.call(function, &[c.int(7)]);
        let none = c.call(function, &[]);
        assert!(none.is_null(), "too few arguments");
        assert_eq!(c!(c.ctx_Err_ExceptionMatches(c.known().h_TypeError)), 1);
        c.clear();
        c.close(function);
        result
    });
    assert_eq!(result.expect("an int").int(), Some(-7));
}

fn exec_slots_run_in_order<const THREADS: bool>(host: &Host<THREADS>) {
    TRACE.set(0);
    let slots = [exec::<1>(), exec::<2>(), exec::<3>()];
    let slots = slots.map(|function| slot(HPySlot_Slot::HPy_mod_exec, function));
    let module = make(host, slots.to_vec(), |_| ()).expect("a module");
    assert_eq!(TRACE.get(), 123);
    let digit = host.returning(module, |c, module| {
        c!(c.ctx_GetAttr_s(module, c"digit".as_ptr()))
    });
    assert_eq!(digit.expect("an int").int(), Some(3));
}

fn an_exec_slot_may_fail<const THREADS: bool>(host: &Host<THREADS>) {
    TRACE.set(0);
    let slots = [exec::<1>(), failing_exec as HPyCFunction, exec::<3>()];
    let slots = slots.map(|function| slot(HPySlot_Slot::HPy_mod_exec, function));
    let error = make(host, slots.to_vec(), |_| ()).expect_err("it raises");
    assert_eq!(error.error_text(), "ValueError: in exec");
    assert_eq!(TRACE.get(), 1);
}

fn an_exec_slot_must_say_what_it_means<const THREADS: bool>(host: &Host<THREADS>) {
    for (exec, expected) in [
        (
            silent_exec as HPyCFunction,
            "SystemError: execution of module made failed without setting an exception",
        ),
        (
            positive_exec as HPyCFunction,
            "SystemError: execution of module made failed without setting an exception",
        ),
        (
            two_minded_exec as HPyCFunction,
            "SystemError: execution of module made raised unreported exception",
        ),
    ] {
        let exec = slot(HPySlot_Slot::HPy_mod_exec, exec);
        let error = make(host, vec![exec], |_| ()).expect_err("it breaks the rules");
        assert_eq!(error.error_text(), expected);
    }
}

fn an_extension_may_create_the_module_itself<const THREADS: bool>(host: &Host<THREADS>) {
    let create = || slot(HPySlot_Slot::HPy_mod_create, create as HPyCFunction);
    let made = make(host, vec![create()], |_| ()).expect("whatever it makes");
    assert_eq!(made.to_string(), "('spec',)");
    let refused = |definitions: Vec<HPyDef>, change: &dyn Fn(&mut HPyModuleDef)| {
        let made = make(host, definitions, change);
        made.expect_err("refused").error_text()
    };
    let silent = slot(HPySlot_Slot::HPy_mod_create, silent_create as HPyCFunction);
    let expected = "SystemError: creation of module made failed without setting an exception";
    assert_eq!(refused(vec![silent], &|_| ()), expected);
    let two_minded = slot(
        HPySlot_Slot::HPy_mod_create,
        two_minded_create as HPyCFunction,
    );
    let expected = "SystemError: creation of module made raised unreported exception";
    assert_eq!(refused(vec![two_minded], &|_| ()), expected);
    let error = refused(vec![create(), create()], &|_| ());
    assert!(
        error.starts_with("SystemError: Multiple definitions"),
        "{error}"
    );
    let method = functions().remove(0);
    let error = refused(vec![create(), method], &|_| ());
    assert!(error.contains("some other slots or methods"), "{error}");
    let error = refused(vec![create()], &|definition| {
        definition.doc = c"doc".as_ptr()
    });
    assert!(error.contains("other fields"), "{error}");
}

fn a_definition_must_make_sense<const THREADS: bool>(host: &Host<THREADS>) {
    let refused = |definitions: Vec<HPyDef>, change: &dyn Fn(&mut HPyModuleDef)| {
        let made = make(host, definitions, change);
        made.expect_err("refused").error_text()
    };
    let error = refused(vec![], &|definition| definition.size = -1);
    assert_eq!(
        error,
        "SystemError: HPy does not permit HPyModuleDef.size < 0"
    );
    let error = refused(vec![], &|definition| definition.size = 8);
    assert!(
        error.starts_with("SystemError: Module state is not supported"),
        "{error}"
    );
    let error = refused(vec![], &|definition| {
        definition.legacy_methods = std::ptr::dangling_mut();
    });
    assert!(
        error.starts_with("SystemError: HPyModuleDef.legacy_methods"),
        "{error}"
    );
    let add = slot(HPySlot_Slot::HPy_nb_add, negate as HPyCFunction);
    let error = refused(vec![add], &|_| ());
    let expected = "SystemError: Unsupported slot in HPyModuleDef.defines (value: 7).";
    assert_eq!(error, expected);
    let nothing = method(c"nothing", HPyFunc_Signature::HPyFunc_O, std::ptr::null());
    let error = refused(vec![nothing], &|_| ());
    assert_eq!(error, "SystemError: method 'nothing' has no function");
    let strange = method(c"strange", HPyFunc_Signature(99), negate as HPyCFunction);
    let error = refused(vec![strange], &|_| ());
    assert_eq!(error, "ValueError: Unsupported HPyMeth signature");
    // CPython ignores it, too.
    let ignored = member(c"m", HPyMember_FieldType::HPyMember_INT, 0, false);
    assert!(make(host, vec![ignored], |_| ()).is_ok());
    let empty = make(host, vec![], |definition| {
        definition.defines = std::ptr::null_mut();
    });
    assert!(empty.is_ok());
}
