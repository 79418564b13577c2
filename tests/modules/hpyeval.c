/* Source text, compiled and run. */
#include <hpy.h>

HPyDef_METH(evaluate, "evaluate", HPyFunc_VARARGS,
            .doc = "evaluate(source, kind, globals, locals)")
static HPy evaluate_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy source, globals, locals;
    int kind;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OiOO:evaluate", &source, &kind, &globals, &locals))
        return HPy_NULL;
    const char *text = HPyUnicode_AsUTF8AndSize(ctx, source, NULL);
    if (text == NULL)
        return HPy_NULL;
    HPy code = HPy_Compile_s(ctx, text, "<evaluator>", (HPy_SourceKind)kind);
    if (HPy_IsNull(code))
        return HPy_NULL;
    HPy result = HPy_EvalCode(ctx, code, globals, locals);
    HPy_Close(ctx, code);
    return result;
}

static HPyDef *defines[] = { &evaluate, NULL };
static HPyModuleDef definition = { .defines = defines };
HPy_MODINIT(hpyeval, definition)
