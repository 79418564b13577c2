/* Quaternions: numbers w + xi + yj + zk, the usual way to calculate with
 * rotations in space.
 *
 * There are two types. `Quaternion` is a number: immutable, hashable, mixing
 * with int and float from either side of an operator. `Orientation` is a
 * place to keep one: it changes under `*=` and checks what is assigned to it.
 *
 * Everything here goes through the HPy context; the compiled module therefore
 * has no idea which Python it runs on. Two habits to notice when coming from
 * the CPython API:
 *
 *  - A handle that was returned is closed exactly once, on every path. Handles
 *    that came in as arguments belong to the caller.
 *  - A C struct is reached through `Quaternion_AsStruct(ctx, handle)`; there is
 *    no header at its start, and a handle is not its address.
 */
#include <math.h>
#include <stdio.h>
#include "hpy.h"

typedef struct {
    double w, x, y, z;
} Quaternion;

typedef struct {
    Quaternion q;    /* always of length 1 */
    long turns;      /* how many rotations went in */
} Orientation;

HPyType_HELPERS(Quaternion)
HPyType_HELPERS(Orientation)

/* Slot functions of binary operators get no module and no type, only the two
 * operands, of which either may be the quaternion. So the type is kept in a
 * global, which HPy resolves for each interpreter separately. */
static HPyGlobal quaternion_type;

/* ---- the arithmetic, without any Python in it ---- */

static Quaternion scaled(Quaternion q, double s)
{
    return (Quaternion){ q.w * s, q.x * s, q.y * s, q.z * s };
}

static Quaternion sum(Quaternion a, Quaternion b)
{
    return (Quaternion){ a.w + b.w, a.x + b.x, a.y + b.y, a.z + b.z };
}

static Quaternion product(Quaternion a, Quaternion b)
{
    return (Quaternion){
        a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
        a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
        a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
        a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
    };
}

static Quaternion conjugate(Quaternion q)
{
    return (Quaternion){ q.w, -q.x, -q.y, -q.z };
}

static double norm_squared(Quaternion q)
{
    return q.w * q.w + q.x * q.x + q.y * q.y + q.z * q.z;
}

static int is_real(Quaternion q)
{
    return q.x == 0 && q.y == 0 && q.z == 0;
}

/* q to a whole power, by repeated squaring: exact where the parts are. */
static Quaternion whole_power(Quaternion q, unsigned long exponent)
{
    Quaternion result = { 1, 0, 0, 0 };
    while (exponent) {
        if (exponent & 1)
            result = product(result, q);
        q = product(q, q);
        exponent >>= 1;
    }
    return result;
}

/* q to any real power, in polar form: |q|^t (cos t*a + u sin t*a). */
static Quaternion real_power(Quaternion q, double t)
{
    double vector = sqrt(q.x * q.x + q.y * q.y + q.z * q.z);
    double angle = atan2(vector, q.w) * t;
    double size = pow(norm_squared(q), t / 2);
    double s = vector == 0 ? 0 : size * sin(angle) / vector;
    return (Quaternion){ size * cos(angle), q.x * s, q.y * s, q.z * s };
}

/* ---- to and from Python ---- */

static HPy box(HPyContext *ctx, Quaternion value)
{
    HPy type = HPyGlobal_Load(ctx, quaternion_type);
    Quaternion *data;
    HPy h = HPy_New(ctx, type, &data);
    HPy_Close(ctx, type);
    if (!HPy_IsNull(h))
        *data = value;
    return h;
}

/* Reads an operand: a quaternion (or of a subclass), a float or an int.
 * Returns 1 when it is one, 0 when it is something else and the operator
 * should give the other operand a chance, -1 with an error set. */
