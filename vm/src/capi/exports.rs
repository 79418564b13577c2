// The names that hybrid modules find in the program: the build has the linker export them.
["_Py_Dealloc"]
