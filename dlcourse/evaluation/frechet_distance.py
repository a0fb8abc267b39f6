r"""The Frechet distance of two Gaussians: how far generated samples are from real ones. Lesson 09_2."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def frechet_distance(real: ArrayLike, generated: ArrayLike) -> float:
    r"""The squared Frechet distance of the Gaussians that fit two sets of features.

    Means and covariances (with a denominator of N - 1) are those of the samples; see `gaussian_frechet_distance`. On
    the features of the Inception network this is the FID; on those of another network it is another number. With few
    samples it is too large, about as much as N is small against D, so compare at equal N only. Heusel, Ramsauer,
    Unterthiner, Nessler and Hochreiter (2017), GANs trained by a two time-scale update rule converge to a local Nash
    equilibrium.

    Args:
        real: Features of real examples, shape (N, D) with N at least 2.
        generated: Features of generated examples, shape (M, D) with M at least 2.

    Returns:
        The squared distance, at least 0, in the features' unit squared.

    Raises:
        ValueError: If a shape is not as said or a number is not finite.

    Example:
        >>> frechet_distance([[0.0], [2.0]], [[3.0], [5.0]])
        9.0
    """
    return gaussian_frechet_distance(*_mean_and_covariance("real", real), *_mean_and_covariance("generated", generated))


def gaussian_frechet_distance(
    mean: ArrayLike, covariance: ArrayLike, other_mean: ArrayLike, other_covariance: ArrayLike
) -> float:
    r"""The squared Frechet (2-Wasserstein) distance of two Gaussians.

    $$d^2 = \|\mu_1 - \mu_2\|^2
      + \mathrm{tr}\left(\Sigma_1 + \Sigma_2 - 2\,(\Sigma_1^{1/2}\, \Sigma_2\, \Sigma_1^{1/2})^{1/2}\right)$$

    The last trace is the sum of the singular values of $\Sigma_1^{1/2} \Sigma_2^{1/2}$, and the roots come from the
    eigenvalues, so that covariances without an inverse are no trouble. Dowson and Landau (1982), The Frechet distance
    between multivariate normal distributions.

    Args:
        mean: $\mu_1$, shape (D,).
        covariance: $\Sigma_1$, symmetric, with no negative eigenvalue, shape (D, D).
        other_mean: $\mu_2$, shape (D,).
        other_covariance: $\Sigma_2$, shape (D, D).

    Returns:
        The squared distance, at least 0.

    Raises:
        ValueError: If the shapes do not fit, or a covariance is not symmetric or has a negative eigenvalue.

    Example:
        >>> gaussian_frechet_distance([0.0, 0.0], [[4.0, 0.0], [0.0, 1.0]], [0.0, 1.0], [[1.0, 0.0], [0.0, 1.0]])
        2.0
    """
    means = [np.asarray(each, float) for each in (mean, other_mean)]
    covariances = [np.asarray(each, float) for each in (covariance, other_covariance)]
    size = means[0].shape
    if len(size) != 1 or means[1].shape != size or any(each.shape != size * 2 for each in covariances):
        shapes = ", ".join(str(each.shape) for each in (means[0], covariances[0], means[1], covariances[1]))
        raise ValueError(f"means must have shape (D,) and covariances (D, D), got {shapes}")
    roots = [_root(each) for each in covariances]
    shared = np.linalg.svd(roots[0] @ roots[1], compute_uv=False).sum()
    # d^2 = |mu_1 - mu_2|^2 + tr(Sigma_1 + Sigma_2) - 2 tr((Sigma_1^(1/2) Sigma_2 Sigma_1^(1/2))^(1/2))
    squared = np.sum((means[0] - means[1]) ** 2) + np.trace(covariances[0] + covariances[1]) - 2 * shared
    return max(float(squared), 0.0)


def _root(covariance: np.ndarray) -> np.ndarray:
    """The symmetric square root: the same eigenvectors, and the roots of the eigenvalues."""
    if not np.allclose(covariance, covariance.T, rtol=1e-6, atol=1e-8 * np.abs(covariance).max(initial=1)):
        raise ValueError(
            f"a covariance must be symmetric, got differences of {np.abs(covariance - covariance.T).max()}"
        )
    values, vectors = np.linalg.eigh(covariance)
    if values.min() < -1e-6 * max(values.max(), 1e-300):
        raise ValueError(f"a covariance must have no negative eigenvalue, got {values.min()}")
    return (vectors * np.sqrt(values.clip(0))) @ vectors.T


def _mean_and_covariance(name: str, features: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    x = np.asarray(features, float)
    if x.ndim != 2 or len(x) < 2 or not x.shape[1]:
        raise ValueError(f"{name} must have shape (N, D) with N at least 2, got {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"{name} must hold finite numbers, got {x[~np.isfinite(x)][0]}")
    return x.mean(axis=0), np.cov(x, rowvar=False).reshape(x.shape[1], x.shape[1])
