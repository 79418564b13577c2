/* HPyLong_*: numbers between Python and C at every width. */
#include <hpy.h>

/* `as_NAME(x)`: x as a C number and back. */
#define ROUND_TRIP(NAME, TYPE, AS, FROM)                                        \
    HPyDef_METH(as_##NAME, "as_" #NAME, HPyFunc_O)                              \
    static HPy as_##NAME##_impl(HPyContext *ctx, HPy self, HPy x)               \
    {                                                                           \
        (void)self;                                                             \
        TYPE value = AS(ctx, x);                                                \
        if (value == (TYPE)-1 && HPyErr_Occurred(ctx))                          \
            return HPy_NULL;                                                    \
        return FROM(ctx, value);                                                \
    }

ROUND_TRIP(int32, int32_t, HPyLong_AsInt32_t, HPyLong_FromInt32_t)
ROUND_TRIP(uint32, uint32_t, HPyLong_AsUInt32_t, HPyLong_FromUInt32_t)
ROUND_TRIP(uint32_mask, uint32_t, HPyLong_AsUInt32_tMask, HPyLong_FromUInt32_t)
ROUND_TRIP(int64, int64_t, HPyLong_AsInt64_t, HPyLong_FromInt64_t)
ROUND_TRIP(uint64, uint64_t, HPyLong_AsUInt64_t, HPyLong_FromUInt64_t)
ROUND_TRIP(uint64_mask, uint64_t, HPyLong_AsUInt64_tMask, HPyLong_FromUInt64_t)
ROUND_TRIP(size, size_t, HPyLong_AsSize_t, HPyLong_FromSize_t)
ROUND_TRIP(ssize, HPy_ssize_t, HPyLong_AsSsize_t, HPyLong_FromSsize_t)
ROUND_TRIP(double_of_int, double, HPyLong_AsDouble, HPyFloat_FromDouble)

HPyDef_METH(as_pointer, "as_pointer", HPyFunc_O)
static HPy as_pointer_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    void *value = HPyLong_AsVoidPtr(ctx, x);
    if (value == NULL && HPyErr_Occurred(ctx))
        return HPy_NULL;
    return HPyLong_FromUInt64_t(ctx, (uint64_t)(uintptr_t)value);
}

HPyDef_METH(edges, "edges", HPyFunc_NOARGS, .doc = "The limits of each type, made in C.")
static HPy edges_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPy_BuildValue(ctx, "iIlkLKn", INT32_MIN, UINT32_MAX, (long)INT64_MIN,
                          (unsigned long)UINT64_MAX, (long long)INT64_MAX,
                          (unsigned long long)0, (HPy_ssize_t)INTPTR_MIN);
}

static HPyDef *defines[] = {
    &as_int32, &as_uint32, &as_uint32_mask, &as_int64, &as_uint64, &as_uint64_mask, &as_size,
    &as_ssize, &as_double_of_int, &as_pointer, &edges, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpylong, definition)
