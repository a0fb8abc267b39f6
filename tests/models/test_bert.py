"""BERT against BERT in NumPy through a file of the published layout; its counts and its mask; saved and loaded."""

import keras
import numpy as np
import published_layouts as reference
import pytest
from safetensors.numpy import save_file

from dlcourse.models import BERT, bert
from dlcourse.models.bert import SIZES

LAYOUT = reference.Layout()
TOKENS = np.random.default_rng(2).integers(1, LAYOUT.vocabulary, (3, 9))
TOKENS[1, 5:] = 0
TYPES = np.repeat([[0, 0, 0, 1, 1, 1, 1, 1, 1]], 3, axis=0)
INPUTS = {"tokens": TOKENS, "token_types": TYPES}


def small(**changes):
    sizes = {"vocabulary_size": LAYOUT.vocabulary, "max_length": LAYOUT.places, "width": LAYOUT.width}
    return bert(**{**sizes, "depth": LAYOUT.depth, "num_heads": LAYOUT.heads, **changes})


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Tensors in the published layout, and a model that has loaded them from a file."""
    tensors = reference.bert_tensors(LAYOUT)
    path = tmp_path_factory.mktemp("bert") / "model.safetensors"
    save_file({f"bert.{name}": tensor for name, tensor in tensors.items()}, path)
    model = small()
    model.load_published(path)
    return tensors, model


@pytest.mark.backend
@pytest.mark.parametrize("output", ["sequence", "pooled"])
def test_outputs_are_those_of_the_published_network(published, output):
    tensors, model = published
    sequence, pooled = reference.bert(tensors, TOKENS, TYPES, LAYOUT)
    expected = {"sequence": sequence, "pooled": pooled}[output]
    error = np.abs(keras.ops.convert_to_numpy(model(INPUTS)[output]) - expected).max() / np.abs(expected).max()
    assert error < 2e-6, f"largest difference {error:.1e} of the largest number"


def test_the_first_publication_s_names_and_heads_give_the_same(published, tmp_path):
    tensors, model = published
    greek = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
    older = {}
    for name, tensor in tensors.items():
        for today, then in greek.items():
            name = name.replace(today, then)
        older[f"bert.{name}"] = tensor
    older |= {"cls.predictions.bias": np.zeros(LAYOUT.vocabulary, "float32")}
    older |= {"bert.embeddings.position_ids": np.arange(LAYOUT.places)[None]}
    save_file(older, tmp_path / "older.safetensors")
    other = small()
    other.load_published(tmp_path / "older.safetensors")
    np.testing.assert_array_equal(other(INPUTS)["sequence"], model(INPUTS)["sequence"])


def test_a_file_that_does_not_fit_is_refused_and_named(tmp_path):
    tensors = reference.bert_tensors(LAYOUT)
    tensors["pooler.dense.weight"] = np.zeros((24, 23), "float32")
    save_file(tensors, tmp_path / "bad.safetensors")
    with pytest.raises(ValueError, match=r"pooler\.dense\.weight \(24, 23\) instead of \(24, 24\)"):
        small().load_published(tmp_path / "bad.safetensors")


@pytest.mark.parametrize(("size", "parameters"), [("base", 109_482_240), ("large", 335_141_888)])
def test_published_counts_follow_from_one_block_and_what_surrounds_it(size, parameters, nothing_drawn):
    width, depth, _ = SIZES[size]
    counts = [bert(size, vocabulary_size=1, depth=n).count_params() for n in (1, 2)]
    assert counts[0] + (depth - 1) * (counts[1] - counts[0]) + (30_522 - 1) * width == parameters


@pytest.mark.slow
def test_the_base_model_has_the_published_count(nothing_drawn):
    assert bert().count_params() == 109_482_240


def test_padding_changes_nothing_before_it(published):
    _, model = published
    cut = model({name: values[1:2, :5] for name, values in INPUTS.items()})
    padded = model({name: values[1:2] for name, values in INPUTS.items()})
    np.testing.assert_allclose(padded["sequence"][:, :5], cut["sequence"], atol=1e-5)
    np.testing.assert_allclose(padded["pooled"], cut["pooled"], atol=1e-5)


def test_what_stands_in_padded_places_is_looked_at_by_nobody(published, tmp_path):
    _, model = published
    model.save(tmp_path / "bert.keras")
    other = keras.models.load_model(tmp_path / "bert.keras")
    embedding = np.array(other.token_embedding.embedding)
    embedding[0] = 100.0
    other.token_embedding.embedding.assign(embedding)
    before, after = model(INPUTS)["sequence"], other(INPUTS)["sequence"]
    np.testing.assert_allclose(np.asarray(after)[TOKENS != 0], np.asarray(before)[TOKENS != 0], atol=1e-6)
    assert np.abs(np.asarray(after - before)[TOKENS == 0]).max() > 0.1


def test_token_types_and_both_directions_count(published):
    _, model = published
    before = np.asarray(model(INPUTS)["sequence"])
    other_types = np.asarray(model({**INPUTS, "token_types": 1 - TYPES})["sequence"])
    last = TOKENS.copy()
    last[0, -1] = last[0, -1] % (LAYOUT.vocabulary - 1) + 1
    other_end = np.asarray(model({**INPUTS, "tokens": last})["sequence"])
    assert np.abs(other_types - before).max() > 0.1
    assert np.abs(other_end - before)[0, 0].max() > 1e-3


def test_its_configuration_makes_it_again():
    model = small(dropout=0.25, token_types=3)
    assert BERT.from_config(model.get_config()).get_config() == model.get_config()


@pytest.mark.slow
def test_fine_tuned_it_learns_which_of_two_tokens_comes_first():
    keras.utils.set_random_seed(0)
    encoder = small(depth=1, dropout=0.0)
    inputs = {name: keras.Input((None,), dtype="int32", name=name) for name in INPUTS}
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(encoder(inputs)["pooled"]))
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
    random = np.random.default_rng(0)
    order = random.integers(0, 2, 256)
    tokens = np.where(order[:, None], [[3, 7, 8, 4]], [[3, 8, 7, 4]])
    data = {"tokens": tokens, "token_types": np.zeros_like(tokens)}
    model.fit(data, order, epochs=8, verbose=0)
    assert model.evaluate(data, order, verbose=0)[1] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": "small"}, "size must be one of 'base', 'large', got 'small'"),
        ({"max_length": 0}, "max_length must be a positive integer, got 0"),
        ({"token_types": 0}, "token_types must be a positive integer, got 0"),
    ],
)
def test_what_is_wrong_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)
