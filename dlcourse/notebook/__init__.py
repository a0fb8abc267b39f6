"""Notebooks as files: read one that may be broken, execute one, make the student's copy of a solution."""
