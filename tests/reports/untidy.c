/* An extension that does what debug mode is there to find. Comments "here: mark"
 * are for the reports that the scripts beside this file expect. */
#include "hpy.h"

#define NOINLINE __attribute__((noinline))

HPyDef_METH(leak, "leak", HPyFunc_O)
static HPy leak_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy_Dup(ctx, arg); /* here: leak */
    return HPy_Dup(ctx, ctx->h_None);
}

static NOINLINE HPy forget(HPyContext *ctx, HPy sequence, HPy_ssize_t index)
{
    HPy item = HPy_GetItem_i(ctx, sequence, index); /* here: forget */
    if (HPy_IsNull(item))
        return HPy_NULL;
    return HPyLong_FromSsize_t(ctx, HPy_Length(ctx, item));
}

HPyDef_METH(first, "first", HPyFunc_O)
static HPy first_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy length = forget(ctx, arg, 0); /* here: first */
    if (HPy_IsNull(length))
        return HPy_NULL;
    return length;
}

HPyDef_METH(last, "last", HPyFunc_O)
static HPy last_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy length = forget(ctx, arg, HPy_Length(ctx, arg) - 1); /* here: last */
    if (HPy_IsNull(length))
        return HPy_NULL;
    return length;
}

HPyDef_METH(use_after_close, "use_after_close", HPyFunc_O)
static HPy use_after_close_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy copy = HPy_Dup(ctx, arg);        /* here: opened */
    HPy_Close(ctx, copy);                /* here: closed */
    HPy_ssize_t length = HPy_Length(ctx, copy); /* here: used */
    return HPyLong_FromSsize_t(ctx, length);
}

HPyDef_METH(close_twice, "close_twice", HPyFunc_O)
static HPy close_twice_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy copy = HPy_Dup(ctx, arg); /* here: opened once */
    HPy_Close(ctx, copy);         /* here: closed once */
    HPy_Close(ctx, copy);         /* here: closed twice */
    return HPy_Dup(ctx, ctx->h_None);
}

/* Kept open on purpose, until `forget_all`. */
static HPy kept[100];
static int kept_count;

HPyDef_METH(keep, "keep", HPyFunc_O)
static HPy keep_impl(HPyContext *ctx, HPy self, HPy arg)
{
    if (kept_count < 100)
        kept[kept_count++] = HPy_Dup(ctx, arg); /* here: keep */
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(forget_all, "forget_all", HPyFunc_NOARGS)
static HPy forget_all_impl(HPyContext *ctx, HPy self)
{
    while (kept_count > 0)
        HPy_Close(ctx, kept[--kept_count]);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(call, "call", HPyFunc_O)
static HPy call_impl(HPyContext *ctx, HPy self, HPy callable)
{
    HPy result = HPy_CallTupleDict(ctx, callable, HPy_NULL, HPy_NULL); /* here: call */
    if (HPy_IsNull(result))
        return HPy_NULL;
    HPy_Dup(ctx, result); /* here: after the call */
    return result;
}

HPyDef_METH(tidy, "tidy", HPyFunc_O)
static HPy tidy_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy one = HPyLong_FromLong(ctx, 1);
    HPy sum = HPy_Add(ctx, arg, one);
    HPy_Close(ctx, one);
    return sum;
}

HPyDef_METH(hold, "hold", HPyFunc_O)
static HPy hold_impl(HPyContext *ctx, HPy self, HPy function)
{
    HPy text = HPyUnicode_FromString(ctx, "held");
    if (HPy_IsNull(text))
        return HPy_NULL;
    HPy result = HPy_Call(ctx, function, &text, 1, HPy_NULL);
    HPy_Close(ctx, text);
    return result;
}

/* Goes through functions of HPy's own, some of them static, in every extension. */
HPyDef_METH(leak_text, "leak_text", HPyFunc_VARARGS)
static HPy leak_text_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    long number;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "l", &number)) /* here: parse */
        return HPy_NULL;
    HPyUnicode_FromFormat(ctx, "text %ld", number); /* here: format */
    HPy_BuildValue(ctx, "(ll)", number, number); /* here: build */
    return HPy_Dup(ctx, ctx->h_None);
}

static HPyDef *defines[] = {
    &leak_text, &leak, &first, &last, &use_after_close, &close_twice,
    &keep, &forget_all, &call, &tidy, &hold, NULL,
};
static HPyModuleDef moduledef = {.defines = defines};
HPy_MODINIT(untidy, moduledef)
