/* Loops that time one operation of the API.
 *
 * LOOP(name, BEFORE, BODY, AFTER) defines the module function
 *
 *     name(count, *objects) -> nanoseconds
 *
 * which runs BEFORE once, BODY `count` times, and AFTER once; only BODY is in
 * the time. BODY is one operation and whatever closes its result: a handle that
 * is not closed would make the loop measure a growing table. What the loop
 * itself costs is the row `empty`, which the caller subtracts.
 *
 * An operation that fails would be timed as something else than what the row
 * says, so an error that is pending after the loop is the function's result.
 */
#ifndef OVERHEAD_LOOP_H
#define OVERHEAD_LOOP_H

#include <hpy.h>
#include <stdint.h>

/* What the running thread has used of its processor so far, in nanoseconds.
 * Unlike the time on the wall it stands still while another process has the
 * processor. */
int64_t thread_time(void);

/* Keeps the compiler from moving work out of the loop, where the API is not a
 * call that it can't see through (the CPython ABI). */
#define EACH_TIME(value) __asm__ volatile("" : "+r"(value) : : "memory")

#define LOOP(NAME, BEFORE, BODY, AFTER)                                                            \
    HPyDef_METH(NAME, #NAME, HPyFunc_VARARGS)                                                      \
    static HPy NAME##_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)               \
    {                                                                                              \
        (void)self, (void)nargs;                                                                   \
        const int64_t count = HPyLong_AsInt64_t(ctx, args[0]);                                     \
        if (HPyErr_Occurred(ctx))                                                                  \
            return HPy_NULL;                                                                       \
        BEFORE;                                                                                    \
        const int64_t start = thread_time();                                                       \
        for (int64_t round = 0; round < count; round++) {                                          \
            EACH_TIME(round);                                                                      \
            BODY;                                                                                  \
        }                                                                                          \
        const int64_t elapsed = thread_time() - start;                                             \
        AFTER;                                                                                     \
        if (HPyErr_Occurred(ctx))                                                                  \
            return HPy_NULL;                                                                       \
        return HPyLong_FromInt64_t(ctx, elapsed);                                                  \
    }

/* Where results go that are no handles, so that they are not optimised away. */
extern volatile int64_t integer_result;
extern volatile double double_result;

/* The type of vector.c, and what storage.c keeps. */
extern HPyType_Spec vector_spec;
extern HPyGlobal vector_type;
extern HPyGlobal storage_global;

typedef struct {
    double x;
    double y;
    HPyField link;
} Vector;

HPyType_HELPERS(Vector)

#endif
