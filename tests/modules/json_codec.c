/* An encoder and decoder of JSON as extensions have it: recursion in C, a growing
 * buffer, hooks in Python, errors from any depth that clean up after themselves. */
#include <hpy.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static HPyGlobal decode_error, decimal_type;

/* Encoding. */

typedef struct {
    char *start;
    size_t used, size;
    HPy default_function;
    int sort_keys, ensure_ascii, allow_nan, indent, depth;
} Encoder;

static int put(HPyContext *ctx, Encoder *e, const char *text, size_t n)
{
    if (e->size - e->used < n) {
        size_t size = (e->size + n) * 2;
        char *start = realloc(e->start, size);
        if (!start) {
            HPyErr_NoMemory(ctx);
            return -1;
        }
        e->start = start;
        e->size = size;
    }
    memcpy(e->start + e->used, text, n);
    e->used += n;
    return 0;
}

#define PUT(TEXT) put(ctx, e, TEXT, sizeof(TEXT) - 1)

static int put_newline(HPyContext *ctx, Encoder *e)
{
    if (!e->indent)
        return 0;
    if (PUT("\n") < 0)
        return -1;
    for (int i = 0; i < e->depth * e->indent; i++)
        if (PUT(" ") < 0)
            return -1;
    return 0;
}

static int encode(HPyContext *ctx, Encoder *e, HPy obj);

static int encode_text(HPyContext *ctx, Encoder *e, HPy obj)
{
    HPy_ssize_t n;
    const unsigned char *s = (const unsigned char *)HPyUnicode_AsUTF8AndSize(ctx, obj, &n);
    if (!s)
        return -1;
    if (PUT("\"") < 0)
        return -1;
    for (HPy_ssize_t i = 0; i < n; i++) {
        char escaped[16];
        unsigned c = s[i];
        switch (c) {
        case '"':
            if (PUT("\\\"") < 0)
                return -1;
            continue;
        case '\\':
            if (PUT("\\\\") < 0)
                return -1;
            continue;
        case '\n':
            if (PUT("\\n") < 0)
                return -1;
            continue;
        case '\t':
            if (PUT("\\t") < 0)
                return -1;
            continue;
        }
        if (c < 0x20) {
            int k = snprintf(escaped, sizeof escaped, "\\u%04x", c);
            if (put(ctx, e, escaped, k) < 0)
                return -1;
        } else if (c < 0x80 || !e->ensure_ascii) {
            char b = (char)c;
            if (put(ctx, e, &b, 1) < 0)
                return -1;
        } else {
            unsigned extra = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
            unsigned long u = c & (0x3f >> extra);
            for (unsigned j = 0; j < extra; j++)
                u = u << 6 | (s[++i] & 0x3f);
            int k = u < 0x10000 ? snprintf(escaped, sizeof escaped, "\\u%04lx", u)
                                : snprintf(escaped, sizeof escaped, "\\u%04lx\\u%04lx",
                                           0xd800 + ((u - 0x10000) >> 10),
                                           0xdc00 + ((u - 0x10000) & 0x3ff));
            if (put(ctx, e, escaped, k) < 0)
                return -1;
        }
    }
    return PUT("\"");
}

static int encode_long(HPyContext *ctx, Encoder *e, HPy obj)
{
    long long v = HPyLong_AsLongLong(ctx, obj);
    if (v == -1 && HPyErr_Occurred(ctx)) {
        if (!HPyErr_ExceptionMatches(ctx, ctx->h_OverflowError))
            return -1;
        HPyErr_Clear(ctx);
        HPy text = HPy_Str(ctx, obj);
        if (HPy_IsNull(text))
            return -1;
        HPy_ssize_t n;
        const char *s = HPyUnicode_AsUTF8AndSize(ctx, text, &n);
        int r = s ? put(ctx, e, s, n) : -1;
        HPy_Close(ctx, text);
        return r;
    }
    char digits[32];
    return put(ctx, e, digits, snprintf(digits, sizeof digits, "%lld", v));
}

