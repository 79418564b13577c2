//! Results that break the rules, by the signature of the function, and those
//! that only look as if they did.

use std::ffi::{c_int, c_void};

use hpy_loader::abi::*;
use hpy_loader::call::{CallArgs, Callee, Receiver};
use hpy_loader::runtime::CompareOp;
use hpy_loader::spec::{MethodDef, MethodFunction};

use crate::extension::{C, c};
use crate::host::{Host, both};
use crate::observer::Observed;
use toy_vm::{Object, VmResult, call_args};

both! {
    an_object_without_rule_breaking,
    null_without_an_error,
    an_object_with_an_error,
    a_handle_that_is_not_open,
    a_number_is_an_object,
    a_result_that_c_keeps,
    minus_one_without_an_error,
    zero_with_an_error,
    what_is_pending_comes_out_for_minus_one,
    a_hash_is_only_wrong_at_minus_one,
    any_number_but_0_is_a_failure_to_set,
    a_finalizer_raises_to_nobody,
    a_method_counts_its_arguments,
}

/// What a function of the extension does, given in a global of its own since
/// most signatures have no room for a closure.
#[derive(Clone, Copy, PartialEq)]
enum Behaviour {
    Fine,
    FailQuietly,
    FailLoudly,
    SucceedLoudly,
}

thread_local! {
    static BEHAVIOUR: std::cell::Cell<Behaviour> = const {
        std::cell::Cell::new(Behaviour::Fine)
    };
}

fn behave(context: *mut HPyContext) -> bool {
    let behaviour = BEHAVIOUR.get();
    if matches!(behaviour, Behaviour::FailLoudly | Behaviour::SucceedLoudly) {
        C::new(context).raise("set");
    }
    matches!(behaviour, Behaviour::Fine | Behaviour::SucceedLoudly)
}

macro_rules! functions {
    ($($name:ident($($type:ty),*) -> HPy;)*) => { $(
        unsafe extern "C" fn $name(context: *mut HPyContext $(, _: $type)*) -> HPy {
            match behave(context) {
                true => C::new(context).text("fine"),
                false => HPy::NULL,
            }
        }
    )* };
}

macro_rules! numeric_functions {
    ($($name:ident($($type:ty),*) -> $result:ty = $fine:literal;)*) => { $(
        unsafe extern "C" fn $name(context: *mut HPyContext $(, _: $type)*) -> $result {
            if behave(context) { $fine } else { -1 }
        }
    )* };
}

functions! {
    unary(HPy) -> HPy;
    binary(HPy, HPy) -> HPy;
    ternary(HPy, HPy, HPy) -> HPy;
    varargs(HPy, *const HPy, usize) -> HPy;
    keywords(HPy, *const HPy, usize, HPy) -> HPy;
    new(HPy, *const HPy, HPy_ssize_t, HPy) -> HPy;
    ssizearg(HPy, HPy_ssize_t) -> HPy;
    compare(HPy, HPy, HPy_RichCmpOp) -> HPy;
    getter(HPy, *mut c_void) -> HPy;
}

numeric_functions! {
    inquiry(HPy) -> c_int = 1;
    length(HPy) -> HPy_ssize_t = 1;
    hash(HPy) -> HPy_hash_t = 1;
    init(HPy, *const HPy, HPy_ssize_t, HPy) -> c_int = 0;
    ssizeobjarg(HPy, HPy_ssize_t, HPy) -> c_int = 0;
    objobjarg(HPy, HPy, HPy) -> c_int = 0;
    objobj(HPy, HPy) -> c_int = 1;
    setter(HPy, HPy, *mut c_void) -> c_int = 0;
    getbuffer(HPy, *mut HPy_buffer, c_int) -> c_int = 0;
}

