/* Types that take part in pickling and copying in the ways that Python offers. */
#include <hpy.h>

typedef struct {
    int64_t number;
} Box;
HPyType_HELPERS(Box)

/* CPython's garbage collector can't take a Python subclass of this one. */
typedef struct {
    HPyField held;
} Linked;
HPyType_HELPERS(Linked)

HPyDef_SLOT(box_new, HPy_tp_new)
static HPy box_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    (void)kw;
    int64_t number = nargs == 0 ? 0 : HPyLong_AsInt64_t(ctx, args[0]);
    if (number == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    Box *unused;
    HPy result = HPy_New(ctx, type, &unused);
    /* CPython's HPy_New gives a wrong pointer for a type made in Python. */
    if (!HPy_IsNull(result))
        Box_AsStruct(ctx, result)->number = number;
    return result;
}

HPyDef_MEMBER(box_number, "number", HPyMember_LONGLONG, offsetof(Box, number))

/* (type(self), (number,)) */
HPyDef_METH(reduce, "__reduce__", HPyFunc_NOARGS)
static HPy reduce_impl(HPyContext *ctx, HPy self)
{
    HPy type = HPy_Type(ctx, self);
    HPy result = HPy_BuildValue(ctx, "(O(L))", type, (long long)Box_AsStruct(ctx, self)->number);
    HPy_Close(ctx, type);
    return result;
}

/* (type(self), (number,), {"protocol": protocol}) */
HPyDef_METH(reduce_ex, "__reduce_ex__", HPyFunc_O)
static HPy reduce_ex_impl(HPyContext *ctx, HPy self, HPy protocol)
{
    HPy type = HPy_Type(ctx, self);
    HPy result = HPy_BuildValue(ctx, "(O(L){s:O})", type,
                                (long long)Box_AsStruct(ctx, self)->number, "protocol", protocol);
    HPy_Close(ctx, type);
    return result;
}

HPyDef_METH(getnewargs, "__getnewargs__", HPyFunc_NOARGS)
static HPy getnewargs_impl(HPyContext *ctx, HPy self)
{
    return HPy_BuildValue(ctx, "(L)", (long long)Box_AsStruct(ctx, self)->number);
}

HPyDef_METH(getnewargs_ex, "__getnewargs_ex__", HPyFunc_NOARGS)
static HPy getnewargs_ex_impl(HPyContext *ctx, HPy self)
{
    return HPy_BuildValue(ctx, "((L){})", (long long)Box_AsStruct(ctx, self)->number);
}

HPyDef_METH(get_state, "__getstate__", HPyFunc_NOARGS)
static HPy get_state_impl(HPyContext *ctx, HPy self)
{
    return HPy_BuildValue(ctx, "{s:L}", "n", (long long)Box_AsStruct(ctx, self)->number);
}

HPyDef_METH(set_state, "__setstate__", HPyFunc_O)
static HPy set_state_impl(HPyContext *ctx, HPy self, HPy state)
{
    HPy number = HPy_GetItem_s(ctx, state, "n");
    if (HPy_IsNull(number))
        return HPy_NULL;
    int64_t value = HPyLong_AsInt64_t(ctx, number);
    HPy_Close(ctx, number);
    if (value == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    Box_AsStruct(ctx, self)->number = value;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_SLOT(linked_new, HPy_tp_new)
static HPy linked_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    (void)args, (void)nargs, (void)kw;
    Linked *unused;
    return HPy_New(ctx, type, &unused);
}

HPyDef_SLOT(linked_traverse, HPy_tp_traverse)
static int linked_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Linked *)self)->held);
    return 0;
}

HPyDef_GET(linked_held, "held")
static HPy linked_held_get(HPyContext *ctx, HPy self, void *closure)
{
    (void)closure;
    HPyField field = Linked_AsStruct(ctx, self)->held;
    return HPyField_IsNull(field) ? HPy_Dup(ctx, ctx->h_None) : HPyField_Load(ctx, self, field);
}

