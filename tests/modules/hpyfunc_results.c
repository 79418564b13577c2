/* Functions that break the promise between a result and an error. */
#include <hpy.h>

static HPy value_with_error(HPyContext *ctx)
{
    HPyErr_SetString(ctx, ctx->h_ValueError, "set and forgotten");
    return HPyLong_FromLong(ctx, 42);
}

HPyDef_METH(null_noargs, "null_noargs", HPyFunc_NOARGS)
static HPy null_noargs_impl(HPyContext *ctx, HPy self)
{
    (void)ctx, (void)self;
    return HPy_NULL;
}

HPyDef_METH(null_o, "null_o", HPyFunc_O)
static HPy null_o_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)ctx, (void)self, (void)arg;
    return HPy_NULL;
}

HPyDef_METH(null_varargs, "null_varargs", HPyFunc_VARARGS)
static HPy null_varargs_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)ctx, (void)self, (void)args, (void)nargs;
    return HPy_NULL;
}

HPyDef_METH(null_keywords, "null_keywords", HPyFunc_KEYWORDS)
static HPy null_keywords_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs,
                              HPy kwnames)
{
    (void)ctx, (void)self, (void)args, (void)nargs, (void)kwnames;
    return HPy_NULL;
}

HPyDef_METH(value_noargs, "value_noargs", HPyFunc_NOARGS)
static HPy value_noargs_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return value_with_error(ctx);
}

HPyDef_METH(value_o, "value_o", HPyFunc_O)
static HPy value_o_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self, (void)arg;
    return value_with_error(ctx);
}

HPyDef_METH(value_varargs, "value_varargs", HPyFunc_VARARGS)
static HPy value_varargs_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self, (void)args, (void)nargs;
    return value_with_error(ctx);
}

HPyDef_METH(value_keywords, "value_keywords", HPyFunc_KEYWORDS)
static HPy value_keywords_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs,
                               HPy kwnames)
{
    (void)self, (void)args, (void)nargs, (void)kwnames;
    return value_with_error(ctx);
}

HPyDef_METH(cleared, "cleared", HPyFunc_NOARGS, .doc = "Sets an error and takes it back.")
static HPy cleared_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    HPyErr_SetString(ctx, ctx->h_ValueError, "set and cleared");
    int before = HPyErr_Occurred(ctx);
    HPyErr_Clear(ctx);
    int after = HPyErr_Occurred(ctx);
    return HPy_BuildValue(ctx, "OO", before ? ctx->h_True : ctx->h_False,
                          after ? ctx->h_True : ctx->h_False);
}

/* The same for the method of a type and for calling an instance. */
typedef struct {
    int unused;
} Breaker;
HPyType_HELPERS(Breaker)

HPyDef_METH(Breaker_null, "null", HPyFunc_NOARGS)
static HPy Breaker_null_impl(HPyContext *ctx, HPy self)
{
    (void)ctx, (void)self;
    return HPy_NULL;
}

HPyDef_METH(Breaker_value, "value", HPyFunc_O)
static HPy Breaker_value_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self, (void)arg;
    return value_with_error(ctx);
}

static HPyDef *breaker_defines[] = { &Breaker_null, &Breaker_value, NULL };
static HPyType_Spec breaker_spec = {
    .name = "hpyfunc_results.Breaker",
    .basicsize = sizeof(Breaker),
    .builtin_shape = SHAPE(Breaker),
    .defines = breaker_defines,
};

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    return HPyHelpers_AddType(ctx, module, "Breaker", &breaker_spec, NULL) ? 0 : -1;
}

static HPyDef *defines[] = {
    &null_noargs, &null_o, &null_varargs, &null_keywords,
    &value_noargs, &value_o, &value_varargs, &value_keywords,
    &cleared, &module_exec, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpyfunc_results, definition)
