/* Breaches of HPy's contract that real extensions contain. Each function commits
 * one of them and returns what it would return if nothing were wrong. */
#include <hpy.h>
#include <string.h>

#define NONE HPy_Dup(ctx, ctx->h_None)

static void close_times(HPyContext *ctx, HPy h, int times)
{
    for (int i = 0; i < times; i++)
        HPy_Close(ctx, h);
}

/* ---- arguments, which belong to the caller ---- */

HPyDef_METH(close_arg, "close_arg", HPyFunc_O)
static HPy close_arg_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy_Close(ctx, x);
    return HPy_Repr(ctx, x);
}

HPyDef_METH(close_arg_often, "close_arg_often", HPyFunc_O)
static HPy close_arg_often_impl(HPyContext *ctx, HPy self, HPy x)
{
    close_times(ctx, x, 100);
    return HPy_Repr(ctx, x);
}

HPyDef_METH(return_arg, "return_arg", HPyFunc_O)
static HPy return_arg_impl(HPyContext *ctx, HPy self, HPy x)
{
    return x;
}

HPyDef_METH(close_and_return_arg, "close_and_return_arg", HPyFunc_O)
static HPy close_and_return_arg_impl(HPyContext *ctx, HPy self, HPy x)
{
    close_times(ctx, x, 3);
    return x;
}

HPyDef_METH(return_self, "return_self", HPyFunc_NOARGS)
static HPy return_self_impl(HPyContext *ctx, HPy self)
{
    return self;
}

HPyDef_METH(close_self, "close_self", HPyFunc_NOARGS)
static HPy close_self_impl(HPyContext *ctx, HPy self)
{
    close_times(ctx, self, 2);
    return HPy_GetAttr_s(ctx, self, "__name__");
}

HPyDef_METH(close_all_args, "close_all_args", HPyFunc_VARARGS)
static HPy close_all_args_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    for (size_t i = 0; i < nargs; i++)
        close_times(ctx, args[i], 2);
    return HPyTuple_FromArray(ctx, (HPy *)args, (HPy_ssize_t)nargs);
}

HPyDef_METH(close_keywords, "close_keywords", HPyFunc_KEYWORDS)
static HPy close_keywords_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs,
                               HPy kwnames)
{
    HPy_ssize_t names = HPy_IsNull(kwnames) ? 0 : HPy_Length(ctx, kwnames);
    for (size_t i = 0; i < nargs + (size_t)names; i++)
        HPy_Close(ctx, args[i]);
    HPy_Close(ctx, kwnames);
    HPy values = HPyTuple_FromArray(ctx, (HPy *)args, (HPy_ssize_t)nargs + names);
    HPy result = HPyTuple_Pack(ctx, 2, values, kwnames);
    HPy_Close(ctx, values);
    return result;
}

HPyDef_METH(parse_closed, "parse_closed", HPyFunc_VARARGS)
static HPy parse_closed_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy a, b;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OO", &a, &b))
        return HPy_NULL;
    HPy_Close(ctx, a);
    HPy_Close(ctx, b);
    HPy sum = HPy_Add(ctx, a, b);
    HPy_Close(ctx, a);
    return sum;
}

/* ---- results, used after they were closed ---- */

HPyDef_METH(use_attribute, "use_attribute", HPyFunc_O)
static HPy use_attribute_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy attribute = HPy_GetAttr_s(ctx, x, "attribute");
    HPy_Close(ctx, attribute);
    return HPy_Repr(ctx, attribute);
}

HPyDef_METH(use_item, "use_item", HPyFunc_O)
static HPy use_item_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy item = HPy_GetItem_i(ctx, x, 0);
    close_times(ctx, item, 3);
    return HPy_Repr(ctx, item);
}

