/* Functions that look at the memory of an object and keep nothing. */
#include <hpy.h>
#include <string.h>

HPyDef_METH(as_string, "as_string", HPyFunc_O)
static HPy as_string_impl(HPyContext *ctx, HPy self, HPy bytes)
{
    const char *memory = HPyBytes_AsString(ctx, bytes);
    return memory == NULL ? HPy_NULL : HPyLong_FromSize_t(ctx, strlen(memory));
}

HPyDef_METH(size, "size", HPyFunc_O)
static HPy size_impl(HPyContext *ctx, HPy self, HPy bytes)
{
    HPy_ssize_t size = HPyBytes_Size(ctx, bytes);
    return size < 0 ? HPy_NULL : HPyLong_FromSsize_t(ctx, size);
}

HPyDef_METH(utf8, "utf8", HPyFunc_O)
static HPy utf8_impl(HPyContext *ctx, HPy self, HPy text)
{
    HPy_ssize_t size;
    const char *memory = HPyUnicode_AsUTF8AndSize(ctx, text, &size);
    return memory == NULL ? HPy_NULL : HPyLong_FromSize_t(ctx, strlen(memory));
}

HPyDef_METH(same_place, "same_place", HPyFunc_O, .doc = "Whether it always lies where it lay")
static HPy same_place_impl(HPyContext *ctx, HPy self, HPy bytes)
{
    const char *first = HPyBytes_AsString(ctx, bytes), *second = HPyBytes_AS_STRING(ctx, bytes);
    return HPyBool_FromBool(ctx, first == second);
}

static HPyDef *defines[] = { &as_string, &size, &utf8, &same_place, NULL };
static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpybytes_looks, definition)
