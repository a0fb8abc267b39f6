# %% [markdown]
# # Vanishing and exploding gradients
#
# On its way back through a network the gradient is multiplied by one factor a layer. Factors below 1 make it vanish,
# factors above 1 make it explode, and twenty layers leave little room between. You will measure the factors, break
# networks both ways, and then mend them.
#
# **You will be able to**
#
# - compute by hand what is left of a gradient after $n$ layers, and bound it from the weights;
# - tell vanishing from exploding by what you can measure, and say what does *not* happen;
# - clip gradients by value, norm and global norm, and say which of them keeps the direction;
# - train with a large batch in small parts, equal ones or not;
# - trade computing for memory by gradient checkpointing, and count both;
# - choose a remedy from a table that you measured.
#
# **You need** [Gradient descent and backpropagation](04_1_backpropagation.ipynb) and
# [Activation functions](03_2_activation_functions.ipynb).
#
# **Time** about 50 s to run on two CPU cores; an hour and a half to read.
#
# **Data** the digits that come with scikit-learn: 1,347 images of 8 × 8 pixels to learn from, 450 to test on; and sequences
# of random numbers, made here.

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()

# %%
import gc
import timeit
from functools import cache, partial
from itertools import pairwise

import keras
import numpy as np
import tensorflow as tf

from dlcourse import data, layers, plot, scratch, training
from dlcourse.callbacks import GradientMonitor

# %% [markdown]
# The baseline first: one hidden layer, ten epochs. What does depth have to beat?

# %%
digits = data.load("digits")
X, X_test = (part.reshape(-1, 64).astype("float32") for part in (digits.x_train, digits.x_test))
X, X_test = ((part - X.mean()) / X.std() for part in (X, X_test))
labels, labels_test = digits.y_train, digits.y_test

# %%
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
keras.utils.set_random_seed(0)
shallow = keras.Sequential([keras.Input((64,)), keras.layers.Dense(32, "sigmoid"), keras.layers.Dense(10)])
shallow.compile(keras.optimizers.SGD(0.5), loss)
training.fit(shallow, X, labels, batch_size=64, epochs=10, verbose=0)
print("more than nine in ten right:", np.mean(np.argmax(shallow(X_test), axis=1) == labels_test) > 0.9)

# %% [markdown]
# More than nine in ten. More layers can only help, one might think.
#
# ## Vanishing gradients <a id="vanishing"></a>
#
# A chain of $n$ layers with one unit each, $a_l = w_l h_{l-1}$ and $h_l = \sigma(a_l)$. By the chain rule the slope of
# the output with respect to the input is a product,
#
# $$\frac{\partial h_n}{\partial h_0} = \prod_{l=1}^{n} w_l\, \sigma'(a_l), \qquad \sigma'(a) = \sigma(a)\,(1 - \sigma(a)) \le \tfrac14,$$
#
# with all of them in $\mathbb{R}$. The slope of σ is largest at 0, where $\sigma = 0.5$: exactly 1/4. On paper, at best
# and with $w = 1$: three layers leave $1/64$. *Predict before you run:* and with $w = 2$, or when each unit stands at
# $\sigma = 0.9$, whose slope is $0.9 \cdot 0.1$?

# %%
for w, h in ((1, 0.5), (2, 0.5), (4, 0.5), (1, 0.9)):
    factor = w * h * (1 - h)
    print(f"w = {w}, σ = {h}: factor {factor:.2f} a layer, three layers {factor**3:.6f}, twenty {factor**20:.0e}")


# %% [markdown]
# With $w = 4$ a chain that sits exactly at the middle passes everything on; a little to the side it does not. In a
# layer with the matrix $W_l \in \mathbb{R}^{U \times U}$ the gradient $\delta_l \in \mathbb{R}^U$ with respect to the sums
# $a_l = h_{l-1} W_l$ goes on as $\delta_{l-1} = \sigma'(a_{l-1}) \circ (W_l\, \delta_l)$. A matrix stretches no vector by more than its largest **singular
# value**, its norm $\lVert W \rVert$, so that over $n$ layers, with the largest of their norms,
#
# $$\lVert \delta_{l-n} \rVert \le \big(\tfrac14 \lVert W \rVert\big)^n\, \lVert \delta_l \rVert.$$
#
# Twenty layers of 32 units, weights of variance $s^2/32$; we walk back by hand and keep each layer's norm. First with
# $s = 1$, beside the bound.

# %%
def norms_on_the_way_back(s, n=20, U=32):
    rng = np.random.default_rng(0)
    matrices = [rng.normal(0, s / np.sqrt(U), (U, U)) for _ in range(n)]
    slopes, h = [], rng.normal(0, 1, (100, U))
    for W in matrices:
        h = scratch.sigmoid(h @ W)
        slopes.append(h * (1 - h))
    delta, norms, bounds = rng.normal(0, 1, (100, U)) * slopes[-1], [], [1.0]
    for W, slope in zip(matrices[:0:-1], slopes[-2::-1], strict=True):
        norms.append(np.linalg.norm(delta))
        delta = (delta @ W.T) * slope
        bounds.append(bounds[-1] * 0.25 * np.linalg.norm(W, 2))
    return np.array([*norms, np.linalg.norm(delta)]) / norms[0], np.array(bounds)


