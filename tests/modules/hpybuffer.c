/* Buffers whose rows are reached through pointers (`suboffsets`). */
#include <hpy.h>

enum { ROWS = 3, COLUMNS = 4 };

typedef struct {
    int numbers[ROWS][COLUMNS];
    char *rows[ROWS];
    HPy_ssize_t shape[2], strides[2], suboffsets[2];
    HPy_ssize_t exports;
} Indirect;
HPyType_HELPERS(Indirect)

HPyDef_SLOT(new, HPy_tp_new)
static HPy new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    (void)args, (void)nargs, (void)kw;
    Indirect *self;
    HPy result = HPy_New(ctx, type, &self);
    if (HPy_IsNull(result))
        return HPy_NULL;
    for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++)
            self->numbers[row][column] = 10 * row + column;
        self->rows[row] = (char *)&self->numbers[ROWS - 1 - row][0];
    }
    self->shape[0] = ROWS, self->shape[1] = COLUMNS - 1;
    self->strides[0] = sizeof(char *), self->strides[1] = sizeof(int);
    self->suboffsets[0] = sizeof(int), self->suboffsets[1] = -1;
    return result;
}

HPyDef_SLOT(getbuffer, HPy_bf_getbuffer)
static int getbuffer_impl(HPyContext *ctx, HPy self, HPy_buffer *buffer, int flags)
{
    (void)flags;
    Indirect *data = Indirect_AsStruct(ctx, self);
    data->exports++;
    buffer->buf = data->rows;
    buffer->obj = HPy_Dup(ctx, self);
    buffer->len = ROWS * (COLUMNS - 1) * sizeof(int);
    buffer->itemsize = sizeof(int);
    buffer->readonly = 1;
    buffer->ndim = 2;
    buffer->format = "i";
    buffer->shape = data->shape;
    buffer->strides = data->strides;
    buffer->suboffsets = data->suboffsets;
    buffer->internal = NULL;
    return 0;
}

HPyDef_SLOT(releasebuffer, HPy_bf_releasebuffer)
static void releasebuffer_impl(HPyContext *ctx, HPy self, HPy_buffer *buffer)
{
    (void)buffer;
    Indirect_AsStruct(ctx, self)->exports--;
}

HPyDef_MEMBER(exports, "exports", HPyMember_HPYSSIZET, offsetof(Indirect, exports))

static HPyDef *type_defines[] = { &new, &getbuffer, &releasebuffer, &exports, NULL };
static HPyType_Spec type_spec = {
    .name = "hpybuffer.Indirect",
    .basicsize = sizeof(Indirect),
    .flags = HPy_TPFLAGS_DEFAULT,
    .builtin_shape = SHAPE(Indirect),
    .defines = type_defines,
};

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    return HPyHelpers_AddType(ctx, module, "Indirect", &type_spec, NULL) ? 0 : -1;
}

static HPyDef *defines[] = { &module_exec, NULL };
static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpybuffer, definition)
