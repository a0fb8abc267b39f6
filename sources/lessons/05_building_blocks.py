# %% [markdown]
# # Layers, normalization and initialization
#
# Depth is what makes deep learning deep, and what makes it fail: a signal that shrinks by half in each layer is gone after
# twenty. This lesson sorts the layers there are, shows how to write your own, and then takes the three cures for depth
# apart: normalization, initialization, and connections that skip.
#
# **You will be able to**
#
# - choose between dense, convolutional, recurrent, embedding and attention layers, and count their parameters on paper;
# - write a Keras layer that can be saved, reloaded and run under another backend;
# - write batch, layer, group and RMS normalization, and say what each depends on;
# - derive Glorot's and He's variances, and see a signal live or die through 50 layers;
# - show why a residual connection lets a gradient through.
#
# **You need** [Activation functions](03_2_activation_functions.ipynb) and [Gradient descent and
# backpropagation](04_1_backpropagation.ipynb).
#
# **Time** about 40 s to run on two CPU cores; two hours to read and try.
#
# **Data** the digits that come with scikit-learn: 1,347 images of 8 × 8 pixels to learn from, 450 to test on.

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()

# %%
import json
import os
import subprocess
import sys
import tempfile

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from dlcourse import data, plot, training
from dlcourse.initializers import VarianceScaling
from dlcourse.layers import BatchNormalization, LayerNormalization, Residual, RMSNormalization

# %% [markdown]
# ## A baseline that fails
#
# Twelve layers of 64 ReLUs with weights that seem harmless: normal numbers with standard deviation 0.05. *Predict before
# you run:* the input numbers are of size 1 (root mean square). How large are those that arrive at the top?

# %%
digits = data.load("digits")
pixels, pixels_test = digits.x_train.reshape(-1, 64) / 16, digits.x_test.reshape(-1, 64) / 16
x, x_test = ((part - pixels.mean()) / pixels.std() for part in (pixels, pixels_test))

# %%
rng = np.random.default_rng(0)
a = x
for _ in range(12):
    a = np.maximum(a @ rng.normal(0, 0.05, size=(64, 64)), 0)
print(f"size at the input {np.sqrt(np.mean(x**2)):.1f}; after 12 layers below 1e-5: {np.sqrt(np.mean(a**2)) < 1e-5}")

# %% [markdown]
# Nothing arrives. Whatever the digit, the top sees zeros, and the gradient on its way back fares as the signal did: such a
# network guesses. At the end of this lesson the same twelve layers will do.
#
# ## Dense, convolutional, recurrent, embedding, attention <a id="layer-types"></a>
#
# Five *tokens* (words of a sentence, say) with four features each, $x \in \mathbb{R}^{5 \times 4}$, go through one layer of each kind with $D = 4$ inputs and
# $U = 6$ units. The counts on paper:
#
# | layer | parameters |
# | --- | --- |
# | dense | $DU + U$ |
# | convolution, window $f$ | $fDU + U$ |
# | simple recurrent | $DU + U^2 + U$ |
# | LSTM | four times that |
# | attention, $H$ heads of size $K$ | $3(D \cdot HK + HK) + HK \cdot D + D$ |
# | embedding of $V$ words | $VD$ |
#
# An LSTM is four simple recurrent layers in one, three *gates* and a *candidate* (lesson 08_1). Attention makes a *query*, a
# *key* and a *value* of each token, $K$ numbers each in every head, and leads the $HK$ numbers that its heads give back to
# $D$ (lesson 08_2), so that what comes out has as many features as what goes in. Does Keras count alike?

# %%
x_tokens = rng.normal(size=(1, 5, 4)).astype("float32")
kinds = {
    "dense": (layers.Dense(6), 4 * 6 + 6),
    "convolution": (layers.Conv1D(6, 3, padding="same"), 3 * 4 * 6 + 6),
    "recurrent": (layers.SimpleRNN(6, return_sequences=True), 4 * 6 + 6 * 6 + 6),
    "LSTM": (layers.LSTM(6, return_sequences=True), 4 * (4 * 6 + 6 * 6 + 6)),
    "attention": (layers.MultiHeadAttention(2, 3), 3 * (4 * 6 + 6) + 6 * 4 + 4),
}
outputs = {}
for name, (layer, by_formula) in kinds.items():
    inputs = (x_tokens, x_tokens) if name == "attention" else (x_tokens,)
    outputs[name] = np.asarray(layer(*inputs))
    print(
        f"{name:12} {outputs[name].shape}  {by_formula:3} parameters, Keras the same: {layer.count_params() == by_formula}"
    )

# %% [markdown]
# The counts agree. What differs is who hears whom. Change token 1 (of 0 to 4) alone: which outputs change?

# %%
changed = x_tokens.copy()
changed[0, 1] += 1
for name, (layer, _) in kinds.items():
    inputs = (changed, changed) if name == "attention" else (changed,)
    moved = np.abs(np.asarray(layer(*inputs)) - outputs[name]).max(axis=(0, 2)) > 1e-7
    print(f"{name:12}", "".join("#" if each else "." for each in moved))

