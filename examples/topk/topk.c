/* TopK: keeps the best few of any number of items.
 *
 * What is best, Python says: a key function is called from C, the keys are
 * compared with their own `<`, and when the object dies it can call back once
 * more. So nearly every step can run any Python code, and this file is mostly
 * about staying right when it does:
 *
 *  - An exception from a callback leaves the object as it was. All callbacks
 *    of a step come first; then the change is made, which cannot fail.
 *  - A callback may use, and change, the very object that is calling it.
 *    `version` counts changes, so that a search notices that its ground has
 *    shifted.
 *  - The object holds other objects, perhaps itself among them. They are kept
 *    in HPyFields, and `traverse` shows each to the garbage collector.
 */
#include "hpy.h"

/* A field must lie in memory that the collector knows, which is an object's
 * own struct and not what malloc() gives. Hence a fixed size. */
#define LIMIT 32

typedef struct {
    HPyField key, item;
} Entry;

typedef struct {
    HPyField key_function;   /* or null: items are their own keys */
    HPyField on_drop;        /* or null */
    int capacity;
    int size;
    unsigned long version;
    Entry entries[LIMIT];    /* the best first */
} TopK;

HPyType_HELPERS(TopK)

/* Callables and other things that are looked up once per interpreter. */
static HPyGlobal attrgetter, itemgetter;

/* Objects that exist. Plain C data, shared by all interpreters of a process. */
static long alive_count;

/* ---- entries ---- */

/* Fields are never copied as memory: the VM may keep books on them. */
static void store_entry(HPyContext *ctx, HPy self, Entry *entry, HPy key, HPy item)
{
    HPyField_Store(ctx, self, &entry->key, key);
    HPyField_Store(ctx, self, &entry->item, item);
}

static void move_entry(HPyContext *ctx, HPy self, const Entry *from, Entry *to)
{
    HPy key = HPyField_Load(ctx, self, from->key);
    HPy item = HPyField_Load(ctx, self, from->item);
    store_entry(ctx, self, to, key, item);
    HPy_Close(ctx, key);
    HPy_Close(ctx, item);
}

/* Takes out entry `index` and returns its item. Dropping the last reference to
 * a key can run Python code too, so it is dropped when everything is done. */
static HPy take_out(HPyContext *ctx, HPy self, TopK *top, int index)
{
    HPy key = HPyField_Load(ctx, self, top->entries[index].key);
    HPy item = HPyField_Load(ctx, self, top->entries[index].item);
    top->version++;
    top->size--;
    for (int i = index; i < top->size; i++)
        move_entry(ctx, self, &top->entries[i + 1], &top->entries[i]);
    store_entry(ctx, self, &top->entries[top->size], HPy_NULL, HPy_NULL);
    HPy_Close(ctx, key);
    return item;
}

static void put_in(HPyContext *ctx, HPy self, TopK *top, int index, HPy key, HPy item)
{
    top->version++;
    for (int i = top->size; i > index; i--)
        move_entry(ctx, self, &top->entries[i - 1], &top->entries[i]);
    store_entry(ctx, self, &top->entries[index], key, item);
    top->size++;
}

/* Entries `start`, `start + step`, ... as a list, of items or of keys. */
static HPy entry_list(HPyContext *ctx, HPy self, HPy_ssize_t start, HPy_ssize_t step,
                      HPy_ssize_t count, int keys)
{
    TopK *top = TopK_AsStruct(ctx, self);
    HPyListBuilder builder = HPyListBuilder_New(ctx, count);
    for (HPy_ssize_t i = 0; i < count; i++, start += step) {
        Entry *entry = &top->entries[start];
        HPy h = HPyField_Load(ctx, self, keys ? entry->key : entry->item);
        HPyListBuilder_Set(ctx, builder, i, h);
        HPy_Close(ctx, h);
    }
    return HPyListBuilder_Build(ctx, builder);
}

/* ---- pushing ---- */

/* Applies a key function, or gives the item itself where there is none. */
static HPy key_of(HPyContext *ctx, HPy function, HPy item)
{
    return HPy_IsNull(function) ? HPy_Dup(ctx, item) : HPy_Call(ctx, function, &item, 1, HPy_NULL);
}

