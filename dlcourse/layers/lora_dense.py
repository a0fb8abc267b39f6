r"""Adapt a dense layer by a low-rank correction alone: a few per cent of its weights are trained, the rest stay frozen.

Lesson 13_1 adapts a pretrained network so, and merges the correction into the weights when it is done.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="dlcourse")
class LoRADense(keras.layers.Layer):
    r"""A frozen dense layer, and beside it a trainable product of two thin matrices.

    $$y = f\left(x W + \frac{\alpha}{r}\, x A B + b\right), \qquad A \in \mathbb R^{D \times r},\
      B \in \mathbb R^{r \times U}$$

    W and b are frozen, also where the layer's `trainable` is set to True. B starts at zero, so that the layer starts as
    the one that it adapts. Trained are $r (D + U)$ numbers in place of $D U$. Weights in the order A, B, W, b: Keras
    puts the trainable ones first. Hu et al. (2022), LoRA: Low-rank adaptation of large language models, section 4.1.

    Args:
        units: U, the size of the output.
        rank: r, at least 1.
        alpha: The scale $\alpha$ of the correction, positive; the rank itself without it, so that the factor is 1.
        activation: f, the name of an activation or a function.
        use_bias: Whether there is b.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: Shape (..., D); what comes out has shape (..., U).

    Raises:
        ValueError: If `units` or `rank` is below 1 or `alpha` is not positive; when built, if the rank is above D or U.

    Example:
        >>> dense = keras.layers.Dense(100)
        >>> dense.build((None, 200))
        >>> adapted = LoRADense.from_dense(dense, rank=2)
        >>> [tuple(weight.shape) for weight in adapted.trainable_weights], dense.count_params()
        ([(200, 2), (2, 100)], 20100)
    """

    def __init__(
        self,
        units: int,
        rank: int = 4,
        alpha: float | None = None,
        activation: Any = None,
        use_bias: bool = True,
        **kwargs: Any,
    ) -> None:
        for name, value in (("units", units), ("rank", rank)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value!r}")
        if alpha is not None and not alpha > 0:
            raise ValueError(f"alpha must be positive or None, got {alpha!r}")
        super().__init__(**kwargs)
        self.units, self.rank, self.alpha, self.use_bias = units, rank, alpha, use_bias
        self.activation = keras.activations.get(activation)
        self.supports_masking = True

    @property
    def scale(self) -> float:
        r"""The factor $\alpha / r$ of the correction."""
        return 1.0 if self.alpha is None else self.alpha / self.rank

    @classmethod
    def from_dense(
        cls, dense: keras.layers.Dense, rank: int = 4, alpha: float | None = None, **kwargs: Any
    ) -> LoRADense:
        """A layer that gives what a built dense layer gives, whose weights it copies and freezes.

        Args:
            dense: A built `keras.layers.Dense`.
            rank: As of the layer.
            alpha: As of the layer.
            **kwargs: What else the layer takes; name and type are the dense layer's without it.

        Raises:
            ValueError: If the dense layer is not built.
        """
        if not dense.built:
            raise ValueError(f"dense must be built, so that it has weights to adapt, got {dense.name!r} without")
        options = {"name": dense.name, "dtype": dense.dtype_policy, **kwargs}
        layer = cls(dense.units, rank, alpha, activation=dense.activation, use_bias=dense.use_bias, **options)
        layer.build((None, dense.kernel.shape[0]))
        layer.kernel.assign(dense.kernel)
        if layer.bias is not None:
            layer.bias.assign(dense.bias)
        return layer

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the frozen weights and the two thin matrices."""
        features = input_shape[-1]
        if features is None or self.rank > min(features, self.units):
            raise ValueError(
                f"rank must be at most the smaller of {features} inputs and {self.units} units, got {self.rank}"
            )
        self.kernel = self.add_weight((features, self.units), name="kernel", trainable=False)
        self.bias = self.add_weight((self.units,), "zeros", name="bias", trainable=False) if self.use_bias else None
        self.down = self.add_weight((features, self.rank), "he_uniform", name="down")  # A
        self.up = self.add_weight((self.rank, self.units), "zeros", name="up")  # B

    def call(self, inputs: Any) -> Any:
        """The adapted layer's output, (..., U)."""
        # y = f(x W + alpha / r (x A) B + b): the thin product first, which never makes a D x U matrix
        correction = ops.matmul(ops.matmul(inputs, self.down), self.up)
        outputs = ops.matmul(inputs, self.kernel) + self.scale * correction
        outputs = outputs if self.bias is None else outputs + self.bias
        return self.activation(outputs)

    def merge(self) -> keras.layers.Dense:
        r"""An ordinary dense layer with the same outputs: $W' = W + \frac{\alpha}{r} A B$, at no cost when used."""
        dense = keras.layers.Dense(self.units, self.activation, self.use_bias, name=self.name, dtype=self.dtype_policy)
        dense.build((None, self.kernel.shape[0]))
        # W' = W + alpha / r A B
        dense.kernel.assign(self.kernel + self.scale * ops.matmul(self.down, self.up))
        if self.use_bias:
            dense.bias.assign(self.bias)
        return dense

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The last axis becomes U."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        config = {"units": self.units, "rank": self.rank, "alpha": self.alpha, "use_bias": self.use_bias}
        return {**super().get_config(), **config, "activation": keras.activations.serialize(self.activation)}
