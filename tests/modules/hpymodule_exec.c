/* A module whose slot imports the module itself, and whose second slot ends as it is told. */
#include <hpy.h>

HPyDef_SLOT(import_itself, HPy_mod_exec)
static int import_itself_impl(HPyContext *ctx, HPy module)
{
    HPy itself = HPyImport_ImportModule(ctx, "hpymodule_exec");
    if (HPy_IsNull(itself))
        return -1;
    int result = HPy_SetAttr_s(ctx, module, "itself", itself);
    HPy_Close(ctx, itself);
    return result;
}

/* What `sys.mode` says. */
HPyDef_SLOT(end_as_told, HPy_mod_exec)
static int end_as_told_impl(HPyContext *ctx, HPy module)
{
    (void)module;
    HPy sys = HPyImport_ImportModule(ctx, "sys");
    if (HPy_IsNull(sys))
        return -1;
    HPy mode = HPy_GetAttr_s(ctx, sys, "mode");
    HPy_Close(ctx, sys);
    if (HPy_IsNull(mode))
        return -1;
    long told = HPyLong_AsLong(ctx, mode);
    HPy_Close(ctx, mode);
    if (told == 0 || told == 2)
        HPyErr_SetString(ctx, ctx->h_ValueError, "from a slot");
    return told >= 2 ? 0 : -1;
}

static HPyDef *defines[] = { &import_itself, &end_as_told, NULL };
static HPyModuleDef moduledef = { .defines = defines };
HPy_MODINIT(hpymodule_exec, moduledef)
