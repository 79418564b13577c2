/* HPyNumber_Check, HPy_IsTrue, HPyBool_*, and the operators of numbers. */
#include <hpy.h>
#include <string.h>

HPyDef_METH(truth, "truth", HPyFunc_O, .doc = "The truth value, by three ways.")
static HPy truth_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    int true_ = HPy_IsTrue(ctx, x);
    if (true_ < 0)
        return HPy_NULL;
    HPy b = HPyBool_FromBool(ctx, true_ != 0);
    HPy l = HPyBool_FromLong(ctx, true_ ? 7 : 0);
    HPy result = HPyTuple_Pack(ctx, 3, b, l, true_ ? ctx->h_True : ctx->h_False);
    HPy_Close(ctx, b);
    HPy_Close(ctx, l);
    return result;
}

HPyDef_METH(is_number, "is_number", HPyFunc_O)
static HPy is_number_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    return HPyBool_FromBool(ctx, HPyNumber_Check(ctx, x) != 0);
}

typedef HPy (*Unary)(HPyContext *ctx, HPy x);
typedef HPy (*Binary)(HPyContext *ctx, HPy a, HPy b);

HPyDef_METH(unary, "unary", HPyFunc_VARARGS, .doc = "unary(operator, x)")
static HPy unary_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    const struct {
        const char *name;
        Unary function;
    } table[] = {
        { "+", HPy_Positive }, { "-", HPy_Negative }, { "~", HPy_Invert }, { "abs", HPy_Absolute },
        { "int", HPy_Long },   { "float", HPy_Float }, { "index", HPy_Index },
    };
    const char *name;
    HPy x;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "sO", &name, &x))
        return HPy_NULL;
    HPy result = HPy_NULL;
    size_t i = 0;
    while (i < sizeof table / sizeof *table && strcmp(table[i].name, name) != 0)
        i++;
    if (i < sizeof table / sizeof *table)
        result = table[i].function(ctx, x);
    else
        HPyErr_SetString(ctx, ctx->h_ValueError, "unknown operator");
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(binary, "binary", HPyFunc_VARARGS, .doc = "binary(operator, a, b)")
static HPy binary_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    const struct {
        const char *name;
        Binary function;
    } table[] = {
        { "+", HPy_Add },          { "-", HPy_Subtract },      { "*", HPy_Multiply },
        { "@", HPy_MatrixMultiply }, { "//", HPy_FloorDivide }, { "/", HPy_TrueDivide },
        { "%", HPy_Remainder },    { "divmod", HPy_Divmod },   { "<<", HPy_Lshift },
        { ">>", HPy_Rshift },      { "&", HPy_And },           { "^", HPy_Xor },
        { "|", HPy_Or },           { "+=", HPy_InPlaceAdd },   { "-=", HPy_InPlaceSubtract },
        { "*=", HPy_InPlaceMultiply }, { "|=", HPy_InPlaceOr }, { ">>=", HPy_InPlaceRshift },
    };
    const char *name;
    HPy a, b;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "sOO", &name, &a, &b))
        return HPy_NULL;
    HPy result = HPy_NULL;
    size_t i = 0;
    while (i < sizeof table / sizeof *table && strcmp(table[i].name, name) != 0)
        i++;
    if (i < sizeof table / sizeof *table)
        result = table[i].function(ctx, a, b);
    else
        HPyErr_SetString(ctx, ctx->h_ValueError, "unknown operator");
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(power, "power", HPyFunc_VARARGS, .doc = "power(a, b, c)")
static HPy power_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 3)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "three arguments"), HPy_NULL;
    return HPy_Power(ctx, args[0], args[1], args[2]);
}

HPyDef_METH(sum_in_c, "sum_in_c", HPyFunc_O, .doc = "0 + 1 + ... + n, all in handles")
static HPy sum_in_c_impl(HPyContext *ctx, HPy self, HPy n)
{
    (void)self;
    int64_t count = HPyLong_AsInt64_t(ctx, n);
    if (count == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    HPy total = HPyLong_FromInt64_t(ctx, 0);
    for (int64_t i = 1; i <= count && !HPy_IsNull(total); i++) {
        HPy term = HPyLong_FromInt64_t(ctx, i);
        HPy next = HPy_Add(ctx, total, term);
        HPy_Close(ctx, term);
        HPy_Close(ctx, total);
        total = next;
    }
    return total;
}

HPyDef_METH(squared, "squared", HPyFunc_VARARGS, .doc = "squared(n, times): overflows any width")
static HPy squared_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    long n, times;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "ll", &n, &times))
        return HPy_NULL;
    HPy value = HPyLong_FromLong(ctx, n);
    while (times-- > 0 && !HPy_IsNull(value)) {
        HPy next = HPy_Multiply(ctx, value, value);
        HPy_Close(ctx, value);
        value = next;
    }
    return value;
}

static HPyDef *defines[] = {
    &truth, &is_number, &unary, &binary, &power, &sum_in_c, &squared, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpynumber, definition)
