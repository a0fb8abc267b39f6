# %% [markdown]
# # Neurons and perceptrons
#
# A neural network is one small part, repeated. You will build that part, teach it with a rule from 1958, watch it
# reach its limit, and pass the limit with a second layer. On the way you learn enough Keras to read every later
# lesson.
#
# **You will be able to**
#
# - compute what a neuron puts out: on paper, in NumPy and in Keras;
# - follow a Keras model through its whole life: build, compile, fit, evaluate, predict;
# - write Rosenblatt's perceptron and say beforehand how many mistakes it can make at most;
# - prove that one layer cannot learn XOR, and train two layers that can;
# - say what a bias does, and recognise a network that lacks one.
#
# **You need** Python with NumPy, the dot product, and the idea of a slope. No earlier lesson.
#
# **Time** about 25 s to run on two CPU cores; an hour and a half to read and try.
#
# **Data** two real sets that come with scikit-learn, so nothing is downloaded: handwritten digits of 8 × 8 pixels
# (first zeros and ones, 269 to learn from and 91 held back; then threes and eights) and breast tumours (426 and 143,
# 30 measurements each).

# %% [markdown]
# The first cell of every lesson fixes the random seeds, so that you see the numbers that you read here, and prints
# the versions in use.

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()

# %%
import keras
import numpy as np
from keras import layers, ops

from dlcourse import data, plot
from dlcourse.scratch import Perceptron, novikoff_bound

# %% [markdown]
# ## A task, and what costs nothing
#
# Is an image a zero or a one? Look where the ink is.

# %%
digits = data.load("digits")
train, test = digits.y_train < 2, digits.y_test < 2
images, images_test = digits.x_train[train] / 16, digits.x_test[test] / 16  # (269, 8, 8), (91, 8, 8)
y, y_test = digits.y_train[train], digits.y_test[test]  # (269,), (91,): 0 or 1
plot.images(
    images[:8],
    labels=[f"a {label}" for label in y[:8]],
    title="A zero has a hole in the middle, a one has not",
    alt="Eight images of 8 by 8 pixels: four zeros with a pale centre and four ones with a dark centre.",
)

# %% [markdown]
# So two numbers may do: the mean ink in the four *centre* pixels, and in the sixteen pixels at their *sides*. Each
# image becomes a row of two numbers; zeros should have a small first one.

# %%
x, x_test = [
    np.stack([part[:, 3:5, 3:5].mean((1, 2)), part[:, 2:6, [1, 2, 5, 6]].mean((1, 2))], axis=1)
    for part in (images, images_test)
]  # (269, 2), (91, 2)
for i in range(2, 6):
    print(f"centre {x[i, 0]:.2f}   sides {x[i, 1]:.2f}   is a {y[i]}")

# %% [markdown]
# Before any method come the *baselines*: what scores well without learning? One always gives the same class. The
# other says "one" when the centre has more ink than the average image.

# %%
always_one = np.mean(y_test == 1)
dark_centre = np.mean((x_test[:, 0] > x[:, 0].mean()) == y_test)
print(f"always the same: {max(always_one, 1 - always_one):.2f}   dark centre: {dark_centre:.2f}")

# %% [markdown]
# One threshold on one number is wrong on two images of 91. Remember that: a method is worth its trouble only where it
# beats such a baseline.

# %% [markdown]
# ## The artificial neuron <a id="neuron"></a>
#
# A neuron weighs evidence. Each input $x_i$ is multiplied by a *weight* $w_i$: a positive weight speaks for "yes", a
# negative one against. The *bias* $b$ is its opinion before any evidence. The sum goes through an *activation
# function* $\varphi$:
#
# $$z = w \cdot x + b = \sum_{i=1}^{D} w_i x_i + b, \qquad a = \varphi(z)$$
#
# with $x, w \in \mathbb{R}^D$; $b, z, a \in \mathbb{R}$; $\varphi: \mathbb{R} \to \mathbb{R}$. For our task let ink
# in the centre count 2 and ink at the sides −1, and let the neuron lean towards "zero" by −1.

# %%
plot.network(
    [2, 1],
    unit_names=[["$x_1$", "$x_2$"], [r"$\varphi$"]],
    weights=[np.array([[2.0], [-1.0]])],
    biases=[np.array([-1.0])],
    layer_names=["centre, sides", "one neuron"],
    output_names=["$a$"],
    title="Two weights, one bias, one activation",
    alt="Two boxes for the inputs are joined to one circle by lines with the weights 2 and minus 1; the circle has the "
    "bias minus 1, and an arrow leaves it.",
)

# %% [markdown]
# **Predict before you run.** An image has 0.75 ink in the centre and 0.25 at the sides. What is $z$? Then two
# activations: the *step* gives 1 if $z > 0$, else 0; the *sigmoid* $1 / (1 + e^{-z})$ says how sure the neuron is.

# %%
w, b = np.array([2.0, -1.0]), -1.0  # (D,) with D = 2, and a number
example = np.array([0.75, 0.25])  # (D,)
z = w @ example + b
a = 1 / (1 + np.exp(-z))
print(f"z = 2 * 0.75 - 1 * 0.25 - 1 = {z:.2f}   step: {int(z > 0)}   sigmoid: {a:.3f}")

