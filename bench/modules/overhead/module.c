/* What the API costs, as seen from C and as seen from Python. */
#include "loop.h"
#include <time.h>

volatile int64_t integer_result;
volatile double double_result;

int64_t thread_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The same clock for loops in Python. */
HPyDef_METH(thread_time_ns, "thread_time_ns", HPyFunc_NOARGS)
static HPy thread_time_ns_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyLong_FromInt64_t(ctx, thread_time());
}

/* Everything that the other files define. */
#define FUNCTIONS(each)                                                                            \
    each(noargs) each(one) each(three) each(keywords)                                              \
    each(empty) each(dup_close) each(is_same) each(is_other) each(type_check) each(type_of)       \
    each(long_small) each(long_big) each(long_huge) each(long_as) each(long_as_immediate)          \
    each(float_from) each(float_as) each(float_as_immediate)                                       \
    each(add_immediates) each(add_floats) each(add_objects)                                        \
    each(get_attr) each(get_attr_s) each(set_attr_s) each(length) each(get_item) each(contains)    \
    each(is_true) each(compare_bool)                                                               \
    each(unicode_from) each(unicode_from_other) each(unicode_as) each(bytes_from) each(bytes_as)   \
    each(get_item_i) each(set_item_i) each(set_item) each(tuple_from_array) each(list_builder)     \
    each(tuple_builder) each(dict_new)                                                             \
    each(call) each(call_one) each(call_keywords) each(call_tuple_dict) each(call_method)          \
    each(err_set_clear) each(err_occurred) each(leave_reenter) each(tracker)                       \
    each(field_load) each(field_store) each(global_load) each(global_store) each(as_struct)        \
    each(new_instance) each(open_and_close) each(open_bytes)

#define DECLARE(name) extern HPyDef name;
FUNCTIONS(DECLARE)

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    HPy type = HPyType_FromSpec(ctx, &vector_spec, NULL);
    if (HPy_IsNull(type))
        return -1;
    HPyGlobal_Store(ctx, &vector_type, type);
    HPyGlobal_Store(ctx, &storage_global, type);
    const int failed = HPy_SetAttr_s(ctx, module, "Vector", type);
    HPy_Close(ctx, type);
    return failed;
}

#define LIST(name) &name,
static HPyDef *defines[] = { &module_exec, &thread_time_ns, FUNCTIONS(LIST) NULL };
static HPyGlobal *globals[] = { &vector_type, &storage_global, NULL };

static HPyModuleDef definition = {
    .doc = "Loops that time one operation of HPy each",
    .defines = defines,
    .globals = globals,
};

HPy_MODINIT(overhead, definition)
