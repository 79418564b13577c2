# Buffers whose rows are reached through pointers: read through memoryview and bytes,
# and released.
# module: hpybuffer
from golden import show_type
from hpybuffer import Indirect

i = Indirect()
m = memoryview(i)
print(m.shape, m.ndim, m.format, m.itemsize, m.nbytes, m.readonly, i.exports)  #> (3, 3) 2 i 4 36 True 1
print(m.tolist())  #> [[21, 22, 23], [11, 12, 13], [1, 2, 3]]
print(m[0, 0], m[2, 1], m[-1, -1])  #> 21 2 3
show_type(lambda: m[3, 0])  #> IndexError
print(m.tobytes() == bytes(i), len(bytes(i)), bytes(i)[:4] == m[0, 0].to_bytes(4, "little"))  #> True 36 True
print(m == memoryview(Indirect()), m.obj is i)  #> True True
m.release()
print(i.exports)  #> 0
