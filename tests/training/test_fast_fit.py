"""Fast epochs give the weights, the metrics and the callbacks' view that `model.fit` gives."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.training import fit
from dlcourse.training.fit_data import held_back, weights_by_class

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(50, 6)).astype("float32")
Y = DRAW.integers(0, 3, 50)
ORDERS = np.stack([DRAW.permutation(50) for _ in range(3)])


def network(*extra, compiled=True, optimizer="sgd", **options):
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(8, "relu", kernel_regularizer="l2")
    model = keras.Sequential([keras.Input((6,)), hidden, *extra, keras.layers.Dense(3)])
    if compiled:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer, loss, metrics=["accuracy"], **options)
    return model


def pair(*extra, **options):
    """Two equal networks; the optimizer of the second has its variables, so that `model.fit` traces its step once."""
    ours, theirs = (network(*(make() for make in extra), **options) for _ in range(2))
    theirs.optimizer.build(theirs.trainable_variables)
    return ours, theirs


def assert_same_weights(one, other):
    assert len(one.weights) == len(other.weights)
    for ours, expected in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("batch_size", [16, 64], ids=["a remainder", "one batch"])
def test_weights_metrics_and_validation_are_those_of_model_fit_in_the_same_order(batch_size):
    extra = (keras.layers.BatchNormalization, lambda: keras.layers.Dropout(0.3, seed=1))
    ours, theirs = pair(*extra, optimizer="adam")
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


def test_a_step_with_slots_and_metrics_is_traced_once(monkeypatch):
    traces, step = [], keras.Model.train_step

    def counted(model, data):
        traces.append(1)
        return step(model, data)

    monkeypatch.setattr(keras.Model, "train_step", counted)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    fit(model, X, Y, epochs=2, batch_size=32)
    assert len(X) % 32 != 0
    assert len(traces) == 1


def test_a_model_with_a_step_of_its_own_may_take_the_batch_in_another_way_and_have_metrics():
    class Reconstructing(keras.Model):
        def __init__(self):
            super().__init__()
            self.both = keras.layers.Dense(1)

        def call(self, pair):
            return self.both(keras.ops.concatenate(pair, axis=1))

        def train_step(self, data):
            x, y = data
            return super().train_step(((x, y), y))

    model = Reconstructing()
    model.compile("sgd", "mse", metrics=["mae"])
    assert set(fit(model, X, X[:, :1], epochs=1).history) == {"loss", "mae"}


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
    model = network()
    start = model.get_weights()

    def trained(seed):
        model.set_weights(start)
        keras.utils.set_random_seed(0)
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
    ours, theirs = pair()
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


ONE_HOT = np.eye(3, dtype="float32")[Y]
WEIGHTS = {0: 0.2, 2: 3.0}


@pytest.mark.parametrize(
    ("y", "arguments", "validated"),
    [
        (Y, {"class_weight": WEIGHTS, "validation_split": 0.3, "validation_freq": 2}, 2),
        (ONE_HOT, {"class_weight": WEIGHTS, "validation_data": (X[:9], ONE_HOT[:9]), "validation_split": 0.5}, 4),
        (Y, {"sample_weight": np.linspace(0.5, 2, 50), "validation_split": 0.02, "validation_freq": [1, 3, 9]}, 2),
    ],
    ids=["weights of classes, a split now and then", "one-hot, data before a split", "one held back, listed epochs"],
)
def test_weights_of_classes_and_examples_held_back_act_as_in_model_fit(y, arguments, validated):
    ours, theirs = (network() for _ in range(2))
    for model in (ours, theirs):
        loss = keras.losses.CategoricalCrossentropy(from_logits=True) if y is ONE_HOT else model.loss
        model.compile("sgd", loss, metrics=["accuracy"], weighted_metrics=["accuracy"])
    theirs.optimizer.build(theirs.trainable_variables)
    arguments = {**arguments, "batch_size": 16, "shuffle": False, "epochs": 4}
    got, expected = fit(ours, X, y, **arguments).history, theirs.fit(X, y, verbose=0, **arguments).history
    assert set(got) == set(expected)
    assert len(got["val_loss"]) == validated
    for name, values in expected.items():
        np.testing.assert_allclose(got[name], values, rtol=1e-5, atol=1e-7)
    assert_same_weights(ours, theirs)


@pytest.mark.parametrize(
    "y",
    [Y, Y[:, None].astype("float32"), ONE_HOT, 0.9 * ONE_HOT + 1 / 30],
    ids=["numbers", "column", "rows", "smoothed"],
)
def test_each_example_has_the_weight_of_its_class_and_1_without_one(y):
    np.testing.assert_allclose(weights_by_class(y, WEIGHTS), np.array([0.2, 1, 3])[Y], rtol=1e-6)


def test_the_loss_is_that_of_the_weights():
    model = network()
    start, losses = model.get_weights(), []
    for each in (WEIGHTS, {}, None):
        model.set_weights(start)
        losses.append(fit(model, X, Y, class_weight=each, seed=0).history["loss"])
    assert losses[1] == losses[2] != losses[0]


@pytest.mark.parametrize(("split", "left"), [(0.02, 49), (0.3, 35), (0.97, 1)])
def test_the_last_share_is_held_back(split, left):
    (x, y, weight), held = held_back((X, [Y, Y], None), split)
    assert (len(x), len(y[1]), weight) == (left, left, None)
    np.testing.assert_array_equal(held[0], X[left:])
    assert held_back((X, Y, None), 0.0) == ((X, Y, None), None)


def test_examples_held_back_have_no_place_in_an_order():
    with pytest.raises(ValueError, match="order must be integers from 0 to 39"):
        fit(network(), X, Y, validation_split=0.2, order=ORDERS[0])


def test_moving_averages_of_weights_take_their_place_at_the_end_as_in_model_fit():
    ours, theirs = (network() for _ in range(2))
    for model in (ours, theirs):
        model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9), model.loss)
    theirs.optimizer.build(theirs.trainable_variables)
    fit(ours, X, Y, shuffle=False, epochs=2)
    theirs.fit(X, Y, shuffle=False, epochs=2, verbose=0)
    assert_same_weights(ours, theirs)


def test_a_run_that_was_cut_off_goes_on_where_it_was(tmp_path):
    def cut(epoch, logs):
        if epoch == 1:
            raise KeyboardInterrupt

    stop = keras.callbacks.LambdaCallback(on_epoch_end=cut)
    backup = keras.callbacks.BackupAndRestore(tmp_path, double_checkpoint=False)
    with pytest.raises(KeyboardInterrupt):
        fit(network(), X, Y, epochs=3, order=ORDERS, callbacks=[backup, stop])
    ours, whole = (network() for _ in range(2))
    assert fit(ours, X, Y, epochs=3, order=ORDERS, callbacks=[backup]).epoch == [2]
    fit(whole, X, Y, epochs=3, order=ORDERS)
    assert_same_weights(ours, whole)


@pytest.mark.parametrize("split", [-0.1, 1.0, 1.5])
def test_a_share_out_of_range_is_refused(split):
    with pytest.raises(ValueError, match="validation_split must be at least 0 and below 1, got"):
        fit(network(), X, Y, validation_split=split)


@pytest.mark.parametrize("split", [1e-20, 0.999])
def test_a_share_that_leaves_nothing_is_refused(split):
    with pytest.raises(ValueError, match=r"validation_split must leave an example in each part, got .* of 50"):
        fit(network(), X, Y, validation_split=split)


@pytest.mark.parametrize("freq", [0, True, 1.5, [0], "all"])
def test_a_frequency_that_counts_no_epochs_is_refused(freq):
    with pytest.raises(ValueError, match="validation_freq must be a positive integer, got"):
        fit(network(), X, Y, validation_freq=freq)


@pytest.mark.parametrize("wrong", [{"0": 1.0}, {True: 1.0}, {0: -1.0}, {0: np.nan}])
def test_weights_that_are_not_of_classes_are_refused(wrong):
    with pytest.raises(ValueError, match="class_weight must give classes' numbers weights of at least 0, got"):
        fit(network(), X, Y, class_weight=wrong)


@pytest.mark.parametrize(
    "y", [None, [Y, Y], np.ones((50, 4), int), np.ones((50, 4, 3))], ids=lambda y: type(y).__name__
)
def test_weights_of_classes_need_one_class_for_each_example(y):
    with pytest.raises(ValueError, match="class_weight needs"):
        fit(network(), X, y, class_weight=WEIGHTS)


def test_weights_of_classes_beside_those_of_examples_are_refused():
    with pytest.raises(ValueError, match="class_weight and sample_weight cannot be given together"):
        fit(network(), X, Y, class_weight=WEIGHTS, sample_weight=np.ones(50))


@pytest.mark.parametrize("wrong", [{"batch_size": 0}, {"epochs": 0}, {"epochs": 1.5}])
def test_counts_that_are_no_positive_integers_are_refused(wrong):
    with pytest.raises(ValueError, match="must be a positive integer, got"):
        fit(network(), X, Y, **wrong)


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"x, y must hold the same number of examples.*'x': \[50\], 'y': \[49\]"):
        fit(network(), X, Y[1:])
