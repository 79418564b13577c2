"""errno: the numbers, of Linux."""

EPERM = 1
ENOENT = 2
EINTR = 4
EIO = 5
EACCES = 13
EEXIST = 17
EINVAL = 22
ERANGE = 34
