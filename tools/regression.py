"""pytest plugin for the notebook regression run; everything that depends on nbval is here.

It forks kernels where the system can, gives each sockets of its own instead of TCP ports (in parallel runs two kernels
can choose the same port, and one dies), keeps a learner's progress out of the runs, and holds the quick profile.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbval.kernel
import pytest
from jupyter_client.manager import KernelManager

from tools import kernels

_folder = tempfile.TemporaryDirectory(prefix="nbval-")
_count = 0


class PrivateKernelManager(KernelManager):
    """A kernel manager whose kernels are reached through files in a folder of this process."""

    def __init__(self, **kwargs: Any) -> None:
        global _count
        _count += 1
        private = {"transport": "ipc", "ip": str(Path(_folder.name) / f"kernel{_count}")}
        super().__init__(**(private if sys.platform != "win32" else {}), **kwargs)


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the environment that kernels inherit."""
    nbval.kernel.KernelManager = PrivateKernelManager
    if sys.platform.startswith("linux"):
        kernels.fork_from_now_on()
    os.environ["DLCOURSE_PROGRESS"] = str(Path(_folder.name) / "progress.json")
    os.environ["DLCOURSE_PROFILE"] = "quick"
    os.environ["DLCOURSE_LIVE"] = "off"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the sockets."""
    _folder.cleanup()
