/* A hybrid module that calls nothing of CPython's API: a legacy type with slots, methods, members
   and attributes, and functions that take and give PyObject *. */
#include <Python.h>
#include <structmember.h>
#include <hpy.h>

/* Objects that legacy functions return. */
static PyObject *text, *yes, *no, *number;
static PyObject *kept;
static long deaths;

typedef struct {
    PyObject_HEAD
    long x;
    long left;
    PyObject *any;
    PyObject *some;
} Point;

HPyType_LEGACY_HELPERS(Point)

static PyObject *Point_repr(PyObject *self)
{
    (void)self;
    return Py_NewRef(text);
}

static PyObject *Point_add(PyObject *a, PyObject *b)
{
    return Py_NewRef(Py_TYPE(a) == Py_TYPE(b) ? yes : b);
}

static PyObject *Point_subscript(PyObject *self, PyObject *key)
{
    (void)self;
    return Py_NewRef(key);
}

static Py_ssize_t Point_length(PyObject *self)
{
    return ((Point *)self)->x;
}

static int Point_bool(PyObject *self)
{
    return ((Point *)self)->x != 0;
}

static Py_hash_t Point_hash(PyObject *self)
{
    return ((Point *)self)->x;
}

static PyObject *Point_compare(PyObject *a, PyObject *b, int op)
{
    long x = ((Point *)a)->x, y = ((Point *)b)->x;
    return Py_NewRef((op == Py_EQ ? x == y : op == Py_NE ? x != y : x < y) ? yes : no);
}

static PyObject *Point_iter(PyObject *self)
{
    ((Point *)self)->left = ((Point *)self)->x;
    return Py_NewRef(self);
}

static PyObject *Point_next(PyObject *self)
{
    return ((Point *)self)->left-- > 0 ? Py_NewRef(number) : NULL;
}

static PyObject *Point_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    (void)self;
    return Py_NewRef(kwargs == NULL ? args : kwargs);
}

static int Point_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    Point *point = (Point *)self;
    point->any = Py_NewRef(args);
    point->some = Py_XNewRef(kwargs);
    return 0;
}

static void Point_dealloc(PyObject *self)
{
    deaths++;
    Py_XDECREF(((Point *)self)->any);
    Py_XDECREF(((Point *)self)->some);
    Py_TYPE(self)->tp_free(self);
}

static PyObject *noargs(PyObject *self, PyObject *nothing)
{
    return Py_NewRef(nothing == NULL ? self : no);
}

static PyObject *one(PyObject *self, PyObject *arg)
{
    (void)self;
    return Py_NewRef(arg);
}

static PyObject *keywords(PyObject *self, PyObject *args, PyObject *kwargs)
{
    (void)self;
    return Py_NewRef(kwargs == NULL ? args : kwargs);
}

static PyObject *fast(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    (void)self;
    return Py_NewRef(count == 0 ? no : args[count - 1]);
}

static PyObject *fast_keywords(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    (void)self;
    return Py_NewRef(names != NULL ? names : count == 0 ? no : args[0]);
}

static PyObject *receiver(PyObject *self, PyObject *nothing)
{
    (void)nothing;
    return Py_NewRef(self == NULL ? no : self);
}

static PyObject *silent(PyObject *self, PyObject *nothing)
{
    (void)self, (void)nothing;
    return NULL;
}

