from setuptools import Extension, setup

# gnu11 because hpy's headers call alloca(), which strict C11 hides. The
# warnings that are off are about code of hpy's headers and macros.
FLAGS = [
    "-std=gnu11",
    "-O3",
    "-Wall",
    "-Wextra",
    "-Wno-unused-parameter",
    "-Wno-cast-function-type",
    "-Wno-missing-field-initializers",
]
SOURCES = [
    "module.c",
    "functions.c",
    "vector.c",
    "handles.c",
    "numbers.c",
    "objects.c",
    "containers.c",
    "calls.c",
    "storage.c",
]

setup(
    name="overhead",
    version="1.0",
    hpy_ext_modules=[
        Extension("overhead", sources=SOURCES, depends=["loop.h"], extra_compile_args=FLAGS),
    ],
)
