"""Label smoothing against Keras's own, and by its laws."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.losses import smooth_labels

LOGITS = np.random.default_rng(5).normal(0, 2, (6, 10)).astype("float32")
CLASSES = np.array([3, 7, 0, 9, 9, 1])
ONE_HOT = np.eye(10, dtype="float32")[CLASSES]


def value_and_gradient(loss, targets, predictions):
    predictions = tf.constant(predictions)
    with tf.GradientTape() as tape:
        tape.watch(predictions)
        value = loss(targets, predictions)
    return value.numpy(), tape.gradient(value, predictions).numpy()


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
