/* A module for CPython's own API as well as HPy's, for the hybrid ABI. */
#include <Python.h>
#include <hpy.h>

HPyDef_METH(length, "length", HPyFunc_O)
static HPy length_impl(HPyContext *ctx, HPy self, HPy x)
{
    (void)self;
    PyObject *object = HPy_AsPyObject(ctx, x);
    Py_ssize_t length = PyObject_Length(object);
    Py_DECREF(object);
    return length < 0 ? HPy_NULL : HPyLong_FromSsize_t(ctx, length);
}

static HPyDef *defines[] = { &length, NULL };

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(malformed_hybrid, definition)
