/* What a long-running process does to an extension: each function is one small
 * piece of work that leaves nothing behind. */
#include <hpy.h>
#include <stdlib.h>
#include <string.h>

static long live;

HPyDef_METH(nothing, "nothing", HPyFunc_NOARGS)
static HPy nothing_impl(HPyContext *ctx, HPy self)
{
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(same, "same", HPyFunc_O)
static HPy same_impl(HPyContext *ctx, HPy self, HPy x)
{
    return HPy_Dup(ctx, x);
}

HPyDef_METH(pack, "pack", HPyFunc_VARARGS)
static HPy pack_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    return HPyTuple_FromArray(ctx, (HPy *)args, (HPy_ssize_t)nargs);
}

HPyDef_METH(keywords, "keywords", HPyFunc_KEYWORDS)
static HPy keywords_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    static const char *names[] = { "a", "b", NULL };
    HPy a, b = HPy_NULL;
    HPyTracker tracker;
    if (!HPyArg_ParseKeywords(ctx, &tracker, args, nargs, kwnames, "O|O", names, &a, &b))
        return HPy_NULL;
    HPy result = HPy_Dup(ctx, HPy_IsNull(b) ? a : b);
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(texts, "texts", HPyFunc_VARARGS, .doc = "texts(first, count): distinct strings")
static HPy texts_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    int64_t first = HPyLong_AsInt64_t(ctx, args[0]), count = HPyLong_AsInt64_t(ctx, args[1]);
    size_t total = 0;
    for (int64_t i = first; i < first + count; i++) {
        HPy text = HPyUnicode_FromFormat(ctx, "string number %lld of many", (long long)i);
        HPy_ssize_t size;
        const char *memory = HPyUnicode_AsUTF8AndSize(ctx, text, &size);
        if (memory == NULL)
            return HPy_NULL;
        HPy bytes = HPyBytes_FromStringAndSize(ctx, memory, size);
        total += strlen(HPyBytes_AsString(ctx, bytes));
        HPy_Close(ctx, text);
        HPy_Close(ctx, bytes);
    }
    return HPyLong_FromSize_t(ctx, total);
}

HPyCapsule_DESTRUCTOR(free_pointer)
static void free_pointer_impl(const char *name, void *pointer, void *context)
{
    live--;
    free(pointer);
}

HPyDef_METH(capsule, "capsule", HPyFunc_NOARGS)
static HPy capsule_impl(HPyContext *ctx, HPy self)
{
    live++;
    return HPyCapsule_New(ctx, malloc(100), "soak_worker.pointer", &free_pointer);
}

HPyDef_METH(errors, "errors", HPyFunc_O, .doc = "Raises and clears, catches, replaces, raises")
static HPy errors_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPyErr_SetString(ctx, ctx->h_ValueError, "cleared");
    HPyErr_Clear(ctx);
    HPy missing = HPy_GetAttr_s(ctx, x, "missing");
    if (HPy_IsNull(missing) && HPyErr_ExceptionMatches(ctx, ctx->h_AttributeError))
        HPyErr_Clear(ctx);
    HPyErr_SetString(ctx, ctx->h_KeyError, "replaced");
    HPyErr_SetString(ctx, ctx->h_IndexError, "in its place");
    HPyErr_Clear(ctx);
    HPyErr_Format(ctx, ctx->h_TypeError, "raised for %S", x);
    return HPy_NULL;
}

HPyDef_METH(builders, "builders", HPyFunc_O)
static HPy builders_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPyListBuilder cancelled = HPyListBuilder_New(ctx, 3);
    HPyTupleBuilder built = HPyTupleBuilder_New(ctx, 3);
    for (HPy_ssize_t i = 0; i < 3; i++) {
        HPy item = i == 1 ? HPy_Dup(ctx, x) : HPyList_New(ctx, 1);
        HPyListBuilder_Set(ctx, cancelled, i, item);
        HPyTupleBuilder_Set(ctx, built, i, item);
        HPy_Close(ctx, item);
    }
    HPyListBuilder_Cancel(ctx, cancelled);
    return HPyTupleBuilder_Build(ctx, built);
}