/// The results of a function of every signature that returns an object.
fn objects<const THREADS: bool>(
    host: &Host<THREADS>,
    behaviour: Behaviour,
) -> Vec<(&'static str, VmResult<Object>)> {
    BEHAVIOUR.set(behaviour);
    let (loader, vm) = (host.loader, host.vm());
    let one = || vm.int(1);
    let args = || vec![vm.int(1), vm.int(2)];
    let null = std::ptr::null_mut();
    let slot = Callee::Slot;
    let mut results = vec![];
    let positional = || CallArgs::positional(args());
    let method = |function| {
        let (name, doc) = ("method".to_owned(), None);
        let method = MethodDef {
            name,
            doc,
            function,
        };
        let name = || "method".to_owned();
        let args = CallArgs::positional(match function {
            MethodFunction::NoArgs(_) => vec![],
            MethodFunction::O(_) => vec![vm.int(1)],
            _ => args(),
        });
        let (receiver, callee) = (Receiver::Object(one()), Callee::Callable(&name));
        loader.call_method(&method, &name, receiver, args, callee)
    };
    // SAFETY: the functions are of these types.
    unsafe {
        let noargs = MethodFunction::NoArgs(HPyFunc_noargs::new(unary));
        results.push(("noargs", method(noargs)));
        let o = MethodFunction::O(HPyFunc_o::new(binary));
        results.push(("o", method(o)));
        let varargs = MethodFunction::VarArgs(HPyFunc_varargs::new(varargs));
        results.push(("varargs", method(varargs)));
        let keywords = HPyFunc_keywords::new(keywords);
        results.push(("keywords", method(MethodFunction::Keywords(keywords))));
        let call = loader.call_instance(keywords, one(), positional(), slot);
        results.push(("call", call));
        let new = HPyFunc_newfunc::new(new);
        results.push(("new", loader.call_slot(new, (one(), args(), None, slot))));
        let unary = HPyFunc_unaryfunc::new(unary);
        results.push(("unary", loader.call_slot(unary, (one(),))));
        let binary = HPyFunc_binaryfunc::new(binary);
        results.push(("binary", loader.call_slot(binary, (one(), one()))));
        let power = HPyFunc_ternaryfunc::new(ternary);
        let power = loader.call_slot(power, (one(), one(), one()));
        results.push(("ternary", power));
        let ssizearg = HPyFunc_ssizeargfunc::new(ssizearg);
        results.push(("ssizearg", loader.call_slot(ssizearg, (one(), 1))));
        let compare = HPyFunc_richcmpfunc::new(compare);
        let less = loader.call_slot(compare, (one(), one(), CompareOp::Lt));
        results.push(("compare", less));
        let getter = HPyFunc_getter::new(getter);
        results.push(("getter", loader.call_slot(getter, (one(), null))));
        let get = HPyFunc_descrgetfunc::new(ternary);
        let get = loader.call_slot(get, (one(), None, None));
        results.push(("descr_get", get));
    }
    BEHAVIOUR.set(Behaviour::Fine);
    results
}

/// The same for the signatures that return a number; the result is what the
/// caller learns from it.
fn numbers<const THREADS: bool>(
    host: &Host<THREADS>,
    behaviour: Behaviour,
) -> Vec<(&'static str, VmResult<usize>)> {
    BEHAVIOUR.set(behaviour);
    let (loader, vm) = (host.loader, host.vm());
    let one = || vm.int(1);
    let args = || vec![vm.int(1), vm.int(2)];
    let null = std::ptr::null_mut();
    let mut buffer = empty_buffer();
    let truth = |result: VmResult<bool>| result.map(usize::from);
    let done = |result: VmResult<()>| result.map(|()| 1);
    // SAFETY: the functions are of these types.
    let results = unsafe {
        let inquiry = HPyFunc_inquiry::new(inquiry);
        let length = HPyFunc_lenfunc::new(length);
        let hash = HPyFunc_hashfunc::new(hash);
        let init = HPyFunc_initproc::new(init);
        let ssizeobjarg = HPyFunc_ssizeobjargproc::new(ssizeobjarg);
        let objobjarg = HPyFunc_objobjargproc::new(objobjarg);
        let objobj = HPyFunc_objobjproc::new(objobj);
        let setter = HPyFunc_setter::new(setter);
        let getbuffer = HPyFunc_getbufferproc::new(getbuffer);
        let set_item = loader.call_slot(ssizeobjarg, (one(), 1, None));
        let set_key = loader.call_slot(objobjarg, (one(), one(), None));
        let set = loader.call_slot(setter, (one(), None, null));
        let hash = loader.call_slot(hash, (one(),));
        let buffer = loader.call_slot(getbuffer, (one(), &mut buffer, 0));
        vec![
            ("inquiry", truth(loader.call_slot(inquiry, (one(),)))),
            ("length", loader.call_slot(length, (one(),))),
            ("hash", hash.map(|hash| hash as usize)),
            ("init", done(loader.call_slot(init, (one(), args(), None)))),
            ("ssizeobjarg", done(set_item)),
            ("objobjarg", done(set_key)),
            ("objobj", truth(loader.call_slot(objobj, (one(), one())))),
            ("setter", done(set)),
            ("getbuffer", buffer.map(|_| 1)),
        ]
    };
    BEHAVIOUR.set(Behaviour::Fine);
    results
}

pub fn empty_buffer() -> HPy_buffer {
    HPy_buffer {
        buf: std::ptr::null_mut(),
        obj: HPy::NULL,
        len: 0,
        itemsize: 0,
        readonly: 0,
        ndim: 0,
        format: std::ptr::null_mut(),
        shape: std::ptr::null_mut(),
        strides: std::ptr::null_mut(),
        suboffsets: std::ptr::null_mut(),
        internal: std::ptr::null_mut(),
    }
}

