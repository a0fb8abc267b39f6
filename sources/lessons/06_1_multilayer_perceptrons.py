# %% [markdown]
# # Multilayer perceptrons in practice
#
# Dense layers, one after the other: the oldest deep network, and on tables still one of the best. This lesson is about
# what one has to decide, how to decide it by measurement, and what to do when a network that runs without any error
# learns nothing.
#
# **You will be able to**
#
# - write the multilayer perceptron in NumPy, count its parameters, and show that Keras computes the same;
# - scale inputs, and say by how much it matters and why;
# - state what the universal approximation theorem promises, and three things that it does not;
# - choose width, depth and learning rate from a small sweep, without being fooled by luck;
# - go through a checklist that finds the common bugs, and read a run's log like a doctor.
#
# **You need** [Gradient descent and backpropagation](04_1_backpropagation.ipynb) and [Optimizers](04_2_optimizers.ipynb).
#
# **Time** about 40 s to run on two CPU cores; an hour and a half to read.
#
# **Data** wine (178 bottles, 13 measurements) and digits (1,797 images of 8 × 8), both inside scikit-learn; California
# housing: 20,640 districts in the full profile, 6,000 made-up ones like them in the quick one.

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()

# %%
from itertools import pairwise

import keras
import numpy as np
import tensorflow as tf

from dlcourse import data, models, plot, training
from dlcourse.callbacks import TrainingDoctor

# %% [markdown]
# A baseline first. Three sorts of wine, to be told apart by 13 chemical measurements: how far does one get by always
# calling out the most frequent sort?

# %%
wine = data.load("wine")
print(f"{len(wine.x_train)} bottles to learn from, {len(wine.x_test)} to test on")
print(f"always the most frequent sort: {np.mean(wine.y_test == np.bincount(wine.y_train).argmax()):.2f} right")
for column in ("proline", "hue"):
    values = wine.x_train[:, wine.feature_names.index(column)]
    print(f"{column:8} from {values.min():6.1f} to {values.max():6.1f}")


# %% [markdown]
# Two in five. Remember the two columns: one counts in hundreds, the other moves by less than two.
#
# ## The multilayer perceptron <a id="mlp"></a>
#
# A **multilayer perceptron** (MLP) is one function of inputs and parameters, $\hat y = f(x; \theta)$, built from $L$
# *hidden layers* and an output layer. With $n_0$ inputs and $n_l$ units in layer $l$, for a batch of B examples,
#
# $$H_0 = X, \qquad H_l = g(H_{l-1} W_l + b_l), \qquad Z = H_L W_{L+1} + b_{L+1},$$
#
# where $H_l \in \mathbb{R}^{B \times n_l}$, $W_l \in \mathbb{R}^{n_{l-1} \times n_l}$, $b_l \in \mathbb{R}^{n_l}$, and
# $g$ is the activation, here ReLU. Classification puts a softmax on $Z$, regression nothing. Information goes one way
# only, which is why it is also called a **feedforward network**. On paper: $x = (1, 2)$, both weights into the one
# hidden unit 1, its bias −1, then weight 3 and bias 0.5, gives $h = \max(0, 1 + 2 - 1) = 2$ and $z = 6.5$.
#
# `theta` is the list $W_1, b_1, W_2, b_2, \dots$; the loop is the equation:

# %%
def mlp_outputs(theta, H, g=tf.nn.relu):
    *hidden, W, b = theta
    for W_l, b_l in zip(hidden[::2], hidden[1::2], strict=True):
        H = g(H @ W_l + b_l)  # (B, n_{l-1}) -> (B, n_l)
    return H @ W + b


# %%
on_paper = [np.array([[1.0], [1.0]]), np.array([-1.0]), np.array([[3.0]]), np.array([0.5])]
print("on paper:", float(mlp_outputs(on_paper, np.array([[1.0, 2.0]]))[0, 0]))
classic = models.mlp(784, 10, (300, 100), classifier_activation=None)
x = np.random.default_rng(0).normal(size=(5, 784)).astype("float32")
error = np.abs(mlp_outputs(classic.get_weights(), x) - classic(x)).max()
print("same as Keras, error below 1e-4:", float(error) < 1e-4)

# %% [markdown]
# The model is the one that LeCun and others used in 1998 for images of 28 × 28. How many parameters has it? Each unit
# has a weight for every number that comes in, and a bias, so
#
# $$\sum_{l=1}^{L+1} (n_{l-1} + 1)\, n_l.$$

# %%
sizes = (784, 300, 100, 10)
by_layer = [(before + 1) * units for before, units in pairwise(sizes)]
print(f"{by_layer} together {sum(by_layer):,}; Keras counts {classic.count_params():,}")
assert sum(by_layer) == classic.count_params() == 266_610


