"""What the engine is as a whole: how gradients add up, what it refuses, and that a network learns with it."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from dlcourse.scratch import Tensor, sigmoid, softmax


def test_gradients_add_up_over_calls_until_they_are_emptied():
    x = Tensor([1.0, 2.0])
    for _ in range(2):
        (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [4.0, 8.0])
    x.zero_grad()
    np.testing.assert_array_equal(x.grad, [0.0, 0.0])


def test_going_back_twice_through_one_graph_gives_twice_the_gradient():
    x = Tensor(3.0)
    y = (x * x).exp().log()
    y.backward()
    y.backward()
    assert x.grad == pytest.approx(12)


def test_what_lies_between_gets_its_gradient_as_well():
    x = Tensor(2.0)
    y = x * 3
    (y * y).backward()
    assert (y.grad, x.grad) == (12.0, 36.0)


def test_arrays_and_numbers_are_constants():
    x, constant = Tensor([1.0, 2.0]), np.array([3.0, 4.0])
    y = constant * x + constant - 1
    assert isinstance(y, Tensor)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, constant)


def test_a_diamond_of_thirty_layers_is_walked_once_and_not_a_billion_times():
    x = y = Tensor(1.0)
    for _ in range(30):
        y = (y + y) * 0.5
    y.backward()
    assert x.grad == 1.0


def test_a_chain_far_longer_than_the_recursion_limit_goes_back():
    x = y = Tensor(1.0)
    for _ in range(3000):
        y = y + 0.001
    y.backward()
    assert x.grad == 1.0


def test_a_number_beside_it_leaves_single_precision_alone():
    x = Tensor(np.ones(3, "float32"))
    y = ((2 * x + 1) / 3 - 0.5) ** 2 + x.maximum(0.25)
    y.sum().backward()
    assert (y.dtype, x.grad.dtype) == (np.float32, np.float32)


def test_a_single_precision_weight_gets_its_gradient_in_single_precision_from_a_double_loss():
    w = Tensor(np.ones(3, "float32"))
    (w * np.ones(3)).sum().backward()
    assert w.grad.dtype == np.float32


def test_the_loss_of_a_network_has_the_gradients_of_the_formulas():
    draw = np.random.default_rng(1)
    x, w, labels = draw.normal(size=(6, 4)), Tensor(draw.normal(size=(4, 3))), draw.integers(0, 3, 6)
    loss = -(x @ w).log_softmax()[np.arange(6), labels].mean()
    loss.backward()
    expected = x.T @ (softmax(x @ w.data) - np.eye(3)[labels]) / 6
    np.testing.assert_allclose(w.grad, expected, rtol=1e-10, atol=1e-14)


def test_a_network_written_with_it_learns_to_read_digits():
    x, y = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x / 16, y, random_state=0)
    draw = np.random.default_rng(0)
    weights = [Tensor(draw.normal(0, 0.2, shape)) for shape in ((64, 32), (32,), (32, 10), (10,))]

    def logits(pixels):
        w, b, v, c = weights
        return (pixels @ w + b).relu() @ v + c

    for _ in range(400):
        batch = draw.integers(0, len(x_train), 64)
        loss = -logits(x_train[batch]).log_softmax()[np.arange(64), y_train[batch]].mean()
        loss.backward()
        for weight in weights:
            weight.data -= 0.3 * weight.grad
            weight.zero_grad()
    accuracy = (logits(x_test).data.argmax(axis=1) == y_test).mean()
    assert accuracy > 0.93, accuracy


def test_shape_length_and_text_are_those_of_the_array():
    x = Tensor([[1, 2, 3], [4, 5, 6]])
    assert (x.shape, x.ndim, x.dtype, len(x)) == ((2, 3), 2, np.float64, 2)
    assert (repr(x), repr(Tensor(2.5))) == ("Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])", "Tensor(2.5)")
    assert Tensor([[7]]).item() == 7.0


def test_far_out_nothing_overflows():
    x = Tensor([1000.0, -1000.0])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = (x.sigmoid() + x.tanh()).sum() + x.logsumexp() + x.relu().sum()
        y.backward()
    np.testing.assert_array_equal(x.sigmoid().data, sigmoid(x.data))
    assert np.isfinite(x.grad).all()


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda x: x.backward(), r"backward without a gradient needs a single number, got shape \(2,\)"),
        (lambda x: x.backward([1.0]), r"the gradient must have shape \(2,\), got \(1,\)"),
        (lambda x: x.item(), r"item needs a single number, got shape \(2,\)"),
        (lambda x: x**x, "an exponent must be a number, got Tensor"),
        (lambda x: Tensor(["a"]), "x must hold real numbers, got an array of dtype <U1"),
        (lambda x: x + np.array([1j]), "x must hold real numbers, got an array of dtype complex128"),
    ],
)
def test_what_cannot_be_done_is_named(act, words):
    with pytest.raises(ValueError, match=words):
        act(Tensor([1.0, 2.0]))
