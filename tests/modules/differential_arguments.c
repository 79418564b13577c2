/* Argument parsing by formats made up at run time, value building, errors. */
#include <errno.h>
#include <hpy.h>
#include <string.h>

#define UNITS 8

/* What a format unit may write to. */
typedef union {
    signed char b;
    unsigned char B;
    short h;
    unsigned short H;
    int i;
    unsigned int I;
    long l;
    unsigned long k;
    long long L;
    unsigned long long K;
    HPy_ssize_t n;
    float f;
    double d;
    const char *s;
    HPy O;
    char untouched[16];
} Unit;

/* What one unit has written, or a note that it was left alone. */
static HPy read_unit(HPyContext *ctx, char letter, const Unit *unit, const Unit *untouched)
{
    if (memcmp(unit, untouched, sizeof *unit) == 0)
        return HPyUnicode_FromString(ctx, "untouched");
    switch (letter) {
    case 'b': return HPyLong_FromLong(ctx, unit->b);
    case 'B': return HPyLong_FromLong(ctx, unit->B);
    case 'h': return HPyLong_FromLong(ctx, unit->h);
    case 'H': return HPyLong_FromLong(ctx, unit->H);
    case 'i': case 'p': return HPyLong_FromLong(ctx, unit->i);
    case 'I': return HPyLong_FromUnsignedLong(ctx, unit->I);
    case 'l': return HPyLong_FromLong(ctx, unit->l);
    case 'k': return HPyLong_FromUnsignedLong(ctx, unit->k);
    case 'L': return HPyLong_FromLongLong(ctx, unit->L);
    case 'K': return HPyLong_FromUnsignedLongLong(ctx, unit->K);
    case 'n': return HPyLong_FromSsize_t(ctx, unit->n);
    case 'f': return HPyFloat_FromDouble(ctx, unit->f);
    case 'd': return HPyFloat_FromDouble(ctx, unit->d);
    case 's': return HPyUnicode_FromString(ctx, unit->s);
    case 'O': return HPy_Dup(ctx, unit->O);
    default: return HPyUnicode_FromString(ctx, "unknown unit");
    }
}

static HPy read_units(HPyContext *ctx, const char *format, const Unit *units, const Unit *untouched)
{
    HPy list = HPyList_New(ctx, 0);
    int position = 0;
    for (; *format != 0 && *format != ':' && *format != ';' && position < UNITS; format++) {
        if (*format == '|' || *format == '$')
            continue;
        HPy item = read_unit(ctx, *format, &units[position++], untouched);
        if (HPy_IsNull(item) || HPyList_Append(ctx, list, item) < 0) {
            HPy_Close(ctx, item);
            HPy_Close(ctx, list);
            return HPy_NULL;
        }
        HPy_Close(ctx, item);
    }
    return list;
}

#define ALL(ARRAY)                                                              \
    &ARRAY[0], &ARRAY[1], &ARRAY[2], &ARRAY[3], &ARRAY[4], &ARRAY[5], &ARRAY[6], &ARRAY[7]

HPyDef_METH(parse, "parse", HPyFunc_VARARGS, .doc = "parse(format, *args)")
static HPy parse_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    const char *format = nargs == 0 ? NULL : HPyUnicode_AsUTF8AndSize(ctx, args[0], NULL);
    if (format == NULL)
        return HPy_NULL;
    Unit units[UNITS], untouched;
    memset(units, 0x5a, sizeof units);
    memset(&untouched, 0x5a, sizeof untouched);
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args + 1, nargs - 1, format, ALL(units)))
        return HPy_NULL;
    HPy result = read_units(ctx, format, units, &untouched);
    HPyTracker_Close(ctx, tracker);
    return result;
}

static const char *keywords[] = { "", "a", "b", "c", "d", NULL };

HPyDef_METH(parse_keywords, "parse_keywords", HPyFunc_KEYWORDS,
            .doc = "parse_keywords(format, *args, **kwargs) with the keywords '', a, b, c, d")
