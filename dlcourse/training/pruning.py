r"""Pruning: the smallest weights become zero, and stay zero while the others go on learning. Chapter 19."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from dlcourse.training.arguments import share
from dlcourse.training.epochs import forget


@dataclass(frozen=True)
class Pruning:
    """What `prune` has done.

    Attributes:
        by_weight: The share of zeros in each matrix or filter bank that was pruned, by its path.
        sparsity: The share of zeros in all of them together.

    Example:
        >>> Pruning({"dense/kernel": 0.5}, 0.5).sparsity
        0.5
    """

    by_weight: dict[str, float]
    sparsity: float


def prune(
    model: keras.Model, sparsity: float, *, scope: str = "global", layers: Sequence[str] | None = None
) -> Pruning:
    r"""Set the share $s$ of a model's weights that are smallest in magnitude to zero, and hold them there.

    $$\theta_i \leftarrow m_i \theta_i, \qquad m_i = 0 \text{ for the smallest } s n \text{ of the } |\theta_i|$$

    What has two or more axes is pruned, matrices and filters; biases, scales and statistics are not. The masks are
    constraints of the variables, so that every optimizer keeps them, in `model.fit` and in `training.fit`; constraints
    that were there are applied first. A second call with a higher share prunes further: in a few rounds with training
    between them more can be taken (Han, Pool, Tran and Dally 2015, Learning both weights and connections for efficient
    neural networks). A saved model keeps its zeros, and not the masks: call this again with the same share to go on
    training. If the model is part of another one that was compiled, compile that anew.

    Args:
        model: A built model; it is changed in place.
        sparsity: $s$, at least 0 and below 1.
        scope: `"global"`, the smallest of all weights together, or `"layer"`, the smallest of each weight by itself.
        layers: Names of layers to prune; without them, all.

    Returns:
        The share of zeros that there is now.

    Raises:
        ValueError: If `sparsity` is not in its range, `scope` is another, or no weight can be pruned.

    Example:
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, use_bias=False)])
        >>> model.set_weights([np.array([[0.1, -3.0], [2.0, -0.2]])])
        >>> prune(model, 0.5).sparsity, model.get_weights()[0].tolist()
        (0.5, [[0.0, -3.0], [2.0, 0.0]])
    """
    share("sparsity", sparsity)
    if scope not in ("global", "layer"):
        raise ValueError(f"scope must be 'global' or 'layer', got {scope!r}")
    weights = _prunable(model, layers)
    groups = [weights] if scope == "global" else [[weight] for weight in weights]
    for group in groups:
        for weight, mask in zip(group, _masks([each.numpy() for each in group], sparsity), strict=True):
            _hold(weight, mask)
    _compile_step_anew(model)
    zeros = {weight.path: float(np.mean(weight.numpy() == 0)) for weight in weights}
    return Pruning(zeros, float(np.mean(np.concatenate([weight.numpy().ravel() for weight in weights]) == 0)))


class _Masked(keras.constraints.Constraint):
    """Another constraint's result, with zeros where the mask has them."""

    def __init__(self, mask: np.ndarray, before: Any) -> None:
        self.mask, self.before = mask, before

    def __call__(self, weight: Any) -> Any:
        constrained = weight if self.before is None else self.before(weight)
        return keras.ops.where(self.mask, constrained, keras.ops.zeros_like(constrained))


def _prunable(model: keras.Model, layers: Sequence[str] | None) -> list[Any]:
    owners = model.layers if layers is None else [model.get_layer(name) for name in layers]
    found = [weight for layer in owners for weight in layer.trainable_variables if len(weight.shape) > 1]
    if not found:
        raise ValueError(f"there must be a trainable weight of two or more axes, got layers {[o.name for o in owners]}")
    return found


def _masks(values: list[np.ndarray], sparsity: float) -> list[np.ndarray]:
    """Masks with zeros at the smallest magnitudes of all the arrays together."""
    magnitudes = np.concatenate([np.abs(value).ravel() for value in values])
    kept = np.ones(len(magnitudes), bool)
    kept[np.argsort(magnitudes, kind="stable")[: round(sparsity * len(magnitudes))]] = False
    parts = np.split(kept, np.cumsum([value.size for value in values])[:-1])
    return [part.reshape(value.shape) for part, value in zip(parts, values, strict=True)]


def _hold(weight: Any, mask: np.ndarray) -> None:
    before = weight.constraint.before if isinstance(weight.constraint, _Masked) else weight.constraint
    weight.constraint = _Masked(mask, before)
    weight.assign(np.where(mask, weight.numpy(), 0))


def _compile_step_anew(model: keras.Model) -> None:
    """A training step that was compiled before does not know the masks."""
    forget(model)
    if getattr(model, "compiled", False):
        model.make_train_function(force=True)