/* Closes every item of a list before it uses the first one; calls a function in between. */
HPyDef_METH(use_items, "use_items", HPyFunc_VARARGS)
static HPy use_items_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy_ssize_t n = HPy_Length(ctx, args[0]), total = 0;
    HPy *items = malloc(n * sizeof(HPy));
    for (HPy_ssize_t i = 0; i < n; i++) {
        items[i] = HPy_GetItem_i(ctx, args[0], i);
        HPy_Close(ctx, items[i]);
    }
    HPy between = HPy_Call(ctx, args[1], NULL, 0, HPy_NULL);
    HPy_Close(ctx, between);
    for (HPy_ssize_t i = 0; i < n; i++) {
        HPy_ssize_t length = HPy_Length(ctx, items[i]);
        if (length < 0) {
            free(items);
            return HPy_NULL;
        }
        total += length;
    }
    free(items);
    return HPyLong_FromSsize_t(ctx, total);
}

HPyDef_METH(return_item, "return_item", HPyFunc_O)
static HPy return_item_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy item = HPy_GetItem_i(ctx, x, 0);
    HPy_Close(ctx, item);
    return item;
}

HPyDef_METH(dup_item, "dup_item", HPyFunc_O)
static HPy dup_item_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy item = HPy_GetItem_i(ctx, x, 0);
    HPy_Close(ctx, item);
    return HPy_Dup(ctx, item);
}

HPyDef_METH(close_dup, "close_dup", HPyFunc_O)
static HPy close_dup_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy item = HPy_GetItem_i(ctx, x, 0);
    HPy dup = HPy_Dup(ctx, item);
    close_times(ctx, dup, 2);
    HPy result = HPyTuple_Pack(ctx, 2, item, dup);
    HPy_Close(ctx, item);
    return result;
}

HPyDef_METH(store_closed, "store_closed", HPyFunc_VARARGS)
static HPy store_closed_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy item = HPy_GetItem_i(ctx, args[0], 0);
    HPy_Close(ctx, item);
    if (HPy_SetAttr_s(ctx, args[1], "stored", item) < 0)
        return HPy_NULL;
    return HPy_GetAttr_s(ctx, args[1], "stored");
}

HPyDef_METH(call_closed, "call_closed", HPyFunc_VARARGS)
static HPy call_closed_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy item = HPy_GetItem_i(ctx, args[0], 0);
    HPy function = HPy_GetAttr_s(ctx, args[1], "function");
    HPy_Close(ctx, item);
    HPy_Close(ctx, function);
    HPy pair[] = { item, item };
    return HPy_Call(ctx, function, pair, 2, HPy_NULL);
}

HPyDef_METH(keys, "keys", HPyFunc_O)
static HPy keys_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy list = HPyList_New(ctx, 0);
    HPy keys = HPyDict_Keys(ctx, x);
    for (HPy_ssize_t i = 0, n = HPy_Length(ctx, keys); i < n; i++) {
        HPy key = HPy_GetItem_i(ctx, keys, i);
        HPy_Close(ctx, key);
        HPyList_Append(ctx, list, key);
        HPy value = HPy_GetItem(ctx, x, key);
        HPy_Close(ctx, value);
        HPyList_Append(ctx, list, value);
    }
    HPy_Close(ctx, keys);
    return list;
}

HPyDef_METH(raise_closed, "raise_closed", HPyFunc_O)
static HPy raise_closed_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy value = HPy_GetItem_i(ctx, x, 0);
    HPy_Close(ctx, value);
    HPyErr_SetObject(ctx, ctx->h_ValueError, value);
    HPy_Close(ctx, value);
    return HPy_NULL;
}

HPyDef_METH(read_capsule, "read_capsule", HPyFunc_O)
static HPy read_capsule_impl(HPyContext *ctx, HPy self, HPy x)
{
    static long answer = 42;
    HPy capsule = HPyCapsule_New(ctx, &answer, "contract.answer", NULL);
    HPy_SetAttr_s(ctx, x, "capsule", capsule);
    close_times(ctx, capsule, 2);
    long *pointer = HPyCapsule_GetPointer(ctx, capsule, "contract.answer");
    return pointer ? HPyLong_FromLong(ctx, *pointer) : HPy_NULL;
}

