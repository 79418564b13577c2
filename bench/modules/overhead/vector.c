/* A type with a struct and what such types have. */
#include "loop.h"

HPyGlobal vector_type;

HPyDef_SLOT(Vector_new, HPy_tp_new)
static HPy Vector_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    (void)kw;
    Vector *vector;
    double x = 0.0, y = 0.0;
    if (nargs != 0 && !HPyArg_Parse(ctx, NULL, args, (size_t)nargs, "dd:Vector", &x, &y))
        return HPy_NULL;
    HPy result = HPy_New(ctx, type, &vector);
    if (HPy_IsNull(result))
        return HPy_NULL;
    vector->x = x;
    vector->y = y;
    return result;
}

HPyDef_SLOT(Vector_traverse, HPy_tp_traverse)
static int Vector_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Vector *)self)->link);
    return 0;
}

HPyDef_SLOT(Vector_destroy, HPy_tp_destroy)
static void Vector_destroy_impl(void *self)
{
    (void)self;
}

HPyDef_METH(Vector_norm, "norm", HPyFunc_NOARGS)
static HPy Vector_norm_impl(HPyContext *ctx, HPy self)
{
    const Vector *vector = Vector_AsStruct(ctx, self);
    return HPyFloat_FromDouble(ctx, vector->x * vector->x + vector->y * vector->y);
}

HPyDef_METH(Vector_same, "same", HPyFunc_O)
static HPy Vector_same_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    return HPy_Dup(ctx, arg);
}

HPyDef_MEMBER(Vector_x, "x", HPyMember_DOUBLE, offsetof(Vector, x))

HPyDef_GETSET(Vector_sum, "sum")
static HPy Vector_sum_get(HPyContext *ctx, HPy self, void *closure)
{
    (void)closure;
    const Vector *vector = Vector_AsStruct(ctx, self);
    return HPyFloat_FromDouble(ctx, vector->x + vector->y);
}

static int Vector_sum_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    (void)closure;
    Vector *vector = Vector_AsStruct(ctx, self);
    vector->x = HPyFloat_AsDouble(ctx, value) - vector->y;
    return HPyErr_Occurred(ctx) ? -1 : 0;
}

HPyDef_SLOT(Vector_add, HPy_nb_add)
static HPy Vector_add_impl(HPyContext *ctx, HPy self, HPy other)
{
    HPy type = HPyGlobal_Load(ctx, vector_type);
    HPy result = HPy_NULL;
    if (HPy_TypeCheck(ctx, self, type) && HPy_TypeCheck(ctx, other, type)) {
        const Vector *a = Vector_AsStruct(ctx, self), *b = Vector_AsStruct(ctx, other);
        Vector *sum;
        result = HPy_New(ctx, type, &sum);
        if (!HPy_IsNull(result)) {
            sum->x = a->x + b->x;
            sum->y = a->y + b->y;
        }
    } else {
        result = HPy_Dup(ctx, ctx->h_NotImplemented);
    }
    HPy_Close(ctx, type);
    return result;
}

HPyDef_SLOT(Vector_length, HPy_sq_length)
static HPy_ssize_t Vector_length_impl(HPyContext *ctx, HPy self)
{
    (void)ctx, (void)self;
    return 2;
}

HPyDef_SLOT(Vector_item, HPy_sq_item)
static HPy Vector_item_impl(HPyContext *ctx, HPy self, HPy_ssize_t index)
{
    const Vector *vector = Vector_AsStruct(ctx, self);
    if (index < 0 || index > 1) {
        HPyErr_SetString(ctx, ctx->h_IndexError, "a vector has two components");
        return HPy_NULL;
    }
    return HPyFloat_FromDouble(ctx, index == 0 ? vector->x : vector->y);
}

HPyDef_SLOT(Vector_call, HPy_tp_call)
static HPy Vector_call_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)self, (void)kwnames;
    return HPy_Dup(ctx, nargs == 0 ? ctx->h_None : args[0]);
}

static HPyDef *vector_defines[] = {
    &Vector_new,    &Vector_traverse, &Vector_destroy, &Vector_norm, &Vector_same, &Vector_x,
    &Vector_sum,    &Vector_add,      &Vector_length,  &Vector_item, &Vector_call, NULL,
};

HPyType_Spec vector_spec = {
    .name = "overhead.Vector",
    .basicsize = sizeof(Vector),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_HAVE_GC,
    .builtin_shape = SHAPE(Vector),
    .defines = vector_defines,
};
