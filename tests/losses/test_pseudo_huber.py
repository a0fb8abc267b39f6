"""The pseudo-Huber loss against its NumPy form, Keras, and by its laws."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse import scratch
from dlcourse.losses import PseudoHuber

RANDOM = np.random.default_rng(5)
Y = RANDOM.normal(0, 3, (32, 4)).astype("float32")
Y_HAT = RANDOM.normal(0, 3, (32, 4)).astype("float32")


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