/* ---- constants of the context ---- */

HPyDef_METH(return_constant, "return_constant", HPyFunc_O)
static HPy return_constant_impl(HPyContext *ctx, HPy self, HPy n)
{
    HPy constants[] = { ctx->h_None, ctx->h_True, ctx->h_False, ctx->h_Ellipsis,
                        ctx->h_NotImplemented, ctx->h_ListType, ctx->h_KeyError };
    return constants[HPyLong_AsLong(ctx, n) % 7];
}

HPyDef_METH(close_constants, "close_constants", HPyFunc_NOARGS)
static HPy close_constants_impl(HPyContext *ctx, HPy self)
{
    HPy constants[] = { ctx->h_None, ctx->h_True, ctx->h_ListType, ctx->h_KeyError };
    for (int i = 0; i < 4; i++)
        close_times(ctx, constants[i], 2);
    HPy result = HPyTuple_FromArray(ctx, constants, 4);
    for (int i = 0; i < 4; i++)
        HPy_Close(ctx, constants[i]);
    return result;
}

/* ---- globals ---- */

static HPyGlobal global;

HPyDef_METH(set_global, "set_global", HPyFunc_O)
static HPy set_global_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPyGlobal_Store(ctx, &global, x);
    return NONE;
}

HPyDef_METH(get_global, "get_global", HPyFunc_NOARGS)
static HPy get_global_impl(HPyContext *ctx, HPy self)
{
    return HPyGlobal_Load(ctx, global);
}

HPyDef_METH(close_global, "close_global", HPyFunc_NOARGS)
static HPy close_global_impl(HPyContext *ctx, HPy self)
{
    HPy loaded = HPyGlobal_Load(ctx, global);
    close_times(ctx, loaded, 20);
    HPy text = HPy_Repr(ctx, loaded);
    HPy again = HPyGlobal_Load(ctx, global);
    HPy result = HPyTuple_Pack(ctx, 2, text, again);
    HPy_Close(ctx, text);
    HPy_Close(ctx, again);
    return result;
}

HPyDef_METH(replace_global, "replace_global", HPyFunc_O)
static HPy replace_global_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy before = HPyGlobal_Load(ctx, global);
    HPyGlobal_Store(ctx, &global, x);
    HPy_Close(ctx, before);
    HPy text = HPy_Repr(ctx, before);
    HPyGlobal_Store(ctx, &global, ctx->h_None);
    return text;
}

/* ---- handles that outlive their call, or are closed by another one ---- */

static HPy kept;

HPyDef_METH(keep_dup, "keep_dup", HPyFunc_O)
static HPy keep_dup_impl(HPyContext *ctx, HPy self, HPy x)
{
    kept = HPy_Dup(ctx, x);
    return NONE;
}

HPyDef_METH(keep_arg, "keep_arg", HPyFunc_O)
static HPy keep_arg_impl(HPyContext *ctx, HPy self, HPy x)
{
    kept = x;
    return NONE;
}

HPyDef_METH(use_kept, "use_kept", HPyFunc_NOARGS)
static HPy use_kept_impl(HPyContext *ctx, HPy self)
{
    return HPy_Repr(ctx, kept);
}

HPyDef_METH(close_kept, "close_kept", HPyFunc_O)
static HPy close_kept_impl(HPyContext *ctx, HPy self, HPy times)
{
    close_times(ctx, kept, (int)HPyLong_AsLong(ctx, times));
    return NONE;
}

HPyDef_METH(use_kept_after_close, "use_kept_after_close", HPyFunc_NOARGS)
static HPy use_kept_after_close_impl(HPyContext *ctx, HPy self)
{
    close_times(ctx, kept, 2);
    return HPy_Repr(ctx, kept);
}

HPyDef_METH(close_in_callback, "close_in_callback", HPyFunc_VARARGS)
static HPy close_in_callback_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    kept = args[0];
    HPy nothing = HPy_Call(ctx, args[1], NULL, 0, HPy_NULL);
    if (HPy_IsNull(nothing))
        return HPy_NULL;
    HPy_Close(ctx, nothing);
    return HPy_Repr(ctx, args[0]);
}

