/* Callbacks that change what they are called from: emitters of events that die, grow and
 * shrink while they fire; finalizers that call Python; threads of C's own. */
#include <hpy.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    HPyField handlers;
    HPyField last;
    HPyField parent;
    long fired;
    char *name;
} Emitter;
HPyType_HELPERS(Emitter)

static HPyGlobal emitter_type, stop_error, hook;
static long dead;

HPyDef_SLOT(Emitter_new, HPy_tp_new)
static HPy Emitter_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    Emitter *e;
    HPy h = HPy_New(ctx, type, &e);
    if (HPy_IsNull(h))
        return HPy_NULL;
    HPy dict = HPyDict_New(ctx);
    HPyField_Store(ctx, h, &e->handlers, dict);
    HPy_Close(ctx, dict);
    return h;
}

HPyDef_SLOT(Emitter_init, HPy_tp_init)
static int Emitter_init_impl(HPyContext *ctx, HPy self, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    static const char *names[] = { "name", "parent", NULL };
    HPy name = HPy_NULL, parent = HPy_NULL;
    HPyTracker tracker;
    if (!HPyArg_ParseKeywordsDict(ctx, &tracker, args, nargs, kw, "|OO:Emitter", names, &name,
                                  &parent))
        return -1;
    int result = -1;
    const char *text = HPy_IsNull(name) ? "" : HPyUnicode_AsUTF8AndSize(ctx, name, NULL);
    if (text != NULL) {
        Emitter *e = Emitter_AsStruct(ctx, self);
        free(e->name);
        e->name = strdup(text);
        HPyField_Store(ctx, self, &e->parent, parent);
        result = 0;
    }
    HPyTracker_Close(ctx, tracker);
    return result;
}

HPyDef_SLOT(Emitter_traverse, HPy_tp_traverse)
static int Emitter_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    Emitter *e = self;
    HPy_VISIT(&e->handlers);
    HPy_VISIT(&e->last);
    HPy_VISIT(&e->parent);
    return 0;
}

HPyDef_SLOT(Emitter_destroy, HPy_tp_destroy)
static void Emitter_destroy_impl(void *p)
{
    free(((Emitter *)p)->name);
    dead++;
}

HPyDef_SLOT(Emitter_finalize, HPy_tp_finalize)
static void Emitter_finalize_impl(HPyContext *ctx, HPy self)
{
    HPy f = HPyGlobal_Load(ctx, hook);
    if (HPyCallable_Check(ctx, f)) {
        HPy n = HPyUnicode_FromString(ctx, Emitter_AsStruct(ctx, self)->name);
        HPy a[2] = { n, self };
        HPy r = HPy_Call(ctx, f, a, 2, HPy_NULL);
        if (HPy_IsNull(r))
            HPyErr_WriteUnraisable(ctx, f);
        else
            HPy_Close(ctx, r);
        HPy_Close(ctx, n);
    }
    HPy_Close(ctx, f);
}

HPyDef_METH(Emitter_on, "on", HPyFunc_VARARGS)
static HPy Emitter_on_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy event, f;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OO:on", &event, &f))
        return HPy_NULL;
    HPy d = HPyField_Load(ctx, self, Emitter_AsStruct(ctx, self)->handlers);
    HPy list = HPy_GetItem(ctx, d, event);
    if (HPy_IsNull(list)) {
        if (!HPyErr_ExceptionMatches(ctx, ctx->h_KeyError)) {
            HPy_Close(ctx, d);
            return HPy_NULL;
        }
        HPyErr_Clear(ctx);
        list = HPyList_New(ctx, 0);
        if (HPy_SetItem(ctx, d, event, list) < 0) {
            HPy_Close(ctx, d);
            HPy_Close(ctx, list);
            return HPy_NULL;
        }
    }
    HPy_Close(ctx, d);
    int r = HPyList_Append(ctx, list, f);
    HPy_Close(ctx, list);
    return r < 0 ? HPy_NULL : HPy_Dup(ctx, self);
}

