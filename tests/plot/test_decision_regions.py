import numpy as np
import pytest

from dlcourse.plot import decision_regions

ALT = "Points of two classes on either side of a straight line."
X = np.array([[0.0, 0.0], [0.0, 1.0], [2.0, 0.0], [2.0, 1.0], [2.0, 0.5]])
Y = np.array([0, 0, 1, 1, 1])


def right_half(points):
    return (points[:, 0] > 1).astype(int)


def regions(axes):
    """The class numbers that the panel's background shows, bottom row first."""
    (image,) = axes.images
    return np.asarray(image.get_array())


def test_each_class_is_drawn_with_its_own_points_marker_and_colour():
    (axes,) = decision_regions(right_half, X, Y, alt=ALT).figure.axes
    first, second = axes.collections[-2:]
    np.testing.assert_array_equal(first.get_offsets(), X[Y == 0])
    np.testing.assert_array_equal(second.get_offsets(), X[Y == 1])
    assert not np.array_equal(first.get_facecolor(), second.get_facecolor())
    assert len(first.get_paths()[0].vertices) != len(second.get_paths()[0].vertices)


def test_the_background_shows_what_predict_answers_at_every_place():
    (axes,) = decision_regions(right_half, X, Y, alt=ALT).figure.axes
    shown = regions(axes)
    left, right = axes.get_xlim()
    across = np.linspace(left, right, shown.shape[1])
    np.testing.assert_array_equal(shown, np.tile(across > 1, (shown.shape[0], 1)))


def test_the_boundary_lies_where_the_answer_changes():
    (axes,) = decision_regions(right_half, X, Y, alt=ALT).figure.axes
    boundary = np.concatenate([path.vertices for path in axes.collections[0].get_paths()])
    assert boundary[:, 0] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)], ids=["flat", "column"])
@pytest.mark.parametrize("kind", [int, bool, float])
def test_answers_may_be_a_column_and_of_any_number_type(shape, kind):
    picture = decision_regions(lambda points: right_half(points).astype(kind).reshape(shape), X, Y, alt=ALT)
    assert set(np.unique(regions(picture.figure.axes[0]))) == {0, 1}


def test_classes_are_told_by_their_labels_whatever_these_are():
    (axes,) = decision_regions(lambda points: right_half(points) * 2 - 1, X, Y * 2 - 1, alt=ALT).figure.axes
    assert set(np.unique(regions(axes))) == {0, 1}


def test_three_classes_have_three_regions_two_boundaries_and_three_names():
    picture = decision_regions(
        lambda points: np.digitize(points[:, 0], [0.5, 1.5]), X, [0, 1, 1, 2, 2], alt=ALT, class_names=["a", "b", "c"]
    )
    assert set(np.unique(regions(picture.figure.axes[0]))) == {0, 1, 2}
    assert len(picture.figure.axes[0].collections) == 2 + 3
    assert [text.get_text() for text in picture.figure.legends[0].get_texts()] == ["a", "b", "c"]


def test_one_answer_everywhere_has_no_boundary():
    (axes,) = decision_regions(lambda points: np.zeros(len(points), int), X, Y, alt=ALT).figure.axes
    assert len(axes.collections) == 2


def test_panels_stand_side_by_side_under_their_titles_each_with_its_own_points():
    panels = {"as given": right_half, "moved": lambda points: (points[:, 0] > 11).astype(int)}
    picture = decision_regions(panels, {"as given": X, "moved": X + np.array([10, 0])}, Y, alt=ALT)
    given, moved = picture.figure.axes
    assert [axes.get_title(loc="left") for axes in (given, moved)] == ["as given", "moved"]
    np.testing.assert_array_equal(moved.collections[-1].get_offsets(), X[Y == 1] + [10, 0])
    assert given.get_xlim()[1] < 10 < moved.get_xlim()[1]


def test_the_origin_is_shown_and_marked_on_demand():
    (far,) = decision_regions(right_half, X + 5, Y, alt=ALT).figure.axes
    (marked,) = decision_regions(right_half, X + 5, Y, alt=ALT, mark_origin=True).figure.axes
    assert far.get_xlim()[0] > 0
    assert marked.get_xlim()[0] < 0 < marked.get_xlim()[1]
    assert marked.lines[0].get_xydata().tolist() == [[0, 0]]
    assert far.lines[0].get_xydata().tolist() == []


def test_axes_and_title_are_labelled():
    (axes,) = decision_regions(right_half, X, Y, alt=ALT, title="What to see", x_label="a", y_label="b").figure.axes
    assert (axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()) == ("What to see", "a", "b")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": X[:, :1]}, r"x must hold points of the plane, shape \(N, 2\), got \(5, 1\)"),
        ({"x": np.where(X == 2, np.nan, X)}, "x must hold finite numbers, got 3 NaN or infinite"),
        ({"y": Y[:3]}, r"one label per point, shape \(5,\), got \(3,\)"),
        ({"predict": lambda points: points[:, 0]}, r"one of the classes \[0, 1\], got -0.16: turn scores"),
        ({"predict": lambda points: np.zeros(3)}, r"one answer per point, 90000 of them, got shape \(3,\)"),
        ({"predict": {}}, "at least one panel, got none"),
        ({"class_names": ["only one"]}, r"must name the 2 classes \[0, 1\], got \['only one'\]"),
        ({"predict": {"here": right_half}, "x": {"there": X}}, r"points of panel 'here', got panels \['there'\]"),
        ({"alt": "short"}, "alt must describe the figure"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    arguments = {"predict": right_half, "x": X, "y": Y, "alt": ALT} | change
    with pytest.raises(ValueError, match=message):
        decision_regions(**arguments)


def test_alternative_text_is_required():
    with pytest.raises(TypeError, match="alt"):
        decision_regions(right_half, X, Y)
