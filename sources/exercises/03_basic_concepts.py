# %% [markdown]
# # Exercise 3: Basic concepts
#
# Six questions on lessons [03_1](../notebooks/03_1_neurons_and_perceptrons.ipynb),
# [03_2](../notebooks/03_2_activation_functions.ipynb) and [03_3](../notebooks/03_3_loss_functions.ipynb).
#
# 1. Run the first two cells.
# 2. For each question, write your answer in its cell and run it, then run the cell with `check` below it.
# 3. The check says *not attempted*, *wrong* and what is wrong, or *right*. Try as often as you like.
# 4. `hint("3.2")` gives a hint for question 3.2, and another one each time you ask.
# 5. After an attempt, `solution("3.2")` shows a way to write it.

# %% tags=["nbval-ignore-output"]
import dlcourse
from dlcourse import check, hint, solution

dlcourse.start()

# %%
import numpy as np

from dlcourse import data


# %% [markdown]
# ## 3.1 The perceptron's update
#
# A perceptron looks at one example, an input $x \in \mathbb{R}^D$ with a label $y \in \{-1, +1\}$, and computes the score
# $z = w \cdot x + b$. If $y z \le 0$, the example is on the wrong side or exactly on the boundary. Then, and only then,
# it learns:
#
# $$w \leftarrow w + \eta\, y\, x \qquad b \leftarrow b + \eta\, y$$
#
# Write one such step. `weights` and `x` have shape (D,), `bias`, `y` and the learning rate $\eta$ are numbers. Return the new
# weights and the new bias, and leave the arrays that were given as they are.
#
# *On paper:* $w = (1, -1)$, $b = 0$, $\eta = 1$, and the example $x = (2, 1)$ with $y = -1$. The score is $z = 1$, so
# $y z = -1$: a mistake. After the step $w = (-1, -2)$ and $b = -1$; the score of the same $x$ is now $-5$, the right side.

# %% question="3.1"
def perceptron_update(weights, bias, x, y, learning_rate):
    """One step of Rosenblatt's rule: the new weights, shape (D,), and the new bias."""
    # BEGIN SOLUTION
    score = weights @ x + bias
    if y * score <= 0:
        weights = weights + learning_rate * y * x
        bias = bias + learning_rate * y
    return weights, bias
    # END SOLUTION


# %%
check("3.1", perceptron_update)


# %% [markdown] tags=["solution"]
# `weights = weights + ...` binds the name to a new array. `weights += ...` would write into the caller's array, and every
# other place that holds it would see its numbers change. The `=` in $\le$ matters as well: with weights of zero every
# score is 0, and without it the perceptron would never begin to learn.

# %% [markdown]
# ## 3.2 A stable softmax
#
# Softmax turns logits $z \in \mathbb{R}^K$ into probabilities:
#
# $$p_k = \frac{e^{z_k}}{\sum_{j=1}^K e^{z_j}}$$
#
# Write it for an array of any shape whose *last* axis holds the $K$ classes; the result has the same shape. It has to survive
# logits of 1000, where $e^{1000}$ is too large for a floating-point number.
#
# *On paper:* the logits $(0, \ln 3)$ become $(1/4, 3/4)$. So do $(1000, 1000 + \ln 3)$: only differences count.

# %% question="3.2"
def softmax(logits):
    """Probabilities along the last axis, of the same shape as the logits."""
    # BEGIN SOLUTION
    shifted = logits - logits.max(axis=-1, keepdims=True)
    powers = np.exp(shifted)
    return powers / powers.sum(axis=-1, keepdims=True)
    # END SOLUTION


# %%
check("3.2", softmax)


# %% [markdown] tags=["solution"]
# Subtracting $c$ multiplies numerator and denominator by $e^{-c}$, which cancels. With the row's largest logit as $c$, every exponent is at
# most 0 and one of them is 0: no power exceeds 1, and the sum is at least 1.

