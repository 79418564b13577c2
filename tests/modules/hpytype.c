/* Heap types: a vector of two numbers with everything that a type can have. */
#include <hpy.h>
#include <math.h>
#include <string.h>

typedef struct {
    double x;
    double y;
    int32_t tag;
    char letter;
    bool flag;
    const char *label;
    HPyField extra;
} Vector;
HPyType_HELPERS(Vector)

static HPyGlobal vector_type;

static int32_t alive = 0;

HPyDef_SLOT(Vector_new, HPy_tp_new)
static HPy Vector_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    (void)args, (void)nargs, (void)kw;
    Vector *vector;
    HPy result = HPy_New(ctx, type, &vector);
    if (HPy_IsNull(result))
        return HPy_NULL;
    alive++;
    vector->letter = 'v';
    vector->label = "a vector";
    return result;
}

HPyDef_SLOT(Vector_init, HPy_tp_init)
static int Vector_init_impl(HPyContext *ctx, HPy self, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    static const char *names[] = { "x", "y", "tag", NULL };
    double x = 0, y = 0;
    int tag = 0;
    HPyTracker tracker;
    if (!HPyArg_ParseKeywordsDict(ctx, &tracker, args, nargs, kw, "|ddi:Vector", names, &x, &y,
                                  &tag))
        return -1;
    HPyTracker_Close(ctx, tracker);
    Vector *vector = Vector_AsStruct(ctx, self);
    vector->x = x;
    vector->y = y;
    vector->tag = tag;
    return 0;
}

HPyDef_SLOT(Vector_destroy, HPy_tp_destroy)
static void Vector_destroy_impl(void *data)
{
    (void)data;
    alive--;
}

HPyDef_SLOT(Vector_traverse, HPy_tp_traverse)
static int Vector_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Vector *)self)->extra);
    return 0;
}

static HPy make(HPyContext *ctx, double x, double y)
{
    HPy type = HPyGlobal_Load(ctx, vector_type);
    HPy args[] = { HPyFloat_FromDouble(ctx, x), HPyFloat_FromDouble(ctx, y) };
    HPy result = HPy_Call(ctx, type, args, 2, HPy_NULL);
    HPy_Close(ctx, args[0]);
    HPy_Close(ctx, args[1]);
    HPy_Close(ctx, type);
    return result;
}

/* The struct of a vector, or NULL without an error for anything else. */
static Vector *as_vector(HPyContext *ctx, HPy h)
{
    HPy type = HPyGlobal_Load(ctx, vector_type);
    int is_vector = HPy_TypeCheck(ctx, h, type);
    HPy_Close(ctx, type);
    return is_vector ? Vector_AsStruct(ctx, h) : NULL;
}

HPyDef_SLOT(Vector_repr, HPy_tp_repr)
static HPy Vector_repr_impl(HPyContext *ctx, HPy self)
{
    Vector *vector = Vector_AsStruct(ctx, self);
    HPy x = HPyFloat_FromDouble(ctx, vector->x), y = HPyFloat_FromDouble(ctx, vector->y);
    HPy result = HPyUnicode_FromFormat(ctx, "<%R, %R>", x, y);
    HPy_Close(ctx, x);
    HPy_Close(ctx, y);
    return result;
}

HPyDef_SLOT(Vector_str, HPy_tp_str)
static HPy Vector_str_impl(HPyContext *ctx, HPy self)
{
    return HPyUnicode_FromString(ctx, Vector_AsStruct(ctx, self)->label);
}

#define COMPONENTWISE(NAME, SLOT, OPERATOR)                                     \
    HPyDef_SLOT(NAME, SLOT)                                                     \
    static HPy NAME##_impl(HPyContext *ctx, HPy a, HPy b)                       \
    {                                                                           \
        Vector *left = as_vector(ctx, a), *right = as_vector(ctx, b);           \
        if (left == NULL || right == NULL)                                      \
            return HPy_Dup(ctx, ctx->h_NotImplemented);                         \
        return make(ctx, left->x OPERATOR right->x, left->y OPERATOR right->y); \
    }

COMPONENTWISE(Vector_add, HPy_nb_add, +)
COMPONENTWISE(Vector_subtract, HPy_nb_subtract, -)

