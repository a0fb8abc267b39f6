"""The pseudo-Huber loss and label smoothing against the NumPy forms, Keras, and by their laws."""

import doctest

import keras
import numpy as np
import pytest
import tensorflow as tf
from fresh_process import answer_of
from hypothesis import given, settings
from hypothesis import strategies as st

import dlcourse.losses
from dlcourse import scratch
from dlcourse.losses import PseudoHuber, smooth_labels

RANDOM = np.random.default_rng(5)
Y = RANDOM.normal(0, 3, (32, 4)).astype("float32")
Y_HAT = RANDOM.normal(0, 3, (32, 4)).astype("float32")
LOGITS = RANDOM.normal(0, 2, (6, 10)).astype("float32")
CLASSES = np.array([3, 7, 0, 9, 9, 1])
ONE_HOT = np.eye(10, dtype="float32")[CLASSES]
compilers = pytest.mark.parametrize("jit_compile", [False, True], ids=["graph", "xla"])


def value_and_gradient(loss, targets, predictions):
    predictions = tf.constant(predictions)
    with tf.GradientTape() as tape:
        tape.watch(predictions)
        value = loss(targets, predictions)
    return value.numpy(), tape.gradient(value, predictions).numpy()


def line_model(loss):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", loss)
    return model


@pytest.mark.parametrize("delta", [0.1, 1.0, 10.0])
def test_pseudo_huber_and_its_gradient_are_those_of_the_formula(delta):
    value, gradient = value_and_gradient(PseudoHuber(delta), Y, Y_HAT)
    np.testing.assert_allclose(value, scratch.pseudo_huber(Y, Y_HAT, delta), rtol=1e-6)
    np.testing.assert_allclose(gradient, scratch.pseudo_huber_gradient(Y, Y_HAT, delta), rtol=1e-5, atol=1e-9)


def test_pseudo_huber_curvature_is_that_of_its_docstring():
    r = tf.linspace(-5.0, 5.0, 101)
    with tf.GradientTape() as outer:
        outer.watch(r)
        with tf.GradientTape() as inner:
            inner.watch(r)
            losses = PseudoHuber(2.0, reduction="none")(tf.zeros((101, 1)), r[:, None])
        slope = inner.gradient(losses, r)
    np.testing.assert_allclose(outer.gradient(slope, r), (1 + (r.numpy() / 2) ** 2) ** -1.5, rtol=1e-5)


def test_pseudo_huber_is_close_to_the_huber_loss_of_keras_near_zero_and_far_out():
    near, far = np.full((1, 1), 1e-3), np.full((1, 1), 1e4)
    for residual, expected in ((near, keras.losses.Huber()(0 * near, near)), (far, keras.losses.Huber()(0 * far, far))):
        np.testing.assert_allclose(PseudoHuber()(0 * residual, residual), expected, rtol=1e-4)


def test_a_small_residual_does_not_vanish_in_single_precision():
    assert float(PseudoHuber()(np.zeros((1, 1)), np.full((1, 1), 1e-5))) == pytest.approx(5e-11, rel=1e-5)


@pytest.mark.parametrize("residual", [0.0, 1e-20, 1e-6, 1e6, 1e18])
def test_value_and_gradient_stay_finite(residual):
    value, gradient = value_and_gradient(
        PseudoHuber(), np.zeros((1, 1), "float32"), np.full((1, 1), residual, "float32")
    )
    assert np.isfinite(value)
    assert np.isfinite(gradient)
    assert abs(gradient) <= 1


@pytest.mark.parametrize(
    ("reduction", "reduce"), [("none", np.asarray), ("sum", np.sum), ("sum_over_batch_size", np.mean)]
)
def test_reductions_and_weights_are_those_of_every_keras_loss(reduction, reduce):
    weights = np.arange(32, dtype="float32")
    losses = scratch.pseudo_huber(Y, Y_HAT, reduction="none")
    loss = PseudoHuber(reduction=reduction)
    np.testing.assert_allclose(loss(Y, Y_HAT), reduce(losses), rtol=1e-5)
    np.testing.assert_allclose(loss(Y, Y_HAT, sample_weight=weights), reduce(losses * weights), rtol=1e-5)


