/* Functions that do next to nothing, for loops in Python. */
#include "loop.h"

HPyDef_METH(noargs, "noargs", HPyFunc_NOARGS)
static HPy noargs_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(one, "one", HPyFunc_O)
static HPy one_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    return HPy_Dup(ctx, arg);
}

HPyDef_METH(three, "three", HPyFunc_VARARGS)
static HPy three_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    long a, b, c;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "lll:three", &a, &b, &c))
        return HPy_NULL;
    return HPyLong_FromInt64_t(ctx, a + b + c);
}

HPyDef_METH(keywords, "keywords", HPyFunc_KEYWORDS)
static HPy keywords_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)self;
    static const char *names[] = { "a", "b", "c", NULL };
    long a, b, c;
    if (!HPyArg_ParseKeywords(ctx, NULL, args, nargs, kwnames, "lll:keywords", names, &a, &b, &c))
        return HPy_NULL;
    return HPyLong_FromInt64_t(ctx, a + b + c);
}
