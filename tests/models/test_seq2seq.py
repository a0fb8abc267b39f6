"""The recurrent encoder and decoder: padding, teacher forcing, both searches, the alignment, and that it learns."""

import itertools

import keras
import numpy as np
import pytest

from dlcourse.models import Seq2Seq

SOURCE = np.array([[3, 4, 5, 6, 7], [8, 3, 9, 0, 0], [4, 0, 0, 0, 0]])
TARGET = np.array([[1, 5, 6, 7, 8, 2], [1, 9, 2, 0, 0, 0], [1, 3, 4, 5, 2, 0]])
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
KINDS = {
    "plain": {"attention": None},
    "additive": {"attention": "additive", "cell": "lstm"},
    "multiplicative": {"attention": "multiplicative", "bidirectional": True},
    "both ways": {"attention": None, "bidirectional": True, "cell": "lstm"},
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def small(kind="additive", **changes):
    keras.utils.set_random_seed(4)
    return Seq2Seq(12, 13, **{"units": 8, "embedding": 6, **KINDS[kind], **changes})


def logits(model, source=SOURCE, target=TARGET[:, :-1]):
    return keras.ops.convert_to_numpy(model([source, target]))


@every_kind
@pytest.mark.backend
def test_padding_of_the_source_changes_nothing(kind):
    model = small(kind)
    alone = logits(model, SOURCE[1:2, :3], TARGET[1:2, :-1])
    np.testing.assert_allclose(logits(model)[1:2], alone, atol=1e-6)
    assert np.abs(logits(model, SOURCE[:, ::-1]) - logits(model))[0].max() > 1e-4


@every_kind
def test_a_later_target_token_changes_nothing_before_it(kind):
    model = small(kind)
    changed = TARGET[:, :-1].copy()
    changed[:, 3] = 11
    before, after = logits(model), logits(model, target=changed)
    np.testing.assert_array_equal(after[:, :3], before[:, :3])
    assert np.abs(after - before)[:, 3:].max() > 1e-4


@every_kind
def test_saved_and_loaded_it_is_the_same(kind, tmp_path):
    model = small(kind, dropout=0.25, end_token=5)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert type(again) is Seq2Seq
    assert again.get_config() == model.get_config()
    np.testing.assert_array_equal(logits(again), logits(model))


@every_kind
def test_greedy_is_what_the_whole_model_says_token_by_token_and_the_beam_of_one(kind):
    model = small(kind)
    tokens = np.ones((3, 1), "int32")
    for _ in range(5):
        best = logits(model, target=tokens)[:, -1].argmax(-1)
        tokens = np.concatenate([tokens, best[:, None].astype("int32")], axis=1)
    expected = [row[1 : row.index(2)] if 2 in row else row[1:] for row in tokens.tolist()]
    assert model.greedy(SOURCE, 5) == expected
    assert [found[0].tokens for found in model.beam(SOURCE, 5, width=1)] == expected


@pytest.mark.parametrize("kind", ["plain", "additive"])
def test_a_wide_beam_finds_the_best_of_all_targets(kind):
    keras.utils.set_random_seed(2)
    model = Seq2Seq(12, 4, units=6, **KINDS[kind])
    model.output_layer.kernel.assign(6 * model.output_layer.kernel)
    sentences = [
        [*tokens, 2][:3]
        for length in range(4)
        for tokens in itertools.product((0, 1, 3), repeat=length)
        if length < 3 or 2 not in tokens
    ]
    scores = {}
    for length in (1, 2, 3):
        alike = np.array([sentence for sentence in sentences if len(sentence) == length])
        read = np.pad(alike[:, :-1], ((0, 0), (1, 0)), constant_values=1)
        all_logits = np.float64(logits(model, np.repeat(SOURCE[:1], len(alike), axis=0), read))
        each = all_logits - np.log(np.exp(all_logits).sum(-1, keepdims=True))
        totals = np.take_along_axis(each, alike[..., None], -1).sum(axis=(1, 2)) / ((5 + length) / 6) ** 0.6
        scores |= dict(zip(map(tuple, alike.tolist()), totals, strict=True))
    assert len(scores) == 1 + 3 + 9 + 27
    best = max(scores, key=scores.get)
    found = model.beam(SOURCE[:1], 3, width=16, length_penalty=0.6)[0][0]
    assert found.tokens == [token for token in best if token != 2]
    assert found.score == pytest.approx(scores[best], abs=1e-4)


def test_the_loss_of_fit_is_the_mean_over_tokens_of_the_shifted_target():
    model = small()
    model.compile(loss=LOSS)
    scores, said = logits(model), TARGET[:, 1:]
    right = np.take_along_axis(scores, said[..., None], -1)[..., 0] - np.log(np.exp(scores).sum(-1))
    assert model.evaluate(SOURCE, TARGET, verbose=0) == pytest.approx(-right[said != 0].mean(), rel=1e-5)


@pytest.mark.parametrize("kind", ["additive", "multiplicative"])
def test_the_alignment_sums_to_one_over_what_is_no_padding(kind):
    weights = small(kind).alignment(SOURCE, TARGET[:, :-1])
    assert weights.shape == (3, 5, 5)
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)
    assert (weights[np.broadcast_to((SOURCE == 0)[:, None], weights.shape)] == 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["additive", "multiplicative"])
def test_it_learns_to_reverse_short_strings(kind):
    from dlcourse.training import fit  # the only one here that needs TensorFlow

    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    words = [random.integers(3, 9, random.integers(2, 6)).tolist() for _ in range(1100)]
    source = keras.utils.pad_sequences(words, padding="post")
    target = keras.utils.pad_sequences([[1, *word[::-1], 2] for word in words], padding="post")
    model = Seq2Seq(9, 9, units=32, **KINDS[kind])
    model.compile(keras.optimizers.Adam(0.01), LOSS)
    fit(model, source[:1000], target[:1000], epochs=10, batch_size=50)
    searches = model.greedy(source[1000:], 7), [found[0].tokens for found in model.beam(source[1000:], 7, width=3)]
    for found in searches:
        right = np.mean([ours == word[::-1] for ours, word in zip(found, words[1000:], strict=True)])
        assert right > 0.9, f"{right:.2f} of the strings are reversed"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"units": 0}, "units must be a positive integer, got 0"),
        ({"embedding": 0}, "embedding must be a positive integer, got 0"),
        ({"cell": "rnn"}, "cell must be one of 'gru', 'lstm', got 'rnn'"),
        ({"attention": "dot"}, "one of 'additive', 'multiplicative', got 'dot'"),
        ({"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1.0"),
        ({"start_token": 2}, "two tokens from 1 to 12, got 2 and 2"),
    ],
)
def test_what_is_wrong_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)


def test_without_attention_there_is_no_alignment():
    with pytest.raises(ValueError, match="needs a model with attention, got attention=None"):
        small("plain").alignment(SOURCE, TARGET)
