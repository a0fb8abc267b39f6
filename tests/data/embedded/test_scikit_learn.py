"""The sets inside scikit-learn, against scikit-learn; lessons have stored numbers of them, so that bytes are pinned."""

import hashlib

import numpy as np
import pytest
from sklearn import datasets

from dlcourse import data

SIZES = {"digits": (1797, (8, 8), 10), "breast_cancer": (569, (30,), 2), "diabetes": (442, (10,), 0)}
DIGESTS = {
    "digits": "dddd2b751cf0395b4279465a8adfa8ba4b3f918fad96a10cccea1280315d264f",
    "breast_cancer": "4446fa426f06655e9a6e7cbf791cb0ffede8551433b8a1af1567be73fa7830ab",
    "diabetes": "1790cd47d90ecef917e651d09b849e647f308e04a3b0a58f80d7912c9fa073dd",
}


@pytest.mark.parametrize("name", SIZES)
def test_a_data_set_has_the_published_size_shape_and_classes(name):
    total, shape, classes = SIZES[name]
    loaded = data.load(name)
    assert len(loaded.x_train) + len(loaded.x_test) == total
    assert loaded.x_train.shape[1:] == loaded.x_test.shape[1:] == shape
    assert len(loaded.class_names) == classes
    assert loaded.x_train.dtype == np.float32
    assert loaded.y_train.dtype == (np.int64 if classes else np.float32)


@pytest.mark.parametrize("name", DIGESTS)
def test_the_split_has_the_same_bytes_as_when_the_lessons_were_written(name):
    loaded = data.load(name)
    arrays = (loaded.x_train, loaded.y_train, loaded.x_test, loaded.y_test)
    assert hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest() == DIGESTS[name]


@pytest.mark.parametrize(("name", "original"), [("digits", "load_digits"), ("breast_cancer", "load_breast_cancer")])
def test_no_example_is_lost_or_changed_by_the_split(name, original):
    loaded = data.load(name)
    x, y = getattr(datasets, original)(return_X_y=True)
    both = np.concatenate([loaded.x_train, loaded.x_test]).reshape(len(x), -1)
    labels = np.concatenate([loaded.y_train, loaded.y_test])
    rows = np.column_stack([both, labels])
    expected = np.column_stack([x.astype("float32"), y])
    assert np.array_equal(rows[np.lexsort(rows.T)], expected[np.lexsort(expected.T)])


@pytest.mark.parametrize("name", ["digits", "breast_cancer"])
def test_classes_have_the_same_share_in_both_parts(name):
    loaded = data.load(name)
    train, test = (np.bincount(y) / len(y) for y in (loaded.y_train, loaded.y_test))
    assert np.abs(train - test).max() < 0.01