# %% [markdown]
# A dense layer sees each token alone; a convolution its neighbours; a recurrent layer all that came before; attention
# everything at once. That is the choice in one picture: which parts of the input may speak to each other.
#
# An embedding takes no numbers but names: token 3 means row 3. That is a dense layer on a one-hot row, without the product.

# %%
embedding = layers.Embedding(100, 4)
looked_up = np.asarray(embedding(np.array([[7, 3, 7]])))
one_hot = np.eye(100)[[7, 3, 7]]
print("shape", looked_up.shape, " parameters", embedding.count_params(), "= 100 x 4")
print("one-hot rows times the matrix, equal:", np.allclose(one_hot @ np.asarray(embedding.embeddings), looked_up[0]))


# %% [markdown]
# ## Writing a Keras layer <a id="custom-layer"></a>
#
# A layer is four answers. `build`: which weights, once the input's shape is known? `call`: what is computed?
# `compute_output_shape`: which shape comes out? `get_config`: what is needed to make it again? Here a *gated* linear unit
# (Dauphin et al. 2017), one half of which decides how much of the other passes:
#
# $$y = (xW + b) \odot \sigma(xV + c), \qquad x \in \mathbb{R}^{D}, \quad W, V \in \mathbb{R}^{D \times U}, \quad b, c, y \in \mathbb{R}^{U}.$$
#
# The line above the class enters it in Keras's register, where a file that names it finds it.

# %%
@keras.saving.register_keras_serializable("lesson05")
class GatedLinear(layers.Layer):
    def __init__(self, units, **options):
        super().__init__(**options)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 2 * self.units), name="kernel")  # W and V
        self.bias = self.add_weight(shape=(2 * self.units,), initializer="zeros", name="bias")  # b and c

    def call(self, inputs):
        value, gate = ops.split(inputs @ self.kernel + self.bias, 2, axis=-1)
        return value * ops.sigmoid(gate)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


# %% [markdown]
# Held to NumPy with the same letters:

# %%
gated = GatedLinear(3)
y = np.asarray(gated(x_tokens))
(W, V), (b, c) = np.split(gated.kernel.numpy(), 2, axis=1), np.split(gated.bias.numpy(), 2)
by_hand = (x_tokens @ W + b) / (1 + np.exp(-(x_tokens @ V + c)))
print("shape", y.shape, "as announced:", gated.compute_output_shape((1, 5, 4)) == y.shape)
print("by hand, error below 1e-6:", np.abs(by_hand - y).max() < 1e-6)

# %% [markdown]
# A model with it is saved to one file and read back, by its configuration and its weights. Then the hardest reader: another
# Python process, with NumPy instead of TensorFlow under Keras. It knows the package's layers, so the model for it holds
# `RMSNormalization`, written in the same four parts. (The first line of its program spares it what Keras imports where it can,
# and does not need here.) Everything in `call` came from `keras.ops`; that is all it takes.

# %%
model = keras.Sequential([keras.Input((4,)), GatedLinear(3), RMSNormalization()])
abroad = keras.Sequential([keras.Input((4,)), layers.Dense(3), RMSNormalization()])
code = "import sys; sys.modules |= dict.fromkeys(['matplotlib', 'pandas', 'sklearn']); "
code += "import keras, numpy as np, dlcourse.layers; model = keras.saving.load_model(sys.argv[1]); "
code += "print(keras.backend.backend(), np.round(model(np.ones((1, 4))), 4).tolist())"
with tempfile.TemporaryDirectory() as folder:
    model.save(f"{folder}/model.keras")
    again = keras.saving.load_model(f"{folder}/model.keras")
    abroad.save(f"{folder}/abroad.keras")
    environment = {**os.environ, "KERAS_BACKEND": "numpy"}
    told = subprocess.run(
        [sys.executable, "-c", code, f"{folder}/abroad.keras"], capture_output=True, text=True, env=environment
    ).stdout.split(maxsplit=1)

# %%
print("reloaded, same answers:", np.array_equal(model(x_tokens[0]), again(x_tokens[0])))
same = np.allclose(json.loads(told[1]), abroad(np.ones((1, 4))), atol=2e-4)
print(f"under the backend {told[0]}, same answers: {same}")

# %% [markdown]
# The usual slip is an argument that `get_config` leaves out. Keras then cannot know how many units to make. (Without any
# `get_config`, it keeps plain numbers and words by itself; relying on that breaks with the first argument that is neither.)

# %%
config = gated.get_config()
del config["units"]
try:
    GatedLinear.from_config(config)
except TypeError as error:
    print(type(error).__name__, "names what is missing:", "units" in str(error))

