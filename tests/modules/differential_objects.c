/* Each context function about objects and containers, one Python function each. */
#include <hpy.h>

#define TAKE(COUNT)                                                             \
    if (nargs != COUNT)                                                         \
    return HPyErr_SetString(ctx, ctx->h_TypeError, "takes " #COUNT), HPy_NULL

/* A function of COUNT arguments, whose body sees `args`. */
#define FUNCTION(NAME, COUNT)                                                   \
    static HPy NAME##_body(HPyContext *ctx, const HPy *args);                   \
    HPyDef_METH(NAME, #NAME, HPyFunc_VARARGS)                                   \
    static HPy NAME##_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs) \
    {                                                                           \
        (void)self;                                                             \
        TAKE(COUNT);                                                            \
        return NAME##_body(ctx, args);                                          \
    }                                                                           \
    static HPy NAME##_body(HPyContext *ctx, const HPy *args)

static HPy nothing(HPyContext *ctx, int failed)
{
    return failed < 0 ? HPy_NULL : HPyLong_FromLong(ctx, failed);
}

#define TEXT(VARIABLE, HANDLE)                                                  \
    const char *VARIABLE = HPyUnicode_AsUTF8AndSize(ctx, HANDLE, NULL);         \
    if (VARIABLE == NULL)                                                       \
    return HPy_NULL

#define SIZE(VARIABLE, HANDLE)                                                  \
    HPy_ssize_t VARIABLE = HPyLong_AsSsize_t(ctx, HANDLE);                      \
    if (VARIABLE == -1 && HPyErr_Occurred(ctx))                                 \
    return HPy_NULL

FUNCTION(get_attr, 2) { return HPy_GetAttr(ctx, args[0], args[1]); }
FUNCTION(get_attr_s, 2) { TEXT(name, args[1]); return HPy_GetAttr_s(ctx, args[0], name); }
FUNCTION(has_attr, 2) { return nothing(ctx, HPy_HasAttr(ctx, args[0], args[1])); }
FUNCTION(has_attr_s, 2) { TEXT(name, args[1]); return nothing(ctx, HPy_HasAttr_s(ctx, args[0], name)); }
FUNCTION(set_attr, 3) { return nothing(ctx, HPy_SetAttr(ctx, args[0], args[1], args[2])); }
FUNCTION(set_attr_s, 3) { TEXT(name, args[1]); return nothing(ctx, HPy_SetAttr_s(ctx, args[0], name, args[2])); }
FUNCTION(del_attr, 2) { return nothing(ctx, HPy_DelAttr(ctx, args[0], args[1])); }
FUNCTION(del_attr_s, 2) { TEXT(name, args[1]); return nothing(ctx, HPy_DelAttr_s(ctx, args[0], name)); }
FUNCTION(get_item, 2) { return HPy_GetItem(ctx, args[0], args[1]); }
FUNCTION(get_item_i, 2) { SIZE(index, args[1]); return HPy_GetItem_i(ctx, args[0], index); }
FUNCTION(get_item_s, 2) { TEXT(key, args[1]); return HPy_GetItem_s(ctx, args[0], key); }
FUNCTION(set_item, 3) { return nothing(ctx, HPy_SetItem(ctx, args[0], args[1], args[2])); }
FUNCTION(set_item_i, 3) { SIZE(index, args[1]); return nothing(ctx, HPy_SetItem_i(ctx, args[0], index, args[2])); }
FUNCTION(set_item_s, 3) { TEXT(key, args[1]); return nothing(ctx, HPy_SetItem_s(ctx, args[0], key, args[2])); }
FUNCTION(del_item, 2) { return nothing(ctx, HPy_DelItem(ctx, args[0], args[1])); }
FUNCTION(del_item_i, 2) { SIZE(index, args[1]); return nothing(ctx, HPy_DelItem_i(ctx, args[0], index)); }
FUNCTION(del_item_s, 2) { TEXT(key, args[1]); return nothing(ctx, HPy_DelItem_s(ctx, args[0], key)); }
FUNCTION(contains, 2) { return nothing(ctx, HPy_Contains(ctx, args[0], args[1])); }

FUNCTION(length, 1)
{
    HPy_ssize_t length = HPy_Length(ctx, args[0]);
    return length == -1 && HPyErr_Occurred(ctx) ? HPy_NULL : HPyLong_FromSsize_t(ctx, length);
}

FUNCTION(repr, 1) { return HPy_Repr(ctx, args[0]); }
FUNCTION(str, 1) { return HPy_Str(ctx, args[0]); }
FUNCTION(ascii, 1) { return HPy_ASCII(ctx, args[0]); }
FUNCTION(bytes, 1) { return HPy_Bytes(ctx, args[0]); }

FUNCTION(rich_compare, 3)
{
    SIZE(operator, args[2]);
    return HPy_RichCompare(ctx, args[0], args[1], (int)operator);
}

FUNCTION(rich_compare_bool, 3)
{
    SIZE(operator, args[2]);
    return nothing(ctx, HPy_RichCompareBool(ctx, args[0], args[1], (int)operator));
}

/* What a hash is differs between implementations; whether there is one, and
   that equal objects have equal hashes, does not. */
FUNCTION(same_hash, 2)
{
    HPy_hash_t a = HPy_Hash(ctx, args[0]);
    if (a == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    HPy_hash_t b = HPy_Hash(ctx, args[1]);
    if (b == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    return HPyBool_FromBool(ctx, a == b);
}

FUNCTION(hash, 1)
{
    HPy_hash_t hash = HPy_Hash(ctx, args[0]);
    return hash == -1 && HPyErr_Occurred(ctx) ? HPy_NULL : HPyLong_FromSsize_t(ctx, hash);
}

FUNCTION(type, 1) { return HPy_Type(ctx, args[0]); }
FUNCTION(type_check, 2) { return nothing(ctx, HPy_TypeCheck(ctx, args[0], args[1])); }
FUNCTION(is_subtype, 2) { return nothing(ctx, HPyType_IsSubtype(ctx, args[0], args[1])); }
FUNCTION(is, 2) { return nothing(ctx, HPy_Is(ctx, args[0], args[1])); }
FUNCTION(type_name, 1) { return HPyUnicode_FromString(ctx, HPyType_GetName(ctx, args[0])); }

FUNCTION(list_append, 2) { return nothing(ctx, HPyList_Append(ctx, args[0], args[1])); }
FUNCTION(dict_keys, 1) { return HPyDict_Keys(ctx, args[0]); }
FUNCTION(dict_copy, 1) { return HPyDict_Copy(ctx, args[0]); }
FUNCTION(dict_new, 0) { (void)args; return HPyDict_New(ctx); }

HPyDef_METH(tuple_from_array, "tuple_from_array", HPyFunc_VARARGS)
static HPy tuple_from_array_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    return HPyTuple_FromArray(ctx, (HPy *)args, (HPy_ssize_t)nargs);
}

#define BUILT(NAME, BUILDER)                                                    \
    HPyDef_METH(NAME, #NAME, HPyFunc_VARARGS)                                   \
    static HPy NAME##_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs) \
    {                                                                           \
        (void)self;                                                             \
        BUILDER builder = BUILDER##_New(ctx, (HPy_ssize_t)nargs);               \
        for (size_t i = nargs; i-- > 0;)                                        \
            BUILDER##_Set(ctx, builder, (HPy_ssize_t)i, args[i]);               \
        return BUILDER##_Build(ctx, builder);                                   \
    }

BUILT(built_list, HPyListBuilder)
BUILT(built_tuple, HPyTupleBuilder)

HPyDef_METH(cancelled, "cancelled", HPyFunc_VARARGS)
static HPy cancelled_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPyListBuilder builder = HPyListBuilder_New(ctx, (HPy_ssize_t)nargs + 1);
    for (size_t i = 0; i < nargs; i++)
        HPyListBuilder_Set(ctx, builder, (HPy_ssize_t)i, args[i]);
    HPyListBuilder_Cancel(ctx, builder);
    return HPyList_New(ctx, 0);
}

FUNCTION(tracked, 2)
{
    HPyTracker tracker = HPyTracker_New(ctx, 1);
    HPy result = HPy_Add(ctx, args[0], args[1]);
    for (int i = 0; i < 5 && !HPy_IsNull(result); i++) {
        HPyTracker_Add(ctx, tracker, result);
        result = HPy_Add(ctx, result, args[1]);
    }
    HPyTracker_Close(ctx, tracker);
    return result;
}

FUNCTION(slice_unpack, 2)
{
    if (!HPy_TypeCheck(ctx, args[0], ctx->h_SliceType))
        return HPyErr_SetString(ctx, ctx->h_TypeError, "no slice"), HPy_NULL;
    SIZE(length, args[1]);
    HPy_ssize_t start, stop, step;
    if (HPySlice_Unpack(ctx, args[0], &start, &stop, &step) < 0)
        return HPy_NULL;
    HPy_ssize_t count = HPySlice_AdjustIndices(ctx, length, &start, &stop, step);
    return HPy_BuildValue(ctx, "nnnn", start, stop, step, count);
}

HPyDef_METH(call, "call", HPyFunc_KEYWORDS)
static HPy call_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)self;
    if (nargs < 1)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "nothing to call"), HPy_NULL;
    return HPy_Call(ctx, args[0], args + 1, nargs - 1, kwnames);
}

