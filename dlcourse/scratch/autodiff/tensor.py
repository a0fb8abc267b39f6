r"""The engine of lesson 04_1 under one name: an array that can tell the slope of what is computed from it."""

from __future__ import annotations

from dlcourse.scratch.autodiff.reductions import Reductions


class Tensor(Reductions):
    r"""An array that remembers how it was computed, so that `backward` gives the gradient of a scalar.

    Reverse-mode automatic differentiation: one walk forward computes a scalar L, one walk back the slope
    $\partial L / \partial x$ of every array x on the way, in about twice the time, however many they are. Every
    operation takes tensors, arrays and numbers; arrays and numbers are constants and get no gradient. float32 and
    float64 stay as they are, everything else becomes float64. Broadcasting, batches of matrices and repeated indices
    are NumPy's.

    - `data`, `grad`: the numbers, and the gradient that every `backward` adds to.
    - `backward()`, `zero_grad()`: fill it, and empty it.
    - `+ - * / ** @`, `exp`, `log`, `sqrt`, `tanh`, `sigmoid`, `relu`, `abs`, `maximum`.
    - `reshape`, `transpose`, `T`, `[...]`, `pad`, `concatenate`, `stack`.
    - `sum`, `mean`, `max`, `logsumexp`, `log_softmax`.

    Do not change `data` in place between computing with it and `backward`. Rumelhart, Hinton and Williams (1986),
    Learning representations by back-propagating errors; the survey of Baydin, Pearlmutter, Radul and Siskind (2018),
    Automatic differentiation in machine learning.

    Args:
        data: Real numbers of any shape.

    Raises:
        ValueError: If `data` holds anything else; in `backward`, if there is no single number to start from.

    Example:
        >>> x, w = Tensor([1.0, 2.0]), Tensor([0.5, -1.0])
        >>> loss = ((x * w).sum() - 1) ** 2
        >>> loss.backward()
        >>> loss, w.grad
        (Tensor(6.25), array([ -5., -10.]))
    """

    def __repr__(self) -> str:
        """The numbers, as NumPy prints them."""
        return f"Tensor({self.data})" if self.ndim == 0 else f"Tensor({self.data.tolist()})"

    def item(self) -> float:
        """The single number that is here, as a plain one.

        Raises:
            ValueError: If there are more.
        """
        if self.data.size != 1:
            raise ValueError(f"item needs a single number, got shape {self.shape}")
        return float(self.data.reshape(()))
