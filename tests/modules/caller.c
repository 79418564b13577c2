/* Attributes, calls, imports, globals, comparison and types of objects. */
#include <hpy.h>
#include <string.h>

HPyDef_METH(get_attribute, "get_attribute", HPyFunc_VARARGS,
            .doc = "get_attribute(object, name): by object and by C string")
static HPy get_attribute_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy object, name;
    const char *text;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "OO", &object, &name))
        return HPy_NULL;
    HPy result = HPy_NULL;
    HPy first = HPy_GetAttr(ctx, object, name);
    if (HPy_IsNull(first))
        goto done;
    text = HPyUnicode_AsUTF8AndSize(ctx, name, NULL);
    HPy second = text == NULL ? HPy_NULL : HPy_GetAttr_s(ctx, object, text);
    if (!HPy_IsNull(second))
        result = HPyTuple_Pack(ctx, 2, first, second);
    HPy_Close(ctx, first);
    HPy_Close(ctx, second);
done:
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(has_attribute, "has_attribute", HPyFunc_VARARGS)
static HPy has_attribute_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy object;
    const char *name;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Os", &object, &name))
        return HPy_NULL;
    int has = HPy_HasAttr_s(ctx, object, name);
    HPyTracker_Close(ctx, tracker);
    return HPyBool_FromBool(ctx, has != 0);
}

HPyDef_METH(set_attribute, "set_attribute", HPyFunc_VARARGS, .doc = "set_attribute(o, name, value)")
static HPy set_attribute_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 3)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "three arguments"), HPy_NULL;
    if (HPy_SetAttr(ctx, args[0], args[1], args[2]) < 0)
        return HPy_NULL;
    if (HPy_SetAttr_s(ctx, args[0], "set_by_c", args[2]) < 0)
        return HPy_NULL;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(delete_attribute, "delete_attribute", HPyFunc_VARARGS)
static HPy delete_attribute_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    return HPy_DelAttr(ctx, args[0], args[1]) < 0 ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(call, "call", HPyFunc_KEYWORDS, .doc = "call(f, *args, **kwargs): by HPy_Call")
static HPy call_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)self;
    if (nargs < 1)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "nothing to call"), HPy_NULL;
    return HPy_Call(ctx, args[0], args + 1, nargs - 1, kwnames);
}

HPyDef_METH(call_packed, "call_packed", HPyFunc_VARARGS,
            .doc = "call_packed(f, args, kwargs): by HPy_CallTupleDict, None for a null handle")
static HPy call_packed_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 3)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "three arguments"), HPy_NULL;
    HPy tuple = HPy_Is(ctx, args[1], ctx->h_None) ? HPy_NULL : args[1];
    HPy dict = HPy_Is(ctx, args[2], ctx->h_None) ? HPy_NULL : args[2];
    return HPy_CallTupleDict(ctx, args[0], tuple, dict);
}

HPyDef_METH(call_method, "call_method", HPyFunc_KEYWORDS,
            .doc = "call_method(name, object, *args, **kwargs)")
static HPy call_method_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)self;
    if (nargs < 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "a name and an object"), HPy_NULL;
    return HPy_CallMethod(ctx, args[0], args + 1, nargs - 1, kwnames);
}

HPyDef_METH(call_with_numbers, "call_with_numbers", HPyFunc_O,
            .doc = "f(1, 2.5, n=3), all arguments made in C")
static HPy call_with_numbers_impl(HPyContext *ctx, HPy self, HPy function)
{
    (void)self;
    HPy name = HPyUnicode_FromString(ctx, "n");
    HPy names = HPyTuple_Pack(ctx, 1, name);
    HPy args[] = {
        HPyLong_FromLong(ctx, 1), HPyFloat_FromDouble(ctx, 2.5), HPyLong_FromLong(ctx, 3),
    };
    HPy result = HPy_Call(ctx, function, args, 2, names);
    for (int i = 0; i < 3; i++)
        HPy_Close(ctx, args[i]);
    HPy_Close(ctx, names);
    HPy_Close(ctx, name);
    return result;
}

HPyDef_METH(is_callable, "is_callable", HPyFunc_O)
static HPy is_callable_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    return HPyBool_FromBool(ctx, HPyCallable_Check(ctx, x) != 0);
}

HPyDef_METH(import_module, "import_module", HPyFunc_O)
static HPy import_module_impl(HPyContext *ctx, HPy self, HPy name)
{
    (void)self;
    const char *text = HPyUnicode_AsUTF8AndSize(ctx, name, NULL);
    return text == NULL ? HPy_NULL : HPyImport_ImportModule(ctx, text);
}

static HPyGlobal kept;
static int kept_is_set = 0;