const METHODS: [&str; 4] = ["noargs", "o", "varargs", "keywords"];

fn an_object_without_rule_breaking<const THREADS: bool>(host: &Host<THREADS>) {
    for (signature, result) in objects(host, Behaviour::Fine) {
        let result = result.expect(signature);
        assert_eq!(result.text(), Some("fine"), "{signature}");
    }
    for (signature, result) in numbers(host, Behaviour::Fine) {
        assert_eq!(result.expect(signature), 1, "{signature}");
    }
    for (signature, result) in objects(host, Behaviour::FailLoudly) {
        let error = result.expect_err(signature).error_text();
        assert_eq!(error, "ValueError: set", "{signature}");
    }
}

fn null_without_an_error<const THREADS: bool>(host: &Host<THREADS>) {
    for (signature, result) in objects(host, Behaviour::FailQuietly) {
        let error = result.expect_err(signature).error_text();
        let expected = match METHODS.contains(&signature) {
            true => "SystemError: method returned NULL without setting an exception",
            false => "SystemError: error return without exception set",
        };
        assert_eq!(error, expected, "{signature}");
    }
}

fn an_object_with_an_error<const THREADS: bool>(host: &Host<THREADS>) {
    for (signature, result) in objects(host, Behaviour::SucceedLoudly) {
        let error = result.expect_err(signature);
        let expected = match METHODS.contains(&signature) {
            true => "SystemError: method returned a result with an exception set",
            false => "SystemError: a slot returned a result with an exception set",
        };
        assert_eq!(error.error_text(), expected, "{signature}");
        let cause = error.error().and_then(|error| error.cause.as_ref());
        let cause = cause.map(|cause| cause.error_text());
        assert_eq!(cause.as_deref(), Some("ValueError: set"), "{signature}");
    }
}

fn a_handle_that_is_not_open<const THREADS: bool>(host: &Host<THREADS>) {
    let none = || host.vm().none();
    let result = host.returning(none(), |c, _| c.closed());
    let error = result.expect_err("closed").error_text();
    assert_eq!(
        error,
        "SystemError: a slot returned a handle that is closed"
    );
    let result = host.returning(none(), |_, _| HPy(0x7fff_f7dd_0cc0));
    let error = result.expect_err("garbage").error_text();
    assert_eq!(
        error,
        "SystemError: a slot returned a handle that is closed"
    );
    let result = host.returning(none(), |c, _| {
        c.raise("set");
        c.closed()
    });
    let error = result.expect_err("closed, with an error").error_text();
    assert_eq!(
        error,
        "SystemError: a slot returned a result with an exception set"
    );
}

fn a_number_is_an_object<const THREADS: bool>(host: &Host<THREADS>) {
    let none = || host.vm().none();
    let int = host.returning(none(), |c, _| c.int(-7)).expect("an int");
    assert_eq!(int.int(), Some(-7));
    let float = host
        .returning(none(), |c, _| c.float(2.5))
        .expect("a float");
    assert_eq!(float.float(), Some(2.5));
    let result = host.returning(none(), |c, _| {
        c.raise("set");
        c.int(0)
    });
    let error = result.expect_err("an int, with an error").error_text();
    assert_eq!(
        error,
        "SystemError: a slot returned a result with an exception set"
    );
}

fn a_result_that_c_keeps<const THREADS: bool>(host: &Host<THREADS>) {
    let text = host.vm().text("kept");
    let identity = text.clone();
    let mut global = HPyGlobal::NULL;
    let result = host.returning(text, |c, h| {
        c!(c.ctx_Global_Store(&mut global, h));
        c!(c.ctx_Global_Load(global))
    });
    assert!(result.expect("a result").is(&identity));
    host.run(|c| {
        let again = c!(c.ctx_Global_Load(global));
        assert!(!again.is_null(), "the global has its own");
        c.close(again);
        c!(c.ctx_Global_Store(&mut global, HPy::NULL));
    });
    let none = host.returning(host.vm().none(), |c, _| c.known().h_None);
    assert!(none.expect("a constant").is(&host.vm().none()));
}

fn minus_one_without_an_error<const THREADS: bool>(host: &Host<THREADS>) {
    for (signature, result) in numbers(host, Behaviour::FailQuietly) {
        let error = result.expect_err(signature).error_text();
        let expected = "SystemError: error return without exception set";
        assert_eq!(error, expected, "{signature}");
    }
}

fn zero_with_an_error<const THREADS: bool>(host: &Host<THREADS>) {
    for (signature, result) in numbers(host, Behaviour::SucceedLoudly) {
        let error = result.expect_err(signature);
        let expected = "SystemError: a slot returned a result with an exception set";
        assert_eq!(error.error_text(), expected, "{signature}");
        let cause = error.error().and_then(|error| error.cause.as_ref());
        let cause = cause.map(|cause| cause.error_text());
        assert_eq!(cause.as_deref(), Some("ValueError: set"), "{signature}");
    }
}

