"""The tokenizer: exact round trip, the merges of a reference implementation, files, messages."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.text import BytePairTokenizer

HERE = Path(__file__).parent
CORPUS = (HERE / "reference_corpus.txt").read_text(encoding="utf-8")
REFERENCE = json.loads((HERE / "reference_merges.json").read_text(encoding="utf-8"))
TOKENIZER = BytePairTokenizer.train(CORPUS, 656, special_tokens=["<|end|>", "<|pad|>"])


def test_the_merges_are_those_of_hugging_face():
    """Computed once by the library tokenizers, which the file names with its settings; ties broken in the same way."""
    tokenizer = BytePairTokenizer.train(CORPUS, vocabulary_size=656)
    assert [list(pair) for pair in tokenizer.merges] == REFERENCE["merges"]


@pytest.mark.parametrize("text", REFERENCE["encoded"], ids=ascii)
def test_the_token_numbers_are_those_of_hugging_face(text):
    tokenizer = BytePairTokenizer(REFERENCE["merges"])
    assert tokenizer.encode(text) == REFERENCE["encoded"][text]


@given(st.text())
def test_any_text_decodes_to_itself(text):
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@given(st.text(st.characters(min_codepoint=0x10000)))
def test_text_beyond_the_basic_plane_decodes_to_itself(text):
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@given(st.text(alphabet=" \n\t'saltedre\u00a0é風👩\u200d", max_size=60))
def test_text_on_the_edges_of_the_rules_decodes_to_itself(text):
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@given(st.text(), st.integers(256, 400))
def test_a_tokenizer_trained_on_any_text_decodes_it_to_itself(text, size):
    tokenizer = BytePairTokenizer.train(text, size, minimum_count=1)
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert len(tokenizer) <= size


def test_an_untrained_tokenizer_spells_bytes():
    assert BytePairTokenizer().encode("é!") == [0xC3, 0xA9, ord("!")]


def test_training_on_several_texts_makes_no_token_across_their_edge():
    apart = BytePairTokenizer.train(["xa", "bx"] * 9, 300)
    together = BytePairTokenizer.train("xabx" * 9, 300)
    assert b"ab" not in apart.tokens
    assert b"xabx" in together.tokens


def test_a_larger_vocabulary_begins_with_the_smaller_one_and_makes_shorter_sequences():
    small, large = (BytePairTokenizer.train(CORPUS, size) for size in (300, 500))
    assert large.merges[: len(small.merges)] == small.merges
    assert len(large.encode(CORPUS)) < len(small.encode(CORPUS)) < len(CORPUS.encode())


def test_special_tokens_are_last_and_never_come_from_text():
    assert TOKENIZER.special_ids == {"<|end|>": len(TOKENIZER) - 2, "<|pad|>": len(TOKENIZER) - 1}
    numbers = TOKENIZER.encode("one<|end|>two")
    assert not set(numbers) & set(TOKENIZER.special_ids.values())
    assert TOKENIZER.decode(numbers) == "one<|end|>two"


def test_special_tokens_decode_to_their_names():
    numbers = [*TOKENIZER.encode("wind"), TOKENIZER.special_ids["<|end|>"]]
    assert TOKENIZER.decode(numbers) == "wind<|end|>"


def test_half_a_character_decodes_to_the_replacement_character():
    assert BytePairTokenizer().decode("é".encode()[:1]) == "\ufffd"


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
def test_numpy_vectors_decode(dtype):
    assert BytePairTokenizer().decode(np.frombuffer(b"wind", "uint8").astype(dtype)) == "wind"


def test_tensors_decode():
    from keras import ops

    assert BytePairTokenizer().decode(ops.convert_to_tensor(list(b"wind"))) == "wind"


def test_a_file_gives_the_same_tokenizer_back(tmp_path):
    TOKENIZER.save(tmp_path / "tokenizer.json")
    loaded = BytePairTokenizer.load(tmp_path / "tokenizer.json")
    assert loaded == TOKENIZER
    assert hash(loaded) == hash(TOKENIZER)
    assert loaded.encode(CORPUS) == TOKENIZER.encode(CORPUS)
    assert loaded.special_ids == TOKENIZER.special_ids


def test_a_byte_order_of_its_own_survives_the_file(tmp_path):
    backwards = BytePairTokenizer([[1, 0]], byte_order=range(255, -1, -1))
    backwards.save(tmp_path / "tokenizer.json")
    assert BytePairTokenizer.load(tmp_path / "tokenizer.json") == backwards
    assert backwards.tokens[256] == bytes([254, 255])
    assert backwards.decode(backwards.encode(CORPUS)) == CORPUS


def test_tokenizers_with_other_merges_or_special_tokens_differ():
    assert BytePairTokenizer([[97, 98]]) != BytePairTokenizer([[97, 99]])
    assert BytePairTokenizer(special_tokens=["<s>"]) != BytePairTokenizer(special_tokens=["</s>"])
    assert BytePairTokenizer() != "BytePairTokenizer"


def test_it_shows_what_it_has():
    tokenizer = BytePairTokenizer([[97, 98]], ["<s>"])
    assert repr(tokenizer) == "BytePairTokenizer of 258 tokens (256 bytes, 1 merges, 1 special)"


def test_words_are_remembered_up_to_a_limit_and_answers_stay_the_same(monkeypatch):
    monkeypatch.setattr("dlcourse.text.byte_pair.REMEMBERED_WORDS", 2)
    tokenizer = BytePairTokenizer(TOKENIZER.merges)
    assert tokenizer.encode(CORPUS) == TOKENIZER.encode(CORPUS)
    assert len(tokenizer._remembered) <= 2


def test_numbers_that_the_caller_changes_do_not_change_what_is_remembered():
    TOKENIZER.encode("wind").append(0)
    assert TOKENIZER.decode(TOKENIZER.encode("wind")) == "wind"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: TOKENIZER.encode(b"wind"), "a text must be a string, got bytes"),
        (lambda: TOKENIZER.encode("a\ud800b"), r"without lone surrogates, got '\\ud800' at position 1"),
        (lambda: TOKENIZER.decode([97, 100_000]), "from 0 to 547, got 100000"),
        (lambda: TOKENIZER.decode([-1]), "from 0 to 547, got -1"),
        (lambda: TOKENIZER.decode([0.5]), "must be integers, got float 0.5"),
        (lambda: TOKENIZER.decode([[97]]), "must be integers, got list"),
        (lambda: BytePairTokenizer.train("a", 255), "at least 256: 256 bytes and 0 special tokens, got 255"),
        (lambda: BytePairTokenizer.train("a", 256, ["<s>"]), "at least 257: 256 bytes and 1 special tokens, got 256"),
        (lambda: BytePairTokenizer.train("a", 300.0), "vocabulary_size must be .* got 300.0"),
        (lambda: BytePairTokenizer.train("a", 300, minimum_count=0), "minimum_count must be .* at least 1, got 0"),
        (lambda: BytePairTokenizer.train([b"a"], 300), "a text must be a string, got bytes"),
        (lambda: BytePairTokenizer.train("a", 300, "<s>"), "must be a list of names, got the one string '<s>'"),
        (lambda: BytePairTokenizer(special_tokens=["<s>", "<s>"]), "must be different strings"),
        (lambda: BytePairTokenizer(special_tokens=[""]), "none of them empty"),
        (lambda: BytePairTokenizer(special_tokens=[3]), "must be different strings"),
        (lambda: BytePairTokenizer([[97, 256]]), r"made before it \(0 to 255\), got \(97, 256\)"),
        (lambda: BytePairTokenizer([[97, 98], [97, 98]]), "a token of its own, got b'ab' twice"),
        (lambda: BytePairTokenizer([[97, 98], [256, 99], [98, 99], [97, 258]]), "a token of its own, got b'abc' twice"),
        (lambda: BytePairTokenizer([[97, 98, 99]]), r"must be a pair of token numbers, got \[97, 98, 99\]"),
        (lambda: BytePairTokenizer([["a", "b"]]), "must be a pair of token numbers"),
        (lambda: BytePairTokenizer(byte_order=range(255)), "each value from 0 to 255 once, got 255 values"),
        (lambda: BytePairTokenizer(byte_order=[0] * 256), "each value from 0 to 255 once, got 256 values"),
    ],
)
def test_what_is_wrong_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("not json", "must be JSON, got .*tokenizer.json"),
        ('{"merges": []', "must be JSON"),
        ("[]", "must say that its format is 'dlcourse byte-pair tokenizer 1'"),
        ('{"format": "another"}', "must say that its format is"),
        ('{"format": "dlcourse byte-pair tokenizer 1", "merges": []}', "without special_tokens, byte_order"),
        (
            '{"format": "dlcourse byte-pair tokenizer 1", "merges": [[0, 999]], "special_tokens": [], "byte_order": '
            + json.dumps(list(range(256)))
            + "}",
            "tokenizer.json holds no valid tokenizer: a merge must join tokens made before it",
        ),
        (
            '{"format": "dlcourse byte-pair tokenizer 1", "merges": [], "special_tokens": [], "byte_order": [[]]}',
            "holds no valid tokenizer: byte_order must",
        ),
    ],
)
def test_a_file_that_holds_something_else_is_named(tmp_path, content, message):
    path = tmp_path / "tokenizer.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=message):
        BytePairTokenizer.load(path)


def test_a_file_that_is_no_text_is_named(tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="must be JSON"):
        BytePairTokenizer.load(path)


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        BytePairTokenizer.load(tmp_path / "absent.json")
