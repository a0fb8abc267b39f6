import numpy as np
import pytest

from dlcourse.plot import fits

LABELS = {"title": "What to see", "x_label": "index", "y_label": "points", "alt": "Two scatter plots with lines."}
X = np.array([1.0, 2.0, 3.0])
TARGETS = {"clean": np.array([1.0, 2.0, 3.0]), "typo": np.array([30.0, 2.0, 3.0])}
LINES = {"clean": {"MSE": (1.0, 0.0), "MAE": (1.0, 0.5)}, "typo": {"MSE": (-2.0, 9.0), "MAE": (1.0, 0.5)}}


def panels_of(**options):
    return fits(X, TARGETS, LINES, **LABELS, **options).figure.axes


def test_every_point_is_drawn_once_and_marked_ones_apart():
    for axes, y in zip(panels_of(marked=np.array([True, False, False])), TARGETS.values(), strict=True):
        plain, marked = axes.lines[:2]
        np.testing.assert_array_equal(plain.get_xydata(), np.stack([X, y], axis=1)[1:])
        np.testing.assert_array_equal(marked.get_xydata(), [[1.0, y[0]]])
        assert plain.get_marker() != marked.get_marker()


def test_without_marks_all_points_are_plain():
    for axes in panels_of():
        assert len(axes.lines[0].get_xdata()) == 3
        assert len(axes.lines[1].get_xdata()) == 0


def test_lines_run_from_end_to_end_with_their_slope_and_intercept():
    clean, typo = panels_of()
    np.testing.assert_array_equal(clean.lines[2].get_xydata(), [[1, 1], [3, 3]])
    np.testing.assert_array_equal(typo.lines[2].get_xydata(), [[1, 7], [3, 3]])
    assert [line.get_label() for line in typo.lines[2:]] == ["MSE", "MAE"]
    assert typo.lines[2].get_linestyle() != typo.lines[3].get_linestyle()


def test_panels_share_the_y_axis_and_are_labelled():
    clean, typo = panels_of()
    assert clean.get_ylim() == typo.get_ylim()
    assert [axes.get_title(loc="left") for axes in (clean, typo)] == ["clean", "typo"]
    assert (clean.get_xlabel(), clean.get_ylabel()) == ("index", "points")
    assert [text.get_text() for text in clean.figure.legends[0].get_texts()] == ["MSE", "MAE"]


@pytest.mark.parametrize(
    ("targets", "lines", "words"),
    [
        ({}, {}, "same panels"),
        (TARGETS, {"clean": {}}, r"same panels, got \['clean', 'typo'\] and \['clean'\]"),
        ({"clean": X[1:]}, {"clean": {}}, r"'clean' must have the shape of x, \(3,\), got \(2,\)"),
    ],
)
def test_what_does_not_fit_is_named(targets, lines, words):
    with pytest.raises(ValueError, match=words):
        fits(X, targets, lines, **LABELS)


def test_marks_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"'marked' must have the shape of x, \(3,\), got \(2,\)"):
        panels_of(marked=np.array([True, False]))
