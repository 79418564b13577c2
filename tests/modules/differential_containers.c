/* Sequence and mapping slots, attributes, calls, and the shapes of builtins. */
#include <hpy.h>

/* Sequence: only the slots of sequences, over a length. Index 77 raises. */
typedef struct {
    HPy_ssize_t length;
} Sequence;
HPyType_HELPERS(Sequence)

static HPy new_sized(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs)
{
    HPy_ssize_t length = nargs == 0 ? 3 : HPyLong_AsSsize_t(ctx, args[0]);
    if (length == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    Sequence *unused;
    HPy result = HPy_New(ctx, type, &unused);
    /* CPython's HPy_New gives a wrong pointer for a type made in Python. */
    if (!HPy_IsNull(result))
        Sequence_AsStruct(ctx, result)->length = length;
    return result;
}

HPyDef_SLOT(new, HPy_tp_new)
static HPy new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    (void)kw;
    return new_sized(ctx, type, args, nargs);
}

HPyDef_SLOT(sq_length, HPy_sq_length)
static HPy_ssize_t sq_length_impl(HPyContext *ctx, HPy self)
{
    HPy_ssize_t length = Sequence_AsStruct(ctx, self)->length;
    if (length < 0)
        return HPyErr_SetString(ctx, ctx->h_OSError, "negative"), -1;
    return length;
}

HPyDef_SLOT(sq_item, HPy_sq_item)
static HPy sq_item_impl(HPyContext *ctx, HPy self, HPy_ssize_t index)
{
    if (index == 77)
        return HPyErr_SetString(ctx, ctx->h_OSError, "77"), HPy_NULL;
    if (index < 0 || index >= Sequence_AsStruct(ctx, self)->length)
        return HPyErr_SetString(ctx, ctx->h_IndexError, "outside"), HPy_NULL;
    return HPyLong_FromSsize_t(ctx, index * 10);
}

HPyDef_SLOT(sq_ass_item, HPy_sq_ass_item)
static int sq_ass_item_impl(HPyContext *ctx, HPy self, HPy_ssize_t index, HPy value)
{
    (void)self;
    if (HPy_IsNull(value))
        HPyErr_Format(ctx, ctx->h_LookupError, "delete %zd", index);
    else
        HPyErr_Format(ctx, ctx->h_LookupError, "set %zd to %R", index, value);
    return -1;
}

HPyDef_SLOT(sq_concat, HPy_sq_concat)
static HPy sq_concat_impl(HPyContext *ctx, HPy a, HPy b)
{
    (void)a;
    return HPy_BuildValue(ctx, "(sO)", "concat", b);
}

HPyDef_SLOT(sq_inplace_concat, HPy_sq_inplace_concat)
static HPy sq_inplace_concat_impl(HPyContext *ctx, HPy a, HPy b)
{
    (void)a;
    return HPy_BuildValue(ctx, "(sO)", "inplace concat", b);
}

HPyDef_SLOT(sq_repeat, HPy_sq_repeat)
static HPy sq_repeat_impl(HPyContext *ctx, HPy a, HPy_ssize_t count)
{
    (void)a;
    return HPy_BuildValue(ctx, "(sn)", "repeat", count);
}

HPyDef_SLOT(sq_inplace_repeat, HPy_sq_inplace_repeat)
static HPy sq_inplace_repeat_impl(HPyContext *ctx, HPy a, HPy_ssize_t count)
{
    (void)a;
    return HPy_BuildValue(ctx, "(sn)", "inplace repeat", count);
}

HPyDef_SLOT(sq_contains, HPy_sq_contains)
static int sq_contains_impl(HPyContext *ctx, HPy self, HPy value)
{
    (void)self;
    return HPy_RichCompareBool(ctx, value, ctx->h_None, HPy_EQ);
}

static HPyDef *sequence_defines[] = {
    &new, &sq_length, &sq_item, &sq_ass_item, &sq_concat, &sq_inplace_concat, &sq_repeat,
    &sq_inplace_repeat, &sq_contains, NULL,
};
static HPyType_Spec sequence_spec = {
    .name = "differential_containers.Sequence",
    .basicsize = sizeof(Sequence),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
    .builtin_shape = SHAPE(Sequence),
    .defines = sequence_defines,
};

/* Mapping: the slots of mappings, and a call. Key None raises, integers end at 5. */
HPyDef_SLOT(mp_length, HPy_mp_length)
static HPy_ssize_t mp_length_impl(HPyContext *ctx, HPy self)
{
    return sq_length_impl(ctx, self);
}

