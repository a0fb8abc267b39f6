# %% [markdown]
# # What is deep learning?
#
# A program that reads handwritten digits, and nobody wrote down what a three looks like. You will train it in the first
# ten minutes; the rest of the lesson asks what just happened, since when it has been possible, what else would have
# done, and when none of it helps.
#
# **You will be able to**
#
# - train a small network on real images and say what it learned, and what it was told;
# - tell artificial intelligence, machine learning, deep learning and data science apart on one task;
# - place the field's main ideas in time, each with its source;
# - read a learning curve, and say when a network is worth its trouble;
# - read the drawing of a network and count its parameters by hand.
#
# **You need** Python with NumPy, and matrices that are multiplied. No earlier lesson.
#
# **Time** about 45 s to run on two CPU cores; an hour to read and try.
#
# **Data** nothing is downloaded: real handwritten digits of 8 × 8 pixels from scikit-learn (1,347 to learn from, 450
# held back), and two sets that the course makes itself in the likeness of known ones: short film reviews (3,600 and
# 400) and larger digits (6,000 and 1,000).

# %% [markdown]
# The first cell of every lesson fixes the random seeds, so that you see the numbers that you read here, and prints
# the versions in use.

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()

# %%
import time
from itertools import pairwise

import keras
import numpy as np
from keras import layers, ops
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from dlcourse import data, plot, training

# %% [markdown]
# ## A task, and what costs nothing
#
# Which digit is it? Look at two of each; note how unlike the two can be.

# %%
digits = data.load("digits")
X, X_test = digits.x_train.reshape(-1, 64) / 16, digits.x_test.reshape(-1, 64) / 16  # (1347, 64), (450, 64)
y, y_test = digits.y_train, digits.y_test  # (1347,), (450,): 0 to 9
two_of_each = np.concatenate([np.flatnonzero(y == digit)[:2] for digit in range(10)])
plot.images(
    digits.x_train[two_of_each],
    labels=[str(label) for label in y[two_of_each]],
    columns=10,
    title="Ten classes, written by many hands",
    alt="Twenty grey images of 8 by 8 pixels, two of each digit from 0 to 9; the two of a pair differ in slant and stroke.",
)

# %% [markdown]
# Before any method come *baselines*: what scores well without learning much? One always gives the commonest digit.
# The other compares an image to the ten *average* images and takes the nearest.

# %%
averages = np.stack([X[y == digit].mean(axis=0) for digit in range(10)])  # (10, 64)
distances = ((X_test[:, None] - averages) ** 2).sum(axis=2)  # (450, 1, 64) - (10, 64) -> (450, 10)
nearest = np.mean(distances.argmin(axis=1) == y_test)
print(f"commonest digit: {np.mean(y_test == np.bincount(y).argmax()):.2f}")
print(f"nearest average: {nearest:.2f}")


# %% [markdown]
# Nine of ten are right by comparing with an average. That is the number to beat, not one of ten.

# %% [markdown]
# ## What deep learning is, and why it matters <a id="what-is-dl"></a>
#
# *Deep learning* computes an answer from the raw input in several steps, *layers*, and learns all of them together from
# examples. Nobody says what to look for in an image: strokes, loops, corners. The layers find such *features*
# themselves, because features that help to give the right answer are what training rewards. Its three ingredients:
#
# 1. a **model**: layers with numbers in them, the *weights*, at first random;
# 2. a **loss**: a number that says how wrong the answers are;
# 3. an **optimizer**: it nudges every weight so that the loss falls, again and again.
#
# Here is a whole one: 64 pixels go in, 16 units look for something of their own, 10 units say how likely each digit is.
# `compile` names the other two ingredients: *Adam*, an optimizer ([04_2](04_2_optimizers.ipynb)), and *cross-entropy*,
# a loss that is high where the right digit was given little probability ([03_3](03_3_loss_functions.ipynb)).

