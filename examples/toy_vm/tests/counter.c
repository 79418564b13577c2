/* A module with a function, a type and an error, for the command to call. */
#include "hpy.h"

typedef struct {
    int64_t count;
} Counter;
HPyType_HELPERS(Counter)

HPyDef_METH(triple, "triple", HPyFunc_O)
static HPy triple_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy twice = HPy_Add(ctx, arg, arg);
    if (HPy_IsNull(twice))
        return HPy_NULL;
    HPy result = HPy_Add(ctx, twice, arg);
    HPy_Close(ctx, twice);
    return result;
}

HPyDef_SLOT(Counter_new, HPy_tp_new)
static HPy Counter_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    Counter *counter;
    HPy self = HPy_New(ctx, type, &counter);
    if (!HPy_IsNull(self) && nargs > 0)
        counter->count = HPyLong_AsInt64_t(ctx, args[0]);
    return self;
}

HPyDef_METH(Counter_next, "next", HPyFunc_NOARGS)
static HPy Counter_next_impl(HPyContext *ctx, HPy self)
{
    return HPyLong_FromInt64_t(ctx, ++Counter_AsStruct(ctx, self)->count);
}

HPyDef_MEMBER(Counter_count, "count", HPyMember_LONGLONG, offsetof(Counter, count))

HPyDef_GET(Counter_twice, "twice")
static HPy Counter_twice_get(HPyContext *ctx, HPy self, void *closure)
{
    return HPyLong_FromInt64_t(ctx, 2 * Counter_AsStruct(ctx, self)->count);
}

HPyDef_SLOT(Counter_repr, HPy_tp_repr)
static HPy Counter_repr_impl(HPyContext *ctx, HPy self)
{
    char text[40];
    snprintf(text, sizeof text, "Counter(%lld)", (long long)Counter_AsStruct(ctx, self)->count);
    return HPyUnicode_FromString(ctx, text);
}

static HPyDef *counter_defines[] = {
    &Counter_new, &Counter_next, &Counter_count, &Counter_twice, &Counter_repr, NULL,
};
static HPyType_Spec counter_spec = {
    .name = "counter.Counter",
    .basicsize = sizeof(Counter),
    .builtin_shape = HPyType_BuiltinShape_Object,
    .defines = counter_defines,
};

HPyDef_METH(walk, "walk", HPyFunc_O, .doc = "Uses an instance as Python code would.")
static HPy walk_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy type = HPyType_FromSpec(ctx, &counter_spec, NULL);
    if (HPy_IsNull(type))
        return HPy_NULL;
    HPy counter = HPy_Call(ctx, type, &arg, 1, HPy_NULL);
    HPy_Close(ctx, type);
    if (HPy_IsNull(counter))
        return HPy_NULL;
    HPy next = HPy_GetAttr_s(ctx, counter, "next");
    HPy first = HPy_Call(ctx, next, NULL, 0, HPy_NULL);
    HPy count = HPy_GetAttr_s(ctx, counter, "count");
    HPy twice = HPy_GetAttr_s(ctx, counter, "twice");
    HPy items[] = {first, count, twice, next, counter};
    HPy result = HPyTuple_FromArray(ctx, items, 3);
    for (int i = 0; i < 5; i++)
        HPy_Close(ctx, items[i]);
    return result;
}

HPyDef_METH(fail, "fail", HPyFunc_NOARGS)
static HPy fail_impl(HPyContext *ctx, HPy self)
{
    HPyErr_SetString(ctx, ctx->h_ValueError, "as it was asked to");
    return HPy_NULL;
}

HPyDef_SLOT(execute, HPy_mod_exec)
static int execute_impl(HPyContext *ctx, HPy module)
{
    HPy limit = HPyLong_FromInt64_t(ctx, 7);
    int status = HPy_SetAttr_s(ctx, module, "limit", limit);
    HPy_Close(ctx, limit);
    return status < 0 || !HPyHelpers_AddType(ctx, module, "Counter", &counter_spec, NULL);
}

static HPyDef *defines[] = {&triple, &walk, &fail, &execute, NULL};
static HPyModuleDef moduledef = {.defines = defines};
HPy_MODINIT(counter, moduledef)
