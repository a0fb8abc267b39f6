"""Pipelines: what comes out, in which order, how often, and that a seed decides all of it."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse import data

X = np.arange(10, dtype="float32")
Y = np.arange(10) % 3


def _epoch(batches):
    """All inputs of an epoch, in their order."""
    return np.concatenate([batch[0] if isinstance(batch, tuple) else batch for batch in batches])


def test_batches_are_the_arrays_in_their_order_without_shuffling():
    batches = list(data.pipeline(X, Y, batch_size=4, shuffle=False))
    assert [batch[0].numpy().tolist() for batch in batches] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert [batch[1].numpy().tolist() for batch in batches] == [[0, 1, 2, 0], [1, 2, 0, 1], [2, 0]]


def test_every_epoch_has_every_example_once_in_an_order_of_its_own():
    batches = data.pipeline(X, Y, batch_size=4)
    epochs = [_epoch(batches).tolist() for _ in range(3)]
    assert all(sorted(epoch) == X.tolist() for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_inputs_and_targets_stay_together():
    for x, y in data.pipeline(X, Y, batch_size=3):
        np.testing.assert_array_equal(x.numpy() % 3, y)


def test_a_seed_decides_the_order_of_every_epoch():
    first, again, other = (data.pipeline(X, Y, seed=seed) for seed in (1, 1, 2))
    orders = [[_epoch(batches).tolist() for _ in range(2)] for batches in (first, again, other)]
    assert orders[0] == orders[1] != orders[2]


def test_a_small_buffer_shuffles_near_examples_alone():
    order = _epoch(data.pipeline(np.arange(100), shuffle=5))
    assert order.tolist() != list(range(100))
    assert (order - np.arange(100)).max() <= 5


@pytest.mark.parametrize("prefetch", [True, False])
def test_its_length_is_known(prefetch):
    assert len(data.pipeline(X, Y, batch_size=4, prefetch=prefetch)) == 3
    assert len(data.pipeline(X, Y, batch_size=4, prefetch=prefetch, drop_remainder=True)) == 2


@pytest.mark.parametrize("augment", [None, lambda x, y, seed: (x, y)])
def test_a_batch_has_a_fixed_size_where_the_remainder_is_dropped(augment):
    spec = data.pipeline(X, Y, batch_size=4, drop_remainder=True, augment=augment).element_spec
    assert spec[0].shape == (4,)


@pytest.mark.parametrize(
    ("parts", "spec"),
    [
        ((X,), tf.TensorSpec((None,))),
        ((["a", "b"],), tf.TensorSpec((None,), tf.string)),
        (({"a": X, "b": [[1]] * 10},), {"a": tf.TensorSpec((None,)), "b": tf.TensorSpec((None, 1), tf.int64)}),
        (((X, X), Y), ((tf.TensorSpec((None,)), tf.TensorSpec((None,))), tf.TensorSpec((None,), tf.int64))),
        ((X, Y, X), (tf.TensorSpec((None,)), tf.TensorSpec((None,), tf.int64), tf.TensorSpec((None,)))),
    ],
    ids=["x", "strings", "dict", "two inputs", "weights"],
)
def test_the_parts_come_out_as_they_went_in(parts, spec):
    assert data.pipeline(*parts).element_spec == spec


def test_a_dataset_of_examples_can_be_the_source():
    source = tf.data.Dataset.from_tensor_slices((X, Y))
    np.testing.assert_array_equal(_epoch(data.pipeline(source)), _epoch(data.pipeline(X, Y)))


class _Counter:
    """A function of one example that counts how often it runs."""

    def __init__(self):
        self.runs = 0

    def __call__(self, x, y):
        return tf.ensure_shape(tf.numpy_function(self._run, [x], tf.float32), x.shape), y

    def _run(self, x):
        self.runs += 1
        return np.float32(10 * x)


@pytest.mark.parametrize(("cache", "runs"), [(True, 10), (False, 30)])
def test_what_is_cached_is_prepared_once_and_the_rest_every_epoch(cache, runs):
    counter = _Counter()
    batches = data.pipeline(X, Y, prepare=counter, cache=cache)
    epochs = [_epoch(batches).tolist() for _ in range(3)]
    assert counter.runs == runs
    assert sorted(epochs[2]) == (10 * X).tolist()
    assert epochs[0] != epochs[1]


def _noise(x, y, seed):
    return x + tf.random.stateless_uniform(tf.shape(x), seed), y


def test_augmentation_differs_between_batches_and_epochs_even_after_a_cache():
    batches = data.pipeline(np.zeros(12, "float32"), batch_size=4, augment=_noise, cache=True)
    draws = np.concatenate([_epoch(batches) for _ in range(3)])
    assert len(set(draws.tolist())) == 36


def test_a_seed_decides_the_augmentation_of_every_epoch():
    first, again, other = (data.pipeline(X, Y, augment=_noise, seed=seed) for seed in (1, 1, 2))
    epochs = [[_epoch(batches).tolist() for _ in range(2)] for batches in (first, again, other)]
    assert epochs[0] == epochs[1]
    assert set(epochs[0][0]).isdisjoint(epochs[2][0])


def test_targets_are_augmented_with_the_inputs_and_weights_pass():
    batches = data.pipeline(X, Y, X, shuffle=False, augment=lambda x, y, seed: (-x, y + 1))
    ((x, y, weights),) = batches
    np.testing.assert_array_equal(x, -X)
    np.testing.assert_array_equal(y, Y + 1)
    np.testing.assert_array_equal(weights, X)


IMAGES = np.random.default_rng(0).random((24, 8, 8, 1)).astype("float32")
LABELS = np.eye(3, dtype="float32")[np.arange(24) % 3]


def _augmented(layer, epochs=2, seed=0):
    batches = data.pipeline(IMAGES, LABELS, batch_size=2, augment=layer, seed=seed)
    return np.stack([_epoch(batches) for _ in range(epochs)])


def test_a_layer_gives_the_same_in_every_run_though_several_batches_are_made_at_once():
    layer, again = (data.augmenter(flip="horizontal", noise=0.1) for _ in range(2))
    first = _augmented(layer)
    np.testing.assert_array_equal(first, _augmented(layer))
    np.testing.assert_array_equal(first, _augmented(again))


def test_a_layer_draws_anew_for_every_batch_and_epoch():
    layer = data.augmenter(noise=0.1)
    batches = data.pipeline(np.zeros((24, 8, 8, 1), "float32"), batch_size=2, augment=layer)
    draws = np.concatenate([_epoch(batches) for _ in range(2)])
    assert len({image.tobytes() for image in draws}) == 48


@pytest.mark.parametrize("change", [{"seed": 1}, {"layer": data.augmenter(noise=0.1, seed=1)}])
def test_the_seed_of_the_pipeline_and_that_of_the_layer_both_matter(change):
    plain = {"layer": data.augmenter(noise=0.1), "seed": 0}
    assert not np.array_equal(_augmented(**plain), _augmented(**{**plain, **change}))


def test_batches_that_were_made_and_never_used_change_nothing():
    layer = data.augmenter(noise=0.1)
    next(iter(data.pipeline(IMAGES, LABELS, batch_size=2, augment=layer)))
    np.testing.assert_array_equal(_augmented(layer), _augmented(data.augmenter(noise=0.1)))


def test_a_layer_that_mixes_gets_the_labels():
    x, y = next(iter(data.pipeline(IMAGES, LABELS, augment=data.augmenter(mixup=1.0))))
    assert x.shape == (24, 8, 8, 1)
    np.testing.assert_allclose(np.sum(y, axis=1), 1.0, atol=1e-6)
    assert np.max(y, axis=1).min() < 1.0


def test_any_keras_layer_is_called_in_training():
    ((x, _),) = data.pipeline(np.ones((4, 100), "float32"), Y[:4], augment=keras.layers.Dropout(0.5))
    assert set(np.unique(x)) == {0.0, 2.0}


def test_a_model_learns_the_same_twice_from_it():
    def weights():
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(3)])
        model.compile("sgd", "mse")
        model.fit(data.pipeline(IMAGES, LABELS, augment=data.augmenter(noise=0.1)), epochs=2, shuffle=False, verbose=0)
        return model.get_weights()

    for first, again in zip(weights(), weights(), strict=True):
        np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.pipeline(X, Y[:3]), "same number of examples, got 10, 3"),
        (lambda: data.pipeline({"a": X, "b": X[:2]}, Y), "same number of examples, got 10, 2, 10"),
        (lambda: data.pipeline(X, None, X), "y must be given where sample_weight is, got None"),
        (lambda: data.pipeline(X, Y, batch_size=0), "batch_size must be an integer of at least 1, got 0"),
        (lambda: data.pipeline(X, Y, batch_size=2.0), "batch_size must be .* got 2.0"),
        (lambda: data.pipeline(X, Y, shuffle=-3), "shuffle must be True, False or a buffer size .* got -3"),
        (lambda: data.pipeline(X, Y, seed=0.5), "seed must be an integer of at least 0, got 0.5"),
        (lambda: data.pipeline(X[:0]), "at least one example, got none"),
        (lambda: data.pipeline(X, Y, augment="flip"), r"a Keras layer or a function of \(x, y, seed\), got 'flip'"),
        (lambda: data.pipeline(IMAGES, Y, augment=data.augmenter(mixup=0.2)), "same number of examples"),
        (lambda: data.pipeline(X, Y, augment=data.augmenter(mixup=0.2)), "one-hot labels of shape"),
        (lambda: data.pipeline(tf.data.Dataset.range(3), Y), "must be None where x is a dataset"),
        (
            lambda: data.pipeline(tf.data.Dataset.range(9).filter(lambda number: number > 3)),
            "a buffer size where the number of examples is not known, got True",
        ),
    ],
)
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_layer_in_a_pipeline_needs_tensorflow(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ValueError, match="needs Keras on tensorflow, got jax: make it the first layer of the model"):
        data.pipeline(IMAGES, LABELS, augment=keras.layers.Dropout(0.5))


def test_asking_for_data_loads_neither_tensorflow_nor_keras():
    code = "import sys; from dlcourse import data; data.augmenter; print({'keras', 'tensorflow'} & {*sys.modules})"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "set()\n"
