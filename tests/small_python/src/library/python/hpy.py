"""hpy: the package of the loader's modes."""
