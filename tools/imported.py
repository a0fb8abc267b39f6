"""What most lessons import, imported: a process that forks kernels imports this module.

Nothing of the course is among it, so that a lesson which forgets an import of the course's own still fails.
"""

from __future__ import annotations

import importlib
import os

from dlcourse.runtime import hidden, quiet_stderr

MODULES = ("ipykernel.kernelapp", "matplotlib.pyplot", "sklearn.datasets", "keras", "tensorflow")

# As a kernel does; once matplotlib is imported it is too late.
os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
with quiet_stderr(), hidden("jax"):
    for _name in MODULES:
        importlib.import_module(_name)
