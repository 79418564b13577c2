# Every rule of the API, broken once; the program goes on.
# module: misuse
# run: -m hpy.debug
# status: 1
import os
import sys

import misuse
from hpy.universal import MODE_DEBUG, load


def attempt(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


attempt(misuse.close_argument, [])  # here: close_argument
attempt(misuse.return_argument, [])
attempt(misuse.close_constant)
attempt(misuse.return_constant)

attempt(misuse.keep_argument, "four")
print(attempt(misuse.use_kept))

other = load("other.misuse", misuse.__file__, misuse.__spec__, mode=MODE_DEBUG)
misuse.keep_copy("three")
print(attempt(other.use_kept))
misuse.close_kept()

attempt(misuse.use_number)
attempt(misuse.globals, [])
attempt(misuse.load_empty, misuse.Box() if callable(misuse.Box) else None)
attempt(misuse.wrong_struct, 1)
attempt(misuse.not_a_type, 1)
print(attempt(misuse.build_twice, 1))
attempt(misuse.track_late, 1)
print(attempt(misuse.leave_error))
print(attempt(misuse.miss_error))
print(attempt(misuse.ignore_error, 1))

#out> x
#err> x
