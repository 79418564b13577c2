/* HPyBytes_* and HPy_Bytes. */
#include <hpy.h>
#include <string.h>

HPyDef_METH(check, "check", HPyFunc_O)
static HPy check_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    return HPyBool_FromBool(ctx, HPyBytes_Check(ctx, x) != 0);
}

HPyDef_METH(doubled, "doubled", HPyFunc_O, .doc = "The bytes twice, copied in C.")
static HPy doubled_impl(HPyContext *ctx, HPy self, HPy bytes)
{
    (void)self;
    HPy_ssize_t size = HPyBytes_Size(ctx, bytes);
    if (size < 0)
        return HPy_NULL;
    const char *data = HPyBytes_AsString(ctx, bytes);
    if (data == NULL)
        return HPy_NULL;
    if (data[size] != '\0')
        return HPyErr_SetString(ctx, ctx->h_SystemError, "no NUL at the end"), HPy_NULL;
    char *copy = malloc(2 * (size_t)size + 1);
    if (copy == NULL)
        return HPyErr_NoMemory(ctx);
    memcpy(copy, data, (size_t)size);
    memcpy(copy + size, data, (size_t)size);
    HPy result = HPyBytes_FromStringAndSize(ctx, copy, 2 * size);
    free(copy);
    return result;
}

HPyDef_METH(until_nul, "until_nul", HPyFunc_O, .doc = "HPyBytes_FromString")
static HPy until_nul_impl(HPyContext *ctx, HPy self, HPy bytes)
{
    (void)self;
    const char *data = HPyBytes_AsString(ctx, bytes);
    return data == NULL ? HPy_NULL : HPyBytes_FromString(ctx, data);
}

HPyDef_METH(to_bytes, "to_bytes", HPyFunc_O, .doc = "HPy_Bytes")
static HPy to_bytes_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    return HPy_Bytes(ctx, x);
}

static HPyDef *defines[] = {
    &check, &doubled, &until_nul, &to_bytes, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpybytes, definition)