# %% [markdown]
# ## 3.3 Cross-entropy from logits
#
# The loss of one example with label $y \in \{0, \dots, K-1\}$ is $-\ln p_y$, with $p$ the softmax of its logits. The cost of
# $N$ examples is the mean:
#
# $$L = -\frac{1}{N} \sum_{i=1}^N \ln \mathrm{softmax}(z_i)_{y_i}$$
#
# `logits` has shape (N, K), `labels` has shape (N,) and holds whole numbers. Return one number. It has to be right also where a
# probability is so small that it rounds to 0: put the softmax into the logarithm, on paper, and simplify before you write.
#
# *On paper:* for the logits $(0, \ln 3)$ the loss is $\ln 4 - \ln 3 = 0.288$ if the label is 1, and $\ln 4 = 1.386$ if it is 0. For
# the logits $(0, 800)$ and label 0 it is 800, to more digits than a computer keeps.

# %% question="3.3"
def cross_entropy(logits, labels):
    """The mean over the examples of minus the logarithm of the right class's probability."""
    # BEGIN SOLUTION
    largest = logits.max(axis=1)
    log_of_sum = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
    of_right_class = logits[np.arange(len(labels)), labels]
    return np.mean(log_of_sum - of_right_class)
    # END SOLUTION


# %%
check("3.3", cross_entropy)


# %% [markdown] tags=["solution"]
# $-\ln\big(e^{z_y} / \sum_j e^{z_j}\big) = \ln \sum_j e^{z_j} - z_y$: the exponential of the right class is gone, so nothing can round to 0
# before its logarithm is taken. The sum is treated as in 3.2, with the largest logit taken out and added again. This is what
# `from_logits=True` does in Keras.

# %% [markdown]
# ## 3.4 Label smoothing
#
# Label smoothing takes a share $\epsilon$ of the certainty away from a one-hot label $y$ and spreads it evenly over all $K$
# classes, the right one included:
#
# $$t_k = (1 - \epsilon)\, y_k + \frac{\epsilon}{K}$$
#
# `labels` has shape (N,) and holds class numbers from 0 to K - 1, `num_classes` is $K$. Return the smoothed targets, shape (N, K).
#
# *On paper:* with $K = 4$ and $\epsilon = 0.2$, label 2 becomes $(0.05, 0.05, 0.85, 0.05)$.

# %% question="3.4"
def smooth_labels(labels, epsilon, num_classes):
    """Smoothed one-hot targets, one row per label."""
    # BEGIN SOLUTION
    one_hot = np.eye(num_classes)[labels]
    return (1 - epsilon) * one_hot + epsilon / num_classes
    # END SOLUTION


# %%
check("3.4", smooth_labels)

# %% [markdown] tags=["solution"]
# Row $k$ of the identity matrix is the one-hot label of class $k$, so indexing it with all labels gives one row for each. The
# right class keeps $1 - \epsilon + \epsilon / K$: 0.91 for ten classes and $\epsilon = 0.1$, not 0.9.

# %% [markdown]
# ## 3.5 Which output, which loss
#
# Four tasks. For each choose the activation of the output layer and the loss.
#
# | task | predict | output units | a label is |
# |---|---|---|---|
# | `"spam"` | whether a message is spam | 1 | 0 or 1 |
# | `"digit"` | which digit an image shows | 10 | a whole number from 0 to 9 |
# | `"genres"` | which of 12 genres a film has, any number of them | 12 | 12 numbers, each 0 or 1 |
# | `"change"` | by how many degrees tomorrow is warmer than today | 1 | a real number, often negative |
#
# Activations: `"linear"`, `"sigmoid"`, `"tanh"`, `"relu"`, `"softmax"`.
#
# Losses, by their Keras names: `"mean_squared_error"`, `"mean_absolute_error"`, `"huber"`, `"binary_crossentropy"`,
# `"categorical_crossentropy"`, `"sparse_categorical_crossentropy"`. A cross-entropy takes probabilities; write `_from_logits` after its name for
# the one that takes logits, such as `"binary_crossentropy_from_logits"`.
#
# For the three classifications choose the loss that maximum likelihood gives. Some tasks have more than one right answer. Put an
# activation and a loss, in this order, in place of each pair of dots.

