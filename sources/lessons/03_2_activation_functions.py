# %% [markdown]
# # Activation functions
#
# A neuron adds up its weighted inputs. What it does with the sum is the business of its activation function: one line of
# code that decides whether a deep network can bend, whether it can learn at all, and what its output means.
#
# **You will be able to**
#
# - prove that a deep network without activations is a single matrix;
# - write sigmoid, tanh, ReLU and its relatives and softmax, with their derivatives, so that they survive any input;
# - find saturated and dead units by counting them;
# - choose the hidden activation, the output activation and the loss for four kinds of task;
# - refute three things that are often said about activations.
#
# **You need** [Neurons and perceptrons](03_1_neurons_and_perceptrons.ipynb): weights, bias, `Dense`, `compile`, `fit`.
#
# **Time** about 30 s to run on two CPU cores; an hour and a half to read and try.
#
# **Data** three real sets that come with scikit-learn, so nothing is downloaded: digits (1,797 images of 8 × 8 pixels, 10
# classes), breast cancer (569 tumours, 30 measurements, 2 classes), diabetes (442 patients, 10 measurements, one number to
# predict).

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()

# %%
import timeit
import warnings

import keras
import numpy as np
from keras import layers

from dlcourse import data, plot, scratch
from dlcourse.callbacks import DeadUnits

# %% [markdown]
# ## Why non-linearity <a id="why-nonlinear"></a>
#
# Two neurons in a row, small enough for paper: the first computes $2x + 1$, the second takes that times 3, minus 4. Then the
# same two with one change: whatever is negative between them becomes 0. Which row is not evenly spaced?

# %%
x = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
print("two linear neurons: ", 3 * (2 * x + 1) - 4)
print("one linear neuron:  ", 6 * x - 1)
print("negatives set to 0: ", 3 * np.maximum(2 * x + 1, 0) - 4)

# %% [markdown]
# The first two rows are the same: two linear neurons are one linear neuron. The third has a bend.
#
# Layers behave alike. With weights $W_1 \in \mathbb{R}^{1 \times 32}$, $W_2 \in \mathbb{R}^{32 \times 32}$,
# $W_3 \in \mathbb{R}^{32 \times 1}$ and biases $b_1, b_2 \in \mathbb{R}^{32}$, $b_3 \in \mathbb{R}$, a stack without
# activations maps $x \in \mathbb{R}$ to
#
# $$\big((x W_1 + b_1) W_2 + b_2\big) W_3 + b_3 = x \underbrace{W_1 W_2 W_3}_{W} + \underbrace{(b_1 W_2 + b_2) W_3 + b_3}_{b}.$$
#
# The task is one wave of a sine. The plain thing to try first is the best straight line; its error is the one to beat.

# %%
x = np.linspace(-np.pi, np.pi, 512, dtype="float32")[:, None]
y = np.sin(x)
slope, intercept = np.polyfit(x[:, 0], y[:, 0], deg=1)
line_error = np.mean((slope * x + intercept - y) ** 2)
print(f"mean squared error of the best line: {line_error:.3f}")

# %% [markdown]
# *Predict before you run:* three layers have 1,153 weights and biases, a line has two. How much better will they do without
# an activation, and how much with a ReLU, $\max(x, 0)$, after each hidden layer?

# %%
curves, networks = {"sine": y[:, 0]}, {}
for name, activation in (("no activation", None), ("ReLU", "relu")):
    keras.utils.set_random_seed(0)
    hidden = [layers.Dense(32, activation) for _ in range(2)]
    networks[name] = keras.Sequential([keras.Input((1,)), *hidden, layers.Dense(1)])
    networks[name].compile(keras.optimizers.SGD(0.05, momentum=0.9), "mse")
    networks[name].fit(x, y, epochs=6, verbose=0)
    curves[name] = np.ravel(networks[name](x))
    error = np.mean((curves[name] - y[:, 0]) ** 2)
    print(f"{name}: {networks[name].count_params():,} parameters, beats the line: {error < 0.9 * line_error}")
plot.curves(
    x[:, 0],
    curves,
    title="Three layers without an activation are a straight line",
    x_label="x",
    y_label="y",
    alt="One wave of a sine. Three layers without activation give a straight line; with ReLU they bend and follow the wave.",
)

# %% [markdown]
# Depth alone bought nothing: the stack is a straight line. Multiply its trained matrices out, as in the equation, and
# compare all 512 outputs.

# %%
W1, b1, W2, b2, W3, b3 = networks["no activation"].get_weights()
W = W1 @ W2 @ W3
b = (b1 @ W2 + b2) @ W3 + b3
print("W has shape", W.shape, "and b has shape", b.shape)
error = np.abs(x @ W + b - networks["no activation"](x)).max()
print(f"same outputs, error below 1e-5: {error < 1e-5}")


# %% [markdown]
# 1,153 parameters say no more than one number $W$ and one number $b$. What can one put between the matrices?
#
# ## Sigmoid <a id="sigmoid"></a>
#
# The logistic sigmoid presses the whole number line into the interval from 0 to 1, so that its output can be read as a
# probability:
#
# $$\sigma: \mathbb{R} \to (0, 1), \qquad \sigma(x) = \frac{1}{1 + e^{-x}}, \qquad \sigma'(x) = \sigma(x)\,(1 - \sigma(x)).$$
#
# On paper: $\sigma(0) = 1/2$, and $\sigma(\ln 3) = 1 / (1 + 1/3) = 3/4$.

# %%
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


print([f"{sigmoid(number):.3f}" for number in (-5, -np.log(3), 0, np.log(3), 5)])

# %% [markdown]
# It mirrors itself about 1/2, and at 5 it has nearly arrived. The formula has a flaw that only large inputs show: far to
# the left it asks for $e^{1000}$. The package's form never raises $e$ to a positive power. NumPy is told here to stop at an
# overflow; see which of the two stops.