fn what_is_pending_comes_out_for_minus_one<const THREADS: bool>(host: &Host<THREADS>) {
    for (signature, result) in numbers(host, Behaviour::FailLoudly) {
        let error = result.expect_err(signature).error_text();
        assert_eq!(error, "ValueError: set", "{signature}");
    }
}

fn a_hash_is_only_wrong_at_minus_one<const THREADS: bool>(host: &Host<THREADS>) {
    unsafe extern "C" fn minus_five(_: *mut HPyContext, _: HPy) -> HPy_hash_t {
        -5
    }
    // SAFETY: the function is of this type.
    let minus_five = unsafe { HPyFunc_hashfunc::new(minus_five) };
    let hash = host.loader.call_slot(minus_five, (host.vm().int(1),));
    assert_eq!(hash.expect("a hash"), -5);
}

fn any_number_but_0_is_a_failure_to_set<const THREADS: bool>(host: &Host<THREADS>) {
    unsafe extern "C" fn one(_: *mut HPyContext, _: HPy, _: HPy, _: *mut c_void) -> c_int {
        1
    }
    // SAFETY: the function is of this type.
    let setter = unsafe { HPyFunc_setter::new(one) };
    let args = (host.vm().int(1), None, std::ptr::null_mut());
    let error = host.loader.call_slot(setter, args).expect_err("a failure");
    let expected = "SystemError: error return without exception set";
    assert_eq!(error.error_text(), expected);
}

fn a_finalizer_raises_to_nobody<const THREADS: bool>(host: &Host<THREADS>) {
    unsafe extern "C" fn finalize(context: *mut HPyContext, h: HPy) {
        let c = C::new(context);
        assert!(!c.is_pending());
        assert_eq!(c!(c.ctx_Is(h, c.known().h_None)), 1);
        c.raise("in a finalizer");
    }
    let loader = toy_vm::LoaderRef(host.loader);
    let none = host.vm().none();
    let end = none.clone();
    // SAFETY: the function is of this type.
    let finalize = unsafe { HPyFunc_destructor::new(finalize) };
    let bomb = host.vm().finalizer(move || {
        let finalized = loader.call_slot(finalize, (end.clone(),));
        assert!(finalized.is_ok());
    });
    let list = host.vm().list(vec![bomb]);
    let error = host.error_with(list, |c, list| {
        c.raise("pending");
        assert_eq!(c!(c.ctx_DelItem_i(list, 0)), 0);
    });
    assert_eq!(error, "ValueError: pending");
    assert_eq!(host.vm().take_reports(), ["ValueError: in a finalizer"]);
}

fn a_method_counts_its_arguments<const THREADS: bool>(host: &Host<THREADS>) {
    let vm = host.vm();
    let call = |function, args: &[Object], names: Option<Object>| {
        let (name, doc) = ("method".to_owned(), None);
        let method = MethodDef {
            name,
            doc,
            function,
        };
        let name = || "method".to_owned();
        let args = call_args(&args.iter().collect::<Vec<_>>(), names.as_ref());
        let (receiver, callee) = (Receiver::Object(vm.none()), Callee::Callable(&name));
        let result = host
            .loader
            .call_method(&method, &name, receiver, args, callee);
        result.err().map(|error| error.error_text())
    };
    let args = [vm.int(1), vm.int(2)];
    let names = || Some(vm.tuple(vec![vm.text("name")]));
    let refused = |function, args, names| call(function, args, names).expect("refused");

    // SAFETY: the functions are of these types.
    let (noargs, o, varargs, keywords) = unsafe {
        (
            MethodFunction::NoArgs(HPyFunc_noargs::new(unary)),
            MethodFunction::O(HPyFunc_o::new(binary)),
            MethodFunction::VarArgs(HPyFunc_varargs::new(varargs)),
            MethodFunction::Keywords(HPyFunc_keywords::new(keywords)),
        )
    };
    let expected = "TypeError: method() takes no arguments (2 given)";
    assert_eq!(refused(noargs, &args, None), expected);
    let expected = "TypeError: method() takes exactly one argument (2 given)";
    assert_eq!(refused(o, &args, None), expected);
    let expected = "TypeError: method() takes exactly one argument (0 given)";
    assert_eq!(refused(o, &[], None), expected);
    let expected = "TypeError: method() takes no keyword arguments";
    assert_eq!(refused(varargs, &args, names()), expected);
    assert_eq!(call(varargs, &args, None), None);
    assert_eq!(call(keywords, &args, names()), None);
}