static int encode_float(HPyContext *ctx, Encoder *e, HPy obj)
{
    double v = HPyFloat_AsDouble(ctx, obj);
    if (v == -1.0 && HPyErr_Occurred(ctx))
        return -1;
    if (!isfinite(v)) {
        if (!e->allow_nan) {
            HPyErr_Format(ctx, ctx->h_OverflowError, "Invalid %s value when encoding double",
                          isnan(v) ? "Nan" : "Inf");
            return -1;
        }
        return isnan(v) ? PUT("NaN") : v > 0 ? PUT("Infinity") : PUT("-Infinity");
    }
    HPy text = HPy_Repr(ctx, obj);
    if (HPy_IsNull(text))
        return -1;
    HPy_ssize_t n;
    const char *s = HPyUnicode_AsUTF8AndSize(ctx, text, &n);
    int r = s ? put(ctx, e, s, n) : -1;
    HPy_Close(ctx, text);
    return r;
}

static int encode_sequence(HPyContext *ctx, Encoder *e, HPy obj)
{
    if (PUT("[") < 0)
        return -1;
    e->depth++;
    /* The length is read each time: a hook may change the list. */
    for (HPy_ssize_t i = 0; i < HPy_Length(ctx, obj); i++) {
        if (i && PUT(",") < 0)
            return -1;
        if (put_newline(ctx, e) < 0)
            return -1;
        HPy item = HPy_GetItem_i(ctx, obj, i);
        if (HPy_IsNull(item))
            return -1;
        int r = encode(ctx, e, item);
        HPy_Close(ctx, item);
        if (r < 0)
            return -1;
    }
    e->depth--;
    if (HPy_Length(ctx, obj) && put_newline(ctx, e) < 0)
        return -1;
    return PUT("]");
}

static int encode_key(HPyContext *ctx, Encoder *e, HPy key)
{
    if (HPyUnicode_Check(ctx, key))
        return encode_text(ctx, e, key);
    if (HPyBytes_Check(ctx, key)) {
        HPy text = HPyUnicode_FromEncodedObject(ctx, key, "utf-8", "strict");
        if (HPy_IsNull(text))
            return -1;
        int r = encode_text(ctx, e, text);
        HPy_Close(ctx, text);
        return r;
    }
    HPy text;
    if (HPy_Is(ctx, key, ctx->h_None))
        text = HPyUnicode_FromString(ctx, "null");
    else if (HPy_Is(ctx, key, ctx->h_True))
        text = HPyUnicode_FromString(ctx, "true");
    else if (HPy_Is(ctx, key, ctx->h_False))
        text = HPyUnicode_FromString(ctx, "false");
    else
        text = HPy_Str(ctx, key);
    if (HPy_IsNull(text))
        return -1;
    int r = encode_text(ctx, e, text);
    HPy_Close(ctx, text);
    return r;
}

static int encode_dict(HPyContext *ctx, Encoder *e, HPy obj)
{
    HPy keys = HPyDict_Keys(ctx, obj);
    if (HPy_IsNull(keys))
        return -1;
    if (e->sort_keys) {
        HPy sort = HPy_GetAttr_s(ctx, keys, "sort");
        HPy done = HPy_IsNull(sort) ? HPy_NULL : HPy_CallTupleDict(ctx, sort, HPy_NULL, HPy_NULL);
        HPy_Close(ctx, sort);
        if (HPy_IsNull(done))
            goto fail;
        HPy_Close(ctx, done);
    }
    HPy_ssize_t n = HPy_Length(ctx, keys);
    if (PUT("{") < 0)
        goto fail;
    e->depth++;
    for (HPy_ssize_t i = 0; i < n; i++) {
        if (i && PUT(",") < 0)
            goto fail;
        if (put_newline(ctx, e) < 0)
            goto fail;
        HPy key = HPy_GetItem_i(ctx, keys, i);
        if (HPy_IsNull(key))
            goto fail;
        HPy value = HPy_GetItem(ctx, obj, key);
        int r = HPy_IsNull(value) || encode_key(ctx, e, key) < 0 || PUT(":") < 0 ||
                encode(ctx, e, value) < 0;
        HPy_Close(ctx, value);
        HPy_Close(ctx, key);
        if (r)
            goto fail;
    }
    e->depth--;
    if (n && put_newline(ctx, e) < 0)
        goto fail;
    HPy_Close(ctx, keys);
    return PUT("}");
fail:
    HPy_Close(ctx, keys);
    return -1;
}

