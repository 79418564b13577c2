# Who asks while C calls Python sees what C has opened, with the stack above C.
# run: -m hpy.debug
import untidy
from hpy.universal import _debug


def look(text):
    for handle in _debug.get_open_handles(generation):
        c = handle.opened[-1][1]
        python = [f"{name}:{line}" for name, _, line in handle.python]
        print(handle.obj == text, c, *python[:2])
    return text


def main():
    return untidy.hold(look)


generation = _debug.new_generation()
print(main())

#out> False hold_impl
#out> False hold_impl
#out> True hold_impl main:16 <module>:20
#out> held
#err> hpy.debug: 0 violations, 0 leaked handles in untidy