# %%
walked = {s: norms_on_the_way_back(s) for s in (1.0, 4.0, 16.0)}
norms, bounds = walked[1.0]
print(f"left at the first layer: {norms[-1]:.0e}; the bound says at most {bounds[-1]:.0e}")
plot.spread(
    np.arange(20, 0, -1),
    {"measured": norms[None], "bound": bounds[None]},
    log_y=True,
    title="Twenty sigmoid layers: each takes three quarters or more",
    x_label="layer",
    y_label="norm of the gradient, 1 at layer 20",
    alt="Two straight lines on a logarithmic axis that fall from layer 20 to layer 1: the bound to about a millionth, the measured norm to "
    "below a trillionth.",
)

# %% [markdown]
# A straight line on a logarithmic axis: the same factor in every layer. The bound is far too kind, since a vector seldom
# lies along the most stretched direction. So larger weights should help. *Predict:* what do sixteen times larger weights
# do, in a network of sigmoids?

# %%
for s, (norms, bounds) in walked.items():
    print(
        f"s = {s:4}: factor a layer {norms[-1] ** (1 / 19):.2f}, of the bound {bounds[-1] ** (1 / 19):.2f}; left {norms[-1]:.0e}"
    )

# %% [markdown]
# At $s = 4$ half a gradient still goes lost in every layer: large sums push units to where σ is flat. At 16 the weights
# win and the gradient *grows*. A sigmoid network can explode, too; the bound, always far above, only says that it need not.
#
# The real thing: 20 sigmoid layers on the digits, watched by `GradientMonitor` while `fit` trains. Look at how far the
# lines lie apart.

# %%
keras.utils.set_random_seed(0)
hidden = [keras.layers.Dense(32, "sigmoid", name=f"layer_{number}") for number in range(1, 21)]
deep = keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10, name="output")])
deep.compile(keras.optimizers.SGD(0.5), loss)
monitor = GradientMonitor((X[:256], labels[:256]), every=10)
before = deep.get_weights()
deep.fit(X, labels, batch_size=64, epochs=3, verbose=0, callbacks=[monitor])
after = deep.get_weights()
print(f"right after training: {np.mean(np.argmax(deep(X_test), axis=1) == labels_test):.1f}")
print("layer 1 below a billionth of layer 20:", monitor.norms["layer_1"][0] < 1e-9 * monitor.norms["layer_20"][0])
shown = [f"layer_{number}" for number in (1, 5, 10, 15, 20)] + ["output"]
plot.gradient_flow(
    monitor.steps,
    {name: monitor.norms[name] for name in shown},
    title="The lower the layer, the less arrives",
    alt="Six nearly level lines on a logarithmic axis over 60 steps: the output layer near 0.3 on top, layer 20 close to it, then layers 15, "
    "10, 5 and 1, each a hundred to some thousand times below the one before.",
)

# %% [markdown]
# The network guesses: one in ten.
#
# > **Myth:** "Vanishing gradients make the weights zero."

# %%
for number in (1, 10, 20):
    old, new = before[2 * number - 2], after[2 * number - 2]
    moved = np.linalg.norm(new - old) / np.linalg.norm(old)
    print(f"layer {number:2}: norm after / before {np.linalg.norm(new) / np.linalg.norm(old):.2f}", end=", ")
    print(f"weights at zero {np.mean(np.abs(new) < 1e-6):.0%}, moved by less than a millionth: {moved < 1e-6}")

# %% [markdown]
# What vanishes is the *change*. The first layer's weights stay where chance put them.
#
# ## Exploding gradients <a id="exploding"></a>
#
# A recurrent network uses the same matrix at every time step, $h_t = \varphi(h_{t-1} U + x_t w)$ with the state
# $h_t \in \mathbb{R}^{K}$ and $U \in \mathbb{R}^{K \times K}$. So the same factor comes again and again: over 50 steps
# $0.9^{50} = 0.005$ and $1.1^{50} = 117$. A matrix whose singular values are all equal to $s$ (a rotation times $s$)
# shows it undisturbed:

# %%
rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(32, 32)))[0]
steps, flows = np.arange(51), {}
for s in (0.9, 1.0, 1.1, 1.4):
    U, gradient = s * rotation, np.full(32, 1 / np.sqrt(32))
    flows[f"s = {s}"] = [np.linalg.norm(gradient @ np.linalg.matrix_power(U, int(t))) for t in steps]
    print(f"s = {s}: after 50 steps {flows[f's = {s}'][-1]:.1e}")

