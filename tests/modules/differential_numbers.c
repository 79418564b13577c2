/* Each context function about numbers, one Python function each. */
#include <hpy.h>
#include <string.h>

#define TAKE(COUNT)                                                             \
    if (nargs != COUNT)                                                         \
    return HPyErr_SetString(ctx, ctx->h_TypeError, "takes " #COUNT), HPy_NULL

/* `as_NAME(x)`: x as a C number and back. */
#define AS(NAME, TYPE, CONVERT, BACK)                                           \
    HPyDef_METH(as_##NAME, "as_" #NAME, HPyFunc_O)                              \
    static HPy as_##NAME##_impl(HPyContext *ctx, HPy self, HPy x)               \
    {                                                                           \
        (void)self;                                                             \
        TYPE value = CONVERT(ctx, x);                                           \
        if (value == (TYPE)-1 && HPyErr_Occurred(ctx))                          \
            return HPy_NULL;                                                    \
        return BACK(ctx, value);                                                \
    }

AS(int32, int32_t, HPyLong_AsInt32_t, HPyLong_FromInt32_t)
AS(uint32, uint32_t, HPyLong_AsUInt32_t, HPyLong_FromUInt32_t)
AS(uint32_mask, uint32_t, HPyLong_AsUInt32_tMask, HPyLong_FromUInt32_t)
AS(int64, int64_t, HPyLong_AsInt64_t, HPyLong_FromInt64_t)
AS(uint64, uint64_t, HPyLong_AsUInt64_t, HPyLong_FromUInt64_t)
AS(uint64_mask, uint64_t, HPyLong_AsUInt64_tMask, HPyLong_FromUInt64_t)
AS(size, size_t, HPyLong_AsSize_t, HPyLong_FromSize_t)
AS(ssize, HPy_ssize_t, HPyLong_AsSsize_t, HPyLong_FromSsize_t)
AS(long, long, HPyLong_AsLong, HPyLong_FromLong)
AS(ulong, unsigned long, HPyLong_AsUnsignedLong, HPyLong_FromUnsignedLong)
AS(double, double, HPyFloat_AsDouble, HPyFloat_FromDouble)
AS(double_of_int, double, HPyLong_AsDouble, HPyFloat_FromDouble)

HPyDef_METH(as_pointer, "as_pointer", HPyFunc_O)
static HPy as_pointer_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    void *value = HPyLong_AsVoidPtr(ctx, x);
    if (value == NULL && HPyErr_Occurred(ctx))
        return HPy_NULL;
    return HPyLong_FromUInt64_t(ctx, (uint64_t)(uintptr_t)value);
}

/* `from_NAME(bits)`: the number that these 64 bits are in C. */
#define FROM(NAME, TYPE, CONVERT)                                               \
    HPyDef_METH(from_##NAME, "from_" #NAME, HPyFunc_O)                          \
    static HPy from_##NAME##_impl(HPyContext *ctx, HPy self, HPy x)             \
    {                                                                           \
        (void)self;                                                             \
        uint64_t bits = HPyLong_AsUInt64_tMask(ctx, x);                         \
        if (bits == (uint64_t)-1 && HPyErr_Occurred(ctx))                       \
            return HPy_NULL;                                                    \
        TYPE value;                                                             \
        memcpy(&value, &bits, sizeof value);                                    \
        return CONVERT(ctx, value);                                             \
    }

FROM(int32, int32_t, HPyLong_FromInt32_t)
FROM(uint32, uint32_t, HPyLong_FromUInt32_t)
FROM(int64, int64_t, HPyLong_FromInt64_t)
FROM(uint64, uint64_t, HPyLong_FromUInt64_t)
FROM(size, size_t, HPyLong_FromSize_t)
FROM(ssize, HPy_ssize_t, HPyLong_FromSsize_t)
FROM(double, double, HPyFloat_FromDouble)
FROM(bool_of_long, long, HPyBool_FromLong)

/* `flag_NAME(x)`: the answer of a function that cannot or can fail. */
#define FLAG(NAME, ASK)                                                         \
    HPyDef_METH(flag_##NAME, "flag_" #NAME, HPyFunc_O)                          \
    static HPy flag_##NAME##_impl(HPyContext *ctx, HPy self, HPy x)             \
    {                                                                           \
        (void)self;                                                             \
        int answer = ASK(ctx, x);                                               \
        return answer < 0 ? HPy_NULL : HPyLong_FromLong(ctx, answer);           \
    }

FLAG(is_true, HPy_IsTrue)
FLAG(number, HPyNumber_Check)
FLAG(callable, HPyCallable_Check)
FLAG(unicode, HPyUnicode_Check)
FLAG(bytes, HPyBytes_Check)
FLAG(list, HPyList_Check)
FLAG(tuple, HPyTuple_Check)
FLAG(dict, HPyDict_Check)

#define UNARY(NAME, FUNCTION)                                                   \
    HPyDef_METH(unary_##NAME, "unary_" #NAME, HPyFunc_O)                        \
    static HPy unary_##NAME##_impl(HPyContext *ctx, HPy self, HPy x)            \
    {                                                                           \
        (void)self;                                                             \
        return FUNCTION(ctx, x);                                                \
    }

UNARY(negative, HPy_Negative)
UNARY(positive, HPy_Positive)
UNARY(absolute, HPy_Absolute)
UNARY(invert, HPy_Invert)
UNARY(index, HPy_Index)
UNARY(long, HPy_Long)
UNARY(float, HPy_Float)

#define BINARY(NAME, FUNCTION)                                                  \
    HPyDef_METH(NAME, #NAME, HPyFunc_VARARGS)                                   \
    static HPy NAME##_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs) \
    {                                                                           \
        (void)self;                                                             \
        TAKE(2);                                                                \
        return FUNCTION(ctx, args[0], args[1]);                                 \
    }

BINARY(binary_add, HPy_Add)
BINARY(binary_subtract, HPy_Subtract)
BINARY(binary_multiply, HPy_Multiply)
BINARY(binary_matrix_multiply, HPy_MatrixMultiply)
BINARY(binary_floor_divide, HPy_FloorDivide)
BINARY(binary_true_divide, HPy_TrueDivide)
BINARY(binary_remainder, HPy_Remainder)
BINARY(binary_divmod, HPy_Divmod)
BINARY(binary_lshift, HPy_Lshift)
BINARY(binary_rshift, HPy_Rshift)
BINARY(binary_and, HPy_And)
BINARY(binary_xor, HPy_Xor)
BINARY(binary_or, HPy_Or)
BINARY(inplace_add, HPy_InPlaceAdd)
BINARY(inplace_subtract, HPy_InPlaceSubtract)
BINARY(inplace_multiply, HPy_InPlaceMultiply)
BINARY(inplace_matrix_multiply, HPy_InPlaceMatrixMultiply)
BINARY(inplace_floor_divide, HPy_InPlaceFloorDivide)
BINARY(inplace_true_divide, HPy_InPlaceTrueDivide)
BINARY(inplace_remainder, HPy_InPlaceRemainder)
BINARY(inplace_lshift, HPy_InPlaceLshift)
BINARY(inplace_rshift, HPy_InPlaceRshift)
BINARY(inplace_and, HPy_InPlaceAnd)
BINARY(inplace_xor, HPy_InPlaceXor)
BINARY(inplace_or, HPy_InPlaceOr)

#define TERNARY(NAME, FUNCTION)                                                 \
    HPyDef_METH(NAME, #NAME, HPyFunc_VARARGS)                                   \
    static HPy NAME##_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs) \
    {                                                                           \
        (void)self;                                                             \
        TAKE(3);                                                                \
        return FUNCTION(ctx, args[0], args[1], args[2]);                        \
    }

TERNARY(ternary_power, HPy_Power)
TERNARY(ternary_inplace_power, HPy_InPlacePower)

/* Handles of numbers that never were objects: made, used and dropped in C. */
HPyDef_METH(arithmetic_in_c, "arithmetic_in_c", HPyFunc_VARARGS, .doc = "(a + b, a * b, a / b, a < b)")
static HPy arithmetic_in_c_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    TAKE(2);
    int64_t a = HPyLong_AsInt64_t(ctx, args[0]);
    if (a == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    double b = HPyFloat_AsDouble(ctx, args[1]);
    if (b == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    HPy x = HPyLong_FromInt64_t(ctx, a), y = HPyFloat_FromDouble(ctx, b);
    HPy parts[] = { HPy_Add(ctx, x, y), HPy_NULL, HPy_NULL, HPy_NULL };
    if (!HPy_IsNull(parts[0]))
        parts[1] = HPy_Multiply(ctx, x, x);
    if (!HPy_IsNull(parts[1]))
        parts[2] = HPy_TrueDivide(ctx, x, y);
    if (!HPy_IsNull(parts[2]))
        parts[3] = HPy_RichCompare(ctx, x, y, HPy_LT);
    HPy result = HPy_IsNull(parts[3]) ? HPy_NULL : HPyTuple_FromArray(ctx, parts, 4);
    for (int i = 0; i < 4; i++)
        HPy_Close(ctx, parts[i]);
    HPy_Close(ctx, x);
    HPy_Close(ctx, y);
    return result;
}

static HPyDef *defines[] = {
    &as_int32, &as_uint32, &as_uint32_mask, &as_int64, &as_uint64, &as_uint64_mask, &as_size,
    &as_ssize, &as_long, &as_ulong, &as_double, &as_double_of_int, &as_pointer, &from_int32,
    &from_uint32, &from_int64, &from_uint64, &from_size, &from_ssize, &from_double,
    &from_bool_of_long, &flag_is_true, &flag_number, &flag_callable, &flag_unicode, &flag_bytes,
    &flag_list, &flag_tuple, &flag_dict, &unary_negative, &unary_positive, &unary_absolute,
    &unary_invert, &unary_index, &unary_long, &unary_float, &binary_add, &binary_subtract,
    &binary_multiply, &binary_matrix_multiply, &binary_floor_divide, &binary_true_divide,
    &binary_remainder, &binary_divmod, &binary_lshift, &binary_rshift, &binary_and, &binary_xor,
    &binary_or, &inplace_add, &inplace_subtract, &inplace_multiply, &inplace_matrix_multiply,
    &inplace_floor_divide, &inplace_true_divide, &inplace_remainder, &inplace_lshift,
    &inplace_rshift, &inplace_and, &inplace_xor, &inplace_or, &ternary_power,
    &ternary_inplace_power, &arithmetic_in_c, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(differential_numbers, definition)
