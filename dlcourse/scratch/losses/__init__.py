r"""Loss functions and their derivatives with respect to the predictions, as lesson 03_3 derives them.

Every loss `f` has its derivative beside it under the name `f_gradient`. Both take what Keras takes in the same order:
the targets $y$, then the predictions $\hat y$ (or logits $z$, or probabilities $p$), N examples along the first axis.
They keep the precision of the predictions and are right far out as well: logits of $\pm 1000$ are safe.

All of them take a `reduction`:

- `"mean"`: the cost of the data set, the mean of the N losses; the derivative is that of the mean.
- `"none"`: the N losses one by one; the derivative is that of each example's own loss.

Where an example has K outputs (regression with several targets, binary labels), its loss is the mean over them.
All raise a `ValueError` if the shapes do not fit, there is no example, or a target, `delta` or `reduction` is not
allowed. Shapes are never broadcast: (N,) against (N, 1) would quietly compare every example with every other.
"""

from dlcourse.scratch.losses.classification import (
    binary_cross_entropy,
    binary_cross_entropy_from_logits,
    binary_cross_entropy_from_logits_gradient,
    binary_cross_entropy_gradient,
    cross_entropy,
    cross_entropy_gradient,
    hinge,
    hinge_gradient,
)
from dlcourse.scratch.losses.regression import (
    huber,
    huber_gradient,
    mae,
    mae_gradient,
    mse,
    mse_gradient,
    pseudo_huber,
    pseudo_huber_gradient,
)

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_from_logits",
    "binary_cross_entropy_from_logits_gradient",
    "binary_cross_entropy_gradient",
    "cross_entropy",
    "cross_entropy_gradient",
    "hinge",
    "hinge_gradient",
    "huber",
    "huber_gradient",
    "mae",
    "mae_gradient",
    "mse",
    "mse_gradient",
    "pseudo_huber",
    "pseudo_huber_gradient",
]