HPyDef_METH(close_item_in_callback, "close_item_in_callback", HPyFunc_VARARGS)
static HPy close_item_in_callback_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy item = HPy_GetItem_i(ctx, args[0], 0);
    kept = HPy_Dup(ctx, item);
    HPy nothing = HPy_Call(ctx, args[1], &item, 1, HPy_NULL);
    if (HPy_IsNull(nothing))
        return HPy_NULL;
    HPy_Close(ctx, nothing);
    HPy text = HPy_Repr(ctx, item);
    HPy_Close(ctx, item);
    return text;
}

HPyDef_METH(leak, "leak", HPyFunc_O)
static HPy leak_impl(HPyContext *ctx, HPy self, HPy x)
{
    for (int i = 0; i < 100000; i++) {
        HPy_GetItem_i(ctx, x, 0);
        HPy_Dup(ctx, x);
    }
    return HPyLong_FromLong(ctx, 100000);
}

/* ---- memory of strings ---- */

static const char *text_memory;
static HPy_ssize_t text_size;

HPyDef_METH(bytes_of_closed, "bytes_of_closed", HPyFunc_O)
static HPy bytes_of_closed_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy item = HPy_GetItem_i(ctx, x, 0);
    const char *memory = HPyBytes_AsString(ctx, item);
    HPy_Close(ctx, item);
    return memory ? HPyBytes_FromString(ctx, memory) : HPy_NULL;
}

HPyDef_METH(text_of_closed, "text_of_closed", HPyFunc_O)
static HPy text_of_closed_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy item = HPy_GetItem_i(ctx, x, 0);
    HPy_ssize_t size;
    const char *memory = HPyUnicode_AsUTF8AndSize(ctx, item, &size);
    HPy_Close(ctx, item);
    HPy other = HPyUnicode_FromString(ctx, "something else of that sort");
    HPyUnicode_AsUTF8AndSize(ctx, other, NULL);
    HPy_Close(ctx, other);
    return memory ? HPyUnicode_FromString(ctx, memory) : HPy_NULL;
}

HPyDef_METH(keep_memory, "keep_memory", HPyFunc_O)
static HPy keep_memory_impl(HPyContext *ctx, HPy self, HPy x)
{
    text_memory = HPyUnicode_Check(ctx, x) ? HPyUnicode_AsUTF8AndSize(ctx, x, &text_size)
                                           : HPyBytes_AsString(ctx, x);
    if (!HPyUnicode_Check(ctx, x))
        text_size = HPyBytes_Size(ctx, x);
    HPy_Close(ctx, x);
    return text_memory ? NONE : HPy_NULL;
}

HPyDef_METH(read_memory, "read_memory", HPyFunc_NOARGS)
static HPy read_memory_impl(HPyContext *ctx, HPy self)
{
    if (text_memory[text_size] != 0) {
        HPyErr_SetString(ctx, ctx->h_AssertionError, "no NUL at the end");
        return HPy_NULL;
    }
    return HPyBytes_FromStringAndSize(ctx, text_memory, text_size);
}

/* ---- trackers and builders ---- */

HPyDef_METH(track_closed, "track_closed", HPyFunc_O)
static HPy track_closed_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPyTracker tracker = HPyTracker_New(ctx, 2);
    for (int i = 0; i < 10; i++) {
        HPy item = HPy_GetItem_i(ctx, x, 0);
        HPyTracker_Add(ctx, tracker, item);
        HPyTracker_Add(ctx, tracker, x);
        HPy_Close(ctx, item);
    }
    HPyTracker_Close(ctx, tracker);
    return HPy_Repr(ctx, x);
}