# %%
with np.errstate(over="raise"):
    for name, function in (("the formula", sigmoid), ("scratch.sigmoid", scratch.sigmoid)):
        try:
            print(f"{name:15}", function(np.array([-1000.0, 0.0, 1000.0])))
        except FloatingPointError as error:
            print(f"{name:15}", error)

# %% [markdown]
# In Keras it is `keras.activations.sigmoid`, or `activation="sigmoid"` in a layer. The cell compares the two at 601 points
# and draws the curve. Watch the height of the derivative.

# %%
x = np.linspace(-6, 6, 601, dtype="float32")
error = np.abs(scratch.sigmoid(x) - keras.activations.sigmoid(x)).max()
gradient = scratch.sigmoid_gradient(x)
print(f"ours and Keras, error below 1e-6: {error < 1e-6}")
print(f"largest derivative {gradient.max():.2f}, at x = {x[gradient.argmax()]:.0f}; at x = 5 it is {gradient[550]:.4f}")
plot.panels(
    x,
    {"value": {"sigmoid": scratch.sigmoid(x)}, "derivative": {"sigmoid": gradient}},
    title="Sigmoid: steep only near 0, and never steeper than 1/4",
    x_label="x",
    alt="Left: the sigmoid, an S from 0 to 1 through one half. Right: its derivative, a bell of height 0.25 at 0 that is "
    "close to 0 beyond 5 on both sides.",
)

# %% [markdown]
# Two facts with large consequences. First: where the curve is flat, a unit is *saturated*. Its derivative is nearly 0, and
# so is everything that it can learn. How often does that happen? Give 64 fresh random units the digits, once with raw
# pixels from 0 to 16, once scaled to 0 to 1. Saturated shall mean $\sigma' < 0.01$.

# %%
digits = data.load("digits")
pixels, pixels_test = digits.x_train.reshape(-1, 64), digits.x_test.reshape(-1, 64)
weights = np.random.default_rng(0).normal(0, np.sqrt(1 / 64), size=(64, 64))
for name, inputs in (("0 to 16", pixels), ("0 to 1", pixels / 16)):
    saturated = scratch.sigmoid_gradient(inputs @ weights) < 0.01
    print(f"pixels from {name:8} saturated {saturated.mean():.0%}")


# %% [markdown]
# On raw pixels more than half of all answers come from the flat ends, before training has begun; scaled, none do. This is
# one reason to scale inputs.
#
# Second: that derivative of at most 1/4 is multiplied in *once per layer* on the way back. Let a gradient of ones enter at
# the top of a stack and follow it down by the chain rule. A layer computes $z = a W$ and $a' = f(z)$, so a gradient $g$
# with respect to $a'$ becomes $(g \odot f'(z))\, W^\top$ with respect to $a$ ($\odot$ multiplies element by element).

# %%
def gradient_sizes(f, f_gradient, weights, a):
    """Size of the gradient at the input of each layer, when ones come in at the top."""
    z = []
    for W in weights:
        z.append(a @ W)
        a = f(z[-1])
    g, sizes = np.ones_like(a), []
    for W, z_layer in zip(reversed(weights), reversed(z), strict=True):
        g = (g * f_gradient(z_layer)) @ W.T
        sizes.append(np.sqrt(np.mean(g**2)))
    return sizes[::-1]


# %% [markdown]
# Ten layers of 64 units, the same random matrices and the same 300 digits for each activation. Which curve is the steepest?

# %%
rng = np.random.default_rng(0)
ten_layers = [rng.normal(0, np.sqrt(1 / 64), size=(64, 64)) for _ in range(10)]
scaled, scaled_test = ((part - pixels.mean()) / pixels.std() for part in (pixels, pixels_test))
sizes = {
    "no activation": gradient_sizes(lambda z: z, np.ones_like, ten_layers, scaled[:300]),
    "tanh": gradient_sizes(scratch.tanh, scratch.tanh_gradient, ten_layers, scaled[:300]),
    "ReLU": gradient_sizes(scratch.relu, scratch.relu_gradient, ten_layers, scaled[:300]),
    "sigmoid": gradient_sizes(scratch.sigmoid, scratch.sigmoid_gradient, ten_layers, scaled[:300]),
}
print({name: f"{size[0]:.0e}" for name, size in sizes.items()}, "at the first layer")
plot.curves(
    np.arange(1, 11),
    sizes,
    title="The gradient on its way back, from layer 10 to layer 1",
    x_label="layer",
    y_label="size of the gradient",
    log_y=True,
    alt="Size of the gradient at ten layers, logarithmic. From layer 10 to layer 1 it stays near one without activation, "
    "loses little with tanh, more with ReLU; with sigmoid it falls in a straight line by six powers of ten.",
)

# %% [markdown]
# Under sigmoids the first layer gets less than a millionth of what it gets without them. That is the *vanishing gradient*
# (Hochreiter 1991).
#
# > **Myth:** "Vanishing gradients make the weights zero."
#
# Then training a deep sigmoid network should shrink its first weights. Train one with six sigmoid layers and weigh them.

# %%
keras.utils.set_random_seed(0)
hidden = [layers.Dense(32, "sigmoid") for _ in range(6)]
deep = keras.Sequential([keras.Input((64,)), *hidden, layers.Dense(10, "softmax")])
deep.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
before = deep.get_weights()[0]
losses = deep.fit(scaled, digits.y_train, epochs=3, verbose=0).history["loss"]

# %% [markdown]
# A network that guesses among 10 classes has accuracy 0.1 and loss $\ln 10$. And this one?

# %%
after = deep.get_weights()[0]
right = np.argmax(deep(scaled_test), axis=1) == digits.y_test
print(f"accuracy {right.mean():.1f}, loss {losses[-1]:.1f}; guessing: 0.1 and {np.log(10):.1f}")
print(f"mean size of a first-layer weight: before {np.abs(before).mean():.3f}, after {np.abs(after).mean():.3f}")
print(f"moved by less than 0.1 %: {np.abs(after - before).mean() < 0.001 * np.abs(before).mean()}")