# %%
plot.curves(
    steps,
    flows,
    log_y=True,
    title="Fifty steps of one matrix: only a factor of 1 is safe",
    x_label="steps back in time",
    y_label="norm of the gradient",
    alt="Four straight lines on a logarithmic axis: for 0.9 falling to 0.005, for 1 level, for 1.1 rising to 117, for 1.4 to twenty million.",
)

# %% [markdown]
# Must a gradient explode when the largest singular value exceeds 1? A small counterexample:

# %%
U = np.array([[0.0, 5.0], [0.0, 0.0]])
print("largest singular value", np.linalg.norm(U, 2), "  U @ U =", (U @ U).tolist())

# %% [markdown]
# No: what is stretched once may be stopped next. Above 1 is *necessary* for exploding, not sufficient (Pascanu and others
# 2013).
#
# Now to a task: 30 random numbers one after the other, and the target is their sum (over $\sqrt{30}$, so that it has
# variance 1: always answering 0 costs 1.0). The recurrent network has ReLU for φ and 32 units; its $U$ starts with all singular
# values at 1.2. Three starts.

# %%
numbers = np.random.default_rng(0).normal(size=(2000, 30, 1)).astype("float32")
sequences, sums = tf.constant(numbers), tf.constant(numbers.sum(axis=1) / np.sqrt(30), "float32")
starts = []
for seed in range(3):
    rng = np.random.default_rng(seed)
    U = 1.2 * np.linalg.qr(rng.normal(size=(32, 32)))[0]
    starts.append([rng.normal(0, 0.3, (1, 32)), U, np.zeros(32), rng.normal(0, np.sqrt(1 / 32), (32, 1))])
recurrent = [tf.Variable(each, dtype="float32") for each in starts[0]]  # w, U, b and the output layer


# %%
@tf.function
def cost_and_gradients(first):
    x, target = sequences[first : first + 50], sums[first : first + 50]
    with tf.GradientTape() as tape:
        h = tf.zeros((50, 32))
        for t in range(30):
            h = tf.nn.relu(x[:, t] @ recurrent[0] + h @ recurrent[1] + recurrent[2])
        cost = tf.reduce_mean((h @ recurrent[3] - target) ** 2)
    return cost, tape.gradient(cost, recurrent)


# %% [markdown]
# `descent_log` takes steps of gradient descent and logs cost and norm of the gradient at each.

# %%
def descent_log(start, change=lambda gradients: gradients, rate=0.05, updates=120):
    log = []
    for variable, value in zip(recurrent, start, strict=True):
        variable.assign(value)
    for update in range(updates):
        cost, gradients = cost_and_gradients(tf.constant(50 * (update % 40)))
        log.append((float(cost), float(tf.linalg.global_norm(gradients))))
        if not np.isfinite(log[-1]).all():
            break  # what is not a number stays so
        for variable, gradient in zip(recurrent, change(gradients), strict=True):
            variable.assign_sub(rate * gradient)
    return np.array(log)


# %%
plain = [descent_log(start) for start in starts]
print("no number, or no better than guessing:", [bool(not log[-20:, 0].mean() < 0.9) for log in plain])
at = next(start for start in range(3) if not np.isfinite(plain[start][-1]).all())
broken = plain[at]
norms = broken[np.isfinite(broken[:, 1]), 1]
print("in a run that ends in nan, the longest gradient exceeds 100 medians:", norms.max() > 100 * np.median(norms))

# %% [markdown]
# All three break down. The last lines of that run's log (they differ from machine to machine):

# %% tags=["nbval-ignore-output"]
for update, (cost, norm) in list(enumerate(broken))[-4:]:
    print(f"update {update:3}: cost {cost:9.2g}, norm of the gradient {norm:9.2g}")


# %% [markdown]
# For a while all is well; then one batch comes to a cliff of the cost, its gradient is thousands of times as long as the
# others, and *one* step throws the weights away. The next state exceeds what a float can hold and becomes infinity; $\infty - \infty$
# is `nan`, and everything that `nan` touches is `nan`. (`keras.callbacks.TerminateOnNaN` ends such a run.) A start that
# leaps and stays finite is not saved either: its ReLUs are dead, and it answers the same to everything.
#
# ## The signs, side by side <a id="gradient-signs"></a>
#
# The table of symptoms that books print, here measured on one kind of network: 20 layers without biases, written out so
# that three starts train side by side as one more axis, S.

# %%
def deep_start(scale, S=3, depth=20, width=32):
    rng, sizes = np.random.default_rng(0), [64, *[width] * (depth - 1), 10]
    return [tf.Variable(rng.normal(0, scale / np.sqrt(D), (S, D, U)), dtype="float32") for D, U in pairwise(sizes)]


# %%
def deep_outputs(weights, x, activation, normalized=False, residual=False):
    h = activation(x @ weights[0])  # (S, B, U)
    for W in weights[1:-1]:
        a = h @ W
        if normalized:  # each unit to mean 0 and variance 1 over the batch
            a = (a - tf.reduce_mean(a, 1, True)) / (tf.math.reduce_std(a, 1, True) + 1e-3)
        h = activation(a) + h if residual else activation(a)
    return h @ weights[-1]  # (S, B, K)


