"""Text for networks: byte-pair encoding and generation written out, vocabularies and padding over Keras's own layers.

Nothing heavy is imported here: Keras waits until it is needed.
"""

from dlcourse.text.byte_pair import BytePairTokenizer
from dlcourse.text.generation import generate
from dlcourse.text.gpt2_vocabulary import gpt2_tokenizer
from dlcourse.text.padding import language_model_blocks, pad
from dlcourse.text.words import decode_words, encode_words, mark_sentences, vocabulary

__all__ = [
    "BytePairTokenizer",
    "decode_words",
    "encode_words",
    "generate",
    "gpt2_tokenizer",
    "language_model_blocks",
    "mark_sentences",
    "pad",
    "vocabulary",
]
