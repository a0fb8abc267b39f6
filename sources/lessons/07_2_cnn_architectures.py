# %% [markdown]
# # LeNet, AlexNet, VGG, ResNet
#
# Convolution, pooling, dense layers: the bricks are known. This lesson is about the houses: five famous ones, what each
# added, what it costs, and why the deepest of them could be built at all.
#
# **You will be able to**
#
# - build LeNet-5, AlexNet, VGG and ResNet, and count their parameters by hand;
# - say why two small kernels beat a large one, and what a 1 × 1 convolution saves;
# - write a residual block, and show what happens to deep networks without it;
# - compute what a network costs: parameters, multiply-adds, seconds, three different things;
# - tell a network that has not learned from one whose batch statistics lag behind.
#
# **You need** [Convolution and pooling](07_1_convolution_and_pooling.ipynb), and from [Building blocks](05_building_blocks.ipynb#batch-norm)
# batch normalization: it shifts and scales each channel to mean 0 and variance 1 over a batch.
#
# **Time** about 50 s to run on two CPU cores; an hour and a half to read and try.
#
# **Data** handwritten digits, 28 × 28: 1,500 to learn from, 1,000 to test on (in the quick profile enlarged from
# scikit-learn's, in the full profile MNIST); and the 8 × 8 digits of the last lesson.

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()

# %%
import itertools
import time
import timeit

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from dlcourse import data, models, plot, scratch, training
from dlcourse.layers import DepthwiseSeparableBlock, InceptionBlock, LocalResponseNormalization, SqueezeExcite

# %% [markdown]
# The digits, set into 32 × 32 zeros as all networks of this lesson can take them. `train` trains any network in the same
# way, by SGD with momentum as their authors did, on the same 1,500 examples in batches of 20, and keeps a record: test
# accuracy and seconds per epoch (the first epoch, which compiles, is not timed).

# %%
digits = data.load("mnist")
x, x_test = (np.pad(part / 255, ((0, 0), (2, 2), (2, 2)))[..., None] for part in (digits.x_train, digits.x_test[:1000]))
x, y, y_test = x[:1500], digits.y_train[:1500], digits.y_test[:1000]
record = {}


# %%
def train(name, model, rate=0.02, epochs=3):
    model.compile(keras.optimizers.SGD(rate, momentum=0.9), "sparse_categorical_crossentropy", metrics=["accuracy"])
    for first, last in ((0, 1), (1, epochs)):
        begin = time.perf_counter()
        training.fit(model, x, y, batch_size=20, initial_epoch=first, epochs=last, seed=0, verbose=0)
    record[name] = {"model": model, "seconds": (time.perf_counter() - begin) / (epochs - 1), "test": accuracy(model)}


# %%
def accuracy(model):
    return np.mean(np.argmax(model(x_test), axis=1) == y_test)


# %% [markdown]
# The baseline is softmax regression on the pixels: no hidden layer at all. It trains in a moment, so it may see the
# digits ten times.

# %%
keras.utils.set_random_seed(0)
train("softmax", keras.Sequential([keras.Input((32, 32, 1)), layers.Flatten(), layers.Dense(10, "softmax")]), epochs=10)
print("softmax regression, test accuracy above 0.75:", record["softmax"]["test"] > 0.75)

# %%
plot.images(
    x[:8, ..., 0],
    labels=[*map(str, y[:8])],
    title="Eight of the digits",
    alt="Eight handwritten digits, dark on white, in the middle of squares of 32 by 32 pixels.",
)

# %% [markdown]
# ## LeNet-5 <a id="lenet"></a>
#
# In 1998 a network of Yann LeCun and others read cheques for American banks, millions a day. Its plan has been copied
# ever since: convolution, pooling, convolution, pooling, then dense layers. On paper, layer by layer; a convolution of
# $f \times f$ from $C$ to $F$ channels has $(f^2 C + 1) F$ parameters, a dense layer from $D$ to $K$ has $(D + 1) K$:
#
# $$\underbrace{(25 \cdot 1 + 1) \cdot 6}_{156} + \underbrace{(25 \cdot 6 + 1) \cdot 16}_{2416} + \underbrace{401 \cdot
# 120}_{48120} + \underbrace{121 \cdot 84}_{10164} + \underbrace{85 \cdot 10}_{850} = 61706.$$

# %%
keras.utils.set_random_seed(0)
lenet = models.lenet5()
for layer in lenet.layers[1:]:
    print(f"{layer.name:12} {layer.output.shape[1:]!s:12} {layer.count_params():6,}")
print(f"together {lenet.count_params():,}")

# %% [markdown]
# Where do the parameters sit? Not in the convolutions: C5, which is dense, has 48,120 of them. What about the arithmetic?
# A **multiply-add** is one multiplication and the addition of its product. A convolution's weights are used at *every*
# place, a dense layer's once.

# %%
for name in ("C1", "C3", "C5"):
    layer = lenet.get_layer(name)
    print(
        f"{name}: {layer.count_params():6,} parameters, {models.count_multiply_adds(layer, layer.input.shape[1:]):7,} multiply-adds"
    )
print(f"C3 by hand: 10 * 10 places * 25 * 6 * 16 = {10 * 10 * 25 * 6 * 16:,}")

