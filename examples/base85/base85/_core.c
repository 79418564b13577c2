/* Base 85: four bytes written as five characters, as git does in its patches.
 *
 * The conversion is a page of C; the rest of this file is about what makes a
 * codec pleasant: it takes text and bytes of every kind, says which character
 * at which position it could not read, and works in pieces.
 *
 * Text comes as UTF-8 where it can. A str with a lone surrogate has no UTF-8,
 * and such a str is exactly what one gets from decoding broken input, so the
 * reader falls back to looking at single characters: the surrogate is then
 * reported like any other character that does not belong.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hpy.h"

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "!#$%&()*+-;<=>?@^_`{|}~";

/* The value of each ASCII character, -1 where it has none. Filled once. */
static signed char value_of[128];

static HPyGlobal decode_error_type;

/* ---- writing ---- */

/* Characters that `n` bytes become, without line breaks. */
static size_t encoded_length(size_t n)
{
    return n / 4 * 5 + (n % 4 ? n % 4 + 1 : 0);
}

/* Writes one to four bytes; a short group is filled up with zeros, and as many
 * characters are left off as bytes were filled in. */
static char *put_group(char *to, const unsigned char *from, size_t n)
{
    uint32_t word = 0;
    char digits[5];
    for (size_t i = 0; i < 4; i++)
        word = word << 8 | (i < n ? from[i] : 0);
    for (int i = 4; i >= 0; i--, word /= 85)
        digits[i] = alphabet[word % 85];
    memcpy(to, digits, n + 1);
    return to + n + 1;
}

static char *put_groups(char *to, const unsigned char *from, size_t n)
{
    for (; n > 4; from += 4, n -= 4)
        to = put_group(to, from, 4);
    return n ? put_group(to, from, n) : to;
}

/* The bytes of an argument, as a handle to a bytes object. A str stands for
 * its UTF-8; if it has none, that is the caller's UnicodeEncodeError. */
static HPy as_bytes(HPyContext *ctx, HPy h)
{
    if (HPyBytes_Check(ctx, h))
        return HPy_Dup(ctx, h);
    if (HPyUnicode_Check(ctx, h))
        return HPyUnicode_AsUTF8String(ctx, h);
    int ok = HPy_TypeCheck(ctx, h, ctx->h_MemoryViewType);
    if (!ok) {
        /* The context has handles for the types one needs most. The others are
         * found where Python code finds them. */
        HPy bytearray_type = HPy_GetItem_s(ctx, ctx->h_Builtins, "bytearray");
        if (HPy_IsNull(bytearray_type))
            return HPy_NULL;
        ok = HPy_TypeCheck(ctx, h, bytearray_type);
        HPy_Close(ctx, bytearray_type);
    }
    if (ok)
        return HPy_Bytes(ctx, h);
    HPy type = HPy_Type(ctx, h);
    HPyErr_Format(ctx, ctx->h_TypeError, "expected bytes or str, not %s",
                  HPyType_GetName(ctx, type));
    HPy_Close(ctx, type);
    return HPy_NULL;
}

HPyDef_METH(encode, "encode", HPyFunc_KEYWORDS,
            .doc = "encode(data, *, wrap=0): data in base 85, in lines of `wrap` characters")
static HPy encode_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)self;
    static const char *names[] = { "data", "wrap", NULL };
    HPyTracker tracker;
    HPy data;
    HPy_ssize_t wrap = 0;
    if (!HPyArg_ParseKeywords(ctx, &tracker, args, nargs, kwnames, "O|$n:encode", names, &data,
                              &wrap))
        return HPy_NULL;
    HPy bytes = HPy_NULL, result = HPy_NULL;
    if (wrap < 0)
        HPyErr_Format(ctx, ctx->h_ValueError, "wrap must not be negative, and is %zd", wrap);
    else
        bytes = as_bytes(ctx, data);
    HPyTracker_Close(ctx, tracker);
    if (HPy_IsNull(bytes))
        return HPy_NULL;

    size_t n = (size_t)HPyBytes_Size(ctx, bytes);
    size_t length = encoded_length(n);
    size_t breaks = wrap && length ? (length - 1) / (size_t)wrap : 0;
    char *text = malloc(length + breaks + 1);
    if (text == NULL) {
        HPy_Close(ctx, bytes);
        return HPyErr_NoMemory(ctx);
    }
    /* The bytes stay where they are for as long as the handle is open. */
    put_groups(text, (const unsigned char *)HPyBytes_AsString(ctx, bytes), n);
    HPy_Close(ctx, bytes);
    /* Lines are broken from the back, so that nothing is overwritten. */
    for (size_t line = breaks; line > 0; line--) {
        size_t start = line * (size_t)wrap;
        size_t size = line == breaks ? length - start : (size_t)wrap;
        memmove(text + start + line, text + start, size);
        text[start + line - 1] = '\n';
    }
    result = HPyUnicode_DecodeASCII(ctx, text, (HPy_ssize_t)(length + breaks), "strict");
    free(text);
    return result;
}

