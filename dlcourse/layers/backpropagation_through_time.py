r"""Backpropagation through time written out: the loop over time forward, and the loop back that carries the gradient.

What automatic differentiation does to a loop, in the form that XLA runs fastest: a step keeps only its states and what
went to its gates, and on the way back the weights' gradients are summed step by step. Lesson 08_1. Werbos (1990),
Backpropagation through time: what it does and how to do it. TensorFlow's own: other backends have their own scan.
"""

from __future__ import annotations

from typing import Any


def run(cell: Any, sequences: Any, states: Any, backwards: bool, all_outputs: bool) -> tuple[Any, list[Any]]:
    r"""Run a cell over sequences, with a gradient of its own.

    With products $a_t = \text{products}(x_t, s_{t-1}, W)$, states $s_t = \text{advance}(a_t, s_{t-1})$ and
    $\bar v$ for the gradient with respect to v, the way back from the last step to the first is

    $$\bar a_t = \left(\frac{\partial s_t}{\partial a_t}\right)^\top \bar s_t, \qquad
    \bar s_{t-1} = \left(\frac{\partial s_t}{\partial s_{t-1}}\right)^\top \bar s_t +
    \left(\frac{\partial a_t}{\partial s_{t-1}}\right)^\top \bar a_t, \qquad
    \bar W = \sum_t \left(\frac{\partial a_t}{\partial W}\right)^\top \bar a_t$$

    Args:
        cell: With `products`, `advance` and `tensors`, as `LSTMCell` has them.
        sequences: Shape (B, T, D).
        states: The first states, each of shape (B, units).
        backwards: Whether to read the sequences from their end.
        all_outputs: Whether the output of each step is wanted.

    Returns:
        All outputs, of shape (B, T, units), or the last alone with T = 1; and the last states.
    """
    import tensorflow as tf

    # A custom gradient takes tensors, not variables.
    count, weights = len(states), [tf.convert_to_tensor(weight) for weight in cell.tensors()]

    @tf.custom_gradient
    def loop(inputs: Any, *others: Any) -> tuple[Any, Any]:
        kept, outputs, last = _forward(cell, inputs, others[:count], others[count:], all_outputs)

        def gradient(d_outputs: Any, *d_states: Any) -> Any:
            return _back(cell, inputs, others[count:], kept, d_outputs if all_outputs else None, d_states)

        return (outputs, *last), gradient

    inputs = tf.transpose(sequences, (1, 0, 2))  # (T, B, D)
    outputs, *last = loop(tf.reverse(inputs, [0]) if backwards else inputs, *states, *weights)
    return tf.transpose(outputs, (1, 0, 2)), last


def _forward(cell: Any, inputs: Any, states: Any, weights: Any, all_outputs: bool) -> tuple[Any, Any, Any]:
    """What each step started from and what went to its gates; the outputs; the last states."""
    import tensorflow as tf

    steps, source = _length(inputs), _unstacked(inputs)
    places = len(states) + len(cell.products(inputs[0], states, *weights))

    def body(t: Any, states: Any, kept: Any, outputs: Any) -> Any:
        products = cell.products(source.read(t), states, *weights)
        advanced = cell.advance(products, states)
        kept = [array.write(t, value) for array, value in zip(kept, (*states, *products), strict=True)]
        return t + 1, advanced, kept, outputs.write(t, advanced[0]) if all_outputs else outputs

    kept = [_empty(states[0], steps) for _ in range(places)]
    start = tf.constant(0), list(states), kept, _empty(states[0], steps if all_outputs else 1)
    _, last, kept, outputs = tf.while_loop(lambda t, *_: t < steps, body, start, maximum_iterations=steps)
    outputs = outputs.stack() if all_outputs else tf.expand_dims(last[0], 0)
    return [array.stack() for array in kept], outputs, last


def _back(cell: Any, inputs: Any, weights: Any, kept: Any, d_outputs: Any, d_states: Any) -> list[Any]:
    """The gradients with respect to inputs, first states and weights."""
    import tensorflow as tf

    steps, source, arrays = _length(inputs), _unstacked(inputs), [_unstacked(each) for each in kept]
    from_above, count = None if d_outputs is None else _unstacked(d_outputs), len(d_states)

    def body(n: Any, d_states: Any, d_weights: Any, d_inputs: Any) -> Any:
        t = steps - 1 - n
        values = [array.read(t) for array in arrays]
        states, products = values[:count], values[count:]
        if from_above is not None:
            d_states = [d_states[0] + from_above.read(t), *d_states[1:]]
        d_products, d_direct = _pulled(lambda: cell.advance(products, states), (products, states), d_states)
        x = source.read(t)
        d_x, d_through, d_w = _pulled(
            lambda: cell.products(x, states, *weights), (x, states, list(weights)), d_products
        )
        d_states = [direct + through for direct, through in zip(d_direct, d_through, strict=True)]
        d_weights = [total + each for total, each in zip(d_weights, d_w, strict=True)]
        return n + 1, d_states, d_weights, d_inputs.write(t, d_x)

    start = tf.constant(0), list(d_states), [tf.zeros_like(weight) for weight in weights], _empty(inputs[0], steps)
    _, d_first, d_weights, d_inputs = tf.while_loop(lambda n, *_: n < steps, body, start, maximum_iterations=steps)
    return [d_inputs.stack(), *d_first, *d_weights]


def _pulled(function: Any, arguments: Any, gradients: Any) -> Any:
    """The gradients with respect to a function's arguments, from those with respect to what it gives."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(arguments)
        results = function()
    return tape.gradient(results, arguments, gradients, unconnected_gradients="zero")


def _length(inputs: Any) -> Any:
    import tensorflow as tf

    return tf.shape(inputs)[0] if inputs.shape[0] is None else inputs.shape[0]


def _unstacked(array: Any) -> Any:
    import tensorflow as tf

    return tf.TensorArray(array.dtype, _length(array)).unstack(array)


def _empty(like: Any, size: Any) -> Any:
    import tensorflow as tf

    return tf.TensorArray(like.dtype, size, element_shape=like.shape)