# %% [markdown]
# ## Batch normalization <a id="batch-norm"></a>
#
# If signals shrink or swell, measure them and undo it. Batch normalization (Ioffe and Szegedy 2015) takes each feature over
# the $m$ examples of a batch:
#
# $$\mu = \frac{1}{m} \sum_{i=1}^{m} x_i, \qquad \sigma^2 = \frac{1}{m} \sum_{i=1}^{m} (x_i - \mu)^2, \qquad y_i = \gamma\,\frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta,$$
#
# all in $\mathbb{R}$, for every feature apart; $\gamma$ and $\beta$ are learned, $\epsilon > 0$ keeps the root from zero. On paper: 1 and
# 3 have mean 2 and deviation 1, so they become -1 and 1. In NumPy, in the package, in Keras:

# %%
print("on paper:", (np.array([1.0, 3.0]) - 2) / 1)
batch = rng.normal(5, 3, size=(32, 4)).astype("float32")
mu, variance = batch.mean(axis=0), batch.var(axis=0)
by_hand = (batch - mu) / np.sqrt(variance + 1e-3)
for name, layer in (("package", BatchNormalization()), ("Keras", layers.BatchNormalization())):
    print(f"by hand and {name}, error below 1e-5: {np.abs(by_hand - layer(batch, training=True)).max() < 1e-5}")

# %% [markdown]
# At inference there may be no batch: one example must get the same answer whoever else is asked about. So the layer keeps
# moving statistics, $\mu_\text{moving} \leftarrow p\,\mu_\text{moving} + (1 - p)\,\mu$, and the variance in the same way, with the
# *momentum* $p = 0.99$. They start at mean 0 and variance 1. How long until the mean arrives at the true one of 5?

# %%
arrival = BatchNormalization()
for step in range(1, 201):
    arrival(rng.normal(5, 3, size=(32, 1)).astype("float32"), training=True)
    if step in (1, 10, 50, 200):
        print(f"after {step:3} steps: moving mean {float(arrival.moving_mean[0]):.1f}")

# %% [markdown]
# After ten steps the layer believes in a tenth of the truth. Whoever evaluates after a short training, or on small data,
# sees a network that did well in training and is wrong at inference: lower $p$, or train longer.
#
# **Small batches.** With one example, $\mu = x$, and everything becomes $\beta$, whatever went in. With $m$ examples, $\mu$ is
# off by $\sigma/\sqrt{m}$:

# %%
print("batch of one:", np.asarray(BatchNormalization()(np.array([[3.0, -7.0, 100.0]]), training=True)))
for m in (2, 8, 32, 128):
    means = rng.normal(0, 1, size=(4000, m)).mean(axis=1)
    print(f"batch of {m:3}: the mean is off by {means.std():.2f}, 1 / sqrt(m) = {1 / np.sqrt(m):.2f}")


# %% [markdown]
# Now in training. `network` makes a stack of dense layers, each followed by what its argument says. `accuracies_on_test`
# compiles it once, trains it from the first weights of three seeds, and gives the test accuracy after each epoch, an array
# of shape (seeds, epochs). Three images stay out: with all 1,347, each epoch would end in a batch of 3, whose statistics
# move the moving ones. In a trial with $p = 0.9$ one seed fell by that from 0.95 to 0.48 in its last epoch.

# %%
def network(depth, after, activation="relu", initializer="glorot_uniform", rate=0.1):
    model = keras.Sequential([keras.Input((64,))])
    for _ in range(depth):
        model.add(layers.Dense(64, kernel_initializer=initializer))
        for layer in after(layers.Activation(activation)):
            model.add(layer)
    model.add(layers.Dense(10, "softmax"))
    model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy")
    return model


# %%
def accuracies_on_test(builder, epochs, batch_size=32, seeds=3):
    starts, found = [], np.zeros((seeds, epochs))
    for seed in range(seeds):
        keras.utils.set_random_seed(seed)
        model = builder()
        starts.append(model.get_weights())
    options = {"batch_size": batch_size, "verbose": 0}
    for seed, epoch in np.ndindex(seeds, epochs):
        if epoch == 0:
            model.set_weights(starts[seed])
        options |= {"seed": seed, "initial_epoch": epoch, "epochs": epoch + 1}
        training.fit(model, x[:1344], digits.y_train[:1344], **options)  # 42 batches of 32
        found[seed, epoch] = np.mean(np.argmax(model(x_test), axis=1) == digits.y_test)
    return found


# %% [markdown]
# One hidden layer and one epoch in batches of 2, with batch normalization and with layer normalization, which the next section explains:

# %%
batch_norm, layer_norm = (
    accuracies_on_test(lambda kind=kind: network(1, lambda f: [kind(), f], rate=0.01), 1, batch_size=2).mean()
    for kind in (BatchNormalization, LayerNormalization)
)
print("layer normalization, mean of three seeds above 0.85:", layer_norm > 0.85)
print("batch normalization is behind by 0.04 or more:", layer_norm - batch_norm > 0.04)


# %% [markdown]
# In a batch of 2 each feature becomes about +1 or −1, whatever its size: most of what the layer below found out is gone.
#
# **Before or after the activation?** The paper says before; many do it after. Three seeds each, two layers:

