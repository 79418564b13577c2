/* Modules under several names in one file: each has what the others lack.
   Copied to a file of that name, it is the module that the file is taken for. */
#include <hpy.h>

#define MODULE(NAME, MAJOR, MINOR, DEFINITION)                                      \
    HPy_EXPORTED_FUNC uint32_t get_required_hpy_major_version_##NAME(void)          \
    {                                                                               \
        return MAJOR;                                                               \
    }                                                                               \
    HPy_EXPORTED_FUNC uint32_t get_required_hpy_minor_version_##NAME(void)          \
    {                                                                               \
        return MINOR;                                                               \
    }                                                                               \
    HPy_EXPORTED_FUNC void HPyInitGlobalContext_##NAME(HPyContext *ctx)             \
    {                                                                               \
        (void)ctx;                                                                  \
    }                                                                               \
    HPy_EXPORTED_FUNC HPyModuleDef *HPyInit_##NAME(void)                            \
    {                                                                               \
        return DEFINITION;                                                          \
    }

static HPyModuleDef definition = { .doc = "fine" };

MODULE(malformed_inits, HPY_ABI_VERSION, HPY_ABI_VERSION_MINOR, &definition)
MODULE(next_major, HPY_ABI_VERSION + 1, 0, &definition)
MODULE(next_minor, HPY_ABI_VERSION, HPY_ABI_VERSION_MINOR + 1, &definition)
MODULE(no_definition, HPY_ABI_VERSION, HPY_ABI_VERSION_MINOR, NULL)

/* A module that lacks all but its init function. */
HPy_EXPORTED_FUNC HPyModuleDef *HPyInit_only_init(void)
{
    return &definition;
}
