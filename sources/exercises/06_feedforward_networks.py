# %% [markdown]
# # Exercise 6: Feedforward networks
#
# Six questions on lessons [06_1](../notebooks/06_1_multilayer_perceptrons.ipynb) and
# [06_2](../notebooks/06_2_vanishing_and_exploding_gradients.ipynb). All need NumPy only.
#
# 1. Run the first two cells.
# 2. For each question, write your answer in its cell and run it, then run the cell with `check` below it.
# 3. The check says *not attempted*, *wrong* and what is wrong, or *right*. Try as often as you like.
# 4. `hint("6.2")` gives a hint for question 6.2, and another one each time you ask.
# 5. After an attempt, `solution("6.2")` shows a way to write it.

# %% tags=["nbval-ignore-output"]
import dlcourse
from dlcourse import check, hint, solution

dlcourse.start()

# %%
import numpy as np


# %% [markdown]
# ## 6.1 A multilayer perceptron by hand
#
# `weights` is what a Keras model of dense layers gives with `get_weights()`: the list
# $W_1, b_1, W_2, b_2, \dots, W_{L+1}, b_{L+1}$, of any length. The hidden layers have ReLU, the last one softmax:
#
# $$H_0 = X, \qquad H_l = \max(0,\, H_{l-1} W_l + b_l), \qquad P = \mathrm{softmax}(H_L W_{L+1} + b_{L+1}).$$
#
# `x` has shape (B, D). Return the probabilities, shape (B, K). Logits may be in the thousands. Do not use TensorFlow.
#
# *On paper:* $x = (1, 2)$, a hidden unit with the weights 1 and 1 and the bias −1, two classes with the weights 0 and
# $\ln 2$ and no biases: $h = 2$, the logits are 0 and $2 \ln 2 = \ln 4$, the probabilities 1/5 and 4/5.

# %% question="6.1"
def mlp(x, weights):
    """The probabilities, shape (B, K)."""
    # BEGIN SOLUTION
    hidden = x
    for layer in range(0, len(weights) - 2, 2):
        sums = hidden @ weights[layer] + weights[layer + 1]
        hidden = np.maximum(sums, 0)
    last_sums = hidden @ weights[-2] + weights[-1]
    shifted = np.exp(last_sums - np.max(last_sums, axis=1, keepdims=True))
    return shifted / np.sum(shifted, axis=1, keepdims=True)
    # END SOLUTION


# %%
check("6.1", mlp)


# %% [markdown] tags=["solution"]
# The hidden layers are all alike and make a loop; the last one differs. `models.mlp(...)` of the course gives the same
# numbers for the same weights.

# %% [markdown]
# ## 6.2 A width for a budget
#
# An MLP takes `inputs` numbers, has `layers` hidden layers (1 or more), all of the same number of units, and one output
# for each of `classes` classes. Every layer has biases. How many units may a hidden layer have at most, if all parameters
# together are to be no more than `budget`? At least one unit fits.
#
# *On paper:* 2 inputs, one hidden layer, 3 classes and a budget of 15: two units need 2 · 3 + 3 · 3 = 15 parameters, so
# the answer is 2.

# %% question="6.2"
def widest(inputs, layers, classes, budget):
    """The largest number of units in a hidden layer, a whole number."""
    # BEGIN SOLUTION
    width = 1
    while True:
        wider = width + 1
        first, last = (inputs + 1) * wider, (wider + 1) * classes
        between = (layers - 1) * (wider + 1) * wider
        if first + between + last > budget:
            return width
        width = wider
    # END SOLUTION


# %%
check("6.2", widest)

# %% [markdown] tags=["solution"]
# With more than one hidden layer the count grows with the square of the width: twice the units, about four times the
# parameters.

# %% [markdown]
# ## 6.3 Three runs that fail
#
# Three networks were to learn the ten digits from 1,347 images, with ReLU or sigmoid layers, softmax and cross-entropy; 450
# other images validate. Each ran without an error; none is good. The inputs lie between 0 and 1. Their logs:
#
# | | `"A"` | `"B"` | `"C"` |
# |---|---|---|---|
# | hidden layers | 64 ReLU | 128 ReLU | ten times 32 sigmoids |
# | optimizer | Adam, 0.005 | Adam, 0.005 | Adam, 0.003 |
# | gradient before the first step, root mean square: first layer | 0.0007 | 0.005 | 0.000000006 |
# | the same, last layer | 0.001 | 0.01 | 0.02 |
# | loss before the first step | 2.30 | 2.31 | 2.40 |
# | training loss, 1st epoch | 2.08 | 2.34 | 2.33 |
# | a quarter of the way | 1.63 | 2.17 | 2.31 |
# | half of the way | 1.52 | 1.98 | 2.31 |
# | last epoch (12th, 40th, 12th) | 1.49 | 1.62 | 2.31 |
# | validation loss, 1st epoch | 1.80 | 2.30 | 2.31 |
# | a quarter of the way | 1.61 | 2.34 | 2.31 |
# | half of the way | 1.52 | 2.44 | 2.30 |
# | last epoch | 1.50 | 2.88 | 2.30 |
# | validation accuracy at the end | 0.97 | 0.08 | 0.10 |
# | then 200 steps on sixteen images alone: loss | 1.46 | 0.00 | 1.84 |
#
# For each run choose what is wrong and what to do about it, in this order, in place of the two groups of dots.
#
# Wrong may be: `"unscaled_inputs"`, `"rate_too_high"`, `"rate_too_low"`, `"softmax_twice"`, `"dead_relus"`,
# `"vanishing_gradients"`, `"exploding_gradients"`, `"shuffled_labels"`, `"overfitting"`.
#
# To do: `"standardize_the_inputs"`, `"lower_the_rate"`, `"raise_the_rate"`, `"take_one_softmax_away"`,
# `"relu_and_he_weights"`, `"clip_the_gradients"`, `"look_at_inputs_beside_labels"`, `"stop_early"`.

