/* An extension that breaks every rule that debug mode knows, each in a function
 * of its own. Comments "here: mark" are for the reports that the scripts beside
 * this file expect. */
#include <string.h>
#include "hpy.h"
#include <pthread.h>
#include <stdlib.h>

HPyDef_METH(close_argument, "close_argument", HPyFunc_O)
static HPy close_argument_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy_Close(ctx, arg); /* here: argument closed */
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(return_argument, "return_argument", HPyFunc_O)
static HPy return_argument_impl(HPyContext *ctx, HPy self, HPy arg)
{
    return arg;
}

HPyDef_METH(close_constant, "close_constant", HPyFunc_NOARGS)
static HPy close_constant_impl(HPyContext *ctx, HPy self)
{
    HPy_Close(ctx, ctx->h_True); /* here: constant closed */
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(return_constant, "return_constant", HPyFunc_NOARGS)
static HPy return_constant_impl(HPyContext *ctx, HPy self)
{
    return ctx->h_None;
}

static HPy kept;

HPyDef_METH(keep_argument, "keep_argument", HPyFunc_O)
static HPy keep_argument_impl(HPyContext *ctx, HPy self, HPy arg)
{
    kept = arg;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(keep_copy, "keep_copy", HPyFunc_O)
static HPy keep_copy_impl(HPyContext *ctx, HPy self, HPy arg)
{
    kept = HPy_Dup(ctx, arg); /* here: copy */
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(use_kept, "use_kept", HPyFunc_NOARGS)
static HPy use_kept_impl(HPyContext *ctx, HPy self)
{
    HPy_ssize_t length = HPy_Length(ctx, kept); /* here: kept used */
    return length < 0 ? HPy_NULL : HPyLong_FromSsize_t(ctx, length);
}

HPyDef_METH(close_kept, "close_kept", HPyFunc_NOARGS)
static HPy close_kept_impl(HPyContext *ctx, HPy self)
{
    HPy_Close(ctx, kept);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(use_number, "use_number", HPyFunc_NOARGS)
static HPy use_number_impl(HPyContext *ctx, HPy self)
{
    HPy made_up = {._i = -12345};
    HPy result = HPy_Repr(ctx, made_up); /* here: made up */
    if (HPy_IsNull(result))
        HPyErr_Clear(ctx);
    else
        HPy_Close(ctx, result);
    return HPy_Dup(ctx, ctx->h_None);
}

static HPyGlobal declared;
static HPyGlobal undeclared;

HPyDef_METH(globals, "globals", HPyFunc_O)
static HPy globals_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPyGlobal_Store(ctx, &declared, arg);
    HPyGlobal_Store(ctx, &declared, HPy_NULL);
    HPyGlobal_Store(ctx, &undeclared, arg); /* here: undeclared */
    HPyGlobal_Store(ctx, &undeclared, HPy_NULL); /* here: undeclared again */
    HPy nothing = HPyGlobal_Load(ctx, declared); /* here: empty global */
    if (HPy_IsNull(nothing))
        HPyErr_Clear(ctx);
    return HPy_Dup(ctx, ctx->h_None);
}

typedef struct {
    HPyField field;
} Box;
HPyType_HELPERS(Box)

HPyDef_SLOT(Box_traverse, HPy_tp_traverse)
static int Box_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Box *)self)->field);
    return 0;
}
static HPyDef *Box_defines[] = {&Box_traverse, NULL};
static HPyType_Spec Box_spec = {
    .name = "misuse.Box",
    .basicsize = sizeof(Box),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_HAVE_GC,
    .builtin_shape = SHAPE(Box),
    .defines = Box_defines,
};

/* A type whose functions without a context use one. */
static HPyContext *elsewhere;
static int uses_in_traverse;

typedef struct {
    HPyField field;
    HPy kept;
} Grasp;
HPyType_HELPERS(Grasp)

HPyDef_SLOT(Grasp_traverse, HPy_tp_traverse)
static int Grasp_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    if (uses_in_traverse) {
        HPy list = HPyList_New(elsewhere, 0); /* here: list in traverse */
        HPy_Close(elsewhere, list);
    }
    HPy_VISIT(&((Grasp *)self)->field);
    return 0;
}

