/* HPy_Call, HPy_CallTupleDict, HPy_CallMethod, HPyCallable_Check. */
#include <hpy.h>

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

static HPyDef *defines[] = {
    &call, &call_packed, &call_method, &call_with_numbers, &is_callable, &recurse, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpycall, definition)
