//! Types and their instances.

use super::prelude::*;
use crate::handles::Pin;
use crate::spec::TypeDef;

/// Decodes an argument that must be a type.
fn class<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
    message: &str,
) -> VmResult<Pin<'static, R::Object>, R> {
    let class = entry.get(h)?;
    match entry
        .runtime()
        .is_builtin_instance(&class, BuiltinKind::Type)
    {
        true => Ok(class),
        false => Err(entry.type_error(message)),
    }
}

/// What the parameters of `HPyType_FromSpec` say.
struct Params<R: Runtime> {
    bases: Vec<Pin<'static, R::Object>>,
    metaclass: Option<Pin<'static, R::Object>>,
}

/// Reads the parameters, checked as `check_unknown_params` and `get_metatype` in
/// hpy's `ctx_type.c` do.
///
/// # Safety
///
/// `params` is null or points to an array that ends with kind 0.
unsafe fn read_params<R: Runtime>(
    entry: Entry<R>,
    params: *const HPyType_SpecParam,
    name: &str,
) -> VmResult<Params<R>, R> {
    let mut read = Params {
        bases: Vec::new(),
        metaclass: None,
    };
    let (mut single, mut tuple) = (false, None);
    let mut next = params;
    // SAFETY: the terminator has not been passed.
    while let Some(param) = unsafe { next.as_ref() } {
        match param.kind {
            HPyType_SpecParam_Kind(0) => break,
            HPyType_SpecParam_Kind::HPyType_SpecParam_Base => {
                single = true;
                let message = format!("a base of type '{name}' is no type");
                read.bases.push(class(entry, param.object, &message)?);
            }
            HPyType_SpecParam_Kind::HPyType_SpecParam_BasesTuple => {
                if tuple.replace(param.object).is_some() {
                    let message = "multiple specifications of HPyType_SpecParam_BasesTuple";
                    return Err(entry.type_error(message));
                }
            }
            HPyType_SpecParam_Kind::HPyType_SpecParam_Metaclass => {
                if read.metaclass.is_some() {
                    let message = "metaclass was specified multiple times";
                    return Err(entry.error(entry.core().constants().h_ValueError, message));
                }
                read.metaclass = Some(metaclass(entry, param.object)?);
            }
            _ => {
                let message = format!("unknown HPyType_SpecParam specification for '{name}'");
                return Err(entry.type_error(&message));
            }
        }
        // SAFETY: the terminator has not been reached.
        next = unsafe { next.add(1) };
    }
    if let Some(tuple) = tuple {
        if single {
            let message =
                "cannot specify both HPyType_SpecParam_Base and HPytype_SpecParam_BasesTuple";
            return Err(entry.type_error(message));
        }
        read.bases = bases_in_tuple(entry, tuple, name)?;
    }
    Ok(read)
}

fn metaclass<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<Pin<'static, R::Object>, R> {
    let metaclass = entry.get(h)?;
    let vm = entry.runtime();
    let of_types = entry.get(entry.core().constants().h_TypeType)?;
    if vm.is_builtin_instance(&metaclass, BuiltinKind::Type) && vm.is_subtype(&metaclass, &of_types)
    {
        return Ok(metaclass);
    }
    let repr = entry.leave(|vm| {
        let repr = vm.repr(&metaclass)?;
        // SAFETY: the text lives as long as the object beside it.
        let text = unsafe { &*vm.utf8(&repr)? };
        Ok(String::from_utf8_lossy(text).into_owned())
    })?;
    Err(entry.type_error(&format!("Metaclass '{repr}' is not a subclass of 'type'.")))
}

fn bases_in_tuple<R: Runtime>(
    entry: Entry<R>,
    tuple: HPy,
    name: &str,
) -> VmResult<Vec<Pin<'static, R::Object>>, R> {
    let tuple = entry.get(tuple)?;
    if !entry
        .runtime()
        .is_builtin_instance(&tuple, BuiltinKind::Tuple)
    {
        return Err(entry.type_error(&format!("the bases of type '{name}' are no tuple")));
    }
    let count = entry.leave(|vm| vm.length(&tuple))?;
    let mut bases = Vec::with_capacity(count);
    for index in 0..count.cast_signed() {
        let base = entry.open(entry.leave(|vm| vm.get_item_index(&tuple, index))?)?;
        let pin = class(entry, base, &format!("a base of type '{name}' is no type"));
        // From here on the pin alone keeps it.
        entry.core().handles().close(RawHandle::from_bits(base.0));
        bases.push(pin?);
    }
    Ok(bases)
}

pub(crate) unsafe fn ctx_Type_FromSpec<R: Runtime>(
    entry: Entry<R>,
    spec: *mut HPyType_Spec,
    params: *mut HPyType_SpecParam,
) -> VmResult<HPy, R> {
    // SAFETY: the extension gives a valid spec, or null.
    let Some(spec) = (unsafe { spec.as_ref() }) else {
        return Err(entry.system_error("HPyType_FromSpec: the spec is NULL"));
    };
    // SAFETY: the name is a C string, or null.
    let name = unsafe { entry.optional_text(spec.name) }?.unwrap_or("?");
    // SAFETY: the extension gives a valid array, or null.
    let params = unsafe { read_params(entry, params, name) }?;
    // SAFETY: the extension gives a valid spec.
    let definition = unsafe { TypeDef::read(spec) };
    let definition = definition.map_err(|refusal| entry.core().refusal(&refusal))?;
    // The type's attributes refer to it, and types live as long as the process.
    let definition: &'static TypeDef = Box::leak(Box::new(definition));
    let bases: Vec<&R::Object> = params.bases.iter().map(|base| &**base).collect();
    let metaclass = params.metaclass.as_deref();
    let made = entry.leave(|vm| vm.new_type(entry.loader(), definition, &bases, metaclass))?;
    entry.open(made)
}