HPyDef_METH(call_method, "call_method", HPyFunc_KEYWORDS)
static HPy call_method_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)self;
    if (nargs < 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "no method"), HPy_NULL;
    return HPy_CallMethod(ctx, args[0], args + 1, nargs - 1, kwnames);
}

FUNCTION(call_tuple_dict, 3) { return HPy_CallTupleDict(ctx, args[0], args[1], args[2]); }
FUNCTION(call_tuple, 2) { return HPy_CallTupleDict(ctx, args[0], args[1], HPy_NULL); }
FUNCTION(call_nothing, 1) { return HPy_CallTupleDict(ctx, args[0], HPy_NULL, HPy_NULL); }

FUNCTION(evaluate, 3)
{
    TEXT(source, args[0]);
    SIZE(kind, args[1]);
    HPy code = HPy_Compile_s(ctx, source, "<differential>", (HPy_SourceKind)kind);
    if (HPy_IsNull(code))
        return HPy_NULL;
    HPy result = HPy_EvalCode(ctx, code, args[2], args[2]);
    HPy_Close(ctx, code);
    return result;
}

FUNCTION(import, 1) { TEXT(name, args[0]); HPy module = HPyImport_ImportModule(ctx, name);
    if (HPy_IsNull(module))
        return HPy_NULL;
    HPy result = HPy_GetAttr_s(ctx, module, "__name__");
    HPy_Close(ctx, module);
    return result;
}