# %% question="3.5"
# BEGIN SOLUTION
choices = {
    "spam": ("sigmoid", "binary_crossentropy"),
    "digit": ("softmax", "sparse_categorical_crossentropy"),
    "genres": ("sigmoid", "binary_crossentropy"),
    "change": ("linear", "mean_squared_error"),
}
# END SOLUTION
# BEGIN STARTER
# choices = {
#     "spam": (..., ...),
#     "digit": (..., ...),
#     "genres": (..., ...),
#     "change": (..., ...),
# }
# END STARTER

# %%
check("3.5", choices)


# %% [markdown] tags=["solution"]
# Each classification may also keep a linear output and take its loss `_from_logits`, which is the more stable form (3.3). For
# `"change"` any of the three losses for real numbers is right, as long as the output can be any real number. The labels
# decide between `categorical` (one-hot rows) and `sparse_categorical` (class numbers).

# %% [markdown]
# ## 3.6 A loop that does not learn
#
# Logistic regression: one neuron with a sigmoid, trained on mini-batches. For a batch of $B$ examples with inputs $x_i$, labels
# $y_i \in \{0, 1\}$ and predictions $p_i = \sigma(w \cdot x_i + b)$, one step is
#
# $$w \leftarrow w - \frac{\eta}{B} \sum_{i=1}^{B} (p_i - y_i)\, x_i \qquad
# b \leftarrow b - \frac{\eta}{B} \sum_{i=1}^{B} (p_i - y_i)$$
#
# `x` has shape (N, D), `labels` has shape (N,), and `orders` has shape (epochs, N): each of its rows says in which order one epoch
# visits the examples. The last batch of an epoch may be smaller than the others.
#
# The loop below runs, raises nothing, and gives weights that look like weights. It has one bug. Find it, and mend it in the
# cell; everything else is as it should be.

# %% question="3.6"
def train(x, labels, orders, batch_size, learning_rate):
    """Weights, shape (D,), and bias after one epoch for each row of orders, shape (epochs, N)."""
    weights, bias = np.zeros(x.shape[1]), 0.0
    for order in orders:
        # BEGIN SOLUTION
        shuffled_x, shuffled_labels = x[order], labels[order]
        # END SOLUTION
        # BEGIN STARTER
        # shuffled_x = x[order]
        # END STARTER
        for start in range(0, len(x), batch_size):
            batch_x = shuffled_x[start : start + batch_size]
            # BEGIN SOLUTION
            batch_labels = shuffled_labels[start : start + batch_size]
            # END SOLUTION
            # BEGIN STARTER
            # batch_labels = labels[start : start + batch_size]
            # END STARTER
            error = 1 / (1 + np.exp(-(batch_x @ weights + bias))) - batch_labels
            weights = weights - learning_rate * batch_x.T @ error / len(batch_x)
            bias = bias - learning_rate * error.mean()
    return weights, bias


# %% [markdown]
# Try it on real data: 426 tumours with 30 measurements each, of which 63 % are benign. Whoever always says *benign* is right in 63 % of
# them. What does your loop reach?

# %%
tumours = data.load("breast_cancer")
x = (tumours.x_train - tumours.x_train.mean(axis=0)) / tumours.x_train.std(axis=0)
orders = np.array([np.random.default_rng(epoch).permutation(len(x)) for epoch in range(5)])
weights, bias = train(x, tumours.y_train, orders, batch_size=32, learning_rate=0.1)
right = (x @ weights + bias > 0) == tumours.y_train
print(f"right on the examples it was trained on: {right.mean():.0%}")

# %%
check("3.6", train)

# %% [markdown] tags=["solution"]
# The inputs were shuffled and the labels were not, so most examples were trained with another one's label. Nothing crashes when that
# happens: shapes fit, the loss is a number, and the weights stay small because the labels look like noise. The cure is to index everything
# that belongs together with the same order.

# %% [markdown]
# ## Done?
#
# In a terminal, `dlcourse list` shows how far you are. Whatever a check could not explain is worth a minute of print statements: take
# the smallest case that you can work out on paper and compare step by step.