/* Where an item of that key belongs: behind all that are as good. -1 with an
 * error set when a comparison fails, or changes the order under our feet. */
static int find_place(HPyContext *ctx, HPy self, TopK *top, HPy key)
{
    unsigned long version = top->version;
    int low = 0, high = top->size;
    while (low < high) {
        int middle = low + (high - low) / 2;
        HPy other = HPyField_Load(ctx, self, top->entries[middle].key);
        int worse = HPy_RichCompareBool(ctx, other, key, HPy_LT);
        HPy_Close(ctx, other);
        if (worse < 0)
            return -1;
        if (top->version != version) {
            HPyErr_SetString(ctx, ctx->h_RuntimeError, "TopK changed during a comparison");
            return -1;
        }
        if (worse)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Offers an item. What falls out comes back: another item, the same one if it
 * is not good enough, None if there was room; or null for an error. */
static HPy push(HPyContext *ctx, HPy self, HPy item)
{
    TopK *top = TopK_AsStruct(ctx, self);
    HPy function = HPyField_IsNull(top->key_function)
                       ? HPy_NULL : HPyField_Load(ctx, self, top->key_function);
    HPy key = key_of(ctx, function, item);
    HPy_Close(ctx, function);
    if (HPy_IsNull(key))
        return HPy_NULL;
    int place = find_place(ctx, self, top, key);
    HPy out = HPy_NULL;
    if (place == top->capacity) {
        out = HPy_Dup(ctx, item);
    } else if (place >= 0) {
        out = top->size == top->capacity ? take_out(ctx, self, top, top->size - 1)
                                         : HPy_Dup(ctx, ctx->h_None);
        put_in(ctx, self, top, place, key, item);
    }
    HPy_Close(ctx, key);
    return out;
}

HPyDef_METH(TopK_push, "push", HPyFunc_O,
            .doc = "push(item): offers an item and returns what falls out, or None")
static HPy TopK_push_impl(HPyContext *ctx, HPy self, HPy item)
{
    return push(ctx, self, item);
}

/* Whatever can be iterated over, as a list. The type list does it best. */
static HPy listed(HPyContext *ctx, HPy iterable)
{
    return HPy_Call(ctx, ctx->h_ListType, &iterable, 1, HPy_NULL);
}

static int push_all(HPyContext *ctx, HPy self, HPy iterable)
{
    HPy items = listed(ctx, iterable);
    if (HPy_IsNull(items))
        return -1;
    HPy_ssize_t count = HPy_Length(ctx, items);
    int failed = 0;
    for (HPy_ssize_t i = 0; i < count && !failed; i++) {
        HPy item = HPy_GetItem_i(ctx, items, i);
        HPy out = HPy_IsNull(item) ? HPy_NULL : push(ctx, self, item);
        failed = HPy_IsNull(out);
        HPy_Close(ctx, out);
        HPy_Close(ctx, item);
    }
    HPy_Close(ctx, items);
    return failed ? -1 : 0;
}

/* top += iterable */
HPyDef_SLOT(TopK_iadd, HPy_nb_inplace_add)
static HPy TopK_iadd_impl(HPyContext *ctx, HPy self, HPy iterable)
{
    return push_all(ctx, self, iterable) < 0 ? HPy_NULL : HPy_Dup(ctx, self);
}

HPyDef_METH(TopK_pop, "pop", HPyFunc_VARARGS,
            .doc = "pop(index=0): takes out an item, the best one by default")
static HPy TopK_pop_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    long index = 0;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "|l:pop", &index))
        return HPy_NULL;
    TopK *top = TopK_AsStruct(ctx, self);
    if (index < 0)
        index += top->size;
    if (index < 0 || index >= top->size)
        return HPyErr_Format(ctx, ctx->h_IndexError, "pop from a TopK that holds %d", top->size);
    return take_out(ctx, self, top, (int)index);
}

HPyDef_METH(TopK_keys, "keys", HPyFunc_NOARGS, .doc = "keys(): what the items are ranked by")
static HPy TopK_keys_impl(HPyContext *ctx, HPy self)
{
    return entry_list(ctx, self, 0, 1, TopK_AsStruct(ctx, self)->size, 1);
}

