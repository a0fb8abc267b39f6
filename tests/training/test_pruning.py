"""Exactly the smallest weights are zero, and stay so in further training."""

import keras
import numpy as np
import pytest

from dlcourse.training import fit, prune

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(32, 6)).astype("float32")
Y = DRAW.normal(size=(32, 2)).astype("float32")


def network(constraint=None):
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(10, "relu", kernel_constraint=constraint, name="hidden")
    model = keras.Sequential([keras.Input((6,)), hidden, keras.layers.Dense(2, name="out")], name="net")
    model.compile("adam", "mse")
    return model


def kernels(model):
    return [model.get_layer(name).kernel.numpy() for name in ("hidden", "out")]


@pytest.mark.parametrize("sparsity", [0.0, 0.3, 0.75, 0.99])
def test_globally_the_smallest_of_all_weights_together_are_zero(sparsity):
    model = network()
    before = kernels(model)
    done = prune(model, sparsity)
    sizes = np.abs(np.concatenate([kernel.ravel() for kernel in before]))
    limit = np.sort(sizes)[round(sparsity * len(sizes))]
    for old, new in zip(before, kernels(model), strict=True):
        np.testing.assert_array_equal(new, np.where(np.abs(old) >= limit, old, 0))
    assert done.sparsity == round(sparsity * 80) / 80
    assert set(done.by_weight) == {"net/hidden/kernel", "net/out/kernel"}


def test_by_layer_each_has_the_same_share():
    done = prune(network(), 0.5, scope="layer")
    assert done.by_weight == {"net/hidden/kernel": 0.5, "net/out/kernel": 0.5}


def test_only_the_named_layers_are_pruned():
    model = network()
    assert set(prune(model, 0.5, layers=["out"]).by_weight) == {"net/out/kernel"}
    assert np.all(kernels(model)[0] != 0)


@pytest.mark.parametrize("train", [lambda model: model.fit(X, Y, epochs=2, verbose=0), lambda model: fit(model, X, Y)])
def test_zeros_stay_and_the_others_learn_also_in_a_step_that_was_compiled_before(train):
    model = network()
    train(model)
    prune(model, 0.6)
    before = kernels(model)
    train(model)
    for old, new in zip(before, kernels(model), strict=True):
        np.testing.assert_array_equal(new == 0, old == 0)
        assert np.all(new[old != 0] != old[old != 0])


def test_a_second_round_prunes_further_and_keeps_the_first_zeros():
    model = network()
    prune(model, 0.3)
    first = kernels(model)
    assert prune(model, 0.6).sparsity == 0.6
    assert all(np.all(new[old == 0] == 0) for old, new in zip(first, kernels(model), strict=True))


def test_a_constraint_that_was_there_still_holds():
    model = network(keras.constraints.MaxNorm(0.1))
    prune(model, 0.5)
    prune(model, 0.5)
    model.fit(X, Y, verbose=0)
    kernel = kernels(model)[0]
    assert np.all(np.linalg.norm(kernel, axis=0) <= 0.1 + 1e-6)
    assert np.sum(kernel == 0) > 10


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match="sparsity must be at least 0 and below 1, got 1"):
        prune(network(), 1)
    with pytest.raises(ValueError, match="scope must be 'global' or 'layer', got 'all'"):
        prune(network(), 0.5, scope="all")
    with pytest.raises(ValueError, match="there must be a trainable weight of two or more axes, got layers"):
        prune(keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization()]), 0.5)