static PyMethodDef methods[] = {
    {"noargs", noargs, METH_NOARGS, "noargs($self)\n--\n\nNothing."},
    {"one", one, METH_O, NULL},
    {"varargs", one, METH_VARARGS, NULL},
    {"keywords", (PyCFunction)(void *)keywords, METH_VARARGS | METH_KEYWORDS, NULL},
    {"fast", (PyCFunction)(void *)fast, METH_FASTCALL, NULL},
    {"fast_keywords", (PyCFunction)(void *)fast_keywords, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"of_class", receiver, METH_NOARGS | METH_CLASS, NULL},
    {"of_nothing", receiver, METH_NOARGS | METH_STATIC, NULL},
    {"silent", silent, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef members[] = {
    {"x", T_LONG, offsetof(Point, x), 0, "A number."},
    {"fixed", T_LONG, offsetof(Point, x), READONLY, NULL},
    {"any", T_OBJECT, offsetof(Point, any), 0, NULL},
    {"some", T_OBJECT_EX, offsetof(Point, some), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyObject *get(PyObject *self, void *closure)
{
    return Py_NewRef(closure == &kept ? self : no);
}

static int set(PyObject *self, PyObject *value, void *closure)
{
    (void)closure;
    ((Point *)self)->x = value == NULL ? -1 : 7;
    return 0;
}

static PyGetSetDef getsets[] = {
    {"me", get, NULL, "Itself.", &kept},
    {"seven", get, set, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "A point."},
    {Py_tp_repr, (void *)Point_repr},
    {Py_nb_add, (void *)Point_add},
    {Py_nb_bool, (void *)Point_bool},
    {Py_mp_subscript, (void *)Point_subscript},
    {Py_mp_length, (void *)Point_length},
    {Py_tp_hash, (void *)Point_hash},
    {Py_tp_richcompare, (void *)Point_compare},
    {Py_tp_iter, (void *)Point_iter},
    {Py_tp_iternext, (void *)Point_next},
    {Py_tp_call, (void *)Point_call},
    {Py_tp_init, (void *)Point_init},
    {Py_tp_dealloc, (void *)Point_dealloc},
    {Py_tp_methods, methods},
    {Py_tp_members, members},
    {Py_tp_getset, getsets},
    {0, NULL},
};

HPyDef_METH(Point_double, "double", HPyFunc_NOARGS)
static HPy Point_double_impl(HPyContext *ctx, HPy self)
{
    return HPyLong_FromLong(ctx, 2 * Point_AsStruct(ctx, self)->x);
}

static HPyDef *point_defines[] = {&Point_double, NULL};

static HPyType_Spec point_spec = {
    .name = "legacy.Point",
    .basicsize = sizeof(Point),
    .builtin_shape = SHAPE(Point),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
    .legacy_slots = slots,
    .defines = point_defines,
};

/* There and back. */
HPyDef_METH(back, "back", HPyFunc_O)
static HPy back_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    PyObject *object = HPy_AsPyObject(ctx, arg);
    HPy result = HPy_FromPyObject(ctx, object);
    Py_DECREF(object);
    return result;
}

HPyDef_METH(same, "same", HPyFunc_VARARGS)
static HPy same_impl(HPyContext *ctx, HPy self, const HPy *args, size_t count)
{
    (void)self, (void)count;
    PyObject *a = HPy_AsPyObject(ctx, args[0]), *b = HPy_AsPyObject(ctx, args[1]);
    int are_same = a == b;
    Py_DECREF(a);
    Py_DECREF(b);
    return HPyBool_FromBool(ctx, are_same);
}

/* What the head says of the class. */
HPyDef_METH(class_name, "class_name", HPyFunc_O)
static HPy class_name_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    PyObject *object = HPy_AsPyObject(ctx, arg);
    const char *name = Py_TYPE(object)->tp_name;
    int is_int = PyLong_Check(object), is_class = PyType_Check(object);
    Py_DECREF(object);
    return HPy_BuildValue(ctx, "sii", name, is_int, is_class);
}

HPyDef_METH(keep, "keep", HPyFunc_O)
static HPy keep_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    kept = HPy_AsPyObject(ctx, arg);
    return HPy_Dup(ctx, ctx->h_None);
}

/* Gives away the reference that was kept. */
static PyObject *give(PyObject *self, PyObject *nothing)
{
    (void)self, (void)nothing;
    PyObject *given = kept;
    kept = NULL;
    return given;
}

HPyDef_METH(count_deaths, "deaths", HPyFunc_NOARGS)
static HPy count_deaths_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyLong_FromLong(ctx, deaths);
}

HPyDef_METH(nothing, "nothing", HPyFunc_NOARGS)
static HPy nothing_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    int is_right = HPy_AsPyObject(ctx, HPy_NULL) == NULL && HPy_IsNull(HPy_FromPyObject(ctx, NULL));
    return HPyBool_FromBool(ctx, is_right && !HPyErr_Occurred(ctx));
}

static PyObject *made(HPyContext *ctx, HPy h)
{
    PyObject *object = HPy_AsPyObject(ctx, h);
    HPy_Close(ctx, h);
    return object;
}

HPyDef_SLOT(execute, HPy_mod_exec)
static int execute_impl(HPyContext *ctx, HPy module)
{
    text = made(ctx, HPyUnicode_FromString(ctx, "a point"));
    number = made(ctx, HPyLong_FromLong(ctx, 5));
    yes = HPy_AsPyObject(ctx, ctx->h_True);
    no = HPy_AsPyObject(ctx, ctx->h_False);
    return HPyHelpers_AddType(ctx, module, "Point", &point_spec, NULL) ? 0 : -1;
}

static PyMethodDef functions[] = {
    {"give", give, METH_NOARGS, NULL},
    {"one", one, METH_O, "one($module, x, /)\n--\n\nThe argument."},
    {"module", receiver, METH_NOARGS, NULL},
    {"silent", silent, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static HPyDef *defines[] = {
    &back, &same, &class_name, &keep, &count_deaths, &nothing, &execute, NULL,
};

static HPyModuleDef definition = {.defines = defines, .legacy_methods = functions};

HPy_MODINIT(legacy, definition)
