r"""Activation functions and their derivatives, one number in, one number out, on arrays of any shape.

Lesson 03_2 derives each of them. Every function `f` has its derivative beside it under the name `f_gradient`.

All of them keep float32 and float64 as they are (whole numbers become float64), take a scalar or an array, and give the
right value far out as well, at $x = \pm 1000$: no exponential here is ever taken of a large positive number. Where a
function has a corner, at $x = 0$, its derivative is the one from the left, as in Keras: $\mathrm{relu}'(0) = 0$. (Keras
takes the one from the right for SELU alone.)
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.scratch.arrays import real_array

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
GELU_CUBIC = 0.044715

_erfc = np.vectorize(math.erfc, otypes=[np.float64])


def sigmoid(x: ArrayLike) -> np.ndarray:
    r"""The logistic function $\sigma(x) = 1 / (1 + e^{-x})$, with values in $(0, 1)$.

    Computed as $e^{\min(x, 0)} / (1 + e^{-|x|})$: the same number, and neither exponential can overflow.

    Example:
        >>> sigmoid([-1000.0, 0.0, 1000.0])
        array([0. , 0.5, 1. ])
    """
    x = real_array(x)
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def sigmoid_gradient(x: ArrayLike) -> np.ndarray:
    r"""$\sigma'(x) = \sigma(x)\,(1 - \sigma(x))$, at most 1/4, written with $1 - \sigma(x) = \sigma(-x)$.

    Example:
        >>> float(sigmoid_gradient(0.0))
        0.25
    """
    x = real_array(x)
    return sigmoid(x) * sigmoid(-x)


def tanh(x: ArrayLike) -> np.ndarray:
    r"""The hyperbolic tangent $(e^x - e^{-x}) / (e^x + e^{-x})$, with values in $(-1, 1)$.

    Computed as $\mathrm{sign}(x)\,(1 - q) / (1 + q)$ with $q = e^{-2|x|}$; `expm1` keeps $1 - q$ exact near $x = 0$.

    Example:
        >>> tanh([-1000.0, 0.0, 0.5]).round(4)
        array([-1.    ,  0.    ,  0.4621])
    """
    x = real_array(x)
    q_minus_one = np.expm1(-2 * np.abs(x))
    return np.copysign(q_minus_one / (2 + q_minus_one), x)


def tanh_gradient(x: ArrayLike) -> np.ndarray:
    r"""$\tanh'(x) = 1 - \tanh(x)^2$, at most 1, written as $4\,\sigma'(2x)$, which does not cancel.

    Example:
        >>> float(tanh_gradient(0.0))
        1.0
    """
    return 4 * sigmoid_gradient(2 * real_array(x))


def relu(x: ArrayLike) -> np.ndarray:
    r"""The rectified linear unit $\max(x, 0)$ (Nair and Hinton 2010).

    Example:
        >>> relu([-2.0, 0.0, 3.0])
        array([0., 0., 3.])
    """
    return np.maximum(real_array(x), 0)


def relu_gradient(x: ArrayLike) -> np.ndarray:
    """1 where $x > 0$, otherwise 0: there is no third value.

    Example:
        >>> relu_gradient([-2.0, 0.0, 3.0])
        array([0., 0., 1.])
    """
    x = real_array(x)
    return (x > 0).astype(x.dtype)


def leaky_relu(x: ArrayLike, negative_slope: float = 0.01) -> np.ndarray:
    r"""$x$ where $x > 0$, otherwise $a x$ with the `negative_slope` $a$ (Maas, Hannun and Ng 2013).

    The paper's slope is 0.01; beware that `keras.activations.leaky_relu` has 0.2 and `keras.layers.LeakyReLU` 0.3.

    Example:
        >>> leaky_relu([-2.0, 3.0], negative_slope=0.25)
        array([-0.5,  3. ])
    """
    x = real_array(x)
    return np.maximum(x, 0) + negative_slope * np.minimum(x, 0)


def leaky_relu_gradient(x: ArrayLike, negative_slope: float = 0.01) -> np.ndarray:
    """1 where $x > 0$, otherwise the `negative_slope`.

    Example:
        >>> leaky_relu_gradient([-2.0, 3.0], negative_slope=0.25)
        array([0.25, 1.  ])
    """
    return _where_positive(real_array(x), 1, negative_slope)


def elu(x: ArrayLike, alpha: float = 1.0) -> np.ndarray:
    r"""The exponential linear unit: $x$ where $x > 0$, otherwise $\alpha\,(e^x - 1)$ (Clevert et al. 2016).

    Example:
        >>> elu([-1000.0, -1.0, 2.0]).round(4)
        array([-1.    , -0.6321,  2.    ])
    """
    x = real_array(x)
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


def elu_gradient(x: ArrayLike, alpha: float = 1.0) -> np.ndarray:
    r"""1 where $x > 0$, otherwise $\alpha\,e^x$.

    Example:
        >>> elu_gradient([-1.0, 2.0]).round(4)
        array([0.3679, 1.    ])
    """
    x = real_array(x)
    return _where_positive(x, 1, alpha * np.exp(np.minimum(x, 0)))


def selu(x: ArrayLike) -> np.ndarray:
    r"""The scaled ELU $\lambda\,\mathrm{elu}(x)$ (Klambauer et al. 2017) with $\lambda = 1.0507$ and $\alpha = 1.6733$.

    The two constants keep mean 0 and variance 1 from layer to layer where weights have mean 0 and variance 1/fan-in.

    Example:
        >>> selu([-1000.0, 0.0, 1.0]).round(4)
        array([-1.7581,  0.    ,  1.0507])
    """
    return SELU_SCALE * elu(x, SELU_ALPHA)


def selu_gradient(x: ArrayLike) -> np.ndarray:
    r"""$\lambda$ where $x > 0$, otherwise $\lambda\,\alpha\,e^x$.

    Example:
        >>> selu_gradient([-1.0, 1.0]).round(4)
        array([0.6468, 1.0507])
    """
    return SELU_SCALE * elu_gradient(x, SELU_ALPHA)


def gelu(x: ArrayLike, approximate: bool = False) -> np.ndarray:
    r"""The Gaussian error linear unit $x\,\Phi(x)$ (Hendrycks and Gimpel 2016).

    The standard normal distribution $\Phi(x) = \mathrm{erfc}(-x / \sqrt{2}) / 2$ comes from
    `math.erfc`, one element at a time: exact, but slow.

    Args:
        x: Any shape.
        approximate: Use the paper's form with a hyperbolic tangent, $\tfrac{x}{2}(1 + \tanh u)$ with
            $u = \sqrt{2/\pi}\,(x + 0.044715\,x^3)$, the same as $x\,\sigma(2u)$: off by less than 0.0005.

    Example:
        >>> gelu([-1.0, 0.0, 1.0]).round(4)
        array([-0.1587,  0.    ,  0.8413])
        >>> gelu([-1.0, 0.0, 1.0], approximate=True).round(4)
        array([-0.1588,  0.    ,  0.8412])
    """
    x = real_array(x)
    return x * sigmoid(2 * _gelu_u(x)) if approximate else x * _normal_distribution(x)


def gelu_gradient(x: ArrayLike, approximate: bool = False) -> np.ndarray:
    r"""$\Phi(x) + x\,\varphi(x)$ with the normal density $\varphi$; approximated $\sigma(2u) + x\,\sigma'(2u)\,2u'$.

    Example:
        >>> gelu_gradient([-1.0, 0.0, 1.0]).round(4)
        array([-0.0833,  0.5   ,  1.0833])
    """
    x = real_array(x)
    if not approximate:
        density = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        return _normal_distribution(x) + x * density
    u_gradient = math.sqrt(2 / math.pi) * (1 + 3 * GELU_CUBIC * x * x)
    return sigmoid(2 * _gelu_u(x)) + x * sigmoid_gradient(2 * _gelu_u(x)) * 2 * u_gradient


def silu(x: ArrayLike) -> np.ndarray:
    r"""The sigmoid linear unit, or swish, $x\,\sigma(x)$ (Elfwing et al. 2018; Ramachandran et al. 2017).

    Example:
        >>> silu([-1.0, 0.0, 1.0]).round(4)
        array([-0.2689,  0.    ,  0.7311])
    """
    x = real_array(x)
    return x * sigmoid(x)


def silu_gradient(x: ArrayLike) -> np.ndarray:
    r"""$\sigma(x) + x\,\sigma'(x)$.

    Example:
        >>> silu_gradient([-1.0, 0.0, 1.0]).round(4)
        array([0.0723, 0.5   , 0.9277])
    """
    x = real_array(x)
    return sigmoid(x) + x * sigmoid_gradient(x)


def _gelu_u(x: np.ndarray) -> np.ndarray:
    return math.sqrt(2 / math.pi) * (x + GELU_CUBIC * x * x * x)


def _normal_distribution(x: np.ndarray) -> np.ndarray:
    return (_erfc(-x / math.sqrt(2)) / 2).astype(x.dtype)


def _where_positive(x: np.ndarray, positive: float, otherwise: ArrayLike) -> np.ndarray:
    return np.where(x > 0, positive, otherwise).astype(x.dtype)[()]