HPyDef_SLOT(Grasp_destroy, HPy_tp_destroy)
static void Grasp_destroy_impl(void *self)
{
    HPy kept = ((Grasp *)self)->kept;
    if (!HPy_IsNull(kept))
        HPy_Close(elsewhere, kept); /* here: closed in destroy */
}

HPyDef_SLOT(Grasp_hash, HPy_tp_hash)
static HPy_hash_t Grasp_hash_impl(HPyContext *ctx, HPy self)
{
    return -1;
}
static HPyDef *Grasp_defines[] = {&Grasp_traverse, &Grasp_destroy, &Grasp_hash, NULL};
static HPyType_Spec Grasp_spec = {
    .name = "misuse.Grasp",
    .basicsize = sizeof(Grasp),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_HAVE_GC,
    .builtin_shape = SHAPE(Grasp),
    .defines = Grasp_defines,
};

HPyDef_METH(grasp, "grasp", HPyFunc_VARARGS)
static HPy grasp_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    Grasp_AsStruct(ctx, args[0])->kept = HPy_Dup(ctx, args[1]);
    elsewhere = ctx;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(use_in_traverse, "use_in_traverse", HPyFunc_NOARGS)
static HPy use_in_traverse_impl(HPyContext *ctx, HPy self)
{
    uses_in_traverse = 1;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(load_empty, "load_empty", HPyFunc_O)
static HPy load_empty_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy nothing = HPyField_Load(ctx, arg, Box_AsStruct(ctx, arg)->field); /* here: empty field */
    if (HPy_IsNull(nothing))
        HPyErr_Clear(ctx);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(mix_fields, "mix_fields", HPyFunc_VARARGS)
static HPy mix_fields_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    Box *box = Box_AsStruct(ctx, args[0]);
    HPyField_Store(ctx, args[0], &box->field, args[2]);
    HPy value = HPyField_Load(ctx, args[1], box->field); /* here: of another */
    HPyField_Store(ctx, args[1], &box->field, value); /* here: in another */
    HPy_Close(ctx, value);
    value = HPyField_Load(ctx, args[0], box->field);
    HPyField_Store(ctx, args[0], &box->field, HPy_NULL);
    return value;
}

/* Its type has no tp_traverse. */
typedef struct {
    long number;
    HPyField field;
} Loose;
HPyType_HELPERS(Loose)

static HPyType_Spec Loose_spec = {
    .name = "misuse.Loose",
    .basicsize = sizeof(Loose),
    .builtin_shape = SHAPE(Loose),
};

HPyDef_METH(store_loose, "store_loose", HPyFunc_VARARGS)
static HPy store_loose_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPyField_Store(ctx, args[0], &Loose_AsStruct(ctx, args[0])->field, args[1]); /* here: loose */
    return HPy_Dup(ctx, ctx->h_None);
}

/* Its tp_traverse forgets a field. */
typedef struct {
    HPyField first, second;
} Two;
HPyType_HELPERS(Two)

HPyDef_SLOT(Two_traverse, HPy_tp_traverse)
static int Two_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Two *)self)->first);
    return 0;
}
static HPyDef *Two_defines[] = {&Two_traverse, NULL};
static HPyType_Spec Two_spec = {
    .name = "misuse.Two",
    .basicsize = sizeof(Two),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_HAVE_GC,
    .builtin_shape = SHAPE(Two),
    .defines = Two_defines,
};

HPyDef_METH(store_two, "store_two", HPyFunc_VARARGS)
static HPy store_two_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    Two *two = Two_AsStruct(ctx, args[0]);
    HPyField_Store(ctx, args[0], &two->first, args[1]);
    HPyField_Store(ctx, args[0], &two->second, args[1]); /* here: forgotten */
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(wipe_field, "wipe_field", HPyFunc_VARARGS)
static HPy wipe_field_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    Box *box = Box_AsStruct(ctx, args[0]);
    HPyField_Store(ctx, args[0], &box->field, args[1]); /* here: wiped */
    memset(box, 0, sizeof(*box));
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(copy_field, "copy_field", HPyFunc_VARARGS)
static HPy copy_field_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    Box *box = Box_AsStruct(ctx, args[0]), *copy = Box_AsStruct(ctx, args[1]);
    HPyField_Store(ctx, args[0], &box->field, args[2]); /* here: original */
    *copy = *box;
    return HPyField_Load(ctx, args[1], copy->field); /* here: copied field */
}