/* vector * number, number * vector, and the scalar product of two vectors. */
HPyDef_SLOT(Vector_multiply, HPy_nb_multiply)
static HPy Vector_multiply_impl(HPyContext *ctx, HPy a, HPy b)
{
    Vector *left = as_vector(ctx, a), *right = as_vector(ctx, b);
    if (left != NULL && right != NULL)
        return HPyFloat_FromDouble(ctx, left->x * right->x + left->y * right->y);
    HPy number = left != NULL ? b : a;
    Vector *vector = left != NULL ? left : right;
    if (!HPyNumber_Check(ctx, number))
        return HPy_Dup(ctx, ctx->h_NotImplemented);
    double factor = HPyFloat_AsDouble(ctx, number);
    if (factor == -1.0 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    return make(ctx, vector->x * factor, vector->y * factor);
}

HPyDef_SLOT(Vector_inplace_add, HPy_nb_inplace_add)
static HPy Vector_inplace_add_impl(HPyContext *ctx, HPy self, HPy other)
{
    Vector *vector = Vector_AsStruct(ctx, self), *right = as_vector(ctx, other);
    if (right == NULL)
        return HPy_Dup(ctx, ctx->h_NotImplemented);
    vector->x += right->x;
    vector->y += right->y;
    return HPy_Dup(ctx, self);
}

HPyDef_SLOT(Vector_negative, HPy_nb_negative)
static HPy Vector_negative_impl(HPyContext *ctx, HPy self)
{
    Vector *vector = Vector_AsStruct(ctx, self);
    return make(ctx, -vector->x, -vector->y);
}

HPyDef_SLOT(Vector_absolute, HPy_nb_absolute)
static HPy Vector_absolute_impl(HPyContext *ctx, HPy self)
{
    Vector *vector = Vector_AsStruct(ctx, self);
    return HPyFloat_FromDouble(ctx, hypot(vector->x, vector->y));
}

HPyDef_SLOT(Vector_bool, HPy_nb_bool)
static int Vector_bool_impl(HPyContext *ctx, HPy self)
{
    Vector *vector = Vector_AsStruct(ctx, self);
    return vector->x != 0 || vector->y != 0;
}

HPyDef_SLOT(Vector_float, HPy_nb_float)
static HPy Vector_float_impl(HPyContext *ctx, HPy self)
{
    return Vector_absolute_impl(ctx, self);
}

HPyDef_SLOT(Vector_int, HPy_nb_int)
static HPy Vector_int_impl(HPyContext *ctx, HPy self)
{
    return HPyLong_FromLong(ctx, (long)Vector_AsStruct(ctx, self)->x);
}

HPyDef_SLOT(Vector_power, HPy_nb_power)
static HPy Vector_power_impl(HPyContext *ctx, HPy a, HPy b, HPy c)
{
    HPy text = HPyUnicode_FromFormat(ctx, "pow(%R, %R, %R)", a, b, c);
    return text;
}

HPyDef_SLOT(Vector_richcompare, HPy_tp_richcompare)
static HPy Vector_richcompare_impl(HPyContext *ctx, HPy a, HPy b, HPy_RichCmpOp operator)
{
    Vector *left = as_vector(ctx, a), *right = as_vector(ctx, b);
    if (left == NULL || right == NULL || (operator != HPy_EQ && operator != HPy_NE))
        return HPy_Dup(ctx, ctx->h_NotImplemented);
    bool equal = left->x == right->x && left->y == right->y;
    return HPyBool_FromBool(ctx, equal == (operator == HPy_EQ));
}

HPyDef_SLOT(Vector_hash, HPy_tp_hash)
static HPy_hash_t Vector_hash_impl(HPyContext *ctx, HPy self)
{
    return (HPy_hash_t)Vector_AsStruct(ctx, self)->x * 1000 + 7;
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
    Vector *vector = Vector_AsStruct(ctx, self);
    if (index < 0 || index > 1)
        return HPyErr_SetString(ctx, ctx->h_IndexError, "a vector has two components"), HPy_NULL;
    return HPyFloat_FromDouble(ctx, index == 0 ? vector->x : vector->y);
}

HPyDef_SLOT(Vector_contains, HPy_sq_contains)
static int Vector_contains_impl(HPyContext *ctx, HPy self, HPy x)
{
    Vector *vector = Vector_AsStruct(ctx, self);
    double wanted = HPyFloat_AsDouble(ctx, x);
    if (wanted == -1.0 && HPyErr_Occurred(ctx))
        return -1;
    return vector->x == wanted || vector->y == wanted;
}

HPyDef_SLOT(Vector_call, HPy_tp_call)
static HPy Vector_call_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    HPy_ssize_t named = HPy_IsNull(kwnames) ? 0 : HPy_Length(ctx, kwnames);
    HPy positional = HPyTuple_FromArray(ctx, (HPy *)args, (HPy_ssize_t)nargs);
    HPy result = HPyUnicode_FromFormat(ctx, "%R called with %R and %d keywords", self, positional,
                                       (int)named);
    HPy_Close(ctx, positional);
    return result;
}

