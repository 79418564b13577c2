/* Sizes that are negative or beyond all memory, and recursion through C. */
#include <hpy.h>
#include <string.h>

static HPy_ssize_t size_of(HPyContext *ctx, HPy n)
{
    return HPyLong_AsSsize_t(ctx, n);
}

/* ---- sizes ---- */

HPyDef_METH(list_new, "list_new", HPyFunc_O)
static HPy list_new_impl(HPyContext *ctx, HPy self, HPy n)
{
    return HPyList_New(ctx, size_of(ctx, n));
}

HPyDef_METH(list_builder, "list_builder", HPyFunc_O)
static HPy list_builder_impl(HPyContext *ctx, HPy self, HPy n)
{
    HPyListBuilder builder = HPyListBuilder_New(ctx, size_of(ctx, n));
    HPyListBuilder_Set(ctx, builder, 0, self);
    return HPyListBuilder_Build(ctx, builder);
}

HPyDef_METH(tuple_builder, "tuple_builder", HPyFunc_O)
static HPy tuple_builder_impl(HPyContext *ctx, HPy self, HPy n)
{
    HPyTupleBuilder builder = HPyTupleBuilder_New(ctx, size_of(ctx, n));
    HPyTupleBuilder_Set(ctx, builder, 0, self);
    return HPyTupleBuilder_Build(ctx, builder);
}

HPyDef_METH(tuple_from_array, "tuple_from_array", HPyFunc_O)
static HPy tuple_from_array_impl(HPyContext *ctx, HPy self, HPy n)
{
    HPy items[] = { n };
    return HPyTuple_FromArray(ctx, items, size_of(ctx, n));
}

HPyDef_METH(call_many, "call_many", HPyFunc_O, .doc = "Calls int with n arguments.")
static HPy call_many_impl(HPyContext *ctx, HPy self, HPy n)
{
    HPy args[] = { n };
    return HPy_Call(ctx, ctx->h_LongType, args, (size_t)size_of(ctx, n), HPy_NULL);
}

HPyDef_METH(call_method_many, "call_method_many", HPyFunc_O)
static HPy call_method_many_impl(HPyContext *ctx, HPy self, HPy n)
{
    HPy args[] = { n };
    HPy name = HPyUnicode_FromString(ctx, "bit_length");
    HPy result = HPy_CallMethod(ctx, name, args, (size_t)size_of(ctx, n), HPy_NULL);
    HPy_Close(ctx, name);
    return result;
}

HPyDef_METH(bytes_from, "bytes_from", HPyFunc_O)
static HPy bytes_from_impl(HPyContext *ctx, HPy self, HPy n)
{
    return HPyBytes_FromStringAndSize(ctx, "four", size_of(ctx, n));
}

HPyDef_METH(tracker_new, "tracker_new", HPyFunc_O)
static HPy tracker_new_impl(HPyContext *ctx, HPy self, HPy n)
{
    HPyTracker tracker = HPyTracker_New(ctx, size_of(ctx, n));
    if (HPy_IsNull(tracker))
        return HPy_NULL;
    HPyTracker_Close(ctx, tracker);
    return HPy_Dup(ctx, ctx->h_True);
}

HPyDef_METH(wide, "wide", HPyFunc_O)
static HPy wide_impl(HPyContext *ctx, HPy self, HPy n)
{
    return HPyUnicode_FromWideChar(ctx, L"wide", size_of(ctx, n));
}

HPyDef_METH(substring, "substring", HPyFunc_VARARGS)
static HPy substring_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    return HPyUnicode_Substring(ctx, args[0], size_of(ctx, args[1]), size_of(ctx, args[2]));
}

HPyDef_METH(read_char, "read_char", HPyFunc_VARARGS)
static HPy read_char_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy_UCS4 c = HPyUnicode_ReadChar(ctx, args[0], size_of(ctx, args[1]));
    return HPyErr_Occurred(ctx) ? HPy_NULL : HPyLong_FromUInt32_t(ctx, c);
}