# %% [markdown]
# The weights do not go to zero. They stay where chance put them, since next to no gradient reaches them. The network does
# not forget; it never learns.
#
# ## Tanh <a id="tanh"></a>
#
# The hyperbolic tangent is a sigmoid stretched to the interval from -1 to 1:
#
# $$\tanh: \mathbb{R} \to (-1, 1), \qquad \tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}} = 2\sigma(2x) - 1, \qquad \tanh'(x) = 1 - \tanh(x)^2.$$
#
# On paper: $\tanh(0) = 0$, and $\tanh(\ln 2) = (2 - \tfrac12)/(2 + \tfrac12) = 3/5$. The cell checks the number, the
# identity and Keras, and draws both curves.

# %%
print(f"tanh(ln 2) = {scratch.tanh(np.log(2)):.3f}")
for name, other in (("2 sigmoid(2x) - 1", 2 * scratch.sigmoid(2 * x) - 1), ("Keras", keras.activations.tanh(x))):
    print(f"ours and {name}, error below 1e-6: {np.abs(scratch.tanh(x) - other).max() < 1e-6}")
values = {"tanh": scratch.tanh(x), "sigmoid": scratch.sigmoid(x)}
derivatives = {"tanh": scratch.tanh_gradient(x), "sigmoid": scratch.sigmoid_gradient(x)}
print("largest derivative:", {name: f"{derivative.max():.2f}" for name, derivative in derivatives.items()})
plot.panels(
    x,
    {"value": values, "derivative": derivatives},
    title="Tanh: through the origin, four times as steep as the sigmoid",
    x_label="x",
    alt="Left: tanh runs from -1 through 0 to 1, the sigmoid from 0 to 1. Right: the derivative of tanh is a bell of height "
    "1, four times as high as that of the sigmoid and half as wide.",
)

# %% [markdown]
# A derivative that reaches 1 is why tanh kept so much more of its gradient on the way through ten layers. It saturates all
# the same: beyond 3 it is flat.
#
# Its second merit is to be *zero-centred*, and the next layer minds. A unit there with weights $w$ gets the gradient
# $\partial L / \partial w_i = \delta\, a_i$ from one example, where $a_i$ is the activation of its input $i$ and $\delta$ one
# number. If every $a_i$ is positive, all weights must rise together or fall together. Look at means and signs behind 64
# random units.

# %%
outputs = {"sigmoid": scratch.sigmoid(scaled @ weights), "tanh": scratch.tanh(scaled @ weights)}
for name, a in outputs.items():
    print(f"{name:8} mean {np.abs(a.mean()):.1f}, gradient components with the sign of delta: {np.mean(a > 0):.0%}")
plot.histograms(
    outputs,
    title="What the next layer receives when the inputs are digits",
    x_label="activation",
    limits=(-1, 1),
    alt="Histograms of activations. Sigmoid: all between 0 and 1, mean at one half. Tanh: from -1 to 1, with the mean near 0.",
)

# %% [markdown]
# Behind sigmoids all components agree in sign, always; behind tanh about half do. A step that wants one weight up and
# another down has to zigzag behind sigmoids (LeCun et al. 1998).
#
# ## ReLU and the dying unit <a id="relu"></a>
#
# The rectified linear unit passes what is positive and stops the rest (Nair and Hinton 2010):
#
# $$\mathrm{relu}: \mathbb{R} \to [0, \infty), \qquad \mathrm{relu}(x) = \max(x, 0), \qquad \mathrm{relu}'(x) = \begin{cases} 1 & x > 0 \\ 0 & x \le 0. \end{cases}$$
#
# (At 0 there is a corner and no derivative; by convention one takes 0.)

# %%
five = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
print("relu      ", scratch.relu(five))
print("derivative", scratch.relu_gradient(five))
print("equal to Keras:", np.array_equal(scratch.relu(x), keras.activations.relu(x)))

# %% [markdown]
# > **Myth:** "ReLU's derivative exceeds 1, and that makes gradients explode."
#
# List every value that the derivative takes. Then send gradients back through the ten layers with all weights three times
# as large, once with ReLU and once with no activation.

# %%
print("values of the derivative:", np.unique(scratch.relu_gradient(np.linspace(-100, 100, 10_001))))
larger = [3 * W for W in ten_layers]
with_relu = gradient_sizes(scratch.relu, scratch.relu_gradient, larger, scaled[:300])[0]
without = gradient_sizes(lambda z: z, np.ones_like, larger, scaled[:300])[0]
print(f"gradient at layer 1 with ReLU, above 1,000: {with_relu > 1000}")
print(f"without an activation, above 10,000: {without > 10_000}")

# %% [markdown]
# The derivative is 0 or 1, nothing else. The explosion is real, and it comes from the *weights*: ReLU, which stops some of
# the gradient, makes it smaller.
#
# What ReLU does suffer from is the opposite. One unit, $w = 1$, $b = 0$, one input $x = 2$ whose target is 0, and the
# squared error $L = \mathrm{relu}(wx + b)^2$. Follow three steps of gradient descent with learning rate 1.

# %%
w, b = 1.0, 0.0
for step in range(3):
    z = w * 2 + b
    delta = 2 * scratch.relu(z) * scratch.relu_gradient(z)
    print(f"step {step}: w = {w:4.0f}, b = {b:4.0f}, relu(wx + b) = {scratch.relu(z):.0f}, dL/dw = {delta * 2:.0f}")
    w, b = w - delta * 2, b - delta

# %% [markdown]
# One step too long, and $wx + b = -18$. Output 0, derivative 0, gradient 0, for ever: the unit is *dead*. On real data a
# unit is dead when no example at all makes its sum positive.
#
# How common is that? The callback `DeadUnits` counts, before training and after each epoch, the units that are 0 for every
# example of a probe batch. The probe here is the whole training set. One hidden layer of 64 ReLUs, two learning rates,
# three seeds; `starts` holds the random weights of each seed, so that one compiled network serves all runs.

