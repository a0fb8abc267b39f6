"""The optimizers against Keras's own for a hundred steps, and what every optimizer must do."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from fresh_process import answer_of

from dlcourse import optimizers, schedules


@dataclass(frozen=True)
class Pair:
    """Ours and Keras's, and arguments that differ from the defaults for each."""

    ours: str
    theirs: str
    arguments: dict[str, Any]
    their_arguments: dict[str, Any] | None = None

    def make(self, **options):
        theirs = self.arguments if self.their_arguments is None else self.their_arguments
        options = {"learning_rate": 0.05, **options}
        ours = getattr(optimizers, self.ours)(**self.arguments, **options)
        return ours, getattr(keras.optimizers, self.theirs)(**theirs, **options)


PAIRS = {
    "SGD": Pair("SGD", "SGD", {}),
    "Momentum": Pair("Momentum", "SGD", {"momentum": 0.8}),
    "Nesterov": Pair("Momentum", "SGD", {"momentum": 0.8, "nesterov": True}),
    "Adagrad": Pair("Adagrad", "Adagrad", {"initial_accumulator_value": 0.2, "epsilon": 1e-5}),
    "RMSprop": Pair("RMSprop", "RMSprop", {"rho": 0.8, "epsilon": 1e-5}),
    "Adam": Pair("Adam", "Adam", {"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-5}),
    "AMSGrad": Pair("Adam", "Adam", {"beta_2": 0.9, "amsgrad": True}),
    "AdamW": Pair("Adam", "AdamW", {"weight_decay": 0.1}),
}
OPTIONS = {
    "plain": {},
    "weight decay": {"weight_decay": 0.02},
    "clipped by norm": {"clipnorm": 0.5},
    "clipped by value": {"clipvalue": 0.3},
    "clipped together": {"global_clipnorm": 0.7},
    "scheduled": {"learning_rate": schedules.WarmupCosine(0.1, 80, 10)},
    "averaged": {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 7},
    "accumulated": {"gradient_accumulation_steps": 3},
}
RUNS = [(name, "plain") for name in PAIRS] + [("Adam", option) for option in OPTIONS] + [("SGD", "weight decay")]
pairs = pytest.mark.parametrize("name", PAIRS)
classes = pytest.mark.parametrize("name", optimizers.__all__)
START = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")


def gradients(steps=100, seed=1):
    return np.random.default_rng(seed).normal(size=(steps, 2, 5, 2)).astype("float32")


def path(optimizer, each_step):
    """Where two variables are after the steps."""
    variables = [keras.Variable(START), keras.Variable(START[::-1])]
    optimizer.build(variables)
    compiled = tf.function(lambda gradients: optimizer.apply(gradients, variables))
    for step in each_step:
        compiled([tf.convert_to_tensor(g) if isinstance(g, np.ndarray) else g for g in step])
    return np.stack([variable.numpy() for variable in variables])


def one_sparse_one_dense(rows_of_each_step):
    """A sparse gradient of three rows, which may repeat, for the first variable, a dense one for the second."""
    return [
        [tf.IndexedSlices(tf.constant(step[0, :3]), tf.constant(rows), tf.constant([5, 2])), tf.constant(step[1])]
        for step, rows in zip(gradients(), rows_of_each_step, strict=True)
    ]


@pytest.mark.parametrize(("name", "options"), RUNS)
def test_a_hundred_steps_on_a_sparse_and_a_dense_gradient_are_those_of_keras(name, options):
    ours, theirs = PAIRS[name].make(**OPTIONS[options])
    steps = one_sparse_one_dense(np.random.default_rng(3).integers(0, 5, (100, 3)))
    ended, expected = path(ours, steps), path(theirs, steps)
    assert np.abs(expected - [START, START[::-1]]).max() > 0.1
    np.testing.assert_allclose(ended, expected, rtol=2e-6, atol=2e-6)


@pairs
def test_a_sparse_gradient_of_different_rows_does_what_the_same_one_does_dense(name):
    sparse = one_sparse_one_dense([[3, 1, 4]] * 100)[:20]
    dense = [[tf.convert_to_tensor(slices).numpy(), other] for slices, other in sparse]
    np.testing.assert_allclose(
        path(PAIRS[name].make()[0], sparse), path(PAIRS[name].make()[0], dense), rtol=2e-6, atol=2e-6
    )


def embedding_model(optimizer, **options):
    keras.utils.set_random_seed(4)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Embedding(7, 4), keras.layers.Flatten()])
    model.add(keras.layers.Dense(2))
    model.compile(optimizer, "mse", **{"jit_compile": False, **options})
    return model


