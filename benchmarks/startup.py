"""How long `import dlcourse` and `dlcourse --help` take, against a bare Python and against what they are held to.

Each command is run as a whole process, in turn with a bare Python, so that a busy machine slows both; medians are told.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 15
COMMANDS = {
    "bare Python": [sys.executable, "-c", "pass"],
    "import dlcourse": [sys.executable, "-c", "import dlcourse"],
    "dlcourse --help": [str(Path(sys.executable).with_name("dlcourse")), "--help"],
    "import keras": [sys.executable, "-c", "import keras"],
}
HELD = {"import dlcourse": 0.1, "dlcourse --help": 0.3}


def seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> int:
    taken = {name: [] for name in COMMANDS}
    for turn in range(RUNS):
        for name, command in COMMANDS.items():
            if name != "import keras" or turn < 3:
                taken[name].append(seconds(command))
    bare = statistics.median(taken["bare Python"])
    missed = 0
    for name, times in taken.items():
        median = statistics.median(times)
        extra = median - bare
        missed += extra > HELD.get(name, extra)
        held = f", held to {HELD[name]} s: {'yes' if extra <= HELD[name] else 'NO'}" if name in HELD else ""
        print(f"{name:16} {median:6.3f} s, {median / bare:5.1f} times a bare Python, {extra:.3f} s above it{held}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