HPyDef_METH(tracker_twice, "tracker_twice", HPyFunc_NOARGS)
static HPy tracker_twice_impl(HPyContext *ctx, HPy self)
{
    HPyTracker tracker = HPyTracker_New(ctx, 2);
    HPyTracker_Close(ctx, tracker);
    HPyTracker_Close(ctx, tracker);
    return NONE;
}

HPyDef_METH(tracker_after_close, "tracker_after_close", HPyFunc_O)
static HPy tracker_after_close_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPyTracker tracker = HPyTracker_New(ctx, 2);
    HPyTracker_Close(ctx, tracker);
    return HPyTracker_Add(ctx, tracker, x) < 0 ? HPy_NULL : NONE;
}

HPyDef_METH(build_closed, "build_closed", HPyFunc_VARARGS)
static HPy build_closed_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy_ssize_t length = HPyLong_AsSsize_t(ctx, args[1]);
    HPyListBuilder builder = HPyListBuilder_New(ctx, length);
    for (HPy_ssize_t i = 0; i < length; i++) {
        HPy item = HPy_GetItem_i(ctx, args[0], 0);
        HPyListBuilder_Set(ctx, builder, i, item);
        close_times(ctx, item, 2);
    }
    return HPyListBuilder_Build(ctx, builder);
}

HPyDef_METH(build_own, "build_own", HPyFunc_O)
static HPy build_own_impl(HPyContext *ctx, HPy self, HPy n)
{
    HPy_ssize_t length = HPyLong_AsSsize_t(ctx, n);
    HPyTupleBuilder builder = HPyTupleBuilder_New(ctx, length);
    for (HPy_ssize_t i = 0; i < length; i++) {
        HPy item = HPyList_New(ctx, 0);
        HPyTupleBuilder_Set(ctx, builder, i, item);
        close_times(ctx, item, 2);
    }
    return HPyTupleBuilder_Build(ctx, builder);
}

HPyDef_METH(build_twice, "build_twice", HPyFunc_NOARGS)
static HPy build_twice_impl(HPyContext *ctx, HPy self)
{
    HPyListBuilder builder = HPyListBuilder_New(ctx, 3);
    HPy_Close(ctx, HPyListBuilder_Build(ctx, builder));
    return HPyListBuilder_Build(ctx, builder);
}

HPyDef_METH(build_cancelled, "build_cancelled", HPyFunc_NOARGS)
static HPy build_cancelled_impl(HPyContext *ctx, HPy self)
{
    HPyListBuilder builder = HPyListBuilder_New(ctx, 3);
    HPyListBuilder_Cancel(ctx, builder);
    HPyListBuilder_Cancel(ctx, builder);
    return HPyListBuilder_Build(ctx, builder);
}

HPyDef_METH(set_built, "set_built", HPyFunc_O)
static HPy set_built_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPyListBuilder builder = HPyListBuilder_New(ctx, 1);
    HPyListBuilder_Set(ctx, builder, 0, x);
    HPy list = HPyListBuilder_Build(ctx, builder);
    HPyListBuilder_Set(ctx, builder, 0, self);
    HPyErr_Clear(ctx);
    return list;
}

HPyDef_METH(set_out_of_range, "set_out_of_range", HPyFunc_VARARGS)
static HPy set_out_of_range_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPyListBuilder builder = HPyListBuilder_New(ctx, 1);
    HPyListBuilder_Set(ctx, builder, 0, args[0]);
    HPyListBuilder_Set(ctx, builder, HPyLong_AsSsize_t(ctx, args[1]), args[0]);
    HPyErr_Clear(ctx);
    return HPyListBuilder_Build(ctx, builder);
}

/* ---- errors ---- */

HPyDef_METH(null_without_error, "null_without_error", HPyFunc_NOARGS)
static HPy null_without_error_impl(HPyContext *ctx, HPy self)
{
    return HPy_NULL;
}

HPyDef_METH(result_with_error, "result_with_error", HPyFunc_O)
static HPy result_with_error_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPyErr_SetString(ctx, ctx->h_KeyError, "left behind");
    return HPy_Dup(ctx, x);
}

