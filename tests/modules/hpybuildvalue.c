/* HPy_BuildValue. */
#include <hpy.h>

HPyDef_METH(nested, "nested", HPyFunc_O, .doc = "What HPy_BuildValue nests.")
static HPy nested_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    return HPy_BuildValue(ctx, "(i[s(O)]{s:i,s:O}())", 1, "two", x, "a", 3, "b", x);
}

static HPyDef *defines[] = {
    &nested, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpybuildvalue, definition)
