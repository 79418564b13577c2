/* Each function does one thing n times. */
#include <hpy.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    HPyField link;
    char *memory;
} Link;
HPyType_HELPERS(Link)

HPyDef_SLOT(Link_traverse, HPy_tp_traverse)
static int Link_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Link *)self)->link);
    return 0;
}

HPyDef_SLOT(Link_new, HPy_tp_new)
static HPy Link_new_impl(HPyContext *ctx, HPy cls, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    Link *link;
    HPy self = HPy_New(ctx, cls, &link);
    if (!HPy_IsNull(self) && nargs > 0)
        HPyField_Store(ctx, self, &link->link, args[0]);
    return self;
}

HPyDef_SLOT(Link_getbuffer, HPy_bf_getbuffer)
static int Link_getbuffer_impl(HPyContext *ctx, HPy self, HPy_buffer *buffer, int flags)
{
    static char memory[8];
    static HPy_ssize_t shape[] = { 8 }, strides[] = { 1 };
    *buffer = (HPy_buffer){ .buf = memory, .obj = HPy_Dup(ctx, self), .len = 8, .itemsize = 1,
                            .ndim = 1, .format = "B", .shape = shape, .strides = strides };
    return 0;
}

HPyDef_GETSET(Link_next, "next")
static HPy Link_next_get(HPyContext *ctx, HPy self, void *closure)
{
    HPyField field = Link_AsStruct(ctx, self)->link;
    return HPyField_IsNull(field) ? HPy_Dup(ctx, ctx->h_None) : HPyField_Load(ctx, self, field);
}
static int Link_next_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    HPyField_Store(ctx, self, &Link_AsStruct(ctx, self)->link, value);
    return 0;
}

HPyDef_MEMBER(Link_number, "number", HPyMember_LONGLONG, offsetof(Link, memory))
HPyDef_METH(Link_same, "same", HPyFunc_NOARGS)
static HPy Link_same_impl(HPyContext *ctx, HPy self)
{
    return HPy_Dup(ctx, self);
}

static HPyDef *Link_defines[] = { &Link_traverse, &Link_new, &Link_getbuffer, &Link_next,
                                  &Link_number, &Link_same, NULL };
static HPyType_Spec Link_spec = {
    .name = "scaling_operations.Link",
    .doc = "A link of a chain.",
    .basicsize = sizeof(Link),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .builtin_shape = SHAPE(Link),
    .defines = Link_defines,
};

/* Does `step` n times. */
#define TIMES(name, step)                                                                        \
    HPyDef_METH(name, #name, HPyFunc_VARARGS)                                                    \
    static HPy name##_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)             \
    {                                                                                            \
        long n = HPyLong_AsLong(ctx, args[0]);                                                   \
        for (long i = 0; i < n; i++) {                                                           \
            step                                                                                 \
        }                                                                                        \
        return HPy_Dup(ctx, ctx->h_None);                                                        \
    }

/* The same, and puts what `step` makes into the list args[1]. */
#define KEPT(name, made)                                                                         \
    TIMES(name, {                                                                                \
        HPy object = made;                                                                       \
        if (HPy_IsNull(object) || HPyList_Append(ctx, args[1], object) < 0)                      \
            return HPy_NULL;                                                                     \
        HPy_Close(ctx, object);                                                                  \
    })

static HPy new_type(HPyContext *ctx, long number)
{
    char name[64];
    HPyType_Spec spec = Link_spec;
    snprintf(name, sizeof name, "scaling_operations.Link%ld", number);
    spec.name = name;
    HPy type = HPyType_FromSpec(ctx, &spec, NULL);
    memset(name, '?', sizeof name);
    return type;
}

HPyCapsule_DESTRUCTOR(no_destructor)
static void no_destructor_impl(const char *name, void *pointer, void *context)
{
}

KEPT(types, HPyType_FromSpec(ctx, &Link_spec, NULL))
KEPT(named_types, new_type(ctx, i))
KEPT(error_classes, HPyErr_NewException(ctx, "scaling_operations.Error", HPy_NULL, HPy_NULL))
KEPT(capsules, HPyCapsule_New(ctx, &Link_spec, "scaling_operations", &no_destructor))
KEPT(context_variables, HPyContextVar_New(ctx, "variable", ctx->h_None))
KEPT(lists, HPyList_New(ctx, 1))
KEPT(texts, HPyUnicode_FromFormat(ctx, "text %ld", i))
KEPT(instances, HPy_Call(ctx, args[2], NULL, 0, HPy_NULL))

TIMES(errors, {
    HPyErr_SetString(ctx, ctx->h_ValueError, "an error");
    HPyErr_Clear(ctx);
})
TIMES(type_deaths, { HPy_Close(ctx, new_type(ctx, i)); })

HPyDef_METH(chain, "chain", HPyFunc_VARARGS, .doc = "chain(n, type): n instances in a row")
static HPy chain_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    long n = HPyLong_AsLong(ctx, args[0]);
    HPy last = HPy_Dup(ctx, ctx->h_None);
    for (long i = 0; i < n; i++) {
        HPy next = HPy_Call(ctx, args[1], &last, 1, HPy_NULL);
        HPy_Close(ctx, last);
        if (HPy_IsNull(next))
            return next;
        last = next;
    }
    return last;
}

