# %% [markdown]
# # Exercise 5: Building blocks
#
# Six questions on lesson [05](../notebooks/05_building_blocks.ipynb). Question 5.4 needs Keras, the others NumPy only.
#
# 1. Run the first two cells.
# 2. For each question, write your answer in its cell and run it, then run the cell with `check` below it.
# 3. The check says *not attempted*, *wrong* and what is wrong, or *right*. Try as often as you like.
# 4. `hint("5.2")` gives a hint for question 5.2, and another one each time you ask.
# 5. After an attempt, `solution("5.2")` shows a way to write it.

# %% tags=["nbval-ignore-output"]
import dlcourse
from dlcourse import check, hint, solution

dlcourse.start()

# %%
from itertools import pairwise

import keras
import numpy as np


# %% [markdown]
# ## 5.1 How many parameters
#
# Count a layer's parameters from its sizes, biases included. `kind` is a word, `sizes` a dict:
#
# | kind | sizes |
# | --- | --- |
# | `"dense"` | `inputs`, `units` |
# | `"convolution"` | `inputs`, `units`, `window`: along one axis, as in the lesson |
# | `"recurrent"` | `inputs`, `units`: the simple one |
# | `"lstm"` | `inputs`, `units` |
# | `"attention"` | `inputs`, `heads`, `size`: of one head; the output has as many features as the input |
# | `"embedding"` | `words`, `units`: how many words there are, and how many numbers stand for each |
#
# *On paper:* a dense layer with 4 inputs and 6 units has 30; an LSTM with 1 input and 1 unit has 12.

# %% question="5.1"
def parameters(kind, sizes):
    """How many parameters the layer has, a whole number."""
    # BEGIN SOLUTION
    if kind == "embedding":
        return sizes["words"] * sizes["units"]
    if kind == "attention":
        inputs, together = sizes["inputs"], sizes["heads"] * sizes["size"]
        query_key_value = 3 * (inputs * together + together)
        return query_key_value + together * inputs + inputs
    inputs, units = sizes["inputs"], sizes["units"]
    if kind == "convolution":
        return sizes["window"] * inputs * units + units
    dense = inputs * units + units
    recurrent = dense + units * units
    return {"dense": dense, "recurrent": recurrent, "lstm": 4 * recurrent}[kind]
    # END SOLUTION


# %%
check("5.1", parameters)


# %% [markdown] tags=["solution"]
# Everything is made of dense maps and differs in how many there are. An embedding is the one without a bias: it looks up
# rows.

# %% [markdown]
# ## 5.2 Batch normalization
#
# A batch `x` has shape (m, D); `gamma`, `beta`, `moving_mean` and `moving_variance` have shape (D,). For each feature
#
# $$y_i = \gamma\, \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta.$$
#
# In training $\mu$ and $\sigma^2$ are mean and variance over the batch, divided by $m$, and the moving statistics take them up,
# each in the same way: $\mu_\text{moving} \leftarrow p\,\mu_\text{moving} + (1 - p)\,\mu$, with $p$ the `momentum`. At inference
# (`training` is False) the moving statistics stand for $\mu$ and $\sigma^2$, and stay as they are.
#
# Return `y`, the new moving mean and the new moving variance.
#
# *On paper:* one feature, $x = (1, 3)$, γ = 1, β = 0, ε nearly 0 give $(-1, 1)$ in training; with $p = 0.5$ a moving
# mean of 0 becomes 1.

# %% question="5.2"
def batch_norm(x, gamma, beta, moving_mean, moving_variance, momentum, epsilon, training):
    """The normalized batch, the moving mean and the moving variance."""
    # BEGIN SOLUTION
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = np.mean(x, axis=0), np.var(x, axis=0)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    normal = (x - mean) / np.sqrt(variance + epsilon)
    return gamma * normal + beta, moving_mean, moving_variance
    # END SOLUTION


# %%
check("5.2", batch_norm)


# %% [markdown] tags=["solution"]
# One formula, two sources for its mean and variance. `moving_mean * momentum` makes a new array, so the caller's statistics
# stay; `moving_mean *= momentum` would change them in place.

# %% [markdown]
# ## 5.3 Layer normalization
#
# The same formula, over the features of each example. `x` has shape (..., D): a batch of rows or of sequences; the
# features are the last axis, and each row (in a sequence each step) has a mean and a variance of its own. The variance is
# divided by $D$. `gamma` and `beta` have shape (D,).
#
# *On paper:* the row $(1, 3)$ gives $(-1, 1)$ with γ = 1, β = 0 and ε nearly 0, whatever the other rows are.

# %% question="5.3"
def layer_norm(x, gamma, beta, epsilon):
    """The normalized numbers, in the shape of x."""
    # BEGIN SOLUTION
    mean = np.mean(x, axis=-1, keepdims=True)
    variance = np.var(x, axis=-1, keepdims=True)
    return gamma * ((x - mean) / np.sqrt(variance + epsilon)) + beta
    # END SOLUTION


# %%
check("5.3", layer_norm)


# %% [markdown] tags=["solution"]
# Nothing in it looks at another row: it works for a batch of one, and needs neither `training` nor moving statistics.

