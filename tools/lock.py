"""`python -m tools.lock`: choose the newest versions that the ranges allow, one file for every supported Python."""

from __future__ import annotations

import shutil
import subprocess
import sys

from tools.source import ROOT

HEAD = "# Versions known to work together, on every supported Python and system: made by `make lock`, not edited.\n"


def main() -> int:
    """Write `requirements.lock`; exit status 2 where uv, which resolves for all systems at once, is not installed."""
    uv = shutil.which("uv")
    if uv is None:
        print("uv is needed to make the lock: pip install uv", file=sys.stderr)
        return 2
    command = [uv, "pip", "compile", "--quiet", "--universal", "--upgrade", "--python-version", "3.11", "--all-extras"]
    command += ["--no-annotate", "--no-header", "pyproject.toml"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        print(done.stderr.strip(), file=sys.stderr)
        return 1
    (ROOT / "requirements.lock").write_text(HEAD + done.stdout, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