HPyDef_METH(load_stale, "load_stale", HPyFunc_VARARGS)
static HPy load_stale_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    Box *box = Box_AsStruct(ctx, args[0]);
    HPyField_Store(ctx, args[0], &box->field, args[1]);
    HPyField stale = box->field;
    HPyField_Store(ctx, args[0], &box->field, args[1]);
    return HPyField_Load(ctx, args[0], stale); /* here: stale field */
}

/* Its size is that of a pointer. */
typedef struct {
    double numbers[4];
} Small;
HPyType_HELPERS(Small)

static HPyType_Spec Small_spec = {
    .name = "misuse.Small",
    .basicsize = sizeof(Small *),
    .builtin_shape = SHAPE(Small),
};

HPyDef_METH(fill_small, "fill_small", HPyFunc_O)
static HPy fill_small_impl(HPyContext *ctx, HPy self, HPy arg)
{
    Small *small = Small_AsStruct(ctx, arg);
    for (int i = 0; i < 4; i++)
        small->numbers[i] = 1.5;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(wrong_struct, "wrong_struct", HPyFunc_O)
static HPy wrong_struct_impl(HPyContext *ctx, HPy self, HPy arg)
{
    void *box = Box_AsStruct(ctx, arg); /* here: wrong struct */
    if (box == NULL)
        HPyErr_Clear(ctx);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(not_a_type, "not_a_type", HPyFunc_O)
static HPy not_a_type_impl(HPyContext *ctx, HPy self, HPy arg)
{
    int is_one = HPy_TypeCheck(ctx, arg, arg); /* here: no type */
    return HPyLong_FromLong(ctx, is_one);
}

HPyDef_METH(build_twice, "build_twice", HPyFunc_O)
static HPy build_twice_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPyListBuilder builder = HPyListBuilder_New(ctx, 1); /* here: builder */
    HPyListBuilder_Set(ctx, builder, 0, arg);
    HPy list = HPyListBuilder_Build(ctx, builder); /* here: built */
    HPy again = HPyListBuilder_Build(ctx, builder); /* here: built twice */
    if (HPy_IsNull(again))
        HPyErr_Clear(ctx);
    return list;
}

HPyDef_METH(build_wrongly, "build_wrongly", HPyFunc_O)
static HPy build_wrongly_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPyTupleBuilder holes = HPyTupleBuilder_New(ctx, 3);
    HPyTupleBuilder_Set(ctx, holes, 0, arg);
    HPyTupleBuilder_Set(ctx, holes, 2, arg);
    HPy tuple = HPyTupleBuilder_Build(ctx, holes); /* here: hole */
    HPyListBuilder beyond = HPyListBuilder_New(ctx, 1);
    HPyListBuilder_Set(ctx, beyond, 0, arg);
    HPyListBuilder_Set(ctx, beyond, 1, arg); /* here: beyond */
    HPy list = HPyListBuilder_Build(ctx, beyond);
    if (HPy_IsNull(list))
        HPyErr_Clear(ctx);
    return tuple;
}

HPyDef_METH(begin_list, "begin_list", HPyFunc_O)
static HPy begin_list_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPyListBuilder builder = HPyListBuilder_New(ctx, 1); /* here: unbuilt */
    HPyListBuilder_Set(ctx, builder, 0, arg);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(begin_tuple, "begin_tuple", HPyFunc_O)