# %%
network = keras.Sequential([keras.Input((64,)), layers.Dense(64, "relu", name="hidden"), layers.Dense(10, "softmax")])
network.compile(keras.optimizers.SGD(), "sparse_categorical_crossentropy")
starts = []
for seed in range(3):
    keras.utils.set_random_seed(seed)
    starts.append(keras.models.clone_model(network).get_weights())

# %% [markdown]
# Now the six runs.

# %%
images, images_test = pixels / 16, pixels_test / 16
dead = DeadUnits(images)
counts, accuracies = {0.5: [], 1.5: []}, {0.5: [], 1.5: []}
for rate in counts:
    network.optimizer.learning_rate = rate
    for seed, start in enumerate(starts):
        keras.utils.set_random_seed(seed)
        network.set_weights(start)
        network.fit(images, digits.y_train, batch_size=64, epochs=4, verbose=0, callbacks=[dead])
        counts[rate].append([dead.initial["hidden"], *dead.history["hidden"]])
        accuracies[rate].append(np.mean(np.argmax(network(images_test), axis=1) == digits.y_test))

# %% [markdown]
# The log of the six runs: mean, lowest, highest. At the larger rate training is chaotic: on another machine the last
# digits differ.

# %% tags=["nbval-ignore-output"]
print("rate   dead of 64 at the end   accuracy")
for rate in counts:
    last, accuracy = np.array(counts[rate])[:, -1], np.array(accuracies[rate])
    print(f"{rate:4}   {last.mean():4.1f}  ({last.min():2} to {last.max():2})", end="        ")
    print(f"{accuracy.mean():.2f}  ({accuracy.min():.2f} to {accuracy.max():.2f})")

# %% [markdown]
# What should hold anywhere, and the way there:

# %%
shares = {f"learning rate {rate}": np.array(counts[rate]) / 64 for rate in counts}
print(f"rate 0.5, less than a quarter dead in every run: {shares['learning rate 0.5'].max() < 1 / 4}")
print(f"rate 1.5, more than half dead at the end of every run: {shares['learning rate 1.5'][:, -1].min() > 1 / 2}")
print(f"and accuracy lower by more than 0.2: {np.mean(accuracies[1.5]) < np.mean(accuracies[0.5]) - 0.2}")
plot.spread(
    np.arange(5),
    shares,
    title="A too large learning rate kills units, and they stay dead",
    x_label="epoch",
    y_label="share of dead units",
    y_limits=(0, 1),
    alt="Share of dead units over four epochs, mean and range of three seeds. At learning rate 0.5 it stays near the floor; "
    "at 1.5 it climbs steeply in the first two epochs and does not come down.",
)

# %% [markdown]
# At the smaller rate a handful of units is dead, some of them from birth. At three times that rate most of the layer is
# gone within two epochs, and does not come back.
#
# ## Leaky ReLU and PReLU <a id="leaky-relu"></a>
#
# If the flat side is the trouble, tilt it. With a slope $a$ between 0 and 1,
#
# $$\mathrm{leaky}: \mathbb{R} \to \mathbb{R}, \qquad \mathrm{leaky}(x) = \begin{cases} x & x > 0 \\ a x & x \le 0, \end{cases} \qquad \mathrm{leaky}'(x) = \begin{cases} 1 & x > 0 \\ a & x \le 0. \end{cases}$$
#
# Which slope? 0.01 in the paper (Maas et al. 2013) and in `scratch`, 0.2 in `keras.activations.leaky_relu`, 0.3 in
# `keras.layers.LeakyReLU`. Name it.

# %%
print("leaky ReLU with a = 0.1:", scratch.leaky_relu(five, 0.1))
error = np.abs(scratch.leaky_relu(x, 0.1) - keras.activations.leaky_relu(x, 0.1)).max()
print(f"ours and Keras, error below 1e-6: {error < 1e-6}")
values = {"ReLU": scratch.relu(x), "leaky ReLU": scratch.leaky_relu(x, 0.1)}
derivatives = {"ReLU": scratch.relu_gradient(x), "leaky ReLU": scratch.leaky_relu_gradient(x, 0.1)}
plot.panels(
    x,
    {"value": values, "derivative": derivatives},
    title="A small slope instead of a floor",
    x_label="x",
    alt="Left: ReLU is flat below 0 and rises with slope 1 above; leaky ReLU falls slightly below 0. Right: both derivatives "
    "jump to 1 at 0, from 0 for ReLU and from 0.1 for leaky ReLU.",
)

# %% [markdown]
# *Predict before you run:* the same starts, the same data, the rate 1.5 that killed most of the ReLUs. Only the activation
# changes. How many units will be dead, and will the network learn?

# %%
leaky = layers.LeakyReLU(negative_slope=0.1, name="leaky")
network = keras.Sequential([keras.Input((64,)), layers.Dense(64), leaky, layers.Dense(10, "softmax")])
network.compile(keras.optimizers.SGD(1.5), "sparse_categorical_crossentropy")
dead = DeadUnits(images, layers=["leaky"])
leaky_accuracies = []
for seed, start in enumerate(starts):
    keras.utils.set_random_seed(seed)
    network.set_weights(start)
    network.fit(images, digits.y_train, batch_size=64, epochs=4, verbose=0, callbacks=[dead])
    leaky_accuracies.append(np.mean(np.argmax(network(images_test), axis=1) == digits.y_test))
    print(f"seed {seed}: dead after each epoch {dead.history['leaky']}")
print(f"more accurate than with ReLU by more than 0.3 on average: {np.mean(leaky_accuracies) > np.mean(accuracies[1.5]) + 0.3}")

