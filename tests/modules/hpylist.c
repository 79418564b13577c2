/* HPyList_* and HPyListBuilder_*. */
#include <hpy.h>

HPyDef_METH(check, "check", HPyFunc_O)
static HPy check_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    return HPyBool_FromBool(ctx, HPyList_Check(ctx, x) != 0);
}

HPyDef_METH(empty, "empty", HPyFunc_NOARGS)
static HPy empty_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyList_New(ctx, 0);
}

HPyDef_METH(build_list, "build_list", HPyFunc_VARARGS, .doc = "The arguments, by a builder.")
static HPy build_list_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPyListBuilder builder = HPyListBuilder_New(ctx, (HPy_ssize_t)nargs);
    for (size_t i = 0; i < nargs; i++)
        HPyListBuilder_Set(ctx, builder, (HPy_ssize_t)i, args[nargs - 1 - i]);
    return HPyListBuilder_Build(ctx, builder);
}

HPyDef_METH(grow, "grow", HPyFunc_VARARGS, .doc = "grow(list, x, times): appends in C")
static HPy grow_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy list, x;
    long times;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "OOl", &list, &x, &times))
        return HPy_NULL;
    int failed = 0;
    while (times-- > 0 && !failed)
        failed = HPyList_Append(ctx, list, x) < 0;
    HPyTracker_Close(ctx, tracker);
    return failed ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

static HPyDef *defines[] = {
    &check, &empty, &build_list, &grow, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpylist, definition)
