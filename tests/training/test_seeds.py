"""Several seeds at once give what each gives alone."""

import keras
import numpy as np
import pytest

from dlcourse.training import fit, fit_seeds

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(30, 4)).astype("float32")
Y = DRAW.normal(size=(30, 1)).astype("float32")


def builder(built=True):
    inputs = [keras.Input((4,))] if built else []
    model = keras.Sequential([*inputs, keras.layers.Dense(6, "relu"), keras.layers.Dropout(0.3), keras.layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    return model


@pytest.mark.slow
@pytest.mark.parametrize("built", [True, False], ids=["built", "built by the first batch"])
def test_each_run_is_the_one_that_its_seed_gives_alone(built):
    options = {"epochs": 2, "batch_size": 8, "validation_data": (X[:9], Y[:9])}
    runs = fit_seeds(lambda: builder(built), X, Y, seeds=(3, 5), **options)
    assert runs.seeds == (3, 5)
    for place, seed in enumerate(runs.seeds):
        keras.utils.set_random_seed(seed)
        alone = builder(built)
        history = fit(alone, X, Y, seed=seed, **options).history
        assert set(history) == set(runs.history) == {"loss", "mae", "val_loss", "val_mae"}
        for name in history:
            np.testing.assert_allclose(runs.history[name][place], history[name], rtol=1e-5)
        for ours, expected in zip(runs.models[place].get_weights(), alone.get_weights(), strict=True):
            np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)
    assert not np.allclose(runs.history["loss"][0], runs.history["loss"][1])
    np.testing.assert_allclose(runs.mean("loss"), np.mean(runs.history["loss"], 0))
    np.testing.assert_allclose(runs.standard_deviation("loss"), np.std(runs.history["loss"], 0, ddof=1))


def test_a_number_of_seeds_counts_from_zero():
    runs = fit_seeds(builder, X, Y, seeds=2)
    assert runs.seeds == (0, 1)
    assert runs.history["loss"].shape == (2, 1)


@pytest.mark.parametrize("seeds", [[], [1, 1], [-1, 2]])
def test_seeds_that_are_none_or_repeat_are_refused(seeds):
    with pytest.raises(ValueError, match="at least one integer of at least 0, none twice, got"):
        fit_seeds(builder, X, Y, seeds=seeds)


@pytest.mark.parametrize("seeds", [0, -3])
def test_a_number_of_seeds_below_one_is_refused(seeds):
    with pytest.raises(ValueError, match=f"seeds must be a positive integer, got {seeds}"):
        fit_seeds(builder, X, Y, seeds=seeds)


def test_a_builder_whose_model_is_not_compiled_is_refused():
    with pytest.raises(ValueError, match="the model must be compiled"):
        fit_seeds(lambda: keras.Sequential([keras.layers.Dense(1)]), X, Y)