static int encode(HPyContext *ctx, Encoder *e, HPy obj)
{
    if (e->depth > 1000) {
        HPyErr_SetString(ctx, ctx->h_OverflowError, "Maximum recursion level reached");
        return -1;
    }
    if (HPy_Is(ctx, obj, ctx->h_None))
        return PUT("null");
    if (HPy_Is(ctx, obj, ctx->h_True))
        return PUT("true");
    if (HPy_Is(ctx, obj, ctx->h_False))
        return PUT("false");
    if (HPyUnicode_Check(ctx, obj))
        return encode_text(ctx, e, obj);
    if (HPy_TypeCheck(ctx, obj, ctx->h_LongType))
        return encode_long(ctx, e, obj);
    if (HPy_TypeCheck(ctx, obj, ctx->h_FloatType))
        return encode_float(ctx, e, obj);
    if (HPyDict_Check(ctx, obj))
        return encode_dict(ctx, e, obj);
    if (HPyList_Check(ctx, obj) || HPyTuple_Check(ctx, obj))
        return encode_sequence(ctx, e, obj);
    HPy type = HPyGlobal_Load(ctx, decimal_type);
    int is_decimal = HPy_TypeCheck(ctx, obj, type);
    HPy_Close(ctx, type);
    if (is_decimal) {
        HPy f = HPy_Float(ctx, obj);
        if (HPy_IsNull(f))
            return -1;
        int r = encode_float(ctx, e, f);
        HPy_Close(ctx, f);
        return r;
    }
    HPy next;
    if (HPy_HasAttr_s(ctx, obj, "__json__")) {
        HPy name = HPyUnicode_FromString(ctx, "__json__");
        next = HPy_CallMethod(ctx, name, &obj, 1, HPy_NULL);
        HPy_Close(ctx, name);
        if (!HPy_IsNull(next) && !HPyUnicode_Check(ctx, next)) {
            HPy_Close(ctx, next);
            HPyErr_SetString(ctx, ctx->h_TypeError, "expected string");
            return -1;
        }
        if (HPy_IsNull(next))
            return -1;
        HPy_ssize_t n;
        const char *raw = HPyUnicode_AsUTF8AndSize(ctx, next, &n);
        int r = raw ? put(ctx, e, raw, n) : -1;
        HPy_Close(ctx, next);
        return r;
    }
    if (HPy_HasAttr_s(ctx, obj, "toDict")) {
        HPy method = HPy_GetAttr_s(ctx, obj, "toDict");
        next = HPy_IsNull(method) ? HPy_NULL : HPy_CallTupleDict(ctx, method, HPy_NULL, HPy_NULL);
        HPy_Close(ctx, method);
    } else if (!HPy_IsNull(e->default_function)) {
        next = HPy_Call(ctx, e->default_function, &obj, 1, HPy_NULL);
    } else {
        HPyErr_Format(ctx, ctx->h_TypeError, "%.200R is not JSON serializable", obj);
        return -1;
    }
    if (HPy_IsNull(next))
        return -1;
    e->depth++;
    int r = encode(ctx, e, next);
    e->depth--;
    HPy_Close(ctx, next);
    return r;
}

HPyDef_METH(dumps, "dumps", HPyFunc_KEYWORDS,
            .doc = "dumps($module, /, obj, default=None, sort_keys=False, ensure_ascii=True, "
                   "allow_nan=True, indent=0)\n--\n\nObject to JSON.")
static HPy dumps_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    static const char *names[] = { "obj",       "default", "sort_keys", "ensure_ascii",
                                   "allow_nan", "indent",  NULL };
    HPy obj, hook = HPy_NULL, sort = HPy_NULL, ascii = HPy_NULL, nan = HPy_NULL;
    Encoder e = { .ensure_ascii = 1, .allow_nan = 1 };
    HPyTracker tracker;
    if (!HPyArg_ParseKeywords(ctx, &tracker, args, nargs, kwnames, "O|OOOOi:dumps", names, &obj,
                              &hook, &sort, &ascii, &nan, &e.indent))
        return HPy_NULL;
    HPy result = HPy_NULL;
    if (!HPy_IsNull(hook) && !HPy_Is(ctx, hook, ctx->h_None)) {
        if (!HPyCallable_Check(ctx, hook)) {
            HPyErr_SetString(ctx, ctx->h_TypeError, "expected callable");
            goto done;
        }
        e.default_function = hook;
    }
    int t;
    if (!HPy_IsNull(sort)) {
        if ((t = HPy_IsTrue(ctx, sort)) < 0)
            goto done;
        e.sort_keys = t;
    }
    if (!HPy_IsNull(ascii)) {
        if ((t = HPy_IsTrue(ctx, ascii)) < 0)
            goto done;
        e.ensure_ascii = t;
    }
    if (!HPy_IsNull(nan)) {
        if ((t = HPy_IsTrue(ctx, nan)) < 0)
            goto done;
        e.allow_nan = t;
    }
    if (encode(ctx, &e, obj) == 0 && put(ctx, &e, "", 1) == 0)
        result = HPyUnicode_FromString(ctx, e.start);