static int unbox(HPyContext *ctx, HPy h, Quaternion *value)
{
    HPy type = HPyGlobal_Load(ctx, quaternion_type);
    int ours = HPy_TypeCheck(ctx, h, type);
    HPy_Close(ctx, type);
    if (ours) {
        *value = *Quaternion_AsStruct(ctx, h);
        return 1;
    }
    if (HPy_TypeCheck(ctx, h, ctx->h_FloatType) || HPy_TypeCheck(ctx, h, ctx->h_LongType)) {
        double real = HPyFloat_AsDouble(ctx, h);
        if (real == -1.0 && HPyErr_Occurred(ctx))
            return -1;
        *value = (Quaternion){ real, 0, 0, 0 };
        return 1;
    }
    return 0;
}

/* Both operands, or the answer to give when that fails. */
static int unbox_both(HPyContext *ctx, HPy ha, HPy hb, Quaternion *a, Quaternion *b, HPy *answer)
{
    int got = unbox(ctx, ha, a);
    if (got == 1)
        got = unbox(ctx, hb, b);
    if (got == 1)
        return 1;
    *answer = got < 0 ? HPy_NULL : HPy_Dup(ctx, ctx->h_NotImplemented);
    return 0;
}

/* An argument that has to be a quaternion, with an error that says which. */
static int argument(HPyContext *ctx, HPy h, const char *what, Quaternion *value)
{
    int got = unbox(ctx, h, value);
    if (got == 0) {
        HPy type = HPy_Type(ctx, h);
        HPyErr_Format(ctx, ctx->h_TypeError, "%s must be a quaternion or a number, not %s",
                      what, HPyType_GetName(ctx, type));
        HPy_Close(ctx, type);
    }
    return got == 1;
}

/* Three numbers from any sequence of length three. */
static int vector_argument(HPyContext *ctx, HPy h, double v[3])
{
    HPy_ssize_t length = HPy_Length(ctx, h);
    if (length < 0)
        return 0;
    if (length != 3) {
        HPyErr_Format(ctx, ctx->h_ValueError, "a vector has 3 parts, not %zd", length);
        return 0;
    }
    for (HPy_ssize_t i = 0; i < 3; i++) {
        HPy part = HPy_GetItem_i(ctx, h, i);
        if (HPy_IsNull(part))
            return 0;
        v[i] = HPyFloat_AsDouble(ctx, part);
        HPy_Close(ctx, part);
        if (v[i] == -1.0 && HPyErr_Occurred(ctx))
            return 0;
    }
    return 1;
}

/* ---- Quaternion: making, showing, comparing ---- */

HPyDef_SLOT(Quaternion_new, HPy_tp_new)
static HPy Quaternion_new_impl(HPyContext *ctx, HPy type, const HPy *args,
                               HPy_ssize_t nargs, HPy kw)
{
    static const char *names[] = { "w", "x", "y", "z", NULL };
    Quaternion value = { 0, 0, 0, 0 };
    if (!HPyArg_ParseKeywordsDict(ctx, NULL, args, nargs, kw, "|dddd:Quaternion", names,
                                  &value.w, &value.x, &value.y, &value.z))
        return HPy_NULL;
    /* `type` may be a subclass: an instance of it is made, not of ours. The
     * pointer that comes along is left alone, since hpy 0.9.0 on CPython gets
     * it wrong for classes made in Python; AsStruct is right everywhere. */
    Quaternion *ignored;
    HPy h = HPy_New(ctx, type, &ignored);
    if (!HPy_IsNull(h))
        *Quaternion_AsStruct(ctx, h) = value;
    return h;
}

HPyDef_SLOT(Quaternion_repr, HPy_tp_repr)
static HPy Quaternion_repr_impl(HPyContext *ctx, HPy self)
{
    Quaternion q = *Quaternion_AsStruct(ctx, self);
    char parts[128];
    snprintf(parts, sizeof parts, "(%.12g, %.12g, %.12g, %.12g)", q.w, q.x, q.y, q.z);
    HPy type = HPy_Type(ctx, self);
    HPy text = HPyUnicode_FromFormat(ctx, "%s%s", HPyType_GetName(ctx, type), parts);
    HPy_Close(ctx, type);
    return text;
}

