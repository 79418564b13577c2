"""The package of the suite's files."""