@pytest.mark.parametrize(("true_shape", "pred_shape"), [((32,), (32, 1)), ((32, 1), (32,)), ((8, 4), (8, 4, 1))])
def test_a_missing_last_axis_is_added_and_not_broadcast(true_shape, pred_shape):
    y, y_hat = Y.ravel()[:32], Y_HAT.ravel()[:32]
    expected = scratch.pseudo_huber(y, y_hat)
    np.testing.assert_allclose(PseudoHuber()(y.reshape(true_shape), y_hat.reshape(pred_shape)), expected, rtol=1e-6)


@pytest.mark.parametrize("targets", [Y[:, 0], Y[:, :1]], ids=["flat", "column"])
def test_a_model_of_one_output_may_have_flat_targets(targets):
    model = line_model(PseudoHuber())
    expected = scratch.pseudo_huber(Y[:, :1], model.predict(Y, verbose=0))
    assert model.evaluate(Y, targets, verbose=0) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("shape", [(32, 3), (16, 4), (4,), (32, 4, 2)])
def test_shapes_that_do_not_fit_are_named(shape):
    with pytest.raises(ValueError, match=r"y_true must have the shape of y_pred, \(32, 4\), got"):
        PseudoHuber()(np.zeros(shape), Y_HAT)


@pytest.mark.parametrize("delta", [0, -1.0, float("inf"), float("nan")])
def test_delta_must_be_positive(delta):
    with pytest.raises(ValueError, match=f"delta must be a positive number, got {delta}"):
        PseudoHuber(delta)


def test_config_round_trip_gives_the_same_loss():
    loss = PseudoHuber(0.5, reduction="sum", name="mine", dtype="float64")
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert again.get_config() == loss.get_config()
    assert type(again) is PseudoHuber
    assert float(again(Y, Y_HAT)) == float(loss(Y, Y_HAT))


def test_a_model_compiled_with_it_loads_in_a_fresh_process_and_evaluates_to_the_same(tmp_path):
    model = line_model(PseudoHuber(0.25))
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "y.npy", Y)
    loaded = answer_of(
        "import keras, numpy, dlcourse.losses\n"
        f"model = keras.models.load_model({str(tmp_path / 'model.keras')!r})\n"
        f"y = numpy.load({str(tmp_path / 'y.npy')!r})\n"
        "print(model.evaluate(y, y[:, :1], verbose=0))"
    )
    assert loaded == pytest.approx(model.evaluate(Y, Y[:, :1], verbose=0), rel=1e-6)


@pytest.mark.parametrize(("policy", "error"), [("mixed_float16", 1e-3), ("mixed_bfloat16", 1e-2)])
def test_under_mixed_precision_it_computes_in_single_precision(policy, error):
    low = keras.ops.cast(Y_HAT, policy.removeprefix("mixed_"))
    keras.config.set_dtype_policy(policy)
    try:
        cost = PseudoHuber()(Y, low)
    finally:
        keras.config.set_dtype_policy("float32")
    assert cost.dtype == "float32"
    np.testing.assert_allclose(cost, scratch.pseudo_huber(Y, Y_HAT), rtol=error)


@compilers
def test_compiled_it_gives_what_it_gives_eagerly(jit_compile):
    compiled = tf.function(value_of_tape, jit_compile=jit_compile)
    for ours, expected in zip(compiled(tf.constant(Y), tf.constant(Y_HAT)), value_of_tape(Y, Y_HAT), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-7)


def value_of_tape(y, y_hat):
    y_hat = tf.convert_to_tensor(y_hat)
    with tf.GradientTape() as tape:
        tape.watch(y_hat)
        value = PseudoHuber()(y, y_hat)
    return value, tape.gradient(value, y_hat)


