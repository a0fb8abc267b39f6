# %% [markdown]
# # Convolution and pooling
#
# A dense network sees an image as a list of numbers in no particular order. A convolutional network looks at small
# neighbourhoods, with the same few weights everywhere. This lesson builds it from its parts.
#
# **You will be able to**
#
# - compute a convolution on paper, by loops and as one matrix product, and show that Keras gives the same;
# - say how large its result is for any kernel, stride, padding and dilation;
# - choose between max, average, min and global pooling, knowing what each one keeps;
# - compute what part of an image an output sees, and see it in a gradient;
# - derive a filter's gradient, and train a whole CNN that knows its neighbours.
#
# **You need** [Activation functions](03_2_activation_functions.ipynb) and [Loss functions](03_3_loss_functions.ipynb): ReLU,
# softmax, cross-entropy, `fit`.
#
# **Time** about 40 s to run on two CPU cores; two hours to read and try.
#
# **Data** both come with scikit-learn: digits (1,797 images of 8 × 8 pixels) and a colour photograph of a temple, 427 × 640.

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()

# %%
import timeit

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from scipy import signal

from dlcourse import data, models, plot, scratch
from dlcourse.layers import MinPooling2D

# %% [markdown]
# ## A baseline that knows no neighbours
#
# Shuffle the pixels of every digit in one and the same way. Can you still read them? Labels are above.

# %%
digits = data.load("digits")
images, images_test = digits.x_train[..., None] / 16, digits.x_test[..., None] / 16
order = np.random.default_rng(0).permutation(64)
shuffled, shuffled_test = (part.reshape(-1, 64)[:, order].reshape(-1, 8, 8, 1) for part in (images, images_test))
plot.images(
    np.concatenate([images[:6], shuffled[:6]])[..., 0],
    labels=[*map(str, digits.y_train[:6])] * 2,
    columns=6,
    title="The same six digits: as they were, and all with the same shuffle",
    alt="Two rows of six pictures. Above, handwritten digits that can be read; below, the same pixels in disorder.",
)

# %% [markdown]
# *Predict before you run:* one dense layer with softmax, trained on 320 images of each set, from the same random
# weights (shuffled alike). How much worse is it on the shuffled ones?

# %%
linear = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(10, "softmax")])
keras.utils.set_random_seed(0)
W, b = keras.models.clone_model(linear).get_weights()
few, baseline = 320, {}
for name, W_start, x, x_test in (("shuffled", W[order], shuffled, shuffled_test), ("in order", W, images, images_test)):
    linear.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", steps_per_execution=10)
    linear.set_weights([W_start, b])
    keras.utils.set_random_seed(0)
    linear.fit(x[:few], digits.y_train[:few], epochs=20, verbose=0)
    baseline[name] = np.mean(np.argmax(linear(x_test), axis=1) == digits.y_test)
    print(f"{name}: accuracy above 0.9: {baseline[name] > 0.9}")
print("difference below 0.005:", abs(baseline["in order"] - baseline["shuffled"]) < 0.005)

# %% [markdown]
# No worse at all. For this network, which pixel lies beside which is not even a fact; what your eye needs, it never used.
# Keep the two numbers for the end.
#
# ## Images as tensors <a id="image-tensors"></a>
#
# A grey image is a matrix. A colour image has three numbers a pixel: red, green and blue, its *channels*, on the last axis.
# A batch adds an axis in front: (images, rows, columns, channels). On paper: one red pixel beside a white one is
# `[[[255, 0, 0], [255, 255, 255]]]`, shape (1, 2, 3).

# %%
photograph = data.load("photographs").x_train[0]
print("shape", photograph.shape, " type", photograph.dtype, " from", photograph.min(), "to", photograph.max())
print("a pixel of the sky:", photograph[20, 20], " one of a pillar:", photograph[228, 212])

# %% [markdown]
# In the sky blue is the largest of the three, on the pillar red. Which channel shows the sky darkest?

# %%
small = photograph[::4, ::4] / 255
separate = [np.repeat(small[..., [channel]], 3, axis=-1) for channel in range(3)]
plot.overlay(
    np.stack([small, *separate]),
    captions=["the photograph", "red", "green", "blue"],
    title="One photograph and its three channels",
    alt="A temple with red pillars under a blue sky, in colour, then its red, green and blue channel in grey. The sky is "
    "palest in the blue channel and darkest in the red one.",
)

# %% [markdown]
# The red one. Pixels are bytes, and bytes have two traps. Sums wrap around at 256; and networks want numbers of about 1.
# Min-max scaling turns any range into 0 to 1:
#
# $$x' = \frac{x - \min x}{\max x - \min x}, \qquad x' \in [0, 1].$$