# %% [markdown]
# No dead unit in any epoch, and runs that were lost are saved. That is no licence for the rate, which is still too large;
# the layer now forgives it.
#
# *PReLU* lets training choose the slopes, one for each unit (He et al. 2015). They start at 0.25 here, as in the paper;
# Keras would start them at 0. Watch where they go.

# %%
prelu = layers.PReLU(keras.initializers.Constant(0.25))
network = keras.Sequential([keras.Input((64,)), layers.Dense(64), prelu, layers.Dense(10, "softmax")])
network.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
for seed, (W1, b1, W2, b2) in enumerate(starts[:2]):
    keras.utils.set_random_seed(seed)
    network.set_weights([W1, b1, np.full(64, 0.25), W2, b2])
    network.fit(images, digits.y_train, batch_size=64, epochs=4, verbose=0)
    slopes = keras.ops.convert_to_numpy(prelu.alpha)
    print(f"seed {seed}: slopes from {slopes.min():.1f} to {slopes.max():.1f}, mean {slopes.mean():.1f}")

# %% [markdown]
# From one common start the units have spread out: some became nearly ReLUs, others leak more than before.
#
# ## ELU, SELU, GELU, SiLU <a id="elu-selu-gelu"></a>
#
# Four relatives, all from $\mathbb{R}$ to $\mathbb{R}$. $\Phi(x)$ is the chance that a standard normal number is below $x$.
#
# | name | for $x > 0$ | for $x \le 0$ | idea |
# | --- | --- | --- | --- |
# | ELU | $x$ | $\alpha(e^x - 1)$ | a soft floor at $-\alpha$, usually -1 (Clevert et al. 2016) |
# | SELU | $\lambda x$ | $\lambda\alpha(e^x - 1)$ | $\lambda = 1.0507$, $\alpha = 1.6733$ keep mean 0 and variance 1 (Klambauer et al. 2017) |
# | GELU | $x\,\Phi(x)$ | $x\,\Phi(x)$ | ReLU with a soft switch (Hendrycks and Gimpel 2016) |
# | SiLU, or swish | $x\,\sigma(x)$ | $x\,\sigma(x)$ | the same with another switch (Ramachandran et al. 2017) |
#
# Two of the columns come back up towards 0 on the left. Which?

# %%
relatives = ("elu", "selu", "gelu", "silu")
for number in (-4, -3, -2, -1, 0, 1, 2):
    print(f"x = {number:2}  ", "  ".join(f"{name} {getattr(scratch, name)(number):6.3f}" for name in relatives))

# %% [markdown]
# GELU and SiLU do: they are not monotonic. Now each against Keras, and the exact GELU against the approximation
# $x\,\sigma\big(2\sqrt{2/\pi}\,(x + 0.044715\,x^3)\big)$ with which many models were trained and should be run.

# %%
for name in relatives:
    error = np.abs(getattr(scratch, name)(x) - getattr(keras.activations, name)(x)).max()
    print(f"{name}: ours and Keras, error below 1e-6: {error < 1e-6}")
apart = np.abs(scratch.gelu(x) - scratch.gelu(x, approximate=True)).max()
print(f"exact and approximate GELU apart by at most 0.0005: {apart < 0.0005}, by more than 0.0001: {apart > 0.0001}")

# %% [markdown]
# Now the shapes. Which derivative is negative somewhere, and which exceeds 1?

# %%
close = np.linspace(-4, 2.5, 400)
values = {name: getattr(scratch, name)(close) for name in relatives}
derivatives = {name: getattr(scratch, f"{name}_gradient")(close) for name in relatives}
print("derivatives:", ", ".join(f"{name} {each.min():.2f} to {each.max():.2f}" for name, each in derivatives.items()))
plot.panels(
    close,
    {"value": values, "derivative": derivatives},
    title="Four relatives of ReLU without a flat half",
    x_label="x",
    alt="Left: ELU and SELU level off below 0, GELU and SiLU dip a little below 0 and come back. Right: the derivatives; "
    "those of GELU and SiLU are negative over a stretch below 0 and exceed 1 above; that of SELU jumps at 0.",
)

# %% [markdown]
# No derivative is 0 over half of the line. Those of GELU and SiLU dip below 0, and SELU, GELU and SiLU exceed 1 in places,
# as ReLU never does.
#
# SELU's promise can be tested: send standard normal numbers through 30 layers with weights of variance 1/64 ("LeCun
# normal") and look at the standard deviation at the far end.

# %%
signal = {name: rng.normal(size=(500, 64)) for name in ("relu", "elu", "selu")}
for _ in range(30):
    W = rng.normal(0, np.sqrt(1 / 64), size=(64, 64))
    signal = {name: getattr(scratch, name)(a @ W) for name, a in signal.items()}
print({name: f"standard deviation {a.std():.1f}" for name, a in signal.items()})

# %% [markdown]
# With such weights ReLU's signal is gone and ELU's nearly so; SELU's stands. (Chapter 5 has the weights that suit ReLU.)
#
# And the price? One call of each on a million numbers, the best of seven tries, and for comparison the matrix product that a
# layer of 1,000 units needs for them. Times belong to a machine and a moment; the second cell checks what should hold
# anywhere.

# %% tags=["nbval-ignore-output"]
million = keras.random.normal((1000, 1000), seed=0)
milliseconds = {}
for name in ("relu", "leaky_relu", "tanh", "sigmoid", "elu", "selu", "silu", "gelu"):
    function = getattr(keras.activations, name)
    seconds = timeit.repeat("np.asarray(function(million))", globals=globals(), number=1, repeat=7)
    milliseconds[name] = 1000 * min(seconds)
product = 1000 * min(timeit.repeat("np.asarray(million @ million)", globals=globals(), number=1, repeat=7))
print(", ".join(f"{name} {cost:.1f} ms" for name, cost in milliseconds.items()), f"(matrix product {product:.0f} ms)")

# %%
print("ReLU is cheaper than exact GELU:", milliseconds["relu"] < milliseconds["gelu"])


