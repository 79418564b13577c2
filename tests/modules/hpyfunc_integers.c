/* Slots that return the integer that they are told to, with an error or without. */
#include "hpy.h"

static long long result;
static int raises;

static long long answer(HPyContext *ctx)
{
    if (raises)
        HPyErr_SetString(ctx, ctx->h_LookupError, "set");
    return result;
}

typedef struct { int unused; } Slots;
HPyType_HELPERS(Slots)

HPyDef_SLOT(s_bool, HPy_nb_bool)
static int s_bool_impl(HPyContext *ctx, HPy self) { return (int)answer(ctx); }

HPyDef_SLOT(s_hash, HPy_tp_hash)
static HPy_hash_t s_hash_impl(HPyContext *ctx, HPy self) { return (HPy_hash_t)answer(ctx); }

HPyDef_SLOT(s_contains, HPy_sq_contains)
static int s_contains_impl(HPyContext *ctx, HPy self, HPy key) { return (int)answer(ctx); }

HPyDef_SLOT(s_init, HPy_tp_init)
static int s_init_impl(HPyContext *ctx, HPy self, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    return (int)answer(ctx);
}

HPyDef_SLOT(s_getbuffer, HPy_bf_getbuffer)
static int s_getbuffer_impl(HPyContext *ctx, HPy self, HPy_buffer *buffer, int flags)
{
    static char memory[4] = "abc";
    static HPy_ssize_t shape[1] = {3}, strides[1] = {1};
    buffer->buf = memory;
    buffer->len = 3;
    buffer->itemsize = 1;
    buffer->readonly = 1;
    buffer->ndim = 1;
    buffer->format = "B";
    buffer->shape = shape;
    buffer->strides = strides;
    buffer->suboffsets = NULL;
    buffer->internal = NULL;
    int status = (int)answer(ctx);
    buffer->obj = status < 0 ? HPy_NULL : HPy_Dup(ctx, self);
    return status;
}

HPyDef_GETSET(s_value, "value")
static HPy s_value_get(HPyContext *ctx, HPy self, void *closure) { return HPy_Dup(ctx, ctx->h_None); }
static int s_value_set(HPyContext *ctx, HPy self, HPy value, void *closure) { return (int)answer(ctx); }

static HPyDef *slots_defines[] = {
    &s_bool, &s_hash, &s_contains, &s_init, &s_getbuffer, &s_value, NULL,
};
static HPyType_Spec slots_spec = {
    .name = "hpyfunc_integers.Slots",
    .basicsize = sizeof(Slots),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
    .builtin_shape = SHAPE(Slots),
    .defines = slots_defines,
};

typedef struct { int unused; } Sequence;
HPyType_HELPERS(Sequence)

HPyDef_SLOT(q_length, HPy_sq_length)
static HPy_ssize_t q_length_impl(HPyContext *ctx, HPy self) { return (HPy_ssize_t)answer(ctx); }

HPyDef_SLOT(q_set, HPy_sq_ass_item)
static int q_set_impl(HPyContext *ctx, HPy self, HPy_ssize_t index, HPy value)
{
    return (int)answer(ctx);
}

static HPyDef *sequence_defines[] = {&q_length, &q_set, NULL};
static HPyType_Spec sequence_spec = {
    .name = "hpyfunc_integers.Sequence",
    .basicsize = sizeof(Sequence),
    .builtin_shape = SHAPE(Sequence),
    .defines = sequence_defines,
};

typedef struct { int unused; } Mapping;
HPyType_HELPERS(Mapping)

HPyDef_SLOT(m_length, HPy_mp_length)
static HPy_ssize_t m_length_impl(HPyContext *ctx, HPy self) { return (HPy_ssize_t)answer(ctx); }

HPyDef_SLOT(m_set, HPy_mp_ass_subscript)
static int m_set_impl(HPyContext *ctx, HPy self, HPy key, HPy value) { return (int)answer(ctx); }

static HPyDef *mapping_defines[] = {&m_length, &m_set, NULL};
static HPyType_Spec mapping_spec = {
    .name = "hpyfunc_integers.Mapping",
    .basicsize = sizeof(Mapping),
    .builtin_shape = SHAPE(Mapping),
    .defines = mapping_defines,
};

HPyDef_METH(tell, "tell", HPyFunc_VARARGS)
static HPy tell_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    int error;
    long long value;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "Li", &value, &error))
        return HPy_NULL;
    result = value;
    raises = error;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_SLOT(exec, HPy_mod_exec)
static int exec_impl(HPyContext *ctx, HPy module)
{
    if (!HPyHelpers_AddType(ctx, module, "Slots", &slots_spec, NULL) ||
        !HPyHelpers_AddType(ctx, module, "Sequence", &sequence_spec, NULL) ||
        !HPyHelpers_AddType(ctx, module, "Mapping", &mapping_spec, NULL))
        return -1;
    return 0;
}

static HPyDef *defines[] = {&exec, &tell, NULL};
static HPyModuleDef module_def = {.defines = defines};
HPy_MODINIT(hpyfunc_integers, module_def)