# %% [markdown]
# The opposite order: few parameters can be much work. In 1998 there was tanh and average pooling. *Predict before you run:*
# the same network with ReLU and max pooling, as one would build it today: better or worse? Parameters do not change.

# %%
train("LeNet-5, 1998", lenet, rate=0.05)  # tanh has smaller gradients, and bears a larger rate
keras.utils.set_random_seed(0)
train("LeNet-5, today", models.lenet5(activation="relu", pooling="max"))
old, new = (record[name]["test"] for name in ("LeNet-5, 1998", "LeNet-5, today"))
print("both above 0.8 and above the baseline:", min(old, new) > max(0.8, record["softmax"]["test"]))

# %% [markdown]
# Both beat the baseline after three looks at 1,500 digits. Which of them is better, so short a run cannot tell: means over
# seeds stand at the end of the lesson. On MNIST's 60,000 digits LeCun's network made 0.95 % errors; four epochs give
# 1.6 %, 1.3 % with ReLU, 8.3 % for softmax regression. Look at some
# digits that it still gets wrong (truth → answer).

# %%
answers = np.argmax(lenet(x_test), axis=1)
wrong = np.flatnonzero(answers != y_test)[:8]
plot.images(
    x_test[wrong, ..., 0],
    labels=[f"{y_test[i]} → {answers[i]}" for i in wrong],
    title="Digits that LeNet-5 takes for others",
    alt="Eight digits of the test set with their label and the network's wrong answer; some are hard to read.",
)

# %% [markdown]
# ## AlexNet <a id="alexnet"></a>
#
# In 2012 Alex Krizhevsky, Ilya Sutskever and Geoffrey Hinton won the ImageNet challenge (1.2 million photographs, 1,000
# classes) by a wide margin, with LeNet's plan at a thousand times the size, ReLU, dropout and two graphics cards. We build
# it at full size, which takes a second, and count.

# %%
alexnet = models.alexnet()
print(f"two groups: {alexnet.count_params():,} parameters, {models.count_multiply_adds(alexnet):,} multiply-adds")
grouped = [alexnet.get_layer(name).kernel.shape.num_elements() for name in ("conv2", "conv4", "conv5")]
print(f"one group:  {alexnet.count_params() + sum(grouped):,} parameters")
dense = sum(layer.count_params() for layer in alexnet.layers if isinstance(layer, layers.Dense))
print(f"share of the parameters in the three dense layers: {dense / alexnet.count_params():.0%}")


# %% [markdown]
# Two **groups**, because there were two cards with 3 GB each: half of the filters of conv2, conv4 and conv5 saw only the
# half of the channels on their own card, so these three have half of the weights. By hand: conv2 has $25 \cdot 48 \cdot 256$
# with groups and $25 \cdot 96 \cdot 256$ without.
#
# AlexNet also had a normalization that is no longer used. In **local response normalization** channels at one place damp
# each other. With $a \in \mathbb{R}^C$ the numbers at one place, a radius $r$ and constants $k, \alpha, \beta > 0$:
#
# $$b_c = a_c \Big/ \Big(k + \alpha \sum_{c' = c - r}^{c + r} a_{c'}^2\Big)^{\beta}.$$
#
# On paper with $r = 1$, $k = \alpha = 1$, $\beta = 1/2$ and $a = (2, 2, 0)$: sums of squares 8, 8 and 4, so $b = (2/3, 2/3,
# 0)$. Then AlexNet's own constants, against TensorFlow:

# %%
def damped(a, r, k, alpha, beta):
    squares = np.pad(a**2, [(0, 0)] * (a.ndim - 1) + [(r, r)])
    energy = sum(squares[..., i : i + a.shape[-1]] for i in range(2 * r + 1))
    return a / (k + alpha * energy) ** beta


# %%
print("on paper:", damped(np.array([2.0, 2, 0]), r=1, k=1, alpha=1, beta=0.5).round(3))
a = np.random.default_rng(0).normal(0, 50, (2, 13, 13, 96)).astype("float32")
theirs = tf.nn.local_response_normalization(a, depth_radius=2, bias=2, alpha=1e-4, beta=0.75)
layer = LocalResponseNormalization(radius=2, bias=2, alpha=1e-4, beta=0.75)
print("by hand and TensorFlow, error below 1e-4:   ", np.abs(damped(a, 2, 2, 1e-4, 0.75) - theirs).max() < 1e-4)
print("our layer and TensorFlow, error below 1e-4: ", np.abs(layer(a) - theirs).max() < 1e-4)


# %% [markdown]
# A small AlexNet for our digits: a sixteenth of the filters and units, and a first kernel of 4 × 4 in steps of 2, since 11 ×
# 11 in steps of 4 would leave nothing of 32 pixels. No groups, since there is one processor, and no dropout, since so narrow
# a network has nothing to spare.
#
# *Predict before you run:* will it learn from Keras's usual first weights? It does not: tried on three seeds, it stayed at one
# digit in ten. Each ReLU halves the mean square of its inputs, and Glorot's weights do not make up for it
# ([Building blocks](05_building_blocks.ipynb#init-xavier-he-lecun)). He's are $\sqrt 2$ times as large where as many numbers come
# in as go out. So make them larger:

# %%
def start_larger(model):
    for weight in model.trainable_weights:
        if len(weight.shape) > 1:  # kernels, not biases
            weight.assign(np.sqrt(2) * weight)
    return model


# %%
keras.utils.set_random_seed(0)
small = models.alexnet((32, 32, 1), 10, groups=1, kernel_size=4, strides=2, width=1 / 16, dropout=0)
train("AlexNet, width 1/16", start_larger(small))
print(f"{small.count_params():,} parameters")
print("accuracy above 0.2, below both LeNets:", 0.2 < record["AlexNet, width 1/16"]["test"] < min(old, new))

# %% [markdown]
# It learns, but is no match for LeNet yet: eight layers need more than 225 steps. AlexNet's strength was to *use* a million
# images.
#
# ## VGG <a id="vgg"></a>
#
# Karen Simonyan and Andrew Zisserman asked in 2014: what if all kernels are 3 × 3, and there are just more of them? Two
# after each other see as far as one of 5 × 5. With $C$ channels in and out:
#
# $$2 \cdot 3^2 C^2 = 18\, C^2 \quad\text{weights instead of}\quad 5^2 C^2 = 25\, C^2,$$
#
# and a second nonlinearity for nothing. Three replace a 7 × 7, with 27 instead of 49.

# %%
C = 64
for several, one in (([3, 3], 5), ([3, 3, 3], 7)):
    stack = [layers.Conv2D(C, f, use_bias=False) for f in several]
    single = [layers.Conv2D(C, one, use_bias=False)]
    sizes = [models.receptive_field(each).size[0] for each in (stack, single)]
    counts = [
        sum(layer.kernel.shape.num_elements() for layer in each if layer.build((None, 9, 9, C)) is None)
        for each in (stack, single)
    ]
    print(
        f"{len(several)} of 3x3 see {sizes[0]} pixels with {counts[0]:,} weights; one {one}x{one} sees {sizes[1]} with {counts[1]:,}"
    )

# %% [markdown]
# The whole family is one list of numbers: five blocks, with so many convolutions each, pooling after each block, then three
# dense layers. That is enough to count it without building 140 million weights:

# %%
FILTERS = (64, 128, 256, 512, 512)
VGG = {"vgg11": (1, 1, 2, 2, 2), "vgg13": (2, 2, 2, 2, 2), "vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}


def vgg_costs(blocks, side=224, channels=3, classes=1000, width=1.0):
    parameters, multiply_adds = 0, 0
    for count, filters in zip(blocks, FILTERS, strict=True):
        for _ in range(count):
            weights = 9 * channels * int(filters * width)
            channels = int(filters * width)
            parameters += weights + channels  # one bias a filter
            multiply_adds += weights * side**2
        side //= 2
    units = [side * side * channels, int(4096 * width), int(4096 * width), classes]
    products = [before * after for before, after in itertools.pairwise(units)]
    return parameters + sum(products) + sum(units[1:]), multiply_adds + sum(products)


# %%
for name, blocks in VGG.items():
    print(
        f"{name}: {sum(blocks) + 3} layers, {vgg_costs(blocks)[0]:,} parameters, {vgg_costs(blocks)[1]:,} multiply-adds"
    )
for builder in (models.vgg11, models.vgg19):
    built = builder((32, 32, 1), 10, width=1 / 8)
    counted = built.count_params(), models.count_multiply_adds(built)
    print(f"{built.name} at width 1/8: the formula's counts: {counted == vgg_costs(VGG[built.name], 32, 1, 10, 1 / 8)}")

# %% [markdown]
# VGG-16's published number is 138,357,544. Nine tenths of that is dense again: fc1 alone has $25088 \cdot 4096$ weights.
# And 15.5 billion multiply-adds are twenty times AlexNet's. Now train the smallest, VGG-11, at a sixteenth of its width, from
# larger first weights as well:

# %%
keras.utils.set_random_seed(0)
vgg = models.vgg11((32, 32, 1), 10, width=1 / 16, dropout=0)
train("VGG-11, width 1/16", start_larger(vgg))
print(f"{vgg.count_params():,} parameters")
print("accuracy above 0.2, below both LeNets:", 0.2 < record["VGG-11, width 1/16"]["test"] < min(old, new))

# %% [markdown]
# Twice LeNet's parameters, and fewer right answers after the same three epochs. More layers did not help here. Is that because
# of too few data, or is depth itself a problem?
#
# ## ResNet <a id="resnet"></a>
#
# In 2015 Kaiming He and others saw something odd: a plain network of 56 layers had a larger error than one of 20 layers, not
# only on new images but on the *training* images. That is no overfitting. The deep one could do all that the shallow one
# does, if its other layers just passed their input on; but training did not find that. They called it the
# **degradation problem**, and their remedy is a sum. A block computes a *change* of its input:
#
# $$y = \mathrm{ReLU}\left(F(x) + x\right), \qquad F(x) = k_2 * \mathrm{ReLU}(k_1 * x),$$
#
# with $x, y \in \mathbb{R}^{H \times W \times C}$, $*$ a 3 × 3 convolution that keeps the size, each followed by batch
# normalization (left out here). $F$ is called the *branch*, the way around it the *shortcut*. If $F$ is zero, the block is
# the identity, as long as its input is not negative.

# %%
plot.graph(
    [
        ("x", "conv 3x3 "),
        ("conv 3x3 ", "ReLU"),
        ("ReLU", "conv 3x3"),
        ("conv 3x3", "add"),
        ("x", "add"),
        ("add", "ReLU "),
    ],
    highlighted=["add"],
    title="A basic residual block: the branch below, the shortcut above",
    alt="Boxes in a row: x, convolution, ReLU, convolution, add, ReLU. A bent arrow leads from x directly to add.",
)

# %% [markdown]
# On paper: where the branch gives −3 and the shortcut 5, the block gives $\max(0, 2) = 2$; where the shortcut is 1, it
# gives 0. In NumPy, with the equation's letters, and in Keras with the same two kernels:

# %%
rng = np.random.default_rng(1)
images = np.maximum(rng.normal(size=(2, 6, 6, 4)), 0)
k1, k2 = rng.normal(size=(2, 3, 3, 4, 4))
F = scratch.conv2d(np.maximum(scratch.conv2d(images, k1, padding="same"), 0), k2, padding="same")
by_hand = np.maximum(F + images, 0)

# %%
inputs = keras.Input((6, 6, 4))
branch = layers.Conv2D(4, 3, padding="same", activation="relu", use_bias=False)(inputs)
branch = layers.Conv2D(4, 3, padding="same", use_bias=False)(branch)
block = keras.Model(inputs, layers.ReLU()(layers.Add()([branch, inputs])))
block.set_weights([k1, k2])
print("by hand and Keras, error below 1e-4:", np.abs(by_hand - block(images)).max() < 1e-4)
block.set_weights([k1, 0 * k2])
print("with k2 = 0 the block is the identity:", np.abs(images - block(images)).max() < 1e-6)

# %% [markdown]
# Where a stage of the network halves the image and doubles the channels, $x$ does not fit any more. Then the shortcut, too,
# gets a convolution, of 1 × 1 and with the same stride: $y = \mathrm{ReLU}(F(x) + W x)$. (The small ResNets below take every second
# pixel instead, and fill up with channels of zeros, so that no shortcut has a weight.)
#
# **The experiment.** Networks of 8 and of 20 layers, for the 8 × 8 digits. To be fair, and quick, we make *one* network of 20
# layers and put two switches into every sum. `shortcut` is 1 for the ResNet and 0 for the plain network. `blocks` says how many
# blocks of each stage take part: 3 make 20 layers, 1 makes 8. A block that takes no part hands on its input
# untouched. So all four begin with the same weights, and see the same batches.

# %%
shortcut, blocks = keras.Variable(1.0, trainable=False), keras.Variable(3, dtype="int32", trainable=False)


def with_switches(layer):
    if not isinstance(layer, layers.Add):
        return type(layer).from_config(layer.get_config())
    place = int(layer.name.removesuffix("_add")[-1])  # conv3_block2_add is in the second block of its stage
    return layers.Lambda(lambda both: ops.where(place <= blocks, both[0] + shortcut * both[1], both[1]))


# %% [markdown]
# Do the switches do what they say? At 0 and 1 block it must be the plain network of 8 layers, given the same weights.

# %%
keras.utils.set_random_seed(0)
shape = {"input_shape": (8, 8, 1), "width": 0.25}
switched = keras.models.clone_model(models.resnet_cifar(20, **shape), clone_function=with_switches)
plain = models.resnet_cifar(8, residual=False, **shape)
for layer in plain.layers:
    layer.set_weights(switched.get_layer(layer.name).get_weights())
shortcut.assign(0)
blocks.assign(1)
sample = data.load("digits").x_train[:480, ..., None] / 16
print("it is the plain network of 8 layers:", np.abs(plain(sample[:9]) - switched(sample[:9])).max() < 1e-5)

# %% [markdown]
# *Predict before you run:* 60 steps of plain gradient descent. How does the loss **on the training images** change with depth,
# with shortcuts and without?

# %%
switched.compile(keras.optimizers.SGD(0.2), "sparse_categorical_crossentropy")
start, losses = switched.get_weights(), {"plain": {}, "residual": {}}
sample_labels = data.load("digits").y_train[:480]
for depth, count in ((8, 1), (20, 3)):
    for name, position in (("plain", 0), ("residual", 1)):
        blocks.assign(count)
        shortcut.assign(position)
        switched.set_weights(start)
        history = training.fit(switched, sample, sample_labels, batch_size=24, epochs=3, seed=0, verbose=0)
        losses[name][depth] = history.history["loss"]

# %%
plain, residual = ({depth: run[-1] for depth, run in losses[name].items()} for name in ("plain", "residual"))
print("plain, 20 layers worse than 8 by more than 0.5:    ", plain[20] > plain[8] + 0.5)
print("20 layers, residual better than plain by over 0.5: ", residual[20] < plain[20] - 0.5)
print("residual, 20 layers within 0.3 of 8:               ", abs(residual[20] - residual[8]) < 0.3)

# %%
plot.panels(
    np.arange(1, 4),
    {f"{depth} layers": {name: np.array(losses[name][depth]) for name in losses} for depth in plain},
    x_label="epoch",
    title="Training loss of the same network with and without its shortcuts",
    alt="Two panels for 8 and 20 layers. With 8 layers both losses fall alike. With 20 layers the plain network's loss falls slowly "
    "and stays far above the residual one's, which falls at either depth.",
)

# %% [markdown]
# The degradation problem, in miniature. Over four seeds the loss of the last epoch was, with a network of 32 layers as well,
#
# | layers | 8 | 20 | 32 |
# | --- | --- | --- | --- |
# | plain | 0.61 ± 0.04 | 1.57 ± 0.19 | 1.92 ± 0.10 |
# | residual | 0.42 ± 0.03 | 0.52 ± 0.06 | 0.74 ± 0.17 |
#
# With 8 layers the switch matters little; with 32 the plain network has hardly left the 2.3 of a mere guess, and with shortcuts
# it learns. Nothing but a sum has changed. Why does it help? The gradient of $F(x) + x$ with respect to $x$ is $F'(x) + 1$:
# whatever the branch does, the 1 is a way back to the first layers.
#
# The large ResNets (18, 34, 50, 101, 152 layers) come in two kinds. The **basic block** is the one above. From 50 on there is
# the **bottleneck**: 1 × 1 down to a quarter of the channels, 3 × 3 there, 1 × 1 up again. On paper, for 256 channels: two 3 × 3
# have $2 \cdot 9 \cdot 256^2 = 1179648$ weights, the bottleneck has $256 \cdot 64 + 9 \cdot 64^2 + 64 \cdot 256 = 69632$.
# The family on a page:

# %%
RESNETS = {
    models.resnet18: ((2, 2, 2, 2), False),  # blocks in each stage, whether they are bottlenecks
    models.resnet34: ((3, 4, 6, 3), False),
    models.resnet50: ((3, 4, 6, 3), True),
    models.resnet101: ((3, 4, 23, 3), True),
    models.resnet152: ((3, 8, 36, 3), True),
}


def resnet_block(before, filters, bottleneck):
    """Kernel size, channels in, channels out of each convolution of a block."""
    if bottleneck:
        return [(1, before, filters), (3, filters, filters), (1, filters, 4 * filters)]
    return [(3, before, filters), (3, filters, filters)]


# %%
def resnet_convolutions(blocks, bottleneck):
    found, before = [(7, 3, 64)], 64
    for count, filters in zip(blocks, (64, 128, 256, 512), strict=True):
        for _ in range(count):
            found += resnet_block(before, filters, bottleneck)
            after = found[-1][2]
            if before != after:
                found.append((1, before, after))  # the shortcut's own
            before = after
    return found


# %% [markdown]
# Each convolution has $f^2 C F$ weights; its batch normalization trains a scale and a shift for each of $F$ channels, and keeps a
# moving mean and variance, which are not trained.

# %%
trainable, channels = {}, {}
for builder, (blocks, bottleneck) in RESNETS.items():
    name = builder.__name__
    convolutions = resnet_convolutions(blocks, bottleneck)
    channels[name] = sum(after for _, _, after in convolutions)
    weights = sum(f * f * before * after for f, before, after in convolutions)
    trainable[name] = weights + 2 * channels[name] + (convolutions[-1][2] + 1) * 1000
    print(f"{name:9} {len(convolutions):3} convolutions, {trainable[name]:,} trainable parameters")

# %% [markdown]
# Does the builder of ResNet-50 agree? And there is a riddle: for ResNet-50 some sources say 25,557,032, but Keras says 25,636,712. Both count
# correctly. What else is there to count?

# %%
built = models.resnet50()
learned = sum(weight.shape.num_elements() for weight in built.trainable_weights)
print(f"{built.name}: {learned:,} trainable, as the formula says: {learned == trainable[built.name]}")
for name in ("resnet50", "resnet101", "resnet152"):
    biases, statistics = channels[name], 2 * channels[name]
    total = trainable[name] + biases + statistics
    print(f"{name} + {biases:,} biases + {statistics:,} moving statistics = {total:,}")

# %% [markdown]
# Keras's own ResNets keep a bias in each convolution (our builders have `use_bias=True` for it) and count moving statistics. The
# bias is useless: batch normalization subtracts the mean right after it. A count is worth little without saying what was counted.
#
# Now a ResNet of 8 layers for the digits of this lesson, half as wide and on images averaged to 16 × 16 to save time. Compare
# its two accuracies.

# %%
keras.utils.set_random_seed(0)
resnet = models.resnet_cifar(8, (16, 16, 1), width=0.5)
train("ResNet-8", keras.Sequential([keras.Input((32, 32, 1)), layers.AveragePooling2D(2), resnet]))
fooled, remembered = record["ResNet-8"]["test"], record["ResNet-8"]["model"].history.history["accuracy"][-1]
print(f"accuracy in training above 0.8: {remembered > 0.8}")
print(f"on test digits more than 0.05 below it: {fooled < remembered - 0.05}")

# %% [markdown]
# Overfitting? No. **A trap.** In training, batch normalization uses the mean and variance *of the batch*; afterwards it uses
# *moving averages* of them, which with Keras's momentum of 0.99 look back over 100 batches. We trained for 225 batches, in which the
# statistics kept moving: the averages lag ([Building blocks](05_building_blocks.ipynb#batch-norm) saw it in one layer). The weights are fine. To see it, change none of them: run ten batches through the
# network in training mode with a shorter memory, so that the averages catch up.

# %%
for layer in resnet.layers:
    if isinstance(layer, layers.BatchNormalization):
        layer.momentum = 0.6
before = [weight.numpy() for weight in resnet.trainable_weights]
for part in np.split(x, 10):
    record["ResNet-8"]["model"](part, training=True)  # no gradient, no step
record["ResNet-8"]["test"] = accuracy(record["ResNet-8"]["model"])
print("same weights:", all(np.array_equal(old, new) for old, new in zip(before, resnet.trainable_weights, strict=True)))
print("test accuracy higher by more than 0.05:", record["ResNet-8"]["test"] > fooled + 0.05)

# %% [markdown]
# Over four seeds its accuracy went from 0.64 ± 0.10 to 0.92 ± 0.01. Whenever accuracy in training is good and everything else is
# nonsense, suspect the statistics first. On short runs set the momentum to 0.9.
#
# ## After ResNet <a id="modern-cnns"></a>
#
# Four ideas, all about getting the same for less. **Inception** (2014) has kernels of several sizes side by side, made affordable by
# a 1 × 1 convolution before each large one. GoogLeNet's first block, on 28 × 28 × 192:

# %%
inception = InceptionBlock(64, (96, 128), (16, 32), 32)
print("shape", inception(np.ones((1, 28, 28, 192), "float32")).shape[1:], f" {inception.count_params():,} parameters")
straight, reduced = 28 * 28 * 25 * 192 * 32, 28 * 28 * (192 * 16 + 25 * 16 * 32)
print(
    f"its 5x5 branch: {reduced:,} multiply-adds; without the 1x1 before it {straight:,}: {straight / reduced:.1f} times as many"
)

# %%
plot.graph(
    [
        ("192 channels", "1x1, 64"),
        ("192 channels", "1x1, 96"),
        ("192 channels", "1x1, 16"),
        ("192 channels", "pool 3x3"),
    ]
    + [("1x1, 96", "3x3, 128"), ("1x1, 16", "5x5, 32"), ("pool 3x3", "1x1, 32")]
    + [(last, "256 channels") for last in ("1x1, 64", "3x3, 128", "5x5, 32", "1x1, 32")],
    title="An inception block: four branches, laid beside each other",
    alt="From a box of 192 channels four branches: 1x1; 1x1 then 3x3; 1x1 then 5x5; pooling then 1x1. They end in a box of 256 channels.",
)

# %% [markdown]
# **Depthwise-separable** convolutions (MobileNet, 2017) do in two steps what a convolution does in one: first a filter for
# each channel alone, then a 1 × 1 that mixes channels. At a place this costs
#
# $$\frac{f^2 C + C F}{f^2 C F} = \frac{1}{F} + \frac{1}{f^2}$$
#
# of the ordinary. On paper, $f = 3$, $F = 64$: $1/64 + 1/9 = 0.127$, an eighth. Counted, and then measured by the clock.
# *Predict before you run:* will it be eight times as fast?

# %%
ordinary, separable = layers.Conv2D(64, 3, padding="same", use_bias=False), DepthwiseSeparableBlock(64)
costs = [models.count_multiply_adds(layer, (56, 56, 64)) for layer in (ordinary, separable)]
print(f"{costs[0]:,} and {costs[1]:,}: a share of {costs[1] / costs[0]:.3f}; the formula says {1 / 64 + 1 / 9:.3f}")

# %% tags=["nbval-ignore-output"]
photographs = np.random.default_rng(0).normal(size=(4, 56, 56, 64)).astype("float32")
clock = {}
for name, layer in (("ordinary", ordinary), ("separable", separable)):
    clock[name] = min(timeit.repeat(lambda layer=layer: layer(photographs), number=2, repeat=6)) / 2
    print(f"{name:10} {1000 * clock[name]:.1f} ms")
print(f"{clock['ordinary'] / clock['separable']:.1f} times as fast, with an eighth of the multiply-adds")

# %% [markdown]
# On the machine that wrote this it was 0.9 to 6 times as fast, depending on what else ran there, and never eight times.
# A depthwise filter does few operations for each number that it fetches from memory, and fetching takes time, too. (The block
# also normalizes.) **Multiply-adds are not seconds.**
#
# **Squeeze and excitation** (2017) weighs channels: the mean of each channel goes through a tiny network with a sigmoid at its
# end, and the result multiplies the channel. With $z \in \mathbb{R}^C$ the means, $s = \sigma(W_2\,
# \mathrm{ReLU}(W_1 z + b_1) + b_2)$ and $y_{ijc} = s_c\, x_{ijc}$:

# %%
gate = SqueezeExcite(ratio=16)
maps = np.random.default_rng(0).normal(size=(2, 7, 7, 64)).astype("float32")
result = gate(maps)
W1, b1, W2, b2 = gate.get_weights()
z = maps.mean(axis=(1, 2))
s = scratch.sigmoid(np.maximum(z @ W1 + b1, 0) @ W2 + b2)
print("by hand and the layer, error below 1e-5:", np.abs(s[:, None, None] * maps - result).max() < 1e-5)
print(f"{gate.count_params()} parameters for 64 channels, at 49 places or at a million")

# %% [markdown]
# **ConvNeXt** (2022) takes from transformers what can be taken without attention: patches of 4 × 4 at the entrance, depthwise 7 × 7,
# layer normalization, two dense layers for each place with four times the channels between, and a shortcut around it all. Its
# tiny form, counted next to ResNet-50:

# %%
convnext = models.convnext_tiny()
depthwise = [layer for layer in convnext.layers if isinstance(layer, layers.DepthwiseConv2D)]
share = sum(layer.count_params() for layer in depthwise) / convnext.count_params()
convnext_work = models.count_multiply_adds(convnext)
print(f"{convnext.count_params():,} parameters, {convnext_work:,} multiply-adds")
print(f"{len(depthwise)} depthwise 7x7 convolutions hold {share:.1%} of the parameters")

# %% [markdown]
# As large as ResNet-50 and as dear, and its widest kernels cost next to nothing. On ImageNet it is some six points better
# (82.1 % against 76.1 %, as published), partly by its form, partly by how it is trained.
#
# ## The architectures compared <a id="cnn-comparison"></a>
#
# First the giants, at the size of ImageNet: 224 × 224 pixels (AlexNet: 227), 1,000 classes. Which has the most parameters,
# which the most work?

# %%
giants = {
    "LeNet-5 (32x32)": (lenet.count_params(), models.count_multiply_adds(lenet)),
    "AlexNet": (60_965_224, 724_406_816),
    "VGG-16": vgg_costs(VGG["vgg16"]),
    "ResNet-50": (trainable["resnet50"], models.count_multiply_adds(built)),
    "ConvNeXt-Tiny": (convnext.count_params(), convnext_work),
}
print("                   parameters, million   multiply-adds, million   each weight is used")
for name, (parameters, work) in giants.items():
    print(f"{name:16} {parameters / 1e6:20.1f} {work / 1e6:24,.1f} {work / parameters:17.0f} times")

# %% [markdown]
# AlexNet has more than twice the parameters of ResNet-50 and a fifth of its work: dense layers store, convolutions compute.
# VGG leads in both. Now the small networks of this lesson, all trained on the same 1,500 digits for three epochs (softmax
# regression for ten). Seconds are those of your machine.

# %% tags=["nbval-ignore-output"]
print("network                parameters  multiply-adds  test accuracy  seconds per epoch  ns per multiply-add")
for name, row in record.items():
    row["parameters"], row["work"] = row["model"].count_params(), models.count_multiply_adds(row["model"])
    ns = 1e9 * row["seconds"] / (len(x) * row["work"])
    print(f"{name:21} {row['parameters']:11,} {row['work']:14,} {row['test']:14.2f} {row['seconds']:18.2f} {ns:20.1f}")

# %%
small_costs = {name: (row["parameters"], row["work"]) for name, row in record.items()}
by_parameters, by_work = (
    [name for name, _ in sorted(small_costs.items(), key=lambda item: item[1][i])] for i in (0, 1)
)
best = max(record, key=lambda name: record[name]["test"])
print("most parameters:    ", by_parameters[-1])
print("most multiply-adds: ", by_work[-1])
print("the most accurate is neither of the two largest by parameters:", best not in by_parameters[-2:])

# %%
plot.scatter(
    {name: (small_costs[name][1], row["test"]) for name, row in record.items()},
    sizes={name: cost[0] for name, cost in small_costs.items()},
    log_x=True,
    title="Cost and worth (area: parameters)",
    x_label="multiply-adds for one image",
    y_label="test accuracy",
    alt="Six points. Softmax regression to the left at 0.84; the two LeNets in the middle at 0.9; AlexNet beside them far below; farther right "
    "ResNet-8, small and as high as the LeNets, and VGG-11, the largest, far below it.",
)

# %% [markdown]
# Size alone buys nothing. ResNet-8 has fewer than a third of LeNet's parameters and reaches about the same accuracy; VGG-11 has
# the most, and as much work as ResNet-8, and is far behind. That is no judgement on VGG: it is what 1,500 images and 225 steps
# do to a deep network without shortcuts and batch normalization. With a million images the order is another one.
#
# These are single runs. Over three to five of them with other seeds, as mean and standard deviation: the LeNets 0.91 ± 0.01
# and 0.91 ± 0.02, ResNet-8 0.92 ± 0.01, VGG-11 0.64 ± 0.06 and AlexNet 0.59 ± 0.11. Only the gap between the first three and the
# last two is real. It is there on MNIST's own digits, too (full profile): softmax regression 0.86, the LeNets 0.88 and 0.89,
# ResNet-8 0.87, VGG-11 0.75, AlexNet 0.59.
#
# ## What goes wrong
#
# You have seen three failures: depth without shortcuts (the *training* loss stays high), lagging statistics (good in training,
# nonsense afterwards), and a large network on few data. Two others tell you themselves: images too small for all the
# pooling, and a sum of two shapes that do not fit.

# %%
attempts = {
    "AlexNet's first step on 32 pixels": lambda: models.alexnet((32, 32, 3), 10),
    "a shortcut without projection": lambda: layers.Add()([np.ones((1, 8, 8, 16)), np.ones((1, 4, 4, 32))]),
}
for name, attempt in attempts.items():
    try:
        attempt()
    except ValueError as error:
        print(f"{name}: {type(error).__name__}: {str(error).splitlines()[0][:75]}")

# %% [markdown]
# ## Summary
#
# - LeNet-5: convolution, pooling, twice, then dense layers; 61,706 parameters, most of them dense.
# - AlexNet: the same a thousand times larger, with ReLU, dropout and groups; local response normalization went out of use.
# - VGG: only 3 × 3. Two see as far as one 5 × 5 with 18 instead of 25 weights for each pair of channels.
# - ResNet: $y = \mathrm{ReLU}(F(x) + x)$. Plain networks get worse with depth even in training; residual ones do not.
# - After it: cheaper parts. Depthwise-separable convolutions cost $1/F + 1/f^2$ of ordinary ones in multiply-adds, more in seconds.
# - Parameters, multiply-adds, seconds and accuracy are four different things, and each needs to be measured.
#
# ## Words you met
#
# | word | meaning |
# | --- | --- |
# | multiply-add | one multiplication and the addition of its product: the usual unit of a network's work |
# | grouped convolution | a convolution whose filters see only their own group of the channels |
# | local response normalization | dividing each channel by a power of its neighbours' energy |
# | residual block | a block whose output is its input plus a learned change |
# | shortcut | the way around a block's branch, the identity or a 1 × 1 convolution |
# | branch | the part of a residual block that computes the change |
# | degradation problem | deeper plain networks have a larger training error |
# | bottleneck | 1 × 1 to fewer channels, 3 × 3 there, 1 × 1 back |
# | moving statistics | batch normalization's averages of means and variances, for use after training |
# | inception block | kernels of several sizes side by side, each after a 1 × 1 |
# | depthwise-separable convolution | a filter for each channel, then a 1 × 1 that mixes channels |
# | squeeze and excitation | a gate for each channel, computed from all channels' means |
#
# ## Review questions
#
# <details><summary>1. How many parameters has LeNet-5's C3 (5 × 5, 6 channels to 16), and how many multiply-adds at 10 × 10 places?</summary>
# 25 · 6 · 16 + 16 = 2,416; 100 · 25 · 6 · 16 = 240,000.</details>
#
# <details><summary>2. Where are most parameters of LeNet, AlexNet and VGG? Where is most of the work?</summary>
# In the dense layers; in the convolutions, whose weights are used at every place.</details>
#
# <details><summary>3. Why has AlexNet fewer parameters with two groups?</summary>
# In three convolutions each filter sees half of the channels, so these layers have half of the weights.</details>
#
# <details><summary>4. How many 3 × 3 convolutions see as far as one 9 × 9, and with what share of the weights?</summary>
# Four; 4 · 9 / 81 = 0.44.</details>
#
# <details><summary>5. Why is the degradation problem no overfitting?</summary>
# The deeper network is worse on the training data, too.</details>
#
# <details><summary>6. The branch gives (−4, 1), the shortcut (3, 2). What does the residual block give?</summary>
# ReLU(−1, 3) = (0, 3).</details>
#
# <details><summary>7. When does a shortcut need a convolution, and of which size and stride?</summary>
# When branch and input differ in shape: 1 × 1, with the stride of the branch, to the branch's channels.</details>
#
# <details><summary>8. How does the gradient pass a residual block whose branch has died?</summary>
# Through the shortcut, unchanged: the derivative of F(x) + x is F'(x) + 1.</details>
#
# <details><summary>9. Two sources differ by 79,680 in ResNet-50's parameters. How can both be right?</summary>
# One counts 26,560 superfluous biases and 53,120 moving statistics, which are not trained.</details>
#
# <details><summary>10. f = 5, F = 100: which share of an ordinary convolution does the separable one cost?</summary>
# 1/100 + 1/25 = 0.05.</details>
#
# <details><summary>11. A model with batch normalization is right on 95 % in training and on 10 % of the same images afterwards. What do you suspect?</summary>
# Moving statistics that lag behind: too few steps for the momentum of 0.99.</details>
#
# ## Exercises
#
# [Exercise 7](../exercises/07_convolutional_networks.ipynb): the residual block (7.4) with stride and projection.
#
# ## References
#
# - LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998), Gradient-Based Learning Applied to Document Recognition, Proceedings of the IEEE.
# - Krizhevsky, A., Sutskever, I. and Hinton, G. (2012), ImageNet Classification with Deep Convolutional Neural Networks, NeurIPS.
# - Simonyan, K. and Zisserman, A. (2015), Very Deep Convolutional Networks for Large-Scale Image Recognition, ICLR.
# - Szegedy, C. et al. (2015), Going Deeper with Convolutions, CVPR.
# - He, K., Zhang, X., Ren, S. and Sun, J. (2016), Deep Residual Learning for Image Recognition, CVPR.
# - Howard, A. et al. (2017), MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, arXiv:1704.04861.
# - Hu, J., Shen, L. and Sun, G. (2018), Squeeze-and-Excitation Networks, CVPR.
# - Liu, Z. et al. (2022), A ConvNet for the 2020s, CVPR.