# %% [markdown]
# Nine tenths of them sit in the first layer: the width of the *input* is what costs.
#
# To try things over several starts we give each array one more axis in front: $W_l$ of shape $(S, n_{l-1}, n_l)$. The
# same loop then computes $S$ networks side by side. He's rule draws the weights; `kinks` spreads the biases, which we
# shall need later.

# %%
def drawn_weights(sizes, starts=5, kinks=0.0):
    theta, rngs = [], [np.random.default_rng(seed) for seed in range(starts)]
    for inputs, units in pairwise(sizes):
        W = [rng.normal(0, np.sqrt(2 / inputs), (inputs, units)) for rng in rngs]
        b = [rng.uniform(-kinks, kinks, (1, units)) for rng in rngs]
        theta += [tf.constant(np.stack(W), "float32"), tf.constant(np.stack(b), "float32")]
    return theta


# %% [markdown]
# Adam as in lesson [04_2](04_2_optimizers.ipynb). It treats every number alike, so all parameters of a start may lie in one
# long row, a row a start; `taken_apart` makes $W_1, b_1, \dots$ of them again. Each step takes all examples; the costs of
# the starts are added up, so that none sees another.

# %%
def taken_apart(rows, shapes):
    parts = tf.split(rows, [np.prod(shape[1:]) for shape in shapes], axis=1)
    return [tf.reshape(part, shape) for part, shape in zip(parts, shapes, strict=True)]


@tf.function
def adam_steps(rows, x, y, steps, rate, shapes, loss, g):
    m = v = tf.zeros_like(rows)
    for t in tf.range(1.0, steps + 1):
        with tf.GradientTape() as tape:
            tape.watch(rows)
            cost = tf.reduce_sum(tf.reduce_mean(loss(y, mlp_outputs(taken_apart(rows, shapes), x, g)), axis=-1))
        gradient = tape.gradient(cost, rows)
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        rows -= rate * m / (1 - 0.9**t) / (tf.sqrt(v / (1 - 0.999**t)) + 1e-7)
    return rows


# %%
def cross_entropies(y, Z):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(tf.broadcast_to(y, tf.shape(Z)[:-1]), Z)


def adam_walk(theta, x, y, loss, steps, rate, g=tf.nn.relu):
    shapes = tuple(tuple(each.shape) for each in theta)
    rows = tf.concat([tf.reshape(each, (len(each), -1)) for each in theta], axis=1)  # (S, how many parameters)
    x, y, steps, rate = tf.constant(x, "float32"), tf.constant(y), tf.constant(float(steps)), tf.constant(float(rate))
    return taken_apart(adam_steps(rows, x, y, steps, rate, shapes, loss, g), shapes)


def accuracies(theta, x, y):  # (S,), one for each start
    return np.mean(np.argmax(mlp_outputs(theta, tf.constant(x, "float32")), axis=-1) == y, axis=-1)


# %% [markdown]
# **Classification, and scaling.** Wine: 13 inputs, two hidden layers of 16, 3 outputs; 200 steps from five starts, once with
# the measurements as they are, once with each column *standardized*: $x' = (x - \mu) / \sigma$ with mean $\mu$ and
# deviation $\sigma$ of the **training** part. (Taken from all data, they would tell the network about the test part.) Three
# learning rates, since a good rate for one may be a bad one for the other. *Predict before you run:* does it matter?

# %%
mu, sigma = wine.x_train.mean(axis=0), wine.x_train.std(axis=0)
scored = {}
for rate in (0.001, 0.01, 0.1):
    for name, move, by in (("as they are", 0, 1), ("standardized", mu, sigma)):
        scaled = (wine.x_train - move) / by
        theta = adam_walk(drawn_weights((13, 16, 16, 3)), scaled, wine.y_train, cross_entropies, 200, rate)
        scored[name, rate] = accuracies(theta, (wine.x_test - move) / by, wine.y_test)
        print(f"{name:12} rate {rate:5}: mean accuracy of five starts above 0.75: {scored[name, rate].mean() > 0.75}")

# %%
for name, by in (("as they are", 1), ("standardized", sigma)):
    curvatures = np.linalg.eigvalsh(np.cov((wine.x_train / by).T.astype("float64")))
    print(f"{name:12} steepest direction over flattest: {curvatures[-1] / curvatures[0]:,.0f}")

# %% [markdown]
# Standardized, every rate is good: 0.95 to 1.00 on our machine. As they are, one rate of three is, at about 0.9, and 0.1
# ends at the 0.40 of the baseline: whoever tries another rate finds a "network that does not learn".
# The last two lines say why. The eigenvalues of the inputs' covariance are the curvatures of a linear layer's squared
# loss: raw, its valley is millions of times steeper one way than another, a ravine; scaled, 46 times.
#
# **Regression.** The value of houses in Californian districts, in units of 100,000 dollars. Three steps that every table
# needs: fill in what is missing (here with the median), turn categories into one-hot columns, scale. The scaler can be
# part of the model: a `Normalization` layer that has seen the training part.

