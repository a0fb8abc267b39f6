import os
import subprocess
import sys

import pytest

from dlcourse import runtime

NUMBERS = """
import random, numpy as np, keras, dlcourse
dlcourse.start(seed=7)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(), "mse")
x = np.random.normal(size=(64, 4)).astype("float32")
model.fit(x, x.sum(axis=1), epochs=3, verbose=0)
print(random.random(), np.random.random(), [float(w.sum()).hex() for w in model.get_weights()])
"""


def in_a_fresh_process(code):
    """From nothing, but for packages that TensorFlow and Keras import where they find them and that take seconds."""
    code = f"import sys; sys.modules.update(dict.fromkeys(('sklearn', 'pandas', 'IPython')))\n{code}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_two_fresh_processes_give_the_same_numbers_to_the_last_digit():
    first, second = (in_a_fresh_process(NUMBERS) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout


@pytest.mark.slow
def test_start_prints_one_line_nothing_on_the_error_stream_and_imports_no_converter():
    done = in_a_fresh_process(
        "import dlcourse; dlcourse.start()\nimport keras; keras.ops.ones((2, 2)) @ keras.ops.ones((2, 2))\n"
        "import sys, importlib.util; print('jax' in sys.modules, importlib.util.find_spec('jax') is None)"
    )
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert lines[1] == "False False"  # a package that no lesson needs is not imported, and can still be
    assert all(
        word in lines[0] for word in ("dlcourse", "Python", "TensorFlow", "Keras", "NumPy", "seed 0", "quick profile")
    )


def test_quiet_stderr_holds_back_what_c_code_writes(capfd):
    with runtime.quiet_stderr():
        os.write(2, b"from below")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_quiet_stderr_gives_back_what_was_held_when_something_fails(capfd):
    def breaks():
        with runtime.quiet_stderr():
            os.write(2, b"why it broke")
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        breaks()
    assert "why it broke" in capfd.readouterr().err


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "0", True, None])
def test_a_bad_seed_is_named(seed):
    with pytest.raises(ValueError, match="seed must be an integer from 0"):
        runtime.start(seed=seed)


def test_the_profile_is_quick_unless_told_otherwise(monkeypatch):
    assert runtime.profile() == "quick"
    monkeypatch.setenv("DLCOURSE_PROFILE", "full")
    assert runtime.profile() == "full"


@pytest.mark.parametrize("name", ["fast", "FULL", " "])
def test_a_bad_profile_is_named(monkeypatch, name):
    monkeypatch.setenv("DLCOURSE_PROFILE", name)
    with pytest.raises(ValueError, match=r"profile must be 'quick' or 'full', got"):
        runtime.profile()
