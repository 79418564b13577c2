/* Heap types whose slots say how they were called, and members of every kind. */
#include <hpy.h>
#include <string.h>

/* --- Operators: each slot answers (its name, left, right). The number of the
   instance chooses: 0 declines, 1 raises. --- */
typedef struct {
    int64_t number;
} Operators;
HPyType_HELPERS(Operators)

static HPyGlobal operators_type;

static int64_t number_of(HPyContext *ctx, HPy h)
{
    HPy type = HPyGlobal_Load(ctx, operators_type);
    int mine = HPy_TypeCheck(ctx, h, type);
    HPy_Close(ctx, type);
    return mine ? Operators_AsStruct(ctx, h)->number : 2;
}

static HPy answer(HPyContext *ctx, const char *name, HPy a, HPy b)
{
    int64_t left = number_of(ctx, a), right = number_of(ctx, b);
    if (left == 0 || right == 0)
        return HPy_Dup(ctx, ctx->h_NotImplemented);
    if (left == 1 || right == 1)
        return HPyErr_SetString(ctx, ctx->h_ArithmeticError, name), HPy_NULL;
    return HPy_BuildValue(ctx, "(sOO)", name, a, b);
}

#define BINARY(NAME)                                                            \
    HPyDef_SLOT(op_##NAME, HPy_nb_##NAME)                                       \
    static HPy op_##NAME##_impl(HPyContext *ctx, HPy a, HPy b)                  \
    {                                                                           \
        return answer(ctx, #NAME, a, b);                                        \
    }

BINARY(add) BINARY(subtract) BINARY(multiply) BINARY(remainder) BINARY(divmod) BINARY(lshift)
BINARY(rshift) BINARY(and) BINARY(xor) BINARY(or) BINARY(floor_divide) BINARY(true_divide)
BINARY(matrix_multiply) BINARY(inplace_add) BINARY(inplace_subtract) BINARY(inplace_multiply)
BINARY(inplace_remainder) BINARY(inplace_lshift) BINARY(inplace_rshift) BINARY(inplace_and)
BINARY(inplace_xor) BINARY(inplace_or) BINARY(inplace_floor_divide) BINARY(inplace_true_divide)
BINARY(inplace_matrix_multiply)

#define UNARY(NAME)                                                             \
    HPyDef_SLOT(op_##NAME, HPy_nb_##NAME)                                       \
    static HPy op_##NAME##_impl(HPyContext *ctx, HPy a)                         \
    {                                                                           \
        return answer(ctx, #NAME, a, ctx->h_None);                              \
    }

UNARY(negative) UNARY(positive) UNARY(absolute) UNARY(invert)

/* Conversions must give numbers; number 3 gives something else instead. */
#define CONVERSION(NAME, MAKE)                                                  \
    HPyDef_SLOT(op_##NAME, HPy_nb_##NAME)                                       \
    static HPy op_##NAME##_impl(HPyContext *ctx, HPy a)                         \
    {                                                                           \
        int64_t number = Operators_AsStruct(ctx, a)->number;                    \
        if (number == 1)                                                        \
            return HPyErr_SetString(ctx, ctx->h_ArithmeticError, #NAME), HPy_NULL; \
        if (number == 3)                                                        \
            return HPyUnicode_FromString(ctx, "no number");                     \
        return MAKE(ctx, number);                                               \
    }

CONVERSION(int, HPyLong_FromInt64_t)
CONVERSION(index, HPyLong_FromInt64_t)
CONVERSION(float, HPyFloat_FromDouble)

HPyDef_SLOT(op_bool, HPy_nb_bool)
static int op_bool_impl(HPyContext *ctx, HPy a)
{
    int64_t number = Operators_AsStruct(ctx, a)->number;
    if (number == 1)
        return HPyErr_SetString(ctx, ctx->h_ArithmeticError, "bool"), -1;
    return number != 0;
}

HPyDef_SLOT(op_power, HPy_nb_power)
static HPy op_power_impl(HPyContext *ctx, HPy a, HPy b, HPy c)
{
    HPy pair = HPyTuple_Pack(ctx, 2, b, c);
    HPy result = answer(ctx, "power", a, pair);
    HPy_Close(ctx, pair);
    return result;
}

HPyDef_SLOT(op_inplace_power, HPy_nb_inplace_power)
static HPy op_inplace_power_impl(HPyContext *ctx, HPy a, HPy b, HPy c)
{
    HPy pair = HPyTuple_Pack(ctx, 2, b, c);
    HPy result = answer(ctx, "inplace_power", a, pair);
    HPy_Close(ctx, pair);
    return result;
}

HPyDef_SLOT(op_new, HPy_tp_new)
static HPy op_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    (void)kw;
    int64_t number = nargs == 0 ? 2 : HPyLong_AsInt64_t(ctx, args[0]);
    if (number == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    Operators *unused;
    HPy result = HPy_New(ctx, type, &unused);
    /* CPython's HPy_New gives a wrong pointer for a type made in Python. */
    if (!HPy_IsNull(result))
        Operators_AsStruct(ctx, result)->number = number;
    return result;
}

HPyDef_SLOT(op_repr, HPy_tp_repr)
static HPy op_repr_impl(HPyContext *ctx, HPy self)
{
    return HPyUnicode_FromFormat(ctx, "O%ld", (long)Operators_AsStruct(ctx, self)->number);
}

HPyDef_SLOT(op_richcompare, HPy_tp_richcompare)
static HPy op_richcompare_impl(HPyContext *ctx, HPy a, HPy b, HPy_RichCmpOp op)
{
    static const char *names[] = { "<", "<=", "==", "!=", ">", ">=" };
    return answer(ctx, names[op], a, b);
}

HPyDef_SLOT(op_hash, HPy_tp_hash)
static HPy_hash_t op_hash_impl(HPyContext *ctx, HPy self)
{
    int64_t number = Operators_AsStruct(ctx, self)->number;
    if (number == 1)
        return HPyErr_SetString(ctx, ctx->h_ArithmeticError, "hash"), -1;
    return (HPy_hash_t)number;
}

static HPyDef *operators_defines[] = {
    &op_add, &op_subtract, &op_multiply, &op_remainder, &op_divmod, &op_lshift, &op_rshift,
    &op_and, &op_xor, &op_or, &op_floor_divide, &op_true_divide, &op_matrix_multiply,
    &op_inplace_add, &op_inplace_subtract, &op_inplace_multiply, &op_inplace_remainder,
    &op_inplace_lshift, &op_inplace_rshift, &op_inplace_and, &op_inplace_xor, &op_inplace_or,
    &op_inplace_floor_divide, &op_inplace_true_divide, &op_inplace_matrix_multiply, &op_negative,
    &op_positive, &op_absolute, &op_invert, &op_int, &op_index, &op_float, &op_bool, &op_power,
    &op_inplace_power, &op_new, &op_repr, &op_richcompare, &op_hash, NULL,
};
static HPyType_Spec operators_spec = {
    .name = "differential_types.Operators",
    .basicsize = sizeof(Operators),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
    .builtin_shape = SHAPE(Operators),
    .defines = operators_defines,
};

/* --- Members of every kind. --- */
typedef struct {
    short s;
    int i;
    long l;
    float f;
    double d;
    const char *text;
    HPyField object;
    char c;
    signed char byte;
    unsigned char ubyte;
    unsigned short ushort;
    unsigned int uint;
    unsigned long ulong;
    char inplace[8];
    char flag;
    HPyField object_ex;
    long long longlong;
    unsigned long long ulonglong;
    HPy_ssize_t size;
} Members;
HPyType_HELPERS(Members)

#define MEMBER(NAME, KIND, FIELD)                                               \
    HPyDef_MEMBER(m_##NAME, #NAME, HPyMember_##KIND, offsetof(Members, FIELD))  \
    HPyDef_MEMBER(r_##NAME, "fixed_" #NAME, HPyMember_##KIND, offsetof(Members, FIELD), .readonly = 1)

MEMBER(short, SHORT, s) MEMBER(int, INT, i) MEMBER(long, LONG, l) MEMBER(float, FLOAT, f)
MEMBER(double, DOUBLE, d) MEMBER(string, STRING, text) MEMBER(object, OBJECT, object)
MEMBER(char, CHAR, c) MEMBER(byte, BYTE, byte) MEMBER(ubyte, UBYTE, ubyte)
MEMBER(ushort, USHORT, ushort) MEMBER(uint, UINT, uint) MEMBER(ulong, ULONG, ulong)
MEMBER(inplace, STRING_INPLACE, inplace) MEMBER(bool, BOOL, flag)
MEMBER(object_ex, OBJECT_EX, object_ex) MEMBER(longlong, LONGLONG, longlong)
MEMBER(ulonglong, ULONGLONG, ulonglong) MEMBER(ssize, HPYSSIZET, size) MEMBER(none, NONE, size)

HPyDef_SLOT(members_traverse, HPy_tp_traverse)
static int members_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Members *)self)->object);
    HPy_VISIT(&((Members *)self)->object_ex);
    return 0;
}

HPyDef_SLOT(members_new, HPy_tp_new)
static HPy members_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    (void)args, (void)kw;
    Members *unused;
    HPy result = HPy_New(ctx, type, &unused);
    if (HPy_IsNull(result))
        return HPy_NULL;
    Members *data = Members_AsStruct(ctx, result);
    data->text = nargs == 0 ? "text" : NULL;
    data->c = 'c';
    strcpy(data->inplace, "inside");
    return result;
}

#define BOTH(NAME) &m_##NAME, &r_##NAME
static HPyDef *members_defines[] = {
    BOTH(short), BOTH(int), BOTH(long), BOTH(float), BOTH(double), BOTH(string), BOTH(object),
    BOTH(char), BOTH(byte), BOTH(ubyte), BOTH(ushort), BOTH(uint), BOTH(ulong), BOTH(inplace),
    BOTH(bool), BOTH(object_ex), BOTH(longlong), BOTH(ulonglong), BOTH(ssize), BOTH(none),
    &members_traverse, &members_new, NULL,
};
static HPyType_Spec members_spec = {
    .name = "differential_types.Members",
    .basicsize = sizeof(Members),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .builtin_shape = SHAPE(Members),
    .defines = members_defines,
};

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    if (!HPyHelpers_AddType(ctx, module, "Operators", &operators_spec, NULL) ||
        !HPyHelpers_AddType(ctx, module, "Members", &members_spec, NULL))
        return -1;
    HPy type = HPy_GetAttr_s(ctx, module, "Operators");
    if (HPy_IsNull(type))
        return -1;
    HPyGlobal_Store(ctx, &operators_type, type);
    HPy_Close(ctx, type);
    return 0;
}

static HPyDef *defines[] = { &module_exec, NULL };
static HPyGlobal *globals[] = { &operators_type, NULL };
static HPyModuleDef definition = { .defines = defines, .globals = globals };

HPy_MODINIT(differential_types, definition)