# %%
def digit_reader():
    net = keras.Sequential([keras.Input((64,)), layers.Dense(16, "relu"), layers.Dense(10, "softmax")])
    net.compile(keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return net


# %% [markdown]
# Training starts from random weights, so one run is one draw of a lottery. `fit_seeds` trains the same model from three
# random starts. **Predict before you run:** how long will 15 passes over 1,347 images take, three times over? (The
# time depends on your machine, so this cell is not compared.)

# %% tags=["nbval-ignore-output"]
start = time.perf_counter()
runs = training.fit_seeds(digit_reader, X, y, seeds=3, epochs=15, validation_data=(X_test, y_test))
print(f"three networks in {time.perf_counter() - start:.1f} s")

# %% [markdown]
# Seconds, without a graphics card. How good are they on images that they never saw?

# %%
accuracy = runs.history["val_accuracy"]  # (3, 15): a row for each start
print(f"parameters: {runs.models[0].count_params()}")
print(f"mean accuracy after 1 epoch above 0.4: {accuracy[:, 0].mean() > 0.4}")
print(f"mean accuracy after 15 epochs above 0.94: {accuracy[:, -1].mean() > 0.94}")
print(f"spread over the starts below 0.02: {accuracy[:, -1].std() < 0.02}")

# %% [markdown]
# All three beat the nearest average, with less than two thirds of its errors, and nobody told them about strokes. See it
# happen, pass by pass:

# %%
plot.spread(
    np.arange(1, 16),
    {"network, three starts": accuracy, "nearest average": np.full((1, 15), nearest)},
    title="The network passes the baseline within a few epochs",
    x_label="epoch (passes over the training images)",
    y_label="accuracy on unseen images",
    alt="Accuracy of the networks rises steeply during the first three epochs, crosses the flat line of the baseline at "
    "0.91 and levels off near 0.97, with a narrow band over the three starts.",
)

# %% [markdown]
# The curve crosses the flat line early and then flattens. What have the 16 units found? Each has one weight for each
# pixel, so its weights can be drawn as an image: red where ink makes the unit louder, blue where ink silences it.

# %%
W1, b1, W2, b2 = runs.models[0].get_weights()  # (64, 16), (16,), (16, 10), (10,)
plot.images(
    W1.T.reshape(16, 8, 8),
    columns=8,
    signed=True,
    title="What the first layer looks for",
    alt="Sixteen images of 8 by 8 weights. In twelve, patches of red lie beside patches of blue, in other places in each, "
    "like pieces of strokes beside gaps; four are pale.",
)

# %% [markdown]
# Most show red patches beside blue ones: such a unit looks for ink *here* with a gap *there*. The features are the
# network's own, and few have a name. Some images are pale: those units were hardly used and stayed near their random
# start. Are the features worth anything? Take half of them away, then all, and see.

# %%
hidden = np.maximum(0, X_test @ W1 + b1)  # (450, 16)
for kept in (16, 8, 0):
    mask = np.arange(16) < kept
    right = np.mean((hidden * mask @ W2 + b2).argmax(axis=1) == y_test)
    print(f"{kept:2} features kept   accuracy at least 0.9: {right >= 0.9}   at most 0.25: {right <= 0.25}")

# %% [markdown]
# Half of them will not do, and without any, only the output's biases are left, a guess: what the network knows is spread
# over many features. That is why deep learning matters: for images, sound and text nobody has ever managed to
# write down the features, and here they come out of the data.

# %% [markdown]
# ## From 1943 to today <a id="history"></a>
#
# None of this is new. Below is a small table of who published what, and when; the last column of a row says where to
# look it up.

# %%
events = [
    (1943, "theory", "McCulloch, Pitts: the neuron", "Bull. Math. Biophysics 5"),
    (1958, "theory", "Rosenblatt: perceptron", "Psychological Review 65"),
    (1969, "theory", "Minsky, Papert: XOR critique", "Perceptrons, MIT Press"),
    (1970, "backpropagation", "Linnainmaa: reverse differentiation", "Thesis, Univ. of Helsinki"),
    (1974, "backpropagation", "Werbos: use for learning models", "Thesis, Harvard Univ."),
    (1980, "network", "Fukushima: Neocognitron", "Biological Cybernetics 36"),
    (1986, "backpropagation", "Rumelhart, Hinton, Williams", "Nature 323"),
    (1997, "network", "Hochreiter, Schmidhuber: LSTM", "Neural Computation 9"),
    (1998, "network", "LeCun and others: LeNet-5", "Proc. of the IEEE 86"),
]
print(f"{len(events)} events from {events[0][0]} to {events[-1][0]}")

# %% [markdown]
# The first half ends in the "quiet" 1990s, which brought two of the field's most used ideas. The second half:

# %%
events += [
    (2006, "network", "Hinton, Osindero, Teh: deep belief nets", "Neural Computation 18"),
    (2012, "network", "Krizhevsky and others: AlexNet", "NIPS 25"),
    (2014, "network", "Goodfellow and others: GAN", "NIPS 27"),
    (2015, "network", "He and others: ResNet", "arXiv:1512.03385"),
    (2015, "network", "Sohl-Dickstein and others: diffusion", "ICML 32"),
    (2017, "network", "Vaswani and others: Transformer", "NIPS 30"),
    (2020, "network", "Ho and others: diffusion of images", "NeurIPS 33"),
    (2020, "network", "Brown and others: GPT-3", "NeurIPS 33"),
]
plot.timeline(
    [year for year, *_ in events],
    [f"{what} ({where})" for _, _, what, where in events],
    groups=[kind for _, kind, *_ in events],
    title="Seventeen steps, on a true scale of years",
    alt="Time runs downwards from 1943 to 2020. Theory comes first, backpropagation in 1970, 1974 and 1986, and networks "
    "from 1980 on, most of them crowded together after 2005.",
)

# %% [markdown]
# The scale is true: long gaps at the top, a crowd at the bottom. In the gap after 1969 few people worked on networks,
# since the book of that year had shown what a single layer cannot do ([03_1](03_1_neurons_and_perceptrons.ipynb)
# repeats its proof). Count how the steps are spread.

# %%
for first, last in ((1940, 1969), (1970, 1986), (1987, 2005), (2006, 2020)):
    count = sum(first <= year <= last for year, *_ in events)
    print(f"{first} to {last}: {count} steps in {last - first + 1} years")

# %% [markdown]
# Any such table is a choice, and what is recent looks larger from here. But one common sentence can be held against
# it:
#
# > **Myth:** "Backpropagation was first published in 1986."
#
# *Backpropagation* computes how the loss changes with every weight, from the last layer backwards
# ([04_1](04_1_backpropagation.ipynb)). Predict its first year in the table.

# %%
papers = [(year, what, where) for year, kind, what, where in events if kind == "backpropagation"]
for year, what, where in papers:
    print(f"{year}  {what:36} {where}")
print(f"first published {1986 - min(papers)[0]} years before 1986")

# %% [markdown]
# Linnainmaa had the method in 1970, as a way to follow rounding errors; Werbos proposed it for fitting models in 1974.
# The paper of 1986 showed something else: that hidden layers trained with it form useful *representations*, such as
# our 16 features. That made it famous; it did not make it first.

# %% [markdown]
# ## AI, machine learning, deep learning, data science <a id="ai-ml-dl"></a>
#
# | field | what it is | who finds the rule |
# |---|---|---|
# | artificial intelligence | machines that do what seems to need a mind | anyone: also a person |
# | machine learning, a part of it | rules that are fitted to examples | an algorithm, from features that a person chose |
# | deep learning, a part of that | many layers fitted together | an algorithm, and the features as well |
# | data science, beside them | answers from data, by any method | a person, with all of the above and plain counting |
#
# Words are cheap, so here is one task solved in the first three ways. Like spam against no spam, it sorts texts into two
# classes: does a reviewer praise the film?

# %%
reviews = data.load("rt_polarity")
texts, texts_test = [[str(text) for text in part] for part in (reviews.x_train, reviews.x_test)]
label, label_test = reviews.y_train, reviews.y_test  # 1: praise
for text, praised in list(zip(texts, label, strict=True))[:3]:
    print(praised, text)
print(f"commonest class: {max(label_test.mean(), 1 - label_test.mean()):.2f}")

# %% [markdown]
# **1. Rules by hand.** A person writes lists of good and bad words, and later thinks of words that turn an opinion
# round. Look for the gain from that second thought.

# %%
good = {
    "splendid",
    "elegant",
    "memorable",
    "great",
    "delightful",
    "lovely",
    "enjoyable",
    "inspired",
    "good",
    "brilliant",
}
bad = {"lifeless", "silly", "awful", "forgettable", "tired", "poor", "clumsy", "bad", "annoying", "weak"}


def praises(text, turns=()):
    score, sign = 0, 1
    for word in text.split():
        sign = -1 if word in turns else sign
        vote = (word in good) - (word in bad)
        score, sign = score + sign * vote, 1 if vote else sign
    return score > 0


# %%
turns = ("not", "never", "hardly", "nothing", "nobody")
plain = np.mean([praises(text) == truth for text, truth in zip(texts_test, label_test, strict=True)])
turned = np.mean([praises(text, turns) == truth for text, truth in zip(texts_test, label_test, strict=True)])
print(f"word lists: {plain:.2f}   with negation: {turned:.2f}")

# %% [markdown]
# Negation is worth a few points in a hundred. Each further rule would cost a person another thought, and the lists lack many words.
#
# **2. A classical learner on given features.** A person chooses the features, here how often each word occurs;
# *logistic regression* finds a weight for each. Then the person gives it pairs of neighbouring words as well.
# **Predict:** what can a pair say that its two words cannot?

# %%
learned = {}
for longest in (1, 2):
    counter = CountVectorizer(ngram_range=(1, longest))
    counts = counter.fit_transform(texts)  # (3600, features)
    learner = LogisticRegression(max_iter=500).fit(counts, label)
    learned[longest] = learner.score(counter.transform(texts_test), label_test)
    print(f"up to {longest} words: {counts.shape[1]} features, accuracy {learned[longest]:.1f}")

# %% [markdown]
# "never annoying" is praise, though neither word is. The better features, not the better learner, made the difference;
# and it took a person to think of them.
#
# **3. A network on raw input.** Nobody says what a word is. The input is the row of characters, each a whole number:

# %%
alphabet = "".join(sorted(set("".join(texts))))
rows, rows_test = [
    np.array([[alphabet.find(character) + 1 for character in text.ljust(140)[:140]] for text in part])
    for part in (texts, texts_test)
]  # (3600, 140), (400, 140); 0 is for a character never seen
print(f"{len(alphabet)} characters; the first review begins {rows[0, :8].tolist()} for {texts[0][:8]!r}")


# %% [markdown]
# Its two *convolutions* slide along the row and learn to spot short strings, as
# [07_1](07_1_convolution_and_pooling.ipynb) explains; the last layer weighs what was spotted anywhere.

# %%
def character_reader():
    net = keras.Sequential([keras.Input((140,)), layers.Embedding(len(alphabet) + 1, 16)])
    net.add(layers.Conv1D(48, 8, strides=2, activation="relu"))
    net.add(layers.Conv1D(48, 6, activation="relu"))
    net.add(layers.GlobalMaxPooling1D())
    net.add(layers.Dense(1, "sigmoid"))
    net.compile(keras.optimizers.Adam(0.004), loss="binary_crossentropy", metrics=["accuracy"])
    return net


# %% [markdown]
# Two random starts, four passes each. Will it beat the pairs of words?

# %%
readers = training.fit_seeds(character_reader, rows, label, seeds=2, epochs=4, validation_data=(rows_test, label_test))
reached = readers.history["val_accuracy"][:, -1]  # (2,)
print(f"parameters: {readers.models[0].count_params()}")
print(f"mean above 0.82, clearly beyond single words: {reached.mean() > 0.82}")
print(f"within 0.06 of pairs of words: {abs(reached.mean() - learned[2]) < 0.06}")

# %% [markdown]
# An honest result: the network found out for itself about words *and* about "never", from characters alone, and lands
# about where a person's well-chosen pairs are, not clearly beyond them. It is also by far the largest of the three, and you
# had to wait for it. The log (second digits are from our run):
#
# | method | what a person gave | fitted numbers | accuracy |
# |---|---|---|---|
# | rules | 20 words | none | 0.67 |
# | rules | and 5 that turn them | none | 0.73 |
# | logistic regression | "count the words" | about 100 | 0.73 |
# | logistic regression | "and the pairs" | about 1,200 | 0.86 |
# | network | nothing: characters | about 20,000 | 0.8 to 0.9 |
#
# These reviews come from a small grammar. On 9,596 real ones (full profile) the rules are right in 0.52, words and pairs
# alike in 0.76, and the network, after its four passes, in 0.51 and 0.60 from its two starts: to find words in characters
# takes more examples and more time. So deep learning replaces the person's features, not the person's judgement. Where
# good features are known, start with
# the classical learner. Where the input is raw and examples are many, a network is worth its trouble. And where the rule
# itself is known, write it down: which years are leap years takes one line of code that is always right, and a learner
# would only come near it.

# %% [markdown]
# ## Why now: data, hardware, algorithms <a id="why-now"></a>
#
# If the ideas are old, why did they win only after 2010? Three things came together, and each can be measured.
#
# **Data.** Larger digits (14 × 14, made by the course), a classical learner and a network with 64 hidden units, trained
# on 50 to 3,200 of them, each three times on other examples. The network is scikit-learn's, quicker for small sets;
# `partial_fit` is one pass. Small matrices are quickest on one thread.

# %%
larger = data.load("mnist")
V, V_test = [
    part.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196) / 255  # means of 2 by 2 pixels
    for part in (larger.x_train, larger.x_test)
]  # (6000, 196), (1000, 196)
sizes = np.array([50, 200, 800, 3200])
scores = {"logistic regression": np.zeros((3, 4)), "network": np.zeros((3, 4))}
print(f"{len(V)} images to choose from, {len(V_test)} held back")