# %%
def placed(*order):
    """Two layers of a ReLU and a batch normalization, in either order."""
    parts = {"activation": lambda f: f, "norm": lambda f: layers.BatchNormalization(momentum=0.9)}
    return network(2, lambda f: [parts[each](f) for each in order], rate=0.03)


# %%
before, after = (
    accuracies_on_test(lambda order=order: placed(*order), epochs=4)[:, -1].mean()
    for order in (("norm", "activation"), ("activation", "norm"))
)
print("the mean of each above 0.9:", min(before, after) > 0.9)
print("means apart by less than 0.03:", abs(before - after) < 0.03)


# %% [markdown]
# No clear winner: on this task the place hardly matters. Do not believe a rule here without a measurement on your own.
#
# > **Myth:** "Batch normalization works by removing internal covariate shift."
#
# The shift is the change of a layer's inputs while the layers below learn. If removing it were the point, putting it back
# would undo the good. Santurkar et al. (2018) tried: behind each normalization they moved and scaled every feature at
# random, in every step anew. Here are four sigmoid layers, which without help do not learn at all (lesson 03_2).

# %%
class Shifted(layers.Layer):
    """Moves and scales each feature at random, in each training step anew."""

    def __init__(self):
        super().__init__()
        self.seeds = keras.random.SeedGenerator(0)

    def call(self, inputs, training=None):
        drawn = keras.random.normal((2, inputs.shape[-1]), seed=self.seeds)
        shift, scale = 0.5 * drawn[0], 1 + 0.3 * drawn[1]
        return scale * inputs + shift if training else inputs

    def compute_output_shape(self, input_shape):
        return input_shape


# %% [markdown]
# First, how much shift is that? The mean of a normalized feature is 0 in every step; behind `Shifted`:

# %%
shifted = Shifted()
means = np.array([np.mean(shifted(rng.normal(size=(64, 32)), training=True), axis=0) for _ in range(20)])
print(f"from step to step a feature's mean moves by {np.abs(np.diff(means, axis=0)).mean():.1f} of its deviation")

# %% [markdown]
# More than half a standard deviation in every single step. Will the network learn?

# %%
variants = {
    "plain": lambda f: [f],
    "normalized": lambda f: [layers.BatchNormalization(momentum=0.9), f],
    "normalized, shift put back": lambda f: [layers.BatchNormalization(momentum=0.9), Shifted(), f],
}

# %%
myth = {
    name: accuracies_on_test(lambda after=after: network(4, after, "sigmoid"), epochs=3)
    for name, after in variants.items()
}

# %%
final = {name: each[:, -1].mean() for name, each in myth.items()}
print("plain, below 0.3:", final["plain"] < 0.3)
print("normalized, above 0.8:", final["normalized"] > 0.8)
print("with the shift put back, above 0.8 too:", final["normalized, shift put back"] > 0.8)
plot.spread(
    np.arange(1, 4),
    myth,
    title="Covariate shift put back: it learns as before",
    x_label="epoch",
    y_label="test accuracy",
    y_limits=(0, 1),
    alt="Test accuracy against epochs for three kinds of network, mean and range of three seeds. The plain one stays at 0.1. The normalized one and "
    "the normalized one with shift both rise to about 0.9 and lie on each other.",
)


# %% [markdown]
# With a new shift in every step it learns nearly as fast as without, and gets as far. So inputs that stay put are not what
# mattered. What normalization does do is keep the sums in the range where the sigmoid has a slope; and as Santurkar et al.
# measured, it makes the loss smoother, so that larger steps are safe.
#
# ## Layer, group and RMS normalization <a id="layer-norm"></a>
#
# The same formula over another axis. *Layer* normalization (Ba et al. 2016) takes one example and all its $D$ features;
# *group* normalization (Wu and He 2018) one example and a group of its channels; *RMS* normalization (Zhang and Sennrich
# 2019) leaves the mean alone:
#
# $$\text{layer: } y_j = \gamma_j \frac{x_j - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta_j, \qquad \text{RMS: } y_j = \gamma_j \frac{x_j}{\sqrt{\frac{1}{D}\sum_k x_k^2 + \epsilon}}, \qquad x, y \in \mathbb{R}^D.$$
#
# On paper: $(3, 4)$ has mean square 12.5, so RMS gives $(0.85, 1.13)$. By hand against the package and Keras:

# %%
def normalized(rows, centred=True):
    rows = rows - rows.mean(axis=-1, keepdims=True) if centred else rows
    return rows / np.sqrt(np.mean(rows**2, axis=-1, keepdims=True) + 1e-6)


