/* C code that calls the API for ever. */
#include <hpy.h>

HPyDef_METH(repr, "repr", HPyFunc_O, .doc = "Calls nothing but builtin types.")
static HPy repr_impl(HPyContext *ctx, HPy self, HPy object)
{
    for (;;) {
        HPy text = HPy_Repr(ctx, object);
        if (HPy_IsNull(text))
            return HPy_NULL;
        HPy_Close(ctx, text);
    }
}

HPyDef_METH(call, "call", HPyFunc_O, .doc = "Calls Python.")
static HPy call_impl(HPyContext *ctx, HPy self, HPy function)
{
    for (;;) {
        HPy result = HPy_Call(ctx, function, NULL, 0, HPy_NULL);
        if (HPy_IsNull(result))
            return HPy_NULL;
        HPy_Close(ctx, result);
    }
}

static HPyDef *defines[] = { &repr, &call, NULL };
static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(threads_endless, definition)
