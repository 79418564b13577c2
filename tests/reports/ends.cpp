/* An extension that ends the process, or a thread, in every way that C++ knows, each in a
 * function of its own. Comments "here: mark" are for the reports that the scripts beside
 * this file expect. */
#include "hpy.h"
#include <csetjmp>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <pthread.h>
#include <stdexcept>
#include <unistd.h>

#define NOARGS(name) \
    HPyDef_METH(name, #name, HPyFunc_NOARGS) \
    static HPy name##_impl(HPyContext *ctx, HPy self)
#define ONE(name) \
    HPyDef_METH(name, #name, HPyFunc_O) \
    static HPy name##_impl(HPyContext *ctx, HPy self, HPy arg)

extern "C" {

ONE(leak)
{
    HPy_Dup(ctx, arg); /* here: leak */
    return HPy_Dup(ctx, ctx->h_None);
}

ONE(close_twice)
{
    HPy copy = HPy_Dup(ctx, arg); /* here: opened once */
    HPy_Close(ctx, copy); /* here: closed once */
    HPy_Close(ctx, copy); /* here: closed twice */
    return HPy_Dup(ctx, ctx->h_None);
}

ONE(call)
{
    return HPy_Call(ctx, arg, NULL, 0, HPy_NULL);
}

ONE(crash)
{
    int *nobodys = (int *)HPyLong_AsLong(ctx, arg);
    return HPyLong_FromLong(ctx, *(volatile int *)nobodys); /* here: crash */
}

/* Calls what is no function. */
ONE(call_nothing)
{
    void (*volatile nothing)(void) = (void (*)(void))HPyLong_AsLong(ctx, arg);
    nothing(); /* here: call of nothing */
    return HPy_Dup(ctx, ctx->h_None);
}

NOARGS(debug_trap)
{
    raise(SIGTRAP); /* here: trap */
    return HPy_Dup(ctx, ctx->h_None);
}

NOARGS(give_up)
{
    abort(); /* here: abort */
}

NOARGS(fatal)
{
    HPy_FatalError(ctx, "this extension is at its end"); /* here: fatal */
    return HPy_NULL;
}

ONE(quit)
{
    exit((int)HPyLong_AsLong(ctx, arg)); /* here: exit */
}

NOARGS(terminate)
{
    std::terminate(); /* here: terminate */
}

static int deeper(HPyContext *ctx, HPy object, volatile int depth)
{
    volatile char room[1000];
    HPy type = HPy_Type(ctx, object);
    room[depth % 1000] = (char)deeper(ctx, object, depth + 1); /* here: deeper */
    HPy_Close(ctx, type);
    return room[7];
}

ONE(overflow)
{
    return HPyLong_FromLong(ctx, deeper(ctx, arg, 0));
}

NOARGS(throw_error)
{
    throw std::runtime_error("nobody catches this"); /* here: throw */
}

struct Trouble {};

NOARGS(throw_trouble)
{
    throw Trouble(); /* here: trouble */
}

NOARGS(throw_and_catch)
{
    try {
        throw std::out_of_range("caught");
    } catch (const std::exception &error) {
        return HPyUnicode_FromString(ctx, error.what());
    }
}

NOARGS(end_thread)
{
    pthread_exit(NULL); /* here: pthread_exit */
}

NOARGS(cancel_thread)
{
    pthread_cancel(pthread_self());
    pause(); /* here: cancelled */
    return HPy_NULL;
}

static void *end_of_thread(void *how)
{
    if (how)
        abort(); /* here: thread aborts */
    *(volatile int *)8 = 1; /* here: thread crashes */
    return NULL;
}

/* A thread that C makes ends the process, while this one waits for it with the lock. */
ONE(end_elsewhere)
{
    pthread_t thread;
    long how = HPyLong_AsLong(ctx, arg);
    pthread_create(&thread, NULL, end_of_thread, (void *)how);
    pthread_join(thread, NULL); /* here: join */
    return HPy_NULL;
}

static jmp_buf back;

ONE(set_jump)
{
    if (setjmp(back) == 0)
        return HPy_Call(ctx, arg, NULL, 0, HPy_NULL);
    return HPyLong_FromLong(ctx, 1); /* here: after the jump */
}

ONE(set_jump_and_return)
{
    if (setjmp(back) == 0)
        return HPy_Call(ctx, arg, NULL, 0, HPy_NULL);
    return HPy_NULL;
}

NOARGS(jump)
{
    longjmp(back, 1);
}

/* Signals may come anywhere, so that each line of these loops is one. */
NOARGS(spin)
{
    for (volatile long turn = 0;; turn++) ; /* here: spin */
}

ONE(spin_in_api)
{
    for (;;) HPy_Close(ctx, HPy_Dup(ctx, arg)); /* here: spin in API */
}

/* Has handles, a builder and a tracker, which it would give up. */
ONE(spin_with_handles)
{
    HPy list = HPyList_New(ctx, 1);
    HPyTracker tracker = HPyTracker_New(ctx, 1);
    HPyListBuilder builder = HPyListBuilder_New(ctx, 1);
    for (;;) {
        HPy sum = HPy_Add(ctx, list, list);
        if (HPy_IsNull(sum)) break;
        HPy_Close(ctx, sum);
    }
    HPyListBuilder_Cancel(ctx, builder);
    HPyTracker_Close(ctx, tracker);
    HPy_Close(ctx, list);
    return HPy_NULL;
}

/* Waits without giving the lock up, which it should. */
NOARGS(wait_inside)
{
    for (;;) pause(); /* here: wait */
}

NOARGS(wait_outside)
{
    HPy_BEGIN_LEAVE_PYTHON(ctx);
    for (;;) pause();
    HPy_END_LEAVE_PYTHON(ctx);
    return HPy_NULL;
}

typedef struct {
    long number;
} Thrower;
HPyType_HELPERS(Thrower)

HPyDef_SLOT(Thrower_new, HPy_tp_new)
static HPy Thrower_new_impl(HPyContext *ctx, HPy cls, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    Thrower *thrower;
    HPy made = HPy_New(ctx, cls, &thrower);
    if (nargs == 0)
        throw std::invalid_argument("a number is needed"); /* here: in tp_new */
    return made;
}

HPyDef_SLOT(Thrower_length, HPy_sq_length)
static HPy_ssize_t Thrower_length_impl(HPyContext *ctx, HPy self)
{
    throw std::length_error("no length"); /* here: in sq_length */
}

/* Its text is the end. */
HPyDef_SLOT(Crasher_repr, HPy_tp_repr)
static HPy Crasher_repr_impl(HPyContext *ctx, HPy self)
{
    return HPyLong_FromLong(ctx, *(volatile int *)8); /* here: in tp_repr */
}

static HPyDef *Crasher_defines[] = {&Crasher_repr, NULL};
static HPyType_Spec Crasher_spec = {.name = "ends.Crasher", .defines = Crasher_defines};

HPyDef_SLOT(Thrower_destroy, HPy_tp_destroy)
static void Thrower_destroy_impl(void *)
{
    throw 42; /* here: in tp_destroy */
}

static HPyDef *Thrower_defines[] = {
    &Thrower_new, &Thrower_length, &Thrower_destroy, NULL,
};
static HPyType_Spec Thrower_spec = {
    .name = "ends.Thrower",
    .basicsize = sizeof(Thrower),
    .builtin_shape = SHAPE(Thrower),
    .defines = Thrower_defines,
};

HPyDef_SLOT(execute, HPy_mod_exec)
static int execute_impl(HPyContext *ctx, HPy module)
{
    return HPyHelpers_AddType(ctx, module, "Thrower", &Thrower_spec, NULL)
               && HPyHelpers_AddType(ctx, module, "Crasher", &Crasher_spec, NULL)
        ? 0
        : -1;
}

static HPyDef *defines[] = {
    &leak, &close_twice, &call, &crash, &call_nothing, &debug_trap, &give_up, &fatal, &quit,
    &terminate, &overflow,
    &throw_error, &throw_trouble, &throw_and_catch, &end_thread, &cancel_thread, &end_elsewhere,
    &set_jump, &set_jump_and_return, &jump, &spin, &spin_in_api, &spin_with_handles,
    &wait_inside, &wait_outside,
    &execute, NULL,
};
static HPyModuleDef moduledef = {.doc = NULL, .size = 0, .legacy_methods = NULL, .defines = defines};
HPy_MODINIT(ends, moduledef)

} /* extern "C" */
