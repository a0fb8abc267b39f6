"""DeadUnits counts planted dead units exactly, in every kind of model, and leaves the training as it was."""

import keras
import numpy as np
import pytest

from dlcourse.callbacks import DeadUnits

X = np.random.default_rng(0).normal(size=(64, 6)).astype("float32")
Y = np.random.default_rng(1).normal(size=(64, 2)).astype("float32")


def dense_network(*layers):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((6,)), *layers, keras.layers.Dense(2, name="output")])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    return model


def plant(layer, count):
    """Make the first `count` units negative on all inputs of everyday size."""
    kernel, bias = layer.get_weights()
    bias[:count] = -100.0
    layer.set_weights([kernel, bias])


def count(model, layers=None, probe=X, y=Y, epochs=1):
    dead = DeadUnits(probe, layers)
    model.run_eagerly = True  # two steps cost less than tracing one
    model.fit(probe, y, epochs=epochs, verbose=0, callbacks=[dead])
    return dead


def test_planted_dead_units_are_counted_exactly():
    model = dense_network(keras.layers.Dense(16, "relu", name="hidden"))
    plant(model.get_layer("hidden"), 5)
    dead = count(model, epochs=3)
    assert dead.units == {"hidden": 16}
    assert dead.initial == {"hidden": 5}
    assert dead.history == {"hidden": [5, 5, 5]}
    assert dead.fractions == {"hidden": [5 / 16] * 3}


@pytest.mark.parametrize(
    "activation",
    [
        keras.layers.ReLU(name="on"),
        keras.layers.ReLU(max_value=6, name="on"),
        keras.layers.Activation("relu", name="on"),
        keras.layers.Activation("relu6", name="on"),
        keras.layers.Activation(keras.ops.relu, name="on"),
        keras.layers.Activation(keras.layers.ReLU(), name="on"),
    ],
    ids=["ReLU", "ReLU to 6", "relu", "relu6", "ops.relu", "a layer as a function"],
)
def test_relu_as_a_layer_of_its_own_is_found(activation):
    model = dense_network(keras.layers.Dense(8, name="weights"), activation)
    plant(model.get_layer("weights"), 3)
    assert count(model).history == {"on": [3]}


@pytest.mark.parametrize("activation", [keras.layers.LeakyReLU(0.01), keras.layers.PReLU("ones"), keras.layers.ELU()])
def test_a_named_layer_that_leaks_has_no_dead_unit_where_relu_has(activation):
    model = dense_network(keras.layers.Dense(8, name="weights"), activation)
    plant(model.get_layer("weights"), 3)
    assert count(model, [activation.name]).history == {activation.name: [0]}


@pytest.mark.parametrize("layer", [keras.layers.ReLU(negative_slope=0.1), keras.layers.SimpleRNN(3, activation="relu")])
def test_a_leaking_relu_and_a_recurrent_one_do_not_count_as_relu(layer):
    with pytest.raises(ValueError, match="at least one layer with a ReLU"):
        count(dense_network(keras.layers.Reshape((3, 2)), layer, keras.layers.Flatten()))


def test_a_unit_that_one_example_of_the_probe_wakes_is_not_dead():
    model = dense_network(keras.layers.Dense(4, "relu", name="hidden"))
    model.get_layer("hidden").set_weights([np.eye(6, 4), np.zeros(4)])
    asleep = -np.ones((10, 6), "float32")
    assert count(model, probe=asleep, y=Y[:10]).history == {"hidden": [4]}
    asleep[7, 2] = 0.5
    assert count(model, probe=asleep, y=Y[:10]).history == {"hidden": [3]}


def test_a_filter_is_dead_when_it_is_zero_everywhere_in_every_picture():
    model = keras.Sequential(
        [keras.Input((5, 5, 1)), keras.layers.Conv2D(4, 3, activation="relu", name="filters"), keras.layers.Flatten()]
    )
    model.compile(keras.optimizers.SGD(0.0), "mse")
    kernel = np.zeros((3, 3, 1, 4), "float32")
    kernel[1, 1, 0] = 1.0
    model.get_layer("filters").set_weights([kernel, np.array([0, -0.5, -1, -9.0])])
    pictures = np.zeros((2, 5, 5, 1), "float32")
    pictures[1, 2, 3] = 1.0
    assert count(model, probe=pictures, y=np.zeros((2, 36))).history == {"filters": [2]}


def test_functional_and_nested_models_work_and_a_shared_layer_is_dead_only_if_it_is_in_every_call():
    inner = keras.Sequential([keras.Input((6,)), keras.layers.Dense(6, "relu", name="inner")], name="block")
    shared = keras.layers.Dense(6, "relu", name="shared")
    inputs = keras.Input((6,))
    model = keras.Model(inputs, keras.layers.Dense(2)(shared(-shared(inner(inputs)) - 1.0)))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    plant(inner.get_layer("inner"), 2)
    shared.set_weights([np.eye(6), np.zeros(6)])
    assert count(model).history == {"inner": [2], "shared": [2]}


def test_a_layer_that_another_model_uses_too_is_counted_in_the_model_that_trains():
    shared = keras.layers.Dense(5, "relu", name="shared")
    keras.Sequential([keras.Input((6,)), shared])
    model = dense_network(keras.layers.Rescaling(1.0), shared)
    plant(shared, 2)
    assert count(model).history == {"shared": [2]}


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(6, "relu", name="hidden")
        self.unused = keras.layers.Activation("elu", name="unused")
        self.out = keras.layers.Dense(2, name="out")

    def call(self, inputs):
        return self.out(self.hidden(inputs))


def subclassed_model():
    model = Subclassed()
    model.compile(keras.optimizers.SGD(0.0), "mse")
    model(X)
    plant(model.hidden, 4)
    return model


