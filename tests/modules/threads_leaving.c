/* C code that several threads run at the same time, or must not. */
#include <hpy.h>
#include <unistd.h>

/* How many threads are between the two ends of `alone`, and how many were at
   most. Plain variables: HPy promises that no two threads run this at once. */
static long inside, most;

HPyDef_METH(alone, "alone", HPyFunc_NOARGS, .doc = "Runs for a while without calling anybody.")
static HPy alone_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    inside++;
    if (inside > most) {
        most = inside;
    }
    usleep(200);
    inside--;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(at_once, "at_once", HPyFunc_NOARGS, .doc = "The most threads seen in `alone`.")
static HPy at_once_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyLong_FromLong(ctx, most);
}

HPyDef_METH(call, "call", HPyFunc_O, .doc = "Calls back, which may block.")
static HPy call_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    return HPy_CallTupleDict(ctx, arg, HPy_NULL, HPy_NULL);
}

HPyDef_METH(wait_outside, "wait_outside", HPyFunc_O,
            .doc = "Waits outside of Python until the byte arrives in the pipe.")
static HPy wait_outside_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    long pipe = HPyLong_AsLong(ctx, arg);
    if (pipe == -1 && HPyErr_Occurred(ctx)) {
        return HPy_NULL;
    }
    char byte = 0;
    ssize_t count;
    HPyErr_SetString(ctx, ctx->h_KeyError, "pending all the while");
    HPy_BEGIN_LEAVE_PYTHON(ctx);
    count = read((int)pipe, &byte, 1);
    HPy_END_LEAVE_PYTHON(ctx);
    int kept = HPyErr_ExceptionMatches(ctx, ctx->h_KeyError);
    HPyErr_Clear(ctx);
    return HPyTuple_Pack(ctx, 2, count == 1 ? ctx->h_True : ctx->h_False,
                         kept ? ctx->h_True : ctx->h_False);
}

static HPyDef *defines[] = {&alone, &at_once, &call, &wait_outside, NULL};
static HPyModuleDef definition = {.defines = defines};
HPy_MODINIT(threads_leaving, definition)
