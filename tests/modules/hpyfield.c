/* HPyField_*: fields in a struct, in memory of the object, and what C must not do with
 * them. */
#include <hpy.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    HPyField a, b;
    long number;
} Pair;

HPyType_HELPERS(Pair)

static int visits_nothing = 0;

HPyDef_SLOT(Pair_traverse, HPy_tp_traverse)
static int Pair_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    Pair *pair = self;
    HPy_VISIT(&pair->a);
    HPy_VISIT(&pair->b);
    return visits_nothing ? visit(NULL, arg) : 0;
}

HPyDef_METH(Pair_visit_nothing, "visit_nothing", HPyFunc_NOARGS,
            .doc = "From here on `tp_traverse` visits `NULL` as well.")
static HPy Pair_visit_nothing_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    visits_nothing = 1;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_SLOT(Pair_new, HPy_tp_new)
static HPy Pair_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    (void)kw;
    Pair *pair;
    HPy self = HPy_New(ctx, type, &pair);
    if (HPy_IsNull(self))
        return HPy_NULL;
    if (nargs > 0)
        HPyField_Store(ctx, self, &pair->a, args[0]);
    if (nargs > 1)
        HPyField_Store(ctx, self, &pair->b, args[1]);
    return self;
}

static HPy load(HPyContext *ctx, HPy owner, HPyField field)
{
    return HPyField_IsNull(field) ? HPy_Dup(ctx, ctx->h_None) : HPyField_Load(ctx, owner, field);
}

HPyDef_GETSET(Pair_a, "a")
static HPy Pair_a_get(HPyContext *ctx, HPy self, void *closure)
{
    (void)closure;
    return load(ctx, self, Pair_AsStruct(ctx, self)->a);
}
static int Pair_a_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    (void)closure;
    HPyField_Store(ctx, self, &Pair_AsStruct(ctx, self)->a, value);
    return 0;
}

HPyDef_GETSET(Pair_b, "b")
static HPy Pair_b_get(HPyContext *ctx, HPy self, void *closure)
{
    (void)closure;
    return load(ctx, self, Pair_AsStruct(ctx, self)->b);
}
static int Pair_b_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    (void)closure;
    HPyField_Store(ctx, self, &Pair_AsStruct(ctx, self)->b, value);
    return 0;
}

HPyDef_MEMBER(Pair_member, "member", HPyMember_OBJECT, offsetof(Pair, a))

/* The words themselves, for scripts that make some up. */
static HPyField word(HPyContext *ctx, HPy number)
{
    HPyField field;
    uint64_t bits = HPyLong_AsUnsignedLongLongMask(ctx, number);
    memcpy(&field, &bits, sizeof(field));
    return field;
}

HPyDef_METH(Pair_word, "word", HPyFunc_NOARGS, .doc = "The bits of the field `a`.")
static HPy Pair_word_impl(HPyContext *ctx, HPy self)
{
    uint64_t bits;
    memcpy(&bits, &Pair_AsStruct(ctx, self)->a, sizeof(bits));
    return HPyLong_FromUnsignedLongLong(ctx, bits);
}

HPyDef_METH(Pair_load, "load", HPyFunc_O, .doc = "What a field of these bits has.")
static HPy Pair_load_impl(HPyContext *ctx, HPy self, HPy bits)
{
    return HPyField_Load(ctx, self, word(ctx, bits));
}

HPyDef_METH(Pair_put, "put", HPyFunc_O, .doc = "Puts these bits into `a`.")
static HPy Pair_put_impl(HPyContext *ctx, HPy self, HPy bits)
{
    Pair_AsStruct(ctx, self)->a = word(ctx, bits);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Pair_swap, "swap", HPyFunc_NOARGS, .doc = "Exchanges the words of the fields.")
static HPy Pair_swap_impl(HPyContext *ctx, HPy self)
{
    Pair *pair = Pair_AsStruct(ctx, self);
    HPyField a = pair->a;
    pair->a = pair->b;
    pair->b = a;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Pair_twice, "twice", HPyFunc_NOARGS, .doc = "Copies `a` over `b`.")
static HPy Pair_twice_impl(HPyContext *ctx, HPy self)
{
    Pair *pair = Pair_AsStruct(ctx, self);
    pair->b = pair->a;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Pair_wipe, "wipe", HPyFunc_NOARGS, .doc = "Zeroes the struct.")
static HPy Pair_wipe_impl(HPyContext *ctx, HPy self)
{
    memset(Pair_AsStruct(ctx, self), 0, sizeof(Pair));
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Pair_clone, "clone", HPyFunc_NOARGS, .doc = "`*clone = *self`.")
static HPy Pair_clone_impl(HPyContext *ctx, HPy self)
{
    Pair *pair;
    HPy type = HPy_Type(ctx, self);
    HPy clone = HPy_New(ctx, type, &pair);
    HPy_Close(ctx, type);
    if (!HPy_IsNull(clone))
        *pair = *Pair_AsStruct(ctx, self);
    return clone;
}

