/* Steps that other threads must not see half of: they change plain C variables and
 * HPyFields around calls of the API that run no Python code, as extensions do that
 * rely on the GIL. */
#include <hpy.h>

static long inside, most, counter;

HPyDef_METH(count, "count", HPyFunc_VARARGS,
            .doc = "Counts in C and in a dict, with calls of the API between.")
static HPy count_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy dict, key;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OO:count", &dict, &key)) {
        return HPy_NULL;
    }
    if (++inside > most) {
        most = inside;
    }
    long before = counter;
    HPy value = HPy_GetItem(ctx, dict, key);
    if (HPy_IsNull(value)) {
        HPyErr_Clear(ctx);
        value = HPyLong_FromLong(ctx, 0);
    }
    HPy one = HPyLong_FromLong(ctx, 1);
    HPy sum = HPy_Add(ctx, value, one);
    HPy list = HPyList_New(ctx, 0);
    HPyList_Append(ctx, list, sum);
    HPy text = HPy_Repr(ctx, list);
    int status = HPy_SetItem(ctx, dict, key, sum);
    HPy_Close(ctx, value);
    HPy_Close(ctx, one);
    HPy_Close(ctx, sum);
    HPy_Close(ctx, list);
    HPy_Close(ctx, text);
    counter = before + 1;
    inside--;
    return status < 0 ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(counted, "counted", HPyFunc_NOARGS,
            .doc = "The most threads seen in `count`, and what it has counted.")
static HPy counted_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPy_BuildValue(ctx, "(ll)", most, counter);
}

HPyDef_METH(until, "until", HPyFunc_O, .doc = "Calls until the answer is true.")
static HPy until_impl(HPyContext *ctx, HPy self, HPy function)
{
    (void)self;
    for (;;) {
        HPy answer = HPy_Call(ctx, function, NULL, 0, HPy_NULL);
        if (HPy_IsNull(answer)) {
            return HPy_NULL;
        }
        int is_true = HPy_IsTrue(ctx, answer);
        HPy_Close(ctx, answer);
        if (is_true != 0) {
            return is_true < 0 ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
        }
    }
}

/* A ring of nodes: each refers to both of its neighbours, and is in a dict as well. */
typedef struct {
    HPyField before;
    HPyField after;
} Node;
HPyType_HELPERS(Node)

static int32_t nodes;

HPyDef_SLOT(Node_traverse, HPy_tp_traverse)
static int Node_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Node *)self)->before);
    HPy_VISIT(&((Node *)self)->after);
    return 0;
}

HPyDef_SLOT(Node_new, HPy_tp_new)
static HPy Node_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    (void)args, (void)nargs, (void)kw;
    Node *node;
    HPy self = HPy_New(ctx, type, &node);
    if (HPy_IsNull(self)) {
        return HPy_NULL;
    }
    HPyField_Store(ctx, self, &node->before, self);
    HPyField_Store(ctx, self, &node->after, self);
    nodes++;
    return self;
}

HPyDef_SLOT(Node_destroy, HPy_tp_destroy)
static void Node_destroy_impl(void *self)
{
    (void)self;
    nodes--;
}

static HPy neighbour(HPyContext *ctx, HPy node, bool after)
{
    Node *links = Node_AsStruct(ctx, node);
    return HPyField_Load(ctx, node, after ? links->after : links->before);
}

static void link_nodes(HPyContext *ctx, HPy first, HPy second)
{
    HPyField_Store(ctx, first, &Node_AsStruct(ctx, first)->after, second);
    HPyField_Store(ctx, second, &Node_AsStruct(ctx, second)->before, first);
}

static void unlink_node(HPyContext *ctx, HPy node)
{
    HPy before = neighbour(ctx, node, false), after = neighbour(ctx, node, true);
    link_nodes(ctx, before, after);
    link_nodes(ctx, node, node);
    HPy_Close(ctx, before);
    HPy_Close(ctx, after);
}

HPyDef_METH(Node_touch, "touch", HPyFunc_VARARGS,
            .doc = "Puts the node of that key right behind this one, and drops the last of many.")
static HPy Node_touch_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy map, key;
    long limit;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OOl:touch", &map, &key, &limit)) {
        return HPy_NULL;
    }
    HPy node = HPy_GetItem(ctx, map, key);
    if (HPy_IsNull(node)) {
        HPyErr_Clear(ctx);
        HPy type = HPy_Type(ctx, self);
        node = HPy_Call(ctx, type, NULL, 0, HPy_NULL);
        HPy_Close(ctx, type);
        if (HPy_IsNull(node) || HPy_SetItem(ctx, map, key, node) < 0) {
            HPy_Close(ctx, node);
            return HPy_NULL;
        }
    } else {
        unlink_node(ctx, node);
    }
    HPy after = neighbour(ctx, self, true);
    link_nodes(ctx, self, node);
    link_nodes(ctx, node, after);
    HPy_Close(ctx, after);
    HPy_Close(ctx, node);
    if (HPy_Length(ctx, map) > limit) {
        HPy keys = HPyDict_Keys(ctx, map);
        HPy oldest = HPy_GetItem_i(ctx, keys, 0);
        node = HPy_GetItem(ctx, map, oldest);
        unlink_node(ctx, node);
        HPy_DelItem(ctx, map, oldest);
        HPy_Close(ctx, node);
        HPy_Close(ctx, oldest);
        HPy_Close(ctx, keys);
    }
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Node_length, "length", HPyFunc_NOARGS,
            .doc = "How many nodes there are one way round, and the other.")
static HPy Node_length_impl(HPyContext *ctx, HPy self)
{
    long counts[2];
    for (int after = 0; after < 2; after++) {
        counts[after] = 0;
        HPy node = neighbour(ctx, self, after);
        while (!HPy_Is(ctx, node, self)) {
            counts[after]++;
            HPy next = neighbour(ctx, node, after);
            HPy_Close(ctx, node);
            node = next;
        }
        HPy_Close(ctx, node);
    }
    return HPy_BuildValue(ctx, "(ll)", counts[0], counts[1]);
}

HPyDef_METH(alive, "alive", HPyFunc_NOARGS)
static HPy alive_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyLong_FromLong(ctx, nodes);
}

static HPyDef *Node_defines[] = { &Node_traverse, &Node_new,   &Node_destroy,
                                  &Node_touch,    &Node_length, NULL };
static HPyType_Spec Node_spec = {
    .name = "threads_between_calls.Node",
    .basicsize = sizeof(Node),
    .builtin_shape = SHAPE(Node),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_HAVE_GC,
    .defines = Node_defines,
};

HPyDef_SLOT(execute, HPy_mod_exec)
static int execute_impl(HPyContext *ctx, HPy module)
{
    return HPyHelpers_AddType(ctx, module, "Node", &Node_spec, NULL) ? 0 : -1;
}

static HPyDef *defines[] = { &count, &counted, &until, &alive, &execute, NULL };
static HPyModuleDef definition = { .defines = defines };
HPy_MODINIT(threads_between_calls, definition)