# %%
houses = data.load("california_housing")
kinds = len(houses.categories["ocean_proximity"])


def as_table(x):
    filled = np.where(np.isnan(x), np.nanmedian(houses.x_train, axis=0), x)
    return np.concatenate([filled[:, :8], np.eye(kinds)[filled[:, 8].astype(int)]], axis=1).astype("float32")


rows, rows_test, value, value_test = (
    *map(as_table, (houses.x_train, houses.x_test)),
    *(each / 100_000 for each in (houses.y_train, houses.y_test)),
)
linear = np.linalg.lstsq(np.c_[rows, np.ones(len(rows))], value, rcond=None)[0]
off = {
    "always the median": np.abs(value_test - np.median(value)).mean(),
    "linear regression": np.abs(np.c_[rows_test, np.ones(len(rows_test))] @ linear - value_test).mean(),
}
print("mean absolute error in 1,000 dollars:", {name: round(100 * float(each)) for name, each in off.items()})


# %%
def restarted(network, seed):
    """Weights of a new draw, and an optimizer that has forgotten."""
    keras.utils.set_random_seed(seed)
    network.set_weights(keras.models.clone_model(network).get_weights())
    for each in network.optimizer.variables:
        if each is not network.optimizer.learning_rate:
            each.assign(tf.zeros_like(each.value))
    return network


# %%
scaler = keras.layers.Normalization()
scaler.adapt(rows)
network = models.mlp(8 + kinds, 1, (64, 64), classifier_activation=None)
network.compile(keras.optimizers.Adam(0.004), "mse")
for name, inputs, inputs_test in (
    ("raw", rows, rows_test),
    ("scaled", np.array(scaler(rows)), np.array(scaler(rows_test))),
):
    off[name] = []
    for seed in range(3):
        training.fit(restarted(network, seed), inputs, value, batch_size=128, epochs=15, seed=seed)
        off[name].append(np.abs(network(inputs_test)[:, 0] - value_test).mean())
print("scaled: better than linear regression from every start:", max(off["scaled"]) < off["linear regression"])
print("raw: worse than linear regression from every start:", min(off["raw"]) > off["linear regression"])


# %% [markdown]
# Scaled, the network was about 35 thousand dollars off here. The step from linear regression is small, since these
# made-up districts are priced almost linearly, and partly by chance. On the real districts of the full profile the
# median is 88 thousand dollars off, linear regression 50, the network 38. Raw, three starts gave 106 to 147 thousand
# here, and 108 to 178 there: worse than the median, which looks at no district at all. Nothing in the log of such a run
# says *scale me*; a baseline does.
#
# ## Universal approximation <a id="universal-approximation"></a>
#
# Which functions can an MLP be? In one dimension we can answer with a ruler. A sum of ReLUs is a line with **kinks**:
# each unit $\max(0, x - t)$ adds a kink at $t$. So any chain of straight pieces is a network with one hidden layer, and
# its weights can be *written down*: at the kink $t_k$ the slope changes from $s_{k-1}$ to $s_k$, and
#
# $$f(x) \approx f(t_0) + \sum_{k=0}^{m-1} (s_k - s_{k-1}) \max(0, x - t_k), \qquad s_{-1} = 0.$$
#
# On paper: $x^2$ on $[0, 1]$ with kinks at 0 and ½ has slopes ½ and 1½, hence ½ max(0, x) + max(0, x − ½): off by at
# most 1/16. For a wave with a trend, on $[-3, 3]$:

# %%
def wave(x):
    return np.sin(2 * x) + x / 2


def written_down(m):
    t = np.linspace(-3, 3, m + 1)
    slopes = np.diff(wave(t)) / np.diff(t)
    return [np.ones((1, m)), -t[:-1], np.diff(slopes, prepend=0)[:, None], wave(t[:1])]


# %%
x = np.linspace(-3, 3, 241)[:, None]
widths, built = (2, 8, 32, 128), {}
for m in widths:
    built[m] = mlp_outputs(written_down(m), x).numpy()[:, 0]
    print(f"{m:3} hidden units: largest error {np.abs(built[m] - wave(x[:, 0])).max():.3f}")

# %%
plot.curves(
    x[:, 0],
    {"the wave": wave(x[:, 0]), **{f"{m} units": built[m] for m in widths[:3]}},
    title="Hidden units are kinks: with 32 of them the wave is covered",
    x_label="x",
    y_label="f(x)",
    alt="A wave that rises. With 2 units it is one straight line that misses it, as the slope at 0 does not change; with 8 units a jagged "
    "chain near it; with 32 units no difference can be seen.",
)