HPyDef_METH(item, "item", HPyFunc_VARARGS)
static HPy item_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    return HPy_GetItem_i(ctx, args[0], size_of(ctx, args[1]));
}

HPyDef_METH(multiply, "multiply", HPyFunc_VARARGS)
static HPy multiply_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    return HPy_Multiply(ctx, args[0], args[1]);
}

HPyDef_METH(big, "big", HPyFunc_VARARGS, .doc = "big(n, conversion)")
static HPy big_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy n = args[0];
    switch (HPyLong_AsInt32_t(ctx, args[1])) {
    case 0: { int64_t v = HPyLong_AsInt64_t(ctx, n);
              return HPyErr_Occurred(ctx) ? HPy_NULL : HPyLong_FromInt64_t(ctx, v); }
    case 1: { uint64_t v = HPyLong_AsUInt64_t(ctx, n);
              return HPyErr_Occurred(ctx) ? HPy_NULL : HPyLong_FromUInt64_t(ctx, v); }
    case 2: return HPyLong_FromUInt64_t(ctx, HPyLong_AsUInt64_tMask(ctx, n));
    case 3: { double v = HPyLong_AsDouble(ctx, n);
              return HPyErr_Occurred(ctx) ? HPy_NULL : HPyFloat_FromDouble(ctx, v); }
    case 4: { size_t v = HPyLong_AsSize_t(ctx, n);
              return HPyErr_Occurred(ctx) ? HPy_NULL : HPyLong_FromSize_t(ctx, v); }
    case 5: { HPy_hash_t v = HPy_Hash(ctx, n);
              return v == -1 ? HPy_NULL : HPyLong_FromSsize_t(ctx, v); }
    default: { HPy sum = HPy_Add(ctx, n, n);
               HPy difference = HPy_Subtract(ctx, sum, n);
               HPy_Close(ctx, sum);
               return difference; }
    }
}

HPyDef_METH(copy_text, "copy_text", HPyFunc_O, .doc = "The first byte of a long text")
static HPy copy_text_impl(HPyContext *ctx, HPy self, HPy x)
{
    const char *memory = HPyUnicode_Check(ctx, x) ? HPyUnicode_AsUTF8AndSize(ctx, x, NULL)
                                                  : HPyBytes_AsString(ctx, x);
    return memory ? HPyLong_FromLong(ctx, memory[0]) : HPy_NULL;
}

HPyDef_METH(decode, "decode", HPyFunc_VARARGS, .doc = "decode(bytes, how)")
static HPy decode_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    const char *memory = HPyBytes_AsString(ctx, args[0]);
    HPy_ssize_t size = HPyBytes_Size(ctx, args[0]);
    if (memory == NULL)
        return HPy_NULL;
    switch (HPyLong_AsInt32_t(ctx, args[1])) {
    case 0: return HPyUnicode_DecodeASCII(ctx, memory, size, NULL);
    case 1: return HPyUnicode_DecodeLatin1(ctx, memory, size, NULL);
    case 2: return HPyUnicode_DecodeFSDefaultAndSize(ctx, memory, size);
    case 3: return HPyUnicode_FromString(ctx, memory);
    default: return HPyBytes_FromStringAndSize(ctx, memory, size);
    }
}

/* ---- instances ---- */

HPyDef_METH(make_type, "make_type", HPyFunc_VARARGS, .doc = "make_type(basicsize)")
static HPy make_type_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPyType_Spec spec = {
        .name = "limits_calls.Large",
        .basicsize = HPyLong_AsInt32_t(ctx, args[0]),
        .builtin_shape = HPyType_BuiltinShape_Object,
        .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
    };
    if (HPyErr_Occurred(ctx))
        return HPy_NULL;
    return HPyType_FromSpec(ctx, &spec, NULL);
}

HPyDef_METH(make, "make", HPyFunc_O, .doc = "make(cls): HPy_New")
static HPy make_impl(HPyContext *ctx, HPy self, HPy cls)
{
    void *data;
    return HPy_New(ctx, cls, &data);
}

/* ---- recursion ---- */