# %% question="6.3"
# BEGIN SOLUTION
choices = {
    "A": ("softmax_twice", "take_one_softmax_away"),
    "B": ("shuffled_labels", "look_at_inputs_beside_labels"),
    "C": ("vanishing_gradients", "relu_and_he_weights"),
}
# END SOLUTION
# BEGIN STARTER
# choices = {
#     "A": (..., ...),
#     "B": (..., ...),
#     "C": (..., ...),
# }
# END STARTER

# %%
check("6.3", choices)


# %% [markdown] tags=["solution"]
# A is right in 97 of 100 and yet cannot get below ln(1 + 9/e) = 1.46: a softmax of a softmax. B learns by heart and its
# validation loss is never below ln 10: what it learned of its labels holds nowhere else. In C the first layer's gradient is
# three million times smaller than the last one's; ten sigmoids made it so.

# %% [markdown]
# ## 6.4 The depth at which a gradient fades
#
# A gradient goes back through $n$ layers with sigmoids. Each layer multiplies it by the sigmoid's slope and by a matrix
# whose norm (its largest singular value) is `norm`. How large can the factor through all $n$ layers be at most? Return the
# smallest $n \ge 1$ for which that bound is *below* `smallest` (a number between 0 and 1). If it never is, return 0.
#
# *On paper:* with a norm of 1 the bound through two layers is 1/16, through three 1/64: for a `smallest` of 0.05 the answer
# is 3.

# %% question="6.4"
def fading_depth(norm, smallest):
    """The smallest number of layers, a whole number, or 0."""
    # BEGIN SOLUTION
    per_layer = norm / 4
    if per_layer >= 1:
        return 0
    depth = 1
    while per_layer**depth >= smallest:
        depth += 1
    return depth
    # END SOLUTION


# %%
check("6.4", fading_depth)


# %% [markdown] tags=["solution"]
# The slope $s(1 - s)$ of a sigmoid is at most ¼. Weights of a norm of 4 could make up for it, but only where every unit
# sits at its steepest place; and beyond 4 the same product may explode.

# %% [markdown]
# ## 6.5 Clipping by the global norm
#
# `gradients` is a list of arrays, one for each weight matrix or bias. If the norm of all their numbers together is above
# `limit`, scale all of them by one factor, so that the norm becomes `limit`; else leave them as they are. Return the list.
#
# *On paper:* the arrays (3) and (4) have the global norm 5. With a limit of 1 they become (0.6) and (0.8), with a limit of
# 10 they stay.

# %% question="6.5"
def clip(gradients, limit):
    """The list of clipped gradients, in the shapes of the given ones."""
    # BEGIN SOLUTION
    squares = [np.sum(each**2) for each in gradients]
    together = np.sqrt(sum(squares))
    factor = limit / together if together > limit else 1.0
    return [each * factor for each in gradients]
    # END SOLUTION


# %%
check("6.5", clip)


# %% [markdown] tags=["solution"]
# One factor for all keeps the direction of the step; the condition also sees to it that nothing is divided by a norm of 0.

# %% [markdown]
# ## 6.6 Gradients of unequal micro-batches
#
# A batch does not fit into memory, so it went through the network in parts. `gradients[k]` is a list with one array for each
# weight: the gradients of the *mean* loss over the examples of micro-batch k. `sizes[k]` is the number of its examples.
# Return the gradients of the mean loss over the whole batch, a list with one array for each weight.
#
# *On paper:* one weight, a micro-batch of 3 examples with gradient 2 and one of 1 example with gradient 6: together
# (3 · 2 + 1 · 6) / 4 = 3.

# %% question="6.6"
def accumulate(gradients, sizes):
    """The gradients of the whole batch, one array for each weight."""
    # BEGIN SOLUTION
    examples = sum(sizes)
    summed = [np.zeros(each.shape) for each in gradients[0]]
    for means, size in zip(gradients, sizes, strict=True):
        for weight, mean in enumerate(means):
            summed[weight] = summed[weight] + mean * (size / examples)
    return summed
    # END SOLUTION


# %%
check("6.6", accumulate)

# %% [markdown] tags=["solution"]
# A mean of means would give the same only where all micro-batches are equal; the last one of an epoch rarely is.
