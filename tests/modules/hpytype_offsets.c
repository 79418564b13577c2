/* Types with the members that are no attributes but say what instances have:
   `__weaklistoffset__` and `__dictoffset__`, which CPython's `PyMemberDef` has too. */
#include <hpy.h>

typedef struct {
    void *weak_references;
    void *dict;
    int64_t number;
} Place;
HPyType_HELPERS(Place)

HPyDef_MEMBER(number, "number", HPyMember_LONGLONG, offsetof(Place, number))
HPyDef_MEMBER(weak, "__weaklistoffset__", HPyMember_HPYSSIZET,
              offsetof(Place, weak_references), .readonly = true)
HPyDef_MEMBER(dict, "__dictoffset__", HPyMember_HPYSSIZET, offsetof(Place, dict),
              .readonly = true)

static HPyDef *plain_defines[] = {&number, NULL};
static HPyDef *weak_defines[] = {&number, &weak, NULL};
static HPyDef *dict_defines[] = {&number, &dict, NULL};
static HPyDef *both_defines[] = {&number, &weak, &dict, NULL};

static bool add(HPyContext *ctx, HPy module, const char *name, HPyDef **defines)
{
    HPyType_Spec spec = {
        .name = name,
        .basicsize = sizeof(Place),
        .builtin_shape = SHAPE(Place),
        .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
        .defines = defines,
    };
    return HPyHelpers_AddType(ctx, module, name, &spec, NULL);
}

HPyDef_SLOT(execute, HPy_mod_exec)
static int execute_impl(HPyContext *ctx, HPy module)
{
    bool is_done = add(ctx, module, "Plain", plain_defines) &&
                   add(ctx, module, "Weak", weak_defines) &&
                   add(ctx, module, "Dict", dict_defines) &&
                   add(ctx, module, "Both", both_defines);
    return is_done ? 0 : -1;
}

static HPyDef *defines[] = {&execute, NULL};
static HPyModuleDef moduledef = {.defines = defines};
HPy_MODINIT(hpytype_offsets, moduledef)
