"""The focal loss against its formula and Keras's, values and gradients, and cross-entropy at gamma 0."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse import scratch
from dlcourse.losses import FocalLoss, focal

RANDOM = np.random.default_rng(4)
LOGITS = RANDOM.normal(0, 2, (8, 5))
LABELS = RANDOM.integers(0, 2, (8, 5)).astype(float)
CLASSES = RANDOM.integers(0, 5, 8)
ONE_HOT = np.eye(5)[CLASSES]
WEIGHTS = [0.1, 0.5, 1.0, 2.0, 0.0]
gammas = pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 5.0])
forms = pytest.mark.parametrize("from_logits", [False, True], ids=["probabilities", "logits"])


def value_and_gradient(loss, targets, predictions, activation=tf.identity):
    predictions = tf.constant(predictions)
    with tf.GradientTape() as tape:
        tape.watch(predictions)
        value = loss(targets, activation(predictions))
    return value.numpy(), tape.gradient(value, predictions).numpy()


def assert_same(loss, reference, targets, activation):
    ours, expected = (value_and_gradient(each, targets, LOGITS, activation) for each in (loss, reference))
    np.testing.assert_allclose(ours[0], expected[0], rtol=1e-6)
    np.testing.assert_allclose(ours[1], expected[1], rtol=1e-5, atol=1e-7)


@gammas
@forms
@pytest.mark.parametrize("alpha", [None, 0.25])
def test_the_binary_form_is_that_of_keras_gradient_included(gamma, from_logits, alpha):
    keras_own = keras.losses.BinaryFocalCrossentropy(
        apply_class_balancing=alpha is not None,
        alpha=alpha or 0.5,
        gamma=gamma,
        from_logits=from_logits,
        dtype="float64",
    )
    ours = FocalLoss(gamma, alpha, from_logits=from_logits, dtype="float64")
    assert_same(ours, keras_own, LABELS, tf.identity if from_logits else tf.sigmoid)


@gammas
@forms
@pytest.mark.parametrize("alpha", [None, WEIGHTS])
def test_the_categorical_form_is_that_of_keras_gradient_included(gamma, from_logits, alpha):
    keras_own = keras.losses.CategoricalFocalCrossentropy(
        alpha=alpha or 1.0, gamma=gamma, from_logits=from_logits, dtype="float64"
    )
    ours = FocalLoss(gamma, alpha, "categorical", from_logits=from_logits, dtype="float64")
    assert_same(ours, keras_own, ONE_HOT, tf.identity if from_logits else tf.nn.softmax)


@forms
def test_at_gamma_zero_it_is_binary_cross_entropy(from_logits):
    predictions = LOGITS if from_logits else scratch.sigmoid(LOGITS)
    ours = value_and_gradient(FocalLoss(0.0, from_logits=from_logits, dtype="float64"), LABELS, predictions)
    name = "binary_cross_entropy_from_logits" if from_logits else "binary_cross_entropy"
    np.testing.assert_allclose(ours[0], getattr(scratch, name)(LABELS, predictions), rtol=1e-9)
    np.testing.assert_allclose(ours[1], getattr(scratch, f"{name}_gradient")(LABELS, predictions), rtol=1e-9)


def test_at_gamma_zero_it_is_cross_entropy_over_classes():
    ours = value_and_gradient(FocalLoss(0.0, kind="categorical", from_logits=True, dtype="float64"), ONE_HOT, LOGITS)
    np.testing.assert_allclose(ours[0], scratch.cross_entropy(CLASSES, LOGITS), rtol=1e-9)
    np.testing.assert_allclose(ours[1], scratch.cross_entropy_gradient(CLASSES, LOGITS), rtol=1e-9, atol=1e-12)


def test_at_gamma_two_a_probability_of_nine_tenths_counts_a_hundredth():
    there, plain = (float(FocalLoss(gamma)([[1.0]], [[0.9]])) for gamma in (2.0, 0.0))
    assert there / plain == pytest.approx(0.01, rel=1e-5)


@pytest.mark.parametrize("kind", focal.KINDS)
@gammas
@pytest.mark.parametrize("size", [0.0, 30.0, 1000.0])
def test_logits_far_out_give_finite_values_and_gradients(kind, gamma, size):
    logits = np.array([[size, -size], [-size, size]], "float32")
    value, gradient = value_and_gradient(FocalLoss(gamma, kind=kind, from_logits=True), np.eye(2), logits)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("kind", focal.KINDS)
@gammas
def test_certain_probabilities_give_finite_values_and_gradients(kind, gamma):
    value, gradient = value_and_gradient(FocalLoss(gamma, kind=kind), np.eye(2), np.eye(2, dtype="float32")[::-1])
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


def test_flat_labels_of_one_output_are_not_broadcast():
    y, p = LABELS[:, 0], scratch.sigmoid(LOGITS[:, :1])
    np.testing.assert_allclose(FocalLoss()(y, p), FocalLoss()(y[:, None], p))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"gamma": -1.0}, "gamma must be a number of at least 0, got -1.0"),
        ({"gamma": float("nan")}, "gamma must be a number of at least 0, got nan"),
        ({"kind": "sparse"}, "kind must be one of binary, categorical, got 'sparse'"),
        ({"alpha": 1.5}, "alpha of a binary focal loss must be a number from 0 to 1, got 1.5"),
        ({"alpha": [0.5, 0.5]}, r"alpha of a binary focal loss must be a number from 0 to 1, got \[0.5, 0.5\]"),
        ({"alpha": 0.5, "kind": "categorical"}, "alpha of a categorical focal loss must be weights .*got 0.5"),
        ({"alpha": [1.0, -1.0], "kind": "categorical"}, r"must be weights of at least 0, got \[1.0, -1.0\]"),
    ],
)
def test_a_wrong_argument_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        FocalLoss(**arguments)


def test_weights_for_another_number_of_classes_are_named():
    with pytest.raises(ValueError, match=r"alpha must have a weight for each of 5 classes, got \[1.0, 1.0\]"):
        FocalLoss(alpha=[1, 1], kind="categorical")(ONE_HOT, LOGITS)