# %% [markdown]
# ## 5.4 A layer of your own
#
# Write the Keras layer
#
# $$y = s \odot x, \qquad x, y \in \mathbb{R}^{D},$$
#
# with one trainable number for each feature, the last axis of the input. All of them begin at `initial`. Fill in three
# methods; `__init__` is given. Mind that the layer can be made again from its configuration.
#
# `trial` below, which is given, too, tries the layer: what does it give at first; which shapes have its trainable
# weights; what does it give when they are tripled; what does a layer give that is made again from `get_config`? The
# check compares what `trial` gives, so leave it as it is.
#
# *On paper:* with `initial` 2 the row $(1, -3)$ becomes $(2, -6)$, and $(6, -18)$ when the weights are tripled.

# %% question="5.4"
class Scale(keras.layers.Layer):
    """Multiplies each feature by a number that is learned."""

    def __init__(self, initial, **options):
        super().__init__(**options)
        self.initial = initial

    def build(self, input_shape):
        """Make the weights."""
        # BEGIN SOLUTION
        start = keras.initializers.Constant(self.initial)
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer=start, name="scale")
        # END SOLUTION

    def call(self, inputs):
        """What comes out."""
        # BEGIN SOLUTION
        return self.scale * inputs
        # END SOLUTION

    def get_config(self):
        """What is needed to make the layer again, a dict."""
        # BEGIN SOLUTION
        return {**super().get_config(), "initial": self.initial}
        # END SOLUTION


def trial(initial, x):
    """What the layer does at first, what it learns with, what it does when tripled, and made again."""
    layer = Scale(initial)
    told = {"first": np.array(layer(x)), "shapes": [list(weight.shape) for weight in layer.trainable_weights]}
    for weight in layer.trainable_weights:
        weight.assign(3 * weight)
    told["tripled"] = np.array(layer(x))
    try:
        told["again"] = np.array(Scale.from_config(layer.get_config())(x))
    except TypeError:
        told["again"] = "from_config raised a TypeError"
    return told


# %%
check("5.4", trial)


# %% [markdown] tags=["solution"]
# The weights are made in `build`, where the number of features is known. `initial` is no weight: it goes into the
# configuration, and what was learned goes with the weights.

# %% [markdown]
# ## 5.5 He's initialization
#
# Turn random numbers into He-initialized weights. `draws` has shape (fan-in, fan-out), and its numbers lie evenly between 0
# and 1. Make of them weights that lie evenly between $-b$ and $b$, with the $b$ for which their variance is that of He et
# al.; a draw of 0 becomes $-b$, a draw of 1 becomes $b$.
#
# `signal`, which is given, sends normal numbers through 30 layers of ReLUs with your weights and returns the signal's
# size (root mean square) after layers 1, 10, 20 and 30. It should neither fade nor swell much; the check compares the
# sizes.
#
# *On paper:* with a fan-in of 6 the bound is 1, so draws of 0, 0.5 and 0.75 become −1, 0 and 0.5.

# %% question="5.5"
def he_uniform(draws):
    """Weights in the shape of `draws`."""
    # BEGIN SOLUTION
    fan_in, _ = draws.shape
    variance = 2 / fan_in
    bound = np.sqrt(3 * variance)
    return bound * (2 * draws - 1)
    # END SOLUTION


def signal(widths, seed):
    """The signal's size after layers 1, 10, 20 and 30."""
    rng = np.random.default_rng(seed)
    a, sizes = rng.normal(size=(50, widths[0])), []
    for fan_in, fan_out in pairwise(widths):
        a = np.maximum(a @ he_uniform(rng.random((fan_in, fan_out))), 0)
        sizes.append(float(np.sqrt(np.mean(a**2))))
    return [sizes[0], sizes[9], sizes[19], sizes[29]]


# %%
check("5.5", signal)


# %% [markdown] tags=["solution"]
# A factor of √2 too little in each layer would be $2^{-15}$ after thirty. Whether weights are normal or uniform does not
# matter, their variance does.

# %% [markdown]
# ## 5.6 A residual block
#
# A block of dense layers. The branch is $F(x) = \max(0,\, x W_1 + b_1)\, W_2 + b_2$. `x` has shape (N, D), the branch gives
# (N, U). Where D and U agree, the shortcut is `x` itself, and `projection` is not used; where they differ it is `x` times
# `projection`, of shape (D, U). The block gives ReLU of the sum of both.
#
# *On paper:* where the branch gives −3 and the shortcut 5, the block gives 2; where the shortcut is 1 it gives 0.

# %% question="5.6"
def residual_block(x, w1, b1, w2, b2, projection):
    """The block's output, shape (N, U)."""
    # BEGIN SOLUTION
    hidden = np.maximum(x @ w1 + b1, 0)
    branch = hidden @ w2 + b2
    shortcut = x
    if branch.shape != x.shape:
        shortcut = x @ projection
    return np.maximum(branch + shortcut, 0)
    # END SOLUTION


# %%
check("5.6", residual_block)

# %% [markdown] tags=["solution"]
# If the branch gives 0, a non-negative input passes through unchanged: the block can begin as nearly nothing and learn what
# to add.