done:
    free(e.start);
    HPyTracker_Close(ctx, tracker);
    return result;
}

/* Decoding. */

typedef struct {
    const char *start, *at, *end;
    int depth;
    HPy object_hook;
} Decoder;

static HPy decode(HPyContext *ctx, Decoder *d);

static HPy fail(HPyContext *ctx, Decoder *d, const char *what)
{
    HPy type = HPyGlobal_Load(ctx, decode_error);
    HPyErr_Format(ctx, type, "%s at %zd", what, (HPy_ssize_t)(d->at - d->start));
    HPy_Close(ctx, type);
    return HPy_NULL;
}

static void skip(Decoder *d)
{
    while (d->at < d->end && strchr(" \t\r\n", *d->at))
        d->at++;
}

static int hex4(const char *s)
{
    int v = 0;
    for (int i = 0; i < 4; i++) {
        int c = s[i];
        v = v * 16 + (c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1000000);
    }
    return v < 0 ? -1 : v;
}

static HPy decode_text(HPyContext *ctx, Decoder *d)
{
    d->at++;
    wchar_t *text = malloc(sizeof(wchar_t) * (d->end - d->at + 1)), *to = text;
    if (!text)
        return HPyErr_NoMemory(ctx);
    while (d->at < d->end && *d->at != '"') {
        unsigned char c = *d->at++;
        if (c == '\\') {
            if (d->at >= d->end)
                break;
            switch (c = *d->at++) {
            case 'n':
                *to++ = '\n';
                break;
            case 't':
                *to++ = '\t';
                break;
            case 'b':
                *to++ = '\b';
                break;
            case 'f':
                *to++ = '\f';
                break;
            case 'r':
                *to++ = '\r';
                break;
            case 'u': {
                int u = d->end - d->at < 4 ? -1 : hex4(d->at);
                if (u < 0) {
                    free(text);
                    return fail(ctx, d, "Unexpected character in unicode escape sequence");
                }
                d->at += 4;
                if (u >= 0xd800 && u < 0xdc00 && d->end - d->at >= 6 && d->at[0] == '\\' &&
                    d->at[1] == 'u') {
                    int low = hex4(d->at + 2);
                    if (low >= 0xdc00 && low < 0xe000) {
                        u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
                        d->at += 6;
                    }
                }
                *to++ = u;
                break;
            }
            default:
                *to++ = c;
            }
        } else if (c < 0x20) {
            free(text);
            return fail(ctx, d, "Control character in string");
        } else if (c < 0x80) {
            *to++ = c;
        } else {
            int extra = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
            wchar_t u = c & (0x3f >> extra);
            while (extra-- && d->at < d->end)
                u = u << 6 | (*d->at++ & 0x3f);
            *to++ = u;
        }
    }
    if (d->at >= d->end) {
        free(text);
        return fail(ctx, d, "Unmatched '\"'");
    }
    d->at++;
    HPy result = HPyUnicode_FromWideChar(ctx, text, to - text);
    free(text);
    return result;
}

static HPy decode_number(HPyContext *ctx, Decoder *d)
{
    const char *from = d->at;
    int is_float = 0;
    if (*d->at == '-')
        d->at++;
    while (d->at < d->end && strchr("0123456789.eE+-", *d->at)) {
        if (strchr(".eE", *d->at))
            is_float = 1;
        d->at++;
    }
    size_t n = d->at - from;
    char *copy = malloc(n + 1);
    if (!copy)
        return HPyErr_NoMemory(ctx);
    memcpy(copy, from, n);
    copy[n] = 0;
    HPy result = HPy_NULL;
    char *stop;
    if (is_float) {
        double v = strtod(copy, &stop);
        if (*stop)
            fail(ctx, d, "Bad number");
        else
            result = HPyFloat_FromDouble(ctx, v);
    } else {
        errno = 0;
        long long v = strtoll(copy, &stop, 10);
        if (*stop || stop == copy)
            fail(ctx, d, "Bad number");
        else if (errno == 0)
            result = HPyLong_FromLongLong(ctx, v);
        else {
            HPy text = HPyUnicode_FromString(ctx, copy);
            if (!HPy_IsNull(text))
                result = HPy_Call(ctx, ctx->h_LongType, &text, 1, HPy_NULL);
            HPy_Close(ctx, text);
        }
    }
    free(copy);
    return result;
}

