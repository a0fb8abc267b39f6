"""Clipping equals TensorFlow's, on one device Keras's own, and on two replicas that on one device."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from fresh_process import answer_of

from dlcourse.training import Clipped, clip_across_replicas, clip_by_global_norm, clip_by_norm, clip_by_value

DRAW = np.random.default_rng(0)
GRADIENTS = [DRAW.normal(size=shape).astype("float32") for shape in ((3, 4), (4,), (2, 2, 3))]
WITH_INFINITY = [*GRADIENTS, np.array([1.0, np.inf, -np.inf, 0.0], "float32")]
WITH_NAN = [*GRADIENTS, np.array([1.0, np.nan], "float32")]
X = DRAW.normal(size=(32, 5)).astype("float32")
Y = (20 * DRAW.normal(size=(32, 2))).astype("float32")


@pytest.mark.parametrize("limit", [0.3, 2.0, 100.0])
@pytest.mark.parametrize("gradients", [GRADIENTS, WITH_INFINITY, WITH_NAN], ids=["finite", "infinity", "nan"])
def test_all_three_equal_tensorflow_s(gradients, limit):
    tensors = [tf.constant(each) for each in gradients]
    expected = [tf.clip_by_value(each, -limit, limit) for each in tensors]
    for one, other in zip(clip_by_value(tensors, limit), expected, strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(clip_by_norm(tensors, limit), tensors, strict=True):
        np.testing.assert_allclose(one, tf.clip_by_norm(other, limit), rtol=1e-6)
    clipped, norm = clip_by_global_norm(tensors, limit)
    expected, expected_norm = tf.clip_by_global_norm(tensors, limit)
    np.testing.assert_allclose(norm, expected_norm, rtol=1e-6)
    for one, other in zip(clipped, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_a_gradient_that_is_none_stays_none():
    gradients = [None, tf.constant([3.0, 4.0]), None]
    clipped, norm = clip_by_global_norm(gradients, 1.0)
    assert norm == 5.0
    for each in (clip_by_value(gradients, 1.0), clip_by_norm(gradients, 1.0), clipped):
        assert [one is None for one in each] == [True, False, True]
    assert clip_by_global_norm([None], 1.0)[0] == [None]


def test_a_zero_gradient_stays_zero():
    zeros = [tf.zeros(3)]
    for clipped in (clip_by_value(zeros, 1.0), clip_by_norm(zeros, 1.0), clip_by_global_norm(zeros, 1.0)[0]):
        np.testing.assert_array_equal(clipped[0], np.zeros(3))


@pytest.mark.parametrize("limit", [0, -1.0, float("nan"), float("inf")])
@pytest.mark.parametrize("clip", [clip_by_value, clip_by_norm, clip_by_global_norm])
def test_a_limit_that_is_no_positive_number_is_refused(clip, limit):
    with pytest.raises(ValueError, match="limit must be a positive number, got"):
        clip(GRADIENTS, limit)


def network(dtype=None):
    keras.utils.set_random_seed(1)
    hidden = keras.layers.Dense(4, "tanh", dtype=dtype)
    return keras.Sequential([keras.Input((5,)), hidden, keras.layers.Dense(2, kernel_regularizer="l2", dtype=dtype)])


def trained(model, optimizer, **options):
    model.compile(optimizer, "mse", metrics=["mae"])
    history = model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0, **options)
    return history.history, model.get_weights()


@pytest.mark.parametrize(
    ("ours", "theirs"), [("value", "clipvalue"), ("norm", "clipnorm"), ("global_norm", "global_clipnorm")]
)
def test_on_one_device_it_trains_as_the_optimizer_s_own_option_does(ours, theirs):
    weights = np.linspace(0.2, 2, len(X))
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9, **{theirs: 0.5})
    expected_history, expected = trained(network(), optimizer, sample_weight=weights)
    model = Clipped(network(), **{ours: 0.5})
    history, got = trained(model, keras.optimizers.SGD(0.1, momentum=0.9), sample_weight=weights)
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    assert history.keys() == expected_history.keys()
    for name in history:
        np.testing.assert_allclose(history[name], expected_history[name], rtol=1e-5)


def test_under_mixed_precision_the_limit_is_for_the_gradient_without_the_loss_s_scale():
    model = Clipped(network("mixed_float16"), global_norm=0.5)
    _, got = trained(model, keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), initial_scale=1024.0))
    _, expected = trained(Clipped(network(), global_norm=0.5), keras.optimizers.SGD(0.1))
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-3)


def test_it_is_saved_and_loaded_with_what_is_inside(tmp_path):
    model = Clipped(network(), norm=2.0, name="held")
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert (again.limits, again.name) == ({"norm": 2.0}, "held")
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


@pytest.mark.parametrize("limits", [{}, {"value": 1.0, "norm": 1.0}])
def test_exactly_one_limit_is_wanted(limits):
    with pytest.raises(ValueError, match="give exactly one of value, norm and global_norm, got"):
        Clipped(network(), **limits)


def test_a_limit_of_zero_is_refused():
    with pytest.raises(ValueError, match="global_norm must be a positive number, got 0"):
        Clipped(network(), global_norm=0)


def test_across_replicas_none_stays_none_and_rows_of_an_embedding_are_taken():
    rows = tf.IndexedSlices(tf.constant([[3.0], [4.0]]), tf.constant([0, 2]), tf.constant([3, 1]))
    clipped = clip_across_replicas([None, rows], lambda each: clip_by_norm(each, 1.0), keras.optimizers.SGD())
    assert clipped[0] is None
    np.testing.assert_allclose(clipped[1], [[0.6], [0.0], [0.8]], rtol=1e-6)


REPLICAS = """
import json, keras, numpy as np, tensorflow as tf
from dlcourse.training import Clipped
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
x = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
y = (20 * np.random.default_rng(1).normal(size=(16, 2))).astype("float32")
def trained(strategy, limits, options):
    with strategy.scope():
        keras.utils.set_random_seed(0)
        inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(2)])
        model = Clipped(inner, **limits) if limits else inner
        model.compile(keras.optimizers.SGD(0.1, **options), "mse")
    history = model.fit(x, y, batch_size=8, epochs=1, shuffle=False, verbose=0)
    return np.concatenate([w.ravel() for w in inner.get_weights()] + [history.history["loss"]])
one = lambda limits, options: trained(tf.distribute.get_strategy(), limits, options)
two = lambda limits, options: trained(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]), limits, options)
far = lambda a, b: float(np.max(np.abs(a - b) / np.maximum(1, np.abs(b))))
limits = [dict(value=0.5), dict(global_norm=0.5)]
ours = [far(one(limit, {}), two(limit, {})) for limit in limits]
option = dict(global_clipnorm=0.5)
of_keras = far(one({}, option), two({}, option))
print(json.dumps([ours, of_keras]))
"""


@pytest.mark.slow
def test_two_replicas_give_what_one_device_gives_where_the_optimizer_s_own_option_does_not():
    ours, of_keras = answer_of(REPLICAS)
    assert max(ours) < 1e-5
    assert of_keras > 0.01
