from setuptools import Extension, setup

# gnu11 because hpy's headers call alloca(), which strict C11 hides. The two
# warnings that are off are about code that hpy's macros expand to.
FLAGS = [
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    "-Wno-cast-function-type",
    "-Wno-missing-field-initializers",
]

setup(
    name="topk",
    version="1.0",
    hpy_ext_modules=[
        Extension("topk", sources=["topk.c"], extra_compile_args=FLAGS),
    ],
)
