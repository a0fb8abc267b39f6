import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from dlcourse.plot import overlay
from dlcourse.plot.overlay import COLORS

LABELS = {"title": "What to see", "alt": "Pictures with boxes and masks on them."}
PICTURES = np.linspace(0, 10, 2 * 4 * 6).reshape(2, 4, 6)
BOXES = {"true": [[[1, 0, 3, 2]], []], "predicted": [[[1, 1, 3, 3], [0, 0, 6, 4]], [[2, 2, 4, 4]]]}
MASKS = np.zeros((2, 4, 6), int)
MASKS[0, :2, :3], MASKS[1, 2:, 4:] = 1, 2


def rectangles(axes):
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def test_pictures_are_drawn_in_grey_over_their_pixels():
    axes = overlay(PICTURES, captions=["a", "b"], **LABELS).figure.axes
    np.testing.assert_allclose(axes[1].images[0].get_array(), np.tile(PICTURES[1][..., None] / 10, 3))
    assert [each.get_title() for each in axes] == ["a", "b"]
    assert axes[0].get_xlim() == (0, 6)
    assert axes[0].get_ylim() == (4, 0)


def test_boxes_lie_where_they_are_with_the_look_of_their_group():
    axes = overlay(PICTURES, boxes=BOXES, **LABELS).figure.axes
    first = rectangles(axes[0])
    assert [patch.get_bbox().extents.tolist() for patch in first] == [[1, 0, 3, 2], [1, 1, 3, 3], [0, 0, 6, 4]]
    assert first[0].get_linestyle() != first[1].get_linestyle() == first[2].get_linestyle()
    assert first[0].get_edgecolor() != first[1].get_edgecolor()
    assert len(rectangles(axes[1])) == 1


def test_several_groups_are_named_and_one_is_not():
    figure = overlay(PICTURES, boxes=BOXES, **LABELS).figure
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["true", "predicted"]
    assert overlay(PICTURES, boxes={"true": BOXES["true"]}, **LABELS).figure.legends == []


def test_texts_stand_at_their_boxes():
    axes = overlay(PICTURES, boxes=BOXES, texts={"predicted": [["cat", "dog"], ["owl"]]}, **LABELS).figure.axes
    assert [(text.get_text(), text.get_position()) for text in axes[0].texts] == [("cat", (1, 1)), ("dog", (0, 0))]


def test_masks_tint_what_they_cover_and_leave_the_rest():
    figure = overlay(PICTURES, masks=MASKS, class_names=["cat", "dog"], **LABELS).figure
    shown, plain = figure.axes[0].images[0].get_array(), np.tile(PICTURES[0][..., None] / 10, 3)
    np.testing.assert_allclose(shown[:2, :3], plain[:2, :3] / 2 + np.array(to_rgb(COLORS[0])) / 2)
    np.testing.assert_allclose(shown[2:], plain[2:])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["cat", "dog"]


@pytest.mark.parametrize(
    ("pictures", "keywords", "words"),
    [
        (PICTURES[0], {}, r"got \(4, 6\)"),
        (PICTURES, {"captions": ["a"]}, "captions must be one for each of 2 pictures, got 1"),
        (PICTURES, {"masks": MASKS[:1]}, r"of shape \(2, 4, 6\), got int64 \(1, 4, 6\)"),
        (PICTURES, {"masks": MASKS / 2}, "whole numbers of at least 0 .* got float64"),
        (PICTURES, {"masks": MASKS, "class_names": ["cat"]}, "name every class of the masks, 2, got 1"),
        (PICTURES, {"boxes": {"true": [[[1, 2, 3]], []]}}, r"'true' must have boxes of shape \(B, 4\)"),
        (PICTURES, {"boxes": {"true": [[]]}}, "for each of 2 pictures, got 1"),
        (PICTURES, {"boxes": BOXES, "texts": {"found": []}}, "got 'found'"),
        (PICTURES, {"boxes": BOXES, "texts": {"true": [[], []]}}, r"one for each box, got \[0, 0\]"),
    ],
)
def test_what_does_not_fit_the_pictures_is_named(pictures, keywords, words):
    with pytest.raises(ValueError, match=words):
        overlay(pictures, **keywords, **LABELS)
