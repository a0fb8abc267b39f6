import numpy as np
import pytest
from matplotlib.colors import to_rgb

from dlcourse.plot import attention_heat_map, confusion_matrix, heat_map
from dlcourse.plot.matrix import luminance

LABELS = {"title": "What to see", "alt": "A matrix of numbers in colour."}
MATRIX = np.array([[1.0, -0.25, 0.5], [-0.004, 0.0, -2.0]])
COUNTS = np.array([[8, 2], [30, 970]])
HEADS = np.array([[[1.0, 0.0], [0.5, 0.5]], [[0.25, 0.75], [0.0, 0.0]]])


def texts(axes):
    return [text.get_text() for text in axes.texts]


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def contrast(one, other):
    light, dark = sorted([luminance(np.asarray(one)), luminance(np.asarray(other))], reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_each_cell_is_drawn_and_holds_its_number():
    axes, bar = heat_map(MATRIX, value_label="score", **LABELS).figure.axes
    np.testing.assert_array_equal(axes.images[0].get_array(), MATRIX)
    assert texts(axes) == ["1.00", "−0.25", "0.50", "0.00", "0.00", "−2.00"]
    assert bar.get_ylabel() == "score"


def test_numbers_stand_in_their_cells():
    axes = heat_map(MATRIX, decimals=0, **LABELS).figure.axes[0]
    assert [text.get_position() for text in axes.texts] == [(c, r) for r in range(2) for c in range(3)]


@pytest.mark.parametrize("signed", [False, True])
def test_every_number_can_be_read_on_its_colour(signed):
    axes = heat_map(np.linspace(-1, 1, 60).reshape(6, 10), signed=signed, **LABELS).figure.axes[0]
    cells = axes.images[0].to_rgba(axes.images[0].get_array())[..., :3].reshape(-1, 3)
    ratios = [contrast(to_rgb(text.get_color()), cell) for text, cell in zip(axes.texts, cells, strict=True)]
    assert min(ratios) > 4.5  # what WCAG asks of text


def test_a_large_matrix_has_no_numbers():
    assert texts(heat_map(np.eye(20), **LABELS).figure.axes[0]) == []


def test_signed_colours_are_centred_on_zero_and_limits_are_those_that_are_given():
    assert heat_map(MATRIX, signed=True, **LABELS).figure.axes[0].images[0].get_clim() == (-2, 2)
    assert heat_map(MATRIX, limits=(0, 5), **LABELS).figure.axes[0].images[0].get_clim() == (0, 5)


def test_rows_and_columns_are_named():
    names = {"row_names": ["a", "b"], "column_names": ["left", "middle", "right"]}
    axes = heat_map(MATRIX, x_label="rate", y_label="width", **names, **LABELS).figure.axes[0]
    assert labels(axes.yaxis) == ["a", "b"]
    assert labels(axes.xaxis) == ["left", "middle", "right"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("rate", "width")


@pytest.mark.parametrize(
    ("values", "keywords", "words"),
    [
        (np.ones(3), {}, r"shape \(rows, columns\), both at least 1, got \(3,\)"),
        (np.ones((0, 3)), {}, r"both at least 1, got \(0, 3\)"),
        ([[1.0, np.nan]], {}, "finite numbers, got 1 NaN or infinite"),
        (MATRIX, {"row_names": ["a"]}, "row_names must be 2, one for each, got 1"),
        (MATRIX, {"column_names": ["a"]}, "column_names must be 3, one for each, got 1"),
    ],
)
def test_a_matrix_that_does_not_fit_is_named(values, keywords, words):
    with pytest.raises(ValueError, match=words):
        heat_map(values, **keywords, **LABELS)


def test_a_confusion_matrix_is_coloured_by_shares_of_its_rows_and_written_in_counts():
    axes = confusion_matrix(COUNTS, class_names=["ill", "well"], **LABELS).figure.axes[0]
    np.testing.assert_allclose(axes.images[0].get_array(), [[0.8, 0.2], [0.03, 0.97]])
    assert texts(axes) == ["8", "2", "30", "970"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert labels(axes.xaxis) == labels(axes.yaxis) == ["ill", "well"]


def test_a_confusion_matrix_is_written_in_percent_when_it_is_told():
    figure = confusion_matrix(COUNTS, shares=True, **LABELS).figure
    assert texts(figure.axes[0]) == ["80", "20", "3", "97"]
    assert figure.get_suptitle() == "What to see (percent of the row)"


def test_a_class_that_never_occurs_is_a_row_of_zeros():
    axes = confusion_matrix([[0, 0], [1, 3]], **LABELS).figure.axes[0]
    np.testing.assert_allclose(axes.images[0].get_array(), [[0, 0], [0.25, 0.75]])


@pytest.mark.parametrize(
    ("counts", "keywords", "words"),
    [
        (np.ones((2, 3)), {}, r"shape \(classes, classes\), got \(2, 3\)"),
        ([[1, -1], [0, 1]], {}, "whole numbers of at least 0, got -1.0"),
        ([[0.5, 0.5], [0, 1]], {}, "whole numbers of at least 0, got 0.5"),
        (COUNTS, {"class_names": ["a"]}, "class_names must be 2, one for each, got 1"),
    ],
)
def test_counts_that_do_not_fit_are_named(counts, keywords, words):
    with pytest.raises(ValueError, match=words):
        confusion_matrix(counts, **keywords, **LABELS)


def test_each_head_has_a_panel_on_the_scale_from_nothing_to_all():
    figure = attention_heat_map(HEADS, queries=["a", "b"], keys=["c", "d"], **LABELS).figure
    panels = figure.axes[:2]
    for axes, head in zip(panels, HEADS, strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), head)
        assert axes.images[0].get_clim() == (0, 1)
    assert [axes.get_title(loc="left") for axes in panels] == ["head 1", "head 2"]
    assert labels(panels[0].xaxis) == ["c", "d"]
    assert labels(panels[0].yaxis) == ["a", "b"]


def test_one_head_needs_no_dimension_of_its_own_and_rows_below_the_first_are_filled():
    assert len(attention_heat_map(HEADS[0], **LABELS).figure.axes) == 2
    figure = attention_heat_map(np.tile(HEADS[:1], (5, 1, 1)), **LABELS).figure
    assert [axes.get_visible() for axes in figure.axes[:8]] == [True] * 5 + [False] * 3


@pytest.mark.parametrize(
    ("weights", "keywords", "words"),
    [
        (np.ones(3), {}, r"\(T, S\) or \(heads, T, S\).*got \(3,\)"),
        ([[2.0, -1.0]], {}, "from 0 to 1, as a softmax gives them, got 2.0"),
        ([[np.nan, 1.0]], {}, "got nan"),
        ([[0.8, 0.8]], {}, "add up to at most 1, got 1.6"),
        (HEADS, {"queries": ["a"]}, "queries must be 2, one for each, got 1"),
        (HEADS, {"keys": ["a"]}, "keys must be 2, one for each, got 1"),
        (HEADS, {"head_names": ["a"]}, "head_names must be 2, one for each, got 1"),
    ],
)
def test_weights_that_are_no_attention_are_named(weights, keywords, words):
    with pytest.raises(ValueError, match=words):
        attention_heat_map(weights, **keywords, **LABELS)