# %%
print("200 + 100 in bytes:", (np.array([200], "uint8") + np.array([100], "uint8"))[0])
scaled = (photograph - photograph.min()) / (photograph.max() - photograph.min())
print(f"scaled from {scaled.min():.0f} to {scaled.max():.0f}, equal to Keras's Rescaling(1 / 255):", end=" ")
print(np.abs(scaled - layers.Rescaling(1 / 255)(photograph)).max() < 1e-6)

# %% [markdown]
# For grey, weigh the channels as the eye does. Watch the shapes.

# %%
grey = small @ np.array([0.299, 0.587, 0.114])
print("grey:", grey.shape, "  as a batch of one with one channel:", grey[None, ..., None].shape)

# %% [markdown]
# ## The convolution <a id="convolution"></a>
#
# Lay a small *kernel* on the image, multiply number by number, add everything up: one number of the result. Move on by one
# pixel, repeat. For an image $x \in \mathbb{R}^{H \times W}$ and a kernel $k \in \mathbb{R}^{f \times g}$
#
# $$y_{ij} = \sum_{u=0}^{f-1} \sum_{v=0}^{g-1} x_{i+u,\,j+v}\; k_{uv}.$$
#
# On paper: the kernel $(-1, 1)$ on the row $(0, 0, 1, 1)$ gives $(0, 1, 0)$. It answers where the brightness rises, and
# nowhere else.

# %%
x = np.array([[0.0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]])
k = np.array([[-1.0, 1.0]])
y = np.zeros((3, 3))
for i, j in np.ndindex(y.shape):
    y[i, j] = sum(x[i + u, j + v] * k[u, v] for u, v in np.ndindex(k.shape))
print(y)

# %% [markdown]
# An edge between columns 1 and 2 is found in each row.
#
# > **Myth:** "A convolutional layer computes a convolution."
#
# In mathematics a convolution *flips* the kernel first; without the flip it is called a cross-correlation. SciPy has both.
# Which of them is Keras's? (Four axes: images, rows, columns, channels in; kernels: rows, columns, channels in, filters.)

# %%
rng = np.random.default_rng(1)
x, k = rng.normal(size=(12, 15)), rng.normal(size=(3, 3))
in_keras = ops.conv(x[None, ..., None], k[..., None, None], padding="valid")[0, ..., 0]
for name, function in (("cross-correlation", signal.correlate2d), ("convolution", signal.convolve2d)):
    print(f"Keras gives SciPy's {name}: {np.abs(function(x, k, mode='valid') - in_keras).max() < 1e-5}")

# %% [markdown]
# The cross-correlation. Since the kernel's numbers are learned, a network could not care less; the name stayed.
#
# With channels the sum also runs over them, and several kernels, called *filters*, make a channel each. With
# $x \in \mathbb{R}^{H \times W \times C}$ and $k \in \mathbb{R}^{f \times g \times C \times F}$
#
# $$y_{ijf'} = \sum_{u, v, c} x_{i+u,\,j+v,\,c}\; k_{uvcf'} + b_{f'}.$$
#
# Nobody computes it by loops. *im2col* copies each patch into a row; then all sums of products are one matrix product. The
# 3 × 3 patches of a 4 × 4 image, one a row:

# %%
x = np.arange(16).reshape(4, 4)
patches = np.lib.stride_tricks.sliding_window_view(x, (3, 3)).reshape(4, 9)
print(patches)
mean = np.full((3, 3), 1 / 9)
print("patches times the kernel as a column:", patches @ mean.ravel())
print("scratch.conv2d:                      ", scratch.conv2d(x, mean).ravel())

# %% [markdown]
# `scratch.conv2d` knows both ways. Now with eight images, three channels, five filters: loops, im2col, Keras.

# %%
x, k = rng.normal(size=(8, 20, 20, 3)), rng.normal(size=(3, 3, 3, 5))
by_loops = scratch.conv2d(x, k, method="loops")
by_product = scratch.conv2d(x, k, method="im2col")
print("shape", by_loops.shape)
print("loops and im2col, error below 1e-12:", np.abs(by_loops - by_product).max() < 1e-12)
print("loops and Keras, error below 1e-4:  ", np.abs(by_loops - ops.conv(x, k, padding="valid")).max() < 1e-4)

# %% [markdown]
# How much faster is the product? Time depends on your machine; the next line shows what it was for.

# %% tags=["nbval-ignore-output"]
seconds = {
    way: min(timeit.repeat(lambda way=way: scratch.conv2d(x, k, method=way), number=1, repeat=3))
    for way in ("loops", "im2col")
}
print({way: f"{1000 * each:.1f} ms" for way, each in seconds.items()})

