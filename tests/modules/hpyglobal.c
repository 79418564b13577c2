/* HPyGlobal_*. */
#include <hpy.h>

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

static HPyDef *defines[] = {
    &keep, &recall, NULL,
};

static HPyGlobal *globals[] = { &kept, NULL };

static HPyModuleDef definition = { .defines = defines, .globals = globals };

HPy_MODINIT(hpyglobal, definition)