# %%
def deep_gradients(weights, places, **network):
    with tf.GradientTape() as tape:
        logits = deep_outputs(weights, tf.gather(X, places), **network)
        wanted = tf.broadcast_to(tf.gather(labels, places), tf.shape(logits)[:2])
        costs = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, logits), axis=1)
    return costs, tape.gradient(costs, weights)


# %% [markdown]
# `deep_epoch` compiles an epoch of plain gradient descent, in batches of 32; with a `limit`, each start's gradient is clipped by its
# global norm, of which more below. `deep_run` trains for ten and returns what a table needs.

# %%
@cache
def deep_epoch(**network):
    weights = deep_start(1.0)

    @tf.function
    def deep_pass(order, rate, limit):
        for i in tf.range(42):
            _, gradients = deep_gradients(weights, order[32 * i : 32 * i + 32], **network)
            norm = tf.sqrt(sum(tf.reduce_sum(each**2, (1, 2), True) for each in gradients))  # (S, 1, 1)
            for W, gradient in zip(weights, gradients, strict=True):
                W.assign_sub(rate * gradient * tf.minimum(1.0, limit / norm))

    return weights, deep_pass


# %%
def deep_run(scale, rate, limit=np.inf, **network):
    weights, epoch = deep_epoch(**network)
    before, rng = [each.numpy() for each in deep_start(scale)], np.random.default_rng(0)
    for each, value in zip(weights, before, strict=True):
        each.assign(value)
    first, gradients = deep_gradients(weights, tf.range(256), **network)
    sizes = [float(tf.sqrt(tf.reduce_mean(each**2))) for each in gradients]
    for _ in range(10):
        epoch(tf.constant(rng.permutation(len(X))), tf.constant(rate), tf.constant(limit))
    last, _ = deep_gradients(weights, tf.range(256), **network)
    right = np.mean(np.argmax(deep_outputs(weights, X_test, **network), axis=-1) == labels_test, axis=1)
    moved = [np.linalg.norm(W - old) / np.linalg.norm(old) for W, old in zip(weights, before, strict=True)]
    return {"sizes": sizes, "moved": moved, "costs": (np.mean(first), np.mean(last)), "right": right}


# %%
runs = {
    "vanishing": deep_run(1.0, 0.1, activation=tf.sigmoid),
    "healthy": deep_run(1.0, 0.1, activation=tf.tanh),
    "exploding": deep_run(4.0, 0.1, activation=tf.nn.relu),
}

# %% [markdown]
# Each symptom, measured: the root mean square of a gradient's numbers in the first and the last layer before training, the
# cost before and after, and whether the weights moved by more than 1 % of their length.

# %%
print("              gradient: first      last   cost: before   after   moved: first  last")
for name, run in runs.items():
    moved = ["nan" if np.isnan(run["moved"][at]) else "yes" if run["moved"][at] > 0.01 else "no" for at in (0, -1)]
    sizes = f"{run['sizes'][0]:16.0e} {run['sizes'][-1]:9.0e}"
    print(f"{name:12}{sizes} {run['costs'][0]:14.0e} {run['costs'][1]:7.0f} {moved[0]:>14} {moved[1]:>5}")

# %% [markdown]
# | sign | vanishing | exploding |
# |---|---|---|
# | gradient | tiny in early layers, sound in the last | huge, here in *all* layers |
# | cost | level, at the $\ln 10 = 2.3$ of guessing | enormous at once, then `nan` |
# | weights | early ones do not move, late ones do | become `nan` (or leap) |
#
# A network of ReLUs explodes in all layers alike, since values grow on the way forward by the factor by which gradients
# grow on the way back: compare layers *and* look at the size itself.
#
# > **Myth:** "ReLU explodes gradients, its slope is to blame."
#
# Its slope is 0 or 1. Keep the ReLU and change only the scale of the weights:

# %%
for scale in (1.0, 1.4, 4.0):
    _, gradients = deep_gradients(deep_start(scale), tf.range(256), activation=tf.nn.relu)
    print(f"ReLU, weights of scale {scale}: gradient of the first layer {float(tf.norm(gradients[0])):.0e}")

# %% [markdown]
# The same slope vanishes, keeps and explodes. The weights decide.
#
# ## Gradient clipping by value, norm and global norm <a id="gradient-clipping"></a>
#
# If one step in a hundred is far too long, shorten that one. With a limit $c > 0$ and the gradients $g_1, g_2, \dots$ of
# the weights, arrays of any shape:
#
# $$\text{value:}\ \ g \leftarrow \max(-c, \min(c, g)) \qquad \text{norm:}\ \ g_k \leftarrow g_k \frac{c}{\max(c, \lVert g_k \rVert)} \qquad
# \text{global norm:}\ \ g_k \leftarrow g_k \frac{c}{\max(c, \lVert g \rVert)}, \quad \lVert g \rVert = \sqrt{\textstyle\sum_k \lVert g_k \rVert^2}$$
#
# On paper: two weights' gradients, $(6, 8)$ and $(24)$. Their norms are 10 and 24, the global norm is
# $\sqrt{100 + 576} = 26$. With $c = 6.5$: by global norm a quarter is left of everything, $(1.5, 2)$ and $(6)$; by norm each is brought
# to 6.5 by itself; by value the 6 stays, and the 8 and the 24 are cut.