# %% [markdown]
# Each seed draws its own examples. Both learners get exactly the same ones, and the same test.

# %%
threadpool_limits(1)
for seed, column in np.ndindex(3, 4):
    chosen = np.random.default_rng(seed).permutation(len(V))[: sizes[column]]
    some, answers = V[chosen], larger.y_train[chosen]
    linear = LogisticRegression(max_iter=1000).fit(some, answers)
    net = MLPClassifier((64,), learning_rate_init=0.003, batch_size=25, random_state=seed)
    for _ in range(max(15, 2000 // sizes[column])):
        net.partial_fit(some, answers, classes=np.arange(10))
    for name, learner in (("logistic regression", linear), ("network", net)):
        scores[name][seed, column] = learner.score(V_test, larger.y_test)
print(f"logistic regression, 3,200 images: above 0.8: {scores['logistic regression'][:, -1].mean() > 0.8}")

# %% [markdown]
# It works. Before you look further: where will the two differ most, with 50 images or with 3,200?

# %%
gap = scores["network"].mean(axis=0) - scores["logistic regression"].mean(axis=0)  # (4,)
for size, each in zip(sizes, gap, strict=True):
    print(f"{size:5} images: network ahead by more than 0.02: {each > 0.02}")
plot.spread(
    np.log2(sizes),
    scores,
    title="Both learn; the network goes on learning",
    x_label="training images, as a power of 2 (5.6 is 50, 11.6 is 3,200)",
    y_label="accuracy on 1,000 unseen images",
    alt="Two rising lines with bands over three seeds. They start together near 0.6 with 50 images; the classical one "
    "flattens below 0.9, the network's goes on rising and is clearly above it with 3,200 images.",
)

# %% [markdown]
# Up to 800 images the two lines run together: no reason to prefer the network. Then the classical learner has nearly all
# that it can use, and the network still gains. That is the first part of the answer: large labelled sets such as
# ImageNet (2009) came late.
#
# **Hardware.** A layer is one matrix product: the same multiplication many times, in any order. See what it is worth to
# have that done by code that uses the processor fully.

# %%
started = time.perf_counter()
slow = [[sum(p * w for p, w in zip(row, column, strict=True)) for column in W1.T.tolist()] for row in X.tolist()]
middle = time.perf_counter()
fast = X @ W1  # (1347, 64) @ (64, 16) -> (1347, 16)
ratio = (middle - started) / (time.perf_counter() - middle)
print(f"multiplications: {X.shape[0] * W1.size:,}   same result: {np.allclose(slow, fast, atol=1e-4)}")
print(f"the matrix product is more than 5 times as fast: {ratio > 5}")

# %% [markdown]
# Usually it is some hundred times as fast, on the same processor. A graphics card, with thousands of multipliers, gains as much
# again on large products: AlexNet (2012) took two of them for a week.
#
# **Algorithms.** Eight hidden layers, once as in the 1980s (sigmoid units, plain gradient descent), once as today (ReLU
# units, the optimizer Adam), same digits, same time.

# %%
recipes = {
    "then": {"activation": "logistic", "solver": "sgd", "learning_rate_init": 0.1, "momentum": 0.0},
    "now": {"activation": "relu", "solver": "adam", "learning_rate_init": 0.002},
}
for era, recipe in recipes.items():
    right = []
    for seed in range(3):
        deep = MLPClassifier((32,) * 8, batch_size=32, random_state=seed, **recipe)
        for _ in range(12):
            deep.partial_fit(X, y, classes=np.arange(10))
        right.append(deep.score(X_test, y_test))
    print(f"{era:4}  all below 0.2: {max(right) < 0.2}   all above 0.8: {min(right) > 0.8}")

# %% [markdown]
# The old recipe is still guessing after 12 passes; the new one learned from each of three starts. Depth was out of
# reach for want of two small ideas. Why sigmoids stop the learning signal is told in
# [03_2](03_2_activation_functions.ipynb).

# %% [markdown]
# ## Neurons, layers and the drawing of a network <a id="nn-notation"></a>
#
# A *neuron* or *unit* multiplies each number that reaches it by a weight, adds a bias and applies an *activation*. A
# *layer* is a row of units that all see the same numbers. With $B$ images, $D = 64$ pixels, $K = 16$ hidden units and
# $U = 10$ classes our network is
#
# $$H = \max(0, X W_1 + b_1), \qquad P = \mathrm{softmax}(H W_2 + b_2)$$
#
# with $X \in \mathbb{R}^{B \times D}$, $W_1 \in \mathbb{R}^{D \times K}$, $b_1 \in \mathbb{R}^K$,
# $H \in \mathbb{R}^{B \times K}$, $W_2 \in \mathbb{R}^{K \times U}$, $b_2 \in \mathbb{R}^U$ and $P \in [0, 1]^{B \times U}$. *Softmax* turns
# $U$ numbers into shares that sum to 1: $e^{z_u} / \sum_k e^{z_k}$. In the drawing, data flow from left to right; each line is one weight.

# %%
plot.network(
    [64, 16, 10],
    layer_names=["pixels", "hidden layer", "digits"],
    show_shapes=True,
    title="64 inputs, 16 hidden units, 10 outputs",
    alt="A column of boxes for 64 inputs and two columns of circles for 16 hidden units and 10 outputs, joined by lines, some "
    "left out. Below stand the shapes: weights 64 by 16 with 16 biases, and 16 by 10 with 10 biases.",
)

# %% [markdown]
# Every unit of one column is joined to every unit of the next: the layers are *dense*. The inputs are boxes, since they
# compute nothing, and are not counted as a layer: this network has two.
#
# **Predict before you run.** How many weights and biases? One weight for each line, one bias for each unit that
# computes.

# %%
first = 64 * 16 + 16
second = 16 * 10 + 10
print(f"{first} + {second} = {first + second}   Keras says {runs.models[0].count_params()}")
print("shapes:", [tuple(each.shape) for each in runs.models[0].weights])

# %% [markdown]
# The same. Nearly all parameters sit in the first layer, since it has the most inputs. Now the two equations in NumPy, with the
# same letters, against Keras:

# %%
H = np.maximum(0, X_test @ W1 + b1)  # (450, 64) @ (64, 16) -> (450, 16)
Z = H @ W2 + b2  # (450, 10)
P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
error = np.abs(ops.convert_to_numpy(runs.models[0](X_test)) - P).max()
print(f"P has shape {P.shape}; rows sum to 1: {np.allclose(P.sum(axis=1), 1)}; error below 1e-5: {error < 1e-5}")

# %% [markdown]
# Two lines of NumPy are the whole network; everything else in this course is about finding the weights. And "deep"? A
# network is called deep when it has several hidden layers. Compare the parameters of one wide layer and of three narrow ones:

# %%
for widths in ([64, 16, 10], [64, 128, 10], [64, 64, 32, 16, 10]):
    by_hand = sum((before + 1) * after for before, after in pairwise(widths))
    stack = [keras.Input((64,)), *[layers.Dense(width) for width in widths[1:]]]
    print(f"{widths!s:22} by hand {by_hand:5}   Keras agrees: {keras.Sequential(stack).count_params() == by_hand}")

# %% [markdown]
# Depth and size are two things: the deep network has fewer parameters than the wide one.

# %% [markdown]
# ## What goes wrong and how it looks
#
# **It learns by heart.** Give 200 images *random* labels, so that there is nothing to learn, and train a network with 128
# hidden units for long. Compare the two accuracies.

# %%
rng = np.random.default_rng(0)
nonsense = rng.integers(0, 10, size=200)
parrot = keras.Sequential([keras.Input((64,)), layers.Dense(128, "relu"), layers.Dense(10, "softmax")])
parrot.compile(keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy")
training.fit(parrot, X[:200], nonsense, batch_size=32, epochs=80, verbose=0)
known, unseen = [ops.convert_to_numpy(parrot(part)).argmax(axis=1) for part in (X[:200], X_test)]
print(f"on its 200 images: above 0.95: {np.mean(known == nonsense) > 0.95}")
print(f"on unseen images: below 0.2: {np.mean(unseen == y_test) < 0.2}")

# %% [markdown]
# Nearly perfect on what it saw, a guess on everything else. Accuracy on the training data says nothing; hold data
# back, always.
#
# **It is sure of nonsense.** Show the digit reader 450 images of pure noise. No digit is there; how sure is it?

# %%
noise = rng.random((450, 64))
confidence = ops.convert_to_numpy(runs.models[0](noise)).max(axis=1)  # (450,)
print(f"mean confidence on noise above 0.6: {confidence.mean() > 0.6}")

# %% [markdown]
# "None of these" is not among its ten answers, so it picks one, and often with great confidence.
#
# **The world moves.** Shift every test image by one or two pixels. You would hardly notice.

# %%
for shift in (0, 1, 2):
    moved = np.roll(digits.x_test / 16, shift, axis=2).reshape(-1, 64)  # to the right
    right = np.mean(ops.convert_to_numpy(runs.models[0](moved)).argmax(axis=1) == y_test)
    print(f"shifted by {shift}: above 0.9: {right > 0.9}   below 0.7: {right < 0.7}")

# %% [markdown]
# The network notices very much. It was good on images *like those it learned from*, and nothing else was promised. A
# network that slides over the image copes better ([07_1](07_1_convolution_and_pooling.ipynb)).

# %% [markdown]
# ## Summary
#
# - Deep learning fits several layers together, from raw input to answer; the features come out of the data.
# - A small network, trained in seconds, beats a sensible baseline on real digits; always know the baseline.
# - It is a part of machine learning, which is a part of artificial intelligence. With well-chosen features, a
#   classical learner can be as good.
# - Backpropagation is from 1970, not 1986. Data, hardware and better recipes made old ideas win.
# - A dense layer with $D$ inputs and $U$ units has $(D + 1) U$ parameters.
# - A network can learn nonsense by heart, be sure of noise, and fail on a shifted image.
#
# ## Words you met
#
# | word | meaning |
# |---|---|
# | deep learning | learning of several layers together, from raw input to answer |
# | machine learning | finding a rule from examples by an algorithm |
# | data science | answering questions with data, by whatever method serves |
# | feature | number computed from the input that helps to answer |
# | parameter | number in a model that training sets: a weight or a bias |
# | learning curve | held-out score against the number of training examples |
# | memorizing | being right on the training examples without a rule that holds for others |
#
# ## Review questions
#
# <details><summary>1. What does a deep network learn that a classical learner is given?</summary>
# The features.</details>
#
# <details><summary>2. A network is right on 92 of 100 images. Is that good?</summary>
# It depends on the baseline; here the nearest average has 91.</details>
#
# <details><summary>3. Why three random starts instead of one?</summary>
# One run is one draw; the spread says how much of a result is luck.</details>
#
# <details><summary>4. Who published backpropagation first, and what did the paper of 1986 show?</summary>
# Linnainmaa in 1970. That hidden layers trained with it form useful representations.</details>
#
# <details><summary>5. What did pairs of words give logistic regression that single words did not?</summary>
# Negation: "never annoying" is praise.</details>
#
# <details><summary>6. You have 50 labelled examples. What do you try first?</summary>
# A classical learner; in the learning curve a network had no advantage there.</details>
#
# <details><summary>7. Which three things made old ideas work after 2010?</summary>
# Data, hardware, algorithms.</details>
#
# <details><summary>8. How many parameters has a network with 10 inputs, 5 hidden units and 2 outputs?</summary>
# 11 · 5 + 6 · 2 = 67.</details>
#
# <details><summary>9. How many layers has the network 64, 16, 10?</summary>
# Two: the inputs compute nothing.</details>
#
# <details><summary>10. A model has 1.00 on its training data. What do you know of it?</summary>
# Nearly nothing; it may have learned random labels by heart.</details>
#
# ## Exercises
#
# [Exercise 1](../exercises/01_introduction.ipynb): count parameters, write a forward pass, choose between rules and
# learners.
#
# ## References
#
# - McCulloch, W. and Pitts, W. (1943), A Logical Calculus of the Ideas Immanent in Nervous Activity, Bulletin of
#   Mathematical Biophysics 5.
# - Rosenblatt, F. (1958), The Perceptron: A Probabilistic Model for Information Storage and Organization in the Brain,
#   Psychological Review 65.
# - Minsky, M. and Papert, S. (1969), Perceptrons: An Introduction to Computational Geometry, MIT Press.
# - Linnainmaa, S. (1970), The Representation of the Cumulative Rounding Error of an Algorithm as a Taylor Expansion of the
#   Local Rounding Errors (in Finnish), Master's thesis, University of Helsinki.
# - Werbos, P. (1974), Beyond Regression: New Tools for Prediction and Analysis in the Behavioral Sciences, PhD thesis,
#   Harvard University.
# - Fukushima, K. (1980), Neocognitron, Biological Cybernetics 36.
# - Rumelhart, D., Hinton, G. and Williams, R. (1986), Learning Representations by Back-Propagating Errors, Nature 323.
# - Hochreiter, S. and Schmidhuber, J. (1997), Long Short-Term Memory, Neural Computation 9.
# - LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998), Gradient-Based Learning Applied to Document Recognition,
#   Proceedings of the IEEE 86.
# - Hinton, G., Osindero, S. and Teh, Y. (2006), A Fast Learning Algorithm for Deep Belief Nets, Neural Computation 18.
# - Deng, J. and others (2009), ImageNet: A Large-Scale Hierarchical Image Database, CVPR.
# - Krizhevsky, A., Sutskever, I. and Hinton, G. (2012), ImageNet Classification with Deep Convolutional Neural Networks,
#   NIPS 25.
# - Goodfellow, I. and others (2014), Generative Adversarial Nets, NIPS 27.
# - He, K., Zhang, X., Ren, S. and Sun, J. (2015), Deep Residual Learning for Image Recognition, arXiv:1512.03385.
# - Sohl-Dickstein, J. and others (2015), Deep Unsupervised Learning using Nonequilibrium Thermodynamics, ICML 32.
# - Vaswani, A. and others (2017), Attention Is All You Need, NIPS 30.
# - Zhang, C., Bengio, S., Hardt, M., Recht, B. and Vinyals, O. (2017), Understanding Deep Learning Requires Rethinking
#   Generalization, ICLR (the random labels).
# - Ho, J., Jain, A. and Abbeel, P. (2020), Denoising Diffusion Probabilistic Models, NeurIPS 33.
# - Brown, T. and others (2020), Language Models are Few-Shot Learners, NeurIPS 33.
# - Pang, B. and Lee, L. (2005), Seeing Stars: Exploiting Class Relationships for Sentiment Categorization, ACL (the film
#   reviews that the course's own imitate).
