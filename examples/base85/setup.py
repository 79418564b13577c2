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
    name="base85",
    version="1.0",
    packages=["base85"],
    hpy_ext_modules=[
        Extension("base85._core", sources=["base85/_core.c"], extra_compile_args=FLAGS),
    ],
)