# %% [markdown]
# From 8 units on, four times the units leave about a fifteenth of the error. For as small an error as you like there is a width that suffices: this
# is the **universal approximation theorem**, proved for sigmoids by Cybenko (1989) and for any activation that is not a
# polynomial by Leshno and others (1993), in any number of dimensions, on a bounded region. The condition is needed: with
# no activation, 128 units are one straight line.
#
# > **Myth:** "So a network with one hidden layer can learn any function."
#
# The theorem says that good weights *exist*. Does training *find* them? The same widths, ten starts each, 1,000 steps
# of Adam on all 241 points:

# %%
def squares(y, Z):
    return (Z[..., 0] - y) ** 2


def fitted(hidden, x, y, g=tf.nn.relu, kinks=3.0):
    theta = drawn_weights((1, *hidden, 1), starts=10, kinks=kinks)
    return adam_walk(theta, x, y.astype("float32"), squares, 1000, 0.01, g)


def root_mean_squares(theta, x, y, g=tf.nn.relu):  # (S,)
    return np.sqrt(np.mean((mlp_outputs(theta, tf.constant(x, "float32"), g).numpy()[..., 0] - y) ** 2, axis=-1))


# %%
trained = {m: fitted((m,), x, wave(x[:, 0])) for m in widths}
found = {m: root_mean_squares(trained[m], x, wave(x[:, 0])) for m in widths}  # (10,) each
exists = {m: np.sqrt(np.mean((built[m] - wave(x[:, 0])) ** 2)) for m in widths}
for m in widths[1:]:
    print(
        f"{m:3} units: written down {exists[m]:.4f} off; trained, more than that on average: {found[m].mean() > exists[m]}"
    )
print("128 units, trained: on average more than 10 times as far off as possible:", found[128].mean() > 10 * exists[128])

# %%
plot.traces(
    {
        "hidden units": {
            "written down": (np.array(widths), np.array(list(exists.values()))),
            **{f"start {s}": (np.array(widths), np.array([found[m][s] for m in widths])) for s in range(5)},
        }
    },
    log_x=True,
    log_y=True,
    markers=True,
    title="What exists, and what training finds",
    y_label="root mean square error",
    alt="Errors over the number of hidden units, both axes logarithmic. The line of the weights written down falls steeply to below 0.001. "
    "Those of five of the trained starts fall more slowly and end between 0.01 and 0.2.",
)


# %% [markdown]
# Wider helps, but from 8 units on the ruler wins by a growing factor: at 128 units it is tens of times better. What may be, and what
# gradient descent gets to in a given time, are two things. Nor does the theorem say how many units are enough, how many
# examples one needs, or what happens elsewhere.
#
# **Depth against width.** Composition is what one layer lacks. The tent $T(x) = 2 \max(0, x) - 4 \max(0, x - ½)$ folds
# $[0, 1]$ in two. Two units compute it; applied $k$ times, in $k$ layers, it folds $k$ times: $2^k$ straight pieces.
# One hidden layer has a kink a unit, so it needs $2^k - 1$ units for them (Telgarsky 2016).

# %%
def sawtooth(k):
    fold, zeros = np.array([[2.0, 2.0], [-4.0, -4.0]]), np.array([0.0, -0.5])
    theta = [np.ones((1, 2)), zeros]
    for _ in range(k - 1):
        theta += [fold, zeros]
    return [*theta, fold[:, :1], np.zeros(1)]


# %%
fine = np.linspace(0, 1, 4097)[:, None]
for k in (1, 4, 10):
    teeth = mlp_outputs(sawtooth(k), fine).numpy()[:, 0]
    pieces = 1 + np.count_nonzero(np.diff(np.sign(np.diff(teeth))))
    print(f"{k:2} layers of 2: {sum(w.size for w in sawtooth(k)):3} parameters, {pieces:4} pieces", end="; ")
    print(f"one layer would need {pieces - 1:4} units, {3 * (pieces - 1) + 1:4} parameters")

# %% [markdown]
# 61 parameters do what takes a flat network 3,070. So is deep better? Ask training again: the teeth of four layers of 2,
# from random weights; and the wave, with one layer of 32 units, two of 9 and three of 6: 97, 118 and 103 parameters.

# %%
few = np.linspace(0, 1, 257)[:, None]
teeth = mlp_outputs(sawtooth(4), few).numpy()[:, 0]
folded = root_mean_squares(fitted((2, 2, 2, 2), few, teeth, kinks=0.5), few, teeth)
print(f"a constant is {teeth.std():.1f} off; trained, 4 layers of 2 are {folded.min():.1f} off at best")

