"""What is frozen stays, batch normalization too, and each layer moves at its own rate."""

import keras
import numpy as np
import pytest

from dlcourse.training import discriminative_learning_rates, unfreeze

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(16, 4)).astype("float32")
Y = DRAW.normal(size=(16, 2)).astype("float32")


def network():
    """A backbone with batch normalization, and a head."""
    keras.utils.set_random_seed(0)
    inner = [keras.layers.Dense(4, "tanh", name="one"), keras.layers.BatchNormalization(name="norm")]
    backbone = keras.Sequential([keras.Input((4,)), *inner, keras.layers.Dense(3, "tanh", name="two")], name="backbone")
    return keras.Sequential([keras.Input((4,)), backbone, keras.layers.Dense(2, name="head")])


@pytest.mark.parametrize(
    ("layers", "expected"), [(0, []), (1, ["head"]), (3, ["two", "head"]), (4, ["one", "two", "head"])]
)
def test_only_the_last_layers_learn_also_inside_a_frozen_backbone(layers, expected):
    model = network()
    model.layers[0].trainable = False
    assert unfreeze(model, layers) == expected
    assert [variable.path.split("/")[-2] for variable in model.trainable_variables[::2]] == expected


def test_weights_and_averages_of_frozen_layers_do_not_move():
    model = network()
    unfreeze(model, 3)
    model.compile("sgd", "mse")
    before = {variable.path: variable.numpy() for variable in model.variables}
    model.fit(X, Y, verbose=0)
    moved = {path.split("/")[-2] for path, value in before.items() if _differs(model, path, value)}
    assert moved == {"two", "head"}


def _differs(model, path, value):
    return any(each.path == path and np.any(each.numpy() != value) for each in model.variables)


def test_batch_normalization_learns_when_asked_for():
    model = network()
    assert unfreeze(model, 3, batch_normalization=True) == ["norm", "two", "head"]


@pytest.mark.parametrize("layers", [-1, 5, 1.0, True])
def test_a_number_of_layers_that_is_not_there_is_refused(layers):
    with pytest.raises(ValueError, match="layers must be an integer from 0 to 4, the layers with weights, got"):
        unfreeze(network(), layers)


@pytest.mark.parametrize(
    ("multipliers", "expected"),
    [({"one": 0.0, "two": 0.5}, [0, 0, 1, 1, 0.5, 0.5, 1, 1]), (0.5, [0.125, 0.125, 0.25, 0.25, 0.5, 0.5, 1, 1])],
    ids=["by name", "by depth"],
)
def test_it_equals_stochastic_gradient_descent_with_a_rate_for_each_layer(multipliers, expected):
    by_hand, ours = network(), network()
    by_hand.compile(keras.optimizers.SGD(1.0), "mse")
    ours.compile(discriminative_learning_rates(ours, keras.optimizers.SGD(0.2), multipliers), "mse")
    for start in (0, 8):
        before = [variable.numpy() for variable in by_hand.trainable_variables]
        by_hand.train_on_batch(X[start : start + 8], Y[start : start + 8])
        for variable, old, factor in zip(by_hand.trainable_variables, before, expected, strict=True):
            variable.assign(old + 0.2 * factor * (variable.numpy() - old))
    ours.fit(X, Y, batch_size=8, shuffle=False, verbose=0)
    for one, other in zip(ours.trainable_variables, by_hand.trainable_variables, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-5, atol=1e-7)


def test_adam_moves_by_the_multiplied_rate_too_which_a_scaled_gradient_would_not():
    model = network()
    before = [variable.numpy() for variable in model.trainable_variables]
    model.compile(discriminative_learning_rates(model, keras.optimizers.Adam(0.01), {"two": 0.1}), "mse")
    model.train_on_batch(X, Y)
    steps = [np.abs(v.numpy() - old).max() for v, old in zip(model.trainable_variables, before, strict=True)]
    np.testing.assert_allclose(steps[4:], [0.001, 0.001, 0.01, 0.01], rtol=1e-2)


def test_an_optimizer_in_use_a_strange_name_and_a_negative_multiplier_are_refused():
    model = network()
    with pytest.raises(ValueError, match=r"for layers with trainable weights, \['one', .*got \['three'\]"):
        discriminative_learning_rates(model, keras.optimizers.SGD(), {"three": 1.0})
    with pytest.raises(ValueError, match=r"multipliers\['one'\] must be a number of at least 0, got -1"):
        discriminative_learning_rates(model, keras.optimizers.SGD(), {"one": -1})
    used = discriminative_learning_rates(model, keras.optimizers.SGD(), 0.5)
    with pytest.raises(ValueError, match="the optimizer must be a new one, got"):
        discriminative_learning_rates(model, used, 0.5)
