"""The Fisher information is that of the closed form, and what was learned before is not forgotten."""

import keras
import numpy as np
import pytest
from sklearn.datasets import load_digits

from dlcourse.training import ElasticWeightConsolidation, fisher_information, fit

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(40, 3)).astype("float32")


def linear(outputs, activation=None, inputs=3):
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(outputs, activation)])


def test_for_a_linear_model_it_is_the_mean_square_of_each_input():
    kernel, bias = fisher_information(linear(2), X, likelihood="gaussian", batch_size=16)
    np.testing.assert_allclose(kernel, np.repeat((X**2).mean(0)[:, None], 2, axis=1), rtol=1e-5)
    np.testing.assert_allclose(bias, [1.0, 1.0], rtol=1e-6)


@pytest.mark.parametrize("activation", [None, "softmax"], ids=["logits", "probabilities"])
def test_for_logistic_regression_it_is_the_variance_of_each_class_times_the_square_of_the_input(activation):
    model = linear(4, activation)
    outputs = model.predict(X, verbose=0).astype("float64")
    p = outputs if activation else np.exp(outputs) / np.exp(outputs).sum(1, keepdims=True)
    kernel, bias = fisher_information(model, X, from_logits=activation is None)
    np.testing.assert_allclose(kernel, (X**2).T @ (p * (1 - p)) / len(X), rtol=1e-4)
    np.testing.assert_allclose(bias, (p * (1 - p)).mean(0), rtol=1e-4)


def test_pictures_and_filters_are_taken():
    pictures = DRAW.normal(size=(6, 5, 5, 1)).astype("float32")
    filters = keras.layers.Conv2D(2, 3, use_bias=False)
    model = keras.Sequential([keras.Input((5, 5, 1)), filters, keras.layers.GlobalAveragePooling2D()])
    (found,) = fisher_information(model, pictures, likelihood="gaussian")
    windows = np.lib.stride_tricks.sliding_window_view(pictures[..., 0], (3, 3), axis=(1, 2)).mean((1, 2))
    np.testing.assert_allclose(found[:, :, 0, 0], (windows**2).mean(0), rtol=1e-4)


def test_two_tasks_are_held_as_the_sum_of_their_penalties_up_to_a_constant():
    inner = linear(2)
    model = ElasticWeightConsolidation(inner, 3.0, likelihood="gaussian")
    places, fishers = [], []
    for task in (X[:20], 2 * X[20:]):
        model.consolidate(task)
        places.append(inner.get_weights())
        fishers.append(fisher_information(inner, task, likelihood="gaussian"))
        inner.set_weights([weight + DRAW.normal(size=weight.shape) for weight in inner.get_weights()])

    def expected():
        now = inner.get_weights()
        tasks = zip(places, fishers, strict=True)
        return sum(1.5 * np.sum(f * (w - a) ** 2) for at, fs in tasks for w, a, f in zip(now, at, fs, strict=True))

    first = expected() - float(model.penalty())
    inner.set_weights([weight - 1.0 for weight in inner.get_weights()])
    np.testing.assert_allclose(expected() - float(model.penalty()), first, rtol=1e-4)


def test_before_the_first_task_it_trains_as_the_model_alone():
    alone, held = linear(2), linear(2)
    y = DRAW.normal(size=(40, 2))
    for model in (alone, ElasticWeightConsolidation(held, 100.0)):
        model.compile("sgd", "mse")
        model.fit(X, y, shuffle=False, verbose=0)
    for one, other in zip(held.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def permuted_digits():
    """Two tasks: the digits, and the digits with their points in another order."""
    x, y = load_digits(return_X_y=True)
    x = (x / 16).astype("float32")
    return [(x, y), (x[:, np.random.default_rng(1).permutation(64)], y)]


def accuracy_after_both(strength):
    keras.utils.set_random_seed(0)
    inner = keras.Sequential([keras.Input((64,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(10, "softmax")])
    model = ElasticWeightConsolidation(inner, strength)
    tasks = permuted_digits()
    for x, y in tasks:
        model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
        fit(model, x[:1200], y[:1200], epochs=20, seed=0)
        if strength:
            model.consolidate(x[:200])
    return [float(np.mean(inner.predict(x[1200:], verbose=0).argmax(1) == y[1200:])) for x, y in tasks]


@pytest.mark.slow
def test_on_permuted_digits_it_beats_fine_tuning_by_a_margin():
    plain, held = accuracy_after_both(0.0), accuracy_after_both(300.0)
    print(f"accuracy on the first and second task: fine-tuned {plain}, consolidated {held}")
    assert np.mean(held) > np.mean(plain) + 0.1
    assert held[1] > 0.8


def test_it_is_saved_and_loaded_with_what_it_holds(tmp_path):
    model = ElasticWeightConsolidation(linear(2), 2.0, likelihood="gaussian")
    model.consolidate(X)
    model.compile("sgd", "mse")
    model.fit(X, X[:, :2], verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.penalty(), model.penalty(), rtol=1e-6)
    assert float(again.penalty()) > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strength": -1.0}, "strength must be a number of at least 0, got -1.0"),
        ({"strength": 1.0, "likelihood": "poisson"}, "must be 'categorical' or 'gaussian', got 'poisson'"),
    ],
)
def test_wrong_settings_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ElasticWeightConsolidation(linear(2), **options)
    with pytest.raises(ValueError, match="the model must be built"):
        ElasticWeightConsolidation(keras.Sequential([keras.layers.Dense(1)]), 1.0)
