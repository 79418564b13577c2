/* Where C keeps objects: structs, fields and globals. */
#include "loop.h"

HPyGlobal storage_global;

LOOP(as_struct, , integer_result = (int64_t)(intptr_t)Vector_AsStruct(ctx, args[1]), )

LOOP(field_load, Vector *vector = Vector_AsStruct(ctx, args[1]);
     HPyField_Store(ctx, args[1], &vector->link, args[2]),
     HPy_Close(ctx, HPyField_Load(ctx, args[1], vector->link)), )

LOOP(field_store, Vector *vector = Vector_AsStruct(ctx, args[1]),
     HPyField_Store(ctx, args[1], &vector->link, args[2]), )

LOOP(global_load, , HPy_Close(ctx, HPyGlobal_Load(ctx, storage_global)), )

LOOP(global_store, , HPyGlobal_Store(ctx, &storage_global, args[1]), )

static HPy new_vector(HPyContext *ctx, HPy type)
{
    Vector *vector;
    return HPy_New(ctx, type, &vector);
}

LOOP(new_instance, , HPy_Close(ctx, new_vector(ctx, args[1])), )