static HPy begin_tuple_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPyTupleBuilder done = HPyTupleBuilder_New(ctx, 1);
    HPyTupleBuilder_Set(ctx, done, 0, arg);
    HPyTupleBuilder_Cancel(ctx, done);
    HPyTupleBuilder_New(ctx, 1); /* here: unbuilt tuple */
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(track_on, "track_on", HPyFunc_O)
static HPy track_on_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPyTracker tracker = HPyTracker_New(ctx, 1); /* here: unclosed */
    HPyTracker_Add(ctx, tracker, HPy_Dup(ctx, arg)); /* here: tracked on */
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(track_late, "track_late", HPyFunc_O)
static HPy track_late_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPyTracker tracker = HPyTracker_New(ctx, 1); /* here: tracker */
    HPyTracker_Close(ctx, tracker);              /* here: tracker closed */
    HPy copy = HPy_Dup(ctx, arg);
    if (HPyTracker_Add(ctx, tracker, copy) < 0) { /* here: tracked late */
        HPyErr_Clear(ctx);
        HPy_Close(ctx, copy);
    }
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(leave_error, "leave_error", HPyFunc_NOARGS)
static HPy leave_error_impl(HPyContext *ctx, HPy self)
{
    HPyErr_SetString(ctx, ctx->h_ValueError, "left behind"); /* here: error set */
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(miss_error, "miss_error", HPyFunc_NOARGS)
static HPy miss_error_impl(HPyContext *ctx, HPy self)
{
    return HPy_NULL;
}

HPyDef_METH(ignore_error, "ignore_error", HPyFunc_O)
static HPy ignore_error_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPyErr_SetString(ctx, ctx->h_ValueError, "ignored"); /* here: ignored */
    HPy text = HPy_Repr(ctx, arg); /* here: error pending */
    HPyErr_Clear(ctx);
    return text;
}

HPyDef_METH(pass_null, "pass_null", HPyFunc_NOARGS)
static HPy pass_null_impl(HPyContext *ctx, HPy self)
{
    HPy text = HPyUnicode_FromString(ctx, NULL); /* here: no text */
    HPyErr_Clear(ctx);
    HPy length = HPy_Type(ctx, text); /* here: no object */
    HPyErr_Clear(ctx);
    HPy tuple = HPyTuple_FromArray(ctx, NULL, HPy_IsNull(length)); /* here: no array */
    return tuple;
}

HPyDef_METH(pass_failure, "pass_failure", HPyFunc_O)
static HPy pass_failure_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy method = HPy_GetAttr_s(ctx, arg, "missing"); /* here: no attribute */
    HPy type = HPy_Type(ctx, method); /* here: of a failure */
    return type;
}

HPyDef_METH(crash, "crash", HPyFunc_O)
static HPy crash_impl(HPyContext *ctx, HPy self, HPy arg)
{
    const char *volatile nowhere = (const char *)HPyLong_AsSize_t(ctx, arg);
    HPy first = HPyLong_FromLong(ctx, *nowhere); /* here: crash */
    return first;
}

HPyDef_METH(give_up, "give_up", HPyFunc_O)
static HPy give_up_impl(HPyContext *ctx, HPy self, HPy arg)
{
    if (HPy_IsTrue(ctx, arg))
        abort(); /* here: abort */
    return HPy_Dup(ctx, arg);
}

HPyDef_METH(trap, "trap", HPyFunc_NOARGS)
static HPy trap_impl(HPyContext *ctx, HPy self)
{
    __builtin_trap(); /* here: trap */
}

HPyDef_METH(pass_wild, "pass_wild", HPyFunc_O)
static HPy pass_wild_impl(HPyContext *ctx, HPy self, HPy arg)
{
    const char *nowhere = (const char *)HPyLong_AsSize_t(ctx, arg);
    HPy text = HPyUnicode_FromString(ctx, nowhere); /* here: wild */
    HPy_Close(ctx, text);
    return HPy_NULL;
}

HPyDef_METH(never_back, "never_back", HPyFunc_NOARGS)
static HPy never_back_impl(HPyContext *ctx, HPy self)
{
    HPy none = HPy_Dup(ctx, ctx->h_None);
    HPy_LeavePythonExecution(ctx);
    return none;
}

HPyDef_METH(write_text, "write_text", HPyFunc_O)
static HPy write_text_impl(HPyContext *ctx, HPy self, HPy arg)
{
    char *text = (char *)HPyUnicode_AsUTF8AndSize(ctx, arg, NULL);
    text[0] = 'x'; /* here: written */
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(read_late, "read_late", HPyFunc_O)
static HPy read_late_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy copy = HPy_Dup(ctx, arg); /* here: promised */
    const volatile char *text = HPyUnicode_AsUTF8AndSize(ctx, copy, NULL);
    HPy_Close(ctx, copy); /* here: promise over */
    char first = text[0]; /* here: read late */
    return HPyLong_FromLong(ctx, first);
}