# %% [markdown]
# Where this page was made, the dearest activation still cost less than the matrix product before it. Speed rarely decides.
#
# ## Softmax and the logistic function <a id="softmax"></a>
#
# To choose one class of $K$, a network should put out a probability for each. Softmax takes $K$ real numbers, the *logits*
# $z \in \mathbb{R}^K$, and gives (Bridle 1990)
#
# $$p_i = \frac{e^{z_i}}{\sum_{j=1}^{K} e^{z_j}}, \qquad 0 < p_i < 1, \qquad \sum_{i=1}^{K} p_i = 1.$$
#
# On paper: the logits $(0, \ln 2, \ln 3)$ have the powers $(1, 2, 3)$, so $p = (\tfrac16, \tfrac26, \tfrac36)$.

# %%
def naive_softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


z = np.array([0, np.log(2), np.log(3)])
print("in sixths:", np.round(6 * naive_softmax(z), 6))

# %% [markdown]
# Now hold two logits at 0 and 1 and let the third rise. What happens to the other two, and to their ratio?

# %%
for third in (-2, 0, 2, 4):
    p = naive_softmax(np.array([0, 1, third]))
    print(f"logits 0, 1, {third:2}:  p = {p[0]:.3f}, {p[1]:.3f}, {p[2]:.3f};  p_2 / p_1 = {p[1] / p[0]:.3f}")

# %% [markdown]
# The third takes from both, and their ratio stays $e^{1 - 0} = 2.718$. No probability moves alone. The derivative says so in
# numbers: $\partial p_i / \partial z_j = p_i\,(\delta_{ij} - p_j)$, a matrix, positive on the diagonal ($\delta_{ii} = 1$) and
# negative elsewhere ($\delta_{ij} = 0$). For the sixths above, in 36ths:

# %%
print(np.round(36 * scratch.softmax_jacobian(z), 6))

# %% [markdown]
# Each column sums to 0: what one class gains, the others lose.
#
# Now the trap. The largest `float64` is about $e^{709}$, and a network that has gone astray does put out logits of 1000.
# The cure is one subtraction: $e^{z_i - c} / \sum_j e^{z_j - c}$ is the same for every $c$, since $e^{-c}$ cancels, and
# with $c = \max_j z_j$ the largest power is $e^0 = 1$.

# %%
large = np.array([1000.0, 999.0, 0.0])
with np.errstate(over="ignore", invalid="ignore"):
    print("naive: ", naive_softmax(large))
shifted = large - large.max()
stable = np.exp(shifted) / np.exp(shifted).sum()
print("stable:", np.round(stable, 3), "equal to scratch.softmax:", np.allclose(stable, scratch.softmax(large)))

# %% [markdown]
# The naive form divides infinity by infinity; the stable one does not notice. The next cell compares with Keras, and then
# makes a mistake on purpose: softmax along the wrong axis. The numbers are still between 0 and 1 and nothing fails. Only
# the sums tell.

# %%
logits = rng.normal(0, 5, size=(100, 10)).astype("float32")
error = np.abs(scratch.softmax(logits) - keras.activations.softmax(logits)).max()
print(f"ours and Keras, error below 1e-6: {error < 1e-6}")
for axis in (-1, 0):
    sums = scratch.softmax(logits, axis=axis).sum(axis=1)
    print(f"along axis {axis:2}, the probabilities of each example sum to 1: {np.allclose(sums, 1, atol=1e-5)}")

# %% [markdown]
# With two classes softmax is an old acquaintance. Divide above and below by $e^{z_1}$:
#
# $$p_1 = \frac{e^{z_1}}{e^{z_1} + e^{z_2}} = \frac{1}{1 + e^{-(z_1 - z_2)}} = \sigma(z_1 - z_2).$$

# %%
pairs = rng.normal(0, 10, size=(1000, 2))
error = np.abs(scratch.softmax(pairs)[:, 0] - scratch.sigmoid(pairs[:, 0] - pairs[:, 1])).max()
print(f"softmax of two is a sigmoid of the difference, error below 1e-12: {error < 1e-12}")

# %% [markdown]
# So one sigmoid unit says all that two softmax units say.
#
# ## Which activation where <a id="choosing-activation"></a>
#
# **Hidden layers.** Seven activations in the same network (leaky ReLU and PReLU have had their turn): three hidden layers of
# 32 units, the digits, 40 steps of gradient descent on the whole training set, two seeds. *Predict before you run:* which
# one falls out?

# %%
for name in ("sigmoid", "tanh", "relu", "elu", "selu", "gelu", "silu"):
    start = "lecun_normal" if name == "selu" else "he_normal"
    hidden = [layers.Dense(32, name, kernel_initializer=start) for _ in range(3)]
    network = keras.Sequential([keras.Input((64,)), *hidden, layers.Dense(10, "softmax")])
    network.compile(keras.optimizers.SGD(0.2), "sparse_categorical_crossentropy")
    accuracy = []
    for seed in (0, 1):
        keras.utils.set_random_seed(seed)
        network.set_weights(keras.models.clone_model(network).get_weights())
        for _ in range(40):
            network.train_on_batch(scaled, digits.y_train)
        accuracy.append(np.mean(np.argmax(network(scaled_test), axis=1) == digits.y_test))
    learned = "above 0.85" if min(accuracy) > 0.85 else "below 0.30" if max(accuracy) < 0.3 else "in between"
    print(f"{name:8} accuracy {learned} with both seeds")

