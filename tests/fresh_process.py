"""Run a few lines in a new Python: nothing that a test has imported or registered is there."""

import json
import os
import subprocess
import sys
from typing import Any

# TensorFlow and Keras import these where they find them, for converters and wrappers: half of the time of a start.
OPTIONAL = ("jax", "sklearn", "pandas")


def answer_of(code: str, without: tuple[str, ...] = OPTIONAL) -> Any:
    """What the lines print as JSON on their last line, in a process that has everything but some packages."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    hidden = f"import sys; sys.modules.update(dict.fromkeys({without!r}))"
    done = subprocess.run(
        [sys.executable, "-c", f"{hidden}\n{code}"], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        raise AssertionError(f"the fresh process failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])