def test_a_subclassed_model_works():
    assert count(subclassed_model()).history == {"hidden": [4]}


def test_a_model_with_two_inputs_takes_a_probe_of_two_arrays():
    inputs = [keras.Input((6,)), keras.Input((6,))]
    hidden = keras.layers.Dense(5, "relu", name="hidden")(keras.layers.Concatenate()(inputs))
    model = keras.Model(inputs, keras.layers.Dense(2)(hidden))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    model.get_layer("hidden").bias.assign([-100.0, 100.0, 100.0, 100.0, 100.0])
    dead = DeadUnits([X[:9], X[9:18]])
    model.fit([X, X], Y, verbose=0, callbacks=[dead])
    assert dead.history == {"hidden": [1]}


def noisy_network():
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.layers.Dense(16, "relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(2),
        ]
    )
    model.compile("sgd", "mse")
    return model


def test_training_with_and_without_it_gives_identical_weights_and_losses():
    plain, watched = noisy_network(), noisy_network()
    keras.utils.set_random_seed(4)
    expected = plain.fit(X, Y, epochs=3, verbose=0)
    keras.utils.set_random_seed(4)
    got = watched.fit(X, Y, epochs=3, verbose=0, callbacks=[DeadUnits(X[:10])])
    assert got.history == expected.history
    for ours, theirs in zip(watched.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("epochs", [1, 4])
def test_the_training_step_is_not_traced_more_often_however_many_epochs_there_are(epochs):
    traces = []

    def loss(y_true, y_predicted):
        traces.append(1)
        return keras.losses.mean_squared_error(y_true, y_predicted)

    model = noisy_network()
    model.compile("sgd", loss)
    model.fit(X, Y, epochs=epochs, verbose=0)
    without, traces[:] = len(traces), []
    model = noisy_network()
    model.compile("sgd", loss)
    model.fit(X, Y, epochs=epochs, verbose=0, callbacks=[DeadUnits(X[:10])])
    assert 1 <= len(traces) <= without < 4
    assert model.predict_function is None


def test_a_second_fit_starts_afresh():
    model = dense_network(keras.layers.Dense(16, "relu", name="hidden"))
    plant(model.get_layer("hidden"), 5)
    dead = count(model, epochs=2)
    plant(model.get_layer("hidden"), 7)
    model.fit(X, Y, epochs=1, verbose=0, callbacks=[dead])
    assert (dead.initial, dead.history) == ({"hidden": 7}, {"hidden": [7]})


def test_one_callback_serves_another_model():
    first = dense_network(keras.layers.Dense(3, "relu", name="a"))
    second = dense_network(keras.layers.Dense(4, "relu", name="b"))
    dead = count(first)
    second.fit(X, Y, verbose=0, callbacks=[dead])
    assert dead.units == {"b": 4}


def test_nothing_is_left_on_the_model_in_the_logs_or_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = dense_network(keras.layers.Dense(3, "relu", name="hidden"))
    history = model.fit(X, Y, verbose=0, callbacks=[DeadUnits(X)])
    assert not any("call" in vars(layer) for layer in model.layers)
    assert set(history.history) == {"loss"}
    assert list(tmp_path.iterdir()) == []
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras")(X), model(X))


def test_the_model_is_restored_also_when_it_fails_on_the_probe():
    model = subclassed_model()
    with pytest.raises(ValueError, match="incompatible with the layer"):
        model.fit(X, Y, verbose=0, callbacks=[DeadUnits(X[:, :3])])
    assert "call" not in vars(model.hidden)


@pytest.mark.parametrize("shape", [(10, 5), (10, 6, 1), (6,)])
def test_a_probe_of_the_wrong_shape_is_refused_before_the_first_epoch(shape):
    model = dense_network(keras.layers.Dense(3, "relu"))
    with pytest.raises(ValueError, match=r"shape of the model's input, \(None, 6\), got") as error:
        model.fit(X, Y, verbose=0, callbacks=[DeadUnits(np.ones(shape))])
    assert str(shape) in str(error.value)


@pytest.mark.parametrize("probe", [np.empty((0, 6)), 3.0, [X, np.empty((0, 6))]])
def test_an_empty_probe_is_refused(probe):
    with pytest.raises(ValueError, match="at least one example"):
        DeadUnits(probe)


@pytest.mark.parametrize("layers", [[], "hidden"])
def test_layers_that_are_no_list_of_names_are_refused(layers):
    with pytest.raises(ValueError, match="list of at least one layer's name, got"):
        DeadUnits(X, layers)


def test_an_unknown_layer_is_refused_and_the_known_ones_are_named():
    model = dense_network(keras.layers.Dense(3, "relu", name="hidden"))
    with pytest.raises(ValueError, match=r"among \['hidden', 'output'\], got \['hiden'\]"):
        count(model, ["hiden", "output"])


def test_a_model_without_relu_is_refused_and_told_what_to_do():
    model = dense_network(keras.layers.Dense(3, "tanh", name="hidden"))
    with pytest.raises(ValueError, match=r"got none among \['hidden', 'output'\].*layers="):
        count(model)


def test_a_layer_that_the_model_never_calls_is_refused():
    with pytest.raises(ValueError, match=r"called when the model is, got \['unused'\]"):
        count(subclassed_model(), ["unused"])


def test_two_layers_of_one_name_are_refused():
    blocks = [keras.Sequential([keras.Input((6,)), keras.layers.Dense(6, "relu", name="hidden")]) for _ in range(2)]
    with pytest.raises(ValueError, match=r"different names, got \['hidden'\] more than once"):
        count(dense_network(*blocks))
