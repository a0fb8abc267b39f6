"""The spaces: what they build from any of their values."""

import keras
import keras_tuner
import numpy as np
import pytest

from dlcourse import tuning

SPACES = {
    "mlp": (tuning.mlp_space((4, 4), 3, widest=16), np.zeros((2, 4, 4), "float32")),
    "cnn": (tuning.cnn_space((6, 6, 1), 3, widest=4), np.zeros((2, 6, 6, 1), "float32")),
    "lstm": (tuning.lstm_space(10, 3, widest=4), np.ones((2, 5), "int32")),
}


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("seed", range(3))
def test_any_values_give_a_compiled_model_of_so_many_classes(name, seed):
    space, x = SPACES[name]
    hp = keras_tuner.HyperParameters()
    space(hp)
    drawn = np.random.default_rng(seed)
    hp.values = {each.name: each.random_sample(int(drawn.integers(1000))) for each in hp.space}
    model = space(hp)
    assert model.compiled
    assert keras.ops.shape(model(x)) == (2, 3)


def test_the_learning_rate_is_the_optimizer_s():
    hp = keras_tuner.HyperParameters()
    hp.Fixed("learning_rate", 0.0123)
    hp.Fixed("optimizer", "sgd")
    model = SPACES["mlp"][0](hp)
    assert isinstance(model.optimizer, keras.optimizers.SGD)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.0123)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tuning.mlp_space(4, 1), "num_classes must be an integer of at least 2, got 1"),
        (lambda: tuning.mlp_space(4, 2, widest=8), "widest must be an integer of at least 16, got 8"),
        (lambda: tuning.cnn_space((8, 8), 2), r"height, width and channels, got \(8, 8\)"),
        (lambda: tuning.lstm_space(1), "vocabulary_size must be an integer of at least 2, got 1"),
    ],
)
def test_what_cannot_be_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
