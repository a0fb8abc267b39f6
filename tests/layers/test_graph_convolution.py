"""The dense formula, and indifference to how nodes are numbered and padded."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.layers import GraphConvolution

RNG = np.random.default_rng(0)
NODES = RNG.normal(size=(3, 6, 4)).astype("float32")
ADJACENCY = np.triu(RNG.integers(0, 2, size=(3, 6, 6)), 1).astype("float32")
ADJACENCY += ADJACENCY.transpose(0, 2, 1)


def layer_of(**options):
    layer = GraphConvolution(5, activation="tanh", **options)
    layer.build([(None, 6, 4), (None, 6, 6)])
    layer.set_weights([np.random.default_rng(1).normal(size=weight.shape) for weight in layer.weights])
    return layer


def dense_formula(nodes, adjacency, kernel, bias=0.0):
    """Equation 2 of the paper with matrices of one graph, in double precision."""
    with_loops = adjacency.astype(float) + np.eye(len(adjacency))
    root = np.diag(with_loops.sum(axis=1) ** -0.5)
    return np.tanh(root @ with_loops @ root @ nodes @ kernel + bias)


@pytest.mark.parametrize("use_bias", [False, True])
def test_each_graph_of_a_batch_gets_the_papers_formula(use_bias):
    layer = layer_of(use_bias=use_bias)
    expected = [dense_formula(*graph, *layer.get_weights()) for graph in zip(NODES, ADJACENCY, strict=True)]
    np.testing.assert_allclose(layer([NODES, ADJACENCY]), expected, rtol=1e-5, atol=1e-6)


def test_one_graph_goes_without_a_batch_axis():
    layer = layer_of()
    np.testing.assert_allclose(layer([NODES[0], ADJACENCY[0]]), layer([NODES, ADJACENCY])[0], rtol=1e-5, atol=1e-6)


def test_gradients_are_those_of_the_formula_by_finite_differences():
    layer = layer_of(dtype="float64")
    nodes, adjacency = NODES[0].astype(float), ADJACENCY[0].astype(float)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer([nodes, adjacency]) ** 2)
    gradient = tape.gradient(total, layer.kernel.value)
    kernel, bias = layer.get_weights()
    steps = 1e-6 * np.eye(20).reshape(20, 4, 5)
    values = [
        [np.sum(dense_formula(nodes, adjacency, kernel + way * step, bias) ** 2) for way in (1, -1)] for step in steps
    ]
    np.testing.assert_allclose(np.ravel(gradient), [(up - down) / 2e-6 for up, down in values], rtol=1e-6, atol=1e-7)


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(6)))
def test_numbering_the_nodes_otherwise_numbers_the_outputs_otherwise(order):
    layer, order = layer_of(), np.array(order)
    renumbered = layer([NODES[:, order], ADJACENCY[:, order][:, :, order]])
    np.testing.assert_allclose(renumbered, layer([NODES, ADJACENCY]).numpy()[:, order], rtol=1e-5, atol=1e-6)


def test_padding_a_graph_changes_nothing_whatever_the_padding_holds():
    layer, mask = layer_of(), np.array([[True] * 4 + [False] * 2] * 3)
    small = layer([NODES[:, :4], ADJACENCY[:, :4, :4]])
    padded = layer([np.where(mask[..., None], NODES, 9.0), ADJACENCY], mask=mask)
    np.testing.assert_allclose(padded[:, :4], small, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(padded[:, 4:], np.zeros((3, 2, 5)))


def test_a_node_without_neighbours_keeps_to_itself():
    layer = layer_of()
    kernel, bias = layer.get_weights()
    alone = layer([NODES[0], np.zeros((6, 6), "float32")])
    np.testing.assert_allclose(alone, np.tanh(NODES[0] @ kernel + bias), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shapes", [[(6, 4)], [(6, 4), (6, 5)], [(6, 4), (5, 5)]])
def test_what_is_not_nodes_and_adjacency_is_refused(shapes):
    with pytest.raises(ValueError, match=r"inputs must be nodes \(\.\.\., N, D\) and adjacency \(\.\.\., N, N\), got"):
        GraphConvolution(3)([np.zeros(shape) for shape in shapes])
