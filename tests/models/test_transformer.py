"""The masks of the Transformer, before and after saving and in `fit`; its cache; its count; that it learns."""

from contextlib import contextmanager

import keras
import numpy as np
import pytest

from dlcourse.models import Transformer, transformer
from dlcourse.models.encoder_decoder import EncoderDecoder, teacher_forced

SOURCE = np.array([[3, 4, 5, 6, 7], [8, 3, 9, 0, 0], [4, 0, 0, 0, 0]])
TARGET = np.array([[1, 5, 6, 7, 8, 2], [1, 9, 2, 0, 0, 0], [1, 3, 4, 5, 2, 0]])
READ, SAID = TARGET[:, :-1], TARGET[:, 1:]
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)


def small(**changes):
    return transformer(12, 13, **{"width": 16, "depth": 1, "num_heads": 2, "dropout": 0.2, **changes})


def saved_and_loaded(model, folder):
    model.save(folder / "model.keras")
    return keras.models.load_model(folder / "model.keras")


@pytest.fixture(scope="module", params=["new", "loaded", "taught"])
def model(request, tmp_path_factory):
    keras.utils.set_random_seed(3)
    model = small()
    if request.param == "loaded":
        return saved_and_loaded(model, tmp_path_factory.mktemp("transformer"))
    if request.param == "taught":
        model.compile("sgd", LOSS, run_eagerly=True)
        model.train_on_batch(SOURCE, TARGET)
    return model


def logits(model, source=SOURCE, target=READ):
    return np.asarray(model([source, target]))


@pytest.mark.parametrize("place", range(1, 5))
def test_a_future_target_token_changes_no_output_before_it(model, place):
    changed = READ.copy()
    changed[:, place] = 11
    before, after = logits(model), logits(model, target=changed)
    np.testing.assert_array_equal(after[:, :place], before[:, :place])
    assert np.abs(after[:, place] - before[:, place]).min(axis=-1).max() > 1e-4


@contextmanager
def another_vector_for_padding(embedding):
    """While it lasts, the token 0 has a vector far from all others."""
    before = np.array(embedding.embedding)
    changed = before.copy()
    changed[0] = 50.0
    embedding.embedding.assign(changed)
    try:
        yield
    finally:
        embedding.embedding.assign(before)


def test_a_padded_target_place_changes_no_output_of_a_token(model):
    before = logits(model)
    with another_vector_for_padding(model.target_embedding):
        after = logits(model)
    # The score of padding itself is made of the vector that was changed.
    np.testing.assert_allclose(after[READ != 0][:, 1:], before[READ != 0][:, 1:], atol=1e-6)
    assert np.abs(after - before)[READ == 0][:, 1:].max() > 1e-2


def test_a_padded_source_place_changes_no_output(model):
    def seen():
        return logits(model), np.asarray(model.encode(keras.ops.array(SOURCE)))

    before, memory_before = seen()
    with another_vector_for_padding(model.source_embedding):
        after, memory_after = seen()
    np.testing.assert_allclose(after, before, atol=1e-6)
    assert np.abs(memory_after - memory_before)[SOURCE == 0].max() > 1e-2


def test_more_padding_changes_no_output(model):
    wider = logits(model, np.pad(SOURCE, ((0, 0), (0, 3))), np.pad(READ, ((0, 0), (0, 2))))
    np.testing.assert_allclose(wider[:, :5], logits(model), atol=1e-5)


def test_a_source_token_changes_outputs(model):
    changed = SOURCE.copy()
    changed[:, 0] = 11
    assert np.abs(logits(model, changed) - logits(model)).max(axis=(1, 2)).min() > 1e-3


def losses_of_a_batch(source, target, run_eagerly):
    """What `fit` reports, and the weights after it, from one start and without dropout."""
    keras.utils.set_random_seed(5)
    model = small(dropout=0.0)
    model.compile(keras.optimizers.SGD(0.1), LOSS, weighted_metrics=["accuracy"], run_eagerly=run_eagerly)
    history = model.fit(source, target, epochs=2, verbose=0, shuffle=False).history
    return [*history["loss"], *history["accuracy"]], model.get_weights()


def test_fit_learns_the_same_however_much_is_padded():
    told, weights = losses_of_a_batch(SOURCE, TARGET, run_eagerly=True)
    wider = np.pad(SOURCE, ((0, 0), (0, 2))), np.pad(TARGET, ((0, 0), (0, 3)))
    told_wider, weights_wider = losses_of_a_batch(*wider, run_eagerly=False)
    np.testing.assert_allclose(told_wider, told, rtol=1e-5)
    for wider, ours in zip(weights_wider, weights, strict=True):
        np.testing.assert_allclose(wider, ours, atol=1e-6)


def test_the_loss_of_fit_is_the_mean_over_tokens_of_the_shifted_target():
    model = small(dropout=0.0)
    model.compile(loss=LOSS, weighted_metrics=["accuracy"])
    loss, accuracy = model.evaluate(SOURCE, TARGET, verbose=0)
    scores = logits(model)
    right = np.take_along_axis(scores, SAID[..., None], -1)[..., 0] - np.log(np.exp(scores).sum(-1))
    assert loss == pytest.approx(-right[SAID != 0].mean(), rel=1e-5)
    assert accuracy == pytest.approx((scores.argmax(-1) == SAID)[SAID != 0].mean(), rel=1e-5)
    pair = model.evaluate([SOURCE, READ], SAID, sample_weight=np.float32(SAID != 0), verbose=0)
    assert pair == pytest.approx([loss, accuracy], rel=1e-5)


