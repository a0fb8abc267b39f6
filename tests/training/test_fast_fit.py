"""Fast epochs give the weights, the metrics and the callbacks' view that `model.fit` gives."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.training import fit

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(50, 6)).astype("float32")
Y = DRAW.integers(0, 3, 50)
ORDERS = np.stack([DRAW.permutation(50) for _ in range(3)])


def network(*extra, compiled=True, **options):
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(8, "relu", kernel_regularizer="l2")
    model = keras.Sequential([keras.Input((6,)), hidden, *extra, keras.layers.Dense(3)])
    if compiled:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", loss, metrics=["accuracy"], **options)
    return model


def assert_same_weights(one, other):
    assert len(one.weights) == len(other.weights)
    for ours, expected in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("batch_size", [16, 64], ids=["a remainder", "one batch"])
def test_weights_metrics_and_validation_are_those_of_model_fit_in_the_same_order(batch_size):
    ours, theirs = (network(keras.layers.BatchNormalization(), keras.layers.Dropout(0.3, seed=1)) for _ in range(2))
    weights, validation = np.linspace(0.5, 2, 50), (X[:20], Y[:20], np.linspace(0, 1, 20))
    history = fit(
        ours, X, Y, batch_size=batch_size, epochs=3, order=ORDERS, sample_weight=weights, validation_data=validation
    )
    assert isinstance(history, keras.callbacks.History)
    for epoch, order in enumerate(ORDERS):
        expected = theirs.fit(
            X[order],
            Y[order],
            batch_size=batch_size,
            shuffle=False,
            sample_weight=weights[order],
            validation_data=validation,
            validation_batch_size=batch_size,
            verbose=0,
        )
        for name, (value,) in expected.history.items():
            np.testing.assert_allclose(history.history[name][epoch], value, rtol=1e-5, atol=1e-7)
    assert set(history.history) == set(expected.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert history.epoch == [0, 1, 2]
    assert_same_weights(ours, theirs)


def test_a_second_call_goes_on_as_model_fit_does_and_traces_nothing_again():
    traces = []

    def loss(y, predictions):
        traces.append(1)
        return keras.ops.mean((y - predictions) ** 2, axis=-1)

    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("sgd", loss)
    fit(model, X, Y[:, None], epochs=2, batch_size=25)
    once = len(traces)
    fit(model, X, Y[:, None], epochs=2, batch_size=25)
    assert len(traces) == once == 1
    model.compile("sgd", loss)
    fit(model, X, Y[:, None], batch_size=25)
    assert len(traces) == 2


def test_frozen_layers_and_a_new_compile_are_noticed():
    model = network()
    fit(model, X, Y)
    model.layers[0].trainable = False
    model.compile(
        "sgd",
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["sparse_top_k_categorical_accuracy"],
    )
    before = model.layers[0].get_weights()
    history = fit(model, X, Y, epochs=2)
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], before[0])
    assert set(history.history) == {"loss", "sparse_top_k_categorical_accuracy"}


def test_the_same_seed_gives_the_same_run_and_keras_s_seed_does_too():
    def trained(seed):
        model = network()
        return fit(model, X, Y, epochs=3, batch_size=8, seed=seed).history["loss"]

    assert trained(1) == trained(1) != trained(2)
    assert trained(None) == trained(None)


def test_every_epoch_sees_each_example_once_in_an_order_of_its_own():
    seen = []

    class Watching(keras.Model):
        def train_step(self, data):
            tf.py_function(lambda x: seen.append(x.numpy().tolist()), [data], [])
            return {"step": tf.constant(1.0)}

    model = Watching()
    model.compile("sgd")
    history = fit(model, np.arange(10.0), batch_size=4, epochs=2, seed=0)
    epochs = [sorted(itertools.chain(*batches)) for batches in (seen[:3], seen[3:])]
    assert [len(batch) for batch in seen] == [4, 4, 2, 4, 4, 2]
    assert epochs == [list(range(10))] * 2
    assert seen[:3] != seen[3:]
    assert history.history == {"step": [1.0, 1.0]}


def test_without_shuffling_the_order_is_that_of_the_arrays():
    ours, theirs = network(), network()
    fit(ours, X, Y, batch_size=16, shuffle=False)
    theirs.fit(X, Y, batch_size=16, shuffle=False, verbose=0)
    assert_same_weights(ours, theirs)


def test_callbacks_at_epochs_act_as_in_model_fit(tmp_path):
    calls = []
    model = network()
    told = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: calls.append("begin"),
        on_epoch_end=lambda epoch, logs: calls.append((epoch, sorted(logs))),
        on_train_end=lambda logs: calls.append("end"),
    )
    rate = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
    stop = keras.callbacks.EarlyStopping("loss", min_delta=100.0, patience=1)
    saved = keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.weights.h5", save_weights_only=True)
    history = fit(model, X, Y, epochs=9, initial_epoch=3, callbacks=[told, rate, stop, saved])
    assert calls == ["begin", (3, ["accuracy", "loss"]), (4, ["accuracy", "loss"]), "end"]
    np.testing.assert_allclose(history.history["learning_rate"], [0.1 / 4, 0.1 / 5])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["4.weights.h5", "5.weights.h5"]


def test_a_rate_that_a_callback_sets_is_the_one_that_is_used():
    model = network()
    before = model.get_weights()
    fit(model, X, Y, callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch: 0.0)])
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


@pytest.mark.parametrize(
    "callback",
    [
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None),
        keras.callbacks.ModelCheckpoint("unused.keras", save_freq=10),
    ],
    ids=lambda callback: type(callback).__name__,
)
def test_a_callback_at_batches_is_refused_by_name(callback):
    with pytest.raises(ValueError, match=f"before or after epochs, got {type(callback).__name__} with"):
        fit(network(), X, Y, callbacks=[callback])


def test_a_line_is_shown_for_each_epoch_when_asked_for(capsys):
    fit(network(), X, Y, epochs=2, verbose=2)
    shown = capsys.readouterr().out
    assert shown.count("accuracy:") == 2
    assert "Epoch 2/2" in shown


def test_a_model_not_compiled_or_eager_is_refused():
    with pytest.raises(ValueError, match="the model must be compiled, call compile"):
        fit(network(compiled=False), X, Y)
    with pytest.raises(ValueError, match="without run_eagerly=True"):
        fit(network(run_eagerly=True), X, Y)


@pytest.mark.parametrize("order", [np.arange(51), np.array([-1]), np.arange(50.0), ORDERS[:1], np.array([], int)])
def test_an_order_that_does_not_fit_is_refused(order):
    with pytest.raises(ValueError, match=r"order must be integers from 0 to 49, of shape \(N,\) or \(2, N\)"):
        fit(network(), X, Y, epochs=2, order=order)


@pytest.mark.parametrize("wrong", [{"batch_size": 0}, {"epochs": 0}, {"epochs": 1.5}])
def test_counts_that_are_no_positive_integers_are_refused(wrong):
    with pytest.raises(ValueError, match="must be a positive integer, got"):
        fit(network(), X, Y, **wrong)


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"x, y must hold the same number of examples.*'x': \[50\], 'y': \[49\]"):
        fit(network(), X, Y[1:])