static HPyDef *pair_defines[] = {
    &Pair_visit_nothing,
    &Pair_traverse, &Pair_new, &Pair_a, &Pair_b, &Pair_member, &Pair_word, &Pair_load,
    &Pair_put, &Pair_swap, &Pair_twice, &Pair_wipe, &Pair_clone, NULL,
};

static HPyType_Spec pair_spec = {
    .name = "hpyfield.Pair",
    .basicsize = sizeof(Pair),
    .builtin_shape = SHAPE(Pair),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .defines = pair_defines,
};

/* Fields in memory of the object, which tp_traverse visits there. */
typedef struct {
    HPyField *cells;
    size_t used, room;
} Row;

HPyType_HELPERS(Row)

HPyDef_SLOT(Row_traverse, HPy_tp_traverse)
static int Row_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    Row *row = self;
    for (size_t i = 0; i < row->used; i++)
        HPy_VISIT(&row->cells[i]);
    return 0;
}

HPyDef_SLOT(Row_destroy, HPy_tp_destroy)
static void Row_destroy_impl(void *self)
{
    free(((Row *)self)->cells);
}

HPyDef_SLOT(Row_new, HPy_tp_new)
static HPy Row_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    (void)args, (void)nargs, (void)kw;
    Row *row;
    return HPy_New(ctx, type, &row);
}

/* Memory that moves in any case. */
static int grow(Row *row)
{
    size_t room = row->room == 0 ? 2 : 2 * row->room;
    HPyField *cells = calloc(room, sizeof(HPyField));
    if (cells == NULL)
        return -1;
    if (row->used > 0)
        memcpy(cells, row->cells, row->used * sizeof(HPyField));
    free(row->cells);
    row->cells = cells;
    row->room = room;
    return 0;
}

HPyDef_METH(Row_push, "push", HPyFunc_O, .doc = "Adds x at the end.")
static HPy Row_push_impl(HPyContext *ctx, HPy self, HPy x)
{
    Row *row = Row_AsStruct(ctx, self);
    if (row->used == row->room && grow(row) < 0)
        return HPyErr_NoMemory(ctx);
    HPyField_Store(ctx, self, &row->cells[row->used++], x);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Row_move, "move", HPyFunc_NOARGS, .doc = "Moves the fields elsewhere.")
static HPy Row_move_impl(HPyContext *ctx, HPy self)
{
    if (grow(Row_AsStruct(ctx, self)) < 0)
        return HPyErr_NoMemory(ctx);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Row_copy, "copy", HPyFunc_O, .doc = "Copies the words of another row.")
static HPy Row_copy_impl(HPyContext *ctx, HPy self, HPy other)
{
    Row *row = Row_AsStruct(ctx, self), *from = Row_AsStruct(ctx, other);
    free(row->cells);
    row->used = row->room = from->used;
    row->cells = calloc(row->room + 1, sizeof(HPyField));
    if (row->cells == NULL)
        return row->used = 0, HPyErr_NoMemory(ctx);
    if (row->used > 0)
        memcpy(row->cells, from->cells, row->used * sizeof(HPyField));
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Row_insert, "insert", HPyFunc_O, .doc = "Moves all fields up, and puts x first.")
static HPy Row_insert_impl(HPyContext *ctx, HPy self, HPy x)
{
    Row *row = Row_AsStruct(ctx, self);
    if (row->used == row->room && grow(row) < 0)
        return HPyErr_NoMemory(ctx);
    memmove(row->cells + 1, row->cells, row->used * sizeof(HPyField));
    row->cells[0] = HPyField_NULL;
    row->used++;
    HPyField_Store(ctx, self, &row->cells[0], x);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Row_get, "get", HPyFunc_O, .doc = "What is at an index.")
static HPy Row_get_impl(HPyContext *ctx, HPy self, HPy index)
{
    Row *row = Row_AsStruct(ctx, self);
    size_t i = HPyLong_AsSize_t(ctx, index);
    if (HPyErr_Occurred(ctx))
        return HPy_NULL;
    if (i >= row->used)
        return HPyErr_SetString(ctx, ctx->h_IndexError, "no such cell");
    return load(ctx, self, row->cells[i]);
}

static HPyDef *row_defines[] = {
    &Row_traverse, &Row_destroy, &Row_new, &Row_push, &Row_move, &Row_copy, &Row_insert,
    &Row_get, NULL,
};

static HPyType_Spec row_spec = {
    .name = "hpyfield.Row",
    .basicsize = sizeof(Row),
    .builtin_shape = SHAPE(Row),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .defines = row_defines,
};

HPyDef_SLOT(exec, HPy_mod_exec)
static int exec_impl(HPyContext *ctx, HPy module)
{
    if (!HPyHelpers_AddType(ctx, module, "Pair", &pair_spec, NULL))
        return -1;
    return HPyHelpers_AddType(ctx, module, "Row", &row_spec, NULL) ? 0 : -1;
}

static HPyDef *defines[] = { &exec, NULL };

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpyfield, definition)