WORDS = np.random.default_rng(6).integers(0, 7, (24, 3))
TARGETS = np.random.default_rng(7).normal(size=(24, 2)).astype("float32")


@pytest.mark.parametrize(("name", "jit_compile"), [*((name, False) for name in PAIRS), ("Adam", True), ("SGD", True)])
def test_in_fit_with_an_embedding_the_losses_are_those_of_keras(name, jit_compile):
    ours, theirs = (embedding_model(optimizer, jit_compile=jit_compile) for optimizer in PAIRS[name].make())
    theirs.optimizer.build(theirs.trainable_variables)  # so that its step is traced once; ours makes them in fit
    losses, expected = (
        model.fit(WORDS, TARGETS, 8, epochs=3, shuffle=False, verbose=0).history["loss"] for model in (ours, theirs)
    )
    assert losses[-1] < losses[0]
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


@pytest.mark.slow
def test_saved_and_resumed_in_a_fresh_process_each_goes_on_bit_for_bit(tmp_path):
    models = {
        name: embedding_model(PAIRS[name].make()[0], run_eagerly=True)  # three steps cost less than tracing one
        for name in ("SGD", "Nesterov", "Adagrad", "RMSprop", "AMSGrad")
    }
    for name, model in models.items():
        model.fit(WORDS, TARGETS, 8, epochs=1, shuffle=False, verbose=0)
        model.save(tmp_path / f"{name}.keras")
    np.savez(tmp_path / "data.npz", words=WORDS, targets=TARGETS)
    resumed = answer_of(
        "import json, pathlib, keras, numpy, dlcourse.optimizers\n"
        f"folder, ended = pathlib.Path({str(tmp_path)!r}), {{}}\n"
        "data = numpy.load(folder / 'data.npz')\n"
        "for path in folder.glob('*.keras'):\n"
        "    model = keras.models.load_model(path)\n"
        "    model.run_eagerly = True\n"
        "    model.fit(data['words'], data['targets'], 8, epochs=1, shuffle=False, verbose=0)\n"
        "    ended[path.stem] = [weight.tolist() for weight in model.get_weights()]\n"
        "print(json.dumps(ended))"
    )
    for name, model in models.items():
        model.fit(WORDS, TARGETS, 8, epochs=1, shuffle=False, verbose=0)
        for ours, expected in zip(resumed[name], model.get_weights(), strict=True):
            np.testing.assert_array_equal(np.array(ours, "float32"), expected, err_msg=name)


@pairs
def test_config_round_trip_gives_the_same_optimizer(name):
    optimizer = PAIRS[name].make(clipnorm=0.5, name="mine")[0]
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert type(again) is type(optimizer)
    assert again.get_config() == optimizer.get_config()
    assert PAIRS[name].arguments.items() <= again.get_config().items()
    np.testing.assert_array_equal(path(again, gradients(5)), path(optimizer, gradients(5)))


@pytest.mark.parametrize("dtype", ["bfloat16", "float64"])
@pairs
def test_variables_of_another_type_keep_it(name, dtype):
    variable = keras.Variable(START, dtype=dtype)
    PAIRS[name].make()[0].apply([keras.ops.cast(gradients(1)[0, 0], dtype)], [variable])
    assert variable.dtype == dtype
    assert np.isfinite(keras.ops.convert_to_numpy(keras.ops.cast(variable, "float32"))).all()