HPyDef_METH(Vector_scaled, "scaled", HPyFunc_O, .doc = "The vector times a number.")
static HPy Vector_scaled_impl(HPyContext *ctx, HPy self, HPy number)
{
    double factor = HPyFloat_AsDouble(ctx, number);
    if (factor == -1.0 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    Vector *vector = Vector_AsStruct(ctx, self);
    return make(ctx, vector->x * factor, vector->y * factor);
}

HPyDef_METH(Vector_moved, "moved", HPyFunc_KEYWORDS)
static HPy Vector_moved_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    static const char *names[] = { "by_x", "by_y", NULL };
    double x = 0, y = 0;
    HPyTracker tracker;
    if (!HPyArg_ParseKeywords(ctx, &tracker, args, nargs, kwnames, "|dd:moved", names, &x, &y))
        return HPy_NULL;
    HPyTracker_Close(ctx, tracker);
    Vector *vector = Vector_AsStruct(ctx, self);
    return make(ctx, vector->x + x, vector->y + y);
}

HPyDef_MEMBER(Vector_x, "x", HPyMember_DOUBLE, offsetof(Vector, x), .doc = "The first component.")
HPyDef_MEMBER(Vector_y, "y", HPyMember_DOUBLE, offsetof(Vector, y))
HPyDef_MEMBER(Vector_tag, "tag", HPyMember_INT, offsetof(Vector, tag))
HPyDef_MEMBER(Vector_fixed_tag, "fixed_tag", HPyMember_INT, offsetof(Vector, tag), .readonly = 1)
HPyDef_MEMBER(Vector_letter, "letter", HPyMember_CHAR, offsetof(Vector, letter))
HPyDef_MEMBER(Vector_flag, "flag", HPyMember_BOOL, offsetof(Vector, flag))
HPyDef_MEMBER(Vector_label, "label", HPyMember_STRING, offsetof(Vector, label))
HPyDef_MEMBER(Vector_extra, "extra", HPyMember_OBJECT, offsetof(Vector, extra))
HPyDef_MEMBER(Vector_must, "must", HPyMember_OBJECT_EX, offsetof(Vector, extra))

HPyDef_GET(Vector_angle, "angle", .doc = "In degrees.")
static HPy Vector_angle_get(HPyContext *ctx, HPy self, void *closure)
{
    (void)closure;
    Vector *vector = Vector_AsStruct(ctx, self);
    return HPyFloat_FromDouble(ctx, round(atan2(vector->y, vector->x) * 18000 / acos(-1)) / 100);
}

HPyDef_GETSET(Vector_pair, "pair", .closure = "closure")
static HPy Vector_pair_get(HPyContext *ctx, HPy self, void *closure)
{
    Vector *vector = Vector_AsStruct(ctx, self);
    return HPy_BuildValue(ctx, "dds", vector->x, vector->y, (const char *)closure);
}

static int Vector_pair_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    (void)closure;
    if (HPy_IsNull(value))
        return HPyErr_SetString(ctx, ctx->h_AttributeError, "a pair stays"), -1;
    HPy x = HPy_GetItem_i(ctx, value, 0);
    HPy y = HPy_IsNull(x) ? HPy_NULL : HPy_GetItem_i(ctx, value, 1);
    int failed = HPy_IsNull(y);
    if (!failed) {
        Vector *vector = Vector_AsStruct(ctx, self);
        vector->x = HPyFloat_AsDouble(ctx, x);
        vector->y = HPyFloat_AsDouble(ctx, y);
        failed = HPyErr_Occurred(ctx);
    }
    HPy_Close(ctx, x);
    HPy_Close(ctx, y);
    return failed ? -1 : 0;
}

