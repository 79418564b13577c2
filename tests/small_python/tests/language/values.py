"""Values: numbers, text, containers, comprehensions, formats."""

print(2**100, -7 // 2, -7 % 3, 7 / 2, 0x1F, 1_000, 10**20 - 1, ~5, 6 & 3, 6 | 1, 6 ^ 2, 1 << 70)
print(1 < 2 < 3, 1 < 2 > 5, not [], [] or "default", 0 and 1, "a" if 1 else "b")
print("a" "b", "x" * 3, "abc"[::-1], "a,b".split(","), "-".join(["p", "q"]), "Grüße"[2:4])
print(b"ab" + b"\xff", bytes([1, 2]), "\ud800".encode("utf-8", "surrogatepass"))
print([n * m for n in range(3) for m in range(3) if n != m], {k: v for k, v in zip("ab", (1, 2))})
print(sorted([3, 1, 2], key=lambda n: -n), sorted("bca"), sum([1.5, 2]), max(3, 9, 4), any([0, 1]))
print(f"{3.14159:.2f}|{42:>6}|{'x':^5}|{255:#x}|{7:03}|{'s'!r}|{1 + 1}")
print("{} {1} {name!r:>5}".replace("{1}", "{}").format(1, 2, name="n"), "%s-%r-%d" % ("a", "b", 3))
d = {"a": 1, **{"b": 2}}
d["c"] = 3
del d["a"]
print(d, list(d.items()), d.get("z"), "b" in d, len(d), [*d, *[1]])
print((n := 5) + n, [y for x in [1, 2] if (y := x + 1)], {1, 2, 1} == {2, 1})
words = ["one", "two"]
words += ["three"]
words[0] = words[-1][1:3]
print(words, list(enumerate(words, 1)), list(map(len, words)), list(reversed(words)))