/* ---- reading ---- */

typedef struct {
    HPy source;
    const char *units;   /* UTF-8 or bytes; NULL for a str with surrogates */
    HPy_ssize_t length;  /* in characters */
    int is_text;
} Reader;

static int open_reader(HPyContext *ctx, HPy source, Reader *reader)
{
    *reader = (Reader){ .source = source, .length = HPy_Length(ctx, source), .is_text = 1 };
    if (HPyBytes_Check(ctx, source)) {
        reader->units = HPyBytes_AsString(ctx, source);
        reader->is_text = 0;
        return reader->units ? 0 : -1;
    }
    HPy_ssize_t size;
    reader->units = HPyUnicode_AsUTF8AndSize(ctx, source, &size);
    if (reader->units == NULL) {
        if (!HPyErr_ExceptionMatches(ctx, ctx->h_UnicodeEncodeError))
            return -1;
        HPyErr_Clear(ctx);
    }
    return 0;
}

/* Character number `i`. Reading stops at the first one that is not ASCII, so
 * up to there characters and UTF-8 bytes have the same numbers. */
static HPy_UCS4 character(HPyContext *ctx, const Reader *reader, HPy_ssize_t i)
{
    if (reader->units != NULL) {
        unsigned char unit = (unsigned char)reader->units[i];
        if (unit < 128 || !reader->is_text)
            return unit;
    }
    return HPyUnicode_ReadChar(ctx, reader->source, i);
}

/* Raises DecodeError with `position` and, where there is one, `character`. */
static HPy decode_error(HPyContext *ctx, const Reader *reader, HPy_ssize_t position,
                        const char *problem)
{
    HPy type = HPyGlobal_Load(ctx, decode_error_type);
    HPy message = HPyUnicode_FromFormat(ctx, "%s at position %zd", problem, position);
    HPy index = HPyLong_FromSsize_t(ctx, position);
    HPy item = position < reader->length ? HPy_GetItem_i(ctx, reader->source, position)
                                         : HPy_Dup(ctx, ctx->h_None);
    HPy error = HPy_NULL;
    if (!HPy_IsNull(message) && !HPy_IsNull(index) && !HPy_IsNull(item))
        error = HPy_Call(ctx, type, &message, 1, HPy_NULL);
    if (!HPy_IsNull(error) && HPy_SetAttr_s(ctx, error, "position", index) == 0
            && HPy_SetAttr_s(ctx, error, "character", item) == 0)
        HPyErr_SetObject(ctx, type, error);
    HPy_Close(ctx, error);
    HPy_Close(ctx, item);
    HPy_Close(ctx, index);
    HPy_Close(ctx, message);
    HPy_Close(ctx, type);
    return HPy_NULL;
}

static HPy bad_character(HPyContext *ctx, const Reader *reader, HPy_ssize_t position, HPy_UCS4 c)
{
    char problem[48];
    if (c > 32 && c < 127)
        snprintf(problem, sizeof problem, "invalid character '%c'", (char)c);
    else if (reader->is_text)
        snprintf(problem, sizeof problem, "invalid character U+%04lX", (unsigned long)c);
    else
        snprintf(problem, sizeof problem, "invalid byte 0x%02lx", (unsigned long)c);
    return decode_error(ctx, reader, position, problem);
}

