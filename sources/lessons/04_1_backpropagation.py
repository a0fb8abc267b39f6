# %% [markdown]
# # Gradient descent and backpropagation
#
# A network has thousands of weights, and every one of them must learn which way to move. You will find out in one walk
# forward and one walk back: first with pencil and paper, then in NumPy, then with a small engine that does it for any
# formula, and last with TensorFlow. All four give the same numbers.
#
# **You will be able to**
#
# - write a two-layer network's forward pass and name the shape of every array in it;
# - walk downhill along a slope, and tell from the losses whether the learning rate is too small or too large;
# - derive backpropagation from the chain rule, and check any gradient by finite differences;
# - write an engine that differentiates by itself, and train a digit classifier with it;
# - choose a batch size knowing what it costs in updates, in seconds and in noise;
# - count epochs and steps, and write the training loop in three ways that agree.
#
# **You need** [Activation functions](03_2_activation_functions.ipynb) for ReLU and softmax, and
# [Loss and cost functions](03_3_loss_functions.ipynb) for cross-entropy.
#
# **Time** about 25 s to run on two CPU cores; an hour and a half to read.
#
# **Data** the digits that come with scikit-learn: 1,347 images of 8 × 8 pixels to learn from, 450 to test on.

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()

# %%
import time
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from dlcourse import data, plot, scratch

# %% [markdown]
# First a baseline. Average the training images of each digit, and call a new image by the nearest average.

# %%
digits = data.load("digits")
X, X_test = digits.x_train.reshape(-1, 64) / 16, digits.x_test.reshape(-1, 64) / 16
labels, labels_test = digits.y_train, digits.y_test
averages = np.stack([X[labels == k].mean(axis=0) for k in range(10)])  # (10, 64)
distances = np.sum((X_test[:, None] - averages) ** 2, axis=2)  # (450, 10)
print(f"nearest average: {np.mean(distances.argmin(axis=1) == labels_test):.2f} right")

# %% [markdown]
# Nine in ten without any training. That is what a network has to beat.
#
# ## The forward pass <a id="forward-pass"></a>
#
# To predict, numbers walk from the inputs to the outputs, one layer after the other. Here is a network that fits on
# paper. **Predict before you run:** with the inputs $x = (1, 2)$, what does it answer?

# %%
x = np.array([1.0, 2.0])
W1 = np.array([[1.0, -1.0], [0.5, -0.5]])  # (2, 2): column u belongs to hidden unit u
W2 = np.array([[0.5], [1.0]])  # (2, 1)
plot.network(
    [2, 2, 1],
    unit_names=[["$x_1$", "$x_2$"], ["$h_1$", "$h_2$"], ["y"]],
    weights=[W1, W2],
    layer_names=["inputs", "ReLU", "no activation"],
    title="Small enough for paper (the biases are 0)",
    alt="Two inputs, two hidden units and one output, with six weights: 1, minus 1, 0.5 and minus 0.5 into the hidden units, "
    "0.5 and 1 into the output.",
)

# %%
a = x @ W1  # (2,): what arrives at the hidden units
h = np.maximum(0, a)  # (2,): what leaves them
y = h @ W2  # (1,)
print("a =", a, "  h =", h, "  y =", y)


# %% [markdown]
# The second hidden unit gets −2 and stays silent; the first passes on 2, and half of that is the answer, 1.
#
# Real networks do the same for a batch of B examples at once, one example a row. With D inputs, U hidden units, K
# classes:
#
# $$A = X W_1 + b_1, \quad H = \max(0, A), \quad Z = H W_2 + b_2, \quad P = \mathrm{softmax}(Z), \quad
# J = -\frac{1}{B} \sum_n \log P_{n, c_n}$$
#
# where $X \in \mathbb{R}^{B \times D}$, $W_1 \in \mathbb{R}^{D \times U}$, $b_1 \in \mathbb{R}^U$,
# $W_2 \in \mathbb{R}^{U \times K}$, $b_2 \in \mathbb{R}^K$, and $c_n$ is the right class of example $n$. All weights
# and biases together are called $\theta$. Follow the shapes: the inner numbers of a matrix product must agree, and
# vanish.

# %%
def random_start(seed, D=64, U=32, K=10):
    rng = np.random.default_rng(seed)
    W1, W2 = rng.normal(0, np.sqrt(2 / D), (D, U)), rng.normal(0, np.sqrt(1 / U), (U, K))
    return [W1, np.zeros(U), W2, np.zeros(K)]


# %%
def hidden_and_logits(theta, X):
    W1, b1, W2, b2 = theta
    A = X @ W1 + b1  # (B, D) @ (D, U) + (U,) -> (B, U)
    H = np.maximum(0, A)  # (B, U)
    return A, H, H @ W2 + b2  # (B, U) @ (U, K) + (K,) -> (B, K)