# %%
pair = [tf.constant([6.0, 8.0]), tf.constant([24.0])]
ways = {
    "value": training.clip_by_value(pair, 6.5),
    "norm": training.clip_by_norm(pair, 6.5),
    "global norm": training.clip_by_global_norm(pair, 6.5)[0],
}
whole = np.concatenate(pair)
for name, clipped in ways.items():
    new = np.concatenate(clipped)
    cosine = new @ whole / np.linalg.norm(new) / np.linalg.norm(whole)
    print(f"{name:12} {np.round(new, 2)}  cosine with the true direction {cosine:.3f}")

# %% [markdown]
# A cosine of 1 is the same direction: only the global norm keeps it. By norm each array keeps its own, though not the
# whole; by value nothing does. In NumPy, in the course's package and in TensorFlow:

# %%
norm = np.sqrt(sum(np.sum(each.numpy() ** 2) for each in pair))
ours, measured = training.clip_by_global_norm(pair, 6.5)
theirs, _ = tf.clip_by_global_norm(pair, 6.5)
for g, a, b in zip(pair, ours, theirs, strict=True):
    print("by hand", g.numpy() * 6.5 / max(6.5, norm), "  ours", a.numpy(), "  TensorFlow's", b.numpy())
print("the norm before, which ours returns, too:", float(measured))

# %% [markdown]
# How much does it turn a real gradient? One of the first run's, after its first step:

# %%
descent_log(starts[0], updates=1)
_, gradients = cost_and_gradients(tf.constant(50))
whole = np.concatenate([np.ravel(each) for each in gradients])
biggest, length = np.abs(whole).max(), np.linalg.norm(whole)
for name, clipped in {
    "value": training.clip_by_value(gradients, biggest / 50),
    "global norm": training.clip_by_global_norm(gradients, length / 10)[0],
}.items():
    new = np.concatenate([np.ravel(each) for each in clipped])
    print(f"{name:12} cosine {new @ whole / np.linalg.norm(new) / length:.1f}")

# %% [markdown]
# Now the three runs that broke down, from the same starts with the same rate, with a limit of 1. Guessing costs 1.0.

# %%
clipped = [descent_log(start, lambda gradients: training.clip_by_global_norm(gradients, 1.0)[0]) for start in starts]
print("finite to the end:                        ", [bool(np.isfinite(log).all()) for log in clipped])
print("mean cost of the last 40 updates below 0.8:", [bool(log[-40:, 0].mean() < 0.8) for log in clipped])

# %%
plot.traces(
    {
        "update": {
            "as it is": (np.arange(len(broken)), np.minimum(np.nan_to_num(broken[:, 0], nan=1e6), 1e6)),
            "clipped at 1": (np.arange(len(clipped[at])), clipped[at][:, 0]),
        }
    },
    log_y=True,
    title="The same start, the same rate: a leap to infinity, and a descent",
    y_label="cost of the batch",
    alt="Two lines. The unclipped one runs near 1 for a while and then leaps to the top of the figure and ends. The clipped one goes on and falls "
    "to about a half.",
)

# %% [markdown]
# All three learn, at the rate at which they broke. Two limits of the method: it must come *before* the step (`nan` clipped is `nan`), and it does nothing for
# gradients that vanish. In Keras: `keras.optimizers.SGD(0.05, global_clipnorm=1.0)`, or `clipnorm`, `clipvalue`. The limit?
# Log the norms of a healthy run and take somewhat more than their median.
#
# ## Gradient accumulation <a id="gradient-accumulation"></a>
#
# The batch that you want does not fit into memory. The cost is a mean over examples, so its gradient is a mean, too, and may be
# taken in parts: with micro-batches of $n_k$ of the $N$ examples and the gradients $g_k$ of *their* mean costs,
#
# $$g = \sum_k \frac{n_k}{N}\, g_k.$$
#
# On paper: three examples with the gradients 2, 4 and 9, mean 5. In micro-batches of two and one, $g_1 = 3$ and $g_2 = 9$. *Predict:*
# what does their plain average give?

# %%
print("plain average", (3 + 9) / 2, "  weighted by size", 2 / 3 * 3 + 1 / 3 * 9)


# %% [markdown]
# The single example counted as much as two. Now a network and a batch of 250 in micro-batches of 64: three full ones and one of
# 58.

# %%
def gradient_of(model, places):
    with tf.GradientTape() as tape:
        cost = loss(labels[places], model(X[places], training=True))
    return tape.gradient(cost, model.trainable_variables)


