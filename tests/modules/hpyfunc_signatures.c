/* Functions of every signature, each giving back what it received. */
#include <hpy.h>

HPyDef_METH(nothing, "nothing", HPyFunc_NOARGS, .doc = "Takes nothing.")
static HPy nothing_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(module_name, "module_name", HPyFunc_NOARGS)
static HPy module_name_impl(HPyContext *ctx, HPy self)
{
    return HPy_GetAttr_s(ctx, self, "__name__");
}

HPyDef_METH(same, "same", HPyFunc_O, .doc = "same($module, x, /)\n--\n\nGives x back.")
static HPy same_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    return HPy_Dup(ctx, x);
}

HPyDef_METH(together, "together", HPyFunc_VARARGS, .doc = "All arguments as a tuple.")
static HPy together_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    return HPyTuple_FromArray(ctx, (HPy *)args, (HPy_ssize_t)nargs);
}

HPyDef_METH(everything, "everything", HPyFunc_KEYWORDS)
static HPy everything_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)self;
    size_t named = 0;
    if (!HPy_IsNull(kwnames)) {
        HPy_ssize_t length = HPy_Length(ctx, kwnames);
        if (length < 0)
            return HPy_NULL;
        named = (size_t)length;
    }
    /* The values of keywords follow the positional arguments. */
    HPy positional = HPyTuple_FromArray(ctx, (HPy *)args, (HPy_ssize_t)nargs);
    HPy values = HPyTuple_FromArray(ctx, (HPy *)args + nargs, (HPy_ssize_t)named);
    HPy names = HPy_IsNull(kwnames) ? HPy_Dup(ctx, ctx->h_None) : HPy_Dup(ctx, kwnames);
    HPy result = HPy_NULL;
    if (!HPy_IsNull(positional) && !HPy_IsNull(values) && !HPy_IsNull(names))
        result = HPyTuple_Pack(ctx, 3, positional, names, values);
    HPy_Close(ctx, positional);
    HPy_Close(ctx, values);
    HPy_Close(ctx, names);
    return result;
}

HPyDef_METH(area, "area", HPyFunc_VARARGS)
static HPy area_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    long width, height = 1;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "l|l:area", &width, &height))
        return HPy_NULL;
    return HPyLong_FromLong(ctx, width * height);
}

HPyDef_METH(describe, "describe", HPyFunc_KEYWORDS)
static HPy describe_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)self;
    static const char *names[] = { "what", "times", "scale", NULL };
    const char *what;
    int times = 1;
    double scale = 1.0;
    HPyTracker tracker;
    if (!HPyArg_ParseKeywords(ctx, &tracker, args, nargs, kwnames, "s|i$d:describe", names,
                              &what, &times, &scale))
        return HPy_NULL;
    HPy result = HPy_BuildValue(ctx, "sid", what, times, scale);
    HPyTracker_Close(ctx, tracker);
    return result;
}

static HPyDef *defines[] = {
    &nothing, &module_name, &same, &together, &everything, &area, &describe, NULL,
};

static HPyModuleDef definition = {
    .doc = "Functions of every signature.",
    .defines = defines,
};

HPy_MODINIT(hpyfunc_signatures, definition)
