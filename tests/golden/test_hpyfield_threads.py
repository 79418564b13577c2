# Objects with fields that die on any thread, while others store, load and collect.
# module: hpyfield
# needs: threads
import gc
import threading
import hpyfield as c

kept = []
problems = []


def store():
    for i in range(1500):
        pair = c.Pair([i], [2])
        pair.b = [i, i]
        if pair.a != [i] or pair.b != [i, i]:
            problems.append(i)
        row = c.Row()
        for _ in range(5):
            row.push([i])
        row.push(row)
        pair.a = row
        kept.append(pair)


def drop():
    for i in range(3000):
        try:
            kept.pop()
        except IndexError:
            kept.extend(c.Pair([1], [i]) for i in range(20))


def collect():
    for i in range(20):
        gc.collect()


threads = [threading.Thread(target=target) for target in (store, store, drop, drop, collect)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(problems)  #> []
