r"""The multilayer perceptron: dense layers, one after the other. Lesson 06_1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from dlcourse.layers.arguments import positive_integer, share
from dlcourse.models.arguments import classifier, scaled


def mlp(
    input_shape: int | tuple[int, ...] = (784,),
    num_classes: int = 10,
    hidden: Sequence[int] = (300, 100),
    *,
    activation: Any = "relu",
    dropout: float = 0.0,
    width: float = 1.0,
    classifier_activation: Any = "softmax",
    name: str = "mlp",
) -> keras.Model:
    r"""Dense layers named `hidden1`, `hidden2` and so on, and `predictions`.

    $$h_l = g(W_l h_{l-1} + b_l), \qquad h_0 = x, \qquad \hat y = \mathrm{softmax}(W_{L+1} h_L + b_{L+1})$$

    What goes in has shape (B, ...) and is flattened where it has more than one axis besides the batch; what comes out
    has shape (B, K). The default is the network of 784, 300, 100 and 10 units of LeCun, Bottou, Bengio and Haffner
    (1998), Gradient-based learning applied to document recognition: 266,610 parameters and 266,200 multiply-adds. For
    regression, K is the number of targets and `classifier_activation` None.

    Args:
        input_shape: The shape of one example, or its number of features.
        num_classes: K.
        hidden: Units of the hidden layers; none gives a linear model.
        activation: g.
        dropout: The share of units that each hidden layer drops in training.
        width: Multiplies the hidden units.
        classifier_activation: Softmax gives probabilities, None what goes into it.
        name: The model's name.

    Raises:
        ValueError: If a number of units, of classes or of features is not a positive integer, `dropout` not a share,
            `width` not positive, or softmax is asked for with one class.

    Example:
        >>> model = mlp()
        >>> model.output_shape, model.count_params()
        ((None, 10), 266610)
    """
    shape = (input_shape,) if isinstance(input_shape, int) else tuple(input_shape)
    for place, numbers in {"input_shape": shape, "hidden": tuple(hidden)}.items():
        for each in numbers:
            positive_integer(f"each number of {place}", each)
    classifier(num_classes, classifier_activation)
    share("dropout", dropout)
    inputs = keras.Input(shape, name="inputs")
    x = keras.layers.Flatten(name="flatten")(inputs) if len(shape) > 1 else inputs
    for number, units in enumerate(hidden, start=1):
        x = keras.layers.Dense(scaled(units, width), activation, name=f"hidden{number}")(x)
        if dropout:
            x = keras.layers.Dropout(dropout, name=f"dropout{number}")(x)
    outputs = keras.layers.Dense(num_classes, classifier_activation, name="predictions")(x)
    return keras.Model(inputs, outputs, name=name)