static HPy decode_list(HPyContext *ctx, Decoder *d)
{
    HPy list = HPyList_New(ctx, 0);
    if (HPy_IsNull(list))
        return HPy_NULL;
    d->at++;
    skip(d);
    if (d->at < d->end && *d->at == ']') {
        d->at++;
        return list;
    }
    for (;;) {
        HPy item = decode(ctx, d);
        if (HPy_IsNull(item))
            break;
        int r = HPyList_Append(ctx, list, item);
        HPy_Close(ctx, item);
        if (r < 0)
            break;
        skip(d);
        if (d->at < d->end && *d->at == ',') {
            d->at++;
            continue;
        }
        if (d->at < d->end && *d->at == ']') {
            d->at++;
            return list;
        }
        fail(ctx, d, "Unexpected character found when decoding array value");
        break;
    }
    HPy_Close(ctx, list);
    return HPy_NULL;
}

static HPy decode_dict(HPyContext *ctx, Decoder *d)
{
    HPy dict = HPyDict_New(ctx), key = HPy_NULL, value = HPy_NULL;
    if (HPy_IsNull(dict))
        return HPy_NULL;
    d->at++;
    skip(d);
    if (d->at < d->end && *d->at == '}') {
        d->at++;
        goto built;
    }
    for (;;) {
        skip(d);
        if (d->at >= d->end || *d->at != '"') {
            fail(ctx, d, "Key name of object must be 'string' when decoding 'object'");
            goto error;
        }
        key = decode_text(ctx, d);
        if (HPy_IsNull(key))
            goto error;
        skip(d);
        if (d->at >= d->end || *d->at++ != ':') {
            fail(ctx, d, "No ':' found when decoding object value");
            goto error;
        }
        value = decode(ctx, d);
        if (HPy_IsNull(value) || HPy_SetItem(ctx, dict, key, value) < 0)
            goto error;
        HPy_Close(ctx, key);
        HPy_Close(ctx, value);
        key = value = HPy_NULL;
        skip(d);
        if (d->at < d->end && *d->at == ',') {
            d->at++;
            continue;
        }
        if (d->at < d->end && *d->at == '}') {
            d->at++;
            break;
        }
        fail(ctx, d, "Unexpected character in found when decoding object value");
        goto error;
    }
built:
    if (HPy_IsNull(d->object_hook))
        return dict;
    HPy hooked = HPy_Call(ctx, d->object_hook, &dict, 1, HPy_NULL);
    HPy_Close(ctx, dict);
    return hooked;
error:
    HPy_Close(ctx, key);
    HPy_Close(ctx, value);
    HPy_Close(ctx, dict);
    return HPy_NULL;
}

static HPy decode(HPyContext *ctx, Decoder *d)
{
    static const struct {
        const char *text;
        int n;
    } words[] = { { "null", 4 }, { "true", 4 }, { "false", 5 }, { "NaN", 3 }, { "Infinity", 8 } };
    skip(d);
    if (d->at >= d->end)
        return fail(ctx, d, "Expected object or value");
    HPy result;
    if (++d->depth > 1024) {
        return fail(ctx, d, "Reached object decoding depth limit");
    }
    switch (*d->at) {
    case '"':
        result = decode_text(ctx, d);
        break;
    case '[':
        result = decode_list(ctx, d);
        break;
    case '{':
        result = decode_dict(ctx, d);
        break;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        result = decode_number(ctx, d);
        break;
    default:
        for (int i = 0; i < 5; i++) {
            if (d->end - d->at >= words[i].n && !memcmp(d->at, words[i].text, words[i].n)) {
                d->at += words[i].n;
                d->depth--;
                switch (i) {
                case 0:
                    return HPy_Dup(ctx, ctx->h_None);
                case 1:
                    return HPy_Dup(ctx, ctx->h_True);
                case 2:
                    return HPy_Dup(ctx, ctx->h_False);
                case 3:
                    return HPyFloat_FromDouble(ctx, NAN);
                case 4:
                    return HPyFloat_FromDouble(ctx, INFINITY);
                }
            }
        }
        result = fail(ctx, d, "Expected object or value");
    }
    d->depth--;
    return result;
}

