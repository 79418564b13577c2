/* HPyUnicode_*. */
#include <hpy.h>
#include <string.h>
#include <wchar.h>

HPyDef_METH(check, "check", HPyFunc_O)
static HPy check_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    return HPyBool_FromBool(ctx, HPyUnicode_Check(ctx, x) != 0);
}

HPyDef_METH(utf8, "utf8", HPyFunc_O, .doc = "The UTF-8 bytes that C sees, and the length.")
static HPy utf8_impl(HPyContext *ctx, HPy self, HPy text)
{
    (void)self;
    HPy_ssize_t size = -7;
    const char *data = HPyUnicode_AsUTF8AndSize(ctx, text, &size);
    if (data == NULL)
        return HPy_NULL;
    HPy bytes = HPyBytes_FromStringAndSize(ctx, data, size);
    /* The memory ends with a NUL that does not count. */
    HPy result = HPy_BuildValue(ctx, "OnO", bytes, size,
                                data[size] == '\0' ? ctx->h_True : ctx->h_False);
    HPy_Close(ctx, bytes);
    return result;
}

HPyDef_METH(same_memory, "same_memory", HPyFunc_O,
            .doc = "Whether asking twice gives the same memory, with or without a size.")
static HPy same_memory_impl(HPyContext *ctx, HPy self, HPy text)
{
    (void)self;
    HPy_ssize_t size;
    const char *first = HPyUnicode_AsUTF8AndSize(ctx, text, &size);
    const char *second = HPyUnicode_AsUTF8AndSize(ctx, text, NULL);
    if (first == NULL || second == NULL)
        return HPy_NULL;
    return HPyBool_FromBool(ctx, first == second && strlen(second) == (size_t)size);
}

HPyDef_METH(from_utf8, "from_utf8", HPyFunc_O, .doc = "HPyUnicode_FromString")
static HPy from_utf8_impl(HPyContext *ctx, HPy self, HPy bytes)
{
    (void)self;
    const char *data = HPyBytes_AsString(ctx, bytes);
    return data == NULL ? HPy_NULL : HPyUnicode_FromString(ctx, data);
}

HPyDef_METH(from_wide, "from_wide", HPyFunc_NOARGS)
static HPy from_wide_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    const wchar_t wide[] = { 'a', 0xe9, 0, 0x1f40d, 0 };
    HPy whole = HPyUnicode_FromWideChar(ctx, wide, 4);
    HPy until_nul = HPyUnicode_FromWideChar(ctx, wide, -1);
    HPy result = HPy_BuildValue(ctx, "OO", whole, until_nul);
    HPy_Close(ctx, whole);
    HPy_Close(ctx, until_nul);
    return result;
}

HPyDef_METH(encode, "encode", HPyFunc_VARARGS, .doc = "encode(name, text)")
static HPy encode_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    const char *name;
    HPy text;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "sO", &name, &text))
        return HPy_NULL;
    HPy result = HPy_NULL;
    if (strcmp(name, "ascii") == 0)
        result = HPyUnicode_AsASCIIString(ctx, text);
    else if (strcmp(name, "latin-1") == 0)
        result = HPyUnicode_AsLatin1String(ctx, text);
    else if (strcmp(name, "utf-8") == 0)
        result = HPyUnicode_AsUTF8String(ctx, text);
    else if (strcmp(name, "filesystem") == 0)
        result = HPyUnicode_EncodeFSDefault(ctx, text);
    else
        HPyErr_SetString(ctx, ctx->h_LookupError, name);
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(decode, "decode", HPyFunc_VARARGS, .doc = "decode(name, bytes, errors)")
static HPy decode_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    const char *name, *errors;
    HPy bytes;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "sOs", &name, &bytes, &errors))
        return HPy_NULL;
    HPy result = HPy_NULL;
    const char *data = HPyBytes_AsString(ctx, bytes);
    HPy_ssize_t size = data == NULL ? 0 : HPyBytes_Size(ctx, bytes);
    if (data == NULL)
        result = HPy_NULL;
    else if (strcmp(name, "ascii") == 0)
        result = HPyUnicode_DecodeASCII(ctx, data, size, errors);
    else if (strcmp(name, "latin-1") == 0)
        result = HPyUnicode_DecodeLatin1(ctx, data, size, errors);
    else if (strcmp(name, "filesystem") == 0)
        result = HPyUnicode_DecodeFSDefaultAndSize(ctx, data, size);
    else
        result = HPyUnicode_FromEncodedObject(ctx, bytes, name, errors);
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(read_char, "read_char", HPyFunc_VARARGS, .doc = "read_char(text, index)")
static HPy read_char_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy text;
    long index;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Ol", &text, &index))
        return HPy_NULL;
    HPy_UCS4 character = HPyUnicode_ReadChar(ctx, text, index);
    HPyTracker_Close(ctx, tracker);
    if (character == (HPy_UCS4)-1)
        return HPy_NULL;
    return HPyLong_FromUInt32_t(ctx, character);
}

HPyDef_METH(substring, "substring", HPyFunc_VARARGS, .doc = "substring(text, start, end)")
static HPy substring_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy text;
    long start, end;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Oll", &text, &start, &end))
        return HPy_NULL;
    HPy result = HPyUnicode_Substring(ctx, text, start, end);
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(formatted, "formatted", HPyFunc_VARARGS, .doc = "formatted(object, text, number)")
static HPy formatted_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy object;
    const char *text;
    long number;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Osl", &object, &text, &number))
        return HPy_NULL;
    HPy result = HPyUnicode_FromFormat(ctx, "%R %S %A|%10s|%.2s|%ld|%5ld|%06x|%c%%", object,
                                       object, object, text, text, number, number,
                                       (unsigned)number, 'c');
    HPyTracker_Close(ctx, tracker);
    return result;
}

static HPyDef *defines[] = {
    &check, &utf8, &same_memory, &from_utf8, &from_wide, &encode, &decode, &read_char,
    &substring, &formatted, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpyunicode, definition)
