"""LearningRateFinder finds a rate that trains well, and leaves no trace on model or optimizer."""

import keras
import numpy as np
import pytest

from dlcourse.callbacks import LearningRateFinder

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(320, 8)).astype("float32")
Y = (X @ RANDOM.normal(size=(8, 1)) + np.sin(X[:, :1])).astype("float32")


def network(optimizer=None, **arguments):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(16),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.Dropout(0.1),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer or keras.optimizers.SGD(0.01, momentum=0.9), "mse", **arguments)
    return model


@pytest.fixture(scope="module")
def tested():
    finder, model = LearningRateFinder(steps=80), network()
    record = model.fit(X, Y, epochs=100, verbose=0, callbacks=[finder])
    return finder, record


def test_the_rates_grow_by_the_same_factor_and_the_fit_stops_by_itself(tested):
    finder, record = tested
    np.testing.assert_allclose(finder.rates[1:] / finder.rates[:-1], 1e7 ** (1 / 79))
    assert len(finder.rates) == len(finder.losses) == len(finder.raw_losses) <= 80
    assert len(record.history["loss"]) <= 8


def test_losses_are_those_of_single_batches_smoothed_without_a_bias_at_the_start(tested):
    finder, _ = tested
    raw = finder.raw_losses
    assert finder.losses[0] == raw[0]
    assert finder.losses[1] == pytest.approx((0.9 * raw[0] + raw[1]) / 1.9)
    assert finder.losses[2] == pytest.approx((0.81 * raw[0] + 0.9 * raw[1] + raw[2]) / 2.71)


def test_the_loss_of_a_step_is_that_of_its_batch_alone():
    model, finder = network(), LearningRateFinder(lowest=1e-12, highest=1e-11, steps=10)
    model.layers[3].rate = 0.0
    model.fit(X, Y, epochs=1, shuffle=False, verbose=0, callbacks=[finder])
    expected = [float(np.mean((model(X[i : i + 32], training=True) - Y[i : i + 32]) ** 2)) for i in range(0, 320, 32)]
    np.testing.assert_allclose(finder.raw_losses, expected, rtol=1e-4)


def test_the_suggested_rate_trains_better_than_a_hundredth_and_than_thirty_times_of_it(tested):
    rate = tested[0].suggestion

    def loss(factor):
        model = network(keras.optimizers.SGD(rate * factor, momentum=0.9))
        return model.fit(X, Y, epochs=3, verbose=0).history["loss"][-1]

    good = loss(1)
    assert good < loss(0.01)
    assert not good > loss(30)


def state(model):
    return [np.array(each) for each in (*model.variables, *model.optimizer.variables)]


def test_weights_averages_seeds_moments_and_rate_are_as_before():
    model = network(keras.optimizers.Adam(0.003))
    model.fit(X, Y, verbose=0)
    before = state(model)  # copies: a view would change with the variable
    model.fit(X, Y, epochs=20, verbose=0, callbacks=[LearningRateFinder(steps=40)])
    for ours, theirs in zip(state(model), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.003)


def test_training_after_a_test_is_the_same_as_without_it():
    plain, tried = network(), network()
    tried.fit(X, Y, epochs=20, verbose=0, callbacks=[LearningRateFinder(steps=40)])
    losses = [model.fit(X, Y, shuffle=False, verbose=0).history["loss"] for model in (plain, tried)]
    assert losses[0] == losses[1]


def test_it_stops_when_the_loss_is_not_finite_and_keeps_what_is():
    finder = LearningRateFinder(lowest=1e-3, highest=1e30, steps=20, divergence=1e30)
    model = network(keras.optimizers.SGD())
    model.fit(X, Y, epochs=20, verbose=0, callbacks=[finder])
    assert 0 < len(finder.rates) < 20
    assert np.isfinite(finder.losses).all()
    assert np.isfinite(model.predict(X, verbose=0)).all()


def test_a_second_fit_starts_afresh():
    finder, model = LearningRateFinder(steps=40), network()
    model.fit(X, Y, epochs=20, shuffle=False, verbose=0, callbacks=[finder])
    first = finder.losses
    model.fit(X, Y, epochs=20, shuffle=False, verbose=0, callbacks=[finder])
    np.testing.assert_array_equal(finder.losses, first)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = keras.layers.Dense(1)

    def call(self, inputs):
        return self.out(inputs)


def test_a_subclassed_model_works_once_it_has_its_weights():
    finder, model = LearningRateFinder(steps=40), Subclassed()
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="which is not built; call it on a batch first"):
        model.fit(X, Y, epochs=20, verbose=0, callbacks=[finder])
    model = Subclassed()
    model.compile("sgd", "mse")
    model(X)
    before = state(model)
    model.fit(X, Y, epochs=20, verbose=0, callbacks=[finder])
    assert 1e-4 < finder.suggestion < 1
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


def test_the_figure_marks_the_suggestion_and_its_alternative_text_has_the_numbers(tested):
    picture = tested[0].plot()
    assert f"suggested rate, {tested[0].suggestion:.1e}" in picture.alt
    assert set(picture.figure.axes[0].lines[1].get_xdata()) == {tested[0].suggestion}
    assert tested[0].plot(alt="Another description of it.").alt == "Another description of it."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"lowest": 0.0}, "0 < lowest < highest, got 0.0"),
        ({"lowest": 1.0, "highest": 0.1}, "got 1.0 and 0.1"),
        ({"steps": 9}, "at least 10, got 9"),
        ({"smoothing": 1.0}, "below 1, got 1.0"),
        ({"divergence": 0.0}, "above 0, got 0.0"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        LearningRateFinder(**arguments)


@pytest.mark.parametrize(
    ("model", "epochs", "words"),
    [
        (lambda: network(steps_per_execution=2), 20, "steps_per_execution must be 1, got 2"),
        (
            lambda: network(keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 10))),
            20,
            "number that can be set, got the schedule CosineDecay",
        ),
        (network, 2, "at least steps=100 steps long, got 20"),
    ],
)
def test_a_fit_that_cannot_be_tested_is_refused(model, epochs, words):
    with pytest.raises(ValueError, match=words):
        model().fit(X, Y, epochs=epochs, verbose=0, callbacks=[LearningRateFinder()])


def test_there_is_no_suggestion_before_a_test_or_where_no_rate_helps():
    with pytest.raises(ValueError, match="at least one step, got none"):
        _ = LearningRateFinder().suggestion
    finder = LearningRateFinder(lowest=1e3, highest=1e4, steps=10)
    network(keras.optimizers.SGD()).fit(X, Y, epochs=20, verbose=0, callbacks=[finder])
    with pytest.raises(ValueError, match="begin at a lower rate"):
        _ = finder.suggestion
