/* The members that upstream's development head has appended to the context after
   0.9.0. The released headers do not know them, so this file declares what a
   binary built from head would call, behind the last member of the release. */
#include <hpy.h>

typedef struct {
    HPy h_DictType;
    void *(*AsStruct_Dict)(HPyContext *ctx, HPy h);
    int (*List_Insert)(HPyContext *ctx, HPy list, HPy_ssize_t index, HPy item);
    HPy (*GetSlice)(HPyContext *ctx, HPy obj, HPy_ssize_t start, HPy_ssize_t end);
    int (*SetSlice)(HPyContext *ctx, HPy obj, HPy_ssize_t start, HPy_ssize_t end, HPy value);
    int (*DelSlice)(HPyContext *ctx, HPy obj, HPy_ssize_t start, HPy_ssize_t end);
    HPy (*GetIter)(HPyContext *ctx, HPy obj);
    HPy (*Iter_Next)(HPyContext *ctx, HPy obj);
    int (*Iter_Check)(HPyContext *ctx, HPy obj);
    HPy (*Slice_New)(HPyContext *ctx, HPy start, HPy stop, HPy step);
} Appended;

static Appended *appended(HPyContext *ctx)
{
    return (Appended *)(ctx + 1);
}

HPyDef_METH(dict_type, "dict_type", HPyFunc_NOARGS)
static HPy dict_type_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPy_Dup(ctx, appended(ctx)->h_DictType);
}

HPyDef_METH(as_struct, "as_struct", HPyFunc_O)
static HPy as_struct_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    void *native = appended(ctx)->AsStruct_Dict(ctx, arg);
    return native ? HPyBool_FromBool(ctx, true) : HPy_NULL;
}

HPyDef_METH(insert, "insert", HPyFunc_VARARGS)
static HPy insert_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy list, item;
    HPy_ssize_t index;
    (void)self;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OnO", &list, &index, &item)) {
        return HPy_NULL;
    }
    if (appended(ctx)->List_Insert(ctx, list, index, item) < 0) {
        return HPy_NULL;
    }
    return HPy_Dup(ctx, list);
}

HPyDef_METH(get_slice, "get_slice", HPyFunc_VARARGS)
static HPy get_slice_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy object;
    HPy_ssize_t start, end;
    (void)self;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "Onn", &object, &start, &end)) {
        return HPy_NULL;
    }
    return appended(ctx)->GetSlice(ctx, object, start, end);
}

HPyDef_METH(set_slice, "set_slice", HPyFunc_VARARGS)
static HPy set_slice_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy object, value;
    HPy_ssize_t start, end;
    (void)self;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OnnO", &object, &start, &end, &value)) {
        return HPy_NULL;
    }
    if (appended(ctx)->SetSlice(ctx, object, start, end, value) < 0) {
        return HPy_NULL;
    }
    return HPy_Dup(ctx, object);
}

HPyDef_METH(del_slice, "del_slice", HPyFunc_VARARGS)
static HPy del_slice_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy object;
    HPy_ssize_t start, end;
    (void)self;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "Onn", &object, &start, &end)) {
        return HPy_NULL;
    }
    if (appended(ctx)->DelSlice(ctx, object, start, end) < 0) {
        return HPy_NULL;
    }
    return HPy_Dup(ctx, object);
}

HPyDef_METH(collect, "collect", HPyFunc_O, .doc = "list(arg), through the iterator functions.")
static HPy collect_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    HPy iterator = appended(ctx)->GetIter(ctx, arg);
    if (HPy_IsNull(iterator)) {
        return HPy_NULL;
    }
    HPy list = HPyList_New(ctx, 0);
    if (!HPy_IsNull(list)) {
        HPy item;
        while (!HPy_IsNull(item = appended(ctx)->Iter_Next(ctx, iterator))) {
            int failed = HPyList_Append(ctx, list, item);
            HPy_Close(ctx, item);
            if (failed) {
                break;
            }
        }
        /* The end of an iteration is no error. */
        if (HPyErr_Occurred(ctx)) {
            HPy_Close(ctx, list);
            list = HPy_NULL;
        }
    }
    HPy_Close(ctx, iterator);
    return list;
}

HPyDef_METH(next_of, "next_of", HPyFunc_O)
static HPy next_of_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    HPy item = appended(ctx)->Iter_Next(ctx, arg);
    if (HPy_IsNull(item) && !HPyErr_Occurred(ctx)) {
        return HPyUnicode_FromString(ctx, "the end");
    }
    return item;
}

HPyDef_METH(is_iterator, "is_iterator", HPyFunc_O)
static HPy is_iterator_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    return HPyBool_FromBool(ctx, appended(ctx)->Iter_Check(ctx, arg));
}

HPyDef_METH(new_slice, "new_slice", HPyFunc_VARARGS)
static HPy new_slice_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    return appended(ctx)->Slice_New(ctx, nargs > 0 ? args[0] : HPy_NULL,
                                    nargs > 1 ? args[1] : HPy_NULL,
                                    nargs > 2 ? args[2] : HPy_NULL);
}

/* A descriptor: head gives the slot `HPy_tp_descr_get` the number 54. */
static HPy get_impl(HPyContext *ctx, HPy self, HPy instance, HPy owner)
{
    (void)self;
    return HPyTuple_Pack(ctx, 2, HPy_IsNull(instance) ? ctx->h_None : instance,
                         HPy_IsNull(owner) ? ctx->h_None : owner);
}

static HPyDef get = {
    .kind = HPyDef_Kind_Slot,
    .slot = {.slot = (HPySlot_Slot)54, .impl = (HPyCFunction)get_impl},
};

static HPyDef *descriptor_defines[] = {&get, NULL};
static HPyType_Spec descriptor_spec = {
    .name = "head_members.Descriptor",
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
    .defines = descriptor_defines,
};

HPyDef_SLOT(exec, HPy_mod_exec)
static int exec_impl(HPyContext *ctx, HPy module)
{
    HPy type = HPyType_FromSpec(ctx, &descriptor_spec, NULL);
    if (HPy_IsNull(type)) {
        return -1;
    }
    int failed = HPy_SetAttr_s(ctx, module, "Descriptor", type);
    HPy_Close(ctx, type);
    return failed;
}

static HPyDef *defines[] = {
    &dict_type, &as_struct, &insert, &get_slice, &set_slice, &del_slice,
    &collect, &next_of, &is_iterator, &new_slice, &exec, NULL,
};
static HPyModuleDef definition = {.defines = defines};
HPy_MODINIT(head_members, definition)