def largest_difference(some, others):
    return max(float(tf.reduce_max(tf.abs(a - b))) for a, b in zip(some, others, strict=True))


large = gradient_of(shallow, slice(0, 250))
_, accumulated = training.accumulate_gradients(shallow, loss, X[:250], labels[:250], micro_batch=64)
parts = [gradient_of(shallow, slice(begin, min(begin + 64, 250))) for begin in range(0, 250, 64)]
averaged = [sum(each) / len(parts) for each in zip(*parts, strict=True)]
print("accumulated, largest difference below 1e-6:", largest_difference(accumulated, large) < 1e-6)
print("plain average of the parts, below 1e-6:    ", largest_difference(averaged, large) < 1e-6)


# %% [markdown]
# And the memory? We count the bytes of all arrays that exist *between* the forward and the backward pass because the tape
# keeps them. Python's garbage collector knows every array:

# %%
def bytes_alive():
    arrays = [each for each in gc.get_objects() if type(each).__name__ == "EagerTensor"]
    views = [np.asarray(memoryview(each)) for each in arrays if each.dtype.is_floating and each.shape.rank]
    return sum({view.ctypes.data: view.nbytes for view in views}.values())  # each place in memory once


def bytes_kept(model, inputs):
    gc.collect()
    gc.freeze()  # what was there before is not counted
    with tf.GradientTape() as tape:
        cost = tf.reduce_mean(model(inputs) ** 2)
    return bytes_alive(), tape, cost


# %%
wide = keras.Sequential([keras.Input((64,)), *(keras.layers.Dense(64, "tanh") for _ in range(8))])
for size in (1000, 500, 125):
    kept = bytes_kept(wide, tf.random.normal((size, 64)))[0]
    print(f"batch of {size:4}: {kept / 1e6:.2f} MB kept for the way back")

# %% [markdown]
# 2.3 MB, 1.2 MB and 0.3 MB are in proportion to the batch (nine arrays of 64 numbers of 4 bytes for each example); the other
# 0.13 MB are the weights. So eight micro-batches of 125, one after the other, need about an eighth of the memory. (The sum of
# gradients, as large as the weights, comes on top.)
#
# One exception. Batch normalization looks at the batch as a whole, and a micro-batch has another mean:

# %%
first, last = shallow.layers
normalized = keras.Sequential([keras.Input((64,)), first, keras.layers.BatchNormalization(), last])
large = gradient_of(normalized, slice(0, 256))
for size in (256, 128, 8):
    _, accumulated = training.accumulate_gradients(normalized, loss, X[:256], labels[:256], micro_batch=size)
    print(f"micro-batches of {size:3}: difference above 0.001: {largest_difference(accumulated, large) > 0.001}")


# %% [markdown]
# Not wrong, but another network: that of small batches. Layer normalization does not mind.
#
# ## Gradient checkpointing <a id="gradient-checkpointing"></a>
#
# Another way to save: keep only every $k$-th layer's output, the *checkpoints*, and when the gradient comes by, compute what
# lies between once more. Of $L$ layers one then keeps at the peak $L / k$ checkpoints and the inside of one part, $k$. In
# NumPy, for layers $h_l = \tanh(h_{l-1} W_l)$:

# %%
def checkpointed(matrices, x, k):
    kept, h = {0: x}, x
    for layer, W in enumerate(matrices, start=1):
        h = np.tanh(h @ W)
        if layer % k == 0:
            kept[layer] = h
    delta, gradients, computed, peak = h / h.size, [], len(matrices), 0
    for begin in range(len(matrices) - k, -1, -k):
        inside = [kept[begin]]
        for W in matrices[begin : begin + k]:
            inside.append(np.tanh(inside[-1] @ W))
        computed, peak = computed + k, max(peak, len(kept) - 1 + k)
        for W, below, above in zip(matrices[begin : begin + k][::-1], inside[-2::-1], inside[:0:-1], strict=True):
            delta = delta * (1 - above**2)
            gradients.append(below.T @ delta)
            delta = delta @ W.T
        del kept[begin + k]
    return gradients, computed, peak


# %% [markdown]
# *Predict:* for 64 layers, which $k$ needs the least memory?

# %%
rng = np.random.default_rng(0)
matrices, x = [rng.normal(0, 0.18, (32, 32)) for _ in range(64)], rng.normal(size=(100, 32))
peaks, whole = {}, checkpointed(matrices, x, 64)[0]
for k in (1, 2, 4, 8, 16, 32, 64):
    gradients, computed, peaks[k] = checkpointed(matrices, x, k)
    error = max(np.abs(a - b).max() for a, b in zip(gradients, whole, strict=True))
    print(f"k = {k:2}: {peaks[k]:2} outputs at the peak, error below 1e-12: {error < 1e-12}")
print("layers computed forward:", computed)
plot.traces(
    {"k, layers in a part": {"outputs kept at the peak": (np.array(list(peaks)), np.array(list(peaks.values())))}},
    log_x=True,
    markers=True,
    title="64 layers: the root of the depth is best",
    y_label="outputs kept at the peak",
    alt="A U-shaped line over k from 1 to 64: 65 at both ends, lowest with 16 at k = 8.",
)


