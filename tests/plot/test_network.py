import numpy as np
import pytest
from matplotlib.patches import Circle, FancyBboxPatch

from dlcourse.plot import network

ALT = "Two inputs, two hidden neurons and one output neuron, joined by lines."
WEIGHTS = [np.array([[1.0, -2.0], [0.5, 0.0]]), np.array([[1.0], [-1.0]])]
BIASES = [np.array([-0.5, 1.5]), np.array([0.25])]


def drawn(*arguments, **keywords):
    (axes,) = network(*arguments, alt=ALT, **keywords).figure.axes
    return axes


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_inputs_are_boxes_and_neurons_are_circles():
    axes = drawn([3, 2, 1])
    assert sum(isinstance(patch, FancyBboxPatch) for patch in axes.patches) == 3
    assert sum(isinstance(patch, Circle) for patch in axes.patches) == 3


@pytest.mark.parametrize(("layers", "lines"), [([2, 1], 2), ([3, 2, 1], 8), ([4, 5, 3, 2], 41)])
def test_every_pair_of_units_in_neighbouring_layers_is_joined(layers, lines):
    assert len(drawn(layers).lines) == lines


def test_a_large_layer_is_drawn_with_dots_for_what_is_left_out():
    axes = drawn([30, 8, 1], max_units=5)
    assert len(axes.patches) == 4 + 4 + 1
    assert len(axes.lines) == 4 * 4 + 4
    assert texts(axes).count("⋮") == 2


def test_a_negative_weight_is_dashed_and_a_larger_one_thicker():
    axes = drawn([2, 2, 1], weights=WEIGHTS)
    flat = np.concatenate([matrix.ravel() for matrix in WEIGHTS])
    assert [line.get_linestyle() for line in axes.lines] == ["--" if weight < 0 else "-" for weight in flat]
    widths = np.array([line.get_linewidth() for line in axes.lines])[:4]
    np.testing.assert_array_equal(np.argsort(widths), np.argsort(np.abs(flat[:4])))


def test_a_line_joins_the_units_that_its_weight_belongs_to():
    matrix = np.zeros((2, 3))
    matrix[1, 0] = -1.0
    axes = drawn([2, 3], weights=[matrix])
    (dashed,) = [line for line in axes.lines if line.get_linestyle() == "--"]
    boxes = [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    circles = [patch for patch in axes.patches if isinstance(patch, Circle)]
    start, end = dashed.get_xydata()
    assert start[1] == pytest.approx(boxes[1].get_y() + boxes[1].get_height() / 2)
    assert tuple(end) == pytest.approx(circles[0].center)


def test_few_lines_carry_their_weights_and_units_their_biases():
    found = texts(drawn([2, 2, 1], weights=WEIGHTS, biases=BIASES))
    assert [text for text in found if "b" not in text] == ["1", "−2", "0.5", "0", "1", "−1"]
    assert [text for text in found if "b" in text] == ["b = −0.5", "b = 1.5", "b = 0.25"]


def test_many_lines_carry_no_numbers():
    assert texts(drawn([5, 5], weights=[np.ones((5, 5))])) == []


def test_names_of_units_layers_and_outputs_are_written():
    axes = drawn([1, 1], unit_names=[["x"], ["f"]], layer_names=["input", "neuron"], output_names=["a"])
    assert texts(axes) == ["x", "f", "a", "input", "neuron"]


def test_shapes_are_those_of_a_dense_layers_weights():
    assert texts(drawn([30, 8, 1], show_shapes=True, max_units=30)) == ["W (30, 8), b (8,)", "W (8, 1), b (1,)"]


@pytest.mark.parametrize(
    ("layers", "keywords", "message"),
    [
        ([3], {}, r"at least two, each of at least one unit, got \[3\]"),
        ([3, 0], {}, r"at least two, each of at least one unit, got \[3, 0\]"),
        ([2, 1], {"max_units": 2}, "max_units must be at least 3, got 2"),
        ([2, 1], {"weights": [np.ones((1, 2))]}, r"weights must have the shapes \[\(2, 1\)\], got \[\(1, 2\)\]"),
        ([2, 1], {"biases": [np.ones(2)]}, r"biases must have the shapes \[\(1,\)\], got \[\(2,\)\]"),
        ([2, 1], {"unit_names": [["a"], ["b"]]}, r"unit_names must have the shapes .* got \[\(1,\), \(1,\)\]"),
        ([2, 1], {"layer_names": ["a"]}, r"layer_names must have the shapes \[\(2,\)\], got \[\(1,\)\]"),
        ([2, 1], {"output_names": ["a", "b"]}, r"output_names must have the shapes \[\(1,\)\], got \[\(2,\)\]"),
    ],
)
def test_what_does_not_fit_the_layers_is_named(layers, keywords, message):
    with pytest.raises(ValueError, match=message):
        network(layers, alt=ALT, **keywords)


def test_a_network_needs_a_description():
    with pytest.raises(ValueError, match="alt must describe the figure"):
        network([2, 1], alt="a net")
