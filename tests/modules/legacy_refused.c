/* A hybrid module whose types and tables break the rules: each is an error. */
#include <Python.h>
#include <hpy.h>

typedef struct {
    PyObject_HEAD
    long x;
} Small;

static PyObject *self_of(PyObject *self, PyObject *arg)
{
    (void)arg;
    return Py_NewRef(self);
}

static void dealloc(PyObject *self)
{
    (void)self;
}

static PyMethodDef methods[] = {{"f", self_of, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyMethodDef bad_flags[] = {{"f", self_of, METH_NOARGS | METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyMethodDef two_receivers[] = {
    {"f", self_of, METH_NOARGS | METH_CLASS | METH_STATIC, NULL}, {NULL, NULL, 0, NULL}};

static PyType_Slot with_methods[] = {{Py_tp_methods, methods}, {0, NULL}};
static PyType_Slot with_bad_flags[] = {{Py_tp_methods, bad_flags}, {0, NULL}};
static PyType_Slot with_two_receivers[] = {{Py_tp_methods, two_receivers}, {0, NULL}};
static PyType_Slot with_dealloc[] = {{Py_tp_dealloc, (void *)dealloc}, {0, NULL}};
static PyType_Slot with_unknown[] = {{4711, (void *)dealloc}, {0, NULL}};

HPyDef_SLOT(traverse, HPy_tp_traverse)
static int traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    (void)self, (void)visit, (void)arg;
    return 0;
}

HPyDef_SLOT(destroy, HPy_tp_destroy)
static void destroy_impl(void *self)
{
    (void)self;
}

HPyDef_SLOT(call, HPy_tp_call)
static HPy call_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)args, (void)nargs, (void)kwnames;
    return HPy_Dup(ctx, self);
}

HPyDef_MEMBER(x, "x", HPyMember_LONG, offsetof(Small, x))

static HPyDef *traverses[] = {&traverse, NULL};
static HPyDef *destroys[] = {&destroy, NULL};
static HPyDef *calls[] = {&call, NULL};
static HPyDef *has_member[] = {&x, NULL};

#define LEGACY .builtin_shape = HPyType_BuiltinShape_Legacy
#define NAME .name = "legacy_refused.T"

static HPyType_Spec specs[] = {
    {NAME, .legacy_slots = with_methods},
    {NAME, LEGACY, .basicsize = sizeof(Small), .legacy_slots = with_dealloc, .defines = traverses},
    {NAME, LEGACY, .basicsize = sizeof(Small), .legacy_slots = with_dealloc, .defines = destroys},
    {NAME, LEGACY, .basicsize = sizeof(Small), .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_HAVE_GC},
    {NAME, LEGACY, .defines = calls},
    {NAME, LEGACY, .defines = has_member},
    {NAME, LEGACY, .legacy_slots = with_bad_flags},
    {NAME, LEGACY, .legacy_slots = with_two_receivers},
    {NAME, LEGACY, .legacy_slots = with_unknown},
};

/* Makes the type with this number, over a base if there is one. */
HPyDef_METH(make, "make", HPyFunc_VARARGS)
static HPy make_impl(HPyContext *ctx, HPy self, const HPy *args, size_t count)
{
    (void)self;
    long number = HPyLong_AsLong(ctx, args[0]);
    if (count == 1)
        return HPyType_FromSpec(ctx, &specs[number], NULL);
    HPyType_SpecParam params[] = {{HPyType_SpecParam_Base, args[1]}, {0, HPy_NULL}};
    return HPyType_FromSpec(ctx, &specs[number], params);
}

static HPyType_Spec pure_spec = {
    .name = "legacy_refused.Pure",
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
};
static HPyType_Spec legacy_spec = {NAME, LEGACY, .basicsize = sizeof(Small)};

HPyDef_METH(over_pure, "over_pure", HPyFunc_NOARGS)
static HPy over_pure_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    HPy pure = HPyType_FromSpec(ctx, &pure_spec, NULL);
    HPyType_SpecParam params[] = {{HPyType_SpecParam_Base, pure}, {0, HPy_NULL}};
    HPy made = HPyType_FromSpec(ctx, &legacy_spec, params);
    HPy_Close(ctx, pure);
    return made;
}

static HPyDef *defines[] = {&make, &over_pure, NULL};
static HPyModuleDef definition = {.defines = defines};

HPy_MODINIT(legacy_refused, definition)
