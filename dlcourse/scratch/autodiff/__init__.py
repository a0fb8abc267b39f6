"""Automatic differentiation on NumPy arrays, as lesson 04_1 builds it: each file adds to the class of the one before.

1. `node.py`: a number that remembers what it was made of, and the walk back through all of them.
2. `arithmetic.py`: sums, products, powers and the matrix product, with broadcasting.
3. `functions.py`: exponential, logarithm and the activations.
4. `shapes.py`: reshaping, transposing, indexing, joining.
5. `reductions.py`: sum, mean, largest, log-sum-exp.
6. `tensor.py`: all of it under one name.
"""

from dlcourse.scratch.autodiff.tensor import Tensor

__all__ = ["Tensor"]