# %%
by_depth = {(32,): found[32]}
for hidden in ((9, 9), (6, 6, 6)):
    by_depth[hidden] = root_mean_squares(fitted(hidden, x, wave(x[:, 0])), x, wave(x[:, 0]))
over_shapes, over_starts = np.ptp([each.mean() for each in by_depth.values()]), max(map(np.ptp, by_depth.values()))
print("the shapes' means lie closer together than the starts of one shape:", over_shapes < over_starts)

# %% [markdown]
# As found: the teeth exist in 25 parameters, and not one of ten starts came near them. On the harmless wave the three
# shapes differ by less than the starts of one of them: here luck outweighs shape. Depth is cheap *where the function is
# made of functions*; whether training gets there is a question for a measurement.
#
# **And outside?** We trained on $[-3, 3]$. The 128 units from above, and as many with tanh, on twice the range; the figure
# shows the best start of each:

# %%
wide, outputs = np.linspace(-6, 6, 481)[:, None], {}
for name, g in (("ReLU", tf.nn.relu), ("tanh", tf.nn.tanh)):
    theta = trained[128] if name == "ReLU" else fitted((128,), x, wave(x[:, 0]), g)
    inside, outside = root_mean_squares(theta, x, wave(x[:, 0]), g), root_mean_squares(theta, wide, wave(wide[:, 0]), g)
    outputs[name] = mlp_outputs(theta, tf.constant(wide, "float32"), g).numpy()[inside.argmin(), :, 0]
    print(f"{name}: the error on [-6, 6] is more than 5 times as large, every start: {np.all(outside > 5 * inside)}")

# %%
plot.curves(
    wide[:, 0],
    {"the wave": wave(wide[:, 0]), **outputs},
    title="Trained on −3 to 3: good there, worthless beyond",
    x_label="x",
    y_label="f(x)",
    y_limits=(-6, 6),
    alt="A wave with a trend from minus 6 to 6. Between minus 3 and 3 both networks cover it. Beyond, the ReLU network runs on in straight lines "
    "and tanh flattens; both miss the wave.",
)

# %% [markdown]
# A ReLU network goes straight on for ever, tanh levels off; neither has any idea of the wave. Nothing in the theorem, or
# in the loss, speaks of places without data.
#
# ## Choosing width, depth and hyperparameters <a id="mlp-design"></a>
#
# No theorem tells how wide, how deep, how fast. A sweep does, if three things are kept: choose on a **validation part**,
# never on the test part; several starts for each setting; and look at what changes *most* first. To make it hard, only
# 300 digits to learn from; the other 1,047 of the training part validate.

# %%
digits = data.load("digits")
X, X_test = (part.reshape(-1, 64) / 16 for part in (digits.x_train, digits.x_test))
labels, labels_test = digits.y_train, digits.y_test
order = np.random.default_rng(0).permutation(len(X))
learn, validate = order[:300], order[300:]


# %%
def tried(hidden, rate=0.01):
    theta = adam_walk(drawn_weights((64, *hidden, 10)), X[learn], labels[learn], cross_entropies, 100, rate)
    return theta, accuracies(theta, X[validate], labels[validate])


# %% [markdown]
# *Predict before you run:* 4, 16 or 64 units a layer, in 1, 2 or 4 layers: which is best, and which worst?

# %%
units, depths = (4, 16, 64), (1, 2, 4)
swept = {(width, depth): tried((width,) * depth) for depth in depths for width in units}
mean = np.array([[swept[width, depth][1].mean() for width in units] for depth in depths])
deviation = np.array([[swept[width, depth][1].std(ddof=1) for width in units] for depth in depths])
print("best mean at", units[mean.max(axis=0).argmax()], "units a layer")
print("4 units: every depth below 0.8:", mean[:, 0].max() < 0.8)
print(
    "4 units: spread over starts at least 5 times that of 64 units:", deviation[:, 0].min() > 5 * deviation[:2, 2].max()
)
print("16 units: four layers below one layer:", mean[2, 1] < mean[0, 1])

# %% tags=["nbval-ignore-output"]
print("layers of    ", *(f"{width:>10}" for width in units))
for depth, row, spread in zip(depths, mean, deviation, strict=True):
    print(f"{depth} layer(s)   ", *(f"{m:.3f}±{s:.3f}" for m, s in zip(row, spread, strict=True)))

# %%
plot.heat_map(
    mean,
    row_names=["1 layer", "2 layers", "4 layers"],
    column_names=[f"{width} units" for width in units],
    title="Validation accuracy, mean of five starts",
    value_label="accuracy",
    alt="Nine cells. Four units a layer are poor: 0.58 with one layer, near a third with two and with four. With 16 and 64 units all lie near "
    "0.9 or above, the shallow ones highest.",
)

