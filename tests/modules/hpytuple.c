/* HPyTuple_* and HPyTupleBuilder_*. */
#include <hpy.h>

HPyDef_METH(check, "check", HPyFunc_O)
static HPy check_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    return HPyBool_FromBool(ctx, HPyTuple_Check(ctx, x) != 0);
}

HPyDef_METH(empty, "empty", HPyFunc_NOARGS)
static HPy empty_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyTuple_FromArray(ctx, NULL, 0);
}

HPyDef_METH(build_tuple, "build_tuple", HPyFunc_VARARGS, .doc = "The arguments, by a builder.")
static HPy build_tuple_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPyTupleBuilder cancelled = HPyTupleBuilder_New(ctx, (HPy_ssize_t)nargs);
    HPyTupleBuilder builder = HPyTupleBuilder_New(ctx, (HPy_ssize_t)nargs);
    for (size_t i = 0; i < nargs; i++) {
        HPyTupleBuilder_Set(ctx, cancelled, (HPy_ssize_t)i, args[i]);
        HPyTupleBuilder_Set(ctx, builder, (HPy_ssize_t)i, args[nargs - 1 - i]);
    }
    HPyTupleBuilder_Cancel(ctx, cancelled);
    return HPyTupleBuilder_Build(ctx, builder);
}

static HPyDef *defines[] = {
    &check, &empty, &build_tuple, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpytuple, definition)