# %% [markdown]
# Sigmoid is left behind, as its gradients foretold. All others learn about equally well, so the choice among them is custom and
# circumstance:
#
# | hidden activation | where |
# | --- | --- |
# | ReLU | the first thing to try: cheap and good; watch for dead units |
# | leaky ReLU, PReLU, ELU | when units die |
# | SELU | deep plain stacks of dense layers, with `lecun_normal` weights |
# | GELU, SiLU | Transformers (chapter 8) and recent convolutional networks |
# | tanh | inside recurrent layers (chapter 8), where values must stay bounded |
# | sigmoid | as a gate between 0 and 1, not as the activation of a stack |
#
# **The output layer** has no such freedom. Its activation must be able to produce the targets, and the loss must fit the
# activation:
#
# | task | target | units | output activation | loss |
# | --- | --- | --- | --- | --- |
# | binary | 0 or 1 | 1 | sigmoid | `binary_crossentropy` |
# | multi-class: one of $K$ | a class number | $K$ | softmax | `sparse_categorical_crossentropy` |
# | multi-label: any of $K$ | $K$ times 0 or 1 | $K$ | sigmoid | `binary_crossentropy` |
# | regression | a real number | 1 | none | `mse`, `mae` or `huber` |
#
# Each row shall run on real data: tumours, digits, and diabetes, whose target (progression after a year) is brought to mean
# 0 and standard deviation 1, like all inputs. For multi-label each digit is asked: are you even, are you at least 5, do
# you have a loop?

# %%
cancer, diabetes = data.load("breast_cancer"), data.load("diabetes")
tumours, patients = (
    [(part - each.x_train.mean(axis=0)) / each.x_train.std(axis=0) for part in (each.x_train, each.x_test)]
    for each in (cancer, diabetes)
)
mean, deviation = diabetes.y_train.mean(), diabetes.y_train.std()
progression, progression_test = (diabetes.y_train - mean) / deviation, (diabetes.y_test - mean) / deviation
questions, questions_test = (
    np.stack([y % 2 == 0, y >= 5, np.isin(y, [0, 6, 8, 9])], axis=1) * 1.0 for y in (digits.y_train, digits.y_test)
)

# %% [markdown]
# Only data, units, activation and loss differ between the rows.

# %%
rows = {
    "binary": (tumours, cancer.y_train, 1, "sigmoid", "binary_crossentropy"),
    "multi-class": ((scaled, scaled_test), digits.y_train, 10, "softmax", "sparse_categorical_crossentropy"),
    "multi-label": ((scaled, scaled_test), questions, 3, "sigmoid", "binary_crossentropy"),
    "regression": (patients, progression, 1, None, "mse"),
}
predictions = {task: [] for task in rows}
for task, ((inputs, inputs_test), targets, units, activation, loss) in rows.items():
    network = keras.Sequential(
        [keras.Input(inputs.shape[1:]), layers.Dense(32, "relu"), layers.Dense(units, activation)]
    )
    network.compile(keras.optimizers.SGD(0.2), loss)
    for seed in (0, 1):
        keras.utils.set_random_seed(seed)
        network.set_weights(keras.models.clone_model(network).get_weights())
        for _ in range(50):
            network.train_on_batch(inputs, targets)
        predictions[task].append(keras.ops.convert_to_numpy(network(inputs_test)))

# %% [markdown]
# The score is the share of right answers (for multi-label, of all three questions), and for regression $R^2$, the share of
# the variance that is explained. The baseline knows no inputs: it always predicts the mean target of the training data.

# %%
score = {
    "binary": lambda p: np.mean((p[:, 0] > 0.5) == cancer.y_test),
    "multi-class": lambda p: np.mean(p.argmax(axis=1) == digits.y_test),
    "multi-label": lambda p: np.mean((p > 0.5) == questions_test),
    "regression": lambda p: 1 - np.mean((p[:, 0] - progression_test) ** 2) / np.var(progression_test),
}
baseline = {
    "binary": np.array([[cancer.y_train.mean()]]),
    "multi-class": np.bincount(digits.y_train)[None] / len(pixels),
    "multi-label": questions.mean(axis=0)[None],
    "regression": np.zeros((1, 1)),
}
for task in rows:
    scores = [score[task](p) for p in predictions[task]]
    at_least = np.floor(20 * min(scores)) / 20
    print(f"{task:12} baseline {abs(score[task](baseline[task])):.2f}, network at least {at_least:.2f} with both seeds")

# %% [markdown]
# Every row beats its baseline by far, with both seeds.
#
# *What goes wrong and how it looks.* Exchange two output activations and no error is raised; the network just cannot say
# what it should. Count how often:

# %%
several = questions.sum(axis=1) > 1
outside = (progression <= 0) | (progression >= 1)
print(f"softmax for multi-label: {several.mean():.0%} of the digits have two or three labels, one can exceed 1/2")
print(f"sigmoid for regression: {outside.mean():.0%} of the targets are outside of (0, 1)")
print("softmax over one unit, whatever its logit:", scratch.softmax([[-3.0], [0.0], [8.0]])[:, 0])

# %% [markdown]
# > **Myth:** "Binary classification takes categorical cross-entropy."
#
# Categorical cross-entropy is $-\sum_i y_i \log p_i$ over classes whose probabilities sum to 1; Keras divides by their sum
# to make sure. With one sigmoid unit there is one "class", and $p / p = 1$, whatever the network says. So what is the loss
# of good and of bad answers?

# %%
with warnings.catch_warnings(record=True, action="always") as caught:
    for target, p in ((1.0, 0.9), (1.0, 0.1), (0.0, 0.9), (0.0, 0.1)):
        categorical = keras.losses.categorical_crossentropy([[target]], [[p]])[0]
        binary = keras.losses.binary_crossentropy([[target]], [[p]])[0]
        print(f"target {target:.0f}, prediction {p}: categorical {categorical:.3f}, binary {binary:.3f}")
print("Keras warns:", any("num_classes > 1" in str(warning.message) for warning in caught))

# %% [markdown]
# Always 0: perfect, says the loss, and there is nothing left to learn. Train both forms to see it: one sigmoid unit, and
# two softmax units with one-hot targets.