HPyDef_METH(Emitter_off, "off", HPyFunc_O)
static HPy Emitter_off_impl(HPyContext *ctx, HPy self, HPy event)
{
    HPy d = HPyField_Load(ctx, self, Emitter_AsStruct(ctx, self)->handlers);
    int r = HPy_DelItem(ctx, d, event);
    HPy_Close(ctx, d);
    return r < 0 ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

/* The struct pointer and the borrowed arguments are held across callbacks. */
HPyDef_METH(Emitter_fire, "fire", HPyFunc_KEYWORDS)
static HPy Emitter_fire_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    Emitter *e = Emitter_AsStruct(ctx, self);
    if (nargs < 1) {
        HPyErr_SetString(ctx, ctx->h_TypeError, "fire() needs an event");
        return HPy_NULL;
    }
    HPy d = HPyField_Load(ctx, self, e->handlers), list = HPy_GetItem(ctx, d, args[0]);
    HPy_Close(ctx, d);
    if (HPy_IsNull(list))
        return HPy_NULL;
    HPy last = HPy_Dup(ctx, ctx->h_None);
    for (HPy_ssize_t i = 0; i < HPy_Length(ctx, list); i++) {
        HPy f = HPy_GetItem_i(ctx, list, i);
        if (HPy_IsNull(f))
            goto error;
        HPy r = HPy_Call(ctx, f, args + 1, nargs - 1, kwnames);
        HPy_Close(ctx, f);
        e->fired++;
        if (HPy_IsNull(r)) {
            HPy stop = HPyGlobal_Load(ctx, stop_error);
            int stopped = HPyErr_ExceptionMatches(ctx, stop);
            HPy_Close(ctx, stop);
            if (!stopped)
                goto error;
            HPyErr_Clear(ctx);
            break;
        }
        HPy_Close(ctx, last);
        last = r;
        HPyField_Store(ctx, self, &e->last, r);
    }
    HPy_Close(ctx, list);
    return last;
error:
    HPy_Close(ctx, list);
    HPy_Close(ctx, last);
    return HPy_NULL;
}

HPyDef_SLOT(Emitter_repr, HPy_tp_repr)
static HPy Emitter_repr_impl(HPyContext *ctx, HPy self)
{
    Emitter *e = Emitter_AsStruct(ctx, self);
    if (HPyField_IsNull(e->parent))
        return HPyUnicode_FromFormat(ctx, "<%s>", e->name);
    HPy p = HPyField_Load(ctx, self, e->parent);
    HPy r = HPyUnicode_FromFormat(ctx, "<%s of %R>", e->name, p);
    HPy_Close(ctx, p);
    return r;
}
HPyDef_MEMBER(Emitter_fired, "fired", HPyMember_LONG, offsetof(Emitter, fired), .readonly = 1)
HPyDef_MEMBER(Emitter_last, "last", HPyMember_OBJECT, offsetof(Emitter, last))
HPyDef_MEMBER(Emitter_parent, "parent", HPyMember_OBJECT, offsetof(Emitter, parent))
HPyDef_MEMBER(Emitter_origin, "origin", HPyMember_OBJECT, offsetof(Emitter, parent), .readonly = 1)
HPyDef_MEMBER(Emitter_name, "name", HPyMember_STRING, offsetof(Emitter, name))

static HPyDef *Emitter_defines[] = { &Emitter_new,      &Emitter_init,
                                     &Emitter_traverse, &Emitter_destroy,
                                     &Emitter_finalize, &Emitter_on,
                                     &Emitter_off,      &Emitter_fire,
                                     &Emitter_repr,     &Emitter_fired,
                                     &Emitter_last,     &Emitter_parent,
                                     &Emitter_origin,   &Emitter_name,
                                     NULL };
static HPyType_Spec Emitter_spec = {
    .name = "hpycall_callbacks.Emitter",
    .basicsize = sizeof(Emitter),
    .builtin_shape = SHAPE(Emitter),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_HAVE_GC,
    .defines = Emitter_defines,
    .doc = "Emitter(name='', parent=None)\n--\n\nCalls its handlers."
};

/* Work outside of Python in threads of C's own. */
typedef struct {
    long from, to;
    double sum;
} Part;
static void *work(void *p)
{
    Part *w = p;
    for (long i = w->from; i < w->to; i++)
        w->sum += 1.0 / (i + 1);
    usleep(1000);
    return NULL;
}

