r"""Draw from a Gaussian so that gradients reach its mean and variance: the reparametrisation trick.

A variational autoencoder's encoder gives the parameters of a Gaussian, and the decoder sees one draw from it: lesson
09_1.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="dlcourse")
class GaussianSampling(keras.layers.Layer):
    r"""One draw for each pair of mean and log variance, in training and in inference alike.

    $$z = \mu + \sigma \odot \epsilon, \qquad \sigma = \exp\left(\tfrac12 \log \sigma^2\right), \qquad
      \epsilon \sim \mathcal N(0, I)$$

    The noise $\epsilon$ does not depend on what is learned, so that $\partial z / \partial \mu = 1$ and
    $\partial z / \partial \log\sigma^2 = \tfrac12 \sigma \epsilon$. There are no weights. Kingma and Welling (2014),
    Auto-encoding variational Bayes, section 2.4.

    Args:
        seed: An integer for the same draws in the same order; without it they follow Keras's global seed.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: A list of two: means and logarithms of variances, of one shape (B, ..., D).

    Raises:
        ValueError: If the seed is not an integer; when built, if there are not two inputs of one shape.

    Example:
        >>> sampling = GaussianSampling(seed=1)
        >>> certain = [ops.convert_to_tensor([[3.0, -2.0]]), ops.convert_to_tensor([[-100.0, -100.0]])]
        >>> sampling(certain).numpy()
        array([[ 3., -2.]], dtype=float32)
    """

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
            raise ValueError(f"seed must be an integer or None, got {seed!r}")
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        """Check that there are a mean and a log variance of one shape."""
        shapes = [tuple(shape) for shape in input_shape] if isinstance(input_shape[0], list | tuple) else [input_shape]
        if len(shapes) != 2 or shapes[0] != shapes[1]:
            raise ValueError(f"inputs must be a mean and a log variance of one shape, got shapes {shapes}")

    def call(self, inputs: Any) -> Any:
        """A draw for each mean, of its shape."""
        mean, log_variance = inputs  # (B, ..., D) each
        epsilon = keras.random.normal(ops.shape(mean), dtype=mean.dtype, seed=self.seed_generator)
        # z = mu + exp(log sigma^2 / 2) epsilon
        return mean + ops.exp(0.5 * log_variance) * epsilon

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """That of the mean."""
        return tuple(input_shape[0])

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        return {**super().get_config(), "seed": self.seed}