/* `1 + 2i - 0.5k`: parts that are zero are left out. */
HPyDef_SLOT(Quaternion_str, HPy_tp_str)
static HPy Quaternion_str_impl(HPyContext *ctx, HPy self)
{
    Quaternion q = *Quaternion_AsStruct(ctx, self);
    const double parts[] = { q.w, q.x, q.y, q.z };
    const char *units[] = { "", "i", "j", "k" };
    char text[160] = "";
    size_t end = 0;
    for (int n = 0; n < 4; n++) {
        double size = fabs(parts[n]);
        if (size == 0)
            continue;
        const char *sign = parts[n] < 0 ? (end ? " - " : "-") : (end ? " + " : "");
        end += (size_t)snprintf(text + end, sizeof text - end, "%s", sign);
        /* The 1 in 1i goes without saying. */
        if (n == 0 || size != 1)
            end += (size_t)snprintf(text + end, sizeof text - end, "%.6g", size);
        end += (size_t)snprintf(text + end, sizeof text - end, "%s", units[n]);
    }
    return HPyUnicode_FromString(ctx, end ? text : "0");
}

HPyDef_SLOT(Quaternion_richcompare, HPy_tp_richcompare)
static HPy Quaternion_richcompare_impl(HPyContext *ctx, HPy ha, HPy hb, HPy_RichCmpOp op)
{
    Quaternion a, b;
    HPy answer;
    /* Like complex numbers, quaternions are equal or not, and never less. */
    if (op != HPy_EQ && op != HPy_NE)
        return HPy_Dup(ctx, ctx->h_NotImplemented);
    if (!unbox_both(ctx, ha, hb, &a, &b, &answer))
        return answer;
    int equal = a.w == b.w && a.x == b.x && a.y == b.y && a.z == b.z;
    return HPyBool_FromBool(ctx, equal == (op == HPy_EQ));
}

/* Equal values need equal hashes, and Quaternion(2) == 2.0 == 2. */
HPyDef_SLOT(Quaternion_hash, HPy_tp_hash)
static HPy_hash_t Quaternion_hash_impl(HPyContext *ctx, HPy self)
{
    Quaternion q = *Quaternion_AsStruct(ctx, self);
    HPy key = is_real(q) ? HPyFloat_FromDouble(ctx, q.w)
                         : HPy_BuildValue(ctx, "(dddd)", q.w, q.x, q.y, q.z);
    if (HPy_IsNull(key))
        return -1;
    HPy_hash_t hash = HPy_Hash(ctx, key);
    HPy_Close(ctx, key);
    return hash;
}

/* ---- Quaternion: operators ---- */

HPyDef_SLOT(Quaternion_add, HPy_nb_add)
static HPy Quaternion_add_impl(HPyContext *ctx, HPy ha, HPy hb)
{
    Quaternion a, b;
    HPy answer;
    if (!unbox_both(ctx, ha, hb, &a, &b, &answer))
        return answer;
    return box(ctx, sum(a, b));
}

HPyDef_SLOT(Quaternion_subtract, HPy_nb_subtract)
static HPy Quaternion_subtract_impl(HPyContext *ctx, HPy ha, HPy hb)
{
    Quaternion a, b;
    HPy answer;
    if (!unbox_both(ctx, ha, hb, &a, &b, &answer))
        return answer;
    return box(ctx, sum(a, scaled(b, -1)));
}

HPyDef_SLOT(Quaternion_multiply, HPy_nb_multiply)
static HPy Quaternion_multiply_impl(HPyContext *ctx, HPy ha, HPy hb)
{
    Quaternion a, b;
    HPy answer;
    if (!unbox_both(ctx, ha, hb, &a, &b, &answer))
        return answer;
    return box(ctx, product(a, b));
}

/* a / b is a times the inverse of b, in this order: it matters. */
HPyDef_SLOT(Quaternion_divide, HPy_nb_true_divide)
static HPy Quaternion_divide_impl(HPyContext *ctx, HPy ha, HPy hb)
{
    Quaternion a, b;
    HPy answer;
    if (!unbox_both(ctx, ha, hb, &a, &b, &answer))
        return answer;
    double divisor = norm_squared(b);
    if (divisor == 0)
        return HPyErr_SetString(ctx, ctx->h_ZeroDivisionError, "quaternion division by zero");
    return box(ctx, scaled(product(a, conjugate(b)), 1 / divisor));
}

