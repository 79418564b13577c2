/* Lists, tuples and dicts. */
#include "loop.h"

LOOP(get_item_i, , HPy_Close(ctx, HPy_GetItem_i(ctx, args[1], 1)), )

LOOP(set_item_i, , integer_result = HPy_SetItem_i(ctx, args[1], 1, args[2]), )

LOOP(set_item, , integer_result = HPy_SetItem(ctx, args[1], args[2], args[3]), )

LOOP(tuple_from_array, HPy items[3]; items[0] = items[1] = items[2] = args[1],
     HPy_Close(ctx, HPyTuple_FromArray(ctx, items, 3)), )

static HPy build_list(HPyContext *ctx, HPy item)
{
    HPyListBuilder builder = HPyListBuilder_New(ctx, 3);
    for (HPy_ssize_t i = 0; i < 3; i++)
        HPyListBuilder_Set(ctx, builder, i, item);
    return HPyListBuilder_Build(ctx, builder);
}

LOOP(list_builder, , HPy_Close(ctx, build_list(ctx, args[1])), )

static HPy build_tuple(HPyContext *ctx, HPy item)
{
    HPyTupleBuilder builder = HPyTupleBuilder_New(ctx, 3);
    for (HPy_ssize_t i = 0; i < 3; i++)
        HPyTupleBuilder_Set(ctx, builder, i, item);
    return HPyTupleBuilder_Build(ctx, builder);
}

LOOP(tuple_builder, , HPy_Close(ctx, build_tuple(ctx, args[1])), )

LOOP(dict_new, , HPy_Close(ctx, HPyDict_New(ctx)), )
