/* HPy_GetItem*, HPy_SetItem*, HPy_DelItem*, HPy_Contains, HPy_Length. */
#include <hpy.h>

HPyDef_METH(get, "get", HPyFunc_VARARGS, .doc = "get(container, key): by object")
static HPy get_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    return HPy_GetItem(ctx, args[0], args[1]);
}

HPyDef_METH(get_index, "get_index", HPyFunc_VARARGS, .doc = "get_index(container, index)")
static HPy get_index_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy container;
    long index;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Ol", &container, &index))
        return HPy_NULL;
    HPy result = HPy_GetItem_i(ctx, container, index);
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(get_name, "get_name", HPyFunc_VARARGS, .doc = "get_name(container, text)")
static HPy get_name_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy container;
    const char *name;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Os", &container, &name))
        return HPy_NULL;
    HPy result = HPy_GetItem_s(ctx, container, name);
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(change, "change", HPyFunc_VARARGS,
            .doc = "change(container, key, index, name, value): sets by all three ways")
static HPy change_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy container, key, value;
    long index;
    const char *name;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "OOlsO", &container, &key, &index, &name, &value))
        return HPy_NULL;
    int failed = HPy_SetItem(ctx, container, key, value) < 0 ||
                 HPy_SetItem_i(ctx, container, index, value) < 0 ||
                 HPy_SetItem_s(ctx, container, name, value) < 0;
    HPyTracker_Close(ctx, tracker);
    return failed ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(put_index, "put_index", HPyFunc_VARARGS, .doc = "put_index(container, index, value)")
static HPy put_index_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy container, value;
    long index;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "OlO", &container, &index, &value))
        return HPy_NULL;
    int failed = HPy_SetItem_i(ctx, container, index, value) < 0;
    HPyTracker_Close(ctx, tracker);
    return failed ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(delete, "delete", HPyFunc_VARARGS, .doc = "delete(container, key)")
static HPy delete_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    return HPy_DelItem(ctx, args[0], args[1]) < 0 ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(delete_index, "delete_index", HPyFunc_VARARGS)
static HPy delete_index_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy container;
    long index;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Ol", &container, &index))
        return HPy_NULL;
    int failed = HPy_DelItem_i(ctx, container, index) < 0;
    HPyTracker_Close(ctx, tracker);
    return failed ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(contains, "contains", HPyFunc_VARARGS)
static HPy contains_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    int result = HPy_Contains(ctx, args[0], args[1]);
    return result < 0 ? HPy_NULL : HPyBool_FromBool(ctx, result != 0);
}

HPyDef_METH(length, "length", HPyFunc_O)
static HPy length_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    HPy_ssize_t result = HPy_Length(ctx, x);
    return result < 0 ? HPy_NULL : HPyLong_FromSsize_t(ctx, result);
}

static HPyDef *defines[] = {
    &get, &get_index, &get_name, &change, &put_index, &delete, &delete_index, &contains,
    &length, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpyobject_items, definition)