/* ---- as a sequence ---- */

HPyDef_SLOT(TopK_length, HPy_sq_length)
static HPy_ssize_t TopK_length_impl(HPyContext *ctx, HPy self)
{
    return TopK_AsStruct(ctx, self)->size;
}

/* `for item in top` counts up from 0 with this until the IndexError. */
HPyDef_SLOT(TopK_item, HPy_sq_item)
static HPy TopK_item_impl(HPyContext *ctx, HPy self, HPy_ssize_t index)
{
    TopK *top = TopK_AsStruct(ctx, self);
    if (index < 0 || index >= top->size)
        return HPyErr_SetString(ctx, ctx->h_IndexError, "TopK index out of range");
    return HPyField_Load(ctx, self, top->entries[index].item);
}

/* top[index] and top[start:stop:step] */
HPyDef_SLOT(TopK_subscript, HPy_mp_subscript)
static HPy TopK_subscript_impl(HPyContext *ctx, HPy self, HPy index)
{
    HPy_ssize_t size = TopK_AsStruct(ctx, self)->size;
    if (HPy_TypeCheck(ctx, index, ctx->h_SliceType)) {
        HPy_ssize_t start, stop, step;
        if (HPySlice_Unpack(ctx, index, &start, &stop, &step) < 0)
            return HPy_NULL;
        HPy_ssize_t count = HPySlice_AdjustIndices(ctx, size, &start, &stop, step);
        return entry_list(ctx, self, start, step, count, 0);
    }
    if (!HPy_TypeCheck(ctx, index, ctx->h_LongType)) {
        HPy type = HPy_Type(ctx, index);
        HPyErr_Format(ctx, ctx->h_TypeError, "TopK indices are integers or slices, not %s",
                      HPyType_GetName(ctx, type));
        HPy_Close(ctx, type);
        return HPy_NULL;
    }
    HPy_ssize_t n = HPyLong_AsSsize_t(ctx, index);
    if (n == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    return TopK_item_impl(ctx, self, n < 0 ? n + size : n);
}

HPyDef_SLOT(TopK_contains, HPy_sq_contains)
static int TopK_contains_impl(HPyContext *ctx, HPy self, HPy wanted)
{
    TopK *top = TopK_AsStruct(ctx, self);
    /* The size is looked at anew each time: __eq__ may be anybody's code. */
    for (int i = 0; i < top->size; i++) {
        HPy item = HPyField_Load(ctx, self, top->entries[i].item);
        int equal = HPy_RichCompareBool(ctx, item, wanted, HPy_EQ);
        HPy_Close(ctx, item);
        if (equal != 0)
            return equal;
    }
    return 0;
}

/* ---- coming and going ---- */

HPyDef_SLOT(TopK_new, HPy_tp_new)
static HPy TopK_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    static const char *names[] = { "capacity", "key", "on_drop", NULL };
    HPyTracker tracker;
    HPy key = ctx->h_None, on_drop = ctx->h_None, self = HPy_NULL;
    long capacity;
    if (!HPyArg_ParseKeywordsDict(ctx, &tracker, args, nargs, kw, "l|O$O:TopK", names, &capacity,
                                  &key, &on_drop))
        return HPy_NULL;
    /* key="name" and key=1 stand for attrgetter("name") and itemgetter(1). */
    int attribute = HPyUnicode_Check(ctx, key);
    HPy function;
    if (attribute || HPy_TypeCheck(ctx, key, ctx->h_LongType)) {
        HPy getter = HPyGlobal_Load(ctx, attribute ? attrgetter : itemgetter);
        function = HPy_Call(ctx, getter, &key, 1, HPy_NULL);
        HPy_Close(ctx, getter);
    } else {
        function = HPy_Dup(ctx, key);
    }

    TopK *top;
    if (capacity < 1 || capacity > LIMIT)
        HPyErr_Format(ctx, ctx->h_ValueError, "capacity must be from 1 to %d, not %ld", LIMIT,
                      capacity);
    else if (!HPy_IsNull(function) && !HPy_Is(ctx, function, ctx->h_None)
             && !HPyCallable_Check(ctx, function))
        HPyErr_Format(ctx, ctx->h_TypeError, "%R cannot be called as a key function", function);
    else if (!HPy_IsNull(function))
        self = HPy_New(ctx, type, &top);
    if (!HPy_IsNull(self)) {
        top->capacity = (int)capacity;
        if (!HPy_Is(ctx, function, ctx->h_None))
            HPyField_Store(ctx, self, &top->key_function, function);
        if (!HPy_Is(ctx, on_drop, ctx->h_None))
            HPyField_Store(ctx, self, &top->on_drop, on_drop);
        alive_count++;
    }
    HPy_Close(ctx, function);
    HPyTracker_Close(ctx, tracker);
    return self;
}

