"""Run a few lines in a new Python: nothing that a test has imported or registered is there."""

import json
import os
import subprocess
import sys
from typing import Any


def answer_of(code: str) -> Any:
    """What the lines print as JSON on their last line."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise AssertionError(f"the fresh process failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])