static HPyGlobal kept;

FUNCTION(global, 1)
{
    HPyGlobal_Store(ctx, &kept, args[0]);
    HPy result = HPyGlobal_Load(ctx, kept);
    HPyGlobal_Store(ctx, &kept, HPy_NULL);
    return result;
}

static HPyDef *defines[] = {
    &get_attr, &get_attr_s, &has_attr, &has_attr_s, &set_attr, &set_attr_s, &del_attr,
    &del_attr_s, &get_item, &get_item_i, &get_item_s, &set_item, &set_item_i, &set_item_s,
    &del_item, &del_item_i, &del_item_s, &contains, &length, &repr, &str, &ascii, &bytes,
    &rich_compare, &rich_compare_bool, &same_hash, &hash, &type, &type_check, &is_subtype, &is,
    &type_name, &list_append, &dict_keys, &dict_copy, &dict_new, &tuple_from_array, &built_list,
    &built_tuple, &cancelled, &tracked, &slice_unpack, &call, &call_method, &call_tuple_dict,
    &call_tuple, &call_nothing, &evaluate, &import, &global, NULL,
};

static HPyGlobal *globals[] = { &kept, NULL };

static HPyModuleDef definition = { .defines = defines, .globals = globals };

HPy_MODINIT(differential_objects, definition)