# %%
print("im2col is at least 3 times as fast:", seconds["loops"] > 3 * seconds["im2col"])

# %% [markdown]
# Before networks learned filters, people wrote them. Sobel's (1968) compares left with right while smoothing from top to
# bottom. Which of the two pictures shows the pillars, which the edges of the roof?

# %%
sobel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
upright, level = np.abs(scratch.conv2d(grey, sobel)), np.abs(scratch.conv2d(grey, sobel.T))
print("strongest answers:", f"{upright.max():.1f} and {level.max():.1f}", " of at most 4")

# %%
plot.overlay(
    np.stack([grey[1:-1, 1:-1], upright / 3, level / 3]).clip(0, 1),
    captions=["grey", "left against right", "top against bottom"],
    title="Two hand-made filters on a photograph",
    alt="The temple in grey; then bright upright lines at pillars and walls; then bright level lines at roofs and steps.",
)

# %% [markdown]
# Pillars on the left, eaves and steps on the right: one filter, one kind of detail, wherever it is.
#
# Four relatives, from three channels to six. A **1 × 1** kernel mixes the channels of a pixel; a **dilated** one has holes
# and sees wider with the same weights; a **grouped** one sees a part of the channels alone; a **transposed** one goes the
# other way and makes images larger. Guess which has the fewest weights.

# %%
relatives = {
    "plain 3x3": layers.Conv2D(6, 3),
    "1x1": layers.Conv2D(6, 1),
    "dilated": layers.Conv2D(6, 3, dilation_rate=2),
    "3 groups": layers.Conv2D(6, 3, groups=3),
    "transposed": layers.Conv2DTranspose(6, 3, strides=2),
}
for name, layer in relatives.items():
    shape = layer(small[None]).shape[1:]
    print(
        f"{name:11} {small.shape!s:14} -> {tuple(shape)!s:15} kernel {layer.kernel.shape}, {layer.count_params()} parameters"
    )

# %% [markdown]
# The 1 × 1 has 18 weights and 6 biases. In the grouped kernel each filter has one input channel instead of three. The
# transposed kernel is stored with its output channels before its input channels. What each does to the photograph:

# %%
to_grey = scratch.conv2d(small[None], np.array([0.299, 0.587, 0.114]).reshape(1, 1, 3, 1))[0, ..., 0]
wide = np.abs(scratch.conv2d(grey, sobel, dilation=3, padding="same")) / 4
blur = np.full((7, 7, 1, 3), 1 / 49)
apart = scratch.conv2d(small[None], blur, groups=3, padding="same")[0]
stamp = ops.convert_to_numpy(ops.conv_transpose(grey[None, ::4, ::4, None], np.ones((3, 3, 1, 1)), 4, "same"))[
    0, ..., 0
]
four = [
    np.repeat(each[:104, :160, None], 3, axis=-1).clip(0, 1) if each.ndim == 2 else each[:104, :160]
    for each in (to_grey, wide, apart, stamp)
]
plot.overlay(
    np.stack(four),
    captions=["1x1: colours mixed", "Sobel, dilated by 3", "grouped: blur per colour", "transposed, stride 4"],
    title="Four relatives of the convolution",
    alt="The temple: in grey; as thick upright edges; blurred but still in colour; and as grey squares on a black grid.",
)

# %% [markdown]
# The last one deserves numbers. A transposed convolution puts a copy of the kernel, times the pixel, into the larger image;
# copies that overlap add up. Stride 2, the kernel (1, 10, 100) and the input (1, 2), on paper: (1, 10, 100) and, two places
# on, (2, 20, 200).

# %%
stamped = ops.conv_transpose(np.array([1.0, 2]).reshape(1, 2, 1), np.array([1.0, 10, 100]).reshape(3, 1, 1), 2, "valid")
print(ops.convert_to_numpy(stamped).ravel())

# %% [markdown]
# ## Stride and padding <a id="stride-padding"></a>
#
# Two ways to change how many places there are. The *stride* $s$ is how far the kernel moves at a time; *padding* adds $p$
# pixels on each side first. A kernel of $f$ on $n$ pixels leaves
#
# $$\left\lfloor \frac{n + 2p - f}{s} \right\rfloor + 1$$
#
# numbers: the room that is left beside the kernel, in whole steps, plus the place where it began. On paper: $n = 6$, $f = 3$
# give 4. The picture shows the first place, the second and the last.

