"""itertools: chain, product and zip_longest, made at once."""


def chain(*iterables):
    return iter([item for iterable in iterables for item in iterable])


def product(*iterables):
    rows = [()]
    for iterable in iterables:
        column = list(iterable)
        rows = [row + (item,) for row in rows for item in column]
    return iter(rows)


def zip_longest(*iterables, fillvalue=None):
    columns = [list(iterable) for iterable in iterables]
    rows = []
    for index in range(max([len(column) for column in columns], default=0)):
        rows.append(tuple([c[index] if index < len(c) else fillvalue for c in columns]))
    return iter(rows)