HPyDef_SLOT(TopK_repr, HPy_tp_repr)
static HPy TopK_repr_impl(HPyContext *ctx, HPy self)
{
    TopK *top = TopK_AsStruct(ctx, self);
    return HPyUnicode_FromFormat(ctx, "<TopK %d of %d>", top->size, top->capacity);
}

HPyDef_SLOT(TopK_traverse, HPy_tp_traverse)
static int TopK_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    TopK *top = self;
    HPy_VISIT(&top->key_function);
    HPy_VISIT(&top->on_drop);
    for (int i = 0; i < LIMIT; i++) {
        HPy_VISIT(&top->entries[i].key);
        HPy_VISIT(&top->entries[i].item);
    }
    return 0;
}

/* Runs when nobody can reach the object any more but it is still whole: the
 * last chance to call Python. There is no caller to raise an error in. */
HPyDef_SLOT(TopK_finalize, HPy_tp_finalize)
static void TopK_finalize_impl(HPyContext *ctx, HPy self)
{
    TopK *top = TopK_AsStruct(ctx, self);
    if (HPyField_IsNull(top->on_drop))
        return;
    HPy function = HPyField_Load(ctx, self, top->on_drop);
    HPy items = entry_list(ctx, self, 0, 1, top->size, 0);
    HPy capacity = HPyLong_FromLong(ctx, top->capacity);
    HPy names = HPy_BuildValue(ctx, "(s)", "capacity");
    HPy result = HPy_NULL;
    /* on_drop(items, capacity=...): values by name follow those by position. */
    if (!HPy_IsNull(items) && !HPy_IsNull(capacity) && !HPy_IsNull(names))
        result = HPy_Call(ctx, function, (HPy[]){ items, capacity }, 1, names);
    if (HPy_IsNull(result))
        HPyErr_WriteUnraisable(ctx, function);
    HPy_Close(ctx, result);
    HPy_Close(ctx, names);
    HPy_Close(ctx, capacity);
    HPy_Close(ctx, items);
    HPy_Close(ctx, function);
}

/* The end of the memory, without a context and without any Python. The fields
 * are let go of by the VM, which knows them from `traverse`. */
HPyDef_SLOT(TopK_destroy, HPy_tp_destroy)
static void TopK_destroy_impl(void *self)
{
    (void)self;
    alive_count--;
}

HPyDef_GETSET(TopK_on_drop, "on_drop",
              .doc = "called as on_drop(items, capacity=...) when the object goes away")
static HPy TopK_on_drop_get(HPyContext *ctx, HPy self, void *closure)
{
    (void)closure;
    TopK *top = TopK_AsStruct(ctx, self);
    if (HPyField_IsNull(top->on_drop))
        return HPy_Dup(ctx, ctx->h_None);
    return HPyField_Load(ctx, self, top->on_drop);
}

static int TopK_on_drop_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    (void)closure;
    TopK *top = TopK_AsStruct(ctx, self);
    int none = HPy_IsNull(value) || HPy_Is(ctx, value, ctx->h_None);
    HPyField_Store(ctx, self, &top->on_drop, none ? HPy_NULL : value);
    return 0;
}

HPyDef_MEMBER(TopK_capacity, "capacity", HPyMember_INT, offsetof(TopK, capacity), .readonly = 1)

