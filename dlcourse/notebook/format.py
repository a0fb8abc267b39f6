"""`nbformat`, imported in a tenth of the time.

It imports `jsonschema`, which, where Jupyter has installed `rfc3987-syntax`, builds 38 grammars for the formats of
addresses: three seconds for a check that no notebook's schema asks for.
"""

from __future__ import annotations

from dlcourse.runtime import hidden

with hidden("rfc3987_syntax"):
    import nbformat
    from nbformat import NotebookNode, v4
    from nbformat.validator import normalize

__all__ = ["NotebookNode", "nbformat", "normalize", "v4"]