HPyDef_SLOT(Quaternion_power, HPy_nb_power)
static HPy Quaternion_power_impl(HPyContext *ctx, HPy hbase, HPy hexponent, HPy hmodulus)
{
    Quaternion base, exponent;
    HPy answer;
    if (!HPy_Is(ctx, hmodulus, ctx->h_None))
        return HPyErr_SetString(ctx, ctx->h_TypeError, "quaternions have no pow() with a modulus");
    if (!unbox_both(ctx, hbase, hexponent, &base, &exponent, &answer))
        return answer;
    if (!is_real(exponent))
        return HPyErr_SetString(ctx, ctx->h_TypeError, "the exponent of a quaternion must be real");
    double t = exponent.w;
    if (t < 0 && norm_squared(base) == 0)
        return HPyErr_SetString(ctx, ctx->h_ZeroDivisionError, "zero to a negative power");
    if (t != floor(t) || fabs(t) > 1e6)
        return box(ctx, real_power(base, t));
    if (t < 0)
        base = scaled(conjugate(base), 1 / norm_squared(base));
    return box(ctx, whole_power(base, (unsigned long)fabs(t)));
}

HPyDef_SLOT(Quaternion_negative, HPy_nb_negative)
static HPy Quaternion_negative_impl(HPyContext *ctx, HPy self)
{
    return box(ctx, scaled(*Quaternion_AsStruct(ctx, self), -1));
}

HPyDef_SLOT(Quaternion_positive, HPy_nb_positive)
static HPy Quaternion_positive_impl(HPyContext *ctx, HPy self)
{
    return HPy_Dup(ctx, self);
}

/* ~q is the conjugate. */
HPyDef_SLOT(Quaternion_invert, HPy_nb_invert)
static HPy Quaternion_invert_impl(HPyContext *ctx, HPy self)
{
    return box(ctx, conjugate(*Quaternion_AsStruct(ctx, self)));
}

HPyDef_SLOT(Quaternion_absolute, HPy_nb_absolute)
static HPy Quaternion_absolute_impl(HPyContext *ctx, HPy self)
{
    return HPyFloat_FromDouble(ctx, sqrt(norm_squared(*Quaternion_AsStruct(ctx, self))));
}

HPyDef_SLOT(Quaternion_bool, HPy_nb_bool)
static int Quaternion_bool_impl(HPyContext *ctx, HPy self)
{
    return norm_squared(*Quaternion_AsStruct(ctx, self)) != 0;
}

HPyDef_SLOT(Quaternion_float, HPy_nb_float)
static HPy Quaternion_float_impl(HPyContext *ctx, HPy self)
{
    Quaternion q = *Quaternion_AsStruct(ctx, self);
    if (!is_real(q))
        return HPyErr_SetString(ctx, ctx->h_TypeError, "a quaternion with i, j or k is no float");
    return HPyFloat_FromDouble(ctx, q.w);
}

/* ---- Quaternion: as a sequence of four ---- */

HPyDef_SLOT(Quaternion_length, HPy_sq_length)
static HPy_ssize_t Quaternion_length_impl(HPyContext *ctx, HPy self)
{
    (void)ctx, (void)self;
    return 4;
}

/* Iteration needs no more than this: it counts up until the IndexError. */
HPyDef_SLOT(Quaternion_item, HPy_sq_item)
static HPy Quaternion_item_impl(HPyContext *ctx, HPy self, HPy_ssize_t index)
{
    Quaternion *q = Quaternion_AsStruct(ctx, self);
    switch (index) {
    case 0: return HPyFloat_FromDouble(ctx, q->w);
    case 1: return HPyFloat_FromDouble(ctx, q->x);
    case 2: return HPyFloat_FromDouble(ctx, q->y);
    case 3: return HPyFloat_FromDouble(ctx, q->z);
    default: return HPyErr_SetString(ctx, ctx->h_IndexError, "a quaternion has 4 parts");
    }
}

