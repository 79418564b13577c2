//! Types and their instances.

use super::prelude::*;
use crate::handles::Pin;
use crate::spec::TypeDef;

/// Decodes an argument that must be a type.
fn class<R: Runtime>(
    call: ContextCall<R>,
    h: HPy,
    message: &str,
) -> VmResult<Pin<'static, R::Object>, R> {
    let class = call.get(h)?;
    match call
        .runtime()
        .is_builtin_instance(&class, BuiltinKind::Type)
    {
        true => Ok(class),
        false => Err(call.type_error(message)),
    }
}

/// What the parameters of `HPyType_FromSpec` say.
struct Params<R: Runtime> {
    bases: Vec<Pin<'static, R::Object>>,
    metaclass: Option<Pin<'static, R::Object>>,
}

/// Reads the parameters, checked as `check_unknown_params` and `get_metatype` in
/// hpy's `ctx_type.c` do.
fn read_params<R: Runtime>(
    call: ContextCall<R>,
    params: &ArrayArg<HPyType_SpecParam, *mut HPyType_SpecParam>,
    name: &str,
) -> VmResult<Params<R>, R> {
    let mut read = Params {
        bases: Vec::new(),
        metaclass: None,
    };
    let (mut single, mut tuple) = (false, None);
    let given = (0..).map_while(|index| (!params.is_null()).then(|| params.read(index)));
    // A parameter of kind 0 ends the array.
    for param in given.take_while(|param| param.kind.0 != 0) {
        match param.kind {
            HPyType_SpecParam_Kind::HPyType_SpecParam_Base => {
                single = true;
                let message = format!("a base of type '{name}' is no type");
                read.bases.push(class(call, param.object, &message)?);
            }
            HPyType_SpecParam_Kind::HPyType_SpecParam_BasesTuple => {
                if tuple.replace(param.object).is_some() {
                    let message = "multiple specifications of HPyType_SpecParam_BasesTuple";
                    return Err(call.type_error(message));
                }
            }
            HPyType_SpecParam_Kind::HPyType_SpecParam_Metaclass => {
                if read.metaclass.is_some() {
                    let message = "metaclass was specified multiple times";
                    return Err(call.error(call.constants().h_ValueError, message));
                }
                read.metaclass = Some(metaclass(call, param.object)?);
            }
            _ => {
                let message = format!("unknown HPyType_SpecParam specification for '{name}'");
                return Err(call.type_error(&message));
            }
        }
    }
    if let Some(tuple) = tuple {
        if single {
            let message =
                "cannot specify both HPyType_SpecParam_Base and HPytype_SpecParam_BasesTuple";
            return Err(call.type_error(message));
        }
        read.bases = bases_in_tuple(call, tuple, name)?;
    }
    Ok(read)
}

fn metaclass<R: Runtime>(call: ContextCall<R>, h: HPy) -> VmResult<Pin<'static, R::Object>, R> {
    let metaclass = call.get(h)?;
    let vm = call.runtime();
    let of_types = call.get(call.constants().h_TypeType)?;
    if vm.is_builtin_instance(&metaclass, BuiltinKind::Type) && vm.is_subtype(&metaclass, &of_types)
    {
        return Ok(metaclass);
    }
    let repr = call.core().repr(&metaclass)?;
    Err(call.type_error(&format!("Metaclass '{repr}' is not a subclass of 'type'.")))
}

fn bases_in_tuple<R: Runtime>(
    call: ContextCall<R>,
    tuple: HPy,
    name: &str,
) -> VmResult<Vec<Pin<'static, R::Object>>, R> {
    let tuple = call.get(tuple)?;
    if !call
        .runtime()
        .is_builtin_instance(&tuple, BuiltinKind::Tuple)
    {
        return Err(call.type_error(&format!("the bases of type '{name}' are no tuple")));
    }
    let count = call.leave(|vm| vm.length(&tuple))?;
    let mut bases = Vec::with_capacity(count);
    for index in 0..count.cast_signed() {
        let base = call.pin_new(call.leave(|vm| vm.get_item_index(&tuple, index))?)?;
        if !call.runtime().is_builtin_instance(&base, BuiltinKind::Type) {
            return Err(call.type_error(&format!("a base of type '{name}' is no type")));
        }
        bases.push(base);
    }
    Ok(bases)
}

fn native_struct<R: Runtime>(
    call: ContextCall<R>,
    h: HPy,
    shape: HPyType_BuiltinShape,
) -> VmResult<*mut c_void, R> {
    let object = call.get(h)?;
    let native = call.runtime().native_struct(&object, shape);
    if native.is_null() {
        let shape = shape.name().unwrap_or("unknown shape");
        let message = format!("AsStruct: the object has no native struct of {shape}");
        return Err(call.type_error(&message));
    }
    Ok(native)
}

/// Declares the functions that give the native struct of one shape.
macro_rules! native_structs {
    ($($function:ident: $shape:ident;)*) => { context_functions! { $(
        fn $function(call, h: HPy) -> *mut c_void {
            fast {
                let object = call.peek(h)?;
                let native = call.runtime().native_struct(object, HPyType_BuiltinShape::$shape);
                (!native.is_null()).then_some(native)
            }
            general { native_struct(call, h, HPyType_BuiltinShape::$shape) }
        }
    )* } };
}

native_structs! {
    ctx_AsStruct_Object: HPyType_BuiltinShape_Object;
    ctx_AsStruct_Legacy: HPyType_BuiltinShape_Legacy;
    ctx_AsStruct_Type: HPyType_BuiltinShape_Type;
    ctx_AsStruct_Long: HPyType_BuiltinShape_Long;
    ctx_AsStruct_Float: HPyType_BuiltinShape_Float;
    ctx_AsStruct_Unicode: HPyType_BuiltinShape_Unicode;
    ctx_AsStruct_Tuple: HPyType_BuiltinShape_Tuple;
    ctx_AsStruct_List: HPyType_BuiltinShape_List;
}

