# %% [markdown]
# # Exercise 7: Convolutional networks
#
# Six questions on lesson [07_1](../notebooks/07_1_convolution_and_pooling.ipynb) and, in 7.4, on the residual block of lesson
# [07_2](../notebooks/07_2_cnn_architectures.ipynb#resnet). The last one trains a network: its check takes about 10 seconds.
#
# 1. Run the first two cells.
# 2. For each question, write your answer in its cell and run it, then run the cell with `check` below it.
# 3. The check says *not attempted*, *wrong* and what is wrong, or *right*. Try as often as you like.
# 4. `hint("7.2")` gives a hint for question 7.2, and another one each time you ask.
# 5. After an attempt, `solution("7.2")` shows a way to write it.

# %% tags=["nbval-ignore-output"]
import dlcourse
from dlcourse import check, hint, solution

dlcourse.start()

# %%
import keras
import numpy as np
from keras import layers

from dlcourse import scratch


# %% [markdown]
# ## 7.1 A convolution by loops
#
# An image $x$ has shape (rows, columns, C), a kernel $k$ has shape (f, g, C, F): F filters beside each other on the last
# axis. The convolution of a network, without padding and with stride 1, is
#
# $$y_{ijf} = \sum_u \sum_v \sum_c x_{i+u,\,j+v,\,c}\; k_{uvcf}$$
#
# at every place $(i, j)$ where the whole kernel lies on the image. Write it with loops; the result has shape
# (rows - f + 1, columns - g + 1, F). Do not use `scratch.conv2d` or Keras; NumPy is fine.
#
# *On paper:* one row $(0, 0, 1, 1)$, one channel, and the kernel $(-1, 1)$ give $(0, 1, 0)$: an edge is found.

# %% question="7.1"
def convolve(x, kernel):
    """The convolution of one image: shape (rows - f + 1, columns - g + 1, F)."""
    # BEGIN SOLUTION
    height, width, _, filters = kernel.shape
    rows, columns = x.shape[0] - height + 1, x.shape[1] - width + 1
    y = np.zeros((rows, columns, filters))
    for i in range(rows):
        for j in range(columns):
            patch = x[i : i + height, j : j + width]
            for number in range(filters):
                y[i, j, number] = (patch * kernel[:, :, :, number]).sum()
    return y
    # END SOLUTION


# %%
check("7.1", convolve)


# %% [markdown] tags=["solution"]
# Three loops, one for each axis of the result. The sum over rows, columns and channels is one product of two blocks of
# numbers. Note what is *not* there: the kernel is not flipped, so this is what mathematics calls a cross-correlation.

# %% [markdown]
# ## 7.2 Output sizes
#
# How many places does a kernel have along one axis of an image? There are $n$ pixels, the kernel has $f$ numbers, it
# moves on by $s$ pixels at a time, $p$ zeros are added on each side, and with a dilation of $d$ the kernel's numbers lie
# $d$ pixels apart ($d = 1$ is a kernel without holes).
#
# *On paper:* $n = 6$ and $f = 3$ give 4 places; with $p = 1$ there are 6. With $n = 7$, $f = 3$ and $d = 2$ the kernel
# covers 5 pixels and has 3 places.

# %% question="7.2"
def output_size(n, f, s, p, d):
    """The number of places of a kernel along one axis, a whole number."""
    # BEGIN SOLUTION
    covered = d * (f - 1) + 1
    room = n + 2 * p - covered
    return room // s + 1
    # END SOLUTION


# %%
check("7.2", output_size)


# %% [markdown] tags=["solution"]
# The kernel begins at one end of the padded axis and can move on by `room` pixels. It makes `room // s` steps of $s$, and
# one place more than there are steps.

# %% [markdown]
# ## 7.3 Receptive field
#
# One output of a deep layer depends on a square of pixels of the input. Along one direction, how many are they?
#
# `layers` lists the layers from the input upwards, convolutions and poolings alike, each as `[f, s]`: the size of its
# window and its stride. Padding does not matter here, nor does the image's border.
#
# *On paper:* two layers `[3, 1]` see 5 pixels, as one of `[5, 1]` does. `[[3, 2], [3, 1]]` sees 7: the three outputs that
# the second layer looks at lie two pixels apart.

# %% question="7.3"
def receptive_field(layers):
    """How many pixels one output sees along one direction, a whole number."""
    # BEGIN SOLUTION
    size = 1
    apart = 1  # pixels of the input between neighbouring outputs
    for window, stride in layers:
        size = size + (window - 1) * apart
        apart = apart * stride
    return size
    # END SOLUTION


# %%
check("7.3", receptive_field)


# %% [markdown] tags=["solution"]
# Without strides the field grows by $f - 1$ a layer, so linearly with depth. Each stride multiplies what all layers above it
# add: that is why a network that looks at whole objects needs strides or pooling.

