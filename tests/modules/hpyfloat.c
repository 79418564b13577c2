/* HPyFloat_*. */
#include <hpy.h>

HPyDef_METH(as_double, "as_double", HPyFunc_O, .doc = "x as a C number and back.")
static HPy as_double_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    double value = HPyFloat_AsDouble(ctx, x);
    if (value == -1.0 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    return HPyFloat_FromDouble(ctx, value);
}

static HPyDef *defines[] = {
    &as_double, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpyfloat, definition)