def test_ten_classes_smoothed_by_a_tenth_give_091_and_001():
    targets = smooth_labels([3], 0.1, num_classes=10).numpy()[0]
    assert targets[3] == pytest.approx(0.91, rel=1e-6)
    np.testing.assert_allclose(np.delete(targets, 3), 0.01, rtol=1e-6)


@pytest.mark.parametrize("epsilon", [0.0, 0.1, 0.5])
def test_cross_entropy_on_smoothed_labels_is_what_keras_gives_for_its_own_smoothing(epsilon):
    plain = keras.losses.CategoricalCrossentropy(from_logits=True)
    smoothing = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=epsilon)
    ours = value_and_gradient(plain, smooth_labels(ONE_HOT, epsilon), LOGITS)
    theirs = value_and_gradient(smoothing, ONE_HOT, LOGITS)
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-6)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-5, atol=1e-8)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=8), st.floats(0, 0.99))
def test_smoothed_rows_still_sum_to_one_and_class_numbers_give_the_same_as_one_hot(labels, epsilon):
    targets = smooth_labels(np.array(labels), epsilon, num_classes=7).numpy()
    np.testing.assert_allclose(targets.sum(axis=-1), 1, rtol=1e-6)
    np.testing.assert_array_equal(targets, smooth_labels(np.eye(7, dtype="float32")[labels], epsilon))
    np.testing.assert_array_equal(targets.argmax(axis=-1), labels)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 0.9), st.floats(0, 0.9))
def test_smoothing_twice_is_smoothing_once_by_more(one, other):
    twice = smooth_labels(smooth_labels(ONE_HOT, one), other)
    np.testing.assert_allclose(twice, smooth_labels(ONE_HOT, 1 - (1 - one) * (1 - other)), atol=1e-6)


def test_class_numbers_may_have_any_shape():
    numbers = np.arange(6).reshape(2, 3) % 4
    assert smooth_labels(numbers, 0.1, num_classes=4).shape == (2, 3, 4)


@pytest.mark.parametrize(
    ("given_type", "expected"),
    [
        ("int32", "float32"),
        ("bool", "float32"),
        ("float16", "float16"),
        ("bfloat16", "bfloat16"),
        ("float64", "float64"),
    ],
)
def test_targets_keep_a_floating_type_and_get_one_otherwise(given_type, expected):
    assert smooth_labels(keras.ops.cast(ONE_HOT, given_type), 0.1).dtype == expected


def test_in_a_data_pipeline_it_gives_what_it_gives_eagerly():
    pipeline = tf.data.Dataset.from_tensors(CLASSES).map(lambda y: smooth_labels(y, 0.2, num_classes=10))
    np.testing.assert_array_equal(next(iter(pipeline)), smooth_labels(CLASSES, 0.2, num_classes=10))


@pytest.mark.parametrize("epsilon", [-0.1, 1.0, 1.5, float("nan")])
def test_epsilon_must_be_a_share(epsilon):
    with pytest.raises(ValueError, match=f"epsilon must be at least 0 and below 1, got {epsilon}"):
        smooth_labels(ONE_HOT, epsilon)


@pytest.mark.parametrize(
    ("labels", "num_classes", "words"),
    [
        (CLASSES, None, r"labels must be one-hot.*got shape \(6,\)"),
        (ONE_HOT, 10, "goes with integer labels, got 10 and float32"),
        (CLASSES, 0, "num_classes must be at least 1.*got 0 and int64"),
    ],
)
def test_labels_of_the_wrong_kind_are_named(labels, num_classes, words):
    with pytest.raises(ValueError, match=words):
        smooth_labels(labels, 0.1, num_classes)


def test_examples_in_the_docstrings_give_what_they_show():
    assert doctest.testmod(dlcourse.losses) == (0, 3)