HPyDef_METH(parallel, "parallel", HPyFunc_VARARGS)
static HPy parallel_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    long n, threads;
    HPy progress = HPy_NULL;
    HPyTracker ht;
    if (!HPyArg_Parse(ctx, &ht, args, nargs, "ll|O:parallel", &n, &threads, &progress))
        return HPy_NULL;
    if (threads < 1 || threads > 64) {
        HPyTracker_Close(ctx, ht);
        HPyErr_SetString(ctx, ctx->h_ValueError, "threads");
        return HPy_NULL;
    }
    Part parts[64];
    pthread_t ids[64];
    double sum = 0;
    HPy result = HPy_NULL;
    HPyThreadState state = HPy_LeavePythonExecution(ctx);
    for (long i = 0; i < threads; i++) {
        parts[i] = (Part){ n * i / threads, n * (i + 1) / threads, 0 };
        pthread_create(&ids[i], NULL, work, &parts[i]);
    }
    for (long i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        sum += parts[i].sum;
        if (!HPy_IsNull(progress)) {
            HPy_ReenterPythonExecution(ctx, state);
            HPy k = HPyLong_FromLong(ctx, i), r = HPy_Call(ctx, progress, &k, 1, HPy_NULL);
            HPy_Close(ctx, k);
            if (HPy_IsNull(r)) {
                HPyErr_WriteUnraisable(ctx, progress);
            } else
                HPy_Close(ctx, r);
            state = HPy_LeavePythonExecution(ctx);
        }
    }
    HPy_ReenterPythonExecution(ctx, state);
    result = HPyFloat_FromDouble(ctx, sum);
    HPyTracker_Close(ctx, ht);
    return result;
}

HPyDef_METH(set_hook, "set_hook", HPyFunc_O)
static HPy set_hook_impl(HPyContext *ctx, HPy self, HPy f)
{
    HPyGlobal_Store(ctx, &hook, f);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(dead_count, "dead", HPyFunc_NOARGS)
static HPy dead_count_impl(HPyContext *ctx, HPy self)
{
    return HPyLong_FromLong(ctx, dead);
}

HPyDef_METH(apply, "apply", HPyFunc_KEYWORDS)
static HPy apply_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    if (nargs == 0)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "apply() needs a callable");
    return HPy_Call(ctx, args[0], args + 1, nargs - 1, kwnames);
}

HPyDef_METH(count_args, "count_args", HPyFunc_KEYWORDS)
static HPy count_args_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    HPy_ssize_t nk = HPy_IsNull(kwnames) ? 0 : HPy_Length(ctx, kwnames);
    long sum = 0;
    for (size_t i = 0; i < nargs + nk; i++)
        sum += HPyLong_AsLong(ctx, args[i]);
    return HPy_BuildValue(ctx, "(lll)", (long)nargs, (long)nk, sum);
}

HPyDef_SLOT(exec, HPy_mod_exec)
static int exec_impl(HPyContext *ctx, HPy m)
{
    HPy t = HPyType_FromSpec(ctx, &Emitter_spec, NULL);
    if (HPy_IsNull(t))
        return -1;
    HPyGlobal_Store(ctx, &emitter_type, t);
    HPyGlobal_Store(ctx, &hook, ctx->h_None);
    int r = HPy_SetAttr_s(ctx, m, "Emitter", t);
    HPy_Close(ctx, t);
    HPy e = HPyErr_NewException(ctx, "hpycall_callbacks.Stop", HPy_NULL, HPy_NULL);
    HPyGlobal_Store(ctx, &stop_error, e);
    r |= HPy_SetAttr_s(ctx, m, "Stop", e);
    HPy_Close(ctx, e);
    return r;
}

static HPyDef *defines[] = { &exec, &parallel, &set_hook, &dead_count, &apply, &count_args, NULL };
static HPyGlobal *globals[] = { &emitter_type, &stop_error, &hook, NULL };
static HPyModuleDef moduledef = { .defines = defines, .globals = globals };
HPy_MODINIT(hpycall_callbacks, moduledef)
