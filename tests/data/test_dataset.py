"""What a data set says about itself, and its columns by name."""

from dataclasses import replace

import numpy as np
import pytest

from dlcourse.data import Dataset, Provenance

PROVENANCE = Provenance("here", "MIT", "nobody", embedded=True)


def table(x_test=((1.0, 0.0),), **fields):
    x, y = np.array([[10.0, 1.0], [20.0, np.nan]], "float32"), np.array([0, 1])
    given = {"feature_names": ("age", "sex"), "categories": {"sex": ("Female", "Male")}, **fields}
    names, categories = given["feature_names"], given["categories"]
    x_test = np.array(x_test, "float32")
    return Dataset("people", x, y, x_test, y[:1], names, ("no", "yes"), PROVENANCE, categories=categories)


def test_columns_come_by_name_with_categories_as_words():
    columns = table().columns()
    assert list(columns) == ["age", "sex"]
    assert columns["age"].tolist() == [10.0, 20.0]
    assert columns["sex"].tolist() == ["Male", ""]


def test_columns_of_the_test_part_are_those_of_the_test_part():
    assert table().columns("test")["sex"].tolist() == ["Female"]


def test_there_are_two_parts():
    with pytest.raises(ValueError, match="part must be 'train' or 'test', got 'validation'"):
        table().columns("validation")


def test_pixels_have_no_columns():
    with pytest.raises(ValueError, match="columns are for a table with named columns, got people, which is none"):
        table(feature_names=(), categories={}).columns()


@pytest.mark.parametrize(
    ("x", "y", "classes", "told"),
    [
        (
            np.zeros((3, 8, 8)),
            np.zeros(3, int),
            ("a", "b"),
            "3 training and 3 test examples of shape (8, 8), 2 classes",
        ),
        (np.zeros((3, 2)), np.zeros(3), (), "3 training and 3 test examples of shape (2,), regression"),
        (np.zeros((3, 2)), np.zeros((3, 0)), (), "3 training and 3 test examples of shape (2,), no targets"),
        (np.array(["a", "b"], object), np.array(["c", "d"], object), (), "2 training and 2 test texts, text to text"),
        (np.array(["a"], object), np.zeros((1, 0)), (), "1 training and 1 test texts, no targets"),
    ],
)
def test_a_data_set_says_what_it_is(x, y, classes, told):
    assert repr(Dataset("set", x, y, x, y, (), classes, PROVENANCE)) == f"set: {told}"


@pytest.mark.parametrize(
    ("embedded", "stand_in_for", "kind"),
    [
        (True, "", "embedded or generated: always there"),
        (False, "", "the real data"),
        (True, "people", "stand-in for people: these are not the real data"),
    ],
)
def test_the_card_tells_in_five_lines_what_it_is_and_whether_it_is_real(embedded, stand_in_for, kind):
    card = replace(table(), provenance=Provenance("here", "MIT", "nobody", embedded, stand_in_for)).card()
    assert card.splitlines() == [
        "people: 2 training and 1 test examples of shape (2,), 2 classes",
        kind,
        "source: here",
        "licence: MIT",
        "citation: nobody",
    ]


@pytest.mark.parametrize(
    ("embedded", "stand_in_for", "kind"),
    [(True, "", "embedded"), (False, "", "real"), (True, "mnist", "stand-in for mnist")],
)
def test_provenance_says_first_whether_the_data_are_real(embedded, stand_in_for, kind):
    told = str(Provenance("a source", "a licence", "a citation", embedded, stand_in_for))
    assert told == f"{kind}; source: a source; licence: a licence; citation: a citation"