HPyDef_METH(keep, "keep", HPyFunc_O, .doc = "Keeps x in a global variable.")
static HPy keep_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    HPyGlobal_Store(ctx, &kept, x);
    kept_is_set = 1;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(recall, "recall", HPyFunc_NOARGS, .doc = "What keep() was given last.")
static HPy recall_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    if (!kept_is_set)
        return HPyErr_SetString(ctx, ctx->h_LookupError, "nothing kept"), HPy_NULL;
    return HPyGlobal_Load(ctx, kept);
}

HPyDef_METH(compare, "compare", HPyFunc_VARARGS, .doc = "compare(a, b): < <= == != > >=")
static HPy compare_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    HPyListBuilder builder = HPyListBuilder_New(ctx, 6);
    for (int operator = HPy_LT; operator <= HPy_GE; operator++) {
        HPy result = HPy_RichCompare(ctx, args[0], args[1], operator);
        if (HPy_IsNull(result)) {
            HPyListBuilder_Cancel(ctx, builder);
            return HPy_NULL;
        }
        HPyListBuilder_Set(ctx, builder, operator, result);
        HPy_Close(ctx, result);
    }
    return HPyListBuilder_Build(ctx, builder);
}

HPyDef_METH(equal, "equal", HPyFunc_VARARGS, .doc = "equal(a, b): identical objects are equal")
static HPy equal_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    int equal = HPy_RichCompareBool(ctx, args[0], args[1], HPy_EQ);
    return equal < 0 ? HPy_NULL : HPyBool_FromBool(ctx, equal != 0);
}

HPyDef_METH(hash_of, "hash_of", HPyFunc_O)
static HPy hash_of_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    HPy_hash_t hash = HPy_Hash(ctx, x);
    if (hash == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    return HPyLong_FromSsize_t(ctx, hash);
}

HPyDef_METH(type_of, "type_of", HPyFunc_O)
static HPy type_of_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    return HPy_Type(ctx, x);
}

HPyDef_METH(is_instance, "is_instance", HPyFunc_VARARGS, .doc = "is_instance(object, type)")
static HPy is_instance_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    return HPyBool_FromBool(ctx, HPy_TypeCheck(ctx, args[0], args[1]) != 0);
}

HPyDef_METH(identical, "identical", HPyFunc_VARARGS)
static HPy identical_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    return HPyBool_FromBool(ctx, HPy_Is(ctx, args[0], args[1]) != 0);
}

HPyDef_METH(constants, "constants", HPyFunc_NOARGS, .doc = "Some objects of the context.")
static HPy constants_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyTuple_Pack(ctx, 9, ctx->h_None, ctx->h_True, ctx->h_False, ctx->h_NotImplemented,
                         ctx->h_Ellipsis, ctx->h_LongType, ctx->h_BaseObjectType,
                         ctx->h_ZeroDivisionError, ctx->h_SliceType);
}

HPyDef_METH(evaluate, "evaluate", HPyFunc_VARARGS, .doc = "evaluate(source, globals)")
static HPy evaluate_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    const char *source;
    HPy globals;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "sO", &source, &globals))
        return HPy_NULL;
    HPy result = HPy_NULL;
    HPy code = HPy_Compile_s(ctx, source, "<c>", HPy_SourceKind_Expr);
    if (!HPy_IsNull(code))
        result = HPy_EvalCode(ctx, code, globals, globals);
    HPy_Close(ctx, code);
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(recurse, "recurse", HPyFunc_VARARGS, .doc = "recurse(f, n): calls f(n - 1) while n > 0")
static HPy recurse_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy function;
    long n;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Ol", &function, &n))
        return HPy_NULL;
    HPy result;
    if (n <= 0) {
        result = HPyLong_FromLong(ctx, 0);
    } else {
        HPy less = HPyLong_FromLong(ctx, n - 1);
        result = HPy_Call(ctx, function, &less, 1, HPy_NULL);
        HPy_Close(ctx, less);
    }
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    HPy version = HPyUnicode_FromString(ctx, "1.2");
    int failed = HPy_SetAttr_s(ctx, module, "version", version);
    HPy_Close(ctx, version);
    return failed;
}

static HPyDef *defines[] = {
    &get_attribute, &has_attribute, &set_attribute, &delete_attribute, &call, &call_packed,
    &call_method, &call_with_numbers, &is_callable, &import_module, &keep, &recall, &compare,
    &equal, &hash_of, &type_of, &is_instance, &identical, &constants, &evaluate, &recurse,
    &module_exec, NULL,
};

static HPyGlobal *globals[] = { &kept, NULL };

static HPyModuleDef definition = { .defines = defines, .globals = globals };

HPy_MODINIT(caller, definition)