# %% [markdown]
# Too narrow is the one bad mistake: with 4 units all about an image must pass through 4 numbers, and what a start loses
# there no later layer brings back. Beyond that, little happens: from 16 to 64 units accuracy gains about as much as
# the starts scatter. More layers do not help on this task. So: **wide enough, then no deeper than pays**. Between
# settings that differ by less than their standard error ($s / \sqrt{5}$ here) take the smaller.
#
# What about the learning rate? One layer of 64 units at five rates:

# %%
rates = np.array([0.0001, 0.001, 0.01, 0.1, 1.0])
by_rate = np.stack([tried((64,), rate)[1] for rate in rates], axis=1)  # (starts, rates)
over_rates, over_widths = np.ptp(by_rate.mean(axis=0)), mean[0, 2] - mean[0, 1]
print("best rate:", rates[by_rate.mean(axis=0).argmax()])
print("range over rates more than 10 times that from 16 to 64 units:", over_rates > 10 * over_widths)

# %%
plot.traces(
    {"learning rate": {f"start {s}": (rates, by_rate[s]) for s in range(5)}},
    log_x=True,
    markers=True,
    title="The learning rate decides more than the shape",
    y_label="validation accuracy",
    alt="Accuracy over the learning rate for five starts. Low at 0.0001, high between 0.001 and 0.1, and low again at 1.",
)

# %% [markdown]
# Ten times as much as the width: tune it first, on a logarithmic scale. Now, once, the test part, which nothing was
# chosen by:

# %%
chosen, on_validation = swept[64, 1]
on_test = accuracies(chosen, X_test, labels_test)
print(f"64 units: validation {on_validation.mean():.2f}, test {on_test.mean():.2f} (mean of 5)")
print("they differ by less than 0.02:", abs(on_test.mean() - on_validation.mean()) < 0.02)


# %% [markdown]
# The two agree: choosing among so few settings by a thousand images cannot fool one much. With hundreds of settings and
# few images the best validation score is partly luck, and the test part says so.
#
# Start values that experience recommends for a table or small images: one or two layers of 64 to 256 units, ReLU, He's
# weights, Adam at 0.001 to 0.01, inputs standardized, early stopping; then sweep rate, width, regularization, in this
# order.
#
# ## Debugging a network <a id="mlp-checklist"></a>
#
# A wrong program crashes; a wrong network trains, worse than it should, without a word. Hence a checklist (Karpathy
# 2019), from cheap to dear. Each check has a number that one knows beforehand.
#
# **1. The loss before training is that of a guess:** $\ln K$ for $K$ equally frequent classes.

# %%
def fresh_network(**options):
    keras.utils.set_random_seed(0)
    return models.mlp(64, 10, (64,), **options)


def mean_loss(network, x, y):
    return float(np.mean(keras.losses.sparse_categorical_crossentropy(y, network(x))))


# %%
network = fresh_network()
print(f"ln 10 = {np.log(10):.1f}, before training {mean_loss(network, X, labels):.1f}", end="; ")
network.set_weights([5 * each for each in network.get_weights()])
print("with weights 5 times too large, above 10:", mean_loss(network, X, labels) > 10)

# %% [markdown]
# **2. One small batch can be learned by heart.** Sixteen images, 200 steps: the loss must go to 0. If it does not, look
# no further at data or size: something is wired wrongly. A softmax on top of a softmax, for instance, runs without an
# error. What can it reach at best? The first gives 1 to the right class and 0 to the others, the second makes
# $e / (e + 9)$ of it: a loss of $\ln(1 + 9/e) = 1.46$.

# %%
for name, activations in (("sound", ["softmax"]), ("softmax twice", ["softmax", "softmax"])):
    network = keras.Sequential([fresh_network(classifier_activation=None), *map(keras.layers.Activation, activations)])
    network.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    training.fit(
        network, X[:16], labels[:16], batch_size=16, order=np.tile(np.arange(16), 200)
    )  # 200 steps in one call
    by_heart = mean_loss(network, X[:16], labels[:16])
    print(
        f"{name:13} loss on 16 images below 0.05: {by_heart < 0.05}, below {np.log(1 + 9 / np.e):.2f}: {by_heart < 1.46}"
    )


# %% [markdown]
# The sound one is at 0.00 after 200 steps; the other cannot get there, though it may well be right sixteen times.
#
# **3. Gradients have one size everywhere.** Their root mean square in the first layer over that in the last, before the
# first step: between a thousandth and a thousand is sound. **4. Units live**: none should be 0 for all examples.