HPyDef_METH(call, "call", HPyFunc_VARARGS, .doc = "call(f, *args) -> f(*args)")
static HPy call_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    return HPy_Call(ctx, args[0], args + 1, nargs - 1, HPy_NULL);
}

HPyDef_METH(itself, "itself", HPyFunc_O, .doc = "itself(f) -> f(f)")
static HPy itself_impl(HPyContext *ctx, HPy self, HPy f)
{
    return HPy_Call(ctx, f, &f, 1, HPy_NULL);
}

HPyDef_METH(call_tuple, "call_tuple", HPyFunc_O, .doc = "call_tuple(f) -> f(f)")
static HPy call_tuple_impl(HPyContext *ctx, HPy self, HPy f)
{
    HPy args = HPyTuple_FromArray(ctx, &f, 1);
    HPy result = HPy_CallTupleDict(ctx, f, args, HPy_NULL);
    HPy_Close(ctx, args);
    return result;
}

HPyDef_METH(call_method, "call_method", HPyFunc_VARARGS, .doc = "call_method(x, name) -> x.name()")
static HPy call_method_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    return HPy_CallMethod(ctx, args[1], args, 1, HPy_NULL);
}

HPyDef_METH(show, "show", HPyFunc_O, .doc = "show(x) -> repr(x)")
static HPy show_impl(HPyContext *ctx, HPy self, HPy x)
{
    return HPy_Repr(ctx, x);
}

/* An endless loop: every slot does the same to the object again. */
typedef struct {
    HPyField next;
} Loop;
HPyType_HELPERS(Loop)

HPyDef_SLOT(Loop_new, HPy_tp_new)
static HPy Loop_new_impl(HPyContext *ctx, HPy cls, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    Loop *loop;
    HPy result = HPy_New(ctx, cls, &loop);
    if (!HPy_IsNull(result) && nargs > 0)
        HPyField_Store(ctx, result, &loop->next, args[0]);
    return result;
}

HPyDef_SLOT(Loop_traverse, HPy_tp_traverse)
static int Loop_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Loop *)self)->next);
    return 0;
}

HPyDef_SLOT(Loop_repr, HPy_tp_repr)
static HPy Loop_repr_impl(HPyContext *ctx, HPy self)
{
    return HPy_Repr(ctx, self);
}

HPyDef_SLOT(Loop_str, HPy_tp_str)
static HPy Loop_str_impl(HPyContext *ctx, HPy self)
{
    return HPy_Str(ctx, self);
}

HPyDef_SLOT(Loop_call, HPy_tp_call)
static HPy Loop_call_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    return HPy_Call(ctx, self, args, nargs, kwnames);
}

HPyDef_SLOT(Loop_compare, HPy_tp_richcompare)
static HPy Loop_compare_impl(HPyContext *ctx, HPy a, HPy b, HPy_RichCmpOp op)
{
    return HPy_RichCompare(ctx, a, b, op);
}

HPyDef_SLOT(Loop_hash, HPy_tp_hash)
static HPy_hash_t Loop_hash_impl(HPyContext *ctx, HPy self)
{
    return HPy_Hash(ctx, self);
}

HPyDef_SLOT(Loop_add, HPy_nb_add)
static HPy Loop_add_impl(HPyContext *ctx, HPy a, HPy b)
{
    return HPy_Add(ctx, a, b);
}

HPyDef_SLOT(Loop_negative, HPy_nb_negative)
static HPy Loop_negative_impl(HPyContext *ctx, HPy self)
{
    return HPy_Negative(ctx, self);
}

HPyDef_SLOT(Loop_subscript, HPy_mp_subscript)
static HPy Loop_subscript_impl(HPyContext *ctx, HPy self, HPy key)
{
    return HPy_GetItem(ctx, self, key);
}

HPyDef_SLOT(Loop_store, HPy_mp_ass_subscript)
static int Loop_store_impl(HPyContext *ctx, HPy self, HPy key, HPy value)
{
    return HPy_IsNull(value) ? HPy_DelItem(ctx, self, key) : HPy_SetItem(ctx, self, key, value);
}

