"""The classifier of texts: its count, its padding, what its attention looks at."""

import keras
import numpy as np
import pytest

from dlcourse.models import bilstm_classifier

TOKENS = np.array([[3, 4, 5, 6], [7, 8, 0, 0]])
pooled_either_way = pytest.mark.parametrize("pooling", ["last", "attention"])


def small(**changes):
    keras.utils.set_random_seed(1)
    return bilstm_classifier(**{"vocabulary_size": 10, "num_classes": 3, "units": 4, "embedding": 5, **changes})


def test_two_lstms_of_64_units_on_128_inputs_have_98816_parameters():
    model = bilstm_classifier(1000)
    assert model.get_layer("bilstm").count_params() == 98_816
    assert model.count_params() == 98_816 + 1000 * 128 + 2 * 128 + 2


@pooled_either_way
@pytest.mark.backend
def test_padding_changes_nothing(pooling):
    model = small(pooling=pooling)
    both, alone = (keras.ops.convert_to_numpy(model(each)) for each in (TOKENS, TOKENS[1:, :2]))
    np.testing.assert_allclose(both[1:], alone, atol=1e-6)
    np.testing.assert_allclose(both.sum(axis=1), 1, atol=1e-6)


@pooled_either_way
def test_both_ends_count(pooling):
    model = small(pooling=pooling)
    before = np.asarray(model(TOKENS))[0]
    for place in (0, 3):
        changed = TOKENS.copy()
        changed[0, place] = 9
        assert np.abs(np.asarray(model(changed))[0] - before).max() > 1e-4


def test_the_attention_is_an_average_of_what_is_no_padding():
    model = small(pooling="attention")
    weights = keras.Model(model.input, model.get_layer("attention_weights").output)(TOKENS)
    np.testing.assert_allclose(np.sum(weights, axis=1), 1, atol=1e-6)
    assert (np.asarray(weights)[1, 2:] == 0).all()


@pooled_either_way
def test_saved_and_loaded_it_gives_the_same(pooling, tmp_path):
    model = small(pooling=pooling, classifier_activation=None)
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras")(TOKENS), model(TOKENS))


@pytest.mark.slow
@pooled_either_way
def test_it_learns_whether_first_and_last_token_agree(pooling):
    from dlcourse.training import fit  # the only one here that needs TensorFlow

    model = small(pooling=pooling, num_classes=1, units=16, embedding=16, classifier_activation="sigmoid")
    tokens = np.random.default_rng(0).integers(1, 4, (600, 4))
    labels = (tokens[:, 0] == tokens[:, -1]).astype("float32")
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
    fit(model, tokens[:500], labels[:500], epochs=15, batch_size=32)
    assert model.evaluate(tokens[500:], labels[500:], verbose=0)[1] > 0.95


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"units": 0}, "units must be a positive integer, got 0"),
        ({"pooling": "mean"}, "pooling must be one of 'last', 'attention', got 'mean'"),
        ({"dropout": -0.1}, "dropout must be at least 0 and below 1, got -0.1"),
        ({"num_classes": 1}, "'sigmoid' or None for one class, got 'softmax'"),
    ],
)
def test_what_is_wrong_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)