HPyDef_METH(pass_late, "pass_late", HPyFunc_O)
static HPy pass_late_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy copy = HPy_Dup(ctx, arg); /* here: passed on */
    const char *text = HPyUnicode_AsUTF8AndSize(ctx, copy, NULL);
    HPy_Close(ctx, copy); /* here: pass over */
    HPy other = HPyUnicode_FromString(ctx, text); /* here: passed late */
    return other;
}

static void *in_another_thread(void *nothing)
{
    HPy copy = HPy_Dup(elsewhere, elsewhere->h_None); /* here: without lock */
    HPy_Close(elsewhere, copy);
    return nothing;
}

HPyDef_METH(without_lock, "without_lock", HPyFunc_NOARGS)
static HPy without_lock_impl(HPyContext *ctx, HPy self)
{
    pthread_t thread;
    elsewhere = ctx;
    if (pthread_create(&thread, NULL, in_another_thread, NULL) == 0)
        pthread_join(thread, NULL);
    return HPy_Dup(ctx, ctx->h_None);
}

static void *imports_in_another_thread(void *nothing)
{
    HPy module = HPyImport_ImportModule(elsewhere, "sys");
    HPy_Close(elsewhere, module);
    return nothing;
}

HPyDef_METH(stray, "stray", HPyFunc_NOARGS)
static HPy stray_impl(HPyContext *ctx, HPy self)
{
    pthread_t thread;
    elsewhere = ctx;
    HPy_BEGIN_LEAVE_PYTHON(ctx);
    if (pthread_create(&thread, NULL, imports_in_another_thread, NULL) == 0)
        pthread_join(thread, NULL);
    HPy_END_LEAVE_PYTHON(ctx);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(import_outside, "import_outside", HPyFunc_NOARGS)
static HPy import_outside_impl(HPyContext *ctx, HPy self)
{
    HPy module;
    HPy_BEGIN_LEAVE_PYTHON(ctx);
    module = HPyImport_ImportModule(ctx, "sys"); /* here: import outside */
    HPy_END_LEAVE_PYTHON(ctx);
    return module;
}

HPyDef_METH(keep_context, "keep_context", HPyFunc_NOARGS)
static HPy keep_context_impl(HPyContext *ctx, HPy self)
{
    elsewhere = ctx;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(use_context, "use_context", HPyFunc_NOARGS)
static HPy use_context_impl(HPyContext *ctx, HPy self)
{
    HPy none = HPy_Dup(elsewhere, ctx->h_None); /* here: wrong context */
    return none;
}

HPyDef_SLOT(execute, HPy_mod_exec)
static int execute_impl(HPyContext *ctx, HPy module)
{
    bool is_done = HPyHelpers_AddType(ctx, module, "Box", &Box_spec, NULL)
        && HPyHelpers_AddType(ctx, module, "Grasp", &Grasp_spec, NULL)
        && HPyHelpers_AddType(ctx, module, "Loose", &Loose_spec, NULL)
        && HPyHelpers_AddType(ctx, module, "Two", &Two_spec, NULL)
        && HPyHelpers_AddType(ctx, module, "Small", &Small_spec, NULL);
    return is_done ? 0 : -1;
}

static HPyDef *defines[] = {
    &close_argument, &return_argument, &close_constant, &return_constant,
    &keep_argument, &keep_copy, &use_kept, &close_kept, &use_number, &globals,
    &grasp, &use_in_traverse, &load_empty, &mix_fields, &store_loose, &store_two, &wipe_field, &copy_field, &load_stale, &fill_small, &wrong_struct, &not_a_type, &build_twice, &build_wrongly, &begin_list, &begin_tuple, &track_on, &track_late,
    &leave_error, &miss_error, &ignore_error, &pass_null, &pass_failure, &crash, &give_up, &trap, &pass_wild,
    &never_back, &write_text, &read_late, &pass_late,
    &without_lock, &stray, &import_outside, &keep_context, &use_context, &execute, NULL,
};
static HPyGlobal *module_globals[] = {&declared, NULL};
static HPyModuleDef moduledef = {.defines = defines, .globals = module_globals};
HPy_MODINIT(misuse, moduledef)