static HPy parse_keywords_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)self;
    const char *format = nargs == 0 ? NULL : HPyUnicode_AsUTF8AndSize(ctx, args[0], NULL);
    if (format == NULL)
        return HPy_NULL;
    Unit units[UNITS], untouched;
    memset(units, 0x5a, sizeof units);
    memset(&untouched, 0x5a, sizeof untouched);
    HPyTracker tracker;
    if (!HPyArg_ParseKeywords(ctx, &tracker, args + 1, nargs - 1, kwnames, format, keywords,
                              ALL(units)))
        return HPy_NULL;
    HPy result = read_units(ctx, format, units, &untouched);
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(build_value, "build_value", HPyFunc_VARARGS, .doc = "build_value(which, number, float, object)")
static HPy build_value_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    int which;
    unsigned long long n;
    double d;
    HPy object;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "iKdO", &which, &n, &d, &object))
        return HPy_NULL;
    HPy result;
    switch (which) {
    case 0: result = HPy_BuildValue(ctx, "iIlkLKn", (int)n, (unsigned)n, (long)n,
                                    (unsigned long)n, (long long)n, n, (HPy_ssize_t)n); break;
    case 1: result = HPy_BuildValue(ctx, "fd", (float)d, d); break;
    case 2: result = HPy_BuildValue(ctx, "(i[O(sd)]{s:O,s:[]})", (int)n, object, "text", d, "k",
                                    object, "l"); break;
    case 3: result = HPy_BuildValue(ctx, ""); break;
    case 4: result = HPy_BuildValue(ctx, "O", object); break;
    case 5: result = HPy_BuildValue(ctx, "{O:i}", object, (int)n); break;
    case 6: result = HPy_BuildValue(ctx, "()"); break;
    case 7: result = HPy_BuildValue(ctx, "(i", (int)n); break;
    case 8: result = HPy_BuildValue(ctx, "z", (int)n); break;
    default: result = HPy_BuildValue(ctx, "{s}", "k"); break;
    }
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(errno_objects, "errno_objects", HPyFunc_VARARGS, .doc = "errno_objects(type, number, a, b)")
static HPy errno_objects_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy type, a, b = HPy_NULL;
    int number;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "OiO|O", &type, &number, &a, &b))
        return HPy_NULL;
    errno = number;
    if (HPy_IsNull(b))
        HPyErr_SetFromErrnoWithFilenameObject(ctx, type, a);
    else
        HPyErr_SetFromErrnoWithFilenameObjects(ctx, type, a, b);
    HPyTracker_Close(ctx, tracker);
    return HPy_NULL;
}

HPyDef_METH(unraisable, "unraisable", HPyFunc_VARARGS, .doc = "unraisable(function, object)")
static HPy unraisable_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    HPy result = HPy_CallTupleDict(ctx, args[0], HPy_NULL, HPy_NULL);
    if (!HPy_IsNull(result))
        return result;
    HPyErr_WriteUnraisable(ctx, args[1]);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(matches, "matches", HPyFunc_VARARGS, .doc = "matches(function, type or tuple)")
static HPy matches_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    HPy result = HPy_CallTupleDict(ctx, args[0], HPy_NULL, HPy_NULL);
    if (!HPy_IsNull(result))
        return result;
    int matches = HPyErr_ExceptionMatches(ctx, args[1]);
    if (!HPyErr_Occurred(ctx))
        return HPyErr_SetString(ctx, ctx->h_SystemError, "the error is gone"), HPy_NULL;
    HPyErr_Clear(ctx);
    return HPyBool_FromBool(ctx, matches != 0);
}

HPyDef_METH(map, "map", HPyFunc_VARARGS, .doc = "map(function, sequence): stops at the first error")
static HPy map_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    HPy_ssize_t length = HPy_Length(ctx, args[1]);
    if (length < 0)
        return HPy_NULL;
    HPyListBuilder builder = HPyListBuilder_New(ctx, length);
    for (HPy_ssize_t i = 0; i < length; i++) {
        HPy item = HPy_GetItem_i(ctx, args[1], i);
        HPy value = HPy_IsNull(item) ? HPy_NULL : HPy_Call(ctx, args[0], &item, 1, HPy_NULL);
        HPy_Close(ctx, item);
        if (HPy_IsNull(value)) {
            HPyListBuilder_Cancel(ctx, builder);
            return HPy_NULL;
        }
        HPyListBuilder_Set(ctx, builder, i, value);
        HPy_Close(ctx, value);
    }
    return HPyListBuilder_Build(ctx, builder);
}

static HPyDef *defines[] = {
    &parse, &parse_keywords, &build_value, &errno_objects, &unraisable, &matches, &map, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(differential_arguments, definition)
