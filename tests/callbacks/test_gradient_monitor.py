"""GradientMonitor's norms are those of a tape, it leaves the training as it was, and works in every kind of model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.callbacks import GradientMonitor

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(96, 6)).astype("float32")
Y = RANDOM.normal(size=(96, 2)).astype("float32")
PROBE = (X[:16], Y[:16])


def network(**arguments):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, "tanh", name="first"),
            keras.layers.BatchNormalization(name="scale"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(2, name="last"),
        ]
    )
    model.compile("sgd", "mse", metrics=["mae"], **arguments)
    return model


def fitted(model, monitor, **arguments):
    model.fit(X, Y, batch_size=16, verbose=0, callbacks=[monitor], **arguments)
    return monitor


def test_norms_are_those_of_a_tape_over_the_probe():
    inputs = keras.Input((6,))
    model = keras.Model(inputs, keras.layers.Dense(2, name="b")(keras.layers.Dense(4, "tanh", name="a")(inputs)))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    norms = fitted(model, GradientMonitor(PROBE, every=3)).norms
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(PROBE[0]) - PROBE[1]) ** 2)
    gradients = tape.gradient(loss, [each.value for each in model.trainable_variables])
    for name, pair in (("a", gradients[:2]), ("b", gradients[2:])):
        assert norms[name] == pytest.approx([float(tf.linalg.global_norm(pair))] * 2, rel=1e-5)


def test_it_measures_before_every_tenth_step_across_epochs_and_a_second_fit_starts_afresh():
    model, monitor = network(), GradientMonitor(PROBE)
    assert fitted(model, monitor, epochs=4).steps.tolist() == [0, 10, 20]
    assert list(monitor.norms) == ["first", "scale", "last"]
    assert {values.shape for values in monitor.norms.values()} == {(3,)}
    assert fitted(model, monitor, epochs=1).steps.tolist() == [0]


def test_where_steps_are_executed_together_it_measures_at_the_first_chance():
    monitor = fitted(network(steps_per_execution=3), GradientMonitor(PROBE, every=4), epochs=2)
    assert monitor.steps.tolist() == [0, 6]


def test_training_with_and_without_it_gives_identical_weights_and_logs():
    plain, watched = network(), network()
    expected = plain.fit(X, Y, batch_size=16, epochs=2, shuffle=False, verbose=0).history
    got = watched.fit(
        X, Y, batch_size=16, epochs=2, shuffle=False, verbose=0, callbacks=[GradientMonitor(PROBE, 1)]
    ).history
    assert got == expected
    for ours, theirs in zip(watched.variables, plain.variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_it_is_compiled_once_for_two_fits():
    traces = []

    def loss(y_true, y_predicted):
        traces.append(1)
        return keras.losses.mean_squared_error(y_true, y_predicted)

    model, monitor = network(), GradientMonitor(PROBE, every=1)
    model.compile("sgd", loss)
    fitted(model, monitor)
    before = len(traces)
    fitted(model, monitor)
    assert 1 < before == len(traces)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = keras.Sequential([keras.layers.Dense(4, name="same")], name="block")
        self.other = keras.Sequential([keras.layers.Dense(2, name="same")], name="head")
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

    def call(self, inputs):
        return self.scale * self.other(self.inner(inputs))


def test_a_subclassed_model_with_nested_ones_and_a_weight_of_its_own_works():
    model = Subclassed()
    model.compile("sgd", "mse")
    names = list(fitted(model, GradientMonitor(PROBE)).norms)
    assert names == ["block/same", "head/same", model.name]


def test_the_figure_has_a_line_per_layer_and_its_alternative_text_the_numbers():
    monitor = fitted(network(), GradientMonitor(PROBE, every=2))
    picture = monitor.plot()
    assert len(picture.figure.axes[0].lines) == 3
    assert f"{monitor.norms['first'][0]:.1e}" in picture.alt


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((X,), "pair .x, y., got ndarray"),
        (((X[:0], Y[:0]),), "at least one example"),
        ((PROBE, 0), "at least 1, got 0"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        GradientMonitor(*arguments)


def test_a_model_without_trainable_weights_is_refused():
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
    model.trainable = False
    model.compile("sgd", "mse")
    monitor = GradientMonitor(PROBE)
    monitor.set_model(model)
    with pytest.raises(ValueError, match="must have a trainable weight, got none"):
        monitor.on_train_begin()
