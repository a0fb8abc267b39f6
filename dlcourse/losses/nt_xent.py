r"""The contrastive loss of SimCLR: two views of one picture find each other among all others. Lesson 19."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="dlcourse")
class NTXent(keras.losses.Loss):
    r"""Normalized temperature-scaled cross-entropy: which of the 2B - 1 others is the other view of this example?

    With the cosine similarity $s_{ij} = z_i \cdot z_j / (\|z_i\| \|z_j\|)$ of the 2B embeddings of a batch, and j the
    other view of i,

    $$\ell_i = -\log \frac{e^{s_{ij} / \tau}}{\sum_{k \ne i} e^{s_{ik} / \tau}}$$

    and the loss of a pair is the mean of $\ell_i$ and $\ell_j$. If all embeddings are equal it is $\log(2B - 1)$. There
    are no labels: what stands in the place of the targets is the first view, and gradients reach both. Chen, Kornblith,
    Norouzi and Hinton (2020), A simple framework for contrastive learning of visual representations.

    Args:
        temperature: $\tau$, positive; the smaller, the more the nearest wrong examples count.
        reduction: How the losses of a batch become one number, as in every Keras loss.
        name: The loss's name.
        dtype: What it computes in; single precision by default, also under mixed precision.

    Call arguments:
        y_true: Embeddings of the first views, shape (B, D).
        y_pred: Embeddings of the second views, shape (B, D).

    Raises:
        ValueError: If `temperature` is not positive, or a shape is not as said.

    Example:
        >>> loss = NTXent(temperature=1.0)
        >>> first, second = [[1.0, 0.0], [0.0, 1.0]], [[2.0, 0.0], [0.0, 3.0]]
        >>> round(float(loss(first, second)), 4)
        0.5514
    """

    def __init__(
        self,
        temperature: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "nt_xent",
        dtype: Any = None,
    ) -> None:
        if not 0 < temperature < float("inf"):
            raise ValueError(f"temperature must be a positive number, got {temperature!r}")
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.temperature = float(temperature)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each pair, shape (B,)."""
        first, second = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        _check_views(tuple(first.shape), tuple(second.shape))
        z = ops.concatenate([first, second], axis=0)  # (2B, D)
        z = ops.normalize(z, axis=-1, epsilon=1e-12)
        similarity = ops.matmul(z, ops.transpose(z)) / self.temperature  # (2B, 2B)
        itself = ops.eye(ops.shape(z)[0], dtype="bool")
        others = ops.where(itself, float("-inf"), similarity)
        batch = ops.shape(second)[0]
        # l_i = log sum_{k != i} exp(s_ik / tau) - s_ij / tau
        losses = ops.logsumexp(others, axis=-1) - ops.sum(z * ops.roll(z, batch, axis=0), axis=-1) / self.temperature
        return (losses[:batch] + losses[batch:]) / 2

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same loss again."""
        return {**super().get_config(), "temperature": self.temperature, "dtype": self.dtype}


def _check_views(first: tuple[int | None, ...], second: tuple[int | None, ...]) -> None:
    matches = len(first) == len(second) == 2
    if not matches or any(a != b for a, b in zip(first, second, strict=True) if None not in (a, b)):
        raise ValueError(f"both views must be embeddings of one shape (B, D), got {first} and {second}")
