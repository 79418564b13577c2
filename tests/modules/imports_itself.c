/* A module whose slot imports the module itself, and whose second slot may fail. */
#include <hpy.h>

HPyDef_SLOT(import_itself, HPy_mod_exec)
static int import_itself_impl(HPyContext *ctx, HPy module)
{
    HPy itself = HPyImport_ImportModule(ctx, "imports_itself");
    if (HPy_IsNull(itself))
        return -1;
    int result = HPy_SetAttr_s(ctx, module, "itself", itself);
    HPy_Close(ctx, itself);
    return result;
}

/* What `builtins.mode` says. */
HPyDef_SLOT(end_as_told, HPy_mod_exec)
static int end_as_told_impl(HPyContext *ctx, HPy module)
{
    (void)module;
    HPy name = HPyUnicode_FromString(ctx, "mode");
    HPy mode = HPy_GetItem(ctx, ctx->h_Builtins, name);
    HPy_Close(ctx, name);
    if (HPy_IsNull(mode)) {
        HPyErr_Clear(ctx);
        return 0;
    }
    long told = HPyLong_AsLong(ctx, mode);
    HPy_Close(ctx, mode);
    if (told != 1)
        HPyErr_SetString(ctx, ctx->h_ValueError, "from a slot");
    return told == 2 ? 0 : -1;
}

static HPyDef *defines[] = { &import_itself, &end_as_told, NULL };
static HPyModuleDef moduledef = { .defines = defines };
HPy_MODINIT(imports_itself, moduledef)