static HPy decode_reader(HPyContext *ctx, const Reader *reader, const char *ignore)
{
    unsigned char *bytes = malloc((size_t)reader->length / 5 * 4 + 4);
    if (bytes == NULL)
        return HPyErr_NoMemory(ctx);
    size_t n = 0;
    uint64_t word = 0;
    HPy_ssize_t start = 0;
    int digits = 0;
    HPy result = HPy_NULL;
    for (HPy_ssize_t i = 0; i < reader->length; i++) {
        HPy_UCS4 c = character(ctx, reader, i);
        int value = c < 128 ? value_of[c] : -1;
        if (value < 0) {
            if (c > 0 && c < 128 && strchr(ignore, (int)c))
                continue;
            bad_character(ctx, reader, i, c);
            goto done;
        }
        if (digits == 0)
            start = i;
        word = word * 85 + (uint64_t)value;
        if (++digits < 5)
            continue;
        if (word > UINT32_MAX) {
            decode_error(ctx, reader, start, "five characters beyond 2**32 - 1");
            goto done;
        }
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes[n++] = (unsigned char)(word >> shift);
        word = 0;
        digits = 0;
    }
    if (digits == 1) {
        decode_error(ctx, reader, start, "a single character left over");
        goto done;
    }
    if (digits > 1) {
        /* The missing digits are taken as the highest, which rounds up what
         * the encoder rounded down. */
        int missing = 5 - digits;
        for (int i = 0; i < missing; i++)
            word = word * 85 + 84;
        if (word > UINT32_MAX) {
            decode_error(ctx, reader, start, "a last group beyond 2**32 - 1");
            goto done;
        }
        for (int i = 0; i < 4 - missing; i++)
            bytes[n++] = (unsigned char)(word >> (24 - 8 * i));
    }
    result = HPyBytes_FromStringAndSize(ctx, (char *)bytes, (HPy_ssize_t)n);
done:
    free(bytes);
    return result;
}

HPyDef_METH(decode, "decode", HPyFunc_KEYWORDS,
            .doc = "decode(text, *, ignore=' \\t\\r\\n'): the bytes that a text in base 85 stands for")
static HPy decode_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)self;
    static const char *names[] = { "text", "ignore", NULL };
    HPyTracker tracker;
    HPy text, ignored = HPy_NULL, source = HPy_NULL, result = HPy_NULL;
    const char *ignore = " \t\r\n";
    /* Not "s" for the string: left out, it would be looked at all the same. */
    if (!HPyArg_ParseKeywords(ctx, &tracker, args, nargs, kwnames, "O|$O:decode", names, &text,
                              &ignored))
        return HPy_NULL;
    if (!HPy_IsNull(ignored)) {
        HPy_ssize_t size;
        ignore = HPyUnicode_Check(ctx, ignored) ? HPyUnicode_AsUTF8AndSize(ctx, ignored, &size) : NULL;
        if (ignore == NULL && !HPyErr_Occurred(ctx))
            HPyErr_SetString(ctx, ctx->h_TypeError, "ignore must be a str");
    }
    if (ignore != NULL)
        source = HPyUnicode_Check(ctx, text) ? HPy_Dup(ctx, text) : as_bytes(ctx, text);
    Reader reader;
    if (!HPy_IsNull(source) && open_reader(ctx, source, &reader) == 0)
        result = decode_reader(ctx, &reader, ignore);
    HPy_Close(ctx, source);
    HPyTracker_Close(ctx, tracker);
    return result;
}

/* ---- Encoder: the same in pieces ---- */

typedef struct {
    unsigned char tail[4];  /* bytes that do not make a group yet */
    int held;
    int finished;
    long long total;
} Encoder;

HPyType_HELPERS(Encoder)

HPyDef_SLOT(Encoder_new, HPy_tp_new)
static HPy Encoder_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    if (!HPyArg_ParseKeywordsDict(ctx, NULL, args, nargs, kw, ":Encoder", (const char *[]){ NULL }))
        return HPy_NULL;
    Encoder *ignored;
    return HPy_New(ctx, type, &ignored);  /* all zero, as it should begin */
}

static Encoder *unfinished(HPyContext *ctx, HPy self)
{
    Encoder *encoder = Encoder_AsStruct(ctx, self);
    if (!encoder->finished)
        return encoder;
    HPyErr_SetString(ctx, ctx->h_ValueError, "the encoder is finished");
    return NULL;
}

HPyDef_METH(Encoder_update, "update", HPyFunc_O,
            .doc = "update(data): the text of all groups that are complete by now")
