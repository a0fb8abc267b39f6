"""What the layer means: soft targets in training, the targets themselves otherwise."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.layers import LabelSmoothing
from dlcourse.losses import smooth_labels

ONE_HOT = np.eye(10, dtype="float32")[[3, 7, 0]]
LOGITS = np.random.default_rng(1).normal(0, 2, (3, 10)).astype("float32")


def test_in_training_the_right_class_gets_091_of_ten_and_each_other_001():
    targets = LabelSmoothing(0.1)(ONE_HOT, training=True).numpy()
    np.testing.assert_allclose(targets[ONE_HOT == 1], 0.91, rtol=1e-6)
    np.testing.assert_allclose(targets[ONE_HOT == 0], 0.01, rtol=1e-6)


@pytest.mark.parametrize("options", [{}, {"training": False}, {"training": None}])
def test_outside_training_the_targets_pass_unchanged(options):
    np.testing.assert_array_equal(LabelSmoothing(0.1)(ONE_HOT, **options), ONE_HOT)


@pytest.mark.parametrize("epsilon", [0.0, 0.1, 0.5])
def test_cross_entropy_and_its_gradient_are_those_of_keras_with_label_smoothing(epsilon):
    plain = keras.losses.CategoricalCrossentropy(from_logits=True)
    smoothing = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=epsilon)
    logits = tf.constant(LOGITS)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        ours = plain(LabelSmoothing(epsilon)(ONE_HOT, training=True), logits)
        theirs = smoothing(ONE_HOT, logits)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(ours, logits), tape.gradient(theirs, logits), rtol=1e-5, atol=1e-8)


def test_a_gradient_passes_through_to_learned_targets():
    targets = tf.constant(ONE_HOT)
    with tf.GradientTape() as tape:
        tape.watch(targets)
        total = tf.reduce_sum(LabelSmoothing(0.25)(targets, training=True))
    np.testing.assert_array_equal(tape.gradient(total, targets), np.full_like(ONE_HOT, 0.75))


def test_a_model_with_targets_as_an_input_smooths_in_fit_and_not_in_evaluate():
    features, targets = keras.Input((10,)), keras.Input((10,))
    model = keras.Model([features, targets], [keras.layers.Dense(10)(features), LabelSmoothing(0.1)(targets)])
    model.compile("sgd", ["mse", "mse"], loss_weights=[0.0, 1.0])
    data = [LOGITS, ONE_HOT], [ONE_HOT, ONE_HOT]
    moved = np.mean((smooth_labels(ONE_HOT, 0.1).numpy() - ONE_HOT) ** 2)
    assert model.fit(*data, verbose=0).history["loss"][0] == pytest.approx(moved, rel=1e-5)
    assert model.evaluate(*data, verbose=0)[0] == 0


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("dtype", ["int32", "bool", "float16", "bfloat16", "float64"])
def test_what_comes_out_is_in_single_precision_whatever_goes_in(dtype, training):
    targets = LabelSmoothing(0.1)(keras.ops.cast(ONE_HOT, dtype), training=training)
    assert targets.dtype == "float32"
    np.testing.assert_allclose(targets, smooth_labels(ONE_HOT, 0.1) if training else ONE_HOT, rtol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_a_global_policy_of_mixed_precision_does_not_round_the_targets(policy):
    keras.config.set_dtype_policy(policy)
    try:
        targets = LabelSmoothing(0.1)(ONE_HOT, training=True)
    finally:
        keras.config.set_dtype_policy("float32")
    np.testing.assert_allclose(targets, smooth_labels(ONE_HOT, 0.1), rtol=1e-6)


def test_a_type_that_is_asked_for_is_used():
    assert LabelSmoothing(0.1, dtype="bfloat16")(ONE_HOT, training=True).dtype == "bfloat16"


def test_a_mask_passes_through():
    embedded = keras.layers.Embedding(3, 4, mask_zero=True)(np.array([[1, 2, 0]]))
    smoothed = LabelSmoothing(0.1)(embedded, training=True)
    mean = keras.layers.GlobalAveragePooling1D()(smoothed)
    np.testing.assert_allclose(mean, smoothed.numpy()[:, :2].mean(axis=1), rtol=1e-5)


def test_there_is_nothing_to_learn():
    layer = LabelSmoothing(0.1)
    layer(ONE_HOT)
    assert layer.weights == []


@pytest.mark.parametrize("epsilon", [-0.1, 1.0, float("nan")])
def test_epsilon_must_be_a_share(epsilon):
    with pytest.raises(ValueError, match=f"epsilon must be at least 0 and below 1, got {epsilon}"):
        LabelSmoothing(epsilon)


@pytest.mark.parametrize("training", [False, True])
def test_class_numbers_are_refused_in_both_modes(training):
    with pytest.raises(ValueError, match=r"targets must be one-hot, of shape \(\.\.\., K\), got shape \(3,\)"):
        LabelSmoothing(0.1)(np.array([3, 7, 0]), training=training)
