import numpy as np
import pytest

from dlcourse.plot import boundary_steps
from dlcourse.scratch import Perceptron

ALT = "Small panels in which a line moves until it parts two classes."
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([-1, -1, -1, 1])
GATE = Perceptron().fit(X, Y)


def steps(**change):
    arguments = {
        "x": X,
        "y": Y,
        "weights": GATE.weights_history,
        "biases": GATE.bias_history,
        "causes": GATE.mistaken,
        "alt": ALT,
    }
    return boundary_steps(**(arguments | change))


def panels(picture):
    return [axes for axes in picture.figure.axes if axes.axison]


def test_there_is_one_panel_for_each_update():
    titles = [axes.get_title(loc="left") for axes in panels(steps())]
    assert titles == [f"update {number}" for number in range(1, GATE.mistakes + 1)]


def test_a_ring_marks_the_example_that_caused_the_update():
    rings = [axes.collections[-1] for axes in panels(steps())]
    assert all(len(ring.get_facecolor()) == 0 for ring in rings)
    np.testing.assert_array_equal([ring.get_offsets()[0] for ring in rings], X[GATE.mistaken])


def test_each_panel_shows_the_side_that_the_classifier_answers_after_the_update():
    for update, axes in enumerate(panels(steps()), start=1):
        shown = np.asarray(axes.images[0].get_array())
        corners = shown[[0, -1, 0, -1], [0, 0, -1, -1]]
        left, right, bottom, top = axes.images[0].get_extent()
        places = np.array([[left, bottom], [left, top], [right, bottom], [right, top]])
        score = places @ GATE.weights_history[update] + GATE.bias_history[update]
        np.testing.assert_array_equal(corners, score > 0)


def test_the_line_before_the_update_is_dotted_and_lies_where_its_score_is_zero():
    for update, axes in enumerate(panels(steps()), start=1):
        weights, bias = GATE.weights_history[update - 1], GATE.bias_history[update - 1]
        assert len(axes.lines) == int(weights.any())
        for line in axes.lines:
            assert line.get_linestyle() == ":"
            ends = np.array([line.get_xy1(), line.get_xy2()])
            np.testing.assert_allclose(ends @ weights + bias, 0, atol=1e-12)


def test_the_arrow_points_along_the_weights_to_the_side_of_plus_one():
    for update, axes in enumerate(panels(steps()), start=1):
        weights, bias = GATE.weights_history[update], GATE.bias_history[update]
        arrows = [text for text in axes.texts if hasattr(text, "arrow_patch")]
        assert len(arrows) == int(weights.any())
        for arrow in arrows:
            way = np.array(arrow.xy) - arrow.xyann
            assert np.array(arrow.xyann) @ weights + bias == pytest.approx(0, abs=1e-12)
            assert way @ weights == pytest.approx(np.linalg.norm(way) * np.linalg.norm(weights))


def test_names_and_labels_are_written_once():
    picture = steps(class_names=["no", "yes"], x_label="first", y_label="second")
    assert [text.get_text() for text in picture.figure.legends[0].get_texts()] == ["no", "yes"]
    assert (picture.figure.get_supxlabel(), picture.figure.get_supylabel()) == ("first", "second")


def test_a_single_update_is_a_single_panel():
    picture = steps(weights=GATE.weights_history[:2], biases=GATE.bias_history[:2], causes=GATE.mistaken[:1])
    assert len(picture.figure.axes) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": GATE.weights_history[:-1]}, r"weights of shape \(19, 2\) .* got \(18, 2\) and \(19,\)"),
        ({"biases": GATE.bias_history[:-1]}, r"biases of shape \(19,\), got \(19, 2\) and \(18,\)"),
        ({"causes": []}, "at least one update, got none"),
        ({"y": [0, 0, 0, 1]}, r"labels must be -1 or \+1, got \[0, 1\]"),
        ({"x": np.ones((4, 3))}, r"shape \(N, 2\), got \(4, 3\)"),
        ({"alt": "short"}, "alt must describe the figure"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        steps(**change)
