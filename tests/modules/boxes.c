/* Tuples, lists, dicts, slices, builders, trackers and item access. */
#include <hpy.h>

HPyDef_METH(kinds, "kinds", HPyFunc_O, .doc = "(tuple?, list?, dict?)")
static HPy kinds_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    return HPy_BuildValue(ctx, "OOO", HPyTuple_Check(ctx, x) ? ctx->h_True : ctx->h_False,
                          HPyList_Check(ctx, x) ? ctx->h_True : ctx->h_False,
                          HPyDict_Check(ctx, x) ? ctx->h_True : ctx->h_False);
}

HPyDef_METH(build_list, "build_list", HPyFunc_VARARGS, .doc = "The arguments, by a builder.")
static HPy build_list_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPyListBuilder builder = HPyListBuilder_New(ctx, (HPy_ssize_t)nargs);
    for (size_t i = 0; i < nargs; i++)
        HPyListBuilder_Set(ctx, builder, (HPy_ssize_t)i, args[nargs - 1 - i]);
    return HPyListBuilder_Build(ctx, builder);
}

HPyDef_METH(build_tuple, "build_tuple", HPyFunc_VARARGS, .doc = "The arguments, by a builder.")
static HPy build_tuple_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPyTupleBuilder cancelled = HPyTupleBuilder_New(ctx, (HPy_ssize_t)nargs);
    HPyTupleBuilder builder = HPyTupleBuilder_New(ctx, (HPy_ssize_t)nargs);
    for (size_t i = 0; i < nargs; i++) {
        HPyTupleBuilder_Set(ctx, cancelled, (HPy_ssize_t)i, args[i]);
        HPyTupleBuilder_Set(ctx, builder, (HPy_ssize_t)i, args[nargs - 1 - i]);
    }
    HPyTupleBuilder_Cancel(ctx, cancelled);
    return HPyTupleBuilder_Build(ctx, builder);
}

HPyDef_METH(grow, "grow", HPyFunc_VARARGS, .doc = "grow(list, x, times): appends in C")
static HPy grow_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy list, x;
    long times;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "OOl", &list, &x, &times))
        return HPy_NULL;
    int failed = 0;
    while (times-- > 0 && !failed)
        failed = HPyList_Append(ctx, list, x) < 0;
    HPyTracker_Close(ctx, tracker);
    return failed ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(empty, "empty", HPyFunc_NOARGS, .doc = "A new list, dict and tuple.")
static HPy empty_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    HPy list = HPyList_New(ctx, 0), dict = HPyDict_New(ctx);
    HPy tuple = HPyTuple_FromArray(ctx, NULL, 0);
    HPy result = HPyTuple_Pack(ctx, 3, list, dict, tuple);
    HPy_Close(ctx, list);
    HPy_Close(ctx, dict);
    HPy_Close(ctx, tuple);
    return result;
}

HPyDef_METH(counted, "counted", HPyFunc_O, .doc = "A dict of how often each character occurs.")
static HPy counted_impl(HPyContext *ctx, HPy self, HPy text)
{
    (void)self;
    HPy_ssize_t length = HPy_Length(ctx, text);
    if (length < 0)
        return HPy_NULL;
    HPy dict = HPyDict_New(ctx);
    HPyTracker tracker = HPyTracker_New(ctx, 4 * length);
    for (HPy_ssize_t i = 0; i < length; i++) {
        HPy key = HPy_GetItem_i(ctx, text, i);
        if (HPy_IsNull(key))
            goto error;
        HPyTracker_Add(ctx, tracker, key);
        int there = HPy_Contains(ctx, dict, key);
        if (there < 0)
            goto error;
        HPy count = there ? HPy_GetItem(ctx, dict, key) : HPyLong_FromLong(ctx, 0);
        HPyTracker_Add(ctx, tracker, count);
        HPy one = HPyLong_FromLong(ctx, 1);
        HPyTracker_Add(ctx, tracker, one);
        HPy next = HPy_Add(ctx, count, one);
        HPyTracker_Add(ctx, tracker, next);
        if (HPy_SetItem(ctx, dict, key, next) < 0)
            goto error;
    }
    HPyTracker_Close(ctx, tracker);
    return dict;
error:
    HPyTracker_Close(ctx, tracker);
    HPy_Close(ctx, dict);
    return HPy_NULL;
}

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

HPyDef_METH(keys_and_copy, "keys_and_copy", HPyFunc_O, .doc = "(list of keys, copy) of a dict")
static HPy keys_and_copy_impl(HPyContext *ctx, HPy self, HPy dict)
{
    (void)self;
    HPy keys = HPyDict_Keys(ctx, dict);
    if (HPy_IsNull(keys))
        return HPy_NULL;
    HPy copy = HPyDict_Copy(ctx, dict);
    HPy result = HPy_IsNull(copy) ? HPy_NULL : HPyTuple_Pack(ctx, 2, keys, copy);
    HPy_Close(ctx, keys);
    HPy_Close(ctx, copy);
    return result;
}

HPyDef_METH(slice_of, "slice_of", HPyFunc_VARARGS, .doc = "slice_of(slice, length)")
static HPy slice_of_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy slice;
    long of;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Ol", &slice, &of))
        return HPy_NULL;
    HPy_ssize_t start, stop, step;
    int failed = HPySlice_Unpack(ctx, slice, &start, &stop, &step) < 0;
    HPyTracker_Close(ctx, tracker);
    if (failed)
        return HPy_NULL;
    HPy_ssize_t count = HPySlice_AdjustIndices(ctx, of, &start, &stop, step);
    return HPy_BuildValue(ctx, "nnnn", start, stop, step, count);
}

HPyDef_METH(nested, "nested", HPyFunc_O, .doc = "What HPy_BuildValue nests.")
static HPy nested_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    return HPy_BuildValue(ctx, "(i[s(O)]{s:i,s:O}())", 1, "two", x, "a", 3, "b", x);
}

static HPyDef *defines[] = {
    &kinds, &build_list, &build_tuple, &grow, &empty, &counted, &get, &get_index, &get_name,
    &change, &put_index, &delete, &delete_index, &contains, &length, &keys_and_copy, &slice_of,
    &nested, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(boxes, definition)