static HPyDef *topk_defines[] = {
    &TopK_new, &TopK_repr, &TopK_push, &TopK_iadd, &TopK_pop, &TopK_keys,
    &TopK_length, &TopK_item, &TopK_subscript, &TopK_contains,
    &TopK_traverse, &TopK_finalize, &TopK_destroy, &TopK_on_drop, &TopK_capacity,
    NULL,
};

static HPyType_Spec topk_spec = {
    .name = "topk.TopK",
    .doc = "TopK(capacity, key=None, *, on_drop=None): the best items of all that were pushed",
    .basicsize = sizeof(TopK),
    .builtin_shape = SHAPE(TopK),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_HAVE_GC,
    .defines = topk_defines,
};

/* ---- the module ---- */

/* Adds an item to the list that `groups` has under a key, if need be a new
 * one. The KeyError is an answer here, and any other error is an error. */
static int add_to_group(HPyContext *ctx, HPy groups, HPy key, HPy item)
{
    HPy members = HPy_GetItem(ctx, groups, key);
    if (HPy_IsNull(members)) {
        if (!HPyErr_ExceptionMatches(ctx, ctx->h_KeyError))
            return -1;
        HPyErr_Clear(ctx);
        members = HPyList_New(ctx, 0);
        if (HPy_IsNull(members) || HPy_SetItem(ctx, groups, key, members) < 0) {
            HPy_Close(ctx, members);
            return -1;
        }
    }
    int failed = HPyList_Append(ctx, members, item);
    HPy_Close(ctx, members);
    return failed;
}

HPyDef_METH(group, "group", HPyFunc_VARARGS,
            .doc = "group(iterable, key): a dict of lists, by what the key function says")
static HPy group_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    (void)self;
    if (nargs != 2)
        return HPyErr_Format(ctx, ctx->h_TypeError, "group() takes an iterable and a key function");
    HPy items = listed(ctx, args[0]);
    HPy groups = HPy_IsNull(items) ? HPy_NULL : HPyDict_New(ctx);
    HPy_ssize_t count = HPy_IsNull(groups) ? 0 : HPy_Length(ctx, items);
    int failed = HPy_IsNull(groups);
    for (HPy_ssize_t i = 0; i < count && !failed; i++) {
        HPy item = HPy_GetItem_i(ctx, items, i);
        HPy key = HPy_IsNull(item) ? HPy_NULL : key_of(ctx, args[1], item);
        failed = HPy_IsNull(key) || add_to_group(ctx, groups, key, item) < 0;
        HPy_Close(ctx, key);
        HPy_Close(ctx, item);
    }
    HPy_Close(ctx, items);
    if (failed) {
        HPy_Close(ctx, groups);
        return HPy_NULL;
    }
    return groups;
}

HPyDef_METH(alive, "alive", HPyFunc_NOARGS, .doc = "alive(): how many TopK objects there are")
static HPy alive_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyLong_FromLong(ctx, alive_count);
}

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    HPy operator = HPyImport_ImportModule(ctx, "operator");
    if (HPy_IsNull(operator))
        return -1;
    HPy by_attribute = HPy_GetAttr_s(ctx, operator, "attrgetter");
    HPy by_item = HPy_GetAttr_s(ctx, operator, "itemgetter");
    HPy_Close(ctx, operator);
    int failed = HPy_IsNull(by_attribute) || HPy_IsNull(by_item);
    if (!failed) {
        HPyGlobal_Store(ctx, &attrgetter, by_attribute);
        HPyGlobal_Store(ctx, &itemgetter, by_item);
    }
    HPy_Close(ctx, by_attribute);
    HPy_Close(ctx, by_item);
    if (failed || !HPyHelpers_AddType(ctx, module, "TopK", &topk_spec, NULL))
        return -1;
    return 0;
}

static HPyDef *module_defines[] = { &module_exec, &group, &alive, NULL };
static HPyGlobal *module_globals[] = { &attrgetter, &itemgetter, NULL };

static HPyModuleDef topk_module = {
    .doc = "The best few of many, as Python sees it.",
    .size = 0,
    .defines = module_defines,
    .globals = module_globals,
};

HPy_MODINIT(topk, topk_module)
