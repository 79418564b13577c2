/* Calling Python, errors, trackers, and leaving Python. */
#include "loop.h"

LOOP(call, , HPy_Close(ctx, HPy_Call(ctx, args[1], NULL, 0, HPy_NULL)), )

LOOP(call_one, , HPy_Close(ctx, HPy_Call(ctx, args[1], &args[2], 1, HPy_NULL)), )

LOOP(call_keywords, , HPy_Close(ctx, HPy_Call(ctx, args[1], &args[2], 0, args[3])), )

LOOP(call_tuple_dict, , HPy_Close(ctx, HPy_CallTupleDict(ctx, args[1], args[2], HPy_NULL)), )

LOOP(call_method, , HPy_Close(ctx, HPy_CallMethod(ctx, args[1], &args[2], nargs - 2, HPy_NULL)), )

static void set_and_clear(HPyContext *ctx)
{
    HPyErr_SetString(ctx, ctx->h_ValueError, "sixteen letters.");
    HPyErr_Clear(ctx);
}

LOOP(err_set_clear, , set_and_clear(ctx), )

LOOP(err_occurred, , integer_result = HPyErr_Occurred(ctx), )

static void leave_and_reenter(HPyContext *ctx)
{
    HPyThreadState state = HPy_LeavePythonExecution(ctx);
    HPy_ReenterPythonExecution(ctx, state);
}

LOOP(leave_reenter, , leave_and_reenter(ctx), )

/* What a function with three results in flight does. */
static void track_three(HPyContext *ctx, HPy item)
{
    HPyTracker tracker = HPyTracker_New(ctx, 3);
    for (int i = 0; i < 3; i++)
        integer_result = HPyTracker_Add(ctx, tracker, HPy_Dup(ctx, item));
    HPyTracker_Close(ctx, tracker);
}

LOOP(tracker, , track_three(ctx, args[1]), )