/* ---- Quaternion: attributes and methods ---- */

HPyDef_MEMBER(Quaternion_w, "w", HPyMember_DOUBLE, offsetof(Quaternion, w),
              .readonly = 1, .doc = "the real part")
HPyDef_MEMBER(Quaternion_x, "x", HPyMember_DOUBLE, offsetof(Quaternion, x), .readonly = 1)
HPyDef_MEMBER(Quaternion_y, "y", HPyMember_DOUBLE, offsetof(Quaternion, y), .readonly = 1)
HPyDef_MEMBER(Quaternion_z, "z", HPyMember_DOUBLE, offsetof(Quaternion, z), .readonly = 1)

HPyDef_GET(Quaternion_vector, "vector", .doc = "the parts of i, j and k")
static HPy Quaternion_vector_get(HPyContext *ctx, HPy self, void *closure)
{
    (void)closure;
    Quaternion *q = Quaternion_AsStruct(ctx, self);
    return HPy_BuildValue(ctx, "(ddd)", q->x, q->y, q->z);
}

HPyDef_METH(Quaternion_rotate, "rotate", HPyFunc_O,
            .doc = "rotate(vector): the vector turned by this rotation, as a tuple")
static HPy Quaternion_rotate_impl(HPyContext *ctx, HPy self, HPy arg)
{
    Quaternion q = *Quaternion_AsStruct(ctx, self);
    double v[3], size = norm_squared(q);
    if (!vector_argument(ctx, arg, v))
        return HPy_NULL;
    if (size == 0)
        return HPyErr_SetString(ctx, ctx->h_ZeroDivisionError, "zero is no rotation");
    Quaternion turned = product(product(q, (Quaternion){ 0, v[0], v[1], v[2] }), conjugate(q));
    return HPy_BuildValue(ctx, "(ddd)", turned.x / size, turned.y / size, turned.z / size);
}

HPyDef_METH(Quaternion_slerp, "slerp", HPyFunc_KEYWORDS,
            .doc = "slerp(other, t=0.5): the rotation a part t of the way to another")
static HPy Quaternion_slerp_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs,
                                 HPy kwnames)
{
    static const char *names[] = { "other", "t", NULL };
    HPyTracker tracker;
    HPy other;
    double t = 0.5;
    Quaternion a = *Quaternion_AsStruct(ctx, self), b;
    if (!HPyArg_ParseKeywords(ctx, &tracker, args, nargs, kwnames, "O|d:slerp", names, &other, &t))
        return HPy_NULL;
    int ok = argument(ctx, other, "other", &b);
    HPyTracker_Close(ctx, tracker);
    if (!ok)
        return HPy_NULL;
    if (norm_squared(a) == 0 || norm_squared(b) == 0)
        return HPyErr_SetString(ctx, ctx->h_ZeroDivisionError, "zero is no rotation");
    Quaternion step = scaled(product(conjugate(a), b), 1 / norm_squared(a));
    return box(ctx, product(a, real_power(step, t)));
}

/* For copy and pickle. The type comes from the instance, so subclasses work. */
HPyDef_METH(Quaternion_reduce, "__reduce__", HPyFunc_NOARGS)
static HPy Quaternion_reduce_impl(HPyContext *ctx, HPy self)
{
    Quaternion *q = Quaternion_AsStruct(ctx, self);
    HPy type = HPy_Type(ctx, self);
    HPy result = HPy_BuildValue(ctx, "(O(dddd))", type, q->w, q->x, q->y, q->z);
    HPy_Close(ctx, type);
    return result;
}

static HPyDef *quaternion_defines[] = {
    &Quaternion_new, &Quaternion_repr, &Quaternion_str,
    &Quaternion_richcompare, &Quaternion_hash,
    &Quaternion_add, &Quaternion_subtract, &Quaternion_multiply, &Quaternion_divide,
    &Quaternion_power, &Quaternion_negative, &Quaternion_positive, &Quaternion_invert,
    &Quaternion_absolute, &Quaternion_bool, &Quaternion_float,
    &Quaternion_length, &Quaternion_item,
    &Quaternion_w, &Quaternion_x, &Quaternion_y, &Quaternion_z, &Quaternion_vector,
    &Quaternion_rotate, &Quaternion_slerp, &Quaternion_reduce,
    NULL,
};