HPyDef_METH(trackers, "trackers", HPyFunc_O)
static HPy trackers_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPyTracker tracker = HPyTracker_New(ctx, 0);
    for (int i = 0; i < 5; i++)
        HPyTracker_Add(ctx, tracker, HPyTuple_FromArray(ctx, &x, 1));
    HPy kept = HPyTuple_FromArray(ctx, &x, 1);
    HPyTracker_Close(ctx, tracker);
    tracker = HPyTracker_New(ctx, 1);
    HPyTracker_Add(ctx, tracker, kept);
    HPyTracker_ForgetAll(ctx, tracker);
    HPyTracker_Close(ctx, tracker);
    return kept;
}

HPyDef_METH(careless, "careless", HPyFunc_O, .doc = "Closes too often and uses what it closed")
static HPy careless_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy type = HPy_Type(ctx, x);
    for (int i = 0; i < 3; i++) {
        HPy_Close(ctx, type);
        HPy_Close(ctx, x);
    }
    HPy again = HPy_Dup(ctx, type);
    HPy_Close(ctx, again);
    return x;
}

static HPyGlobal global;

HPyDef_METH(globals_, "globals", HPyFunc_O)
static HPy globals__impl(HPyContext *ctx, HPy self, HPy x)
{
    HPyGlobal_Store(ctx, &global, x);
    HPy loaded = HPyGlobal_Load(ctx, global);
    HPyGlobal_Store(ctx, &global, ctx->h_None);
    return loaded;
}

HPyDef_METH(call, "call", HPyFunc_VARARGS)
static HPy call_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    return HPy_Call(ctx, args[0], args + 1, nargs - 1, HPy_NULL);
}

HPyDef_METH(objects, "objects", HPyFunc_O, .doc = "Attributes, items, iteration, arithmetic")
static HPy objects_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy dict = HPyDict_New(ctx);
    HPy one = HPyLong_FromLong(ctx, 1);
    HPy big = HPyLong_FromUInt64_t(ctx, UINT64_MAX);
    HPy sum = HPy_Add(ctx, one, big);
    HPy_SetItem_s(ctx, dict, "sum", sum);
    HPy_SetItem(ctx, dict, sum, x);
    HPy keys = HPyDict_Keys(ctx, dict);
    HPy first = HPy_GetItem_i(ctx, keys, 0);
    HPy text = HPy_Repr(ctx, dict);
    HPy list = HPyList_New(ctx, 0);
    HPyList_Append(ctx, list, text);
    HPyList_Append(ctx, list, first);
    HPy_Close(ctx, dict);
    HPy_Close(ctx, one);
    HPy_Close(ctx, big);
    HPy_Close(ctx, sum);
    HPy_Close(ctx, keys);
    HPy_Close(ctx, first);
    HPy_Close(ctx, text);
    return list;
}

/* ---- objects with fields, which form cycles ---- */

typedef struct {
    HPyField a, b;
    char *memory;
    char text[40];
} Node;
HPyType_HELPERS(Node)

static HPyGlobal resurrected;
static long finalized;

HPyDef_SLOT(Node_new, HPy_tp_new)
static HPy Node_new_impl(HPyContext *ctx, HPy cls, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    Node *node;
    HPy result = HPy_New(ctx, cls, &node);
    if (HPy_IsNull(result))
        return result;
    live++;
    node->memory = malloc(64);
    if (nargs > 0)
        HPyField_Store(ctx, result, &node->a, args[0]);
    return result;
}

HPyDef_SLOT(Node_traverse, HPy_tp_traverse)
static int Node_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Node *)self)->a);
    HPy_VISIT(&((Node *)self)->b);
    return 0;
}

HPyDef_SLOT(Node_destroy, HPy_tp_destroy)
static void Node_destroy_impl(void *self)
{
    live--;
    free(((Node *)self)->memory);
}

HPyDef_GET(Node_a_get, "first")
static HPy Node_a_get_get(HPyContext *ctx, HPy self, void *closure)
{
    Node *node = Node_AsStruct(ctx, self);
    return HPyField_IsNull(node->a) ? HPy_Dup(ctx, ctx->h_None)
                                    : HPyField_Load(ctx, self, node->a);
}