HPyDef_SLOT(mp_subscript, HPy_mp_subscript)
static HPy mp_subscript_impl(HPyContext *ctx, HPy self, HPy key)
{
    (void)self;
    if (HPy_Is(ctx, key, ctx->h_None))
        return HPyErr_SetObject(ctx, ctx->h_KeyError, key), HPy_NULL;
    if (HPy_TypeCheck(ctx, key, ctx->h_LongType)) {
        /* Iteration by index has to end. */
        int64_t index = HPyLong_AsInt64_t(ctx, key);
        if (index == -1 && HPyErr_Occurred(ctx))
            return HPy_NULL;
        if (index > 5)
            return HPyErr_SetString(ctx, ctx->h_IndexError, "outside"), HPy_NULL;
    }
    return HPyTuple_Pack(ctx, 2, key, key);
}

HPyDef_SLOT(mp_ass_subscript, HPy_mp_ass_subscript)
static int mp_ass_subscript_impl(HPyContext *ctx, HPy self, HPy key, HPy value)
{
    (void)self;
    if (HPy_IsNull(value))
        HPyErr_Format(ctx, ctx->h_LookupError, "delete %R", key);
    else
        HPyErr_Format(ctx, ctx->h_LookupError, "set %R to %R", key, value);
    return -1;
}

HPyDef_SLOT(tp_call, HPy_tp_call)
static HPy tp_call_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)self;
    HPy_ssize_t named = HPy_IsNull(kwnames) ? 0 : HPy_Length(ctx, kwnames);
    HPy all = HPyTuple_FromArray(ctx, (HPy *)args, (HPy_ssize_t)nargs + named);
    HPy result = HPy_BuildValue(ctx, "(OOn)", all, HPy_IsNull(kwnames) ? ctx->h_None : kwnames,
                                (HPy_ssize_t)nargs);
    HPy_Close(ctx, all);
    return result;
}

static HPyDef *mapping_defines[] = {
    &new, &mp_length, &mp_subscript, &mp_ass_subscript, &tp_call, NULL,
};
static HPyType_Spec mapping_spec = {
    .name = "differential_containers.Mapping",
    .basicsize = sizeof(Sequence),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
    .builtin_shape = SHAPE(Sequence),
    .defines = mapping_defines,
};

/* Subtypes of builtins with a counter of their own. CPython lays the counter
   over the second item of a tuple: the script keeps to one. */
typedef struct {
    int counter;
} Counted;

#define COUNTED(NAME, SHAPE_NAME)                                               \
    HPyType_HELPERS(NAME, HPyType_BuiltinShape_##SHAPE_NAME)                    \
    HPyDef_METH(NAME##_count, "count_up", HPyFunc_NOARGS)                       \
    static HPy NAME##_count_impl(HPyContext *ctx, HPy self)                     \
    {                                                                           \
        return HPyLong_FromLong(ctx, ++NAME##_AsStruct(ctx, self)->counter);    \
    }                                                                           \
    HPyDef_MEMBER(NAME##_counter, "counter", HPyMember_INT, offsetof(Counted, counter)) \
    static HPyDef *NAME##_defines[] = { &NAME##_count, &NAME##_counter, NULL }; \
    static HPyType_Spec NAME##_spec = {                                         \
        .name = "differential_containers." #NAME,                               \
        .basicsize = sizeof(Counted),                                           \
        .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,                    \
        .builtin_shape = SHAPE(NAME),                                           \
        .defines = NAME##_defines,                                              \
    };

typedef Counted CountedInt;
typedef Counted CountedFloat;
typedef Counted CountedStr;
typedef Counted CountedTuple;
typedef Counted CountedList;
COUNTED(CountedInt, Long)
COUNTED(CountedFloat, Float)
COUNTED(CountedStr, Unicode)
COUNTED(CountedTuple, Tuple)
COUNTED(CountedList, List)

static int add(HPyContext *ctx, HPy module, const char *name, HPyType_Spec *spec, HPy base)
{
    HPyType_SpecParam params[] = { { HPyType_SpecParam_Base, base }, { 0 } };
    return HPyHelpers_AddType(ctx, module, name, spec, params);
}

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    int done = HPyHelpers_AddType(ctx, module, "Sequence", &sequence_spec, NULL) &&
               HPyHelpers_AddType(ctx, module, "Mapping", &mapping_spec, NULL) &&
               add(ctx, module, "CountedInt", &CountedInt_spec, ctx->h_LongType) &&
               add(ctx, module, "CountedFloat", &CountedFloat_spec, ctx->h_FloatType) &&
               add(ctx, module, "CountedStr", &CountedStr_spec, ctx->h_UnicodeType) &&
               add(ctx, module, "CountedTuple", &CountedTuple_spec, ctx->h_TupleType) &&
               add(ctx, module, "CountedList", &CountedList_spec, ctx->h_ListType);
    return done ? 0 : -1;
}

static HPyDef *defines[] = { &module_exec, NULL };
static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(differential_containers, definition)