static HPy stored[1 << 20];

HPyDef_METH(handles, "handles", HPyFunc_VARARGS, .doc = "Opens n handles, then closes them")
static HPy handles_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    long n = HPyLong_AsLong(ctx, args[0]);
    for (long i = 0; i < n; i++)
        stored[i] = HPyList_New(ctx, 0);
    for (long i = 0; i < n; i++)
        HPy_Close(ctx, stored[i]);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(tracked, "tracked", HPyFunc_VARARGS)
static HPy tracked_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    long n = HPyLong_AsLong(ctx, args[0]);
    HPyTracker tracker = HPyTracker_New(ctx, 0);
    for (long i = 0; i < n; i++)
        HPyTracker_Add(ctx, tracker, HPyList_New(ctx, 0));
    HPyTracker_Close(ctx, tracker);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(built, "built", HPyFunc_VARARGS)
static HPy built_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    long n = HPyLong_AsLong(ctx, args[0]);
    HPyListBuilder list = HPyListBuilder_New(ctx, n);
    HPyTupleBuilder tuple = HPyTupleBuilder_New(ctx, n);
    for (long i = 0; i < n; i++) {
        HPy item = HPyLong_FromLong(ctx, i << 40);
        HPyListBuilder_Set(ctx, list, i, item);
        HPyTupleBuilder_Set(ctx, tuple, i, item);
        HPy_Close(ctx, item);
    }
    HPy_Close(ctx, HPyListBuilder_Build(ctx, list));
    return HPyTupleBuilder_Build(ctx, tuple);
}

TIMES(trackers, {
    HPyTracker tracker = HPyTracker_New(ctx, 4);
    HPyTracker_Add(ctx, tracker, HPy_Dup(ctx, args[0]));
    HPyTracker_Close(ctx, tracker);
})
TIMES(builders, {
    HPyListBuilder builder = HPyListBuilder_New(ctx, 2);
    HPyListBuilder_Set(ctx, builder, 0, args[0]);
    HPyListBuilder_Set(ctx, builder, 1, args[0]);
    HPy_Close(ctx, HPyListBuilder_Build(ctx, builder));
})

static HPyGlobal global;
TIMES(globals_stored, { HPyGlobal_Store(ctx, &global, i % 2 ? args[0] : ctx->h_None); })

HPyDef_METH(items, "items", HPyFunc_VARARGS, .doc = "Sets and gets n items of a new dict")
static HPy items_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    long n = HPyLong_AsLong(ctx, args[0]);
    HPy dict = HPyDict_New(ctx);
    for (long i = 0; i < n; i++) {
        HPy key = HPyLong_FromLong(ctx, i);
        HPy_SetItem(ctx, dict, key, key);
        HPy_Close(ctx, HPy_GetItem(ctx, dict, key));
        HPy_Close(ctx, key);
    }
    return dict;
}

HPyDef_METH(look, "look", HPyFunc_O, .doc = "Looks at the memory of text or bytes")
static HPy look_impl(HPyContext *ctx, HPy self, HPy object)
{
    HPy_ssize_t size;
    if (HPyBytes_Check(ctx, object)) {
        if (HPyBytes_AsString(ctx, object) == NULL)
            return HPy_NULL;
        size = HPyBytes_Size(ctx, object);
    } else if (HPyUnicode_AsUTF8AndSize(ctx, object, &size) == NULL) {
        return HPy_NULL;
    }
    return HPyLong_FromSsize_t(ctx, size);
}

HPyDef_METH(call, "call", HPyFunc_VARARGS, .doc = "call(n, function)")
static HPy call_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    long n = HPyLong_AsLong(ctx, args[0]);
    for (long i = 0; i < n; i++) {
        HPy result = HPy_Call(ctx, args[1], NULL, 0, HPy_NULL);
        if (HPy_IsNull(result))
            return HPy_NULL;
        HPy_Close(ctx, result);
    }
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(leak, "leak", HPyFunc_O, .doc = "Leaks n handles")
static HPy leak_impl(HPyContext *ctx, HPy self, HPy number)
{
    long n = HPyLong_AsLong(ctx, number);
    for (long i = 0; i < n; i++)
        HPyList_New(ctx, 0);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_SLOT(exec, HPy_mod_exec)
static int exec_impl(HPyContext *ctx, HPy module)
{
    HPy type = HPyType_FromSpec(ctx, &Link_spec, NULL);
    int status = HPy_IsNull(type) ? -1 : HPy_SetAttr_s(ctx, module, "Link", type);
    HPy_Close(ctx, type);
    return status;
}

static HPyDef *defines[] = {
    &types, &named_types, &error_classes, &capsules, &context_variables, &lists, &texts,
    &instances, &errors, &type_deaths, &chain, &handles, &tracked, &built, &trackers, &builders,
    &globals_stored, &items, &look, &call, &leak, &exec, NULL
};
static HPyGlobal *globals[] = { &global, NULL };
static HPyModuleDef definition = {
    .doc = "Things to do n times.",
    .defines = defines,
    .globals = globals,
};

HPy_MODINIT(scaling_operations, definition)