HPyDef_METH(go_on_after_error, "go_on_after_error", HPyFunc_O)
static HPy go_on_after_error_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPyErr_SetString(ctx, ctx->h_KeyError, "left behind");
    HPy text = HPy_Repr(ctx, x);
    HPy_Close(ctx, text);
    HPyErr_Clear(ctx);
    return HPy_Repr(ctx, x);
}

HPyDef_METH(pass_error_on, "pass_error_on", HPyFunc_O)
static HPy pass_error_on_impl(HPyContext *ctx, HPy self, HPy x)
{
    /* The results of failures go where handles are expected. */
    HPy missing = HPy_GetAttr_s(ctx, x, "missing");
    HPy_Close(ctx, missing);
    HPy_Close(ctx, missing);
    return missing;
}

/* ---- words that are no handles ---- */

HPyDef_METH(never_back, "never_back", HPyFunc_O, .doc = "Leaves Python and returns.")
static HPy never_back_impl(HPyContext *ctx, HPy self, HPy thing)
{
    HPy copy = HPy_Dup(ctx, thing);
    HPy_LeavePythonExecution(ctx);
    return copy;
}

HPyDef_METH(garbage, "garbage", HPyFunc_O)
static HPy garbage_impl(HPyContext *ctx, HPy self, HPy bits)
{
    HPy word = { (intptr_t)HPyLong_AsUInt64_tMask(ctx, bits) };
    HPy dup = HPy_Dup(ctx, word);
    HPy_Close(ctx, dup);
    close_times(ctx, word, 3);
    HPy_SetAttr_s(ctx, self, "some_word", word);
    HPy_Type(ctx, word);
    _HPy_AsStruct_Object(ctx, word);
    HPyErr_Clear(ctx);
    return NONE;
}

/* ---- a type with fields, whose slots break the same rules ---- */

typedef struct {
    HPyField field;
    long value;
} Node;
HPyType_HELPERS(Node)

HPyDef_SLOT(Node_traverse, HPy_tp_traverse)
static int Node_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Node *)self)->field);
    return 0;
}

HPyDef_SLOT(Node_new, HPy_tp_new)
static HPy Node_new_impl(HPyContext *ctx, HPy cls, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    Node *node;
    HPy result = HPy_New(ctx, cls, &node);
    if (HPy_IsNull(result))
        return result;
    node->value = (long)nargs;
    if (nargs > 0)
        HPyField_Store(ctx, result, &node->field, args[0]);
    HPy_Close(ctx, cls);
    for (HPy_ssize_t i = 0; i < nargs; i++)
        close_times(ctx, args[i], 2);
    return result;
}

HPyDef_SLOT(Node_repr, HPy_tp_repr)
static HPy Node_repr_impl(HPyContext *ctx, HPy self)
{
    HPy_Close(ctx, self);
    return HPyUnicode_FromFormat(ctx, "Node(%ld)", Node_AsStruct(ctx, self)->value);
}

HPyDef_SLOT(Node_add, HPy_nb_add)
static HPy Node_add_impl(HPyContext *ctx, HPy a, HPy b)
{
    HPy_Close(ctx, a);
    HPy_Close(ctx, b);
    return b;
}

HPyDef_SLOT(Node_compare, HPy_tp_richcompare)
static HPy Node_compare_impl(HPyContext *ctx, HPy a, HPy b, HPy_RichCmpOp op)
{
    HPy_Close(ctx, a);
    HPy_Close(ctx, b);
    return op == HPy_EQ ? ctx->h_True : ctx->h_NotImplemented;
}

HPyDef_SLOT(Node_call, HPy_tp_call)
static HPy Node_call_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    HPy_Close(ctx, self);
    if (nargs != 1) {
        HPyErr_SetString(ctx, ctx->h_TypeError, "one argument");
        return HPy_NULL;
    }
    return args[0];
}

HPyDef_SLOT(Node_getitem, HPy_mp_subscript)
static HPy Node_getitem_impl(HPyContext *ctx, HPy self, HPy key)
{
    HPy_Close(ctx, key);
    return key;
}

