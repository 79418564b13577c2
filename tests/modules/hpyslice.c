/* HPySlice_*. */
#include <hpy.h>

HPyDef_METH(slice_of, "slice_of", HPyFunc_VARARGS, .doc = "slice_of(slice, length)")
static HPy slice_of_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    HPy slice;
    long of;
    HPyTracker tracker;
    if (!HPyArg_Parse(ctx, &tracker, args, nargs, "Ol", &slice, &of))
        return HPy_NULL;
    HPy_ssize_t start, stop, step;
    int failed = HPySlice_Unpack(ctx, slice, &start, &stop, &step) < 0;
    HPyTracker_Close(ctx, tracker);
    if (failed)
        return HPy_NULL;
    HPy_ssize_t count = HPySlice_AdjustIndices(ctx, of, &start, &stop, step);
    return HPy_BuildValue(ctx, "nnnn", start, stop, step, count);
}

static HPyDef *defines[] = {
    &slice_of, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpyslice, definition)