# %%
one = keras.Sequential([keras.Input((30,)), layers.Dense(1, "sigmoid")])
two = keras.Sequential([keras.Input((30,)), layers.Dense(2, "softmax")])
before = one.get_weights()[0]
with warnings.catch_warnings(action="ignore"):
    for network, targets in ((one, cancer.y_train[:, None]), (two, np.eye(2)[cancer.y_train])):
        network.compile(keras.optimizers.SGD(0.05), "categorical_crossentropy")
        network.fit(tumours[0], targets, epochs=5, verbose=0)
print("one sigmoid unit, weights unchanged:", np.array_equal(before, one.get_weights()[0]))
right = np.argmax(two(tumours[1]), axis=1) == cancer.y_test
print(f"two softmax units, accuracy above 0.9: {right.mean() > 0.9}")

# %% [markdown]
# So the sentence holds for two softmax units with one-hot targets, and is ruinous for one sigmoid unit: the loss reports
# success while no weight moves. One unit takes `binary_crossentropy`.
#
# ## Summary
#
# - Layers without activations multiply out into one matrix. The activation is what makes depth count.
# - Sigmoid saturates and its derivative is at most 1/4: in a stack it starves the first layers. Keep it for outputs and
#   gates.
# - Tanh is zero-centred with a derivative of up to 1, and saturates as well.
# - ReLU's derivative is 0 or 1. It does not explode gradients, but its units can die: a too large learning rate killed most
#   of a layer here, and a small negative slope kept all of it alive.
# - ELU, SELU, GELU and SiLU have no flat half. In a network of moderate depth all of them do about equally well.
# - Softmax turns logits into probabilities; subtract the largest logit first. Over two classes it is a sigmoid of the
#   difference.
# - The output activation follows from the target, and the loss from the output activation.
#
# ## Words you met
#
# | word | meaning |
# |---|---|
# | saturation | an input so far out that the activation's derivative is nearly 0 |
# | vanishing gradient | a gradient that shrinks by a factor with every layer on its way back |
# | zero-centred | with values around a mean of 0 |
# | dead unit | a ReLU whose output, and so whose gradient, is 0 for every example |
# | leaky ReLU, PReLU | ReLU with a small slope on the negative side, chosen or learned |
# | logit | a real number that sigmoid or softmax turns into a probability |
# | softmax | powers of e divided by their sum: logits in, a probability distribution out |
# | multi-class | of several classes exactly one is right |
# | multi-label | of several labels any number may be right |
#
# ## Review questions
#
# <details><summary>1. Ten dense layers without activations are to fit a curve. What will they give?</summary>
# A straight line: the ten matrices multiply out into one.</details>
#
# <details><summary>2. What is σ′(0), and why does it matter for ten sigmoid layers?</summary>
# 1/4, its largest value. Ten layers multiply the gradient by at most a millionth, before the weights have their say.</details>
#
# <details><summary>3. A gradient has vanished. What becomes of the weights that it should have changed?</summary>
# Next to nothing: they stay where training began.</details>
#
# <details><summary>4. Why scale pixels before a sigmoid layer?</summary>
# Large inputs make large sums, where the sigmoid is flat: the units are saturated from the start.</details>
#
# <details><summary>5. Gradients explode in a deep ReLU network. Can the derivative of ReLU be the cause?</summary>
# No, it is 0 or 1. Look at the size of the weights.</details>
#
# <details><summary>6. How does one see that a unit is dead, and why does it not recover?</summary>
# Its activation is 0 for every example of a large probe. So is its derivative, and no gradient moves its weights.</details>
#
# <details><summary>7. softmax([1000, 1001]), to three decimals?</summary>
# Subtract 1001: softmax([−1, 0]) = [σ(−1), σ(1)] = [0.269, 0.731].</details>
#
# <details><summary>8. A picture may show a cat, a dog, both or neither. Units, output activation, loss?</summary>
# Two units, sigmoid, binary cross-entropy: multi-label.</details>
#
# <details><summary>9. One sigmoid unit, categorical cross-entropy, loss 0.0000 from the first step. What has happened?</summary>
# The single probability is divided by itself: its logarithm is 0, and there is no gradient.</details>
#
# <details><summary>10. A regression network ends in a ReLU; its targets have mean 0. What goes wrong?</summary>
# It cannot predict anything below 0, and the unit can die.</details>
#
# ## Exercises
#
# [Exercise 3](../exercises/03_basic_concepts.ipynb): question 3.2 asks for a softmax that survives large logits, 3.5 for
# the output activation and loss of four tasks.
#
# ## References
#
# - Bridle, J. (1990), Probabilistic Interpretation of Feedforward Classification Network Outputs, Neurocomputing, Springer.
# - Hochreiter, S. (1991), Untersuchungen zu dynamischen neuronalen Netzen, diploma thesis, TU München.
# - LeCun, Y., Bottou, L., Orr, G. and Müller, K.-R. (1998), Efficient BackProp, Neural Networks: Tricks of the Trade.
# - Nair, V. and Hinton, G. (2010), Rectified Linear Units Improve Restricted Boltzmann Machines, ICML.
# - Maas, A., Hannun, A. and Ng, A. (2013), Rectifier Nonlinearities Improve Neural Network Acoustic Models, ICML Workshop
#   on Deep Learning for Audio, Speech and Language Processing.
# - He, K., Zhang, X., Ren, S. and Sun, J. (2015), Delving Deep into Rectifiers, ICCV.
# - Clevert, D.-A., Unterthiner, T. and Hochreiter, S. (2016), Fast and Accurate Deep Network Learning by Exponential Linear
#   Units (ELUs), ICLR.
# - Hendrycks, D. and Gimpel, K. (2016), Gaussian Error Linear Units (GELUs), arXiv:1606.08415.
# - Klambauer, G., Unterthiner, T., Mayr, A. and Hochreiter, S. (2017), Self-Normalizing Neural Networks, NeurIPS.
# - Ramachandran, P., Zoph, B. and Le, Q. (2017), Searching for Activation Functions, arXiv:1710.05941.