static HPyType_Spec quaternion_spec = {
    .name = "quaternion.Quaternion",
    .doc = "Quaternion(w=0, x=0, y=0, z=0): the number w + xi + yj + zk",
    .basicsize = sizeof(Quaternion),
    .builtin_shape = SHAPE(Quaternion),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
    .defines = quaternion_defines,
};

/* ---- Orientation ---- */

static int set_rotation(HPyContext *ctx, Orientation *self, Quaternion q)
{
    double size = norm_squared(q);
    if (size == 0 || !isfinite(size)) {
        HPyErr_SetString(ctx, ctx->h_ValueError, "a rotation needs a finite length above zero");
        return -1;
    }
    self->q = scaled(q, 1 / sqrt(size));
    return 0;
}

HPyDef_SLOT(Orientation_new, HPy_tp_new)
static HPy Orientation_new_impl(HPyContext *ctx, HPy type, const HPy *args,
                                HPy_ssize_t nargs, HPy kw)
{
    (void)args, (void)nargs, (void)kw;
    Orientation *data;
    HPy h = HPy_New(ctx, type, &data);
    if (!HPy_IsNull(h))
        *data = (Orientation){ .q = { 1, 0, 0, 0 } };
    return h;
}

HPyDef_SLOT(Orientation_init, HPy_tp_init)
static int Orientation_init_impl(HPyContext *ctx, HPy self, const HPy *args,
                                 HPy_ssize_t nargs, HPy kw)
{
    static const char *names[] = { "rotation", NULL };
    HPyTracker tracker;
    HPy rotation = HPy_NULL;
    Quaternion q = { 1, 0, 0, 0 };
    if (!HPyArg_ParseKeywordsDict(ctx, &tracker, args, nargs, kw, "|O:Orientation", names,
                                  &rotation))
        return -1;
    int ok = HPy_IsNull(rotation) || argument(ctx, rotation, "rotation", &q);
    HPyTracker_Close(ctx, tracker);
    return ok ? set_rotation(ctx, Orientation_AsStruct(ctx, self), q) : -1;
}

HPyDef_SLOT(Orientation_repr, HPy_tp_repr)
static HPy Orientation_repr_impl(HPyContext *ctx, HPy self)
{
    Orientation *o = Orientation_AsStruct(ctx, self);
    char text[160];
    snprintf(text, sizeof text, "<Orientation %.6g %.6g %.6g %.6g after %ld turns>",
             o->q.w, o->q.x, o->q.y, o->q.z, o->turns);
    return HPyUnicode_FromString(ctx, text);
}

/* An in-place operator returns the object that the name is bound to from then
 * on. Here that is the same one, changed. */
HPyDef_SLOT(Orientation_imul, HPy_nb_inplace_multiply)
static HPy Orientation_imul_impl(HPyContext *ctx, HPy self, HPy other)
{
    Quaternion turn;
    Orientation *o = Orientation_AsStruct(ctx, self);
    int got = unbox(ctx, other, &turn);
    if (got < 0)
        return HPy_NULL;
    if (got == 0)
        return HPy_Dup(ctx, ctx->h_NotImplemented);
    if (set_rotation(ctx, o, product(turn, o->q)) < 0)
        return HPy_NULL;
    o->turns++;
    return HPy_Dup(ctx, self);
}

