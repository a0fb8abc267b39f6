r"""The next token from a language model's scores: the best, or drawn with a temperature, from the best k or a nucleus.

Fan, Lewis and Dauphin (2018), Hierarchical neural story generation (top-k); Holtzman, Buys, Du, Forbes and Choi (2020),
The curious case of neural text degeneration (top-p). Lesson 08_3. Keras is imported when it is needed.
"""

from __future__ import annotations

from typing import Any


def choose_tokens(
    logits: Any, uniforms: Any, temperature: Any = 1.0, top_k: int | None = None, top_p: Any = 1.0, greedy: bool = False
) -> Any:
    r"""One token for each row of logits.

    $$p_i = \frac{e^{z_i / \tau}}{\sum_j e^{z_j / \tau}}$$

    Of the tokens in falling order of probability the first k stay (top-k), and of these the shortest beginning whose
    probability reaches p (top-p); one of them is drawn in proportion. Drawn by inversion: the token at which the
    cumulative probability passes a number that is uniform on [0, 1), so that who hands in the same numbers gets the
    same tokens on every backend.

    Args:
        logits: Scores $z$ of shape (B, V).
        uniforms: Numbers in [0, 1), shape (B,).
        temperature: $\tau$, above 0.
        top_k: k; all V when None.
        top_p: p, above 0 and at most 1.
        greedy: Take the best token and look at nothing else.

    Returns:
        Token numbers, int32 of shape (B,).

    Example:
        >>> import numpy as np
        >>> logits = np.log([[0.5, 0.3, 0.2]] * 3).astype("float32")
        >>> print(np.asarray(choose_tokens(logits, np.float32([0.4, 0.6, 0.9]))))
        [0 1 2]
        >>> print(np.asarray(choose_tokens(logits, np.float32([0.4, 0.6, 0.9]), top_p=0.7)))
        [0 0 1]
    """
    from keras import ops

    logits, uniforms = ops.convert_to_tensor(logits), ops.convert_to_tensor(uniforms)
    k = min(top_k or logits.shape[-1], logits.shape[-1])
    if greedy or k == 1:
        return ops.cast(ops.argmax(logits, axis=-1), "int32")
    scores, tokens = ops.top_k(ops.cast(logits, "float32"), k)  # B, k each, best first
    # p_i = exp(z_i / tau) / sum_j exp(z_j / tau)
    probabilities = ops.softmax(scores / temperature, axis=-1)
    cumulative = ops.cumsum(probabilities, axis=-1)
    in_nucleus = cumulative - probabilities < top_p
    mass = ops.sum(ops.where(in_nucleus, probabilities, 0.0), axis=-1)
    passed = ops.logical_and(in_nucleus, cumulative <= (uniforms * mass)[:, None])
    # Rounding may put the last cumulative probability below the number drawn.
    rank = ops.minimum(_count(passed), _count(in_nucleus) - 1)
    return ops.cast(ops.take_along_axis(tokens, rank[:, None], axis=-1)[:, 0], "int32")


def _count(flags: Any) -> Any:
    from keras import ops

    return ops.sum(ops.cast(flags, "int32"), axis=-1)
