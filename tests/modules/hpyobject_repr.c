/* HPy_Repr, HPy_Str, HPy_ASCII. */
#include <hpy.h>

HPyDef_METH(views, "views", HPyFunc_O, .doc = "(repr, str, ascii) of x")
static HPy views_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    HPy repr = HPy_Repr(ctx, x);
    HPy str = HPy_IsNull(repr) ? HPy_NULL : HPy_Str(ctx, x);
    HPy ascii = HPy_IsNull(str) ? HPy_NULL : HPy_ASCII(ctx, x);
    HPy result = HPy_IsNull(ascii) ? HPy_NULL : HPyTuple_Pack(ctx, 3, repr, str, ascii);
    HPy_Close(ctx, repr);
    HPy_Close(ctx, str);
    HPy_Close(ctx, ascii);
    return result;
}

static HPyDef *defines[] = {
    &views, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpyobject_repr, definition)
