"""Wall time per submission of `dlcourse grade` against nbgrader and otter-grader, side by side, as ratios.

The same four questions for all: relu, the size of a convolution, a builder with 2,410 parameters, training on digits to
0.9. The others are installed once into an environment of their own, in the user's cache, on top of this one's packages.
They start a kernel or a process for each submission, so that a few tell what each takes: `--others`.

    python benchmarks/grading.py --submissions 100 --others 6 --workers 2   # against both
    python benchmarks/grading.py --submissions 1000 --hostile 20 --alone    # ours alone: memory, growth, attacks
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import platformdirs
from nbformat import v4

OTHERS = ("nbgrader", "otter-grader")
SETUP = (
    "import numpy as np\nimport keras\nfrom sklearn.datasets import load_digits\nx, y = load_digits(return_X_y=True)"
)
ANSWERS = {
    "3.1": ("relu", "def relu(z):\n    return np.maximum(z, 0)"),
    "3.2": ("size", "def size(n, k, stride, padding):\n    return (n + 2 * padding - k) // stride + 1"),
    "3.3": (
        "build",
        "def build():\n    layers = [keras.Input((64,)), keras.layers.Dense(32, 'relu'), keras.layers.Dense(10)]\n"
        "    return keras.Sequential(layers)",
    ),
    "3.4": (
        "train",
        "def train(x, y):\n    model = build()\n"
        "    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)\n"
        "    model.compile(keras.optimizers.Adam(0.01), loss)\n"
        "    model.fit(x / 16, y, batch_size=128, epochs=12, verbose=0)\n"
        "    return keras.Sequential([keras.Input((64,)), keras.layers.Rescaling(1 / 16), model])",
    ),
}
TESTS = {
    "3.1": "assert np.allclose(relu(np.array([-1.0, 2.0])), [0, 2])",
    "3.2": "assert size(28, 5, 1, 0) == 24\nassert size(28, 3, 2, 1) == 14",
    "3.3": "assert build().count_params() == 2410",
    "3.4": "i = np.random.default_rng(0).permutation(len(x))\nmodel = train(x[i[:1400]], y[i[:1400]])\n"
    "assert (model.predict(x[i[1400:]], verbose=0).argmax(1) == y[i[1400:]]).mean() >= 0.9",
}
# Put in place of the first answer: each costs that answer alone.
HOSTILE = (
    "class Same(float):\n    def __eq__(self, other): return True\ndef relu(z): return Same()",
    "import os\nos._exit(0)",
    "def relu(z):\n    while True: pass",
    "def relu(z):\n    held = []\n    while True: held.append(bytearray(2**26))",
    "import os\ndef relu(z):\n    while True: os.fork()",
)
FULL, WITHOUT_THE_FIRST = 8, 5
CHECKS = """
import numpy as np
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.goal import Goal
from dlcourse.checks.question import Case

def relu(z): return np.maximum(z, 0)
def size(n, k, stride, padding): return (n + 2 * padding - k) // stride + 1
def draw_relu(rng): return [Case(f"draw {i}", {"z": rng.normal(size=5)}) for i in range(3)]
def draw_size(rng):
    draws = [[int(rng.integers(20, 40)), int(rng.integers(1, 6)), int(rng.integers(1, 4)), 1] for _ in range(3)]
    return [Case(f"draw {i}", dict(zip("nksp", each))) for i, each in enumerate(draws)]
def digits(rng):
    from sklearn.datasets import load_digits
    x, y = load_digits(return_X_y=True)
    order = rng.permutation(len(x))
    return x[order], y[order].astype("int64")
def draw_build(rng):
    x, y = digits(rng)
    return [Case("parameters", {"unseen": x[:50]}, goal=Goal(y[:50], at_least=0.0, at_most_parameters=2410))]
def draw_train(rng):
    x, y = digits(rng)
    case = {"x": x[:1400], "y": y[:1400], "unseen": x[1400:]}
    return [Case("digits", case, goal=Goal(y[1400:], at_least=0.9, at_most_parameters=2410))]
def question(number, draw, reference, probe="call"):
    return QuestionDefinition(number, number, draw, reference, [], [], ["a hint"], probe)