/* orientation @ vector */
HPyDef_SLOT(Orientation_matmul, HPy_nb_matrix_multiply)
static HPy Orientation_matmul_impl(HPyContext *ctx, HPy self, HPy vector)
{
    /* By name, so that a quaternion's own `rotate` does the work and its
     * errors. The receiver is the first of the arguments. */
    HPy name = HPyUnicode_FromString(ctx, "rotate");
    HPy rotation = box(ctx, Orientation_AsStruct(ctx, self)->q);
    HPy result = HPy_NULL;
    if (!HPy_IsNull(name) && !HPy_IsNull(rotation))
        result = HPy_CallMethod(ctx, name, (HPy[]){ rotation, vector }, 2, HPy_NULL);
    HPy_Close(ctx, name);
    HPy_Close(ctx, rotation);
    return result;
}

HPyDef_GETSET(Orientation_rotation, "rotation", .doc = "the rotation as a unit quaternion")
static HPy Orientation_rotation_get(HPyContext *ctx, HPy self, void *closure)
{
    (void)closure;
    return box(ctx, Orientation_AsStruct(ctx, self)->q);
}

static int Orientation_rotation_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    (void)closure;
    Quaternion q;
    /* Deletion arrives as an assignment of nothing. */
    if (HPy_IsNull(value)) {
        HPyErr_SetString(ctx, ctx->h_AttributeError, "an orientation always has a rotation");
        return -1;
    }
    if (!argument(ctx, value, "rotation", &q))
        return -1;
    return set_rotation(ctx, Orientation_AsStruct(ctx, self), q);
}

HPyDef_MEMBER(Orientation_turns, "turns", HPyMember_LONG, offsetof(Orientation, turns))

static HPyDef *orientation_defines[] = {
    &Orientation_new, &Orientation_init, &Orientation_repr, &Orientation_imul,
    &Orientation_matmul, &Orientation_rotation, &Orientation_turns,
    NULL,
};

static HPyType_Spec orientation_spec = {
    .name = "quaternion.Orientation",
    .doc = "Orientation(rotation=1): where something points, turned with *=",
    .basicsize = sizeof(Orientation),
    .builtin_shape = SHAPE(Orientation),
    .defines = orientation_defines,
};

/* ---- the module ---- */

HPyDef_METH(rotation, "rotation", HPyFunc_VARARGS,
            .doc = "rotation(axis, degrees): the quaternion that turns about an axis")
static HPy rotation_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy axis;
    double v[3], degrees;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Od:rotation", &axis, &degrees))
        return HPy_NULL;
    int ok = vector_argument(ctx, axis, v);
    HPyTracker_Close(ctx, tracker);
    if (!ok)
        return HPy_NULL;
    double length = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    if (length == 0)
        return HPyErr_SetString(ctx, ctx->h_ValueError, "the axis has no direction");
    double half = degrees * (3.14159265358979323846 / 360), s = sin(half) / length;
    return box(ctx, (Quaternion){ cos(half), v[0] * s, v[1] * s, v[2] * s });
}

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    HPy type = HPyType_FromSpec(ctx, &quaternion_spec, NULL);
    if (HPy_IsNull(type))
        return -1;
    HPyGlobal_Store(ctx, &quaternion_type, type);
    int failed = HPy_SetAttr_s(ctx, module, "Quaternion", type);
    HPy_Close(ctx, type);
    if (failed || !HPyHelpers_AddType(ctx, module, "Orientation", &orientation_spec, NULL))
        return -1;

    const char *names[] = { "i", "j", "k" };
    const Quaternion units[] = { { 0, 1, 0, 0 }, { 0, 0, 1, 0 }, { 0, 0, 0, 1 } };
    for (int n = 0; n < 3; n++) {
        HPy unit = box(ctx, units[n]);
        failed = HPy_IsNull(unit) || HPy_SetAttr_s(ctx, module, names[n], unit) < 0;
        HPy_Close(ctx, unit);
        if (failed)
            return -1;
    }
    return 0;
}

static HPyDef *module_defines[] = { &module_exec, &rotation, NULL };
static HPyGlobal *module_globals[] = { &quaternion_type, NULL };

static HPyModuleDef quaternion_module = {
    .doc = "Quaternions, as numbers and as rotations.",
    .size = 0,
    .defines = module_defines,
    .globals = module_globals,
};

HPy_MODINIT(quaternion, quaternion_module)