static HPyDef *vector_defines[] = {
    &Vector_new, &Vector_init, &Vector_destroy, &Vector_traverse, &Vector_repr, &Vector_str,
    &Vector_add, &Vector_subtract, &Vector_multiply, &Vector_inplace_add, &Vector_negative,
    &Vector_absolute, &Vector_bool, &Vector_float, &Vector_int, &Vector_power,
    &Vector_richcompare, &Vector_hash, &Vector_length, &Vector_item, &Vector_contains,
    &Vector_call, &Vector_scaled, &Vector_moved, &Vector_x, &Vector_y, &Vector_tag,
    &Vector_fixed_tag, &Vector_letter, &Vector_flag, &Vector_label, &Vector_extra, &Vector_must,
    &Vector_angle, &Vector_pair, NULL,
};

static HPyType_Spec vector_spec = {
    .name = "hpytype.Vector",
    .doc = "A vector of two numbers.",
    .basicsize = sizeof(Vector),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .builtin_shape = SHAPE(Vector),
    .defines = vector_defines,
};

/* A type in C on top of the other: a larger struct, some slots of its own. */
typedef struct {
    Vector base;
    double z;
} Vector3;
HPyType_HELPERS(Vector3)

HPyDef_SLOT(Vector3_repr, HPy_tp_repr)
static HPy Vector3_repr_impl(HPyContext *ctx, HPy self)
{
    Vector3 *vector = Vector3_AsStruct(ctx, self);
    HPy base = Vector_repr_impl(ctx, self), z = HPyFloat_FromDouble(ctx, vector->z);
    HPy result = HPyUnicode_FromFormat(ctx, "%S+%R", base, z);
    HPy_Close(ctx, base);
    HPy_Close(ctx, z);
    return result;
}

HPyDef_MEMBER(Vector3_z, "z", HPyMember_DOUBLE, offsetof(Vector3, z))

static HPyDef *vector3_defines[] = { &Vector3_repr, &Vector3_z, NULL };

static HPyType_Spec vector3_spec = {
    .name = "hpytype.Vector3",
    .basicsize = sizeof(Vector3),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
    .builtin_shape = SHAPE(Vector3),
    .defines = vector3_defines,
};

/* A type that cannot be subclassed and has no constructor of its own. */
static HPyType_Spec sealed_spec = {
    .name = "hpytype.Sealed",
    .flags = HPy_TPFLAGS_DEFAULT,
};

HPyDef_METH(count_alive, "count_alive", HPyFunc_NOARGS, .doc = "How many vectors are alive.")
static HPy count_alive_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyLong_FromInt32_t(ctx, alive);
}

HPyDef_METH(keep_extra, "keep_extra", HPyFunc_VARARGS, .doc = "keep_extra(vector, object)")
static HPy keep_extra_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    Vector *vector = nargs == 2 ? as_vector(ctx, args[0]) : NULL;
    if (vector == NULL)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "a vector and an object"), HPy_NULL;
    HPyField_Store(ctx, args[0], &vector->extra, args[1]);
    return HPyField_Load(ctx, args[0], vector->extra);
}

HPyDef_METH(type_name, "type_name", HPyFunc_O, .doc = "HPyType_GetName")
static HPy type_name_impl(HPyContext *ctx, HPy self, HPy type)
{
    (void)self;
    const char *name = HPyType_GetName(ctx, type);
    return name == NULL ? HPy_NULL : HPyUnicode_FromString(ctx, name);
}

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    if (!HPyHelpers_AddType(ctx, module, "Vector", &vector_spec, NULL))
        return -1;
    if (!HPyHelpers_AddType(ctx, module, "Sealed", &sealed_spec, NULL))
        return -1;
    HPy base = HPy_GetAttr_s(ctx, module, "Vector");
    if (HPy_IsNull(base))
        return -1;
    HPyGlobal_Store(ctx, &vector_type, base);
    HPyType_SpecParam params[] = { { HPyType_SpecParam_Base, base }, { 0 } };
    int added = HPyHelpers_AddType(ctx, module, "Vector3", &vector3_spec, params);
    HPy_Close(ctx, base);
    return added ? 0 : -1;
}

static HPyDef *defines[] = { &count_alive, &keep_extra, &type_name, &module_exec, NULL };

static HPyGlobal *globals[] = { &vector_type, NULL };

static HPyModuleDef definition = { .defines = defines, .globals = globals };

HPy_MODINIT(hpytype, definition)