HPyDef_SLOT(Node_finalize, HPy_tp_finalize)
static void Node_finalize_impl(HPyContext *ctx, HPy self)
{
    close_times(ctx, self, 3);
}

HPyDef_GETSET(Node_item, "item")
static HPy Node_item_get(HPyContext *ctx, HPy self, void *closure)
{
    Node *node = Node_AsStruct(ctx, self);
    HPy_Close(ctx, self);
    return HPyField_Load(ctx, self, node->field);
}

static int Node_item_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    Node *node = Node_AsStruct(ctx, self);
    HPy_Close(ctx, value);
    HPyField_Store(ctx, self, &node->field, value);
    HPy_Close(ctx, self);
    return 0;
}

HPyDef_METH(Node_close_field, "close_field", HPyFunc_NOARGS)
static HPy Node_close_field_impl(HPyContext *ctx, HPy self)
{
    Node *node = Node_AsStruct(ctx, self);
    HPy loaded = HPyField_Load(ctx, self, node->field);
    close_times(ctx, loaded, 20);
    HPy text = HPy_Repr(ctx, loaded);
    HPy again = HPyField_Load(ctx, self, node->field);
    HPy result = HPyTuple_Pack(ctx, 2, text, again);
    HPy_Close(ctx, text);
    HPy_Close(ctx, again);
    return result;
}

HPyDef_METH(Node_struct_of_closed, "struct_of_closed", HPyFunc_O)
static HPy Node_struct_of_closed_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy item = HPy_GetItem_i(ctx, x, 0);
    Node *node = Node_AsStruct(ctx, item);
    HPy_Close(ctx, item);
    node->value += 1;
    return HPyLong_FromLong(ctx, node->value);
}

static HPyDef *Node_defines[] = {
    &Node_traverse, &Node_new, &Node_repr, &Node_add, &Node_compare, &Node_call, &Node_getitem,
    &Node_finalize, &Node_item, &Node_close_field, &Node_struct_of_closed, NULL,
};

static HPyType_Spec Node_spec = {
    .name = "contract_breaches.Node",
    .basicsize = sizeof(Node),
    .builtin_shape = SHAPE(Node),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .defines = Node_defines,
};

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    HPy type = HPyType_FromSpec(ctx, &Node_spec, NULL);
    if (HPy_IsNull(type) || HPy_SetAttr_s(ctx, module, "Node", type) < 0)
        return -1;
    /* Used once more after it was closed: the module has it. */
    HPy_Close(ctx, type);
    int result = HPy_SetAttr_s(ctx, module, "SameNode", type);
    HPyGlobal_Store(ctx, &global, ctx->h_None);
    HPy_Close(ctx, module);
    return result;
}

static HPyDef *defines[] = {
    &close_arg, &close_arg_often, &return_arg, &close_and_return_arg, &return_self, &close_self,
    &close_all_args, &close_keywords, &parse_closed, &use_attribute, &use_item, &use_items, &return_item,
    &dup_item, &close_dup, &store_closed, &call_closed, &keys, &raise_closed, &read_capsule,
    &return_constant, &close_constants, &set_global, &get_global, &close_global, &replace_global,
    &keep_dup, &keep_arg, &use_kept, &close_kept, &use_kept_after_close, &close_in_callback,
    &close_item_in_callback, &leak, &bytes_of_closed, &text_of_closed, &keep_memory, &read_memory,
    &track_closed, &tracker_twice, &tracker_after_close, &build_closed, &build_own,
    &build_twice, &build_cancelled, &set_built, &set_out_of_range, &null_without_error,
    &result_with_error, &go_on_after_error, &pass_error_on, &never_back, &garbage,
    &module_exec, NULL,
};

static HPyGlobal *globals[] = { &global, NULL };

static HPyModuleDef definition = { .defines = defines, .globals = globals };

HPy_MODINIT(contract_breaches, definition)
