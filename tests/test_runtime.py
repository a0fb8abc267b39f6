import os
import subprocess
import sys

import pytest
from fresh_process import answer_of

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


TRACED = """
import json, keras, numpy as np, tensorflow as tf
from dlcourse.runtime import trace_steps_once

def trained(kind=keras.Sequential, optimizer=keras.optimizers.Adam, built=True, strategy=None):
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    traces = []
    def loss(y, predicted):
        traces.append(1)
        return keras.losses.mean_squared_error(y, predicted)
    with (strategy or tf.distribute.get_strategy()).scope():
        model = kind([*([keras.Input((4,))] * built), keras.layers.Dense(3, "relu"), keras.layers.Dense(1)])
        model.compile(optimizer(0.01), loss)
    x = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
    model.fit(x, x.sum(axis=1, keepdims=True), batch_size=8, epochs=2, verbose=0)
    variables = {each.path: np.asarray(each).tolist() for each in model.optimizer.variables}
    return len(traces), [each.tolist() for each in model.get_weights()], variables

class Own(keras.optimizers.Adam):
    pass
class OwnStep(keras.Sequential):
    def train_step(self, data):
        return super().train_step(data)
two = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(two[0], [tf.config.LogicalDeviceConfiguration()] * 2)
ways = {
    "usual": {}, "unbuilt": {"built": False}, "own optimizer": {"optimizer": Own}, "own step": {"kind": OwnStep},
    "scaled": {"optimizer": lambda rate: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(rate))},
    "mirrored": {"strategy": tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])},
}
before = {name: trained(**way) for name, way in ways.items()}
trace_steps_once()
after = {name: trained(**way) for name, way in ways.items()}
print(json.dumps({name: [before[name], after[name]] for name in ways}))
"""


def test_a_step_is_traced_once_where_variables_come_first_and_learns_the_same_to_the_last_digit():
    traces = {}
    for name, (before, after) in answer_of(TRACED, "tensorflow").items():
        assert before[1:] == after[1:], name
        traces[name] = (before[0], after[0])
    assert traces["usual"] == traces["scaled"] == (2, 1)
    assert traces["unbuilt"] == traces["own optimizer"] == traces["own step"] == (2, 2)
