/* A metaclass whose classes have a C struct with a field in it. */
#include <hpy.h>

typedef struct {
    HPyField held;
    int64_t number;
} Meta;
HPyType_HELPERS(Meta, HPyType_BuiltinShape_Type)

static int64_t destroyed;

HPyDef_GETSET(held, "held")
static HPy held_get(HPyContext *ctx, HPy self, void *closure)
{
    (void)closure;
    HPyField field = Meta_AsStruct(ctx, self)->held;
    return HPyField_IsNull(field) ? HPy_Dup(ctx, ctx->h_None) : HPyField_Load(ctx, self, field);
}
static int held_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    (void)closure;
    HPyField_Store(ctx, self, &Meta_AsStruct(ctx, self)->held, value);
    return 0;
}

HPyDef_MEMBER(number, "number", HPyMember_LONGLONG, offsetof(Meta, number))

HPyDef_SLOT(traverse, HPy_tp_traverse)
static int traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Meta *)self)->held);
    return 0;
}

HPyDef_SLOT(destroy, HPy_tp_destroy)
static void destroy_impl(void *self)
{
    (void)self;
    destroyed++;
}

static HPyDef *meta_defines[] = { &held, &number, &traverse, &destroy, NULL };
static HPyType_Spec meta_spec = {
    .name = "hpytype_metaclass.Meta",
    .basicsize = sizeof(Meta),
    .itemsize = 0,
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .builtin_shape = SHAPE(Meta),
    .defines = meta_defines,
};

HPyDef_METH(count, "destroyed", HPyFunc_NOARGS)
static HPy count_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyLong_FromInt64_t(ctx, destroyed);
}

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    HPyType_SpecParam params[] = { { HPyType_SpecParam_Base, ctx->h_TypeType }, { 0 } };
    return HPyHelpers_AddType(ctx, module, "Meta", &meta_spec, params) ? 0 : -1;
}

static HPyDef *defines[] = { &module_exec, &count, NULL };
static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpytype_metaclass, definition)