# %%
def first_over_last(network):
    with tf.GradientTape() as tape:
        cost = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, network(X)))
    kernels = [layer.kernel.value for layer in network.layers if hasattr(layer, "kernel")]
    sizes = [np.sqrt(np.mean(each**2)) for each in tape.gradient(cost, kernels)]
    return sizes[0] / sizes[-1]


# %%
ten_sigmoids = models.mlp(64, 10, (64,) * 10, activation="sigmoid")
network = fresh_network()
print("one ReLU layer, between 0.01 and 100: ", 0.01 < first_over_last(network) < 100)
print("ten sigmoid layers, below a millionth:", first_over_last(ten_sigmoids) < 1e-6)
for shift in (0.0, -10.0):
    network.get_layer("hidden1").bias.assign(np.full(64, shift))
    H = network.get_layer("hidden1")(X)
    print(f"biases at {shift:5}: {np.mean(np.all(H == 0, axis=0)):.0%} of the hidden units are dead")

# %% [markdown]
# [Lesson 06_2](06_2_vanishing_and_exploding_gradients.ipynb) is about the second line. A dead unit or two in a layer are
# common; all of them are a bug, since dead units get no gradient and stay dead.
#
# **5. Inputs and labels belong together.** A network learns shuffled labels by heart, too; only data that it has not
# learned from give it away. A wider one, 30 epochs:

# %%
keras.utils.set_random_seed(0)
network = models.mlp(64, 10, (128,))
network.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy")
shuffled = np.random.default_rng(0).permutation(labels)
log = training.fit(
    network, X, shuffled, batch_size=64, epochs=30, validation_data=(X_test, labels_test), seed=0
).history
print("training loss falls below 2.1:", log["loss"][-1] < 2.1)
print("validation loss ever below that of a guess, less 0.05:", min(log["val_loss"]) < np.log(10) - 0.05)


# %% [markdown]
# It learns its wrong labels, and nothing that holds for new images. A sound network would be below 0.5 on both by now.
#
# The course's `TrainingDoctor` does these checks and more while you train, and says in plain words what it found. Five
# networks, each with one planted bug, and a sound one. First only their losses, epoch by epoch. *Read them like a
# doctor: what might be wrong with each?*

# %%
def with_doctor(network, scale=1.0):
    doctor = TrainingDoctor((scale * X[:500], labels[:500]), (scale * X_test, labels_test))
    log = network.fit(scale * X, labels, epochs=4, batch_size=64, verbose=0, callbacks=[doctor])
    return doctor, log.history["loss"]


# %%
networks = [fresh_network(), fresh_network(), keras.Sequential([fresh_network(), keras.layers.Softmax()])]
adam_and_sgd = keras.optimizers.Adam(0.003), keras.optimizers.SGD(100.0), keras.optimizers.Adam(0.003)
for network, optimizer in zip(networks, adam_and_sgd, strict=True):
    network.compile(optimizer, "sparse_categorical_crossentropy")
adam, sgd, twice = networks
cases = {"A": with_doctor(adam), "B": with_doctor(restarted(adam, 0), scale=255.0), "C": with_doctor(sgd)}
restarted(adam, 0).get_layer("hidden1").bias.assign(np.full(64, -10.0))
restarted(sgd, 0).optimizer.learning_rate = 1e-6
cases |= {"D": with_doctor(twice), "E": with_doctor(adam), "F": with_doctor(sgd)}

# %% tags=["nbval-ignore-output"]
for name, (_, losses) in cases.items():
    print(name, *(f"{each:9.3g}" for each in losses))

# %% [markdown]
# A falls fast. B and C begin far above $\ln 10 = 2.3$; B comes down, C does not. D falls, but stays high above 0. E and F
# do not move, E exactly at $\ln 10$, F where it began. Compare your guesses:

# %%
for name, (doctor, _) in cases.items():
    print(name, [finding.name for finding in doctor.findings])

# %% [markdown]
# All five, each with the one name that explains it, and nothing about the sound one. What the doctor says in full, with
# its evidence and what to try:

# %% tags=["nbval-ignore-output"]
for name in "BE":
    print(name, cases[name][0].report(), "", sep="\n")