# %% [markdown]
# The neuron says "one", but not loudly. In Keras a neuron is one *unit* of a `Dense` layer. Given our weights, it
# should give the same number.

# %%
neuron = layers.Dense(1, activation="sigmoid")
neuron.build((None, 2))  # room for the weights of 2 inputs; None: any number of examples
neuron.set_weights([w.reshape(2, 1), np.array([b])])
a_keras = float(neuron(example.reshape(1, 2))[0, 0])  # (1, 2) -> (1, 1)
print(f"Keras: {a_keras:.3f}   error below 1e-6: {abs(a_keras - a) < 1e-6}")

# %% [markdown]
# It does. Two habits of Keras to note: it wants a *batch* of examples, if only of one, and weights come as a matrix,
# because a layer has many units. With $B$ examples, $D$ inputs and $U$ units
#
# $$A = \varphi(X W + b), \qquad X \in \mathbb{R}^{B \times D},\; W \in \mathbb{R}^{D \times U},\; b \in \mathbb{R}^{U},\;
# A \in \mathbb{R}^{B \times U}$$
#
# and column $u$ of $W$ holds the weights of unit $u$. Three units on five images, with *ReLU*,
# $\varphi(z) = \max(0, z)$:

# %%
W = np.array([[2.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])  # (D, U) = (2, 3)
c = np.array([-1.0, -0.5, 0.0])  # (U,): the three biases
A = np.maximum(0, x[:5] @ W + c)  # (5, 2) @ (2, 3) -> (5, 3)
dense = layers.Dense(3, activation="relu")
dense.build((None, 2))
dense.set_weights([W, c])
error = np.abs(ops.convert_to_numpy(dense(x[:5])) - A).max()
print(f"A has shape {A.shape}   largest error below 1e-6: {error < 1e-6}")

# %% [markdown]
# A neuron says "yes" where $w \cdot x + b > 0$: on one side of a straight line. Look where ours falls among all 269
# images.

# %%
print(f"right on the test images: {np.mean((x_test @ w + b > 0) == y_test):.2f}")
plot.decision_regions(
    lambda points: (points @ w + b > 0).astype(int),
    x,
    y,
    title="A neuron cuts along a straight line",
    x_label="ink in the centre",
    y_label="ink at the sides",
    class_names=["zero", "one"],
    alt="Zeros lie at the upper left, most ones at the lower right and some between. A slanted straight line has all zeros "
    "on its left, and with them some of the ones.",
)

# %% [markdown]
# Every zero is on its side, but several ones are there, too. Weights chosen by eye are worse than the baseline; they
# should be *learned* from the examples. First, the tool that we shall learn with.

# %% [markdown]
# ## Ten minutes of Keras <a id="keras-primer"></a>
#
# Every later lesson uses seven words: **tensor, layer, model, compile, fit, evaluate, predict**. Here is each of them
# on a small real task: is a tumour malignant (0) or benign (1), given 30 measurements of its cells? Baselines first.

# %%
cancer = data.load("breast_cancer")
radius = cancer.feature_names.index("worst radius")
middle = np.mean([cancer.x_train[cancer.y_train == label, radius].mean() for label in (0, 1)])
print(cancer)
print(f"always benign: {cancer.y_test.mean():.2f}")
print(f"benign if small: {np.mean((cancer.x_test[:, radius] < middle) == cancer.y_test):.2f}")

# %% [markdown]
# A **tensor** is an array with a shape and a type that Keras computes with; the functions in `ops` are named as in
# NumPy. When something fails, look at the shape first. Here: 4 examples, 3 measurements, in 32-bit numbers, Keras's
# default.

# %%
batch = ops.convert_to_tensor(cancer.x_train[:4, :3])
column_means = ops.mean(batch, axis=0)
print("shape", tuple(batch.shape), "  type", keras.backend.standardize_dtype(batch.dtype))
print("means, back in NumPy:", ops.convert_to_numpy(column_means).round(1))

# %% [markdown]
# Networks learn best from inputs of like size (the end of the lesson shows what happens otherwise). So subtract each
# column's mean and divide by its standard deviation, both taken from the *training* part: the test part stands for a
# future not yet seen.

# %%
mean, deviation = cancer.x_train.mean(axis=0), cancer.x_train.std(axis=0)  # (30,) each
X, X_test = (cancer.x_train - mean) / deviation, (cancer.x_test - mean) / deviation
print(f"largest value before: {cancer.x_train.max():.0f}   after: {X.max():.0f}")

# %% [markdown]
# A **layer** is a function with weights. It makes them when it first sees an input, since only then is $D$ known.
# Watch the matrix $W$, here called *kernel*, and $b$ appear.

# %%
hidden = layers.Dense(8, activation="relu")
print("weight arrays before the first call:", len(hidden.weights))
print("shape of the output:", tuple(hidden(X[:4]).shape))  # (4, 30) -> (4, 8)
print("weight arrays now:", [(each.name, tuple(each.shape)) for each in hidden.weights])

# %% [markdown]
# A **model** is layers put together. `Sequential` hands the output of each layer to the next. The last one here is a
# single sigmoid unit: its output is the probability of class 1. Read the summary from the right: *Param #* counts
# weights and biases.

# %%
model = keras.Sequential(
    [
        keras.Input((30,)),
        layers.Dense(8, activation="relu", name="hidden"),
        layers.Dense(1, activation="sigmoid", name="probability"),
    ],
    name="tumours",
)
model.summary(line_length=66, print_fn=print)

# %% [markdown]
# `None` in an output shape is the batch size, left open. **Predict before you run:** why 248 and 9?

# %%
D, U = 30, 8
print("by hand:", D * U + U, "+", U * 1 + 1, "=", D * U + U + U * 1 + 1)
print("Keras counts the same:", model.count_params() == D * U + U + U * 1 + 1)

# %% [markdown]
# Each of 8 units has 30 weights and a bias; the last unit has 8 weights and a bias.
#
# **compile** says how to learn: the *loss*, one number that training makes small ([03_3](03_3_loss_functions.ipynb));
# the *optimizer*, which changes the weights to that end; the *metrics*, which are only reported. **evaluate**
# measures them on given data. Our optimizer is Adam (chapter 4). So far the weights are random: what accuracy do you
# expect?

# %%
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
before = model.evaluate(X_test, cancer.y_test, verbose=0, return_dict=True)
print("measured:", list(before), "  beats always benign:", before["accuracy"] > cancer.y_test.mean())

# %% [markdown]
# Random weights do worse than no method at all.
#
# **fit** learns. It takes the training examples in *batches*; after each the optimizer changes the weights once (a
# *step*); one pass over all is an *epoch*. A fifth is set aside for *validation*: measured, never learned from. Count
# the steps beforehand: 340 examples, batches of 32, eight epochs.

# %%
record = model.fit(X, cancer.y_train, validation_split=0.2, batch_size=32, epochs=8, verbose=0)
print("steps by hand:", 8 * int(np.ceil(340 / 32)), "  taken:", int(model.optimizer.iterations))
print("recorded after each epoch:", ", ".join(record.history))

# %% [markdown]
# `fit` returns what it recorded. Both losses should fall.

# %%
first, last = record.history["loss"][0], record.history["loss"][-1]
print(f"training loss fell to less than a quarter: {last < first / 4}")
plot.history(
    record.history,
    metrics=["loss"],
    title="The loss falls, steeply at first",
    alt="Two curves over eight epochs, one for training and one for validation: the loss falls steeply and then flattens.",
)

# %% [markdown]
# The judge is data that played no part. **predict** gives the model's outputs, one row per example; counting the
# right ones must agree with `evaluate`.

# %%
probability = model.predict(X_test, verbose=0)  # (143, 30) -> (143, 1)
counted = np.mean((probability[:, 0] > 0.5) == cancer.y_test)
after = model.evaluate(X_test, cancer.y_test, verbose=0, return_dict=True)
print(f"shape {probability.shape}   same accuracy: {np.isclose(counted, after['accuracy'])}")
print(f"above 0.93 on the test part: {counted > 0.93}   (baselines: 0.63 and 0.90)")

# %% [markdown]
# Better than both baselines. And a trained model is nothing but its weights and the neuron's equation, used twice.
# Four arrays give every prediction:

# %%
W1, b1, W2, b2 = model.get_weights()  # (30, 8), (8,), (8, 1), (1,)
H = np.maximum(0, X_test @ W1 + b1)  # (143, 8)
by_hand = 1 / (1 + np.exp(-(H @ W2 + b2)))  # (143, 1)
print(f"largest error below 1e-5: {np.abs(by_hand - probability).max() < 1e-5}")

# %% [markdown]
# Last, a second way to write a model. In the *functional* form you call each layer on the output of another, so that
# layers can branch and meet. With the same weights it is the same model.

# %%
inputs = keras.Input((30,))
h = layers.Dense(8, activation="relu")(inputs)
outputs = layers.Dense(1, activation="sigmoid")(h)
functional = keras.Model(inputs, outputs)
functional.set_weights(model.get_weights())
same = np.allclose(functional.predict(X_test, verbose=0), probability, atol=1e-6)
print("same predictions:", same)

# %% [markdown]
# ## The perceptron and its learning rule <a id="perceptron"></a>
#
# The first machine of this kind that learned was Rosenblatt's perceptron: one neuron with a step. Call the classes
# $y = -1$ and $y = +1$. An example is a *mistake* when its score has the wrong sign, $y\,(w \cdot x + b) \le 0$.
# Then, and only then,
#
# $$w \leftarrow w + \eta\, y\, x, \qquad b \leftarrow b + \eta\, y$$
#
# with $x, w \in \mathbb{R}^D$, $b \in \mathbb{R}$ and a *learning rate* $\eta > 0$, starting from zeros. The update
# adds $\eta\,(\lVert x \rVert^2 + 1)$ to $y\,(w \cdot x + b)$: a push the right way. This is the whole method, with
# $\eta = 1$, on the first twenty images. Watch the mistakes go.

# %%
few, signs = x[:20], np.where(y[:20] == 1, 1, -1)  # (20, 2), (20,): a zero is -1, a one +1
w, b, mistakes = np.zeros(2), 0.0, [0, 0, 0, 0]
for epoch in range(4):
    for i in range(20):
        if signs[i] * (w @ few[i] + b) <= 0:
            w, b = w + signs[i] * few[i], b + signs[i]
            mistakes[epoch] += 1
print(f"mistakes in each epoch: {mistakes}   w = ({w[0]:.3f}, {w[1]:.3f})   b = {b:.0f}")

# %% [markdown]
# Seven mistakes, then none: it has *converged*, since without mistakes nothing changes. Its weights are almost those
# chosen by eye, (2, −1) and −1. The package's `Perceptron` does the same and keeps its history. Each panel is one
# update: ringed the image that was misjudged, dotted the line before, solid the line after (where there is none, it
# lies outside the frame).

# %%
perceptron = Perceptron().fit(few, signs)
print("same weights:", np.array_equal(perceptron.weights, w) and perceptron.bias == b)
print(f"right on the test images: {np.mean((perceptron.predict(x_test) > 0) == y_test):.2f}")
plot.boundary_steps(
    few,
    signs,
    perceptron.weights_history,
    perceptron.bias_history,
    perceptron.mistaken,
    x_label="ink in the centre",
    y_label="ink at the sides",
    class_names=["zero", "one"],
    alt="Seven small panels, one for each update. The line swings between the left and the right until, after the "
    "seventh update, it parts all zeros from all ones.",
)

# %% [markdown]
# The line swings to and fro. Why must it ever stop? Novikoff's answer is a race of two lengths. Suppose a unit vector
# $u$ separates the classes with *margin* $\gamma$: $y_i\,(u \cdot x_i) \ge \gamma > 0$ for all $i$. Let $R$ be the
# length of the longest example. (To include the bias, give each $x_i$ a third number, 1.) After $k$ mistakes
#
# $$k\,\gamma \;\le\; u \cdot w_k \;\le\; \lVert w_k \rVert \;\le\; R \sqrt{k}
# \qquad\text{so}\qquad k \le (R / \gamma)^2$$
#
# Left: each update adds at least $\gamma$ to $u \cdot w$. Right: it adds at most $R^2$ to $\lVert w \rVert^2$,
# because it happens only when $y\,(w \cdot x) \le 0$. Any separating $u$ gives a bound; we take the best of many
# random ones.

# %%
with_one = np.column_stack([few, np.ones(20)])  # (20, 3)
directions = np.random.default_rng(0).normal(size=(100_000, 3))
directions /= np.linalg.norm(directions, axis=1, keepdims=True)
margins = (directions @ (signs[:, None] * with_one).T).min(axis=1)  # (100000,)
u, gamma = directions[margins.argmax()], margins.max()
R = np.linalg.norm(with_one, axis=1).max()
print(f"R = {R:.2f}   gamma = {gamma:.2f}   (R / gamma)^2 = {(R / gamma) ** 2:.0f}")

# %% [markdown]
# Now the race. The measured lengths must stay between the outer curves, and those cross where no further mistake is
# possible.

# %%
k = np.arange(36)
W_k = np.full((36, 3), np.nan)  # weights and bias after k mistakes, as far as there were any
W_k[:8] = np.column_stack([perceptron.weights_history, perceptron.bias_history])
plot.curves(
    k,
    {
        r"at most $R\sqrt{k}$": R * np.sqrt(k),
        r"measured $\Vert w_k \Vert$": np.linalg.norm(W_k, axis=1),
        r"measured $u \cdot w_k$": W_k @ u,
        r"at least $k \gamma$": gamma * k,
    },
    title="After 28 mistakes there is no room left",
    x_label="mistakes $k$",
    y_label="length",
    alt="A square-root curve and a straight line cross near 28 mistakes; two measured curves run between them and end at "
    "seven mistakes.",
)

# %% [markdown]
# This perceptron used up 7 of its 28. The bound holds for *any* order of the images, so shuffle them a thousand
# times.

# %%
rng = np.random.default_rng(0)
orders = [rng.permutation(20) for _ in range(1000)]
counts = [Perceptron().fit(few[order], signs[order]).mistakes for order in orders]
print(f"mistakes: fewest {min(counts)}, mean {np.mean(counts):.1f}, most {max(counts)}")
print(f"the package's bound for the same u: {novikoff_bound(few, signs, u[:2], u[2]):.0f}")

# %% [markdown]
# Never above the bound. Now a harder task, with all 64 pixels as inputs: a three (−1) or an eight (+1)? The baseline
# is the single pixel that tells most of the training images apart.

# %%
train, test = np.isin(digits.y_train, (3, 8)), np.isin(digits.y_test, (3, 8))
P, P_test = digits.x_train[train].reshape(-1, 64), digits.x_test[test].reshape(-1, 64)
s, s_test = np.where(digits.y_train[train] == 8, 1, -1), np.where(digits.y_test[test] == 8, 1, -1)
dark, dark_test = np.where(P.mean(axis=0) < P, 1, -1), np.where(P.mean(axis=0) < P_test, 1, -1)
best = np.mean(dark == s[:, None], axis=0).argmax()  # of 64 pixels
reader = Perceptron().fit(P, s)
print("converged:", reader.converged, "  mistakes in each epoch:", reader.mistakes_per_epoch)
right, baseline = np.mean(reader.predict(P_test) == s_test), np.mean(dark_test[:, best] == s_test)
print(f"right on the {len(s_test)} test images: {right:.2f}   best single pixel: {baseline:.2f}")

# %% [markdown]
# It converged, and it reads the held-back images better than the baseline by far. Each pixel has one weight, so the
# weights are an image, too. What does the perceptron look for?

# %%
plot.images(
    reader.weights.reshape(1, 8, 8),
    signed=True,
    title="What the perceptron looks for",
    alt="The 64 weights as an image of 8 by 8: strongly positive left of the middle, mostly negative above, below and to "
    "the right.",
)


# %% [markdown]
# Red speaks for an eight: ink left of the middle, where an eight is closed and a three is open. Nobody told it to
# look there.
#
# Now the Keras form. The loss $\max(0, -y z)$ has slope $-y\,x$ on a mistake and 0 elsewhere; the rule is a step down
# that slope. So: this loss, plain gradient descent (`SGD`), one example per batch, no shuffling.

# %%
def perceptron_loss(y_true, z):
    return ops.where(y_true * z <= 0, -y_true * z, 0.0)


unit = keras.Sequential([keras.Input((2,)), layers.Dense(1, kernel_initializer="zeros")])
unit.compile(optimizer=keras.optimizers.SGD(learning_rate=1.0), loss=perceptron_loss)
unit.fit(few, signs, batch_size=1, shuffle=False, epochs=perceptron.epochs, verbose=0)
kernel, bias = unit.get_weights()  # (2, 1), (1,)
error = max(np.abs(kernel[:, 0] - perceptron.weights).max(), abs(bias[0] - perceptron.bias))
print(f"same weights as Rosenblatt's rule, error below 1e-6: {error < 1e-6}")

# %% [markdown]
# > **Myth:** "A smaller learning rate makes the perceptron learn more carefully."
#
# **Predict before you run:** how many mistakes with $\eta = 0.01$?

# %%
for rate in (1.0, 0.1, 0.01):
    slow = Perceptron(learning_rate=rate).fit(P, s)
    same = np.array_equal(slow.predict(P_test), reader.predict(P_test))
    print(f"{rate:<5} mistakes {slow.mistakes}   largest weight {slow.weights.max():.3f}   same answers: {same}")

# %% [markdown]
# Not so: the same number of mistakes, and the same answers. From zero weights, $\eta$ multiplies $w$ and $b$ alike,
# and the sign of $w \cdot x + b$ does not notice. (For networks the learning rate matters very much, as chapter 4
# shows.)

# %% [markdown]
# ## What one layer cannot do <a id="linear-separability"></a>
#
# Classes that a straight line (in more dimensions, a hyperplane) parts are *linearly separable*. Four points suffice
# to break that. Three logical gates, −1 for false and +1 for true: **which of them will converge?**

# %%
corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
gates = {"AND": [-1, -1, -1, 1], "OR": [-1, 1, 1, 1], "XOR": [-1, 1, 1, -1]}
for name, labels in gates.items():
    gate = Perceptron(max_epochs=1000).fit(corners, labels)
    print(f"{name:4} converged: {gate.converged!s:6} mistakes in epoch {gate.epochs}: {gate.mistakes_per_epoch[-1]}")

# %% [markdown]
# XOR ("one or the other, not both") still gets every corner wrong in epoch 1,000. More epochs cannot help, for two
# reasons. Its weights only go round in a circle: count the different ones. And if $w, b$ made all four numbers
# $y_i\,(w \cdot x_i + b)$ positive, their sum would be positive, too; but this sum is $(w, b)$ times
# $\sum_i y_i\,(x_i, 1)$. Look at that vector.

# %%
states = np.column_stack([gate.weights_history, gate.bias_history])  # (updates + 1, 3)
print(f"updates: {gate.mistakes}   different weights among them: {len(np.unique(states, axis=0))}")
print("sum of y (x, 1):", np.array(gates["XOR"]) @ np.column_stack([corners, np.ones(4)]))

# %% [markdown]
# Zero: so the sum is zero for all weights, and no line exists. That is a proof; Minsky and Papert made such limits
# famous in 1969. The way out is a *hidden layer*, neurons whose outputs are inputs to another one. XOR is "OR, but
# not both": an AND of the two neurons OR and NAND (not both), in the manner of McCulloch and Pitts (1943).

# %%
V, c = np.array([[1, -1], [1, -1]]), np.array([-0.5, 1.5])  # hidden layer: (D, U) = (2, 2), (U,)
v, d = np.array([1, 1]), -1.5  # output unit: (U,), a number
inside = (corners @ V + c > 0).astype(int)  # (4, 2)
answers = (inside @ v + d > 0).astype(int)  # (4,)
for i in range(4):
    print(f"inputs {corners[i].tolist()} -> OR, NAND {inside[i].tolist()} -> {answers[i]}")

# %% [markdown]
# All four are right. The drawing has the same nine numbers; negative weights are dashed.

# %%
plot.network(
    [2, 2, 1],
    unit_names=[["$x_1$", "$x_2$"], ["OR", "NAND"], ["AND"]],
    weights=[V, v.reshape(2, 1)],
    biases=[c, np.array([d])],
    layer_names=["inputs", "hidden layer", "output"],
    output_names=["XOR"],
    title="XOR from three neurons",
    alt="Two inputs, two hidden neurons named OR and NAND, and one output neuron named AND, with their six weights and "
    "three biases.",
)

# %% [markdown]
# Why does it work? The hidden layer *moves the points*: (0, 1) and (1, 0) land on one spot. There, a line suffices,
# and a perceptron finds it.

# %%
outer = Perceptron(max_epochs=100).fit(corners, gates["XOR"])
inner = Perceptron().fit(inside, gates["XOR"])
print("converged on the inputs:", outer.converged, "  on the hidden layer's outputs:", inner.converged)
plot.decision_regions(
    {"Inputs: no line parts them": outer.predict, "Hidden layer: a line does": inner.predict},
    {"Inputs: no line parts them": corners, "Hidden layer: a line does": inside},
    np.array(gates["XOR"]),
    class_names=["XOR false", "XOR true"],
    x_label="first number",
    y_label="second number",
    alt="Left, the four corners of a square, true at two opposite ones, and no boundary that parts them. Right, three "
    "spots, since the two true points coincide; a straight line parts them.",
)

# %% [markdown]
# That layer was made by hand. Can it be *learned*? Take a thousand noisy corners, 200 of them held back, and Keras
# networks with 1, 2 and 8 hidden units, each from five random starts (`clone_model` makes the same layers with fresh
# weights; `tanh` is an activation between −1 and 1).

# %%
rng = np.random.default_rng(0)
corner = rng.integers(0, 2, size=(1000, 2))
points, xor = corner + rng.normal(0, 0.12, size=(1000, 2)), corner[:, 0] ^ corner[:, 1]  # (1000, 2), (1000,)
print("hidden units  parameters  solved  mean accuracy  spread")
for units in (1, 2, 8):
    net = keras.Sequential([keras.Input((2,)), layers.Dense(units, "tanh"), layers.Dense(1, "sigmoid")])
    net.compile(optimizer=keras.optimizers.SGD(learning_rate=2.0), loss="binary_crossentropy")
    right = []
    for seed in range(5):
        keras.utils.set_random_seed(seed)
        net.set_weights(keras.models.clone_model(net).get_weights())
        net.fit(points[:800], xor[:800], batch_size=16, epochs=2, verbose=0)
        right.append(np.mean((ops.convert_to_numpy(net(points[800:]))[:, 0] > 0.5) == xor[800:]))
    solved = f"{np.sum(np.array(right) > 0.98)} of 5"
    print(f"{units:12}  {net.count_params():10}  {solved}  {np.mean(right):13.1f}  {np.std(right):6.1f}")

# %% [markdown]
# One hidden unit never solved it. Two did from two starts of five: weights that solve it exist, as we saw, but
# training does not always find them. Eight did from every start. Here is the last of those networks beside the best
# line that a perceptron ever had:

# %%
tried = Perceptron(max_epochs=3).fit(points[:800], 2 * xor[:800] - 1)
weights, biases = tried.weights_history, tried.bias_history  # (updates + 1, 2), (updates + 1,)
best = np.mean((points[:800] @ weights.T + biases > 0) == xor[:800, None], axis=0).argmax()
right = np.mean((points[800:] @ weights[best] + biases[best] > 0) == xor[800:])
print(f"the perceptron's best line: right on fewer than 0.8 of the held-back points: {right < 0.8}")
plot.decision_regions(
    {
        "One layer": lambda grid: (grid @ weights[best] + biases[best] > 0).astype(int),
        "Two layers": lambda grid: (ops.convert_to_numpy(net(grid)) > 0.5).astype(int),
    },
    points[800:],
    xor[800:],
    class_names=["XOR false", "XOR true"],
    alt="Four clouds of points, true at two opposite corners. Left, a straight line leaves at least one cloud on the wrong "
    "side. Right, a bent boundary parts all four as XOR demands.",
)

# %% [markdown]
# The best line has three clouds on the right side and gives up the fourth. The two layers bend the boundary around
# it.

# %% [markdown]
# ## What the bias is for <a id="bias-role"></a>
#
# Without a bias, $z = w \cdot x$ is 0 at $x = 0$, whatever the weights: the line must pass through the *origin*. What
# does that cost? Two tumour measurements ("worst" is the mean of a tumour's three largest values), and two units that
# share the input, one with a bias and one without. Both learn from the same data, then both go on with the same data
# *centred* (minus its mean).

# %%
pair = [radius, cancer.feature_names.index("worst texture")]
raw, raw_test = cancer.x_train[:, pair] / deviation[pair], cancer.x_test[:, pair] / deviation[pair]
inputs = keras.Input((2,))
with_bias = layers.Dense(1, "sigmoid")(inputs)
without = layers.Dense(1, "sigmoid", use_bias=False)(inputs)
both = keras.Model(inputs, layers.Concatenate()([with_bias, without]))  # (B, 2) -> (B, 2)
both.compile(optimizer=keras.optimizers.Adam(0.1), loss="binary_crossentropy")
targets = np.stack([cancer.y_train, cancer.y_train], axis=1)  # (426, 2): the same for both
lines = {}
for name, shift in (("as measured", 0), ("centred", raw.mean(axis=0))):
    both.fit(raw - shift, targets, batch_size=16, epochs=6, verbose=0)
    decided = ops.convert_to_numpy(both(raw_test - shift)) > 0.5  # (143, 2)
    right = np.mean(decided == cancer.y_test[:, None], axis=0)
    print(f"{name:12} with bias: {right[0]:.1f}   without: {right[1]:.1f}   (always benign: 0.6)")
    lines[name] = both.get_weights()

# %% [markdown]
# On the measured values the unit without a bias is no better than always saying "benign". Once the data are centred,
# the origin lies among them and a line through it serves as well. See why:

# %%
kernel, bias, kernel_without = lines["as measured"]  # (2, 1), (1,), (2, 1)
plot.decision_regions(
    {
        "With a bias": lambda grid: (grid @ kernel + bias > 0).astype(int),
        "Without: through the origin": lambda grid: (grid @ kernel_without > 0).astype(int),
    },
    raw_test,
    cancer.y_test,
    x_label="worst radius (standard deviations)",
    y_label="worst texture (std. dev.)",
    class_names=cancer.class_names,
    mark_origin=True,
    alt="Benign tumours lie left of the malignant ones, all far from the origin. With a bias a steep line parts most of them; "
    "without one the line rises from the origin and cuts through both classes.",
)

# %% [markdown]
# With a bias the line stands between the classes. Without one it has to come from the cross, and cuts through both.
#
# A bias is nothing new: it is a weight on an input that is always 1. **Predict before you run:** what are the last
# weights of a perceptron *without* a bias that gets a third input, 1?

# %%
constant = Perceptron(use_bias=False).fit(with_one, signs)  # (20, 3): centre, sides, 1
print("weights:", constant.weights.round(3), "  bias of the first perceptron:", perceptron.bias)
print("same weights:", np.array_equal(constant.weights, [*perceptron.weights, perceptron.bias]))

# %% [markdown]
# ## What goes wrong and how it looks
#
# **Labels 0 and 1.** The rule needs −1 and +1: with 0, the update $\eta\, y\, x$ is zero, and nothing ever pushes
# towards the other class. Look at the answers, then at how the package guards itself.

# %%
w, b = np.zeros(2), 0.0
for _ in range(100):
    for i in range(20):
        if y[i] * (w @ few[i] + b) <= 0:  # y is 0 or 1
            w, b = w + y[i] * few[i], b + y[i]
print(f"says 'one' to {np.sum(few @ w + b > 0)} of 20 images; {np.sum(y[:20])} are ones")
try:
    Perceptron().fit(few, y[:20])
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# It says "one" to everything, and no loop complained.
#
# **No line exists.** All 269 zeros and ones, in two numbers, are not separable. The mistakes never end, and the
# weights that happen to be the last may be bad ones. Watch the accuracy jump from update to update.

# %%
restless = Perceptron(max_epochs=60).fit(x, np.where(y == 1, 1, -1))
scores = x_test @ restless.weights_history.T + restless.bias_history  # (91, updates + 1)
accuracy = np.mean((scores > 0) == y_test[:, None], axis=0)
print(f"converged: {restless.converged}   fewest mistakes in an epoch: {min(restless.mistakes_per_epoch)}")
print("test accuracy after each of the last ten updates:", *[f"{each:.2f}" for each in accuracy[-10:]])

# %% [markdown]
# A single update can turn a good line into a bad one, even at the end. Cure: a loss that does not need a separating
# line, as the networks above had ([03_3](03_3_loss_functions.ipynb)).
#
# **Inputs of unlike size.** The tumour network again, three random starts each, with scaled and with raw inputs (up
# to 4,254) under plain SGD.

# %%
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.1), loss="binary_crossentropy")
for name, inputs, inputs_test in (("scaled", X, X_test), ("raw", cancer.x_train, cancer.x_test)):
    right, alive = [], []
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        model.set_weights(keras.models.clone_model(model).get_weights())
        model.fit(inputs, cancer.y_train, batch_size=32, epochs=4, verbose=0)
        answers = ops.convert_to_numpy(model(inputs_test))[:, 0]  # (143,)
        right.append(np.mean((answers > 0.5) == cancer.y_test))
        alive.append(int(np.any(ops.convert_to_numpy(model.layers[0](inputs_test)) > 0, axis=0).sum()))
    print(f"{name:6}  accuracy {np.mean(right):.1f}  spread {np.std(right):.1f}", end="")
    print(f"  answers differ by up to {np.ptp(answers):.1f}  units of 8 ever above 0: {alive}")

