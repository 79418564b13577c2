/* An extension that mishandles its handles, as real ones do. */
#include <hpy.h>

HPyDef_METH(use_closed, "use_closed", HPyFunc_NOARGS, .doc = "Uses a list after closing it.")
static HPy use_closed_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    HPy list = HPyList_New(ctx, 0);
    HPy_Close(ctx, list);
    return HPy_Repr(ctx, list);
}

HPyDef_METH(append_to_closed, "append_to_closed", HPyFunc_O)
static HPy append_to_closed_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    HPy list = HPyList_New(ctx, 0);
    HPy_Close(ctx, list);
    return HPyList_Append(ctx, list, x) < 0 ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(use_stale, "use_stale", HPyFunc_NOARGS,
            .doc = "Uses a closed handle whose place others have taken since.")
static HPy use_stale_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    HPy stale = HPyList_New(ctx, 0);
    HPy_Close(ctx, stale);
    HPy others[64];
    for (int i = 0; i < 64; i++)
        others[i] = HPyList_New(ctx, 0);
    HPy_ssize_t length = HPy_Length(ctx, stale);
    for (int i = 0; i < 64; i++)
        HPy_Close(ctx, others[i]);
    return length < 0 ? HPy_NULL : HPyLong_FromSsize_t(ctx, length);
}

HPyDef_METH(return_closed, "return_closed", HPyFunc_NOARGS)
static HPy return_closed_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    HPy list = HPyList_New(ctx, 0);
    HPy_Close(ctx, list);
    return list;
}

HPyDef_METH(close_twice, "close_twice", HPyFunc_O, .doc = "Gives the length of a list of its own.")
static HPy close_twice_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    HPy list = HPyList_New(ctx, 0);
    HPyList_Append(ctx, list, x);
    HPy_ssize_t length = HPy_Length(ctx, list);
    HPy_Close(ctx, list);
    HPy_Close(ctx, list);
    HPy_Close(ctx, list);
    return HPyLong_FromSsize_t(ctx, length);
}

HPyDef_METH(close_argument, "close_argument", HPyFunc_O, .doc = "Closes what it only borrows.")
static HPy close_argument_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    HPy_Close(ctx, x);
    return HPyLong_FromLong(ctx, 1);
}

HPyDef_METH(close_self, "close_self", HPyFunc_NOARGS)
static HPy close_self_impl(HPyContext *ctx, HPy self)
{
    HPy_Close(ctx, self);
    HPy_Close(ctx, self);
    return HPyLong_FromLong(ctx, 2);
}

HPyDef_METH(close_constants, "close_constants", HPyFunc_NOARGS)
static HPy close_constants_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    for (int i = 0; i < 10; i++) {
        HPy_Close(ctx, ctx->h_None);
        HPy_Close(ctx, ctx->h_True);
        HPy_Close(ctx, ctx->h_ListType);
        HPy_Close(ctx, ctx->h_ValueError);
    }
    return HPyTuple_Pack(ctx, 4, ctx->h_None, ctx->h_True, ctx->h_ListType, ctx->h_ValueError);
}

HPyDef_METH(garbage, "garbage", HPyFunc_O, .doc = "garbage(bits): the repr of any word")
static HPy garbage_impl(HPyContext *ctx, HPy self, HPy bits)
{
    (void)self;
    uint64_t word = HPyLong_AsUInt64_tMask(ctx, bits);
    if (HPyErr_Occurred(ctx))
        return HPy_NULL;
    HPy handle = { (intptr_t)word };
    return HPy_Repr(ctx, handle);
}

HPyDef_METH(close_garbage, "close_garbage", HPyFunc_O)
static HPy close_garbage_impl(HPyContext *ctx, HPy self, HPy bits)
{
    (void)self;
    uint64_t word = HPyLong_AsUInt64_tMask(ctx, bits);
    if (HPyErr_Occurred(ctx))
        return HPy_NULL;
    HPy handle = { (intptr_t)word };
    HPy_Close(ctx, handle);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(pass_null, "pass_null", HPyFunc_O, .doc = "pass_null(n): NULL to the nth function")
static HPy pass_null_impl(HPyContext *ctx, HPy self, HPy n)
{
    (void)self;
    switch (HPyLong_AsInt32_t(ctx, n)) {
    case 0:
        return HPy_Repr(ctx, HPy_NULL);
    case 1:
        return HPy_Add(ctx, n, HPy_NULL);
    case 2:
        return HPy_GetAttr_s(ctx, HPy_NULL, "name");
    case 3:
        return HPy_Call(ctx, HPy_NULL, NULL, 0, HPy_NULL);
    case 4:
        HPyErr_SetString(ctx, HPy_NULL, "text");
        return HPy_NULL;
    case 5:
        return HPyLong_FromSsize_t(ctx, HPy_Length(ctx, HPy_NULL));
    case 6:
        return HPyTuple_Pack(ctx, 2, n, HPy_NULL);
    default:
        HPy_Close(ctx, HPy_NULL);
        return HPyLong_FromLong(ctx, -1);
    }
}

static HPy kept;

HPyDef_METH(keep_handle, "keep_handle", HPyFunc_O, .doc = "Keeps a handle instead of a global.")
static HPy keep_handle_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    kept = x;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(use_kept, "use_kept", HPyFunc_NOARGS)
static HPy use_kept_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPy_Repr(ctx, kept);
}

HPyDef_METH(leak, "leak", HPyFunc_O, .doc = "leak(n): opens n handles and closes none")
static HPy leak_impl(HPyContext *ctx, HPy self, HPy n)
{
    (void)self;
    int64_t count = HPyLong_AsInt64_t(ctx, n);
    for (int64_t i = 0; i < count; i++)
        HPyList_New(ctx, 0);
    return HPyLong_FromInt64_t(ctx, count);
}

static HPyDef *defines[] = {
    &use_closed, &append_to_closed, &use_stale, &return_closed, &close_twice, &close_argument,
    &close_self, &close_constants, &garbage, &close_garbage, &pass_null, &keep_handle, &use_kept,
    &leak, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(handle_misuse, definition)
