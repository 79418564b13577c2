/* HPyImport_ImportModule, and what a module has that is imported. */
#include <hpy.h>

HPyDef_METH(import_module, "import_module", HPyFunc_O)
static HPy import_module_impl(HPyContext *ctx, HPy self, HPy name)
{
    (void)self;
    const char *text = HPyUnicode_AsUTF8AndSize(ctx, name, NULL);
    return text == NULL ? HPy_NULL : HPyImport_ImportModule(ctx, text);
}

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module)
{
    HPy version = HPyUnicode_FromString(ctx, "1.2");
    int failed = HPy_SetAttr_s(ctx, module, "version", version);
    HPy_Close(ctx, version);
    return failed;
}

static HPyDef *defines[] = {
    &import_module, &module_exec, NULL,
};

static HPyModuleDef definition = { .defines = defines };

HPy_MODINIT(hpyimport, definition)
