/* Types that come and go. */
#include <hpy.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    HPyField held;
    int64_t number;
    char filler[100];
} Item;
HPyType_HELPERS(Item)

static int64_t living;

HPyDef_SLOT(Item_new, HPy_tp_new)
static HPy Item_new_impl(HPyContext *ctx, HPy cls, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    Item *item;
    HPy self = HPy_New(ctx, cls, &item);
    if (HPy_IsNull(self))
        return self;
    living++;
    item->number = 7;
    if (nargs > 0)
        HPyField_Store(ctx, self, &item->held, args[0]);
    return self;
}

HPyDef_SLOT(Item_traverse, HPy_tp_traverse)
static int Item_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Item *)self)->held);
    return 0;
}

HPyDef_SLOT(Item_destroy, HPy_tp_destroy)
static void Item_destroy_impl(void *self)
{
    Item *item = self;
    /* A type that inherits it has it called once more. */
    living -= item->number == 7;
    item->number = 0;
}

HPyDef_SLOT(Item_add, HPy_nb_add)
static HPy Item_add_impl(HPyContext *ctx, HPy self, HPy other)
{
    return HPyUnicode_FromString(ctx, "added");
}

HPyDef_METH(Item_name, "name", HPyFunc_NOARGS, .doc = "The name of a type.")
static HPy Item_name_impl(HPyContext *ctx, HPy self)
{
    return HPyUnicode_FromString(ctx, "item");
}

HPyDef_GETSET(Item_held, "held", .doc = "What it holds.")
static HPy Item_held_get(HPyContext *ctx, HPy self, void *closure)
{
    HPyField field = Item_AsStruct(ctx, self)->held;
    return HPyField_IsNull(field) ? HPy_Dup(ctx, ctx->h_None) : HPyField_Load(ctx, self, field);
}
static int Item_held_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    HPyField_Store(ctx, self, &Item_AsStruct(ctx, self)->held, value);
    return 0;
}

HPyDef_MEMBER(Item_number, "number", HPyMember_LONGLONG, offsetof(Item, number), .doc = "Seven.")

static HPyDef *Item_defines[] = { &Item_new, &Item_traverse, &Item_destroy, &Item_add, &Item_name,
                                  &Item_held, &Item_number, NULL };
static HPyType_Spec Item_spec = {
    .doc = "An item.",
    .basicsize = sizeof(Item),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .builtin_shape = SHAPE(Item),
    .defines = Item_defines,
};

HPyDef_METH(make, "make", HPyFunc_VARARGS, .doc = "make([base]): a type with a name of its own")
static HPy make_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    static int number;
    char name[64], doc[] = "An item.";
    HPyType_Spec spec = Item_spec;
    HPyType_SpecParam params[] = {
        { HPyType_SpecParam_Base, nargs > 0 ? args[0] : HPy_NULL },
        { 0 },
    };
    snprintf(name, sizeof name, "hpytype_lifetimes.Item%d", number++);
    spec.name = name;
    spec.doc = doc;
    HPy type = HPyType_FromSpec(ctx, &spec, nargs > 0 ? params : NULL);
    memset(name, '?', sizeof name);
    memset(doc, '?', sizeof doc);
    return type;
}

HPyDef_METH(count, "living", HPyFunc_NOARGS)
static HPy count_impl(HPyContext *ctx, HPy self)
{
    return HPyLong_FromInt64_t(ctx, living);
}

static HPyDef *defines[] = { &make, &count, NULL };
static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpytype_lifetimes, definition)
