"""The start of a lesson: seeds, a quiet TensorFlow, the plot style, one line of versions.

TensorFlow writes to the process's error stream when it is imported and when its first operation runs, whatever its
logging level says. Python cannot catch that text, since C++ code writes it to file descriptor 2; `quiet_stderr` moves
the descriptor itself.
"""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

PROFILES = ("quick", "full")
PROFILE_VARIABLE = "DLCOURSE_PROFILE"


def start(seed: int = 0, profile: str | None = None) -> None:
    """Make a lesson repeatable and print one line of versions.

    Seeds Python, NumPy and Keras, asks TensorFlow for deterministic operations, keeps its start-up messages off the
    screen and sets the course's plot style. On one machine two runs give the same numbers to the last digit.

    Args:
        seed: The seed of all three random number generators, at least 0 and below 2**32.
        profile: `"quick"` (data that is always there, seconds) or `"full"` (the real data sets). Without it the
            environment variable `DLCOURSE_PROFILE` decides, and without that it is `"quick"`.

    Raises:
        ValueError: If the seed or the profile is not one of those.
    """
    seed = _valid_seed(seed)
    chosen = set_profile(profile)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    backend = os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with quiet_stderr(), hidden("jax", hide=backend != "jax"):
        import keras
        import numpy as np
        import tensorflow as tf

        tf.get_logger().setLevel("ERROR")
        tf.config.experimental.enable_op_determinism()
        keras.utils.set_random_seed(seed)
        keras.ops.add(1.0, 1.0)

    from dlcourse import __version__
    from dlcourse.plot.style import use_style

    use_style()
    versions = [
        f"dlcourse {__version__}",
        f"Python {platform.python_version()}",
        f"TensorFlow {tf.__version__}",
        f"Keras {keras.__version__} on {keras.backend.backend()}",
        f"NumPy {np.__version__}",
        f"seed {seed}",
        f"{chosen} profile",
    ]
    print(", ".join(versions))


def profile() -> str:
    """The profile in force: `"quick"` unless `DLCOURSE_PROFILE` or `start` says `"full"`.

    Raises:
        ValueError: If the environment variable holds anything else.
    """
    return _valid_profile(os.environ.get(PROFILE_VARIABLE) or "quick")


def set_profile(chosen: str | None) -> str:
    """Set the profile for this process and those that it starts; None leaves it as it is. Returns the one in force."""
    if chosen is not None:
        os.environ[PROFILE_VARIABLE] = _valid_profile(chosen)
    return profile()


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send file descriptor 2 to a temporary file, so that not even C++ code can write to the screen.

    Nothing is lost when something goes wrong: if the block raises, what was held back is written out first.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held, _redirected(2, held.fileno()):
        try:
            yield
        except BaseException:
            _replay(held.fileno())
            raise


@contextlib.contextmanager
def hidden(package: str, hide: bool = True) -> Iterator[None]:
    """Make a package look as if it were not installed, unless it is imported already.

    TensorFlow imports JAX where it finds it, for a converter: a second and 35 MB that no lesson needs. Once imported
    by name it is there.
    """
    hide = hide and package not in sys.modules
    if hide:
        sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hide:
            del sys.modules[package]


def trace_steps_once() -> None:
    """Let TensorFlow's `fit` make an optimizer's variables before it traces a step.

    For processes that train many small networks. Keras makes them while the first step is traced, and TensorFlow traces
    a function that has made variables a second time. The networks of exercises take longer to trace than to train; what
    they learn is the same to the last digit.
    """
    import keras

    fit = keras.Model.fit

    @functools.wraps(fit)
    def with_variables_first(model: Any, *arguments: Any, **named: Any) -> Any:
        optimizer: Any = getattr(model, "optimizer", None)
        known = type(optimizer).__module__.partition(".")[0] in ("keras", "dlcourse")
        usual = type(model).train_step is keras.Model.train_step
        if known and usual and model.built and not optimizer.built:
            with model.distribute_strategy.scope(), keras.name_scope(optimizer.name, caller=optimizer):
                optimizer.build(model.trainable_variables)
        return fit(model, *arguments, **named)

    keras.Model.fit = with_variables_first


@contextlib.contextmanager
def _redirected(descriptor: int, target: int) -> Iterator[None]:
    original = os.dup(descriptor)
    os.dup2(target, descriptor)
    try:
        yield
    finally:
        os.dup2(original, descriptor)
        os.close(original)


def _replay(held: int) -> None:
    os.lseek(held, 0, os.SEEK_SET)
    with os.fdopen(os.dup(held), "rb") as source:
        sys.stderr.write(source.read().decode(errors="replace"))


def _valid_seed(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be an integer from 0 to 2**32 - 1, got {seed!r}")
    return seed


def _valid_profile(chosen: str) -> str:
    if chosen not in PROFILES:
        raise ValueError(f"profile must be 'quick' or 'full', got {chosen!r} ({PROFILE_VARIABLE} sets it, too)")
    return chosen
