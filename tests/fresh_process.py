"""Run a few lines in a new Python: nothing that a test has imported or registered is there.

On Linux it is forked from a process that has imported TensorFlow and Keras and nothing of the course, which takes a
tenth of a second; elsewhere, and under another backend, it starts from nothing, which takes six.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

# TensorFlow and Keras import these where they find them, for converters, wrappers and plots: half of a start's time.
# Every backend does without the others.
OPTIONAL = ("tensorflow", "jax", "sklearn", "pandas", "matplotlib", "IPython")


def answer_of(code: str, backend: str | None = None) -> Any:
    """What the lines print as JSON on their last line, in a process that has what the backend needs.

    Args:
        code: The lines.
        backend: Keras's; None is the one of this process.
    """
    here = os.environ.get("KERAS_BACKEND", "tensorflow")
    backend = backend or here
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    without = [package for package in OPTIONAL if package != backend]
    code = f"import sys; sys.modules.update(dict.fromkeys({without!r}))\n{code}"
    forks = sys.platform.startswith("linux") and backend == here == "tensorflow"
    status, output, errors = (_forked if forks else _started)(code, environment)
    if status:
        raise AssertionError(f"the fresh process failed:\n{errors[-2000:]}")
    return json.loads(output.splitlines()[-1])


def _started(code: str, environment: dict[str, str]) -> tuple[int, str, str]:
    """Exit status, output and errors of the lines in a process that starts from nothing."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    return done.returncode, done.stdout, done.stderr


def _forked(code: str, environment: dict[str, str]) -> tuple[int, str, str]:
    """The same of a fork."""
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["tools.imported"])
    with tempfile.TemporaryDirectory() as folder:
        process = forks.Process(target=_run, args=(code, environment, str(Path.cwd()), folder))
        process.start()
        process.join()
        status = process.exitcode
        process.close()
        return status, *(Path(folder, name).read_text(encoding="utf-8") for name in ("1", "2"))


def _run(code: str, environment: dict[str, str], directory: str, folder: str) -> None:
    for descriptor in (1, 2):
        file = os.open(Path(folder, str(descriptor)), os.O_WRONLY | os.O_CREAT)
        os.dup2(file, descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    exec(code, vars(sys.modules["__main__"]))
    if os.environ["KERAS_BACKEND"] != environment["KERAS_BACKEND"]:
        raise RuntimeError("lines that run under another backend must say so when the process is made")
