/* HPyDict_*, and a dict filled by way of a tracker. */
#include <hpy.h>

HPyDef_METH(check, "check", HPyFunc_O)
static HPy check_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    return HPyBool_FromBool(ctx, HPyDict_Check(ctx, x) != 0);
}

HPyDef_METH(empty, "empty", HPyFunc_NOARGS)
static HPy empty_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyDict_New(ctx);
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

static HPyDef *defines[] = {
    &check, &empty, &counted, &keys_and_copy, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpydict, definition)