HPyDef_METH(linked_get_state, "__getstate__", HPyFunc_NOARGS)
static HPy linked_get_state_impl(HPyContext *ctx, HPy self)
{
    HPy held = linked_held_get(ctx, self, NULL);
    HPy result = HPyTuple_Pack(ctx, 1, held);
    HPy_Close(ctx, held);
    return result;
}

HPyDef_METH(linked_set_state, "__setstate__", HPyFunc_O)
static HPy linked_set_state_impl(HPyContext *ctx, HPy self, HPy state)
{
    HPy held = HPy_GetItem_i(ctx, state, 0);
    if (HPy_IsNull(held))
        return HPy_NULL;
    HPyField_Store(ctx, self, &Linked_AsStruct(ctx, self)->held, held);
    HPy_Close(ctx, held);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(copy, "__copy__", HPyFunc_NOARGS)
static HPy copy_impl(HPyContext *ctx, HPy self)
{
    HPy type = HPy_Type(ctx, self);
    HPy number = HPyLong_FromInt64_t(ctx, Box_AsStruct(ctx, self)->number + 1000);
    HPy result = HPy_Call(ctx, type, &number, 1, HPy_NULL);
    HPy_Close(ctx, number);
    HPy_Close(ctx, type);
    return result;
}

HPyDef_METH(deepcopy, "__deepcopy__", HPyFunc_O)
static HPy deepcopy_impl(HPyContext *ctx, HPy self, HPy memo)
{
    (void)memo;
    return HPy_Dup(ctx, self);
}

#define KIND(NAME, STRUCT, FLAGS, ...)                                          \
    static HPyDef *NAME##_defines[] = { __VA_ARGS__, NULL };                    \
    static HPyType_Spec NAME##_spec = {                                         \
        .name = "hpytype_pickling." #NAME,                                              \
        .basicsize = sizeof(STRUCT),                                            \
        .flags = HPy_TPFLAGS_DEFAULT | FLAGS,                                   \
        .builtin_shape = SHAPE(STRUCT),                                         \
        .defines = NAME##_defines,                                              \
    };
#define BOX(NAME, ...) \
    KIND(NAME, Box, HPy_TPFLAGS_BASETYPE, &box_new, &box_number, __VA_ARGS__)

BOX(Reduced, &reduce)
BOX(ReducedEx, &reduce_ex)
BOX(NewArgs, &getnewargs)
BOX(NewArgsEx, &getnewargs_ex, &get_state, &set_state)
BOX(Stated, &get_state, &set_state)
BOX(Copied, &copy, &deepcopy)
KIND(LinkedState, Linked, HPy_TPFLAGS_HAVE_GC, &linked_new, &linked_traverse, &linked_held,
     &linked_get_state, &linked_set_state)

/* No struct: what object does is enough. */
static HPyType_Spec Empty_spec = {
    .name = "hpytype_pickling.Empty",
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
};

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    int done = HPyHelpers_AddType(ctx, module, "Reduced", &Reduced_spec, NULL) &&
               HPyHelpers_AddType(ctx, module, "ReducedEx", &ReducedEx_spec, NULL) &&
               HPyHelpers_AddType(ctx, module, "NewArgs", &NewArgs_spec, NULL) &&
               HPyHelpers_AddType(ctx, module, "NewArgsEx", &NewArgsEx_spec, NULL) &&
               HPyHelpers_AddType(ctx, module, "Stated", &Stated_spec, NULL) &&
               HPyHelpers_AddType(ctx, module, "Copied", &Copied_spec, NULL) &&
               HPyHelpers_AddType(ctx, module, "LinkedState", &LinkedState_spec, NULL) &&
               HPyHelpers_AddType(ctx, module, "Empty", &Empty_spec, NULL);
    return done ? 0 : -1;
}

static HPyDef *defines[] = { &module_exec, NULL };
static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpytype_pickling, definition)