print("RMS on paper:", np.round(normalized(np.array([3.0, 4.0]), centred=False), 2))
rows = rng.normal(2, 3, size=(8, 12)).astype("float32")
in_groups = normalized(rows.reshape(8, 3, 4)).reshape(8, 12)
for name, expected, two in (
    ("layer", normalized(rows), (LayerNormalization(epsilon=1e-6), layers.LayerNormalization(epsilon=1e-6))),
    ("RMS", normalized(rows, centred=False), (RMSNormalization(), layers.RMSNormalization())),
    ("group", in_groups, (layers.GroupNormalization(3, epsilon=1e-6),)),
):
    print(f"{name}: by hand, error below 1e-5: {all(np.abs(expected - layer(rows)).max() < 1e-5 for layer in two)}")

# %% [markdown]
# Now the property that gives the section its point. Ask for one example alone, and for the same among seven others. Whose
# answer changes?

# %%
for name, layer in (
    ("batch", BatchNormalization()),
    ("layer", LayerNormalization()),
    ("group", layers.GroupNormalization(3)),
    ("RMS", RMSNormalization()),
):
    among, alone = layer(rows, training=True)[:1], layer(rows[:1], training=True)
    print(f"{name} normalization depends on the batch: {np.abs(among - alone).max() > 1e-3}")

# %% [markdown]
# Only batch normalization's. The other three do the same in training and at inference, keep no statistics, and work on
# batches of one: the reason why sequence models and large models use them.
#
# ## Zero and naive random initialization <a id="init-zero-random"></a>
#
# Why not begin at zero, or with all weights alike? Train two layers from each. *Predict before you run:* how many
# *different* units will there be among 64?

# %%
model = network(1, lambda f: [f], "tanh")
for name, scale in (("zero", 0), ("all 0.1", 0), ("random", 1)):
    shapes = [weights.shape for weights in model.get_weights()]
    start = [scale * rng.normal(0, 0.1, size=shape) + (0.1 if name == "all 0.1" else 0) for shape in shapes]
    model.set_weights(start)
    training.fit(model, x, digits.y_train, epochs=3, seed=0, verbose=0)
    different = len(np.unique(np.round(model.layers[0].kernel.numpy(), 3), axis=1).T)
    print(f"{name:8} {different:2} different units of 64")

# %% [markdown]
# One. Units that start alike get the same gradient and stay alike: 64 units that are worth one. This is *symmetry*, and
# only chance breaks it. (Biases may be zero.)
#
# So: random. But how large? 256 tanh units in each of 50 layers, weights of three sizes. Watch the standard deviation in
# each panel's corner.

# %%
signals = {}
for size in (0.02, 1 / 16, 0.5):
    a, seen = rng.normal(size=(200, 256)), {}
    for number in range(1, 51):
        a = np.tanh(a @ rng.normal(0, size, size=(256, 256)))
        if number in (1, 5, 20, 50):
            seen[f"layer {number}"] = a
    signals[f"weights of {size:.2g}"] = seen
for name, seen in signals.items():
    print(f"{name}: standard deviation {seen['layer 50'].std():.2f} at layer 50")
plot.activation_histograms(
    signals,
    title="Tanh through 50 layers: too small, about right, too large",
    limits=(-1, 1),
    alt="Histograms of activations at layers 1, 5, 20 and 50. With weights of 0.02 they collapse to zero by layer 20; with "
    "0.5 nearly all are at minus 1 or 1; with 0.062 they narrow slowly and remain spread.",
)

# %% [markdown]
# Too small: nothing is left. Too large: every unit sits at ±1, where tanh is flat and no gradient passes. In the middle
# column the signal lives, and 1/16 was no guess.
#
# ## Xavier/Glorot, He, LeCun, orthogonal <a id="init-xavier-he-lecun"></a>
#
# A unit adds up $z = \sum_{i=1}^{n} w_i a_i$, with $n$ the *fan-in*. For independent weights of mean 0,
#
# $$\mathrm{Var}(z) = n\,\mathrm{Var}(w)\,\mathbb{E}[a^2].$$
#
# Forward, the signal keeps its size if $n_\text{in} \mathrm{Var}(w) = 1$: LeCun's choice (1998). The gradient comes back through the
# transposed matrix and wants $n_\text{out} \mathrm{Var}(w) = 1$. Glorot and Bengio (2010), also called Xavier, take the mean of both demands:
# $\mathrm{Var}(w) = 2 / (n_\text{in} + n_\text{out})$. And ReLU throws away half of $\mathbb{E}[z^2]$, so He et al. (2015) double: $2 / n_\text{in}$.
# With $n = 256$, LeCun's deviation is $1/16$: the middle column. Ours, Keras's, and the numbers drawn:

# %%
kernel_shape = (300, 500)
for name, ours, theirs, variance in (
    ("LeCun", VarianceScaling.lecun(seed=1), keras.initializers.LecunNormal(1), 1 / 300),
    ("Glorot", VarianceScaling.glorot(seed=1), keras.initializers.GlorotUniform(1), 2 / 800),
    ("He", VarianceScaling.he(seed=1), keras.initializers.HeNormal(1), 2 / 300),
):
    drawn = np.asarray(ours(kernel_shape))
    equal = np.abs(drawn - theirs(kernel_shape)).max() < 1e-6
    print(
        f"{name:6} variance of {variance:.4f} within 2 %: {abs(drawn.var() / variance - 1) < 0.02}, equal to Keras: {equal}"
    )

