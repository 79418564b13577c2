/* HPy_RichCompare*, HPy_Hash, HPy_Is. */
#include <hpy.h>

HPyDef_METH(compare, "compare", HPyFunc_VARARGS, .doc = "compare(a, b): < <= == != > >=")
static HPy compare_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    HPyListBuilder builder = HPyListBuilder_New(ctx, 6);
    for (int operator = HPy_LT; operator <= HPy_GE; operator++) {
        HPy result = HPy_RichCompare(ctx, args[0], args[1], operator);
        if (HPy_IsNull(result)) {
            HPyListBuilder_Cancel(ctx, builder);
            return HPy_NULL;
        }
        HPyListBuilder_Set(ctx, builder, operator, result);
        HPy_Close(ctx, result);
    }
    return HPyListBuilder_Build(ctx, builder);
}

HPyDef_METH(equal, "equal", HPyFunc_VARARGS, .doc = "equal(a, b): identical objects are equal")
static HPy equal_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    int equal = HPy_RichCompareBool(ctx, args[0], args[1], HPy_EQ);
    return equal < 0 ? HPy_NULL : HPyBool_FromBool(ctx, equal != 0);
}

HPyDef_METH(hash_of, "hash_of", HPyFunc_O)
static HPy hash_of_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    HPy_hash_t hash = HPy_Hash(ctx, x);
    if (hash == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    return HPyLong_FromSsize_t(ctx, hash);
}

HPyDef_METH(identical, "identical", HPyFunc_VARARGS)
static HPy identical_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    return HPyBool_FromBool(ctx, HPy_Is(ctx, args[0], args[1]) != 0);
}

static HPyDef *defines[] = {
    &compare, &equal, &hash_of, &identical, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpyobject_compare, definition)
