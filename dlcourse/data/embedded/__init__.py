"""Data sets that ship inside a dependency: always there, offline."""
