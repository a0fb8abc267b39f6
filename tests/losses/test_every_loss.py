"""What holds for every loss class: configuration, saving, precision, compilation, and one number from many."""

import inspect
import json
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from fresh_process import answer_of

from dlcourse import losses

RANDOM = np.random.default_rng(2)
REAL = RANDOM.normal(0, 1, (6, 4)).astype("float32")
OTHER = RANDOM.normal(0, 1, (6, 4)).astype("float32")
CLASSES = np.array([0, 0, 1, 1, 2, 2])

# Arguments that differ from the defaults, targets, predictions.
SAMPLES = {
    "FocalLoss": ({"gamma": 1.5, "alpha": 0.3, "from_logits": True}, (OTHER > 0).astype("float32"), REAL),
    "NTXent": ({"temperature": 0.7}, OTHER, REAL),
    "PseudoHuber": ({"delta": 0.5}, OTHER, REAL),
    "TripletLoss": ({"margin": 0.5, "mining": "all", "normalize": False}, CLASSES, REAL),
}
every = pytest.mark.parametrize("name", SAMPLES)


def loss_of(which, **options):
    return getattr(losses, which)(**SAMPLES[which][0], **options)


def test_every_exported_class_has_a_sample():
    assert set(SAMPLES) == {name for name in losses.__all__ if inspect.isclass(getattr(losses, name))}


@every
def test_config_round_trip_gives_the_same_loss(name):
    arguments, *data = SAMPLES[name]
    loss = loss_of(name, reduction="sum", name="mine", dtype="float64")
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()
    assert arguments.items() <= loss.get_config().items()
    assert float(again(*data)) == float(loss(*data))


@pytest.mark.slow
def test_models_compiled_with_them_load_in_a_fresh_process_with_nothing_named(tmp_path):
    expected = {}
    for name, (_, y_true, _) in SAMPLES.items():
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)])
        model.compile("sgd", loss_of(name))
        model.save(tmp_path / f"{name}.keras")
        np.savez(tmp_path / f"{name}.npz", x=OTHER, y=y_true)
        expected[name] = model.evaluate(OTHER, y_true, verbose=0)
    loaded = answer_of(
        "import json, pathlib, keras, numpy, dlcourse.losses\n"
        "costs = {}\n"
        f"for path in pathlib.Path({str(tmp_path)!r}).glob('*.keras'):\n"
        "    data = numpy.load(path.with_suffix('.npz'))\n"
        "    costs[path.stem] = keras.models.load_model(path).evaluate(data['x'], data['y'], verbose=0)\n"
        "print(json.dumps(costs))"
    )
    assert loaded == pytest.approx(expected, rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_under_another_backend_values_and_gradients_are_those_under_tensorflow(backend, tmp_path):
    pytest.importorskip(backend, reason=f"the optional backend {backend} is not installed")
    inputs = {
        name: (arguments, *(np.asarray(each).tolist() for each in data)) for name, (arguments, *data) in SAMPLES.items()
    }
    (tmp_path / "inputs.json").write_text(json.dumps(inputs), encoding="utf-8")
    ours = answer_of(
        f"sys.path.insert(0, {str(Path(__file__).parent.parent)!r})\n"
        "import json, pathlib, numpy\n"
        "from backends import values_and_gradients\n"
        "from dlcourse import losses\n"
        f"inputs = json.loads(pathlib.Path({str(tmp_path / 'inputs.json')!r}).read_text())\n"
        "answers = {}\n"
        "for name, (arguments, y_true, y_pred) in inputs.items():\n"
        "    loss, y_true = getattr(losses, name)(**arguments), numpy.array(y_true)\n"
        "    (value,), (gradient,) = values_and_gradients(\n"
        "        lambda x: (lambda cost: (cost, [cost]))(loss(y_true, x)), [numpy.array(y_pred, 'float32')]\n"
        "    )\n"
        "    answers[name] = [float(value), gradient.tolist()]\n"
        "print(json.dumps(answers))",
        backend,
    )
    for name, (_, y_true, y_pred) in SAMPLES.items():
        predictions = tf.constant(y_pred)
        with tf.GradientTape() as tape:
            tape.watch(predictions)
            value = loss_of(name)(y_true, predictions)
        assert ours[name][0] == pytest.approx(float(value), rel=1e-5), name
        expected = tape.gradient(value, predictions)
        np.testing.assert_allclose(ours[name][1], expected, rtol=1e-4, atol=1e-6, err_msg=name)


@every
@pytest.mark.parametrize(("reduction", "reduce"), [("sum", np.sum), ("sum_over_batch_size", np.mean)])
def test_reductions_and_weights_are_those_of_every_keras_loss(name, reduction, reduce):
    _, *data = SAMPLES[name]
    weights = np.arange(6, dtype="float32")
    each = loss_of(name, reduction="none")(*data).numpy()
    assert each.shape == (6,)
    np.testing.assert_allclose(loss_of(name, reduction=reduction)(*data), reduce(each), rtol=1e-5)
    weighted = loss_of(name, reduction=reduction)(*data, sample_weight=weights)
    np.testing.assert_allclose(weighted, reduce(each * weights), rtol=1e-5)


@every
@pytest.mark.parametrize("jit_compile", [False, True], ids=["graph", "xla"])
def test_compiled_it_gives_what_it_gives_eagerly_gradient_included(name, jit_compile):
    _, y_true, y_pred = SAMPLES[name]
    loss = loss_of(name)

    def value_and_gradient(predictions):
        with tf.GradientTape() as tape:
            tape.watch(predictions)
            value = loss(y_true, predictions)
        return value, tape.gradient(value, predictions)

    eager = value_and_gradient(tf.constant(y_pred))
    compiled = tf.function(value_and_gradient, jit_compile=jit_compile)(tf.constant(y_pred))
    assert np.isfinite(eager[1]).all()
    for ours, expected in zip(compiled, eager, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=2e-5, atol=1e-6)


@every
def test_a_batch_of_unknown_size_is_traced_once_and_gives_the_same(name):
    _, y_true, y_pred = SAMPLES[name]
    traced = tf.function(loss_of(name), reduce_retracing=True).get_concrete_function(
        tf.TensorSpec((None, *np.shape(y_true)[1:]), "float32"), tf.TensorSpec((None, 4), "float32")
    )
    ours = traced(tf.constant(y_true, "float32"), tf.constant(y_pred))
    np.testing.assert_allclose(ours, loss_of(name)(y_true, y_pred), rtol=1e-5)


@every
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_under_mixed_precision_it_computes_in_single_precision(name, policy):
    _, y_true, y_pred = SAMPLES[name]
    low = keras.ops.cast(y_pred, policy.removeprefix("mixed_"))
    keras.config.set_dtype_policy(policy)
    try:
        cost = loss_of(name)(y_true, low)
    finally:
        keras.config.set_dtype_policy("float32")
    assert cost.dtype == "float32"
    np.testing.assert_allclose(cost, loss_of(name)(y_true, y_pred), rtol=3e-2)
