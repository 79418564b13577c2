/* Raising, catching and replacing exceptions from C. */
#include <errno.h>
#include <hpy.h>

HPyDef_METH(raise_string, "raise_string", HPyFunc_VARARGS, .doc = "raise_string(type, text)")
static HPy raise_string_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy type;
    const char *text;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Os", &type, &text))
        return HPy_NULL;
    HPyErr_SetString(ctx, type, text);
    HPyTracker_Close(ctx, tracker);
    return HPy_NULL;
}

HPyDef_METH(raise_object, "raise_object", HPyFunc_VARARGS, .doc = "raise_object(type, value)")
static HPy raise_object_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    HPyErr_SetObject(ctx, args[0], args[1]);
    return HPy_NULL;
}

HPyDef_METH(raise_formatted, "raise_formatted", HPyFunc_O)
static HPy raise_formatted_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    return HPyErr_Format(ctx, ctx->h_ValueError, "got %R, not %s nor %d", arg, "text", 7);
}

HPyDef_METH(raise_errno, "raise_errno", HPyFunc_O, .doc = "raise_errno(number)")
static HPy raise_errno_impl(HPyContext *ctx, HPy self, HPy number)
{
    (void)self;
    int32_t value = HPyLong_AsInt32_t(ctx, number);
    if (value == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    errno = value;
    return HPyErr_SetFromErrno(ctx, ctx->h_OSError);
}

HPyDef_METH(raise_errno_of, "raise_errno_of", HPyFunc_VARARGS, .doc = "raise_errno_of(number, name)")
static HPy raise_errno_of_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    int number;
    const char *name;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "is", &number, &name))
        return HPy_NULL;
    errno = number;
    HPyErr_SetFromErrnoWithFilename(ctx, ctx->h_OSError, name);
    HPyTracker_Close(ctx, tracker);
    return HPy_NULL;
}

HPyDef_METH(raise_no_memory, "raise_no_memory", HPyFunc_NOARGS)
static HPy raise_no_memory_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyErr_NoMemory(ctx);
}

HPyDef_METH(raise_twice, "raise_twice", HPyFunc_NOARGS, .doc = "The second replaces the first.")
static HPy raise_twice_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    HPyErr_SetString(ctx, ctx->h_KeyError, "first");
    HPyErr_SetString(ctx, ctx->h_ValueError, "second");
    return HPy_NULL;
}

HPyDef_METH(call, "call", HPyFunc_O, .doc = "call(f): f(), errors passed on")
static HPy call_impl(HPyContext *ctx, HPy self, HPy function)
{
    (void)self;
    return HPy_CallTupleDict(ctx, function, HPy_NULL, HPy_NULL);
}

HPyDef_METH(attempt, "attempt", HPyFunc_VARARGS,
            .doc = "attempt(f, type): f(), or None if that raises such an exception")
static HPy attempt_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "two arguments"), HPy_NULL;
    HPy result = HPy_CallTupleDict(ctx, args[0], HPy_NULL, HPy_NULL);
    if (HPy_IsNull(result) && HPyErr_ExceptionMatches(ctx, args[1])) {
        HPyErr_Clear(ctx);
        return HPy_Dup(ctx, ctx->h_None);
    }
    return result;
}

HPyDef_METH(replace, "replace", HPyFunc_O, .doc = "replace(f): a RuntimeError for any other")
static HPy replace_impl(HPyContext *ctx, HPy self, HPy function)
{
    (void)self;
    HPy result = HPy_CallTupleDict(ctx, function, HPy_NULL, HPy_NULL);
    if (HPy_IsNull(result)) {
        HPyErr_Clear(ctx);
        HPyErr_SetString(ctx, ctx->h_RuntimeError, "replaced");
    }
    return result;
}

HPyDef_METH(set_and_clear_around, "set_and_clear_around", HPyFunc_O,
            .doc = "Sets and clears an error, calls f, does it again.")
static HPy set_and_clear_around_impl(HPyContext *ctx, HPy self, HPy function)
{
    (void)self;
    HPyErr_SetString(ctx, ctx->h_KeyError, "before");
    HPyErr_Clear(ctx);
    HPy result = HPy_CallTupleDict(ctx, function, HPy_NULL, HPy_NULL);
    if (HPy_IsNull(result))
        return HPy_NULL;
    HPyErr_SetString(ctx, ctx->h_KeyError, "after");
    HPyErr_Clear(ctx);
    return result;
}

HPyDef_METH(new_exception, "new_exception", HPyFunc_VARARGS,
            .doc = "new_exception(name, doc, base, dict)")
static HPy new_exception_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    const char *name, *doc;
    HPy base, dict;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "ssOO", &name, &doc, &base, &dict))
        return HPy_NULL;
    if (HPy_Is(ctx, base, ctx->h_None))
        base = HPy_NULL;
    if (HPy_Is(ctx, dict, ctx->h_None))
        dict = HPy_NULL;
    HPy result = HPyErr_NewExceptionWithDoc(ctx, name, doc, base, dict);
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_METH(issue_warning, "warn", HPyFunc_VARARGS, .doc = "warn(category, text)")
static HPy issue_warning_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy category;
    const char *text;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Os", &category, &text))
        return HPy_NULL;
    int failed = HPyErr_WarnEx(ctx, category, text, 1);
    HPyTracker_Close(ctx, tracker);
    return failed ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

static HPyDef *defines[] = {
    &raise_string, &raise_object, &raise_formatted, &raise_errno, &raise_errno_of,
    &raise_no_memory, &raise_twice, &call, &attempt, &replace, &set_and_clear_around, &new_exception, &issue_warning, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpyerr, definition)