# %%
ground = [np.pad(np.full((6, 6), 0.6), 1, constant_values=1.0), np.pad(np.full((6, 6), 0.6), 1), np.full((8, 8), 0.6)]
plot.overlay(
    np.stack([ground[0], ground[1], ground[2]]) + 0.02 * np.indices((8, 8)).sum(axis=0) % 0.04,
    boxes={
        "first place": [[[1, 1, 4, 4]], [[0, 0, 3, 3]], [[0, 0, 3, 3]]],
        "second place": [[[2, 1, 5, 4]], [[1, 0, 4, 3]], [[2, 0, 5, 3]]],
        "last place": [[[4, 4, 7, 7]], [[5, 5, 8, 8]], [[4, 4, 7, 7]]],
    },
    captions=["n=6, f=3: 4 places", "n=6, f=3, p=1: 6 places", "n=8, f=3, s=2: 3 places"],
    title="Places of a 3 x 3 kernel on an image (grey)",
    alt="Three squares with boxes of three by three at their first, second and last place: without padding, with a black "
    "rim of padding, and with stride 2, where a row and a column of pixels stay unused.",
)

# %%
print("n=6, f=3:     ", scratch.conv_output_size(6, 3))
print("n=6, f=3, p=1:", scratch.conv_output_size(6, 3, padding=1))
print("n=8, f=3, s=2:", scratch.conv_output_size(8, 3, stride=2))

# %% [markdown]
# A rule that is right three times may be wrong the fourth. Ask Keras for all combinations of small numbers, dilation
# included (a kernel with holes covers $d(f-1)+1$ pixels, which takes the place of $f$; Keras has no stride and holes at once, so
# one of $s$ and $d$ is 1 here).

# %%
agree, asked = 0, 0
for n, f, s, p, d in np.ndindex(18, 6, 4, 4, 3):
    n, f, s, d = n + 1, f + 1, s + 1, d + 1
    if d * (f - 1) + 1 <= n + 2 * p and (s == 1 or d == 1):
        keras_shape = layers.Conv1D(1, f, s, dilation_rate=d).compute_output_shape((1, n + 2 * p, 1))
        agree += keras_shape[1] == scratch.conv_output_size(n, f, s, p, d)
        asked += 1
print(f"formula and Keras agree in {agree} of {asked} cases")

# %% [markdown]
# In all of them. In Keras `padding="valid"` is none, and `"same"` is as much as keeps $\lceil n / s \rceil$ numbers.
#
# What to put around? Zeros are black. Blur the photograph with 15 × 15 means, once with zeros around it, once with the
# *nearest* pixel repeated, and look at the rim.

# %%
mean = np.full((15, 15), 1 / 225)
blurred = {border: scratch.conv2d(grey, mean, padding="same", border=border) for border in ("zero", "nearest")}
print(f"mean of the top row: {grey[0].mean():.2f},", {name: f"{each[0].mean():.2f}" for name, each in blurred.items()})

# %%
plot.overlay(
    np.stack(list(blurred.values())),
    captions=["zeros around", "nearest pixel around"],
    title="Zeros around an image make a dark rim",
    alt="The temple, blurred twice. With zeros around it there is a dark rim, with the nearest pixels repeated none.",
)

# %% [markdown]
# Zeros cost the sky half of its light at the rim. Networks learn to live with it, and even to tell from it where the border
# is.
#
# ## Max, average, min and global pooling <a id="pooling"></a>
#
# Pooling shrinks an image without any weights. It takes windows of $f \times f$, usually side by side, channel by channel:
#
# $$y_{ij} = \max_{0 \le u, v < f} x_{fi+u,\,fj+v}$$
#
# or their mean, or their minimum. *Global* pooling has one window, the whole image. Do the four by hand first.

# %%
x = np.array([[1.0, 2, 5, 0], [3, 4, 0, 1], [7, 0, 2, 2], [0, 1, 2, 2]])
pools = {"max": layers.MaxPooling2D(2), "average": layers.AveragePooling2D(2), "min": MinPooling2D(2)}
print(x)
for name, pool in pools.items():
    print(f"{name:8}", ops.convert_to_numpy(pool(x[None, ..., None])).reshape(2, 2).tolist())
largest, middle = (pool()(x[None, ..., None]) for pool in (layers.GlobalMaxPooling2D, layers.GlobalAveragePooling2D))
print("global maximum and mean:", largest.numpy().item(), "and", middle.numpy().item())

# %% [markdown]
# In NumPy it is a reshape: windows get axes of their own. Check all three against Keras on the photograph, then look: what
# becomes of the thin dark lines between the roof tiles?

