r"""The two sides of the minimax game as losses of the discriminator's logits. Lesson 09_2."""

from __future__ import annotations

from typing import Any

from keras import ops


def discriminator_loss(real_logits: Any, fake_logits: Any, label_smoothing: float = 0.0) -> Any:
    r"""Cross-entropy of telling real from generated, $D = \operatorname{sigmoid}(\text{logit})$.

    $$-\mathbb E_x\left[(1 - \epsilon) \log D(x) + \epsilon \log(1 - D(x))\right]
      - \mathbb E_z\left[\log\left(1 - D(G(z))\right)\right]$$

    Its least value against a perfect generator is $2 \log 2$. Smoothing is of the real side alone (Salimans et al.
    2016). Goodfellow et al. (2014), Generative adversarial nets, equation 1.

    Args:
        real_logits: Of real examples, shape (B, 1).
        fake_logits: Of generated examples, shape (B, 1).
        label_smoothing: $\epsilon$, by which the target of real examples lies below 1.

    Example:
        >>> discriminator_loss(ops.zeros((2, 1)), ops.zeros((2, 1))).numpy().round(4)  # 2 log 2
        np.float32(1.3863)
    """
    # -log D = softplus(-logit), -log(1 - D) = softplus(logit)
    real = (1 - label_smoothing) * ops.softplus(-real_logits) + label_smoothing * ops.softplus(real_logits)
    return ops.mean(real) + ops.mean(ops.softplus(fake_logits))


def generator_loss(fake_logits: Any, saturating: bool = False) -> Any:
    r"""What the generator descends on: that its examples are not taken for real.

    $$\text{non-saturating: } -\mathbb E_z\left[\log D(G(z))\right], \qquad
      \text{saturating: } \mathbb E_z\left[\log\left(1 - D(G(z))\right)\right]$$

    The second is the minimax game's own; its gradient vanishes where the discriminator is sure, $D(G(z)) \to 0$, which
    is so at the start. Goodfellow et al. (2014), Generative adversarial nets, section 3.

    Args:
        fake_logits: Of generated examples, shape (B, 1).
        saturating: Which of the two.

    Example:
        >>> generator_loss(ops.zeros((2, 1))).numpy().round(4)  # log 2
        np.float32(0.6931)
    """
    return -ops.mean(ops.softplus(fake_logits)) if saturating else ops.mean(ops.softplus(-fake_logits))
