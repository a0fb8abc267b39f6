"""Words as numbers: what the layer learned, batches, the way back, messages."""

import keras
import numpy as np
import pytest

from dlcourse.text import decode_words, encode_words, mark_sentences, vocabulary

TEXTS = ["The wind, the kite!", "the string", "a kite"]


def test_words_are_numbered_by_how_often_they_occur_after_padding_and_unknown():
    assert vocabulary(TEXTS).get_vocabulary()[:4] == ["", "[UNK]", "the", "kite"]


def test_numbers_equal_those_of_a_layer_adapted_by_hand():
    by_hand = keras.layers.TextVectorization(max_tokens=5, output_sequence_length=4)
    by_hand.adapt(TEXTS)
    expected = keras.ops.convert_to_numpy(by_hand(TEXTS))
    np.testing.assert_array_equal(encode_words(vocabulary(TEXTS, max_tokens=5, length=4), TEXTS), expected)


def test_many_batches_give_the_same_as_one(monkeypatch):
    layer = vocabulary(TEXTS)
    at_once = encode_words(layer, TEXTS)
    monkeypatch.setattr("dlcourse.text.words.BATCH", 1)
    assert vocabulary(TEXTS).get_vocabulary() == layer.get_vocabulary()
    np.testing.assert_array_equal(encode_words(layer, TEXTS), at_once)


def test_rows_without_a_length_of_the_layers_own_are_as_long_as_the_longest_text():
    numbers = encode_words(vocabulary(TEXTS), TEXTS)
    assert numbers.shape == (3, 4)
    assert numbers.dtype == "int64"
    assert (numbers[1, 2:] == 0).all()


def test_words_that_were_not_there_are_unknown():
    layer = vocabulary(TEXTS, length=3)
    np.testing.assert_array_equal(encode_words(layer, ["the ocean"])[0, 1:], [1, 0])


def test_numbers_go_back_to_words_without_padding():
    layer = vocabulary(TEXTS, length=6)
    assert decode_words(layer, encode_words(layer, TEXTS)) == ["the wind the kite", "the string", "a kite"]


def test_marks_of_start_and_end_survive_the_standardization():
    marked = mark_sentences(["Il pleut."])
    layer = vocabulary(marked)
    assert decode_words(layer, encode_words(layer, marked)) == ["⟨start⟩ il pleut ⟨end⟩"]


def test_characters_can_be_the_words():
    layer = vocabulary(["abca"], split="character")
    assert layer.get_vocabulary()[2] == "a"
    assert encode_words(layer, ["ab"]).shape == (1, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vocabulary("the wind"), "must be a list of strings, got the one string 'the wind'"),
        (lambda: vocabulary([]), "one string or more, got none"),
        (lambda: vocabulary(["a", 3]), "one string or more, got int, str"),
        (lambda: encode_words(vocabulary(["a"]), "a"), "got the one string 'a'"),
        (lambda: decode_words(vocabulary(["a"]), [2]), r"shape \(texts, length\), got shape \(1,\)"),
        (lambda: decode_words(vocabulary(["a"]), [[3]]), "from 0 to 2, got 3 to 3"),
        (lambda: decode_words(vocabulary(["a"]), [[-1]]), "from 0 to 2, got -1 to -1"),
    ],
)
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()