static HPy Encoder_update_impl(HPyContext *ctx, HPy self, HPy data)
{
    Encoder *encoder = unfinished(ctx, self);
    HPy bytes = encoder ? as_bytes(ctx, data) : HPy_NULL;
    if (HPy_IsNull(bytes))
        return HPy_NULL;
    const unsigned char *from = (const unsigned char *)HPyBytes_AsString(ctx, bytes);
    size_t n = (size_t)HPyBytes_Size(ctx, bytes);
    char *text = malloc(encoded_length(n + 4) + 1), *to = text;
    if (text == NULL) {
        HPy_Close(ctx, bytes);
        return HPyErr_NoMemory(ctx);
    }
    encoder->total += (long long)n;
    while (n > 0) {
        if (encoder->held == 0 && n >= 4) {
            to = put_group(to, from, 4);
            from += 4, n -= 4;
            continue;
        }
        encoder->tail[encoder->held++] = *from++;
        n--;
        if (encoder->held == 4) {
            to = put_group(to, encoder->tail, 4);
            encoder->held = 0;
        }
    }
    HPy_Close(ctx, bytes);
    HPy result = HPyUnicode_DecodeASCII(ctx, text, to - text, "strict");
    free(text);
    return result;
}

HPyDef_METH(Encoder_finish, "finish", HPyFunc_NOARGS, .doc = "finish(): the text of the last group")
static HPy Encoder_finish_impl(HPyContext *ctx, HPy self)
{
    Encoder *encoder = unfinished(ctx, self);
    if (encoder == NULL)
        return HPy_NULL;
    char text[6];
    char *end = put_groups(text, encoder->tail, (size_t)encoder->held);
    encoder->finished = 1;
    return HPyUnicode_DecodeASCII(ctx, text, end - text, "strict");
}

/* bytes(encoder): what is still held back. */
HPyDef_METH(Encoder_bytes, "__bytes__", HPyFunc_NOARGS)
static HPy Encoder_bytes_impl(HPyContext *ctx, HPy self)
{
    Encoder *encoder = Encoder_AsStruct(ctx, self);
    return HPyBytes_FromStringAndSize(ctx, (char *)encoder->tail, encoder->held);
}

HPyDef_MEMBER(Encoder_total, "total", HPyMember_LONGLONG, offsetof(Encoder, total),
              .readonly = 1, .doc = "bytes taken so far")

static HPyDef *encoder_defines[] = {
    &Encoder_new, &Encoder_update, &Encoder_finish, &Encoder_bytes, &Encoder_total, NULL,
};

static HPyType_Spec encoder_spec = {
    .name = "base85.Encoder",
    .doc = "Encoder(): encodes data that comes in pieces",
    .basicsize = sizeof(Encoder),
    .builtin_shape = SHAPE(Encoder),
    .defines = encoder_defines,
};

/* ---- the module ---- */

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    memset(value_of, -1, sizeof value_of);
    for (int i = 0; i < 85; i++)
        value_of[(unsigned char)alphabet[i]] = (signed char)i;

    HPy error = HPyErr_NewExceptionWithDoc(
        ctx, "base85.DecodeError",
        "Text that is not base 85; `position` and `character` say where and what.",
        ctx->h_ValueError, HPy_NULL);
    if (HPy_IsNull(error))
        return -1;
    HPyGlobal_Store(ctx, &decode_error_type, error);
    int failed = HPy_SetAttr_s(ctx, module, "DecodeError", error);
    HPy_Close(ctx, error);
    if (failed || !HPyHelpers_AddType(ctx, module, "Encoder", &encoder_spec, NULL))
        return -1;

    HPy text = HPyUnicode_FromString(ctx, alphabet);
    failed = HPy_IsNull(text) || HPy_SetAttr_s(ctx, module, "ALPHABET", text) < 0;
    HPy_Close(ctx, text);
    return failed ? -1 : 0;
}

static HPyDef *module_defines[] = { &module_exec, &encode, &decode, NULL };
static HPyGlobal *module_globals[] = { &decode_error_type, NULL };

static HPyModuleDef core_module = {
    .doc = "The part of base85 that is written in C.",
    .size = 0,
    .defines = module_defines,
    .globals = module_globals,
};

HPy_MODINIT(_core, core_module)
