/* HPy_Type, HPy_TypeCheck, and the constants of the context. */
#include <hpy.h>

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

HPyDef_METH(constants, "constants", HPyFunc_NOARGS, .doc = "Some objects of the context.")
static HPy constants_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyTuple_Pack(ctx, 9, ctx->h_None, ctx->h_True, ctx->h_False, ctx->h_NotImplemented,
                         ctx->h_Ellipsis, ctx->h_LongType, ctx->h_BaseObjectType,
                         ctx->h_ZeroDivisionError, ctx->h_SliceType);
}

static HPyDef *defines[] = {
    &type_of, &is_instance, &constants, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpyobject_type, definition)
