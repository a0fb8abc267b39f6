r"""The divergence between Gaussians with independent coordinates: a variational autoencoder's second term.

Lesson 09_1 derives it and holds it to a Monte Carlo estimate.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


def gaussian_kl(mean: Any, log_variance: Any, prior_mean: Any = None, prior_log_variance: Any = None) -> Any:
    r"""The Kullback-Leibler divergence of one diagonal Gaussian from another, in nats.

    From the standard normal, where no prior is given:

    $$D_{\mathrm{KL}}\bigl(\mathcal N(\mu, \sigma^2) \,\|\, \mathcal N(0, 1)\bigr)
      = \tfrac12 \sum_{d=1}^{D} \left(\mu_d^2 + \sigma_d^2 - 1 - \log \sigma_d^2\right)$$

    and from a prior $\mathcal N(\nu, \tau^2)$

    $$D_{\mathrm{KL}} = \tfrac12 \sum_{d=1}^{D} \left(\frac{(\mu_d - \nu_d)^2}{\tau_d^2}
      + \frac{\sigma_d^2}{\tau_d^2} - 1 - \log \frac{\sigma_d^2}{\tau_d^2}\right)$$

    It is 0 where the two are equal and positive elsewhere; it is not symmetric. $\sigma^2 - 1$ is computed as
    $\mathrm{expm1}(\log \sigma^2)$, which keeps its digits near 0. Types below single precision are computed in single
    precision. Kingma and Welling (2014), Auto-encoding variational Bayes, appendix B.

    Args:
        mean: $\mu$, shape (..., D).
        log_variance: $\log \sigma^2$, shape (..., D).
        prior_mean: $\nu$, a shape that broadcasts to (..., D); 0 without it.
        prior_log_variance: $\log \tau^2$, a shape that broadcasts to (..., D); 0 without it.

    Returns:
        One divergence for each example, shape (...).

    Raises:
        ValueError: If `mean` and `log_variance` differ in shape or have no axis, or the prior's do not broadcast to it.

    Example:
        >>> gaussian_kl([[0.0, 0.0], [1.0, -2.0]], [[0.0, 0.0], [0.0, 0.0]]).numpy()
        array([0. , 2.5], dtype=float32)
    """
    mean, log_variance = _single_precision(mean), _single_precision(log_variance)
    _check_same_shape(mean, log_variance)
    distance, log_ratio = mean, log_variance
    if prior_mean is not None:
        distance = mean - _like(prior_mean, mean, "prior_mean")
    if prior_log_variance is None:
        squared = ops.square(distance)
    else:
        prior_log_variance = _like(prior_log_variance, mean, "prior_log_variance")
        squared = ops.square(distance) * ops.exp(-prior_log_variance)
        log_ratio = log_variance - prior_log_variance
    # 1/2 sum ((mu - nu)^2 / tau^2 + sigma^2 / tau^2 - 1 - log(sigma^2 / tau^2))
    return 0.5 * ops.sum(squared + ops.expm1(log_ratio) - log_ratio, axis=-1)


def _single_precision(values: Any) -> Any:
    """As a tensor of at least single precision."""
    tensor = ops.convert_to_tensor(values)
    return ops.cast(tensor, keras.backend.result_type(tensor.dtype, "float32"))


def _check_same_shape(mean: Any, log_variance: Any) -> None:
    shape, other = tuple(mean.shape), tuple(log_variance.shape)
    fits = len(shape) == len(other) and all(a == b for a, b in zip(shape, other, strict=True) if None not in (a, b))
    if not shape or not fits:
        raise ValueError(f"mean and log_variance must have one shape (..., D), got {shape} and {other}")


def _like(prior: Any, mean: Any, name: str) -> Any:
    """A prior's parameter as a tensor that broadcasts to the mean's shape and no further."""
    prior = ops.cast(prior, mean.dtype)
    shape, wanted = tuple(prior.shape), tuple(mean.shape)
    pairs = zip(reversed(shape), reversed(wanted), strict=False)
    if len(shape) > len(wanted) or any(a not in (1, None, b) and b is not None for a, b in pairs):
        raise ValueError(f"{name} must broadcast to the mean's shape {wanted}, got shape {shape}")
    return prior