# %% [markdown]
# *What goes wrong, and how it looks:*
#
# | what you see | look for |
# |---|---|
# | a first loss far above ln K | unscaled inputs, too large weights, confused logits and probabilities |
# | loss exactly at ln K for ever | dead units, all weights frozen, a rate far too low, labels without relation to the inputs |
# | one batch cannot be learned by heart | wiring: softmax twice, a wrong loss, frozen layers |
# | loss leaps, grows, becomes nan | rate too high; exploding gradients |
# | first layers do not move | vanishing gradients |
# | training falls, validation never below a guess | shuffled labels |
# | training falls, validation falls and then rises | overfitting |
# | validation too good to be true | the same rows in both parts |
#
# ## Summary
#
# - An MLP is $f(x; \theta)$: matrix product, bias, activation, layer after layer; $\sum (n_{l-1} + 1) n_l$ parameters.
# - Standardize inputs with the training part's mean and deviation. Unscaled, the loss is a ravine.
# - One hidden layer can approximate any continuous function on a bounded region. That weights exist does not mean that
#   training finds them, nor that they are few, nor that they hold outside.
# - Deep networks fold: some functions need exponentially fewer units with depth.
# - Choose on validation data, over several starts. Too narrow hurts; the learning rate decides most.
# - Debug by numbers known beforehand: ln K, loss 0 on one batch, gradients of one size, no dead units.
#
# ## Words you met
#
# | word | meaning |
# |---|---|
# | multilayer perceptron | dense layers one after the other, with an activation between them |
# | feedforward network | one in which information goes from the inputs to the outputs only |
# | hidden layer | a layer between inputs and outputs |
# | width, depth | how many units a layer has; how many hidden layers there are |
# | standardizing | subtracting the mean of a column and dividing by its deviation |
# | universal approximation | some network comes as close as wanted to any continuous function on a bounded region |
# | extrapolation | predicting where there were no data |
# | sweep | the same training for several settings, to compare them |
# | validation part | data to choose settings by, neither learned from nor tested on |
# | learning by heart | driving the loss on a few examples to 0: the first test of a network's wiring |
#
# ## Review questions
#
# <details><summary>1. How many parameters has an MLP of 20 inputs, hidden layers of 50 and 10 units, and 3 outputs?</summary>
# 21 · 50 + 51 · 10 + 11 · 3 = 1,593.</details>
#
# <details><summary>2. Why is the test part scaled by the training part's mean?</summary>
# The test part stands for data that will come later. Its mean is not known then, and using it tells the network about the test.</details>
#
# <details><summary>3. A column in grams is changed to kilograms. Which of these is the same after training: a linear regression by least squares, an MLP?</summary>
# The regression: its weight becomes 1,000 times as large. The MLP's descent now runs in another valley.</details>
#
# <details><summary>4. Write |x| as a network with one hidden layer of two ReLUs.</summary>
# max(0, x) + max(0, −x).</details>
#
# <details><summary>5. A chain of straight pieces with 9 kinks inside the interval: how many ReLUs?</summary>
# Nine, and one more for the slope at the beginning.</details>
#
# <details><summary>6. Name three things that the universal approximation theorem does not say.</summary>
# How wide, whether training finds the weights, what happens outside the region (or how many examples it takes).</details>
#
# <details><summary>7. The tent, six times: how many pieces, with how many units in layers of two, in one layer?</summary>
# 64 pieces; 12 units; 63 units.</details>
#
# <details><summary>8. Setting A scores 0.941 with spread 0.006 over four starts, B, twice as large, 0.943 with the same. Which do you take?</summary>
# A: the difference, 0.002, is below the standard error, 0.006 / 2 = 0.003.</details>
#
# <details><summary>9. 100 classes, the first loss is 9. What do you say?</summary>
# ln 100 = 4.6 would be a guess. The outputs are far too large: unscaled inputs or weights.</details>
#
# <details><summary>10. A network with 5 classes and softmax twice: the lowest loss?</summary>
# ln(1 + 4/e) = 0.90.</details>
#
# <details><summary>11. Training loss falls to 0.3, validation loss never falls below ln K. Which check next?</summary>
# Print some inputs beside their labels: one of the two was shuffled or sorted alone.</details>
#
# ## Exercises
#
# [Exercise 6](../exercises/06_feedforward_networks.ipynb) asks for an MLP by hand (6.1), a width for a budget of parameters (6.2), and a diagnosis of three runs from
# their logs (6.3).
#
# ## References
#
# - Cybenko, G. (1989), Approximation by Superpositions of a Sigmoidal Function, Mathematics of Control, Signals and Systems 2.
# - Hornik, K. (1991), Approximation Capabilities of Multilayer Feedforward Networks, Neural Networks 4(2).
# - Leshno, M., Lin, V., Pinkus, A. and Schocken, S. (1993), Multilayer Feedforward Networks with a Nonpolynomial Activation
#   Function Can Approximate Any Function, Neural Networks 6(6).
# - LeCun, Y. and others (1998), Gradient-Based Learning Applied to Document Recognition, Proceedings of the IEEE 86(11).
# - LeCun, Y., Bottou, L., Orr, G. and Müller, K. (1998), Efficient BackProp, Neural Networks: Tricks of the Trade.
# - Telgarsky, M. (2016), Benefits of Depth in Neural Networks, COLT.
# - Karpathy, A. (2019), A Recipe for Training Neural Networks, karpathy.github.io.