class Smallest(EncoderDecoder):
    """The next token by the last alone, whatever the source says."""

    def __init__(self):
        source, target = keras.Input((None,), name="source"), keras.Input((None,), name="target")
        said = keras.layers.Embedding(13, 13)(target) + 0 * keras.ops.sum(source)
        super().__init__([source, target], said)


@pytest.mark.backend
def test_before_any_step_keras_sees_a_batch_shifted_too():
    model, weights = Smallest(), np.float32(SAID != 0)
    model.compile(loss=LOSS)
    pair = model.evaluate([SOURCE, READ], SAID, sample_weight=weights, verbose=0)
    model.compile(loss=LOSS)
    assert model.evaluate(SOURCE, TARGET, verbose=0) == pytest.approx(pair, rel=1e-5)
    model.compile(loss=LOSS)
    assert float(model.test_on_batch(SOURCE, TARGET)) == pytest.approx(pair, rel=1e-5)


def test_what_is_a_pair_already_is_not_shifted_again():
    data = ([SOURCE, READ], SAID)
    assert teacher_forced(data) is data


@pytest.mark.backend
def test_steps_with_the_cache_give_the_logits_of_the_whole():
    model = small()
    whole = keras.ops.convert_to_numpy(model([SOURCE, READ[:, :3]]))
    state = model.first_state(SOURCE, 5)
    for place in range(3):
        step, state = model.next_logits(READ[:, place], state)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(step), whole[:, place], atol=1e-5)


def test_greedy_is_what_the_whole_model_says_token_by_token_and_the_beam_of_one():
    keras.utils.set_random_seed(1)
    model = small()
    tokens = np.ones((3, 1), "int32")
    for _ in range(6):
        scores = keras.ops.convert_to_numpy(model([SOURCE, tokens]))[:, -1]
        tokens = np.concatenate([tokens, scores.argmax(-1)[:, None].astype("int32")], axis=1)
    expected = [row[1 : row.index(2)] if 2 in row else row[1:] for row in tokens.tolist()]
    assert model.greedy(SOURCE, 6) == expected
    assert [found[0].tokens for found in model.beam(SOURCE, 6, width=1)] == expected


@pytest.mark.parametrize(("shared", "first_norm"), [(True, False), (False, True)])
def test_its_configuration_makes_it_again_and_one_matrix_stays_one(shared, first_norm, tmp_path):
    model = transformer(
        20, 20, width=8, depth=1, num_heads=2, share_embeddings=shared, normalize_first=first_norm, end_token=4
    )
    again = saved_and_loaded(model, tmp_path)
    assert type(again) is Transformer
    assert again.get_config() == model.get_config()
    assert again.count_params() == model.count_params()
    assert (again.source_embedding is again.target_embedding) == shared
    np.testing.assert_array_equal(logits(again), logits(model))


def test_the_base_model_s_count_follows_from_one_block_and_the_vocabulary(nothing_drawn):
    counts = [transformer(2 + 1, 3, depth=n, share_embeddings=True).count_params() for n in (1, 2)]
    assert counts[0] + 5 * (counts[1] - counts[0]) + (37_000 - 3) * 512 == 63_082_496


@pytest.mark.slow
def test_it_learns_to_reverse_short_strings():
    from dlcourse.training import fit  # the only one here that needs TensorFlow

    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    words = [random.integers(3, 9, random.integers(2, 6)).tolist() for _ in range(1200)]
    source = keras.utils.pad_sequences(words, padding="post")
    target = keras.utils.pad_sequences([[1, *word[::-1], 2] for word in words], padding="post")
    model = transformer(9, 9, width=32, depth=1, num_heads=4, dropout=0.0)
    model.compile(keras.optimizers.Adam(0.004), LOSS)
    fit(model, source[:1100], target[:1100], epochs=20, batch_size=50)
    right = [found == word[::-1] for found, word in zip(model.greedy(source[1100:], 7), words[1100:], strict=True)]
    assert np.mean(right) > 0.9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depth": 0}, "depth must be a positive integer, got 0"),
        ({"width": 15}, "multiple of num_heads, got 15 and 2|even D"),
        ({"start_token": 0}, "two tokens from 1 to 12, got 0 and 2"),
        ({"end_token": 1}, "two tokens from 1 to 12, got 1 and 1"),
        ({"end_token": 13}, "two tokens from 1 to 12, got 1 and 13"),
        ({"share_embeddings": True}, "of one size, got 12 and 13"),
    ],
)
def test_what_is_wrong_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)


@pytest.mark.parametrize("search", ["greedy", "beam"])
@pytest.mark.parametrize(
    ("source", "max_tokens", "message"),
    [
        ([3, 4], 5, r"source must be integers of shape \(B, S\), got int64 of shape \(2,\)"),
        ([[0.5]], 5, "source must be integers of shape .* got float64"),
        (SOURCE, 0, "max_tokens must be at least 1, got 0"),
    ],
)
def test_what_cannot_be_decoded_is_said(search, source, max_tokens, message):
    with pytest.raises(ValueError, match=message):
        getattr(small(), search)(source, max_tokens)
