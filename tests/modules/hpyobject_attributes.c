/* HPy_GetAttr*, HPy_HasAttr*, HPy_SetAttr*, HPy_DelAttr. */
#include <hpy.h>

HPyDef_METH(get_attribute, "get_attribute", HPyFunc_VARARGS,
            .doc = "get_attribute(object, name): by object and by C string")
static HPy get_attribute_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy object, name;
    const char *text;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "OO", &object, &name))
        return HPy_NULL;
    HPy result = HPy_NULL;
    HPy first = HPy_GetAttr(ctx, object, name);
    if (HPy_IsNull(first))
        goto done;
    text = HPyUnicode_AsUTF8AndSize(ctx, name, NULL);
    HPy second = text == NULL ? HPy_NULL : HPy_GetAttr_s(ctx, object, text);
    if (!HPy_IsNull(second))
        result = HPyTuple_Pack(ctx, 2, first, second);
    HPy_Close(ctx, first);
    HPy_Close(ctx, second);
done:
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(has_attribute, "has_attribute", HPyFunc_VARARGS)
static HPy has_attribute_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy object;
    const char *name;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Os", &object, &name))
        return HPy_NULL;
    int has = HPy_HasAttr_s(ctx, object, name);
    HPyTracker_Close(ctx, tracker);
    return HPyBool_FromBool(ctx, has != 0);
}

HPyDef_METH(set_attribute, "set_attribute", HPyFunc_VARARGS, .doc = "set_attribute(o, name, value)")
static HPy set_attribute_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 3)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "three arguments"), HPy_NULL;
    if (HPy_SetAttr(ctx, args[0], args[1], args[2]) < 0)
        return HPy_NULL;
    if (HPy_SetAttr_s(ctx, args[0], "set_by_c", args[2]) < 0)
        return HPy_NULL;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(delete_attribute, "delete_attribute", HPyFunc_VARARGS)
static HPy delete_attribute_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    return HPy_DelAttr(ctx, args[0], args[1]) < 0 ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

static HPyDef *defines[] = {
    &get_attribute, &has_attribute, &set_attribute, &delete_attribute, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpyobject_attributes, definition)