# %%
windows = grey[:104].reshape(26, 4, 40, 4)
results = {"max": windows.max(axis=(1, 3)), "average": windows.mean(axis=(1, 3)), "min": windows.min(axis=(1, 3))}
print("NumPy and Keras, error below 1e-6:")
fours = {"max": layers.MaxPooling2D(4), "average": layers.AveragePooling2D(4), "min": MinPooling2D(4)}
for name, pool in fours.items():
    print(name, np.abs(results[name] - pool(grey[None, :104, :, None])[0, ..., 0]).max() < 1e-6)

# %%
plot.overlay(
    np.stack([grey[:104:4, ::4], *results.values()]),
    captions=["every 4th pixel", *(f"{name} of 4 x 4" for name in results)],
    title="What a window keeps: the brightest, the mean, the darkest",
    alt="The temple at 26 by 40 pixels, four times: every fourth pixel, brighter by max pooling, smooth by average pooling, "
    "darker by min pooling.",
)

# %% [markdown]
# Max pooling erases them, min pooling makes them broad. After a ReLU, where large means "found", the maximum asks: was it
# found anywhere in this window?
#
# > **Myth:** "Pooling makes a network invariant to translation."
#
# Put digits on a larger ground, find edges, pool, move everything one pixel to the right and do it again. By how much do the
# pooled maps change, relative to their size?

# %%
still = np.pad(images[:200], ((0, 0), (4, 4), (4, 4), (0, 0)))
moved = np.roll(still, 1, axis=2)
edges = [scratch.relu(scratch.conv2d(each, sobel[..., None, None], padding="same")) for each in (still, moved)]
for name, pool in {"no pooling": None, "max 2 x 2": 2, "max 4 x 4": 4, "max 8 x 8": 8, "global": 16}.items():
    before, after = (each if pool is None else ops.convert_to_numpy(layers.MaxPooling2D(pool)(each)) for each in edges)
    print(f"{name:11} changes by {np.abs(after - before).sum() / np.abs(before).sum():.0%}")

# %% [markdown]
# Less and less, but only the global maximum does not change at all. Pooling makes a network *tolerant* to small shifts; how
# tolerant depends on the window.
#
# ## Receptive field and parameter sharing <a id="receptive-field"></a>
#
# A dense layer from an 8 × 8 image to 8 × 8 × 16 numbers has a weight for each pair. A convolution shares its weights among
# all places. How many fewer?

# %%
dense, convolution = layers.Dense(8 * 8 * 16), layers.Conv2D(16, 3, padding="same")
dense.build((None, 64))
convolution.build((None, 8, 8, 1))
print(f"dense: {dense.count_params():,} parameters, convolution: {convolution.count_params():,}")

# %% [markdown]
# The price: one output sees 3 × 3 pixels. Its *receptive field* grows with depth. A layer with window $f$ and stride $s$
# adds $(f - 1)$ steps, each as long as all strides below it multiplied:
#
# $$r_l = r_{l-1} + (f_l - 1)\, j_{l-1}, \qquad j_l = j_{l-1}\, s_l, \qquad r_0 = j_0 = 1.$$
#
# On paper, for 3 × 3, pooling 2 × 2, 3 × 3: $r = 3$, then $3 + 1 = 4$ with $j = 2$, then $4 + 2 \cdot 2 = 8$. The package
# counts in the same way.

# %%
stack = [
    layers.Conv2D(4, 3, padding="same"),
    layers.AveragePooling2D(2),
    layers.Conv2D(4, 3, padding="same"),
    layers.Conv2D(1, 3, padding="same"),
]
for depth in range(1, 5):
    field = models.receptive_field(stack[:depth])
    print(
        f"{stack[depth - 1].__class__.__name__:16} sees {field.size[0]:2} x {field.size[1]:2} pixels, neighbours {field.stride[0]} apart"
    )

# %% [markdown]
# Is that true? Ask calculus. The gradient of *one* output with respect to the image is not zero exactly where the output
# looks. Count rows and columns of the square that is not dark.

# %%
keras.utils.set_random_seed(3)
deep = keras.Sequential([keras.Input((24, 24, 1)), *stack])
image = tf.Variable(tf.zeros((1, 24, 24, 1)))
with tf.GradientTape() as tape:
    one_output = deep(image)[0, 6, 6, 0]
seen = np.abs(tape.gradient(one_output, image)[0, ..., 0])
rows, columns = np.nonzero(seen.sum(axis=1))[0], np.nonzero(seen.sum(axis=0))[0]
print(f"rows {rows.min()} to {rows.max()}, columns {columns.min()} to {columns.max()}: {len(rows)} x {len(columns)}")

# %% [markdown]
# And the map itself:

