/* Handles themselves, and types. */
#include "loop.h"
#include <stdlib.h>

LOOP(empty, , , )

LOOP(dup_close, , HPy_Close(ctx, HPy_Dup(ctx, args[1])), )

LOOP(is_same, HPy other = HPy_Dup(ctx, args[1]), integer_result = HPy_Is(ctx, args[1], other),
     HPy_Close(ctx, other))

LOOP(is_other, , integer_result = HPy_Is(ctx, args[1], args[2]), )

LOOP(type_check, , integer_result = HPy_TypeCheck(ctx, args[1], args[2]), )

LOOP(type_of, , HPy_Close(ctx, HPy_Type(ctx, args[1])), )

/* open_and_close(count, list, held): what Dup+Close of another object's handle
 * costs while `held` handles of as many objects are open. */
static HPy *hold(HPyContext *ctx, HPy list, int64_t held)
{
    HPy *handles = malloc(sizeof(HPy) * (size_t)(held > 0 ? held : 1));
    for (int64_t i = 0; handles != NULL && i < held; i++)
        handles[i] = HPy_GetItem_i(ctx, list, 0);
    return handles;
}

static void let_go(HPyContext *ctx, HPy *handles, int64_t held)
{
    for (int64_t i = 0; handles != NULL && i < held; i++)
        HPy_Close(ctx, handles[i]);
    free(handles);
}

LOOP(open_and_close, int64_t held = HPyLong_AsInt64_t(ctx, args[2]);
     HPy *handles = hold(ctx, args[1], held), HPy_Close(ctx, HPy_GetItem_i(ctx, args[1], 0)),
     let_go(ctx, handles, held))

/* open_bytes(held, list): what the process's memory grows by for each of `held`
 * open handles, beside the array that keeps them. */
#include <stdio.h>
#include <unistd.h>

static int64_t resident(void)
{
    long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL)
        return -1;
    if (fscanf(file, "%ld %ld", &size, &pages) != 2)
        pages = -1;
    fclose(file);
    return pages < 0 ? -1 : (int64_t)pages * sysconf(_SC_PAGESIZE);
}

HPyDef_METH(open_bytes, "open_bytes", HPyFunc_VARARGS)
static HPy open_bytes_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self, (void)nargs;
    const int64_t held = HPyLong_AsInt64_t(ctx, args[0]);
    if (HPyErr_Occurred(ctx))
        return HPy_NULL;
    const int64_t before = resident();
    HPy *handles = hold(ctx, args[1], held);
    const int64_t during = resident();
    let_go(ctx, handles, held);
    const int64_t array = held * (int64_t)sizeof(HPy);
    return HPyFloat_FromDouble(ctx, (double)(during - before - array) / (double)held);
}