# %% [markdown]
# ## 7.4 A residual block
#
# The block that made networks of a hundred layers trainable. Images `x` of shape (N, rows, columns, C) go two ways that
# meet in a sum:
#
# - the *branch*: a convolution with the kernel `first` and the given stride, ReLU, a convolution with the kernel `second`
#   and stride 1;
# - the *shortcut*: `x` itself if `shortcut` is `None`; otherwise `x` convolved with the kernel `shortcut`, of shape
#   (1, 1, C, F), with the given stride, so that both ways have the same shape.
#
# Then comes the sum and a ReLU. Batch normalization is left out. Every convolution is
# `scratch.conv2d(x, kernel, stride=..., padding="same")`.
#
# *On paper:* where the branch gives -3 and the shortcut 5, the block gives 2; where the shortcut is 1 it gives 0.

# %% question="7.4"
def residual_block(x, first, second, shortcut, stride):
    """The block's output, shape (N, rows / stride, columns / stride, F)."""
    # BEGIN SOLUTION
    branch = scratch.conv2d(x, first, stride=stride, padding="same")
    branch = np.maximum(branch, 0)
    branch = scratch.conv2d(branch, second, padding="same")
    if shortcut is not None:
        x = scratch.conv2d(x, shortcut, stride=stride, padding="same")
    return np.maximum(branch + x, 0)
    # END SOLUTION


# %%
check("7.4", residual_block)


# %% [markdown] tags=["solution"]
# If the branch gives 0, the block passes on its (non-negative) input unchanged. A deep stack of blocks can begin as nearly
# nothing and learn what to add.

# %% [markdown]
# ## 7.5 Max pooling, forward and back
#
# Max pooling takes the largest number of each window of size × size pixels, and the windows lie side by side. What is left
# over at the lower and right edge, because it does not fill a window, is not used.
#
# On the way back, `upstream` holds the gradient of the loss with respect to each pooled number. The gradient with respect
# to `x` has the shape of `x`: in each window the largest pixel gets all of it, since the others had no say. (No two pixels
# are equal here.) Return both, the pooled numbers and the gradient.
#
# *On paper:* from the window $\begin{pmatrix} 1 & 4 \\ 2 & 3 \end{pmatrix}$ comes 4. With an upstream gradient of 5, the
# gradient is $\begin{pmatrix} 0 & 5 \\ 0 & 0 \end{pmatrix}$.

# %% question="7.5"
def max_pool(x, upstream, size):
    """The pooled numbers, in the shape of `upstream`, and the gradient, in the shape of `x`."""
    # BEGIN SOLUTION
    pooled = np.zeros(upstream.shape)
    gradient = np.zeros(x.shape)
    for i in range(upstream.shape[0]):
        for j in range(upstream.shape[1]):
            top, left = i * size, j * size
            window = x[top : top + size, left : left + size]
            pooled[i, j] = window.max()
            row, column = np.unravel_index(np.argmax(window), window.shape)
            gradient[top + row, left + column] = upstream[i, j]
    return pooled, gradient
    # END SOLUTION


# %%
check("7.5", max_pool)


# %% [markdown] tags=["solution"]
# Forward, a maximum throws away three of four numbers. Backward, it sends the gradient along the one connection that
# was used, like a switch.

# %% [markdown]
# ## 7.6 Digits that wander
#
# Handwritten digits of 8 × 8 pixels lie anywhere on images of 10 × 10, fainter or darker, with noise. Write a function that
# builds a network, trains it on the images it is given, and returns the trained model:
#
# - `x` has shape (N, 10, 10, 1), whole numbers from 0 to 16; `labels` has shape (N,), the digits from 0 to 9;
# - the model gives ten numbers for each image, probabilities or logits; the largest is taken as its answer;
# - it has at most 50,000 parameters.
#
# The check trains it twice and asks it about images that it has not seen: after 600 training images at least 80 % must be
# right, after 200 at least 60 %. It gives those images as they are, from 0 to 16, so scaling belongs *into* the model. For
# orientation: one dense hidden layer of 64 units reaches about 74 %, a small CNN around 90 %. Call
# `keras.utils.set_random_seed` first, and train for a few seconds, not minutes.

# %% question="7.6"
def train(x, labels):
    """A Keras model trained on the images."""
    # BEGIN SOLUTION
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input(shape=(10, 10, 1)), layers.Rescaling(1 / 16)])
    for filters in (32, 32):
        model.add(layers.Conv2D(filters, kernel_size=3, activation="relu"))
    model.add(layers.MaxPooling2D(pool_size=3))
    model.add(layers.Flatten())
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.003), loss="sparse_categorical_crossentropy")
    model.fit(x, labels, batch_size=32, epochs=12, verbose=0)
    return model
    # END SOLUTION


# %%
check("7.6", train)

# %% [markdown] tags=["solution"]
# Two convolutions see a stroke wherever it lies, and pooling forgives a pixel or two; a dense network would have to learn
# each stroke anew for each place. This model has 18,474 parameters.