/// Whether the object's type derives from `class`, as 1 or 0, or -1 with an error
/// pending. Apart, since most objects are of just this class; `extern "C"`, so that the
/// compiler sees that no panic comes out.
#[inline(never)]
#[allow(improper_ctypes_definitions)]
extern "C" fn is_derived<R: Runtime>(
    call: FastCall<R>,
    object: &R::Object,
    class: &R::Object,
) -> c_int {
    let vm = call.runtime();
    call.catch("ctx_TypeCheck", || {
        let is_type = vm.is_builtin_instance(class, BuiltinKind::Type);
        c_int::from(is_type && vm.is_instance(object, class))
    })
}

context_functions! {
    fn ctx_Type_FromSpec(call, spec: DefinitionArg<HPyType_Spec>, params: ArrayArg<HPyType_SpecParam, *mut HPyType_SpecParam>) -> HPy {
        let Some(spec) = spec.get() else {
            return Err(call.system_error("HPyType_FromSpec: the spec is NULL"));
        };
        // SAFETY: the name in a valid spec is a C string, or null.
        let name = unsafe { CStrArg::receive(spec.name) };
        let name = call.optional_text(&name)?.unwrap_or("?");
        let params = read_params(call, &params, name)?;
        // SAFETY: the extension gives a valid spec.
        let definition = unsafe { TypeDef::read(spec, call.core().no_c_api()) };
        let definition = definition.map_err(|refusal| call.core().refusal(&refusal))?;
        let definition = Box::new(definition);
        let bases: Vec<&R::Object> = params.bases.iter().map(|base| &**base).collect();
        let metaclass = params.metaclass.as_deref();
        let made = call.leave(|vm| vm.new_type(call.loader(), definition, &bases, metaclass))?;
        call.open(made)
    }

    fn ctx_New(call, h_type: HPy, data: Out<*mut c_void>) -> HPy {
        fast {
            call.expect_no_traverse()?;
            let (object, native) = call.runtime().fast_new_instance(call.duplicate(h_type)?).ok()?;
            let handle = call.open(object)?;
            data.set(native);
            Some(handle)
        }
        general {
            let class = class(call, h_type, "HPy_New arg 1 must be a type")?;
            let (object, native) = call.leave(|vm| vm.new_instance(&class))?;
            let handle = call.open(object)?;
            data.set(native);
            Ok(handle)
        }
    }

    /// Allocates, as `tp_alloc` does; the arguments are for `tp_init`.
    fn ctx_Type_GenericNew(call, r#type: HPy, _args: ArrayArg<HPy>, _nargs: HPy_ssize_t, _kw: HPy) -> HPy {
        fast {
            call.expect_no_traverse()?;
            let (object, _) = call.runtime().fast_new_instance(call.duplicate(r#type)?).ok()?;
            call.open(object)
        }
        general {
            let class = class(call, r#type, "HPy_Type_GenericNew arg 1 must be a type")?;
            let (object, _) = call.leave(|vm| vm.new_instance(&class))?;
            call.open(object)
        }
    }

    fn ctx_Type(call, obj: HPy) -> HPy {
        fast { call.runtime().with_type(call.peek(obj)?, |class| call.open_or_revive(class)) }
        general {
            let constants = call.constants();
            match RawHandle::from(obj).decode() {
                Decoded::Int(_) => Ok(constants.h_LongType),
                Decoded::Float(_) => Ok(constants.h_FloatType),
                _ => {
                    let object = call.get(obj)?;
                    call.open(call.runtime().type_of(&object))
                }
            }
        }
    }

    fn ctx_TypeCheck(call, obj: HPy, r#type: HPy) -> c_int {
        fast {
            let (object, class) = (call.peek(obj)?, call.peek(r#type)?);
            Some(match call.runtime().is_exact_instance(object, class) {
                true => 1,
                false => is_derived(call, object, class),
            })
        }
        general {
            // An error would read as true where nobody expects one. Nothing is an
            // instance of what is no type, as on CPython.
            let (object, class) = (call.get(obj)?, call.get(r#type)?);
            let vm = call.runtime();
            let is_instance =
                vm.is_builtin_instance(&class, BuiltinKind::Type) && vm.is_instance(&object, &class);
            Ok(c_int::from(is_instance))
        }
    }

    fn ctx_Type_IsSubtype(call, sub: HPy, r#type: HPy) -> c_int {
        let sub = class(call, sub, "HPyType_IsSubtype arg 1 must be a type")?;
        let class = class(call, r#type, "HPyType_IsSubtype arg 2 must be a type")?;
        Ok(c_int::from(call.runtime().is_subtype(&sub, &class)))
    }

    fn ctx_Type_GetName(call, r#type: HPy) -> *const c_char {
        let class = class(call, r#type, "arg must be a type")?;
        Ok(call.runtime().type_name(&class).as_ptr())
    }

    fn ctx_Type_GetBuiltinShape(call, h_type: HPy) -> HPyType_BuiltinShape {
        let class = class(call, h_type, "arg must be a type")?;
        Ok(call.runtime().builtin_shape(&class))
    }

    fn ctx_SetCallFunction(call, h: HPy, func: DefinitionArg<HPyCallFunction>) -> c_int {
        let object = call.get(h)?;
        let Some(function) = func.get().and_then(|call| call.r#impl) else {
            return Err(call.system_error("HPy_SetCallFunction: the function is NULL"));
        };
        call.runtime()
            .set_call_function(&object, function)
            .map(|()| 0)
    }
}