# %%
plot.heat_map(
    seen / seen.max(),
    title="Where one output looks: the size of its gradient",
    x_label="column",
    y_label="row",
    value_label="relative size",
    cell=0.16,
    alt="A map of 24 by 24 pixels, zero but for a square of 12 by 12, with the largest values near its middle.",
)

# %% [markdown]
# Twelve by twelve, as computed. The middle counts most: more ways lead there.
#
# ## How a filter learns <a id="conv-backprop"></a>
#
# The loss $L$ sends back $\delta_{ij} = \partial L / \partial y_{ij}$. The weight $k_{uv}$ took part at every place, each time
# with the pixel $x_{i+u,\,j+v}$. So its gradient is a sum over all places:
#
# $$\frac{\partial L}{\partial k_{uv}} = \sum_{i, j} \delta_{ij}\; x_{i+u,\,j+v}.$$
#
# Compare with the definition: that is a correlation again, of the image with $\delta$ as its kernel. By hand against two
# engines for automatic differentiation:

# %%
x, k, delta = rng.normal(size=(7, 9)), rng.normal(size=(3, 3)), rng.normal(size=(5, 7))
by_hand = scratch.conv2d(x, delta)
kernel = scratch.Tensor(k[..., None, None])
(scratch.conv2d(x[None, ..., None], kernel) * delta[None, ..., None]).sum().backward()
variable = tf.Variable(k[..., None, None])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(ops.conv(x[None, ..., None], variable, padding="valid")[0, ..., 0] * delta)
print("shape of the gradient:", by_hand.shape)
print("by hand and scratch, error below 1e-12:  ", np.abs(by_hand - kernel.grad[..., 0, 0]).max() < 1e-12)
print(
    "by hand and TensorFlow, error below 1e-5:", np.abs(by_hand - tape.gradient(loss, variable)[..., 0, 0]).max() < 1e-5
)

# %% [markdown]
# Pooling has nothing to learn, but $\delta$ has to get past it to the layers below. With $\delta = 8$ for one window:

# %%
window = tf.Variable(np.array([[7.0, 1], [0, 2]]).reshape(1, 2, 2, 1))
for name in ("max", "average"):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(8 * pools[name](window))
    print(f"{name:8}", tape.gradient(loss, window).numpy().reshape(2, 2).tolist())

# %% [markdown]
# A maximum sends all of it to the one pixel that won: only that one had a say. A mean shares it out.
#
# Back to the filter: its gradient is enough to learn. The target is what Sobel's filter makes of the photograph; the filter
# starts at zero and sees only images and targets. The loss is the mean of $(y - t)^2$, so $\delta = 2 (y - t) / \text{count}$; momentum helps, since
# neighbouring pixels are so alike. Will it find the nine numbers?

# %%
inputs = grey - grey.mean()
target = scratch.conv2d(inputs, sobel)
k, velocity, steps = np.zeros((3, 3)), np.zeros((3, 3)), {}
for step in range(201):
    difference = scratch.conv2d(inputs, k) - target
    if step in (0, 5, 20, 60, 200):
        steps[step] = k.copy()
        print(
            f"step {step:3}: loss {np.mean(difference**2):.2f}, largest error of a weight {np.abs(k - sobel).max():.1f}"
        )
    velocity = 0.9 * velocity - scratch.conv2d(inputs, 2 * difference / difference.size)
    k = k + velocity

# %%
print(np.round(k, 1))
plot.filters(
    np.stack([*steps.values(), sobel], axis=-1)[:, :, None],
    title="From nothing to Sobel: steps 0, 5, 20, 60, 200, and the target",
    alt="Six kernels of three by three: empty, then with blue on the left and red on the right that grow stronger; the last "
    "two look the same.",
)

# %% [markdown]
# It does, to the decimal shown. Nobody told the filter to compare left with right; the targets did.
#
# ## Flatten, dense, softmax <a id="flatten-dense"></a>
#
# A whole network: convolution and pooling twice, then the maps are laid out as one list (*flatten*) and a dense layer with
# softmax makes ten probabilities. Shapes and parameters first. Which layer has the most?

