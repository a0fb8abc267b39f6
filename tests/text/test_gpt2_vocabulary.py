"""GPT-2's file of merges: its numbers for bytes, its spelling, its messages. The file here is small and made."""

import pytest

from dlcourse.text import gpt2_tokenizer

MERGES = ["#version: 0.2", "Ġ t", "h e", "Ġt he", "Ã ©", "Ċ Ċ", ""]


@pytest.fixture
def tokenizer(tmp_path):
    path = tmp_path / "vocab.bpe"
    path.write_text("\n".join(MERGES), encoding="utf-8")
    return gpt2_tokenizer(path)


def test_bytes_have_the_numbers_that_gpt2_gives_them(tokenizer):
    """As in its published encoder.json: ! is 0, A is 32, a line's end is 198, a space 220."""
    assert [tokenizer.encode(each)[0] for each in "!A~\n "] == [0, 32, 93, 198, 220]
    assert tokenizer.encode("ÿ") == [127, 123]  # Ã is 127, ¿ is 123


def test_merges_follow_the_bytes_and_the_end_of_a_text_is_last(tokenizer):
    assert tokenizer.tokens[256:] == (b" t", b"he", b" the", "é".encode(), b"\n\n", b"<|endoftext|>")
    assert tokenizer.special_ids == {"<|endoftext|>": 261}


def test_text_is_encoded_with_those_merges(tokenizer):
    assert tokenizer.encode(" the é") == [258, 220, 259]
    assert tokenizer.decode([258, 220, 259]) == " the é"


@pytest.mark.parametrize("line", ["Ġt hé", "one", "a b c"])
def test_a_line_that_is_no_merge_is_refused(tmp_path, line):
    path = tmp_path / "vocab.bpe"
    path.write_text(f"#version: 0.2\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a line of .*vocab\.bpe must hold two tokens made before it"):
        gpt2_tokenizer(path)
