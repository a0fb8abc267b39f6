# %% [markdown]
# # Exercise 4: Training neural networks
#
# Five questions on lessons [04_1](../notebooks/04_1_backpropagation.ipynb), [04_2](../notebooks/04_2_optimizers.ipynb) and
# [04_3](../notebooks/04_3_regularization.ipynb). All need NumPy only.
#
# 1. Run the first two cells.
# 2. For each question, write your answer in its cell and run it, then run the cell with `check` below it.
# 3. The check says *not attempted*, *wrong* and what is wrong, or *right*. Try as often as you like.
# 4. `hint("4.2")` gives a hint for question 4.2, and another one each time you ask.
# 5. After an attempt, `solution("4.2")` shows a way to write it.

# %% tags=["nbval-ignore-output"]
import dlcourse
from dlcourse import check, hint, solution

dlcourse.start()

# %%
import numpy as np


# %% [markdown]
# ## 4.1 Backpropagation of a two-layer network
#
# A batch `x` of shape (B, D) goes through a hidden layer with ReLU and a layer without activation:
#
# $$H = \max(0,\, X W_1 + b_1), \qquad Z = H W_2 + b_2.$$
#
# The cost is the *mean* over the examples of the cross-entropy between softmax(Z) and the `labels`, whole numbers of shape
# (B,). Return the gradients of the cost with respect to `w1`, `b1`, `w2` and `b2`, in this order, each in the shape of its
# weights: (D, U), (U,), (U, K), (K,), whatever the number K of classes is. Do not use TensorFlow.
#
# *On paper:* one example $x = (1)$ with label 0, one hidden unit with $w_1 = 2$, $b_1 = 0$, two classes with
# $w_2 = (0, 0)$, $b_2 = (0, 0)$. Both classes get probability ½, so the slope at the logits is $(-½, ½)$. The gradient
# of $w_2$ is $2 \cdot (-½, ½) = (-1, 1)$, that of $w_1$ is 0.

# %% question="4.1"
def backpropagate(x, labels, w1, b1, w2, b2):
    """The gradients with respect to w1, b1, w2, b2."""
    # BEGIN SOLUTION
    examples = len(x)
    sums = x @ w1 + b1
    hidden = np.maximum(sums, 0)
    logits = hidden @ w2 + b2
    shifted = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    at_logits = shifted / np.sum(shifted, axis=1, keepdims=True)
    at_logits[np.arange(examples), labels] -= 1
    at_logits = at_logits / examples
    at_sums = (at_logits @ w2.T) * (sums > 0)
    return x.T @ at_sums, np.sum(at_sums, axis=0), hidden.T @ at_logits, np.sum(at_logits, axis=0)
    # END SOLUTION


# %%
check("4.1", backpropagate)


# %% [markdown] tags=["solution"]
# Both layers follow one pattern: input transposed times the slopes at the output for the weights, the slopes summed for the
# biases. Between them the slopes go back through the weights and the ReLU.

# %% [markdown]
# ## 4.2 A step of Adam
#
# Given the weights `w`, the averages `m` and `v` so far, a `gradient`, all of one shape, and the number `t` of this step,
# which counts from 1:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2,$$
#
# $$\hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat v = \frac{v}{1 - \beta_2^t}, \qquad
# w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon}.$$
#
# Return the new `w`, `m` and `v`. (Here ε is added to the root of the corrected average, as in the paper. Keras and the
# lesson add it to the root of v as it is, which differs a little in the first steps.)
#
# *On paper:* in the first step $\hat m = g$ and $\hat v = g^2$, so with a small ε each weight moves by η, whatever the
# size of its gradient.

# %% question="4.2"
def adam_step(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    """The new w, m and v."""
    # BEGIN SOLUTION
    new_m = beta1 * m + (1 - beta1) * gradient
    new_v = beta2 * v + (1 - beta2) * gradient**2
    corrected_m = new_m / (1 - beta1**t)
    corrected_v = new_v / (1 - beta2**t)
    step = learning_rate * corrected_m / (np.sqrt(corrected_v) + epsilon)
    return w - step, new_m, new_v
    # END SOLUTION


# %%
check("4.2", adam_step)


# %% [markdown] tags=["solution"]
# The averages that are handed on stay uncorrected; the correction belongs to one step only and fades as t grows.

# %% [markdown]
# ## 4.3 Early stopping
#
# `losses` lists the validation losses that training would have, epoch by epoch, counted from 0. Training stops at the end
# of the epoch that is the `patience`-th in a row without improvement; an improvement is a loss *lower* than all before.
# The first epoch is one. Return two whole numbers: the best epoch up to then, and the last epoch that is trained (the last
# of the list, if training never stops early).
#
# *On paper:* the losses 5, 3, 4, 4, 2 with a patience of 2 give 1 and 3.

# %% question="4.3"
def early_stopping(losses, patience):
    """The best epoch and the last one, counted from 0."""
    # BEGIN SOLUTION
    best_epoch, best_loss = 0, losses[0]
    for epoch in range(1, len(losses)):
        if losses[epoch] < best_loss:
            best_epoch, best_loss = epoch, losses[epoch]
        elif epoch - best_epoch >= patience:
            return best_epoch, epoch
    return best_epoch, len(losses) - 1
    # END SOLUTION


# %%
check("4.3", early_stopping)


# %% [markdown] tags=["solution"]
# What comes after the last epoch never happens: neither a lower loss nor anything else there may matter.

# %% [markdown]
# ## 4.4 Inverted dropout
#
# `draws` holds a random number between 0 and 1 for each number of `x`, in the same shape. In training a number is dropped,
# set to 0, where its draw is *below* `rate`; the others are scaled so that the expectation stays. At inference (`training`
# is False) the numbers pass as they are.
#
# *On paper:* $x = (3, 3)$ with the draws $(0.1, 0.6)$ and a rate of 0.25 gives $(0, 4)$ in training.

# %% question="4.4"
def dropout(x, draws, rate, training):
    """The numbers after dropout, in the shape of x."""
    # BEGIN SOLUTION
    if not training:
        return x
    scaled = x / (1 - rate)
    return np.where(draws < rate, 0, scaled)
    # END SOLUTION


# %%
check("4.4", dropout)


# %% [markdown] tags=["solution"]
# A share of 1 - rate is kept, each of them 1 / (1 - rate) times as large: on average nothing has changed.

# %% [markdown]
# ## 4.5 Warm-up and cosine
#
# The learning rate at a `step`, counted from 0:
#
# - it rises in a straight line from 0 at step 0 to `peak` at step `warm_up`;
# - then it falls along half a cosine wave, from `peak` at step `warm_up` to 0 at step `total`;
# - after that it is 0. `warm_up` may be 0: then it begins at the peak.
#
# *On paper:* with a peak of 0.4, `warm_up` of 10 and `total` of 110 it is 0.2 at step 5, 0.4 at step 10, and 0.2 again at
# step 60, half of the way down.

# %% question="4.5"
def learning_rate(step, peak, warm_up, total):
    """The learning rate at this step, one number."""
    # BEGIN SOLUTION
    if step >= total:
        return 0.0
    if step < warm_up:
        return peak * (step / warm_up)
    way = (step - warm_up) / (total - warm_up)
    return peak * 0.5 * (1 + np.cos(np.pi * way))
    # END SOLUTION


# %%
check("4.5", learning_rate)

# %% [markdown] tags=["solution"]
# The cosine is flat at both ends: the rate stays high for a while, and creeps to 0 at the end.
