"""Who may import whom, and what a bare import loads: tables, held."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "dlcourse"
HEAVY = {"tensorflow", "keras", "matplotlib", "sklearn"}

# Part of the package: what it may import when it is loaded, besides the standard library. `inside` adds what it may
# import inside functions.
RULES = {
    "runtime": {"top": set(), "inside": {"keras", "numpy", "tensorflow", "dlcourse", "dlcourse.plot"}},
    "curriculum": {"top": set(), "inside": set()},
    "places": {"top": set(), "inside": set()},
    "progress": {"top": set(), "inside": {"platformdirs"}},
    "scratch": {"top": {"numpy", "dlcourse.scratch"}, "inside": set()},
    "data": {
        # keras: the augmentation layers, which data.augmenter imports when it is called
        "top": {"keras", "numpy", "dlcourse.data", "dlcourse.runtime"},
        "inside": {"sklearn", "rich", "platformdirs", "keras", "tensorflow", "espeakng_loader", "dlcourse"},
    },
    "text": {"top": {"numpy", "dlcourse.text"}, "inside": {"keras", "tensorflow"}},
    "audio": {"top": {"keras", "numpy"}, "inside": set()},
    "layers": {
        "top": {"keras", "numpy", "dlcourse.layers", "dlcourse.losses"},
        # how many replicas a strategy has; the loop over time in its fastest form
        "inside": {"tensorflow"},
    },
    "losses": {"top": {"keras", "numpy", "dlcourse.losses"}, "inside": set()},
    "models": {
        "top": {"keras", "numpy", "dlcourse.layers", "dlcourse.losses", "dlcourse.models"},
        # the tape of adversarial training; the files of published weights
        "inside": {"tensorflow", "safetensors"},
    },
    "metrics": {"top": {"keras", "numpy"}, "inside": set()},
    "initializers": {"top": {"keras"}, "inside": set()},
    "optimizers": {"top": {"keras", "dlcourse.optimizers"}, "inside": set()},
    "schedules": {"top": {"keras"}, "inside": set()},
    "evaluation": {"top": {"numpy", "sklearn", "dlcourse.evaluation"}, "inside": set()},
    "callbacks": {
        "top": {"keras", "numpy", "tensorflow", "dlcourse.callbacks"},
        "inside": {"dlcourse.plot", "IPython"},
    },
    "training": {"top": {"keras", "numpy", "tensorflow", "dlcourse.training"}, "inside": set()},
    "distribute": {
        "top": {"keras", "numpy", "tensorflow", "dlcourse.distribute"},
        "inside": {"jax"},
    },
    "tuning": {
        "top": {"keras", "keras_tuner", "numpy", "pandas", "sklearn", "dlcourse.runtime", "dlcourse.tuning"},
        "inside": {"rich", "dlcourse.data"},  # a lock between processes
    },
    "plot": {"top": {"numpy", "matplotlib", "cycler", "PIL", "dlcourse.plot"}, "inside": set()},
    "checks": {
        "top": {"numpy", "dlcourse", "dlcourse.checks", "dlcourse.curriculum", "dlcourse.progress", "dlcourse.places"},
        "inside": {"dlcourse.notebook"},
    },
    "grading": {
        "top": {"numpy", "nbformat", "jinja2", "markupsafe", "dlcourse"}
        | {f"dlcourse.{part}" for part in ("checks", "curriculum", "grading", "notebook", "places", "runtime")},
        # what the sandboxed process loads; the cluster; the progress bar
        "inside": {"IPython", "keras", "tensorflow", "distributed", "rich", "platformdirs", "yaml"}
        | {"dlcourse.layers", "dlcourse.models"},
    },
    "notebook": {"top": {"nbformat", "dlcourse.notebook", "dlcourse.runtime"}, "inside": {"nbclient", "traitlets"}},
    "cli": {
        "top": {"click", "rich", "dlcourse"}
        | {f"dlcourse.{part}" for part in ("cli", "curriculum", "places", "runtime")},
        "inside": {"keras", "rich", "tensorflow", "platformdirs"}
        | {
            f"dlcourse.{part}"
            for part in ("checks", "data", "grading", "notebook", "plot", "progress", "text", "tuning")
        },
    },
}


def part_of(module: str) -> str:
    """`dlcourse.plot.style` belongs to `dlcourse.plot`; `numpy.linalg` to `numpy`."""
    names = module.split(".")
    return ".".join(names[:2]) if names[0] == "dlcourse" else names[0]


def imports(file: Path) -> tuple[set[str], set[str]]:
    """What a file imports when loaded, and what inside its functions; type-checking imports count as neither."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    top, inside = set(), set()
    _walk(tree, top, inside, within=False)
    return top, inside


def _walk(node, top, inside, *, within):
    for child in ast.iter_child_nodes(node):
        found = inside if within else top
        if isinstance(child, ast.Import):
            found.update(part_of(alias.name) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            found.update(_from(child))
        elif not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            _walk(child, top, inside, within=within or function)


def _from(node: ast.ImportFrom) -> set[str]:
    if node.module == "dlcourse":
        known = {name for name in (alias.name for alias in node.names) if _is_module(name)}
        return {f"dlcourse.{name}" for name in known} | ({"dlcourse"} if len(known) < len(node.names) else set())
    return {part_of(node.module)}


def _is_module(name: str) -> bool:
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").exists()


def files_of(part: str) -> list[Path]:
    folder = PACKAGE / part
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{part}.py"]


def parts() -> list[str]:
    found = {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir()}
    return sorted(name for name in found if _is_module(name) and not name.startswith("_"))


@pytest.mark.parametrize("part", parts())
def test_a_part_imports_only_what_its_rule_allows(part):
    rule = RULES[part]
    for file in files_of(part):
        top, inside = imports(file)
        own = sys.stdlib_module_names | {"__future__"}
        assert top - own <= rule["top"], f"{file.name}, when loaded"
        assert inside - own <= rule["top"] | rule["inside"], f"{file.name}, inside functions"


def test_every_rule_is_for_a_part_that_exists():
    assert set(RULES) == set(parts())


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a fresh Python has after this statement."""
    code = f"import sys\n{statement}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy_not_even_numpy():
    assert not loaded_by("import dlcourse") & (HEAVY | {"numpy", "rich", "click", "nbformat"})


def test_help_loads_nothing_heavy():
    quiet = "import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()):"
    loaded = loaded_by(f"from dlcourse.cli import run\n{quiet} run(['--help'])")
    assert "click" in loaded
    assert not loaded & (HEAVY | {"numpy", "rich", "nbformat"})


def test_checking_an_answer_loads_no_framework():
    assert not loaded_by("from dlcourse import check") & HEAVY


def test_the_walk_tells_top_from_inside(tmp_path):
    file = tmp_path / "sample.py"
    file.write_text("import numpy\ndef f():\n    import keras\nif TYPE_CHECKING:\n    import rich\n", encoding="utf-8")
    assert imports(file) == ({"numpy"}, {"keras"})


def test_reading_a_notebook_builds_no_grammars_of_addresses():
    assert "lark" not in loaded_by("import dlcourse.notebook.read")
