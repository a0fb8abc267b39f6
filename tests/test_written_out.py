"""What the course teaches is written out: ours neither subclasses nor calls the built-in that it is held to.

Looked for is every name by which a module could reach the built-in: imported, as an attribute, or as a keyword.
"""

import ast
import inspect
from pathlib import Path

import keras
import pytest

from dlcourse import layers, losses, metrics

BASES = {keras.layers.Layer, keras.losses.Loss, keras.metrics.Metric, object}
SMOOTHING = {"CategoricalCrossentropy", "categorical_crossentropy", "CategoricalFocalCrossentropy", "label_smoothing"}

# What is exported, and the built-ins' names that must not occur where it is written.
HELD_TO = {
    losses.PseudoHuber: {name for name in dir(keras.losses) if name != "Loss"},
    losses.smooth_labels: SMOOTHING,
    layers.LabelSmoothing: SMOOTHING,
    metrics.ExpectedCalibrationError: {name for name in dir(keras.metrics) if name != "Metric"},
}
by_name = pytest.mark.parametrize("ours", HELD_TO, ids=lambda ours: ours.__name__)


def names_in(source: str) -> set[str]:
    """Every name that code could reach something by; what docstrings and comments say does not count."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                found.add(name)
            case ast.Import(names=aliases):
                found.update(part for alias in aliases for part in alias.name.split("."))
            case ast.ImportFrom(module=module, names=aliases):
                found.update((module or "").split("."), (alias.name for alias in aliases))
            case ast.Call(func=ast.Name(id="getattr" | "__import__")):
                found.add("a name made while running")
    return found


def exported() -> set[object]:
    public = {getattr(layers, name) for name in layers.__all__}
    for module in (losses, metrics):
        members = {name: each for name, each in vars(module).items() if not name.startswith("_")}
        public |= {each for each in members.values() if getattr(each, "__module__", None) == module.__name__}
    return public


def test_everything_exported_is_held_to_something():
    assert exported() == set(HELD_TO)


@by_name
def test_the_module_does_not_name_the_built_in(ours):
    used = names_in(Path(inspect.getsourcefile(ours)).read_text(encoding="utf-8"))
    assert not used & (HELD_TO[ours] | {"src", "a name made while running"})


@pytest.mark.parametrize("ours", [each for each in HELD_TO if inspect.isclass(each)], ids=lambda ours: ours.__name__)
def test_a_class_has_no_base_but_keras_own_base_class(ours):
    written_here = [each for each in inspect.getmro(ours) if each.__module__.startswith("dlcourse.")]
    bases = {base for each in written_here for base in each.__bases__}
    assert bases - set(written_here) <= BASES


@pytest.mark.parametrize(
    "source",
    [
        "import keras\nkeras.losses.Huber()(y, y_hat)",
        "from keras.losses import Huber as Base\nclass PseudoHuber(Base): ...",
        "from keras.losses import huber",
        "loss(y, y_hat, label_smoothing=0.1)",
        "getattr(keras.losses, 'Hu' + 'ber')",
        "import keras.src.losses",
        "from keras.src.losses import losses",
    ],
)
def test_the_search_finds_each_way_to_reach_a_built_in(source):
    assert names_in(source) & {"Huber", "huber", "label_smoothing", "src", "a name made while running"}


def test_the_search_ignores_docstrings_and_comments():
    assert names_in('"""Like keras.losses.Huber."""\n# Huber\nx = 1') == {"x"}