pub(crate) unsafe fn ctx_New<R: Runtime>(
    entry: Entry<R>,
    h_type: HPy,
    data: *mut *mut c_void,
) -> VmResult<HPy, R> {
    let class = class(entry, h_type, "HPy_New arg 1 must be a type")?;
    let (object, native) = entry.leave(|vm| vm.new_instance(&class))?;
    let handle = entry.open(object)?;
    if !data.is_null() {
        // SAFETY: the extension gives room for the pointer.
        unsafe { *data = native };
    }
    Ok(handle)
}

/// Allocates, as `tp_alloc` does; the arguments are for `tp_init`.
pub(crate) unsafe fn ctx_Type_GenericNew<R: Runtime>(
    entry: Entry<R>,
    r#type: HPy,
    _args: *const HPy,
    _nargs: HPy_ssize_t,
    _kw: HPy,
) -> VmResult<HPy, R> {
    let class = class(entry, r#type, "HPy_Type_GenericNew arg 1 must be a type")?;
    let (object, _) = entry.leave(|vm| vm.new_instance(&class))?;
    entry.open(object)
}

pub(crate) unsafe fn ctx_Type<R: Runtime>(entry: Entry<R>, obj: HPy) -> VmResult<HPy, R> {
    let constants = entry.core().constants();
    match RawHandle::from_bits(obj.0).decode() {
        Decoded::Int(_) => Ok(constants.h_LongType),
        Decoded::Float(_) => Ok(constants.h_FloatType),
        _ => {
            let object = entry.get(obj)?;
            entry.open(entry.runtime().type_of(&object))
        }
    }
}

pub(crate) unsafe fn ctx_TypeCheck<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    r#type: HPy,
) -> VmResult<c_int, R> {
    // An error would read as true where nobody expects one. Nothing is an
    // instance of what is no type, as on CPython.
    let (object, class) = (entry.get(obj)?, entry.get(r#type)?);
    let vm = entry.runtime();
    let is_instance =
        vm.is_builtin_instance(&class, BuiltinKind::Type) && vm.is_instance(&object, &class);
    Ok(c_int::from(is_instance))
}

pub(crate) unsafe fn ctx_Type_IsSubtype<R: Runtime>(
    entry: Entry<R>,
    sub: HPy,
    r#type: HPy,
) -> VmResult<c_int, R> {
    let sub = class(entry, sub, "HPyType_IsSubtype arg 1 must be a type")?;
    let class = class(entry, r#type, "HPyType_IsSubtype arg 2 must be a type")?;
    Ok(c_int::from(entry.runtime().is_subtype(&sub, &class)))
}

pub(crate) unsafe fn ctx_Type_GetName<R: Runtime>(
    entry: Entry<R>,
    r#type: HPy,
) -> VmResult<*const c_char, R> {
    let class = class(entry, r#type, "arg must be a type")?;
    Ok(entry.runtime().type_name(&class).as_ptr())
}

pub(crate) unsafe fn ctx_Type_GetBuiltinShape<R: Runtime>(
    entry: Entry<R>,
    h_type: HPy,
) -> VmResult<HPyType_BuiltinShape, R> {
    let class = class(entry, h_type, "arg must be a type")?;
    Ok(entry.runtime().builtin_shape(&class))
}

pub(crate) unsafe fn ctx_SetCallFunction<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
    func: *mut HPyCallFunction,
) -> VmResult<c_int, R> {
    let object = entry.get(h)?;
    // SAFETY: the extension gives a call function, or null.
    let Some(function) = unsafe { func.as_ref() }.and_then(|call| call.r#impl) else {
        return Err(entry.system_error("HPy_SetCallFunction: the function is NULL"));
    };
    entry
        .runtime()
        .set_call_function(&object, function)
        .map(|()| 0)
}

fn native_struct<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
    shape: HPyType_BuiltinShape,
) -> VmResult<*mut c_void, R> {
    let object = entry.get(h)?;
    let native = entry.runtime().native_struct(&object, shape);
    if native.is_null() {
        let shape = shape.name().unwrap_or("unknown shape");
        let message = format!("AsStruct: the object has no native struct of {shape}");
        return Err(entry.type_error(&message));
    }
    Ok(native)
}

macro_rules! as_struct {
    ($($function:ident: $shape:ident;)*) => {
        $(pub(crate) unsafe fn $function<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<*mut c_void, R> {
            native_struct(entry, h, HPyType_BuiltinShape::$shape)
        })*
    };
}

as_struct! {
    ctx_AsStruct_Object: HPyType_BuiltinShape_Object;
    ctx_AsStruct_Legacy: HPyType_BuiltinShape_Legacy;
    ctx_AsStruct_Type: HPyType_BuiltinShape_Type;
    ctx_AsStruct_Long: HPyType_BuiltinShape_Long;
    ctx_AsStruct_Float: HPyType_BuiltinShape_Float;
    ctx_AsStruct_Unicode: HPyType_BuiltinShape_Unicode;
    ctx_AsStruct_Tuple: HPyType_BuiltinShape_Tuple;
    ctx_AsStruct_List: HPyType_BuiltinShape_List;
}
