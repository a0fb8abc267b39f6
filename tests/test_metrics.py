"""Expected calibration error against an independent NumPy form, on paper, and by its laws."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from fresh_process import answer_of
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.metrics import ExpectedCalibrationError

RANDOM = np.random.default_rng(11)
LOGITS = RANDOM.normal(0, 2, (400, 5)).astype("float32")
P = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
LABELS = RANDOM.integers(0, 5, 400)


def by_definition(labels, probabilities, bins, weights=None):
    """The sum over bins as the paper writes it, one bin after the other, in double precision."""
    confidence = probabilities.max(axis=1).astype("float64")
    right = probabilities.argmax(axis=1) == labels
    weights = np.ones(len(labels)) if weights is None else weights
    error = 0.0
    for m in range(1, bins + 1):
        inside = (confidence > (m - 1) / bins) & (confidence <= m / bins)
        if inside.any():
            share = weights[inside].sum() / weights.sum()
            accuracy = np.average(right[inside], weights=weights[inside])
            error += share * abs(accuracy - np.average(confidence[inside], weights=weights[inside]))
    return error


def measured(labels, predictions, weights=None, **options):
    metric = ExpectedCalibrationError(**options)
    metric.update_state(labels, predictions, sample_weight=weights)
    return float(metric.result())


@pytest.mark.parametrize("bins", [1, 2, 10, 15, 100])
def test_it_is_that_of_the_definition(bins):
    assert measured(LABELS, P, bins=bins) == pytest.approx(by_definition(LABELS, P, bins), abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 30), st.integers(2, 6), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_it_is_that_of_the_definition_for_any_predictions(count, classes, bins, seed):
    random = np.random.default_rng(seed)
    p = random.dirichlet(np.ones(classes), count).astype("float32")
    labels = random.integers(0, classes, count)
    assert measured(labels, p, bins=bins) == pytest.approx(by_definition(labels, p, bins), abs=1e-5)


def test_an_example_comes_out_as_on_paper():
    p = np.array([[0.95, 0.05]] * 4 + [[0.65, 0.35]] * 4)
    right_three_times_in_four = [0, 0, 0, 1] * 2
    assert measured(right_three_times_in_four, p, bins=10) == pytest.approx(0.5 * 0.2 + 0.5 * 0.1, abs=1e-6)


def test_perfectly_calibrated_predictions_have_an_error_near_zero():
    random = np.random.default_rng(0)
    confidence = random.uniform(0.5, 1, 200_000)
    labels = (random.uniform(size=200_000) > confidence).astype(int)
    assert measured(labels, np.stack([confidence, 1 - confidence], axis=1)) < 0.01


@pytest.mark.parametrize(("right", "expected"), [(True, 0.0), (False, 1.0)])
def test_full_confidence_is_worth_what_it_is_right(right, expected):
    labels = np.arange(5) if right else (np.arange(5) + 1) % 5
    assert measured(labels, np.eye(5)) == expected


def test_a_confidence_on_an_edge_belongs_to_the_bin_below():
    metric = ExpectedCalibrationError(bins=4)
    metric.update_state([0, 0], [[0.5, 0.5], [0.75, 0.25]])
    np.testing.assert_array_equal(metric.weight, [0, 1, 1, 0])


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 399), st.integers(1, 399))
def test_batches_do_not_matter(first, second):
    metric = ExpectedCalibrationError()
    for rows in np.split(np.arange(400), sorted({first, second})):
        metric.update_state(LABELS[rows], P[rows])
    assert float(metric.result()) == pytest.approx(measured(LABELS, P), abs=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(5)), st.integers(0, 2**32 - 1))
def test_the_order_of_examples_and_the_numbering_of_classes_do_not_matter(classes, seed):
    order, classes = np.random.default_rng(seed).permutation(400), np.array(classes)
    renamed = np.argsort(classes)[LABELS[order]]
    assert measured(renamed, P[order][:, classes]) == pytest.approx(measured(LABELS, P), abs=1e-6)


@pytest.mark.parametrize(
    "labels",
    [LABELS[:, None], np.eye(5)[LABELS], np.eye(5, dtype="int32")[LABELS], LABELS.astype("float32")],
    ids=["column", "one-hot", "one-hot integers", "floats"],
)
def test_labels_may_come_in_any_form(labels):
    assert measured(labels, P) == measured(LABELS, P)


def test_logits_give_what_their_softmax_gives():
    assert measured(LABELS, LOGITS, from_logits=True) == pytest.approx(measured(LABELS, P), abs=1e-6)
    assert np.isfinite(measured(LABELS, LOGITS * 1000, from_logits=True))


def test_sequences_count_each_step():
    assert measured(LABELS.reshape(20, 20), P.reshape(20, 20, 5)) == pytest.approx(measured(LABELS, P), abs=1e-6)


@pytest.mark.parametrize("shape", [(400,), (400, 1)])
def test_weights_count_as_the_definition_says(shape):
    weights = RANDOM.uniform(0, 2, 400)
    expected = by_definition(LABELS, P, 15, weights)
    assert measured(LABELS, P, weights.reshape(shape)) == pytest.approx(expected, abs=1e-6)


def test_a_weight_for_each_sequence_holds_for_its_steps():
    weights = RANDOM.uniform(0, 2, 20)
    ours = measured(LABELS.reshape(20, 20), P.reshape(20, 20, 5), weights)
    assert ours == pytest.approx(by_definition(LABELS, P, 15, np.repeat(weights, 20)), abs=1e-6)


def test_weight_zero_is_absence():
    keep = np.arange(400) < 100
    assert measured(LABELS, P, keep) == pytest.approx(measured(LABELS[:100], P[:100]), abs=1e-6)


def test_before_the_first_batch_and_after_a_reset_it_is_zero():
    metric = ExpectedCalibrationError()
    assert float(metric.result()) == 0
    metric.update_state(LABELS, P)
    metric.reset_state()
    assert float(metric.result()) == 0


def test_config_round_trip_gives_the_same_metric():
    metric = ExpectedCalibrationError(bins=7, from_logits=True, name="mine", dtype="float64")
    again = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert type(again) is ExpectedCalibrationError
    assert again.get_config() == metric.get_config()


@pytest.mark.parametrize("jit_compile", [False, True], ids=["graph", "xla"])
def test_compiled_it_gives_what_it_gives_eagerly(jit_compile):
    metric = ExpectedCalibrationError()

    @tf.function(jit_compile=jit_compile)
    def step(labels, predictions):
        metric.update_state(labels, predictions)
        return metric.result()

    assert float(step(tf.constant(LABELS), tf.constant(P))) == pytest.approx(measured(LABELS, P), abs=1e-6)


@pytest.mark.parametrize(("policy", "error"), [("mixed_float16", 1e-3), ("mixed_bfloat16", 1e-2)])
def test_under_mixed_precision_it_accumulates_in_single_precision(policy, error):
    low = keras.ops.cast(P, policy.removeprefix("mixed_"))
    keras.config.set_dtype_policy(policy)
    try:
        metric = ExpectedCalibrationError(bins=10)
        metric.update_state(LABELS, low)
    finally:
        keras.config.set_dtype_policy("float32")
    assert metric.weight.dtype == "float32"
    assert float(keras.ops.sum(metric.weight)) == 400
    expected = by_definition(LABELS, keras.ops.convert_to_numpy(keras.ops.cast(low, "float32")), 10)
    assert float(metric.result()) == pytest.approx(expected, abs=error)


def test_evaluate_reports_it_and_a_saved_model_does_so_in_a_fresh_process(tmp_path):
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(5, kernel_initializer="identity")])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss, metrics=[ExpectedCalibrationError(bins=10, from_logits=True)])
    reported = model.evaluate(LOGITS, LABELS, verbose=0, batch_size=32)[1]
    assert reported == pytest.approx(by_definition(LABELS, P, 10), abs=1e-6)
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "data.npz", x=LOGITS, y=LABELS)
    loaded = answer_of(
        "import keras, numpy, dlcourse.metrics\n"
        f"model = keras.models.load_model({str(tmp_path / 'model.keras')!r})\n"
        f"data = numpy.load({str(tmp_path / 'data.npz')!r})\n"
        "print(model.evaluate(data['x'], data['y'], verbose=0)[1])"
    )
    assert loaded == pytest.approx(reported, abs=1e-6)


@pytest.mark.parametrize("bins", [0, -3, 2.5, True])
def test_bins_must_be_a_positive_integer(bins):
    with pytest.raises(ValueError, match=f"bins must be an integer of at least 1, got {bins}"):
        ExpectedCalibrationError(bins=bins)


@pytest.mark.parametrize(
    ("labels", "predictions", "words"),
    [
        (LABELS, P[:, 0], r"y_pred must have shape \(\.\.\., K\) with K at least 2, got \(400,\)"),
        (LABELS, P[:, :1], r"K at least 2, got \(400, 1\)"),
        (np.eye(4)[LABELS % 4], P, r"one-hot labels of shape \(400, 5\), got \(400, 4\)"),
        (np.zeros((2, 2, 2)), P, r"class numbers of shape \(400,\).*got \(2, 2, 2\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(labels, predictions, words):
    with pytest.raises(ValueError, match=words):
        measured(labels, predictions)
