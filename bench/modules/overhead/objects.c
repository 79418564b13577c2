/* The object protocol and text. */
#include "loop.h"

LOOP(get_attr, , HPy_Close(ctx, HPy_GetAttr(ctx, args[1], args[2])), )

LOOP(get_attr_s, , HPy_Close(ctx, HPy_GetAttr_s(ctx, args[1], "attribute")), )

LOOP(set_attr_s, , integer_result = HPy_SetAttr_s(ctx, args[1], "attribute", args[2]), )

LOOP(length, , integer_result = HPy_Length(ctx, args[1]), )

LOOP(get_item, , HPy_Close(ctx, HPy_GetItem(ctx, args[1], args[2])), )

LOOP(contains, , integer_result = HPy_Contains(ctx, args[1], args[2]), )

LOOP(is_true, , integer_result = HPy_IsTrue(ctx, args[1]), )

LOOP(compare_bool, , integer_result = HPy_RichCompareBool(ctx, args[1], args[2], HPy_LT), )

LOOP(unicode_from, , HPy_Close(ctx, HPyUnicode_FromString(ctx, "sixteen letters.")), )

/* Never the text of the last time. */
LOOP(unicode_from_other, char text[] = "sixteen letters.",
     text[0] ^= 1; HPy_Close(ctx, HPyUnicode_FromString(ctx, text)), )

LOOP(unicode_as, HPy_ssize_t size,
     integer_result = (int64_t)(intptr_t)HPyUnicode_AsUTF8AndSize(ctx, args[1], &size), )

LOOP(bytes_as, ,
     integer_result = (int64_t)(intptr_t)HPyBytes_AsString(ctx, args[1]), )

LOOP(bytes_from, , HPy_Close(ctx, HPyBytes_FromStringAndSize(ctx, "sixteen letters.", 16)), )