@pytest.mark.slow
def test_under_jax_the_stateless_step_gives_the_same_compiled(tmp_path):
    pytest.importorskip("jax", reason="the optional backend jax is not installed")
    expected = {name: path(pair.make()[0], gradients(10)).tolist() for name, pair in PAIRS.items()}
    settings = {name: (pair.ours, pair.arguments) for name, pair in PAIRS.items()}
    np.savez(tmp_path / "data.npz", start=START, gradients=gradients(10))
    ours = answer_of(
        "import jax, json, keras, numpy\n"
        "from dlcourse import optimizers\n"
        f"data = numpy.load({str(tmp_path / 'data.npz')!r})\n"
        "ended = {}\n"
        f"for name, (ours, arguments) in {settings!r}.items():\n"
        "    optimizer = getattr(optimizers, ours)(learning_rate=0.05, **arguments)\n"
        "    variables = [keras.Variable(data['start']), keras.Variable(data['start'][::-1])]\n"
        "    optimizer.build(variables)\n"
        "    weights, state = [v.value for v in variables], [v.value for v in optimizer.variables]\n"
        "    step = jax.jit(optimizer.stateless_apply)\n"
        "    for gradient in data['gradients']:\n"
        "        weights, state = step(state, list(gradient), weights)\n"
        "    ended[name] = [numpy.asarray(weight).tolist() for weight in weights]\n"
        "print(json.dumps(ended))",
        "jax",
    )
    for name, value in expected.items():
        np.testing.assert_allclose(ours[name], value, rtol=1e-5, atol=1e-6, err_msg=name)


def test_an_averaged_velocity_takes_the_path_of_a_plain_one_with_the_rate_that_the_docstring_says():
    averaged = optimizers.Momentum(0.5, 0.9, averaged=True)
    np.testing.assert_allclose(
        path(averaged, gradients(20)), path(optimizers.Momentum(0.05, 0.9), gradients(20)), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize(("correct", "length"), [(True, 1.0), (False, 0.1 / np.sqrt(0.001))])
def test_without_bias_correction_the_first_step_of_adam_is_three_times_as_long(correct, length):
    weight = keras.Variable(0.0)
    optimizers.Adam(1.0, epsilon=0.0, bias_correction=correct).apply([tf.constant(-7.0)], [weight])
    assert float(weight) == pytest.approx(length, rel=1e-4)


@pytest.mark.parametrize(("name", "slots"), [("SGD", 0), ("Momentum", 1), ("Adagrad", 1), ("RMSprop", 1), ("Adam", 2)])
def test_each_keeps_as_many_numbers_beside_a_weight_as_its_equations_have(name, slots):
    optimizer = getattr(optimizers, name)()
    optimizer.build([keras.Variable(START)])
    assert sum(variable.shape == (5, 2) for variable in optimizer.variables) == slots


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("Momentum", {"momentum": 1.0}, "momentum must be at least 0 and below 1, got 1.0"),
        ("Adagrad", {"initial_accumulator_value": -1.0}, "initial_accumulator_value must be .* at least 0, got -1.0"),
        ("Adagrad", {"epsilon": -1e-7}, "epsilon must be a number of at least 0, got -1e-07"),
        ("RMSprop", {"rho": -0.1}, "rho must be at least 0 and below 1, got -0.1"),
        ("RMSprop", {"epsilon": float("nan")}, "epsilon must be a number of at least 0, got nan"),
        ("Adam", {"beta_1": 1.5}, "beta_1 must be at least 0 and below 1, got 1.5"),
        ("Adam", {"beta_2": 1.0}, "beta_2 must be at least 0 and below 1, got 1.0"),
        ("Adam", {"epsilon": -1.0}, "epsilon must be a number of at least 0, got -1.0"),
    ],
)
def test_a_wrong_argument_is_named(name, arguments, words):
    with pytest.raises(ValueError, match=words):
        getattr(optimizers, name)(**arguments)