# %% [markdown]
# Weights need not be normal: only the variance counts. Numbers spread evenly over $(-b, b)$ have the variance $b^2 / 3$, so
# that $b = \sqrt{3\,\mathrm{Var}(w)}$; whoever takes the deviation for $b$ gets a third of the variance. The Glorot
# weights above are of this kind, the other two normal:

# %%
glorot = np.asarray(VarianceScaling.glorot(seed=1)(kernel_shape))
print(f"deviation {np.sqrt(2 / 800):.3f}, bound {np.sqrt(3 * 2 / 800):.3f}, largest weight {np.abs(glorot).max():.3f}")

# %% [markdown]
# > **Myth:** "Xavier's variance is 1/(fan-in + fan-out)."
#
# That is half of it. Through 50 layers without activation, half a layer each time is $2^{-50}$ of the variance. `through`
# sends standard normal numbers through 50 layers of 128 units, with weights of variance `scale / n`, and returns the size
# after the last, the root of the mean square.

# %%
directions = np.random.default_rng(1).normal(size=(50, 128, 128)) / np.sqrt(128)  # variance 1 / n


def through(scale, activation):
    a = np.random.default_rng(2).normal(size=(100, 128))
    for W in directions:
        a = activation(a @ W * np.sqrt(scale))
    return np.sqrt(np.mean(a**2))


def identity(z):
    return z


# %%
half, whole = through(0.5, identity), through(1, identity)
print(f"1 / (fan-in + fan-out): after 50 layers below 1e-6: {half < 1e-6}")
print(f"2 / (fan-in + fan-out): between 0.3 and 3: {0.3 < whole < 3}")

# %% [markdown]
# > **Myth:** "LeCun's initialization is for leaky ReLU."
#
# Leaky ReLU with slope $s$ keeps $(1 + s^2)/2$ of the mean square. To make up for that, $n \mathrm{Var}(w)$ must be
# $2/(1 + s^2)$, which is nearly He's 2, not LeCun's 1. For each activation and each variance, the size after 50 layers:

# %%
activations = {
    "none": identity,
    "tanh": np.tanh,
    "ReLU": lambda z: np.maximum(z, 0),
    "leaky ReLU": lambda z: np.where(z > 0, z, 0.1 * z),
    "SELU": lambda z: 1.0507 * np.where(z > 0, z, 1.6733 * (np.exp(np.minimum(z, 0)) - 1)),
}

# %%
variances = {"LeCun, Glorot: 1/n": 1, "He: 2/n": 2, "4/n": 4}
sizes = np.array([[through(each, function) for each in variances.values()] for function in activations.values()])
print("leaky ReLU with LeCun below 1e-5:", sizes[3, 0] < 1e-5, " with He between 0.2 and 5:", 0.2 < sizes[3, 1] < 5)
plot.heat_map(
    np.log10(sizes),
    row_names=list(activations),
    column_names=list(variances),
    title="Powers of ten gained or lost in 50 layers",
    value_label="log10 of the size",
    decimals=1,
    signed=True,
    cell=0.85,
    alt="A table of five activations and three variances. With 1/n no activation and SELU stay near 0, ReLU and leaky ReLU "
    "lose nearly eight powers of ten; with 2/n those two stay near 0 and the linear stack gains seven; tanh is bounded.",
)

# %% [markdown]
# Where the number is near 0, the signal arrives: 1/n for no activation and SELU, 2/n for ReLU and its leaky kin. (Fan-in
# and fan-out are equal here, so that Glorot and LeCun are the same.) Tanh cannot explode; with 1/n it fades slowly, with
# more it saturates.
#
# An *orthogonal* matrix (Saxe et al. 2014), $W^\top W = I$, keeps not only the mean but each single length:

# %%
one = rng.normal(size=64)
kept = one
for _ in range(50):
    Q, _ = np.linalg.qr(rng.normal(size=(64, 64)))
    kept = kept @ Q
print("orthogonal, length kept to 1e-9:", abs(np.linalg.norm(kept) / np.linalg.norm(one) - 1) < 1e-9)
W = np.asarray(keras.initializers.Orthogonal(seed=0)((64, 64)))
print("Keras's: W^T W = I, error below 1e-5:", np.abs(W.T @ W - np.eye(64)).max() < 1e-5)

# %% [markdown]
# ## Residual connections <a id="residual"></a>
#
# The last cure changes the architecture: let layers learn what to *add* to their input (He et al. 2016),
#
# $$y = x + F(x), \qquad \frac{\partial y}{\partial x} = I + F'(x), \qquad x, y \in \mathbb{R}^D.$$

# %%
plot.graph(
    [("x", "F(x)"), ("F(x)", "+"), ("x", "+"), ("+", "y")],
    title="A residual connection: the sum passes the gradient on as it is",
    highlighted=["+"],
    alt="A graph: x goes into F and, around it, directly into a plus sign, whose output is y.",
)

