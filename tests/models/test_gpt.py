"""GPT against GPT-2 in NumPy through a file of the published layout; its counts; its cache; saved and loaded."""

import keras
import numpy as np
import published_layouts as reference
import pytest
from safetensors.numpy import save_file

from dlcourse.models import GPT, gpt
from dlcourse.models.gpt import SIZES
from dlcourse.text import generate

LAYOUT = reference.Layout()
TOKENS = np.random.default_rng(2).integers(0, LAYOUT.vocabulary, (3, 11))


def small(**changes):
    sizes = {"vocabulary_size": LAYOUT.vocabulary, "context_length": LAYOUT.places, "width": LAYOUT.width}
    return gpt(**{**sizes, "depth": LAYOUT.depth, "num_heads": LAYOUT.heads, **changes})


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A file in the published layout, and a model that has loaded it."""
    tensors = reference.gpt2_tensors(LAYOUT)
    path = tmp_path_factory.mktemp("gpt2") / "model.safetensors"
    save_file(tensors, path)
    model = small()
    model.load_published(path)
    return tensors, model


@pytest.mark.backend
def test_logits_are_those_of_the_published_network(published):
    tensors, model = published
    expected = reference.gpt2(tensors, TOKENS, LAYOUT)
    ours = keras.ops.convert_to_numpy(model(TOKENS))
    error = np.abs(ours - expected).max() / np.abs(expected).max()
    assert error < 2e-6, f"largest difference {error:.1e} of the largest logit"


@pytest.mark.parametrize("prefix", ["", "transformer."])
def test_a_file_with_prefix_buffers_and_output_matrix_gives_the_same(published, prefix, tmp_path):
    tensors, model = published
    mask = np.tril(np.ones((1, 1, LAYOUT.places, LAYOUT.places), "float32"))
    buffers = {f"{prefix}h.{n}.attn.bias": mask for n in range(LAYOUT.depth)}
    buffers |= {f"{prefix}h.0.attn.masked_bias": np.float32([-1e4]), "lm_head.weight": tensors["wte.weight"]}
    save_file({f"{prefix}{name}": tensor for name, tensor in tensors.items()} | buffers, tmp_path / "more.safetensors")
    other = small()
    other.load_published(tmp_path / "more.safetensors")
    np.testing.assert_array_equal(other(TOKENS), model(TOKENS))


def without(name):
    return lambda tensors: tensors.pop(name)


def reshaped(tensors):
    tensors["h.0.mlp.c_fc.weight"] = np.ascontiguousarray(tensors["h.0.mlp.c_fc.weight"].T)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without("h.1.ln_2.bias"), r"missing h\.1\.ln_2\.bias; unexpected none"),
        (lambda tensors: tensors.update(extra=np.zeros(2)), "missing none; unexpected extra"),
        (reshaped, r"shapes, got h\.0\.mlp\.c_fc\.weight \(96, 24\) instead of \(24, 96\)"),
        (lambda tensors: tensors.clear(), r"missing .* and 23 more; unexpected none"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_and_changes_nothing(damage, message, tmp_path):
    tensors = reference.gpt2_tensors(LAYOUT)
    damage(tensors)
    save_file(tensors, tmp_path / "bad.safetensors")
    model = small()
    before = model(TOKENS)
    with pytest.raises(ValueError, match=message):
        model.load_published(tmp_path / "bad.safetensors")
    np.testing.assert_array_equal(model(TOKENS), before)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*absent"):
        small().load_published(tmp_path / "absent")


@pytest.mark.parametrize(
    ("size", "parameters"),
    [("small", 124_439_808), ("medium", 354_823_168), ("large", 774_030_080), ("xl", 1_557_611_200)],
)
def test_published_counts_follow_from_one_block_and_what_surrounds_it(size, parameters, nothing_drawn):
    width, depth, heads = SIZES[size]
    # A vocabulary of one token, and a second block, are counted apart: the largest would not fit into a small memory.
    counts = [gpt(size, vocabulary_size=1, depth=n).count_params() for n in (1, 2)]
    assert width % heads == 0
    assert counts[0] + (depth - 1) * (counts[1] - counts[0]) + (50_257 - 1) * width == parameters


@pytest.mark.slow
def test_the_small_model_has_the_published_count(nothing_drawn):
    assert gpt().count_params() == 124_439_808


@pytest.mark.backend
@pytest.mark.parametrize("choice", [{"temperature": 0}, {"temperature": 2.0, "top_k": 20}], ids=["greedy", "drawn"])
def test_generation_with_cache_gives_the_same_tokens_as_without(published, choice):
    _, model = published
    prompts = [[1, 2, 3], [4], [5, 6, 7, 8, 9, 10]]
    cached, plain = (generate(model, prompts, 10, seed=1, use_cache=use, **choice) for use in (True, False))
    assert cached == plain
    assert len({token for row in cached for token in row}) > 10


def test_greedy_generation_is_that_of_the_published_network(published):
    tensors, model = published
    tokens = [3, 1]
    for _ in range(10):
        tokens.append(int(reference.gpt2(tensors, np.array([tokens]), LAYOUT)[0, -1].argmax()))
    assert generate(model, [3, 1], 10, temperature=0) == tokens


@pytest.mark.backend
def test_steps_give_the_logits_of_the_whole(published):
    _, model = published
    whole = keras.ops.convert_to_numpy(model(TOKENS))
    cache = model.empty_cache(3, 16)
    first, cache = model.step(keras.ops.array(TOKENS[:, :4]), cache, 0)
    rest = []
    for place in range(4, 11):
        logits, cache = model.step(keras.ops.array(TOKENS[:, place : place + 1]), cache, place)
        rest.append(logits)
    ours = np.stack([keras.ops.convert_to_numpy(each) for each in (first, *rest)], axis=1)
    np.testing.assert_allclose(ours, whole[:, 3:], atol=2e-5)


def test_a_later_token_changes_nothing_before_it(published):
    _, model = published
    changed = TOKENS.copy()
    changed[:, 6:] = (changed[:, 6:] + 1) % LAYOUT.vocabulary
    before, after = np.asarray(model(TOKENS)), np.asarray(model(changed))
    np.testing.assert_allclose(after[:, :6], before[:, :6], atol=1e-6)
    assert np.abs(after[:, 6:] - before[:, 6:]).max() > 0.1


def test_saved_and_loaded_it_is_the_same_and_still_tied(published, tmp_path):
    _, model = published
    model.save(tmp_path / "gpt.keras")
    loaded = keras.models.load_model(tmp_path / "gpt.keras")
    assert loaded.count_params() == model.count_params()
    loaded.token_embedding.embedding.assign(2 * loaded.token_embedding.embedding)
    doubled = reference.gpt2({**published[0], "wte.weight": 2 * published[0]["wte.weight"]}, TOKENS, LAYOUT)
    np.testing.assert_allclose(loaded(TOKENS), doubled, atol=1e-4)


def test_weights_alone_can_be_saved_too(published, tmp_path):
    _, model = published
    model.save_weights(tmp_path / "gpt.weights.h5")
    other = small()
    other.load_weights(tmp_path / "gpt.weights.h5")
    np.testing.assert_array_equal(other(TOKENS), model(TOKENS))


def test_its_configuration_makes_it_again():
    model = small(dropout=0.25, dtype="mixed_bfloat16", name="mine")
    again = GPT.from_config(model.get_config())
    assert again.get_config() == model.get_config()
    assert again.name == "mine"
    assert again.blocks[0].compute_dtype == again.token_embedding.compute_dtype == "bfloat16"


@pytest.mark.slow
def test_it_learns_a_cycle_of_tokens():
    from dlcourse.training import fit  # the only one here that needs TensorFlow

    keras.utils.set_random_seed(0)
    model = small(vocabulary_size=8, depth=1, dropout=0.1)
    model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    rows = (np.arange(64)[:, None] + np.arange(13)) % 8
    fit(model, rows[:, :-1], rows[:, 1:], epochs=15)
    assert generate(model, [3, 4], 8, temperature=0) == [3, 4, 5, 6, 7, 0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": "huge"}, "size must be one of 'small', 'medium', 'large', 'xl', got 'huge'"),
        ({"vocabulary_size": 0}, "vocabulary_size must be a positive integer, got 0"),
        ({"depth": -1}, "depth must be a positive integer, got -1"),
        ({"width": 25}, "multiple of num_heads, got 25 and 3"),
        ({"dropout": 1.0}, "at least 0 and below 1, got 1.0"),
    ],
)
def test_what_is_wrong_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)


def test_a_text_longer_than_the_context_is_refused():
    with pytest.raises(ValueError, match="at most max_length = 16 places, got 17"):
        small()(np.zeros((1, 17), int))
