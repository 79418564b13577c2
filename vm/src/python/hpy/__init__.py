"""The package `hpy` where none is installed: home of the builtin `hpy.universal`.

An installed `hpy` comes first. One that turns up on `sys.path` later, such as
`hpy.devel`, is found through the path below, which follows `sys.path`.
"""

from importlib._bootstrap_external import PathFinder as _PathFinder, _NamespacePath

__path__ = _NamespacePath(__name__, [], _PathFinder._get_spec)