HPyDef_METH(loads, "loads", HPyFunc_KEYWORDS,
            .doc = "loads($module, /, text, object_hook=None)\n--\n\nJSON to object.")
static HPy loads_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    static const char *names[] = { "text", "object_hook", NULL };
    HPy text, hook = HPy_NULL, bytes = HPy_NULL, result = HPy_NULL;
    HPyTracker tracker;
    if (!HPyArg_ParseKeywords(ctx, &tracker, args, nargs, kwnames, "O|O:loads", names, &text,
                              &hook))
        return HPy_NULL;
    Decoder d = { 0 };
    if (!HPy_IsNull(hook) && !HPy_Is(ctx, hook, ctx->h_None))
        d.object_hook = hook;
    HPy_ssize_t n;
    if (HPyUnicode_Check(ctx, text))
        bytes = HPyUnicode_AsUTF8String(ctx, text);
    else if (HPyBytes_Check(ctx, text))
        bytes = HPy_Dup(ctx, text);
    else
        HPyErr_SetString(ctx, ctx->h_TypeError, "Expected string or bytes");
    if (HPy_IsNull(bytes))
        goto done;
    n = HPyBytes_Size(ctx, bytes);
    d.at = d.start = HPyBytes_AsString(ctx, bytes);
    d.end = d.at + n;
    result = decode(ctx, &d);
    if (!HPy_IsNull(result)) {
        skip(&d);
        if (d.at != d.end) {
            fail(ctx, &d, "Trailing data");
            HPy_Close(ctx, result);
            result = HPy_NULL;
        }
    }
done:
    HPy_Close(ctx, bytes);
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(dump, "dump", HPyFunc_KEYWORDS, .doc = "dump(obj, file)")
static HPy dump_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    if (nargs < 2) {
        HPyErr_SetString(ctx, ctx->h_TypeError, "dump() needs two arguments");
        return HPy_NULL;
    }
    HPy write = HPy_GetAttr_s(ctx, args[1], "write");
    if (HPy_IsNull(write)) {
        HPyErr_Clear(ctx);
        HPyErr_SetString(ctx, ctx->h_TypeError, "expected file");
        return HPy_NULL;
    }
    HPy text = dumps_impl(ctx, self, args, 1, kwnames);
    HPy r = HPy_IsNull(text) ? HPy_NULL : HPy_Call(ctx, write, &text, 1, HPy_NULL);
    HPy_Close(ctx, text);
    HPy_Close(ctx, write);
    if (HPy_IsNull(r))
        return HPy_NULL;
    HPy_Close(ctx, r);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_SLOT(exec, HPy_mod_exec)
static int exec_impl(HPyContext *ctx, HPy m)
{
    HPy decimal = HPyImport_ImportModule(ctx, "decimal");
    if (HPy_IsNull(decimal))
        return -1;
    HPy type = HPy_GetAttr_s(ctx, decimal, "Decimal");
    HPy_Close(ctx, decimal);
    if (HPy_IsNull(type))
        return -1;
    HPyGlobal_Store(ctx, &decimal_type, type);
    HPy_Close(ctx, type);
    HPy e = HPyErr_NewException(ctx, "json_codec.JSONDecodeError", ctx->h_ValueError, HPy_NULL);
    if (HPy_IsNull(e))
        return -1;
    HPyGlobal_Store(ctx, &decode_error, e);
    HPy v = HPyUnicode_FromString(ctx, "5.8.0");
    int r = HPy_SetAttr_s(ctx, m, "JSONDecodeError", e) < 0 ||
            HPy_SetAttr_s(ctx, m, "__version__", v) < 0;
    HPy_Close(ctx, e);
    HPy_Close(ctx, v);
    return r ? -1 : 0;
}

static HPyDef *defines[] = { &exec, &dumps, &loads, &dump, NULL };
static HPyGlobal *globals[] = { &decode_error, &decimal_type, NULL };
static HPyModuleDef moduledef = { .doc = "Encodes and decodes JSON.",
                                  .defines = defines,
                                  .globals = globals };
HPy_MODINIT(json_codec, moduledef)
