"""What is behind an exception that learners meet often, in words that do not come from the library that raised it."""

from __future__ import annotations

import re

_EXPLAINED = (
    ("truth value of an array", "where one True or False is needed, such as after `if`, there is a whole array"),
    ("could not be broadcast", "two arrays met whose shapes do not fit"),
    ("positional argument", "it has to take the arguments that the question names, in that order"),
    ("is not defined", "was the cell run that defines or imports it?"),
    ("Cannot cast ufunc", "whole numbers were changed in place into decimal ones; make a new array"),
    (
        "mismatch in its core dimension|not aligned",
        "in a matrix product the rows of the first factor meet the columns of the second: are the factors in the right "
        "order?",
    ),
    ("is out of bounds for axis", "a place was asked for that the array does not have"),
    (r"must call `compile\(\)`", "`compile`, with an optimizer and a loss, comes before `fit`"),
    (
        "expected min_ndim=4, found ndim=3",
        "a convolution takes images with channels: the shape in `Input` is (rows, columns, channels)",
    ),
    ("received kernel of shape", "`Input` takes the shape of one example alone: `x.shape[1:]`"),
    (
        "incompatible with the layer|Invalid input shape",
        "does the shape in `Input` fit the data, and do the right data go in?",
    ),
    (
        "output size would be zero or negative",
        'the image has become smaller than the window: pool less often, or pad with `padding="same"`',
    ),
    (
        r"target.shape=\(\w+, \d+\), output.shape=\(\w+, \d+\)",
        "one-hot labels met a loss for whole numbers: leave the labels as they are, or take `categorical_crossentropy`",
    ),
    (
        r"target.shape=\(\w+,\), output.shape=\(\w+, \d+, ",
        "the output for an example still has rows and columns: is `Flatten` or global pooling missing?",
    ),
    (
        r"target.shape=\(\w+,\), output.shape=\(\w+, \d+\)",
        "the labels are whole numbers: the loss for these is `sparse_categorical_crossentropy`",
    ),
    (
        r"Incompatible shapes: \[(\d+)\] vs. \[\1,\d+\]",
        "labels of one number each met outputs of several: the loss for classes is `sparse_categorical_crossentropy`",
    ),
    (
        r"is not in \[0, \d+\)",
        "a number lies beyond the last place: has the last layer a unit for each class, a table a row for each word?",
    ),
    ("Could not interpret", "is the name spelled as Keras spells it?"),
)


def explained(error: str) -> str:
    """The explanation of an outcome's error, to be read after it; empty where there is none.

    >>> explained("raised NameError: name 'exp' is not defined")
    '; was the cell run that defines or imports it?'
    """
    return next((f"; {said}" for pattern, said in _EXPLAINED if re.search(pattern, error)), "")
