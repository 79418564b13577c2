/* Each context function about text, bytes, capsules and context variables. */
#include <hpy.h>
#include <string.h>

/* A function of COUNT arguments, whose body sees `args`. */
#define FUNCTION(NAME, COUNT)                                                   \
    static HPy NAME##_body(HPyContext *ctx, const HPy *args);                   \
    HPyDef_METH(NAME, #NAME, HPyFunc_VARARGS)                                   \
    static HPy NAME##_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs) \
    {                                                                           \
        (void)self;                                                             \
        if (nargs != COUNT)                                                     \
            return HPyErr_SetString(ctx, ctx->h_TypeError, "takes " #COUNT), HPy_NULL; \
        return NAME##_body(ctx, args);                                          \
    }                                                                           \
    static HPy NAME##_body(HPyContext *ctx, const HPy *args)

#define SIZE(VARIABLE, HANDLE)                                                  \
    HPy_ssize_t VARIABLE = HPyLong_AsSsize_t(ctx, HANDLE);                      \
    if (VARIABLE == -1 && HPyErr_Occurred(ctx))                                 \
    return HPy_NULL

/* The bytes of a bytes object, at least `size` of them. */
#define BYTES(VARIABLE, HANDLE)                                                 \
    const char *VARIABLE = HPyBytes_AsString(ctx, HANDLE);                      \
    if (VARIABLE == NULL)                                                       \
    return HPy_NULL

/* The text of a str, NULL for None. */
#define OPTIONAL(VARIABLE, HANDLE)                                              \
    const char *VARIABLE = NULL;                                                \
    if (!HPy_Is(ctx, HANDLE, ctx->h_None)) {                                    \
        VARIABLE = HPyUnicode_AsUTF8AndSize(ctx, HANDLE, NULL);                 \
        if (VARIABLE == NULL)                                                   \
            return HPy_NULL;                                                    \
    }

FUNCTION(as_ascii, 1) { return HPyUnicode_AsASCIIString(ctx, args[0]); }
FUNCTION(as_latin1, 1) { return HPyUnicode_AsLatin1String(ctx, args[0]); }
FUNCTION(as_utf8, 1) { return HPyUnicode_AsUTF8String(ctx, args[0]); }
FUNCTION(encode_fs, 1) { return HPyUnicode_EncodeFSDefault(ctx, args[0]); }

FUNCTION(as_utf8_and_size, 1)
{
    HPy_ssize_t size = -7;
    const char *text = HPyUnicode_AsUTF8AndSize(ctx, args[0], &size);
    if (text == NULL)
        return HPy_NULL;
    if (text[size] != 0)
        return HPyErr_SetString(ctx, ctx->h_SystemError, "not terminated"), HPy_NULL;
    return HPyBytes_FromStringAndSize(ctx, text, size);
}

FUNCTION(bytes_parts, 1)
{
    HPy_ssize_t size = HPyBytes_Size(ctx, args[0]);
    if (size == -1)
        return HPy_NULL;
    BYTES(text, args[0]);
    if (size != HPyBytes_GET_SIZE(ctx, args[0]) || text != HPyBytes_AS_STRING(ctx, args[0]))
        return HPyErr_SetString(ctx, ctx->h_SystemError, "the macros differ"), HPy_NULL;
    if (text[size] != 0)
        return HPyErr_SetString(ctx, ctx->h_SystemError, "not terminated"), HPy_NULL;
    HPy whole = HPyBytes_FromStringAndSize(ctx, text, size);
    HPy start = HPyBytes_FromString(ctx, text);
    HPy result = HPyTuple_Pack(ctx, 2, whole, start);
    HPy_Close(ctx, whole);
    HPy_Close(ctx, start);
    return result;
}

FUNCTION(bytes_of_size, 2)
{
    SIZE(size, args[1]);
    BYTES(text, args[0]);
    if (size > HPyBytes_Size(ctx, args[0]))
        size = HPyBytes_Size(ctx, args[0]);
    return HPyBytes_FromStringAndSize(ctx, text, size);
}

FUNCTION(bytes_size, 1)
{
    HPy_ssize_t size = HPyBytes_Size(ctx, args[0]);
    return size == -1 && HPyErr_Occurred(ctx) ? HPy_NULL : HPyLong_FromSsize_t(ctx, size);
}

FUNCTION(bytes_of_null, 1)
{
    SIZE(size, args[0]);
    return HPyBytes_FromStringAndSize(ctx, NULL, size > 0 ? -size : size);
}

FUNCTION(from_string, 1) { BYTES(text, args[0]); return HPyUnicode_FromString(ctx, text); }
FUNCTION(decode_fs, 1) { BYTES(text, args[0]); return HPyUnicode_DecodeFSDefault(ctx, text); }

FUNCTION(decode_fs_and_size, 1)
{
    BYTES(text, args[0]);
    return HPyUnicode_DecodeFSDefaultAndSize(ctx, text, HPyBytes_Size(ctx, args[0]));
}

FUNCTION(decode_ascii, 2)
{
    BYTES(text, args[0]);
    OPTIONAL(errors, args[1]);
    return HPyUnicode_DecodeASCII(ctx, text, HPyBytes_Size(ctx, args[0]), errors);
}

FUNCTION(decode_latin1, 2)
{
    BYTES(text, args[0]);
    OPTIONAL(errors, args[1]);
    return HPyUnicode_DecodeLatin1(ctx, text, HPyBytes_Size(ctx, args[0]), errors);
}

FUNCTION(from_encoded_object, 3)
{
    OPTIONAL(encoding, args[1]);
    OPTIONAL(errors, args[2]);
    return HPyUnicode_FromEncodedObject(ctx, args[0], encoding, errors);
}

FUNCTION(substring, 3)
{
    if (!HPyUnicode_Check(ctx, args[0]))
        return HPyErr_SetString(ctx, ctx->h_TypeError, "no str"), HPy_NULL;
    SIZE(start, args[1]);
    SIZE(end, args[2]);
    return HPyUnicode_Substring(ctx, args[0], start, end);
}

FUNCTION(read_char, 2)
{
    SIZE(index, args[1]);
    HPy_UCS4 result = HPyUnicode_ReadChar(ctx, args[0], index);
    if (result == (HPy_UCS4)-1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    return HPyLong_FromUInt32_t(ctx, result);
}

/* from_wide(bytes, size): bytes as an array of wchar_t; size may be -1. */
FUNCTION(from_wide, 2)
{
    SIZE(wanted, args[1]);
    BYTES(bytes, args[0]);
    wchar_t wide[64] = { 0 };
    size_t size = (size_t)HPyBytes_Size(ctx, args[0]);
    if (size > sizeof wide - sizeof *wide)
        size = sizeof wide - sizeof *wide;
    memcpy(wide, bytes, size);
    if (wanted > 60)
        wanted = 60;
    return HPyUnicode_FromWideChar(ctx, wide, wanted);
}

FUNCTION(formatted, 3)
{
    SIZE(n, args[0]);
    return HPyUnicode_FromFormat(ctx, "%d|%5i|%-5ld|%05lld|%zd|%u|%lu|%x|%c|%%|%.2s|%R|%S|%A|%U",
                                 (int)n, (int)n, (long)n, (long long)n, n, (unsigned)n,
                                 (unsigned long)n, (int)n, 'a' + (int)(n & 15), "text", args[1],
                                 args[1], args[1], args[2]);
}

/* Capsules: a name given in Python lives as long as the call. */
static int target = 3;
static const char *names[] = { NULL, "first", "second.name", "" };

FUNCTION(capsule, 3)
{
    SIZE(given, args[0]);
    SIZE(asked, args[1]);
    SIZE(what, args[2]);
    HPy capsule = HPyCapsule_New(ctx, given < 0 ? NULL : &target, names[given & 3], NULL);
    if (HPy_IsNull(capsule))
        return HPy_NULL;
    HPy result = HPy_NULL;
    const char *name = names[asked & 3];
    int valid = HPyCapsule_IsValid(ctx, capsule, name);
    switch (what & 3) {
    case 0: {
        int *pointer = HPyCapsule_GetPointer(ctx, capsule, name);
        if (pointer != NULL)
            result = HPy_BuildValue(ctx, "ii", valid, *pointer);
        break;
    }
    case 1: {
        const char *its = HPyCapsule_GetName(ctx, capsule);
        result = HPy_BuildValue(ctx, "is", valid, its == NULL ? "none" : its);
        break;
    }
    case 2:
        if (HPyCapsule_SetName(ctx, capsule, name) == 0)
            result = HPyLong_FromLong(ctx, HPyCapsule_IsValid(ctx, capsule, name));
        break;
    default:
        if (HPyCapsule_SetPointer(ctx, capsule, asked < 0 ? NULL : &target) == 0 &&
            HPyCapsule_SetContext(ctx, capsule, &target) == 0)
            result = HPyLong_FromLong(ctx, HPyCapsule_GetContext(ctx, capsule) == &target);
    }
    HPy_Close(ctx, capsule);
    return result;
}

/* The same of something that is no capsule. */
FUNCTION(no_capsule, 2)
{
    SIZE(what, args[1]);
    if (HPyCapsule_IsValid(ctx, args[0], "first"))
        return HPyErr_SetString(ctx, ctx->h_SystemError, "valid"), HPy_NULL;
    switch (what % 3) {
    case 0:
        HPyCapsule_GetPointer(ctx, args[0], "first");
        return HPy_NULL;
    case 1:
        HPyCapsule_GetName(ctx, args[0]);
        return HPy_NULL;
    default:
        HPyCapsule_SetPointer(ctx, args[0], &target);
        return HPy_NULL;
    }
}

/* context_var(name, default or None, set or None, fallback or None) */
FUNCTION(context_var, 4)
{
    const char *name = HPyUnicode_AsUTF8AndSize(ctx, args[0], NULL);
    if (name == NULL)
        return HPy_NULL;
    HPy given[4];
    for (int i = 1; i < 4; i++)
        given[i] = HPy_Is(ctx, args[i], ctx->h_None) ? HPy_NULL : args[i];
    HPy variable = HPyContextVar_New(ctx, name, given[1]);
    if (HPy_IsNull(variable))
        return HPy_NULL;
    HPy result = HPy_NULL, token = HPy_NULL;
    if (!HPy_IsNull(given[2])) {
        token = HPyContextVar_Set(ctx, variable, given[2]);
        if (HPy_IsNull(token))
            goto done;
    }
    if (HPyContextVar_Get(ctx, variable, given[3], &result) == 0 && HPy_IsNull(result))
        result = HPyUnicode_FromString(ctx, "no value");
done:
    HPy_Close(ctx, token);
    HPy_Close(ctx, variable);
    return result;
}

static HPyDef *defines[] = {
    &as_ascii, &as_latin1, &as_utf8, &encode_fs, &as_utf8_and_size, &bytes_parts, &bytes_of_size,
    &bytes_size, &bytes_of_null, &from_string, &decode_fs, &decode_fs_and_size, &decode_ascii,
    &decode_latin1, &from_encoded_object, &substring, &read_char, &from_wide, &formatted,
    &capsule, &no_capsule, &context_var, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(differential_text, definition)