QUESTIONS = [question("3.1", draw_relu, relu), question("3.2", draw_size, size),
             question("3.3", draw_build, None, "model"), question("3.4", draw_train, None, "model")]
"""


def notebook(tests: bool, nbgrader: bool = False) -> nbformat.NotebookNode:
    cells = [v4.new_code_cell(SETUP)]
    for number, (name, source) in ANSWERS.items():
        mark = number.replace(".", "_")
        cell = v4.new_code_cell(source, metadata={"question": number})
        cells += [cell, v4.new_code_cell(f'check("{number}", {name})')] if not tests else [cell]
        if tests:
            about = {"grade": True, "solution": False, "locked": True, "points": 1, "grade_id": f"t{mark}"}
            about |= {"schema_version": 3, "cell_type": "code", "task": False}
            metadata = {"nbgrader": about} if nbgrader else {}
            source = TESTS[number] if nbgrader else f'grader.check("q{mark}")'
            cells.append(v4.new_code_cell(source, metadata=metadata))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return v4.new_notebook(cells=cells, metadata=kernel)


def others_python() -> Path:
    """The environment of the others, made where absent; it sees this environment's TensorFlow."""
    folder = Path(platformdirs.user_cache_dir("dlcourse")) / "benchmark-graders"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        (site,) = folder.glob("lib/python*/site-packages")
        (site / "beneath.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
        subprocess.run([python, "-m", "pip", "install", "-q", *OTHERS], check=True)
    return python


def timed(command: list, folder: Path) -> None:
    """Run a command of the others; what they start themselves, such as alembic, lies beside their Python."""
    own = {**os.environ, "PATH": f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(list(map(str, command)), cwd=folder, check=True, capture_output=True, env=own)


def nbgrader(python: Path, folder: Path, count: int) -> None:
    for i in range(count):
        own = folder / "submitted" / f"s{i}" / "ps"
        own.mkdir(parents=True)
        nbformat.write(notebook(tests=True, nbgrader=True), own / "ps.ipynb")
    source = folder / "source" / "ps"
    source.mkdir(parents=True)
    nbformat.write(notebook(tests=True, nbgrader=True), source / "ps.ipynb")
    timed([python, "-m", "nbgrader", "generate_assignment", "ps"], folder)


def otter(python: Path, folder: Path, count: int) -> None:
    (folder / "tests").mkdir()
    for number, code in TESTS.items():
        mark = number.replace(".", "_")
        lines = code.replace("\n", "\n>>> ")
        test = {"name": f"q{mark}", "points": 1, "suites": [{"cases": [{"code": f">>> {lines}"}], "type": "doctest"}]}
        (folder / "tests" / f"q{mark}.py").write_text(f"OK_FORMAT = True\ntest = {test!r}\n", encoding="utf-8")
    timed([python, "-m", "otter", "generate", "-t", "tests", "-o", "autograder.zip"], folder)
    book = notebook(tests=True)
    book.cells.insert(0, v4.new_code_cell("import otter\ngrader = otter.Notebook()"))
    for i in range(count):
        nbformat.write(book, folder / f"s{i}.ipynb")


def run_nbgrader(python: Path, folder: Path, count: int) -> None:
    timed([python, "-m", "nbgrader", "autograde", "ps"], folder)


def run_otter(python: Path, folder: Path, count: int) -> None:
    for i in range(count):
        (folder / f"out{i}").mkdir()
        timed([python, "-m", "otter", "run", "-a", "autograder.zip", "-o", f"out{i}", f"s{i}.ipynb"], folder)


def seconds_of_other(name: str, python: Path, count: int, workers: int) -> float:
    prepare, run = {"nbgrader": (nbgrader, run_nbgrader), "otter-grader": (otter, run_otter)}[name]
    with tempfile.TemporaryDirectory() as root, ThreadPoolExecutor(workers) as pool:
        shares = [(Path(root) / str(i), len(range(i, count, workers))) for i in range(workers)]
        for folder, share in shares:
            folder.mkdir()
            prepare(python, folder, share)
        began = time.perf_counter()
        list(pool.map(lambda each: run(python, *each), shares))
        return time.perf_counter() - began


@dataclass
class Run:
    """Seconds in all, and once a second: seconds since the start, submissions graded, MB of memory of all processes."""

    wall: float = 0.0
    samples: list[tuple[float, int, float]] = field(default_factory=list)

    def memory(self, after: int) -> float:
        """The median MB of the samples around this many submissions."""
        near = sorted(self.samples, key=lambda each: abs(each[1] - after))[:15]
        return sorted(memory for _, _, memory in near)[len(near) // 2]

    def seconds(self, done: int) -> float:
        """When this many were graded."""
        return next((seconds for seconds, graded, _ in self.samples if graded >= done), self.wall)


def run_of_ours(count: int, workers: int, hostile: int) -> Run:
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        (folder / "handed").mkdir()
        (folder / "exercises").mkdir()
        (folder / "03_bench.py").write_text(CHECKS, encoding="utf-8")
        nbformat.write(notebook(tests=False), folder / "exercises" / "03_bench.ipynb")
        attacks = {round((i + 0.5) * count / hostile): i for i in range(hostile)}
        for i in range(count):
            book = notebook(tests=False)
            book.cells.append(v4.new_code_cell(f"mine = {i}"))
            if i in attacks:
                book.cells[1].source = HOSTILE[attacks[i] % len(HOSTILE)]
            nbformat.write(book, folder / "handed" / f"s{i}.ipynb")
        command = [sys.executable, "-c", "from dlcourse.cli import main; main()", "grade", folder / "handed"]
        command += ["--exercise", "03", "--checks", folder / "03_bench.py", "--out", folder / "out"]
        run, began = Run(), time.perf_counter()
        process = subprocess.Popen(list(map(str, [*command, "--workers", workers])), stdout=subprocess.DEVNULL)
        watch = threading.Thread(target=_watch, args=(process, folder / "out" / "gradebook.sqlite", run, began))
        watch.start()
        status = process.wait()
        run.wall = time.perf_counter() - began
        watch.join()
        records = [json.loads(path.read_text()) for path in (folder / "out" / "records").glob("*.json")]
        points = {each["student"]: each["points"] for each in records}
        wanted = {f"s{i}": WITHOUT_THE_FIRST if i in attacks else FULL for i in range(count)}
        assert status == 0
        assert points == wanted, {name: points.get(name) for name in wanted if points.get(name) != wanted[name]}
        return run


def _watch(process: subprocess.Popen, database: Path, run: Run, began: float) -> None:
    while process.poll() is None:
        run.samples.append((time.perf_counter() - began, _graded(database), _memory(process.pid)))
        time.sleep(1)


def _graded(database: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as book:
            return book.execute("SELECT count(*) FROM submissions").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def _memory(parent: int) -> float:
    """MB resident of a process and all below it; a page that several share counts once."""
    rows = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True).stdout.split("\n")
    table = [tuple(map(int, row.split())) for row in rows if row.strip()]
    family, grown = {parent}, True
    while grown:
        more = {pid for pid, above in table if above in family} - family
        family, grown = family | more, bool(more)
    return sum(_proportional(pid) for pid in family) / 1024


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--submissions", type=int, default=8)
    options.add_argument("--others", type=int, default=2, help="how many submissions the others get")
    options.add_argument("--hostile", type=int, default=0, help="how many of ours attack the grader")
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--alone", action="store_true", help="leave the others out")
    chosen = options.parse_args()
    count = chosen.submissions
    run = run_of_ours(count, chosen.workers, chosen.hostile)
    each = run.wall / count
    print(
        f"dlcourse      {each:6.2f} s a submission, {chosen.workers} workers, start included, {chosen.hostile} hostile"
    )
    peak, early = max(memory for *_, memory in run.samples), run.memory(min(50, count))
    late = run.memory(round(0.95 * count))
    print(f"memory        {peak:6.0f} MB at most, {early:.0f} after 50, {late:.0f} near the end")
    first, second = run.seconds(count // 2) - run.seconds(1), run.wall - run.seconds(count // 2)
    print(f"growth        {second / first:6.2f} times the first half's time for the second half")
    for name in () if chosen.alone else OTHERS:
        other = seconds_of_other(name, others_python(), chosen.others, chosen.workers) / chosen.others
        print(f"{name:13} {other:6.2f} s a submission, {other / each:5.1f} times ours")
    return 0


if __name__ == "__main__":
    sys.exit(main())
