import pytest
from matplotlib.patches import FancyBboxPatch

from dlcourse.plot import graph

ALT = "Boxes joined by arrows from left to right."
NEURON = [("x", "mul"), ("w", "mul"), ("mul", "add"), ("b", "add"), ("add", "loss")]
RESIDUAL = [("input", "conv"), ("conv", "add"), ("input", "add")]


def drawn(edges, **keywords):
    (axes,) = graph(edges, alt=ALT, **keywords).figure.axes
    return axes


def places(axes):
    """Where the text of each box stands."""
    return {text.get_text(): text.get_position() for text in axes.texts if text.get_text()}


def arrows(axes):
    return [text for text in axes.texts if getattr(text, "arrow_patch", None) is not None]


def test_a_box_stands_to_the_right_of_all_that_lead_to_it():
    axes = drawn(NEURON)
    found = places(axes)
    assert sum(isinstance(patch, FancyBboxPatch) for patch in axes.patches) == 6
    assert all(found[start][0] < found[end][0] for start, end in NEURON)


def test_an_input_stands_just_before_its_first_use():
    found = places(drawn(NEURON))
    assert found["b"][0] == found["mul"][0] > found["x"][0]


def test_every_edge_has_an_arrow_and_only_one_over_a_box_is_bent():
    axes = drawn(RESIDUAL)
    bends = [arrow.arrow_patch.get_connectionstyle().rad for arrow in arrows(axes)]
    assert [bend == 0 for bend in bends] == [True, True, False]


def test_a_bent_arrow_stays_inside_the_figure():
    axes = drawn([*RESIDUAL, ("input", "far"), ("add", "far")])
    axes.figure.canvas.draw()
    frame = axes.get_window_extent()
    assert all(arrow.arrow_patch.get_window_extent().y1 <= frame.y1 for arrow in arrows(axes))


def test_texts_notes_and_derivatives_are_written():
    axes = drawn(RESIDUAL, texts={"add": "+"}, notes={"conv": "(8, 8)"}, edge_texts={("conv", "add"): "1"})
    assert {"+", "(8, 8)", "1", "input", "conv"} == set(places(axes))


def test_highlighted_boxes_are_tinted():
    boxes = drawn(RESIDUAL, highlighted=["add"]).patches
    colours = [patch.get_facecolor() for patch in boxes if isinstance(patch, FancyBboxPatch)]
    assert [colour == (1, 1, 1, 1) for colour in colours] == [True, True, False]


@pytest.mark.parametrize(
    ("edges", "keywords", "words"),
    [
        ([], {}, "at least one, got none"),
        ([("a", "b"), ("b", "a")], {}, r"no way may lead back.*\('b', 'a'\)"),
        ([("a", "a")], {}, "no way may lead back"),
        (RESIDUAL, {"notes": {"pool": "x"}}, r"\(input, conv, add\), got 'pool'"),
        (RESIDUAL, {"edge_texts": {("add", "input"): "x"}}, r"got \"\('add', 'input'\)\""),
    ],
)
def test_what_is_no_graph_is_named(edges, keywords, words):
    with pytest.raises(ValueError, match=words):
        graph(edges, alt=ALT, **keywords)