# %%
keras.utils.set_random_seed(0)
convolutions = [
    layers.Conv2D(16, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(2),
    layers.Conv2D(32, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(2),
]
network = keras.Sequential([keras.Input((8, 8, 1)), *convolutions, layers.Flatten(), layers.Dense(10, "softmax")])
for layer in network.layers:
    print(f"{type(layer).__name__:13} {layer.output.shape[1:]!s:12} {layer.count_params():5,} parameters")
print(f"together {network.count_params():,}")

# %% [markdown]
# Now the question from the beginning: digits in order against digits with shuffled pixels, this time for a network that
# looks at neighbours. The same 320 images, two seeds each. (Adam's memory is set to zero before each run.)

# %%
network.compile(keras.optimizers.Adam(0.004), "sparse_categorical_crossentropy", steps_per_execution=10)
right = {"shuffled": [], "in order": []}
for name, x, x_test in (("shuffled", shuffled, shuffled_test), ("in order", images, images_test)):
    for seed in range(2):
        keras.utils.set_random_seed(seed)
        network.set_weights(keras.models.clone_model(network).get_weights())
        for variable in network.optimizer.variables:
            if variable is not network.optimizer.learning_rate:
                variable.assign(ops.zeros_like(variable))
        network.fit(x[:few], digits.y_train[:few], epochs=20, verbose=0)
        right[name].append(np.mean(np.argmax(network(x_test), axis=1) == digits.y_test))

# %% [markdown]
# The log: how many of 450 unseen digits each network got right. Digits after the second may differ on your machine.

# %% tags=["nbval-ignore-output"]
print("network        pixels      parameters   accuracy")
for name, accuracy in baseline.items():
    print(f"dense          {name}           {linear.count_params()}   {accuracy:.2f}")
for name, accuracies in right.items():
    print(
        f"convolutional  {name}         {network.count_params():,}   {np.mean(accuracies):.2f} (mean of 2)",
        np.round(accuracies, 3),
    )

# %%
gain = np.mean(right["in order"]) - np.mean(right["shuffled"])
print(f"neighbours are worth more than 0.015: {gain > 0.015}")
print(
    f"in order, better than the dense network by more than 0.015: {min(right['in order']) > baseline['in order'] + 0.015}"
)
print(f"shuffled, within 0.03 of the dense network: {abs(np.mean(right['shuffled']) - baseline['shuffled']) < 0.03}")

# %% [markdown]
# There it is: take the neighbours away, and the convolutional network is no better than the dense one, with nine times
# its parameters. In order it makes clearly fewer mistakes. Its advantage is not its size but what it assumes.
#
# What has it learned? The 16 filters of the first layer, and what it makes of one digit. Look for filters that have become
# edge detectors.

# %%
plot.filters(
    network.layers[0].kernel.numpy(),
    title="Sixteen learned filters of the first layer",
    alt="Sixteen kernels of three by three in blue and red. Several have one side blue and the other red, as edge filters do.",
)

# %%
shown = images_test[digits.y_test == 0][:1]
maps = {"input": shown}
for number, layer in enumerate(network.layers[:4]):
    maps[f"{number + 1} {layer.name.split('_')[0]}"] = layer(list(maps.values())[-1])
probabilities = network(shown).numpy()[0]
print(f"true 0, predicted {probabilities.argmax()}, probabilities sum to {probabilities.sum():.3f}")

# %%
plot.feature_maps(
    {name: ops.convert_to_numpy(each)[0] for name, each in list(maps.items())[1:]},
    image=shown[0],
    title="One digit on its way through the network: 8 channels of each layer",
    alt="A digit, then rows of eight maps: strokes lit up by different filters, coarser after each pooling, the last of two "
    "by two pixels.",
)

# %% [markdown]
# Some filters light up on one side of a stroke, some on level parts. After two poolings, 2 × 2 places are left, with 32
# channels that say what was found there. The dense layer votes on these 128 numbers.
#
# ## What goes wrong
#
# Move every test digit one pixel to the right. A person would not notice. Will the networks?

# %%
aside = np.roll(images_test, 1, axis=2)
moved_right = {
    name: np.mean(np.argmax(each(aside), axis=1) == digits.y_test)
    for name, each in (("dense", linear), ("convolutional", network))
}
print("dense: fewer than half right:", moved_right["dense"] < 0.5)
print("convolutional: better than that:", moved_right["convolutional"] > moved_right["dense"])
print("but more than 0.2 below what it was:", moved_right["convolutional"] < right["in order"][-1] - 0.2)

# %% [markdown]
# One pixel costs the convolutional network more than a fifth of its right answers. Its filters do not mind, but *flatten*
# ties what they found to places, and poolings of 2 × 2 forgive one pixel only now and then. The network has never seen
# a digit that was not centred. The cure is in the training data (digits in other places, as question 7.6 has them) or in a global
# pooling instead of flatten.
#
# Three other ways to go wrong: pixels from 0 to 255 where the network was trained on 0 to 1 (scale inside the model);
# arithmetic in bytes; a channel axis that is missing. The last one at least is told:

# %%
try:
    network(np.ones((4, 8, 8, 3)))
except ValueError as error:
    print(type(error).__name__, "for images with three channels instead of one:", "incompatible" in str(error))

# %% [markdown]
# ## Summary
#
# - An image is a tensor of rows, columns and channels. A dense layer does not know which pixels are neighbours.
# - A convolution is a sum of products at every place, with the same weights everywhere; strictly it is a cross-correlation.
#   By loops, as im2col's matrix product and in Keras it is the same.
# - It leaves $\lfloor (n + 2p - f)/s \rfloor + 1$ numbers along an axis.
# - Pooling shrinks: the maximum says whether, not where. It tolerates small shifts; only global pooling ignores all.
# - The receptive field grows by $(f-1)$ times the strides below, and the gradient shows it.
# - A filter's gradient is a correlation of the input with $\delta$. A maximum passes $\delta$ to its winner alone.
#
# ## Words you met
#
# | word | meaning |
# | --- | --- |
# | channel | one of the numbers that each pixel has: red, green, blue, or what a filter found |
# | min-max scaling | shifting and stretching numbers to the range from 0 to 1 |
# | kernel, filter | the small block of weights that is laid on each place of an image |
# | convolution | sums of products of a kernel with the patch under it, at every place; here without a flip |
# | im2col | copying every patch into a row, so that a convolution is one matrix product |
# | dilation | holes in a kernel, so that it covers more pixels with as many weights |
# | transposed convolution | stamping copies of a kernel, scaled by the pixels, into a larger image |
# | stride | how many pixels a kernel or a window moves on at a time |
# | padding | what is added around an image before the kernel is laid on it |
# | pooling | the maximum, mean or minimum of each window: a smaller image without weights |
# | receptive field | the part of the input on which one output depends |
# | parameter sharing | using the same weights at every place |
# | feature map | one channel of a layer's output: where its filter found something |
#
# ## Review questions
#
# <details><summary>1. All training and test images are shuffled by one fixed permutation of the pixels. Which network minds?</summary>
# The convolutional one. A dense layer has its weights shuffled along and learns the same.</details>
#
# <details><summary>2. The kernel (1, 0, −1) on the row (2, 2, 5, 5, 5)?</summary>
# (2 − 5, 2 − 5, 5 − 5) = (−3, −3, 0).</details>
#
# <details><summary>3. What is the difference between convolution and cross-correlation, and why does no network care?</summary>
# The first flips the kernel. The kernel is learned, so it would be learned flipped.</details>
#
# <details><summary>4. n = 32, f = 5, s = 2, p = 2: how many places?</summary>
# ⌊(32 + 4 − 5) / 2⌋ + 1 = 15 + 1 = 16.</details>
#
# <details><summary>5. How many parameters has Conv2D(64, 3) on 32 channels?</summary>
# 3 · 3 · 32 · 64 weights and 64 biases: 18,496, whatever the size of the image.</details>
#
# <details><summary>6. What can a 1 × 1 convolution do?</summary>
# Mix the channels of each pixel, such as three colours into one grey, and change how many there are.</details>
#
# <details><summary>7. Dark ink on white paper, 0 is black. Which pooling keeps thin strokes?</summary>
# Min pooling. The maximum would take the paper.</details>
#
# <details><summary>8. Three layers of 3 × 3, the first with stride 2. The receptive field?</summary>
# 3, then 3 + 2 · 2 = 7, then 7 + 2 · 2 = 11.</details>
#
# <details><summary>9. Why is the gradient of a filter's weight a sum over all places?</summary>
# The same weight is used at each of them, and each use adds its part.</details>
#
# <details><summary>10. Max pooling twice: is the network now invariant to shifts?</summary>
# No, tolerant to small ones. The last cells measured how much one pixel costs.</details>
#
# ## Exercises
#
# [Exercise 7](../exercises/07_convolutional_networks.ipynb): convolution by loops (7.1), output sizes (7.2), receptive field
# (7.3), max pooling and its gradient (7.5), and a small CNN for digits that wander (7.6).
#
# ## References
#
# - Fukushima, K. (1980), Neocognitron: A Self-Organizing Neural Network Model for a Mechanism of Pattern Recognition
#   Unaffected by Shift in Position, Biological Cybernetics.
# - LeCun, Y. et al. (1989), Backpropagation Applied to Handwritten Zip Code Recognition, Neural Computation.
# - Chellapilla, K., Puri, S. and Simard, P. (2006), High Performance Convolutional Neural Networks for Document Processing.
# - Dumoulin, V. and Visin, F. (2016), A Guide to Convolution Arithmetic for Deep Learning, arXiv:1603.07285.
# - Luo, W. et al. (2016), Understanding the Effective Receptive Field in Deep Convolutional Neural Networks, NeurIPS.
# - Sobel, I. (2014), History and Definition of the Sobel Operator (on work of 1968).
