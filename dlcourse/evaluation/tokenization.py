r"""How a text is cut into words before BLEU counts them, so that scores of different people can be compared."""

from __future__ import annotations

import re

# ASCII punctuation stands alone, except for the apostrophe, the hyphen, the full stop and the comma.
_SYMBOLS = re.compile(r"""([!"#$%&()*+/:;<=>?@\[\\\]^_`{|}~])""")
# A full stop or a comma stands alone unless digits are on both sides; a hyphen does after a digit.
_MARK_AFTER_OTHER = re.compile(r"([^0-9])([.,])")
_MARK_BEFORE_OTHER = re.compile(r"([.,])([^0-9])")
_HYPHEN_AFTER_DIGIT = re.compile(r"([0-9])(-)")
_ENTITIES = {"&quot;": '"', "&amp;": "&", "&lt;": "<", "&gt;": ">"}


def tokens_13a(text: str) -> list[str]:
    """The words and punctuation marks of a text by the rules of NIST's `mteval-v13a`, for European languages.

    A word that is broken over two lines by a hyphen is joined; the four entities of XML become the characters that they
    stand for.

    Example:
        >>> tokens_13a("Isn't 1,000.5 enough, in 2020-21?")
        ["Isn't", '1,000.5', 'enough', ',', 'in', '2020', '-', '21', '?']
    """
    text = text.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    text = _SYMBOLS.sub(r" \1 ", f" {text} ")
    text = _MARK_AFTER_OTHER.sub(r"\1 \2 ", text)
    text = _MARK_BEFORE_OTHER.sub(r" \1 \2", text)
    return _HYPHEN_AFTER_DIGIT.sub(r"\1 \2 ", text).split()