# %%
theta = random_start(seed=0)
A, H, Z = hidden_and_logits(theta, X[:32])
P = scratch.softmax(Z)
J = scratch.cross_entropy(labels[:32], Z)
for name, array in {"X": X[:32], "W1": theta[0], "A": A, "H": H, "W2": theta[2], "Z": Z, "P": P, "J": J}.items():
    print(f"{name:2}  {np.shape(array)}")

# %% [markdown]
# From 64 pixels to 32 hidden values to 10 logits to one number, `()`. The same network in Keras, with the same weights:

# %%
network = keras.Sequential([keras.Input((64,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(10)])
network.set_weights(theta)
error = np.abs(network(X[:32]).numpy() - Z).max()
print(f"same logits, error below 1e-5: {error < 1e-5}")
print(f"J = {J:.2f}; a network that knows nothing costs log 10 = {np.log(10):.2f}")

# %% [markdown]
# The same, and as good as knowing nothing. So which way is better?
#
# ## Gradient descent <a id="gradient-descent"></a>
#
# You stand on a hillside in fog. You cannot see the valley, but you feel the slope under your feet: step against it.
# The derivative is positive where the ground rises to the right. See what its sign does to a step in the valley
# $J(w) = (w - 1)^2 / 2$, whose derivative is $w - 1$:

# %%
for w in (-1.0, 3.0):
    slope = w - 1
    print(f"at w = {w:4.1f} the slope is {slope:4.1f}: step to the {'left' if slope > 0 else 'right'}")

# %% [markdown]
# Always towards 1, where the valley is lowest. With many weights the slope becomes the **gradient**
# $\nabla J(\theta)$: one partial derivative for each weight, in an array of θ's shape. With a learning rate $\eta > 0$,
#
# $$\theta \leftarrow \theta - \eta\, \nabla J(\theta).$$
#
# How long should a step be? *Predict before you run:* which of $\eta$ = 0.05, 0.6 and 2.1 will find the bottom in ten
# steps?

# %%
walks = {}
for name, rate in (("too small: 0.05", 0.05), ("good: 0.6", 0.6), ("too large: 2.1", 2.1)):
    places = [-0.5]
    for _ in range(10):
        places.append(places[-1] - rate * (places[-1] - 1))
    walks[f"η {name}"] = np.array(places)
    print(f"{name:16} after 1 step {places[1]:5.2f}, after 10 {places[-1]:5.2f}")

# %%
plot.descents(
    lambda w: (w - 1) ** 2 / 2,
    walks,
    (-3.5, 5.5),
    title="Too small crawls, too large climbs",
    x_label="w",
    y_label="J(w)",
    alt="Three copies of a parabola. Left, ten short steps end half way down. Middle, the steps reach the bottom at 1. Right, "
    "each step leaps across the valley to a higher place.",
)

# %% [markdown]
# The step multiplies the distance to the bottom by $1 - \eta$ (for a curvature $c$, by $1 - \eta c$). Beyond
# $\eta = 2 / c$ that is below −1: each leap lands farther away. A loss that grows until it is `nan` is how it looks
# in a network. Keras takes the very same steps:

# %%
weight = keras.Variable(-0.5)
optimizer = keras.optimizers.SGD(learning_rate=0.6)
for _ in range(10):
    optimizer.apply([weight - 1], [weight])
print("Keras's SGD ends at the same place, error below 1e-6:", abs(float(weight) - walks["η good: 0.6"][-1]) < 1e-6)


# %% [markdown]
# > **Myth:** "Gradient descent finds the global minimum."
#
# A hundred walkers, evenly spaced, in a landscape with two valleys.

# %%
def two_valleys(w):
    return w**4 / 4 - w**2 + w / 3


# %%
places = np.linspace(-2.2, 2.2, 100)
for _ in range(200):
    places = places - 0.05 * (places**3 - 2 * places + 1 / 3)
print(f"{np.sum(places < 0)} walkers end at w = {places[0]:.2f}, height {two_valleys(places[0]):.2f}")
print(f"{np.sum(places > 0)} walkers end at w = {places[-1]:.2f}, height {two_valleys(places[-1]):.2f}")

# %%
walks = [np.array([[-2.2, -0.8, -0.2], [2.2, 1.0, 0.5]])]  # three starts for each panel
for _ in range(15):
    walks.append(walks[-1] - 0.1 * (walks[-1] ** 3 - 2 * walks[-1] + 1 / 3))
found, missed = np.stack(walks, axis=-1)  # (3, 16) each
plot.descents(
    two_valleys,
    {"starts that find the lower valley": found, "starts that do not": missed},
    (-2.3, 2.3),
    title="Where you start decides where you end",
    x_label="w",
    y_label="J(w)",
    alt="A curve with a deep valley on the left and a shallow one on the right. Three walks on the left panel end in the deep "
    "valley, three on the right panel in the shallow one.",
)

# %% [markdown]
# Nearly half of them end in the higher valley, where the slope is zero and nothing tells them of the other. Gradient
# descent finds *a* place where the slope vanishes. (In the lesson on neurons, three of five networks with two hidden
# units got stuck on XOR like this; with eight units none did. Wide networks have many good valleys, and that is why
# descent works so well in practice.)
#
# ## The chain rule, by hand <a id="chain-rule"></a>
#
# How does a weight in the *first* layer change the loss? It changes $a$, that changes $h$, that changes $y$, that
# changes $L$. The **chain rule** multiplies the effects along the way, and adds them up where there are several ways:
#
# $$\frac{\partial L}{\partial w} = \frac{\partial L}{\partial y}\, \frac{\partial y}{\partial h}\,
# \frac{\partial h}{\partial a}\, \frac{\partial a}{\partial w}.$$
#
# On the paper network, with the target −1 and $L = (y + 1)^2 / 2$. Begin at the end, and hand the slope back; each
# line uses only the one before it.

# %%
dL_dy = y + 1  # (1,)
dL_dW2 = np.outer(h, dL_dy)  # (2, 1), since y = h @ W2
dL_dh = W2 @ dL_dy  # (2,)
dL_da = dL_dh * (a > 0)  # (2,): ReLU lets a slope through where it let the value through
dL_dW1 = np.outer(x, dL_da)  # (2, 2), since a = x @ W1
print("dL/dy =", dL_dy, "  dL/dh =", dL_dh, "  dL/da =", dL_da)
print("dL/dW2 =", dL_dW2.tolist(), "  dL/dW1 =", dL_dW1.tolist())


# %% [markdown]
# The silent unit gets no slope: its weights stay as they are. All six slopes came from one walk back, in which
# nothing was computed twice: **backpropagation**. For a batch and softmax with cross-entropy, with $Y$ the one-hot
# labels:
#
# $$\Delta_Z = \tfrac1B (P - Y), \qquad \frac{\partial J}{\partial W_2} = H^\top \Delta_Z, \qquad
# \frac{\partial J}{\partial b_2} = \sum_n (\Delta_Z)_n,$$
#
# $$\Delta_A = (\Delta_Z W_2^\top) \circ [A > 0], \qquad \frac{\partial J}{\partial W_1} = X^\top \Delta_A, \qquad
# \frac{\partial J}{\partial b_1} = \sum_n (\Delta_A)_n.$$
#
# $\Delta_Z \in \mathbb{R}^{B \times K}$ and $\Delta_A \in \mathbb{R}^{B \times U}$ are the slopes with respect to Z
# and A; ∘ multiplies element by element, and $[A > 0]$ is 1 where that is true and 0 elsewhere. The shapes remember
# the formulas for you: each gradient has its weight's shape, and there is one way to multiply that gives it.

# %%
def gradients_by_hand(theta, X, labels):
    A, H, Z = hidden_and_logits(theta, X)
    dZ = (scratch.softmax(Z) - np.eye(10)[labels]) / len(X)  # (B, K)
    dA = (dZ @ theta[2].T) * (A > 0)  # (B, U)
    return [X.T @ dA, dA.sum(axis=0), H.T @ dZ, dZ.sum(axis=0)]


# %% [markdown]
# Never trust a gradient that you have not checked. A **finite difference** needs no calculus: move one weight by
# $\pm h$, look at J.
#
# $$\frac{\partial J}{\partial \theta_i} \approx \frac{J(\theta_i + h) - J(\theta_i - h)}{2h}$$

# %%
def finite_difference(theta, array, index, h=1e-5):
    costs = []
    for step in (h, -h):
        moved = [each.copy() for each in theta]
        moved[array][index] += step
        costs.append(scratch.cross_entropy(labels[:32], hidden_and_logits(moved, X[:32])[2]))
    return (costs[0] - costs[1]) / (2 * h)


# %%
gradient = gradients_by_hand(theta, X[:32], labels[:32])
rng = np.random.default_rng(0)
for array, name in enumerate(("W1", "b1", "W2", "b2")):
    places = [tuple(rng.integers(0, theta[array].shape)) for _ in range(20)]
    errors = [abs(finite_difference(theta, array, place) - gradient[array][place]) for place in places]
    print(f"{name}: largest error in 20 places below 1e-8: {max(errors) < 1e-8}")

# %% [markdown]
# So the formulas are right. Now three mistakes that everybody makes once. Nothing crashes; look at what the check says.

# %%
A, H, Z = hidden_and_logits(theta, X[:32])
dZ = (scratch.softmax(Z) - np.eye(10)[labels[:32]]) / 32
numeric = np.array([[finite_difference(theta, 0, (i, u)) for u in range(4)] for i in range(20, 28)])
candidates = {
    "correct": X[:32].T @ ((dZ @ theta[2].T) * (A > 0)),
    "without ReLU's mask": X[:32].T @ (dZ @ theta[2].T),
    "sum in place of mean": 32 * X[:32].T @ ((dZ @ theta[2].T) * (A > 0)),
    "uphill": -X[:32].T @ ((dZ @ theta[2].T) * (A > 0)),
}
for name, candidate in candidates.items():
    difference = np.linalg.norm(candidate[20:28, :4] - numeric)
    print(f"{name:21} relative error {difference / np.linalg.norm(numeric):7.3f}")

# %% [markdown]
# A relative error of 31 is a factor of 32, and exactly 2 is a wrong sign: the number often names the mistake. How
# small should $h$ be? Smaller is not better:

# %%
exponents = np.arange(-12, 0.5, 0.5)
place = np.unravel_index(np.abs(gradient[2]).argmax(), gradient[2].shape)
errors = [abs(finite_difference(theta, 2, place, 10.0**e) / gradient[2][place] - 1) for e in exponents]
print(f"best h between 1e-7 and 1e-4: {1e-7 <= 10.0 ** exponents[np.argmin(errors)] <= 1e-4}")
plot.curves(
    exponents,
    {"relative error": errors},
    log_y=True,
    title="Too large an h misses the curve, too small an h drowns in rounding",
    x_label="exponent of h, to base 10",
    y_label="relative error",
    alt="A V-shaped curve: the error falls from h = 1 to about 1e-5 and rises again towards 1e-12.",
)

# %% [markdown]
# Why not train with finite differences? Count.

# %%
parameters = sum(each.size for each in theta)
print(f"{parameters} parameters: {2 * parameters} forward passes a step, or one forward and one back")
zeros = [np.zeros_like(each) for each in theta]
alive = [bool(np.any(each)) for each in gradients_by_hand(zeros, X[:32], labels[:32])]
print("all weights 0: any slope in W1, b1, W2, b2?", alive)


# %% [markdown]
# The last line shows one more thing: from all-zero weights only the last biases have a slope. The product of zeros is
# zero, and the network can learn nothing but the frequencies of the classes. That is why weights start at random.
#
# ## Automatic differentiation from scratch <a id="autodiff"></a>
#
# Nobody derives gradients by hand for a hundred layers. Each operation knows its own little slope; a program can
# remember which operation made what, and walk back. For single numbers that takes a dozen lines:

# %%
@dataclass
class Remembering:
    value: float
    edges: tuple = ()  # what it was made of, and the slope along each edge
    grad: float = 0.0

    def __add__(self, other):
        return Remembering(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Remembering(self.value * other.value, ((self, other.value), (other, self.value)))

    def send_back(self, slope=1.0):
        self.grad += slope
        return 1 + sum(parent.send_back(slope * local) for parent, local in self.edges)


# %% [markdown]
# **Predict before you run:** $L = u v + u$ at $u = 3$, $v = 5$. What are the two slopes? (`send_back` also returns
# how many calls it took.)

# %%
u, v = Remembering(3.0), Remembering(5.0)
L = u * v + u
calls = L.send_back()
print(f"dL/du = v + 1 = {u.grad},  dL/dv = u = {v.grad},  calls: {calls}")
plot.graph(
    [("v", "u v"), ("u", "u v"), ("u v", "L"), ("u", "L")],
    texts={"u": "u = 3", "v": "v = 5", "u v": "u v = 15", "L": "L = 18"},
    notes={"u": "slope 5 + 1 = 6", "v": "slope 3", "u v": "slope 1", "L": "slope 1"},
    edge_texts={("u", "u v"): "5", ("v", "u v"): "3", ("u v", "L"): "1", ("u", "L"): "1"},
    title="Going back, slopes multiply and add",
    alt="A graph of four boxes: u and v lead to their product, and the product and u lead to L. The edges carry the slopes 5, "
    "3, 1 and 1; u collects 5 and 1, v collects 3.",
)

# %% [markdown]
# $u$ was reached in two ways, with 1 · 5 over the product and 1 directly, and `+=` added them: the chain rule's sum.
# But this little engine walks every *way*, and ways multiply. Double a number again and again:

# %%
for doublings in (4, 8, 16):
    doubled = u
    for _ in range(doublings):
        doubled = doubled + doubled
    print(f"{doublings:2} additions: {doubled.send_back():6} calls")

# %% [markdown]
# The cure: put the nodes in order and visit each *once*, after everything made from it has sent its slope. That is
# **reverse-mode automatic differentiation**. `scratch.Tensor` does it, on NumPy arrays, in about 200 lines that are
# worth reading: type `scratch.Tensor.backward??` in a cell to see the walk, and `scratch.Tensor.__mul__??` for an
# operation that states its slopes in one line, as above.

# %%
one = scratch.Tensor(3.0)
doubled = one
for _ in range(1000):
    doubled = doubled + doubled
doubled.backward()
print("a thousand doublings, slope 2 to the power of 1000:", one.grad == 2.0**1000)


# %% [markdown]
# The classifier, in Tensors: only the forward pass is written, and `backward` does the rest. Compare with our
# hand-derived gradients, and with TensorFlow's.

# %%
def cost_of_tensors(theta, X, labels):
    W1, b1, W2, b2 = theta
    log_p = ((X @ W1 + b1).relu() @ W2 + b2).log_softmax()  # (B, K)
    return -log_p[np.arange(len(X)), labels].mean()


# %%
tensors = [scratch.Tensor(each) for each in theta]
cost_of_tensors(tensors, X[:32], labels[:32]).backward()
errors = [np.abs(each.grad - by_hand).max() for each, by_hand in zip(tensors, gradient, strict=True)]
print("engine and hand-derived, error below 1e-12:", max(errors) < 1e-12)

# %%
variables = [tf.Variable(each) for each in theta]
with tf.GradientTape() as tape:  # notes every operation on the variables
    logits = tf.nn.relu(X[:32] @ variables[0] + variables[1]) @ variables[2] + variables[3]
    cost = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels[:32], logits))
errors = [np.abs(a.grad - b).max() for a, b in zip(tensors, tape.gradient(cost, variables), strict=True)]
print("engine and TensorFlow, error below 1e-6:", max(errors) < 1e-6)

# %% [markdown]
# Now let the engine learn to read: 20 epochs over the digits in batches of 50, from three random starts. The baseline
# has 0.91.

# %%
accuracies = []
for seed in range(3):
    tensors, rng = [scratch.Tensor(each) for each in random_start(seed)], np.random.default_rng(seed)
    for _ in range(20):
        for batch in np.array_split(rng.permutation(len(X)), 27):
            for each in tensors:
                each.zero_grad()
            cost_of_tensors(tensors, X[batch], labels[batch]).backward()
            for each in tensors:
                each.data = each.data - 0.5 * each.grad
    logits = hidden_and_logits([each.data for each in tensors], X_test)[2]
    accuracies.append(np.mean(logits.argmax(axis=1) == labels_test))
print(f"test accuracy: mean {np.mean(accuracies):.2f}, spread {np.std(accuracies):.2f}")

# %% [markdown]
# It reads better than the baseline, on nothing but NumPy and the chain rule.
#
# *What goes wrong:* `backward` **adds** to `grad`, so a loop must empty it before each step. Leave that line out
# (here: multiply by 1 in place of 0), with all examples at once and in batches of 50. Look at the cost of all data in
# the end.

# %%
for B, epochs in ((1347, 60), (50, 10)):
    for forgotten in (0, 1):
        tensors, rng = [scratch.Tensor(each) for each in random_start(0)], np.random.default_rng(0)
        for _ in range(epochs):
            for batch in np.array_split(rng.permutation(len(X)), -(-len(X) // B)):
                for each in tensors:
                    each.grad = each.grad * forgotten
                cost_of_tensors(tensors, X[batch], labels[batch]).backward()
                for each in tensors:
                    each.data = each.data - 0.5 * each.grad
        cost = cost_of_tensors(tensors, X, labels).item()
        print(
            f"B = {B:4}, zero_grad {('called', 'forgotten')[forgotten]:9}: above 1: {cost > 1}, above 0.2: {cost > 0.2}"
        )


# %% [markdown]
# In small batches the old gradients pile up until the network is worse than one that knows nothing. With all examples
# at once, the bug even *helped*: it is momentum without friction, as the next lesson will show. A bug that helps on
# the small test is the most dangerous kind.
#
# ## Batch, stochastic and mini-batch descent <a id="batch-sizes"></a>
#
# The gradient of the cost is a mean over examples. **Batch** descent uses all N of them for each update,
# **stochastic** descent a single one, **mini-batch** descent B in between. A smaller batch gives a noisier gradient,
# cheaper. How much noisier? 100 batches of each size, against the full gradient:

# %%
def flat(gradients):
    return np.concatenate([each.ravel() for each in gradients])


full = flat(gradients_by_hand(theta, X, labels))
rng = np.random.default_rng(0)
sizes, noise = [1, 4, 16, 64, 256], []
for B in sizes:
    draws = [rng.integers(0, len(X), B) for _ in range(100)]
    off = [np.sum((flat(gradients_by_hand(theta, X[draw], labels[draw])) - full) ** 2) for draw in draws]
    noise.append(np.sqrt(np.mean(off)) / np.linalg.norm(full))
    print(f"B = {B:3}   noise / gradient {noise[-1]:.1f}   times the root of B: {noise[-1] * np.sqrt(B):.1f}")

# %%
plot.traces(
    {
        "batch size B": {
            "measured": (np.array(sizes), np.array(noise)),
            "one over the root of B": (np.array(sizes), noise[0] / np.sqrt(sizes)),
        }
    },
    log_x=True,
    log_y=True,
    markers=True,
    title="Four times the batch, half the noise",
    y_label="noise / length of the gradient",
    alt="On logarithmic axes the measured noise lies on a straight line that falls by half for each fourfold batch size.",
)

# %% [markdown]
# The noise falls as $1 / \sqrt B$: four times the work buys half the noise. A single example's gradient is mostly
# noise, six times as long as the truth in it, and yet on average it points the right way.
#
# Which wins? Six epochs each, three starts each, with a rate found good for each by trial. All see the same 8,082
# examples.

# %%
runs = {}
for name, B, rate in (("batch", 1347, 1.0), ("mini-batch", 50, 0.5), ("stochastic", 1, 0.02)):
    for seed in range(3):
        theta, rng, seconds, log = random_start(seed), np.random.default_rng(seed), 0.0, []
        batches = [part for _ in range(6) for part in np.array_split(rng.permutation(len(X)), -(-len(X) // B))]
        for update, batch in enumerate(batches, start=1):
            began = time.perf_counter()
            gradient = gradients_by_hand(theta, X[batch], labels[batch])
            theta = [each - rate * slope for each, slope in zip(theta, gradient, strict=True)]
            seconds += time.perf_counter() - began
            if update % max(1, len(batches) // 30) == 0 or update == len(batches):
                log.append((update, seconds, scratch.cross_entropy(labels, hidden_and_logits(theta, X)[2])))
        correct = np.mean(hidden_and_logits(theta, X_test)[2].argmax(axis=1) == labels_test)
        runs[name, seed] = np.array(log), correct

# %%
print("            updates   cost: mean  spread   test accuracy: mean  spread")
for name in ("batch", "mini-batch", "stochastic"):
    costs = [runs[name, seed][0][-1, 2] for seed in range(3)]
    correct = [runs[name, seed][1] for seed in range(3)]
    print(f"{name:11} {runs[name, 0][0][-1, 0]:8.0f} {np.mean(costs):12.2f} {np.std(costs):7.2f}", end="")
    print(f" {np.mean(correct):21.2f} {np.std(correct):7.2f}")

# %% [markdown]
# With the same examples seen, more updates win. But each update has its price, and the picture on the right is the
# one that your clock sees:

# %%
ratio = runs["stochastic", 0][0][-1, 1] / runs["mini-batch", 0][0][-1, 1]
print("the same examples take at least 5 times as long one by one as in batches of 50:", ratio > 5)
plot.traces(
    {
        "updates": {name: tuple(runs[name, 0][0][:, [0, 2]].T) for name in ("batch", "mini-batch", "stochastic")},
        "seconds": {name: tuple(runs[name, 0][0][:, [1, 2]].T) for name in ("batch", "mini-batch", "stochastic")},
    },
    log_x=True,
    log_y=True,
    title="An update from all examples is worth most; a second of mini-batches is",
    y_label="cost of all training examples",
    alt="Two panels with the cost of batch, mini-batch and stochastic descent. Against updates batch descent is leftmost. "
    "Against seconds mini-batch descent is lowest for most of the time, and stochastic descent is far to the right.",
)

# %% [markdown]
# One at a time, most of the seconds go into Python and into calls for tiny products; in a batch of 50 the processor
# works in bulk. That, and a noise that is bearable, is why mini-batches are the rule.
#
# > **Myth:** "In stochastic gradient descent an epoch passes one record through the network."

# %%
order = np.random.default_rng(0).permutation(len(X))
seen = np.zeros(len(X), int)
for record in order:  # one epoch, one record an update
    seen[record] += 1
print(f"updates: {len(order)}; records seen: {np.sum(seen > 0)} of {len(X)}, each {seen.max()} time")

# %% [markdown]
# An epoch is a pass over *all* records, whatever the batch size. What passes one record is one *step*.
#
# ## Epoch, iteration, step <a id="epochs-iterations"></a>
#
# A **step**, or **iteration**, is one update from one batch. An **epoch** is $\lceil N / B \rceil$ steps. Count by
# formula, in a loop of your own, and in `fit`; a callback counts what `fit` does. *Predict before you run:* N = 1347,
# B = 32, three epochs.

# %%
network.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
counted = {"epochs": 0, "batches": 0}
count = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: counted.update(epochs=counted["epochs"] + 1),
    on_train_batch_end=lambda batch, logs: counted.update(batches=counted["batches"] + 1),
)
network.fit(X, labels, batch_size=32, epochs=3, verbose=0, callbacks=[count])
loop = [len(X[start : start + 32]) for _ in range(3) for start in range(0, len(X), 32)]
print(f"formula {3 * int(np.ceil(1347 / 32))}, loop {len(loop)}, callback {counted['batches']}", end=", ")
print(f"optimizer {int(network.optimizer.iterations)}; epochs {counted['epochs']}; last batch of {loop[-1]} records")

# %% [markdown]
# 129 four times. Two catches. First, `steps_per_execution` bundles steps for speed, and callbacks then hear of each
# bundle only:

# %%
network.compile(keras.optimizers.SGD(0.1), network.loss, steps_per_execution=10)
counted.update(epochs=0, batches=0)
network.fit(X, labels, batch_size=32, epochs=3, verbose=0, callbacks=[count])
print(f"callback {counted['batches']}, optimizer {int(network.optimizer.iterations)}")

# %% [markdown]
# Second, the last batch has only three records: a gradient with three times the noise, and a step of the same length.
# Watch the cost of all data before and after that step, at a bold rate of 0.5:

# %%
theta, order = random_start(0), np.random.default_rng(0).permutation(len(X))
for start in range(0, len(X), 32):
    batch = order[start : start + 32]
    before = scratch.cross_entropy(labels, hidden_and_logits(theta, X)[2])
    gradient = gradients_by_hand(theta, X[batch], labels[batch])
    theta = [each - 0.5 * slope for each, slope in zip(theta, gradient, strict=True)]
after = scratch.cross_entropy(labels, hidden_and_logits(theta, X)[2])
print(f"batch of {len(batch)}: cost {before:.1f} before, {after:.1f} after")

# %% [markdown]
# One step undid the epoch. `Dataset.batch(32, drop_remainder=True)` leaves the odd ones out, and shuffling makes them
# others each time.
#
# ## The training loop, three ways <a id="training-loop"></a>
#
# You now know every part of `model.fit`. Three loops, from the same start, over the same batches in the same order,
# 12 epochs:
#
# | loop | who differentiates | who updates | when to use it |
# |---|---|---|---|
# | scratch | `scratch.Tensor` | you | to understand |
# | `GradientTape` | TensorFlow | Keras's optimizer | when a step is unusual (chapter 9's GANs) |
# | `model.fit` | TensorFlow | Keras's optimizer | always else |

# %%
start = [each.astype("float32") for each in random_start(5)]
batches = [(X[i : i + 50].astype("float32"), labels[i : i + 50]) for i in range(0, len(X), 50)]
shares = np.array([len(labels) for _, labels in batches]) / len(X)  # the last batch is smaller
tensors, scratch_curve = [scratch.Tensor(each) for each in start], []
for _ in range(12):
    costs = []
    for images, classes in batches:
        for each in tensors:
            each.zero_grad()
        cost = cost_of_tensors(tensors, images, classes)
        cost.backward()
        for each in tensors:
            each.data = each.data - np.float32(0.2) * each.grad
        costs.append(cost.item())
    scratch_curve.append(shares @ costs)

# %% [markdown]
# The second: a step is compiled into a graph by `tf.function`, so that Python need not follow every operation.

# %%
network.set_weights(start)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.SGD(0.2)


@tf.function
def tape_step(images, classes):
    with tf.GradientTape() as tape:
        cost = loss(classes, network(images, training=True))
    optimizer.apply(tape.gradient(cost, network.trainable_variables), network.trainable_variables)
    return cost


optimizer.build(network.trainable_variables)
tape_curve = [shares @ [float(tape_step(*batch)) for batch in batches] for _ in range(12)]

# %%
network.set_weights(start)
network.compile(keras.optimizers.SGD(0.2), loss)
fit_curve = network.fit(X, labels, batch_size=50, epochs=12, shuffle=False, verbose=0).history["loss"]
print("scratch and tape, error below 1e-4:", np.abs(np.subtract(scratch_curve, tape_curve)).max() < 1e-4)
print("tape and fit, error below 1e-4:    ", np.abs(np.subtract(tape_curve, fit_curve)).max() < 1e-4)
print(f"cost in the first epoch {fit_curve[0]:.1f}, in the last {fit_curve[-1]:.1f}")

# %%
plot.curves(
    np.arange(1, 13),
    {"scratch": scratch_curve, "GradientTape": tape_curve, "model.fit": fit_curve},
    title="Three loops, one curve",
    x_label="epoch",
    y_label="mean cost of the epoch's batches",
    alt="Three lines, solid, dashed and dash-dotted, that lie on one another and fall from 1.9 to 0.1.",
)

# %% [markdown]
# Three lines lie on one another. There is no magic in `fit`: batches, a forward pass, a walk back, a step.
#
# ## Summary
#
# - The forward pass is a chain of products and activations; write the shape behind every line.
# - Gradient descent steps against the slope. Too large a rate climbs; where you start decides which valley you reach.
# - Backpropagation is the chain rule from the end to the beginning, each node once: all slopes for about the price of two more
#   forward passes. Finite differences check it.
# - An engine needs only each operation's own slope and an order to visit them in.
# - Noise falls as one over the root of the batch size. Mini-batches buy many updates a second at bearable noise.
# - A step is one update; an epoch is all records once. Three kinds of loop, one curve.
#
# ## Words you met
#
# | word | meaning |
# |---|---|
# | forward pass | computing the outputs, and the loss, from the inputs |
# | gradient | the partial derivatives of the cost with respect to all weights, in the weights' shapes |
# | gradient descent | stepping against the gradient, again and again |
# | local minimum | a place lower than all around it, though perhaps not the lowest of all |
# | chain rule | slopes along a way multiply; over several ways they add |
# | backpropagation | the chain rule from the loss back to every weight, each node once |
# | finite difference | a slope measured by moving one number a little |
# | automatic differentiation | a program that notes operations and applies the chain rule to them |
# | stochastic gradient descent | descent along the gradient of one or a few examples at a time |
# | mini-batch | a few examples, from which one update is made |
# | iteration | one update; the same as a step |
#
# ## Review questions
#
# <details><summary>1. X is (50, 64) and W1 is (64, 32). What shapes have A and the gradient of W1?</summary>
# (50, 32), and (64, 32): a gradient always has its weight's shape.</details>
#
# <details><summary>2. The slope at w is −3 and η = 0.1. Where does w go?</summary>
# Up by 0.3: against the slope.</details>
#
# <details><summary>3. The curvature is 4 everywhere. From which learning rate on does descent diverge?</summary>
# 2 / 4 = 0.5.</details>
#
# <details><summary>4. Your gradient's relative error against finite differences is 2. What is wrong?</summary>
# The sign.</details>
#
# <details><summary>5. A hidden ReLU unit has a < 0 for this example. What is the slope of its incoming weights?</summary>
# 0: the mask lets nothing through.</details>
#
# <details><summary>6. Why must an engine add slopes, not set them?</summary>
# A value that is used twice influences the loss in two ways; the chain rule adds them.</details>
#
# <details><summary>7. Why visit the nodes in reverse order, each once?</summary>
# The number of ways can double with every operation; the number of nodes cannot.</details>
#
# <details><summary>8. You want a third of the noise in your gradients. How much larger must the batch be?</summary>
# Nine times.</details>
#
# <details><summary>9. 60,000 images, batches of 128, 5 epochs: how many steps?</summary>
# 469 an epoch, 2,345 in all.</details>
#
# <details><summary>10. The loss falls for a while and then grows without bound, though η is small. What do you check first?</summary>
# Whether the gradients are set to zero before each backward pass.</details>
#
# ## Exercises
#
# [Exercise 4](../exercises/04_training.ipynb) asks for the backpropagation of a two-layer network, judged in every
# gradient.
#
# ## References
#
# - Cauchy, A.-L. (1847), Méthode générale pour la résolution des systèmes d'équations simultanées, Comptes Rendus 25.
# - Robbins, H. and Monro, S. (1951), A Stochastic Approximation Method, Annals of Mathematical Statistics 22(3).
# - Linnainmaa, S. (1970), The Representation of the Cumulative Rounding Error of an Algorithm as a Taylor Expansion of the
#   Local Rounding Errors, master's thesis, University of Helsinki.
# - Rumelhart, D., Hinton, G. and Williams, R. (1986), Learning Representations by Back-propagating Errors, Nature 323.
# - Bottou, L. (2010), Large-Scale Machine Learning with Stochastic Gradient Descent, COMPSTAT.
# - Baydin, A., Pearlmutter, B., Radul, A. and Siskind, J. (2018), Automatic Differentiation in Machine Learning: a Survey,
#   Journal of Machine Learning Research 18.
