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

HPyDef_METH(evaluate_expression, "evaluate_expression", HPyFunc_VARARGS,
            .doc = "evaluate_expression(source, globals)")
static HPy evaluate_expression_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    const char *source;
    HPy globals;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "sO", &source, &globals))
        return HPy_NULL;
    HPy result = HPy_NULL;
    HPy code = HPy_Compile_s(ctx, source, "<c>", HPy_SourceKind_Expr);
    if (!HPy_IsNull(code))
        result = HPy_EvalCode(ctx, code, globals, globals);
    HPy_Close(ctx, code);
    HPyTracker_Close(ctx, tracker);
    return result;
}

static HPyDef *defines[] = { &evaluate, &evaluate_expression, NULL };
static HPyModuleDef definition = { .defines = defines };
HPy_MODINIT(hpyeval, definition)