# %% [markdown]
# The sum needs equal shapes. Where $F$ gives another number of features, $x$ is *projected*, multiplied by a learned matrix
# $P \in \mathbb{R}^{D \times U}$: $y = xP + F(x)$. If an activation follows the block, it comes after the sum: a ReLU
# at the end of $F$ could only add, never take away.
#
# On paper: ten layers with slope $F' = 0.1$ multiply to $0.1^{10}$; with the connection to $1.1^{10} = 2.6$. In Keras, the same
# as by hand:

# %%
print(f"without {0.1**10:.0e}, with {1.1**10:.1f}")
F = layers.Dense(4, "tanh")
block = Residual(F)
print("x + F(x), equal:", np.allclose(block(x_tokens), x_tokens + F(x_tokens)))
wider = Residual(layers.Dense(6), shortcut="projection")
print("from 4 features to 6:", wider(x_tokens).shape, " P:", wider.projection.kernel.shape)


# %% [markdown]
# Now the gradient at the *first* layer of stacks of 2 to 20 tanh layers, with the too small weights from the beginning,
# three seeds each.

# %%
def twenty_layers(seed):
    weights = [keras.initializers.RandomNormal(0, 0.05, seed=100 * seed + number) for number in range(20)]
    return [layers.Dense(64, "tanh", kernel_initializer=each) for each in weights]


def first_gradient(dense, residual):
    stack = [Residual(layer) for layer in dense] if residual else dense
    with tf.GradientTape() as tape:
        a = tf.constant(x[:64], "float32")
        for layer in stack:
            a = layer(a)
        loss = tf.reduce_mean(a**2)
    return float(tf.norm(tape.gradient(loss, dense[0].kernel)))


# %%
depths, stacks = np.array([2, 5, 10, 20]), [twenty_layers(seed) for seed in range(3)]
norms = {
    name: np.array([[first_gradient(stack[:depth], residual) for depth in depths] for stack in stacks])
    for name, residual in (("plain", False), ("residual", True))
}

# %%
print(f"plain, 20 layers: below 1e-8: {norms['plain'][:, -1].max() < 1e-8}")
print(f"residual, 20 layers: above 0.01: {norms['residual'][:, -1].min() > 0.01}")
plot.spread(
    depths,
    norms,
    title="Plain, each layer takes its share; residual, the gradient arrives",
    x_label="layers",
    y_label="norm of the gradient",
    log_y=True,
    alt="Norm of the first layer's gradient for 2 to 20 layers, logarithmic: plain stacks fall in a straight line to below "
    "1e-13, residual stacks keep theirs, which even rises a little.",
)

# %% [markdown]
# The plain stack loses its gradient at a constant rate a layer; the residual one keeps it, with the same weights.
#
# ## What goes wrong
#
# Each cure can be overdone. A residual stack *adds up*: if every branch has the size of its input, the variance doubles
# with each block. Fifty He-initialized ReLU branches, plain sum against a branch that is normalized and scaled down:

# %%
a = scaled = rng.normal(size=(100, 256))
for _ in range(50):
    W = rng.normal(0, np.sqrt(2 / 256), size=(256, 256))
    a = a + np.maximum(a @ W, 0)
    scaled = scaled + np.maximum(normalized(scaled) @ W, 0) / 50
print("plain sum, above a million:", a.std() > 1e6)
print("normalized first and scaled, below 3:", scaled.std() < 3)


# %% [markdown]
# Hence normalization *inside* residual blocks, in every transformer too. And now the promise from the beginning: the twelve
# layers with weights of 0.05, as they were and with two cures together. (The first needs no second seed: its top sees
# zeros in any case.)

# %%
def deep(cured):
    model = keras.Sequential([keras.Input((64,))])
    for number in range(12):
        branch = layers.Dense(64, "relu", kernel_initializer=keras.initializers.RandomNormal(0, 0.05, seed=number))
        model.add(Residual([LayerNormalization(), branch]) if cured else branch)
    model.add(layers.Dense(10, "softmax"))
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    return model


# %%
plain = accuracies_on_test(lambda: deep(cured=False), epochs=1, seeds=1)
cured = accuracies_on_test(lambda: deep(cured=True), epochs=1)
print("twelve layers as they were, below 0.2:", plain.max() < 0.2)
print("normalized residual blocks, each of three seeds above 0.8:", cured[:, -1].min() > 0.8)
print("and their mean above 0.9:", cured[:, -1].mean() > 0.9)