HPyDef_SLOT(Loop_length, HPy_mp_length)
static HPy_ssize_t Loop_length_impl(HPyContext *ctx, HPy self)
{
    return HPy_Length(ctx, self);
}

HPyDef_SLOT(Loop_contains, HPy_sq_contains)
static int Loop_contains_impl(HPyContext *ctx, HPy self, HPy key)
{
    return HPy_Contains(ctx, self, key);
}

HPyDef_SLOT(Loop_bool, HPy_nb_bool)
static int Loop_bool_impl(HPyContext *ctx, HPy self)
{
    return HPy_IsTrue(ctx, self);
}

HPyDef_SLOT(Loop_repeat, HPy_sq_repeat)
static HPy Loop_repeat_impl(HPyContext *ctx, HPy self, HPy_ssize_t n)
{
    return HPyLong_FromSsize_t(ctx, n);
}

HPyDef_GETSET(Loop_attribute, "attribute")
static HPy Loop_attribute_get(HPyContext *ctx, HPy self, void *closure)
{
    return HPy_GetAttr_s(ctx, self, "attribute");
}

static int Loop_attribute_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    return HPy_SetAttr_s(ctx, self, "attribute", value);
}

HPyDef_METH(Loop_method, "method", HPyFunc_NOARGS)
static HPy Loop_method_impl(HPyContext *ctx, HPy self)
{
    HPy name = HPyUnicode_FromString(ctx, "method");
    HPy result = HPy_CallMethod(ctx, name, &self, 1, HPy_NULL);
    HPy_Close(ctx, name);
    return result;
}

static HPyDef *Loop_defines[] = {
    &Loop_new, &Loop_traverse, &Loop_repr, &Loop_str, &Loop_call, &Loop_compare, &Loop_hash,
    &Loop_add, &Loop_negative, &Loop_subscript, &Loop_store, &Loop_length, &Loop_contains,
    &Loop_bool, &Loop_repeat, &Loop_attribute, &Loop_method, NULL,
};

static HPyType_Spec Loop_spec = {
    .name = "limits_calls.Loop",
    .basicsize = sizeof(Loop),
    .builtin_shape = SHAPE(Loop),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .defines = Loop_defines,
};

/* A type whose instances make another one when they go, without Python code. */
typedef struct {
    char nothing;
} Phoenix;
HPyType_HELPERS(Phoenix)

static long finalized;

HPyDef_SLOT(Phoenix_finalize, HPy_tp_finalize)
static void Phoenix_finalize_impl(HPyContext *ctx, HPy self)
{
    Phoenix *data;
    finalized++;
    HPy type = HPy_Type(ctx, self);
    HPy next = HPy_New(ctx, type, &data);
    HPy_Close(ctx, type);
    HPy_Close(ctx, next);
}

static HPyDef *Phoenix_defines[] = {&Phoenix_finalize, NULL};

static HPyType_Spec Phoenix_spec = {
    .name = "limits_calls.Phoenix",
    .basicsize = sizeof(Phoenix),
    .builtin_shape = SHAPE(Phoenix),
    .defines = Phoenix_defines,
};

HPyDef_METH(take_finalized, "take_finalized", HPyFunc_NOARGS)
static HPy take_finalized_impl(HPyContext *ctx, HPy self)
{
    long count = finalized;
    finalized = 0;
    return HPyLong_FromLong(ctx, count);
}

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    bool is_done = HPyHelpers_AddType(ctx, module, "Loop", &Loop_spec, NULL)
        && HPyHelpers_AddType(ctx, module, "Phoenix", &Phoenix_spec, NULL);
    return is_done ? 0 : -1;
}

static HPyDef *defines[] = {
    &list_new, &list_builder, &tuple_builder, &tuple_from_array, &call_many, &call_method_many,
    &bytes_from, &tracker_new, &wide, &substring, &read_char, &item, &multiply, &big, &copy_text,
    &decode, &make_type, &make, &call, &itself, &call_tuple, &call_method, &show, &take_finalized, &module_exec, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(limits_calls, definition)