HPyDef_METH(Node_link, "link", HPyFunc_VARARGS)
static HPy Node_link_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    Node *node = Node_AsStruct(ctx, self);
    if (nargs > 0)
        HPyField_Store(ctx, self, &node->a, args[0]);
    if (nargs > 1)
        HPyField_Store(ctx, self, &node->b, args[1]);
    return HPy_Dup(ctx, self);
}

HPyDef_MEMBER(Node_b, "second", HPyMember_OBJECT, offsetof(Node, b))

static HPyDef *Node_defines[] = {
    &Node_new, &Node_traverse, &Node_destroy, &Node_a_get, &Node_link, &Node_b, NULL,
};

static HPyType_Spec Node_spec = {
    .name = "soak_worker.Node",
    .basicsize = sizeof(Node),
    .builtin_shape = SHAPE(Node),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .defines = Node_defines,
};

/* The same with a finalizer, which sometimes brings the object back. */
HPyDef_SLOT(Phoenix_finalize, HPy_tp_finalize)
static void Phoenix_finalize_impl(HPyContext *ctx, HPy self)
{
    if (++finalized % 3 == 0)
        HPyGlobal_Store(ctx, &resurrected, self);
}

static HPyDef *Phoenix_defines[] = {
    &Node_new, &Node_traverse, &Node_destroy, &Node_a_get, &Node_link, &Phoenix_finalize, NULL,
};

static HPyType_Spec Phoenix_spec = {
    .name = "soak_worker.Phoenix",
    .basicsize = sizeof(Node),
    .builtin_shape = SHAPE(Node),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .defines = Phoenix_defines,
};

/* Without fields, and so without the collector. */
typedef struct {
    long x, y;
} Plain;
HPyType_HELPERS(Plain)

HPyDef_SLOT(Plain_new, HPy_tp_new)
static HPy Plain_new_impl(HPyContext *ctx, HPy cls, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    Plain *plain;
    HPy result = HPy_New(ctx, cls, &plain);
    if (!HPy_IsNull(result))
        live++;
    return result;
}

HPyDef_SLOT(Plain_add, HPy_nb_add)
static HPy Plain_add_impl(HPyContext *ctx, HPy a, HPy b)
{
    HPy type = HPy_Type(ctx, a);
    HPy result = HPy_Call(ctx, type, NULL, 0, HPy_NULL);
    HPy_Close(ctx, type);
    return result;
}

HPyDef_SLOT(Plain_destroy, HPy_tp_destroy)
static void Plain_destroy_impl(void *self)
{
    live--;
}

HPyDef_MEMBER(Plain_x, "x", HPyMember_LONG, offsetof(Plain, x))

static HPyDef *Plain_defines[] = { &Plain_new, &Plain_add, &Plain_destroy, &Plain_x, NULL };

static HPyType_Spec Plain_spec = {
    .name = "soak_worker.Plain",
    .basicsize = sizeof(Plain),
    .builtin_shape = SHAPE(Plain),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
    .defines = Plain_defines,
};

HPyDef_METH(living, "living", HPyFunc_NOARGS, .doc = "Native objects that are not destroyed yet")
static HPy living_impl(HPyContext *ctx, HPy self)
{
    HPyGlobal_Store(ctx, &resurrected, ctx->h_None);
    return HPyLong_FromLong(ctx, live);
}

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    HPyGlobal_Store(ctx, &global, ctx->h_None);
    HPyGlobal_Store(ctx, &resurrected, ctx->h_None);
    return HPyHelpers_AddType(ctx, module, "Node", &Node_spec, NULL) &&
                   HPyHelpers_AddType(ctx, module, "Phoenix", &Phoenix_spec, NULL) &&
                   HPyHelpers_AddType(ctx, module, "Plain", &Plain_spec, NULL)
               ? 0
               : -1;
}

static HPyDef *defines[] = {
    &nothing, &same, &pack, &keywords, &texts, &capsule, &errors, &builders, &trackers, &careless,
    &globals_, &call, &objects, &living, &module_exec, NULL,
};

static HPyGlobal *globals[] = { &global, &resurrected, NULL };

static HPyModuleDef definition = { .defines = defines, .globals = globals };

HPy_MODINIT(soak_worker, definition)