# %% [markdown]
# From guessing to more than nine in ten, with the very weights that failed.
#
# ## Summary
#
# - Layers differ in who may hear whom; their parameters can be counted on paper.
# - A layer answers four questions; written with `keras.ops`, it runs under every backend.
# - Batch normalization depends on the batch, differs between training and inference, and breaks on tiny batches. Layer,
#   group and RMS normalization do not.
# - It does not work by removing covariate shift: put the shift back, and it still works.
# - Equal weights stay equal. Random ones need variance $1/n$, or $2/n$ for ReLU, to keep a signal alive.
# - A residual connection adds $I$ to the derivative, so the gradient gets through at any depth.
#
# ## Words you met
#
# | word | meaning |
# | --- | --- |
# | embedding | a table of learned rows, one for each word or other name |
# | gated linear unit | a linear layer times a sigmoid that decides how much passes |
# | batch normalization | each feature shifted and scaled by mean and deviation over the batch |
# | moving statistics | running means of what batches showed, used at inference |
# | internal covariate shift | the change of a layer's inputs while the layers below learn |
# | layer normalization | each example shifted and scaled by mean and deviation over its own features |
# | group normalization | the same over groups of channels |
# | RMS normalization | each example divided by the root of its mean square |
# | symmetry | units that start alike get the same gradient and stay alike |
# | fan-in, fan-out | how many numbers a unit adds up, and how many units use its output |
# | Glorot (Xavier) initialization | weights of variance 2 / (fan-in + fan-out) |
# | He initialization | weights of variance 2 / fan-in, for ReLU |
# | LeCun initialization | weights of variance 1 / fan-in |
# | orthogonal initialization | a random matrix that keeps every length |
# | residual connection | adding a layer's input to its output |
#
# ## Review questions
#
# <details><summary>1. How many parameters has an LSTM with 10 inputs and 20 units?</summary>
# 4 · (10 · 20 + 20 · 20 + 20) = 2,480.</details>
#
# <details><summary>2. Which layer lets the last token hear the first in one step, and which in many?</summary>
# Attention in one; a recurrent layer through all tokens between; a convolution layer by layer.</details>
#
# <details><summary>3. What are the four methods of a layer for?</summary>
# build makes weights, call computes, compute_output_shape announces the shape, get_config says how to make it again.</details>
#
# <details><summary>4. Batch normalization on (2, 4, 6), γ = 1, β = 0, ε = 0?</summary>
# Mean 4, variance 8/3: about (−1.22, 0, 1.22).</details>
#
# <details><summary>5. A network scores 0.95 in training and 0.1 at inference after ten steps. A suspect?</summary>
# The moving statistics of batch normalization, which have hardly left their start.</details>
#
# <details><summary>6. What argues against covariate shift as the reason?</summary>
# Shift put back behind the normalization does not undo its good.</details>
#
# <details><summary>7. Which normalizations give an example the same answer in any company?</summary>
# Layer, group and RMS in training too; batch normalization only at inference.</details>
#
# <details><summary>8. All weights start at 0.1. What has the network learned after training?</summary>
# As much as one unit a layer can: all units are equal.</details>
#
# <details><summary>9. Which variance for leaky ReLU with slope 0.2 and fan-in 100?</summary>
# 2 / (1 + 0.04) / 100 = 0.0192.</details>
#
# <details><summary>10. Why does the gradient survive residual blocks, and what must be watched?</summary>
# The derivative is I + F'. The sums grow, so branches are normalized or scaled.</details>
#
# ## Exercises
#
# [Exercise 5](../exercises/05_building_blocks.ipynb): count parameters (5.1), write batch and layer normalization (5.2, 5.3),
# a Keras layer (5.4), He's initialization (5.5) and a residual block (5.6).
#
# To go on: write `GatedLinear` with two separate kernels and hold it to the one above; add group normalization to the table of who
# depends on the batch, with one group and with as many as channels; repeat the map of 50 layers for GELU, and find its
# variance by bisection.
#
# ## References
#
# - LeCun, Y., Bottou, L., Orr, G. and Müller, K.-R. (1998), Efficient BackProp, Neural Networks: Tricks of the Trade.
# - Glorot, X. and Bengio, Y. (2010), Understanding the Difficulty of Training Deep Feedforward Neural Networks, AISTATS.
# - Saxe, A., McClelland, J. and Ganguli, S. (2014), Exact Solutions to the Nonlinear Dynamics of Learning in Deep Linear
#   Neural Networks, ICLR.
# - He, K., Zhang, X., Ren, S. and Sun, J. (2015), Delving Deep into Rectifiers, ICCV.
# - Ioffe, S. and Szegedy, C. (2015), Batch Normalization, ICML.
# - Ba, J., Kiros, J. and Hinton, G. (2016), Layer Normalization, arXiv:1607.06450.
# - He, K., Zhang, X., Ren, S. and Sun, J. (2016), Deep Residual Learning for Image Recognition, CVPR.
# - Dauphin, Y. et al. (2017), Language Modeling with Gated Convolutional Networks, ICML.
# - Santurkar, S. et al. (2018), How Does Batch Normalization Help Optimization?, NeurIPS.
# - Wu, Y. and He, K. (2018), Group Normalization, ECCV.
# - Zhang, B. and Sennrich, R. (2019), Root Mean Square Layer Normalization, NeurIPS.
