/* Numbers that C makes, and numbers that the VM has made. */
#include "loop.h"

/* The value changes with every round: a cache of one would be no use. */
LOOP(long_small, , HPy_Close(ctx, HPyLong_FromInt64_t(ctx, round & 15)), )

LOOP(long_big, , HPy_Close(ctx, HPyLong_FromInt64_t(ctx, round + ((int64_t)1 << 40))), )

LOOP(long_huge, , HPy_Close(ctx, HPyLong_FromInt64_t(ctx, round + ((int64_t)1 << 61))), )

LOOP(long_as, , integer_result = HPyLong_AsInt64_t(ctx, args[1]), )

LOOP(long_as_immediate, HPy number = HPyLong_FromInt64_t(ctx, 123456789),
     integer_result = HPyLong_AsInt64_t(ctx, number), HPy_Close(ctx, number))

LOOP(float_from, , HPy_Close(ctx, HPyFloat_FromDouble(ctx, (double)round)), )

LOOP(float_as, , double_result = HPyFloat_AsDouble(ctx, args[1]), )

LOOP(float_as_immediate, HPy number = HPyFloat_FromDouble(ctx, 1.5),
     double_result = HPyFloat_AsDouble(ctx, number), HPy_Close(ctx, number))

LOOP(add_immediates, HPy a = HPyLong_FromInt64_t(ctx, 123456789);
     HPy b = HPyLong_FromInt64_t(ctx, 987654321), HPy_Close(ctx, HPy_Add(ctx, a, b)),
     HPy_Close(ctx, a); HPy_Close(ctx, b))

LOOP(add_floats, HPy a = HPyFloat_FromDouble(ctx, 1.5); HPy b = HPyFloat_FromDouble(ctx, 2.25),
     HPy_Close(ctx, HPy_Add(ctx, a, b)), HPy_Close(ctx, a); HPy_Close(ctx, b))

LOOP(add_objects, , HPy_Close(ctx, HPy_Add(ctx, args[1], args[2])), )