# %% [markdown]
# Parts of $k = \sqrt{L} = 8$: 16 outputs in place of 64, for each layer computed twice. A step of forward and backward
# costs about three forward passes, so one more makes it a third longer. The gradients are the same ones.
#
# In Keras, `layers.Rematerialized` wraps a part. We count against depth, in parts of four:

# %%
def with_parts(depth, wrap):
    keras.utils.set_random_seed(0)
    part = [keras.Sequential([keras.layers.Dense(64, "tanh") for _ in range(4)]) for _ in range(depth // 4)]
    return keras.Sequential([keras.Input((64,)), *(wrap(each) for each in part)])


# %%
inputs, seconds = tf.random.normal((1000, 64)), {}
for depth in (4, 8, 16):
    kept, found = [], []
    for name, wrap in (("plain", lambda part: part), ("wrapped", layers.Rematerialized)):
        model = with_parts(depth, wrap)
        size, tape, cost = bytes_kept(model, inputs)
        weights = 4 * model.count_params()  # which the tape holds, too
        kept.append((size - weights) / (1000 * 64 * 4))
        found.append(tape.gradient(cost, model.trainable_variables))
        step = tf.function(lambda x, model=model: tf.gradients(model(x) ** 2, model.trainable_variables))
        seconds[depth, name] = min(timeit.repeat(partial(step, inputs), number=1, repeat=8))
    print(f"{depth:2} layers: kept {kept[0]:.0f} outputs plain, {kept[1]:.0f} wrapped", end="; ")
    print("largest difference of gradients below 1e-6:", largest_difference(*found) < 1e-6)

# %% [markdown]
# Beside the weights: one output a layer, against one for each four layers, and one more for the loss. During the way back the inside of one part comes on top. What it
# costs in time, on this machine now:

# %% tags=["nbval-ignore-output"]
for depth in (4, 8, 16):
    plain_time, wrapped_time = seconds[depth, "plain"], seconds[depth, "wrapped"]
    print(f"{depth:2} layers: {1000 * plain_time:5.1f} ms a step, wrapped {wrapped_time / plain_time:.1f} times that")

# %% [markdown]
# Counting promised a third more; copies, and whatever else this machine is doing, change that.
#
# ## Remedies compared <a id="remedies"></a>
#
# Back to the twenty layers that learned nothing. One remedy at a time, ten epochs, three starts each, at the better of two
# rates that we tried, 0.01 and 0.1. He's weights have the variance $2/D$ for $D$ inputs, scale $\sqrt2$ here. *Predict:* which of them
# will not help at all?

# %%
relu, he = tf.nn.relu, np.sqrt(2)
remedies = {
    "none: sigmoid, weights of scale 1": runs["vanishing"],
    "clipping at 1": deep_run(1.0, 0.1, limit=1.0, activation=tf.sigmoid),
    "weights of scale 8": deep_run(8.0, 0.1, activation=tf.sigmoid),
    "tanh": runs["healthy"],
    "ReLU": deep_run(1.0, 0.1, activation=relu),
    "ReLU, He's weights": deep_run(he, 0.01, activation=relu),
    "ReLU, He's weights, clipping at 1": deep_run(he, 0.1, limit=1.0, activation=relu),
    "leaky ReLU, He's weights": deep_run(he, 0.01, activation=tf.nn.leaky_relu),
    "batch normalization": deep_run(1.0, 0.1, activation=tf.sigmoid, normalized=True),
    "residual connections": deep_run(1.0, 0.1, activation=tf.sigmoid, residual=True),
}

# %% tags=["nbval-ignore-output"]
print("remedy                              gradient: first / last   right: mean  spread")
for name, run in remedies.items():
    ratio = run["sizes"][0] / run["sizes"][-1]
    print(f"{name:35} {ratio:22.0e} {run['right'].mean():13.2f} {run['right'].std():7.2f}")

# %% [markdown]
# What should hold on your machine, too:

# %%
right = {name: run["right"].mean() for name, run in remedies.items()}
print("still guessing:", [name for name, share in right.items() if share < 0.15])
for name in ("tanh", "batch normalization", "residual connections"):
    print(f"{name}: above 0.85 {right[name] > 0.85}")
print("He's weights gain more than 0.1 over smaller ones:", right["ReLU, He's weights"] > right["ReLU"] + 0.1)

# %% [markdown]
# As found, on this network:
#
# - *Clipping* does nothing for what vanishes; it helped where steps were too long (He's weights at the larger rate).
# - *ReLU alone* does not help: with weights of scale 1 half the signal is lost in each layer. With He's weights it is alive,
#   but only just; a leak for negative sums helps.
# - *Larger weights* bring a sigmoid's gradient down to the first layer and the units into the flat: poor.
# - *Tanh*, *batch normalization* and *residual connections* each suffice alone, without changing the depth. The sigmoid was
#   not the problem; what it did to the factor was. (Our normalization takes the statistics of the batch that it is given,
#   also in the test.)
#
# The one hidden layer of the beginning is as good as the best of them: that depth can be trained does not mean that digits of
# 8 × 8 pixels need it.
#
# ## Summary
#
# - The gradient is multiplied by a factor in each layer. For a sigmoid: at most a quarter of the weights' norm, in fact less.
# - Vanishing: early weights stay where they were; they do not become zero. Exploding: one step throws the weights away, then `nan`.
# - A singular value above 1 is needed for an explosion, but does not force it. No slope of ReLU's exceeds 1: weights explode.
# - Clipping by global norm shortens a step and keeps its direction. It cannot lengthen one.
# - Accumulate gradients weighted by the sizes of the parts; batch normalization sees the parts.
# - Checkpointing keeps about $2\sqrt L$ outputs in place of $L$, for one more forward pass.
# - Measure norms per layer before you choose a remedy.
#
# ## Words you met
#
# | word | meaning |
# |---|---|
# | exploding gradient | a gradient that grows by a factor with every layer or time step on its way back |
# | singular value | by how much a matrix stretches along one of its directions; the largest one is its norm |
# | gradient clipping | shortening a gradient that exceeds a limit |
# | global norm | the root of the sum of the squares of all gradients' numbers |
# | gradient accumulation | adding up the gradients of small parts of a batch before one step |
# | micro-batch | a part of a batch that is computed at a time |
# | gradient checkpointing | keeping some layers' outputs only and computing the others again on the way back |
#
# ## Review questions
#
# <details><summary>1. Five sigmoid layers of one unit, each weight 2, each unit at σ = 0.5. What factor is left?</summary>
# (2 · 0.25)⁵ = 1/32.</details>
#
# <details><summary>2. And if each unit stands at σ = 0.8?</summary>
# (2 · 0.8 · 0.2)⁵ = 0.32⁵, about 0.003.</details>
#
# <details><summary>3. The norm of every weight matrix is 3. What does the bound say about ten sigmoid layers?</summary>
# At most 0.75¹⁰, about 0.06.</details>
#
# <details><summary>4. The norm of every weight matrix is 6. Must the gradient explode?</summary>
# No. The bound, 1.5 a layer, allows it, and most directions and flat units shrink it.</details>
#
# <details><summary>5. The first layer's weights have not changed after an hour. Have they vanished?</summary>
# No: they stayed at their random start, as the gradient vanished.</details>
#
# <details><summary>6. Gradients (6, 0) and (8), limit 5 on the global norm. What is left?</summary>
# The norm is 10; half of everything: (3, 0) and (4).</details>
#
# <details><summary>7. The same, clipped by value at 5?</summary>
# (5, 0) and (5): another direction.</details>
#
# <details><summary>8. Micro-batches of 30, 30 and 4 have mean gradients 1, 2 and 10. The gradient of the batch?</summary>
# (30 · 1 + 30 · 2 + 4 · 10) / 64 = 130 / 64, about 2.03. The plain average, 4.33, is wrong.</details>
#
# <details><summary>9. Why can accumulation change the training of a network with batch normalization?</summary>
# It normalizes by the mean and variance of each micro-batch, not of the whole batch.</details>
#
# <details><summary>10. 100 layers, checkpoints every 10. How many outputs are kept at the peak?</summary>
# 10 + 10 = 20.</details>
#
# <details><summary>11. A loss of nan: would clipping, switched on now, repair it?</summary>
# No. The weights are nan. Go back to before the step and clip from there on.</details>
#
# ## Exercises
#
# [Exercise 6](../exercises/06_feedforward_networks.ipynb) asks for the depth at which a gradient fades (6.4), clipping by the
# global norm (6.5), and the gradient of unequal micro-batches (6.6).
#
# ## References
#
# - Hochreiter, S. (1991), Untersuchungen zu dynamischen neuronalen Netzen, diploma thesis, TU München.
# - Bengio, Y., Simard, P. and Frasconi, P. (1994), Learning Long-Term Dependencies with Gradient Descent is Difficult, IEEE
#   Transactions on Neural Networks 5(2).
# - Glorot, X. and Bengio, Y. (2010), Understanding the Difficulty of Training Deep Feedforward Neural Networks, AISTATS.
# - Pascanu, R., Mikolov, T. and Bengio, Y. (2013), On the Difficulty of Training Recurrent Neural Networks, ICML.
# - He, K., Zhang, X., Ren, S. and Sun, J. (2015), Delving Deep into Rectifiers, ICCV.
# - Ioffe, S. and Szegedy, C. (2015), Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate
#   Shift, ICML.
# - He, K., Zhang, X., Ren, S. and Sun, J. (2016), Deep Residual Learning for Image Recognition, CVPR.
# - Chen, T., Xu, B., Zhang, C. and Guestrin, C. (2016), Training Deep Nets with Sublinear Memory Cost, arXiv:1604.06174.
