"""Every operation of the engine against TensorFlow and central differences, values and gradients."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlcourse.scratch import Tensor

RANDOM = np.random.default_rng(0)
A, B, ROW = RANDOM.normal(size=(3, 4)), RANDOM.normal(size=(3, 4)), RANDOM.normal(size=4)
COLUMN, CUBE = RANDOM.normal(size=(3, 1)), RANDOM.normal(size=(2, 3, 4))
POSITIVE = RANDOM.uniform(0.5, 2, (3, 4))
REPEATED = np.array([2, 0, 2, 2])

# The inputs, what the engine does, and what TensorFlow does.
CASES = {
    "sum": ((A, B), lambda a, b: a + b, lambda a, b: a + b),
    "sum with a row": ((A, ROW), lambda a, b: a + b, lambda a, b: a + b),
    "product": ((A, B), lambda a, b: a * b, lambda a, b: a * b),
    "product with a column": ((COLUMN, A), lambda a, b: a * b, lambda a, b: a * b),
    "product of row and column": ((ROW, COLUMN), lambda a, b: a * b, lambda a, b: a * b),
    "difference": ((A, CUBE), lambda a, b: a - b, lambda a, b: a - b),
    "quotient": ((A, POSITIVE), lambda a, b: a / b, lambda a, b: a / b),
    "number less": ((A,), lambda a: 2 - a, lambda a: 2 - a),
    "number by": ((POSITIVE,), lambda a: 3 / a, lambda a: 3 / a),
    "array less": ((A,), lambda a: B.astype(a.dtype) - a, lambda a: B - a),
    "negative": ((A,), lambda a: -a, lambda a: -a),
    "cube": ((A,), lambda a: a**3, lambda a: a**3),
    "power of a half": ((POSITIVE,), lambda a: a**0.5, lambda a: a**0.5),
    "one in two places": ((A,), lambda a: a * a + a, lambda a: a * a + a),
    "matrices": ((A, B), lambda a, b: a @ b.T, lambda a, b: a @ tf.transpose(b)),
    "batches of matrices": (
        (CUBE, CUBE),
        lambda a, b: a @ b.transpose(0, 2, 1),
        lambda a, b: a @ tf.transpose(b, [0, 2, 1]),
    ),
    "batch with a matrix": ((CUBE, A), lambda a, b: a @ b.T, lambda a, b: a @ tf.transpose(b)),
    "matrix with a vector": ((A, ROW), lambda a, b: a @ b, lambda a, b: tf.linalg.matvec(a, b)),
    "batch with a vector": ((CUBE, ROW), lambda a, b: a @ b, lambda a, b: tf.linalg.matvec(a, b)),
    "vector with a matrix": ((ROW, A), lambda a, b: a @ b.T, lambda a, b: tf.linalg.matvec(b, a)),
    "vector with a batch": (
        (ROW, CUBE),
        lambda a, b: a @ b.transpose(0, 2, 1),
        lambda a, b: tf.einsum("k,bik->bi", a, b),
    ),
    "vector with a vector": ((ROW, A), lambda a, b: a @ b[1], lambda a, b: tf.tensordot(a, b[1], 1)),
    "array with a matrix": ((A,), lambda a: B.T.astype(a.dtype) @ a, lambda a: B.T @ a),
    "exponential": ((A,), lambda a: a.exp(), tf.exp),
    "logarithm": ((POSITIVE,), lambda a: a.log(), tf.math.log),
    "root": ((POSITIVE,), lambda a: a.sqrt(), tf.sqrt),
    "tanh": ((A,), lambda a: a.tanh(), tf.tanh),
    "sigmoid": ((A,), lambda a: a.sigmoid(), tf.sigmoid),
    "relu": ((A,), lambda a: a.relu(), tf.nn.relu),
    "relu in the corner": ((np.zeros(3),), lambda a: a.relu(), tf.nn.relu),
    "absolute value": ((A,), lambda a: a.abs(), tf.abs),
    "larger of two": ((A, ROW), lambda a, b: a.maximum(b), tf.maximum),
    "larger of equals": ((A, A.copy()), lambda a, b: a.maximum(b), tf.maximum),
    "reshaped": ((CUBE,), lambda a: a.reshape(4, -1), lambda a: tf.reshape(a, (4, -1))),
    "axes in another order": ((CUBE,), lambda a: a.transpose(2, 0, 1), lambda a: tf.transpose(a, (2, 0, 1))),
    "axes counted from behind": ((CUBE,), lambda a: a.transpose(-1, 0, 1), lambda a: tf.transpose(a, (2, 0, 1))),
    "axes reversed": ((CUBE,), lambda a: a.T, tf.transpose),
    "a slice": ((CUBE,), lambda a: a[:, 1:, ::2], lambda a: a[:, 1:, ::2]),
    "a new axis": ((A,), lambda a: a[:, None], lambda a: a[:, None]),
    "one number": ((A,), lambda a: a[1, 2], lambda a: a[1, 2]),
    "repeated rows": ((A,), lambda a: a[REPEATED], lambda a: tf.gather(a, REPEATED)),
    "pairs of positions": (
        (A,),
        lambda a: a[[0, 0, 2], [1, 1, 3]],
        lambda a: tf.gather_nd(a, [[0, 1], [0, 1], [2, 3]]),
    ),
    "where true": ((A,), lambda a: a[A > 0], lambda a: tf.boolean_mask(a, A > 0)),
    "padded": ((A,), lambda a: a.pad([(1, 0), (2, 3)]), lambda a: tf.pad(a, [(1, 0), (2, 3)])),
    "joined": ((A, B), lambda a, b: Tensor.concatenate([a, b, a], 1), lambda a, b: tf.concat([a, b, a], 1)),
    "stacked": ((A, B), lambda a, b: Tensor.stack([a, b], -1), lambda a, b: tf.stack([a, b], -1)),
    "total": ((CUBE,), lambda a: a.sum(), tf.reduce_sum),
    "sum over axes": ((CUBE,), lambda a: a.sum((0, -1)), lambda a: tf.reduce_sum(a, (0, 2))),
    "sum that keeps its axis": ((CUBE,), lambda a: a.sum(1, keepdims=True), lambda a: tf.reduce_sum(a, 1, True)),
    "mean": ((CUBE,), lambda a: a.mean(), tf.reduce_mean),
    "mean over an axis": ((CUBE,), lambda a: a.mean(-2), lambda a: tf.reduce_mean(a, -2)),
    "largest": ((CUBE,), lambda a: a.max(), tf.reduce_max),
    "largest along an axis": ((CUBE,), lambda a: a.max(1), lambda a: tf.reduce_max(a, 1)),
    "largest of equals": ((np.ones((2, 3)),), lambda a: a.max(1, keepdims=True), lambda a: tf.reduce_max(a, 1, True)),
    "log-sum-exp": ((100 * CUBE,), lambda a: a.logsumexp(-1), lambda a: tf.reduce_logsumexp(a, -1)),
    "log-sum-exp of all": ((A,), lambda a: a.logsumexp(), tf.reduce_logsumexp),
    "log-softmax": ((100 * A,), lambda a: a.log_softmax(), tf.nn.log_softmax),
}
cases = pytest.mark.parametrize("name", CASES)


def by_engine(function, inputs, seed):
    tensors = [Tensor(each) for each in inputs]
    result = function(*tensors)
    result.backward(seed(result.data))
    return [result.data, *(each.grad for each in tensors)]


def by_tensorflow(function, inputs, seed):
    tensors = [tf.constant(each) for each in inputs]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        result = function(*tensors)
    return [result.numpy(), *map(tf.convert_to_tensor, tape.gradient(result, tensors, seed(result.numpy())))]


def varied(values):
    """A slope that is different for every number."""
    return np.cos(np.arange(values.size)).reshape(values.shape).astype(values.dtype)


@cases
@pytest.mark.parametrize(("dtype", "error"), [("float32", 2e-6), ("float64", 1e-12)])
def test_values_and_gradients_are_those_of_tensorflow(name, dtype, error):
    inputs, ours, theirs = CASES[name]
    inputs = [each.astype(dtype) for each in inputs]
    found, expected = by_engine(ours, inputs, varied), by_tensorflow(theirs, inputs, varied)
    for one, other in zip(found, expected, strict=True):
        assert (one.dtype, one.shape) == (dtype, tuple(other.shape))
        np.testing.assert_allclose(one, other, rtol=error, atol=10 * error)


numbers = arrays.arrays(np.float64, arrays.array_shapes(max_dims=3, max_side=4), elements=st.floats(-3, 3))
SMOOTH = {
    "exp": lambda a: a.exp(),
    "log": lambda a: (a * a + 1).log(),
    "tanh": lambda a: a.tanh(),
    "sigmoid": lambda a: a.sigmoid(),
    "quotient": lambda a: 1 / (a * a + 2),
    "logsumexp": lambda a: a.logsumexp(axis=-1),
    "power": lambda a: (a * a + 1) ** -1.5,
    "twice": lambda a: a[..., [0, -1, 0]] * a.sum(),
}


def central_difference(function, x, step=1e-5):
    slopes = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += step
        behind[index] -= step
        slopes[index] = (function(ahead) - function(behind)) / (2 * step)
    return slopes


@settings(max_examples=60, deadline=None)
@given(x=numbers, first=st.sampled_from(sorted(SMOOTH)), then=st.sampled_from(sorted(SMOOTH)))
def test_any_two_smooth_operations_in_a_row_have_the_slope_of_a_central_difference(x, first, then):
    def loss(values):
        inner = SMOOTH[first](Tensor(values).tanh())
        return (SMOOTH[then](inner.tanh() if inner.ndim else inner.reshape(1).tanh()) ** 2).sum()

    tensor = Tensor(x)
    inner = SMOOTH[first](tensor.tanh())
    (SMOOTH[then](inner.tanh() if inner.ndim else inner.reshape(1).tanh()) ** 2).sum().backward()
    expected = central_difference(lambda values: loss(values).item(), x)
    np.testing.assert_allclose(tensor.grad, expected, rtol=1e-4, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(shapes=arrays.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), seed=st.integers(0, 99))
def test_any_two_shapes_that_broadcast_get_gradients_of_their_own_shape_equal_to_tensorflow(shapes, seed):
    draw = np.random.default_rng(seed)
    inputs = [draw.normal(size=shape) for shape in shapes.input_shapes]
    found = by_engine(lambda a, b: a * b + a, inputs, varied)
    expected = by_tensorflow(lambda a, b: a * b + a, inputs, varied)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12, err_msg=str(shapes))


@settings(max_examples=60, deadline=None)
@given(data=st.data(), x=numbers)
def test_any_index_gives_back_to_each_number_as_often_as_it_was_taken(data, x):
    index = data.draw(arrays.basic_indices(x.shape) | arrays.integer_array_indices(x.shape))
    tensor, counted = Tensor(x), np.zeros_like(x)
    tensor[index].sum().backward()
    np.add.at(counted, index, 1)
    np.testing.assert_array_equal(tensor.grad, counted)