# %% [markdown]
# With raw inputs every tumour gets the *same* answer, since all hidden units give 0 for all of them (how a unit comes
# to that is shown in [03_2](03_2_activation_functions.ipynb)). The same answer to everything: that is how unscaled
# inputs often look.
#
# **A wrong shape.** One example is not a batch. Keras says so; read its message for *expected* and *found*.

# %%
try:
    model.get_layer("hidden")(X_test[0])  # (30,) where (batch, 30) is needed
except ValueError as error:
    print(error)
print("as a batch of one:", tuple(model(X_test[:1]).shape))

# %% [markdown]
# ## Summary
#
# - A neuron computes $\varphi(w \cdot x + b)$; a `Dense` layer is many neurons at once, $\varphi(XW + b)$.
# - A neuron's two answers are parted by a straight line; without a bias that line passes through the origin.
# - A Keras model is built, compiled, fitted, evaluated, and predicts; trained, it is its weight arrays.
# - The perceptron learns only from mistakes and makes at most $(R / \gamma)^2$, if some line separates the classes.
# - If none does, as in XOR, it never stops; a hidden layer can move the points until a line suffices.
#
# ## Words you met
#
# | word | meaning |
# |---|---|
# | weight | number by which a neuron multiplies an input |
# | bias | number that a neuron adds to the weighted sum; it moves the boundary off the origin |
# | activation function | function that turns the weighted sum into the neuron's output |
# | unit | one neuron of a layer |
# | tensor | array with a shape and a type that the framework computes with |
# | layer | function with weights, from tensors to tensors |
# | hidden layer | layer whose outputs are inputs of another layer |
# | model | layers put together, from inputs to predictions |
# | loss | number that training makes small |
# | optimizer | what changes the weights so that the loss falls |
# | metric | number that is reported and not trained on |
# | batch | examples that go through a model together |
# | step | one change of the weights, after one batch |
# | epoch | one pass over all training examples |
# | baseline | score of a method that costs nothing, to be beaten |
# | perceptron | one neuron with a step, and Rosenblatt's rule for its weights |
# | learning rate | factor of each change of the weights |
# | converged | in a state that further training does not change |
# | margin | distance of the nearest example from the boundary |
# | linearly separable | of classes that a hyperplane parts |
#
# ## Review questions
#
# <details><summary>1. A neuron has w = (1, −2) and b = 3. What is z for x = (2, 1)?</summary>
# 2 − 2 + 3 = 3.</details>
#
# <details><summary>2. How many parameters has a Dense layer with 64 inputs and 10 units?</summary>
# 64 · 10 weights and 10 biases: 650.</details>
#
# <details><summary>3. What does `None` mean in the output shape (None, 10)?</summary>
# The number of examples in the batch, left open.</details>
#
# <details><summary>4. 1,000 examples, batches of 32, 3 epochs: how many steps?</summary>
# 32 an epoch (the last batch is smaller), 96 in all.</details>
#
# <details><summary>5. Why must mean and deviation for scaling come from the training part?</summary>
# The test part stands for data not yet seen; what is learned from it makes its verdict too kind.</details>
#
# <details><summary>6. When does a perceptron change its weights?</summary>
# When y (w · x + b) ≤ 0, and only then.</details>
#
# <details><summary>7. All inputs are multiplied by 10, without a bias. What becomes of Novikoff's bound?</summary>
# Nothing: R and γ both grow tenfold.</details>
#
# <details><summary>8. Why does it not help to train a perceptron longer on XOR?</summary>
# No line separates the classes, so every epoch has mistakes; the weights go round in a circle.</details>
#
# <details><summary>9. What does a hidden layer do to XOR's four points?</summary>
# It moves them: the two true ones to one spot, so that a line parts them from the others.</details>
#
# <details><summary>10. When can a neuron do without a bias?</summary>
# When some line through the origin serves, for example on centred data.</details>
#
# <details><summary>11. A trained network gives 0.62 for every example. What do you check first?</summary>
# The scale of its inputs.</details>
#
# ## Exercises
#
# [Exercise 3](../exercises/03_basic_concepts.ipynb), question 3.1: write the perceptron's update.
#
# ## References
#
# - McCulloch, W. and Pitts, W. (1943), A Logical Calculus of the Ideas Immanent in Nervous Activity, Bulletin of
#   Mathematical Biophysics 5.
# - Rosenblatt, F. (1958), The Perceptron: A Probabilistic Model for Information Storage and Organization in the Brain,
#   Psychological Review 65(6).
# - Novikoff, A. (1962), On Convergence Proofs on Perceptrons, Symposium on the Mathematical Theory of Automata 12.
# - Minsky, M. and Papert, S. (1969), Perceptrons: An Introduction to Computational Geometry, MIT Press.
# - Wolberg, W., Mangasarian, O., Street, N. and Street, W. (1993), Breast Cancer Wisconsin (Diagnostic), and Alpaydin, E.
#   and Kaynak, C. (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository.
