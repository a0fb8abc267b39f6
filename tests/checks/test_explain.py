"""Exceptions that learners meet often: each is explained in other words than the library's."""

import pytest

from dlcourse.checks.explain import explained


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("matmul: Input operand 1 has a mismatch in its core dimension 0", "in the right order?"),
        ("shapes (3,6) and (4,3) not aligned: 6 (dim 1) != 4 (dim 0)", "in the right order?"),
        ("index 13 is out of bounds for axis 0 with size 7", "that the array does not have"),
        ("You must call `compile()` before using the model.", "comes before `fit`"),
        ("'conv2d' is incompatible with the layer: expected min_ndim=4, found ndim=3.", "images with channels"),
        ("received kernel of shape (3, 3, 1, 32) and input of shape (None, 6, 9, 9, 1)", "`x.shape[1:]`"),
        ("Invalid input shape for input Tensor. Expected shape (None, 8, 8, 1)", "fit the data"),
        ("Computed output size would be zero or negative.", "pool less often"),
        ("Received: target.shape=(None, 10), output.shape=(None, 10)", "one-hot labels met"),
        ("Received: target.shape=(None,), output.shape=(None, 8, 8, 10)", "is `Flatten` or global pooling missing?"),
        ("Received: target.shape=(None,), output.shape=(None, 10)", "labels are whole numbers"),
        ("Incompatible shapes: [32] vs. [32,10]", "outputs of several"),
        ("indices[1] = 9 is not in [0, 9)", "a unit for each class"),
        ("Could not interpret loss identifier: sparse_crossentropy", "as Keras spells it"),
    ],
)
def test_a_common_exception_is_explained(error, words):
    assert words in explained(f"raised ValueError: {error}")


@pytest.mark.parametrize(
    "error", ["raised ZeroDivisionError: division by zero", "Incompatible shapes: [32] vs. [31]", ""]
)
def test_what_is_not_known_is_left_as_it_is(error):
    assert explained(error) == ""
