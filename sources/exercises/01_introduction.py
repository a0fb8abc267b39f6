# %% [markdown]
# # Exercise 1: Introduction to deep learning
#
# Three questions on lesson [01](../notebooks/01_introduction.ipynb). They need NumPy only.
#
# 1. Run the first two cells.
# 2. For each question, write your answer in its cell and run it, then run the cell with `check` below it.
# 3. The check says *not attempted*, *wrong* and what is wrong, or *right*. Try as often as you like.
# 4. `hint("1.2")` gives a hint for question 1.2, and another one each time you ask.
# 5. After an attempt, `solution("1.2")` shows a way to write it.

# %% tags=["nbval-ignore-output"]
import dlcourse
from dlcourse import check, hint, solution

dlcourse.start()

# %%
import numpy as np


# %% [markdown]
# ## 1.1 Counting parameters
#
# A network of dense layers is given by its widths: how many inputs it has, then how many units each layer has. Every unit has
# one weight for each number that reaches it, and one bias. How many parameters (weights and biases) are there in all? `widths` is a
# list of at least two whole numbers; return one number.
#
# *On paper:* widths $(3, 4, 2)$. The hidden layer has $3 \cdot 4$ weights and 4 biases, the output layer $4 \cdot 2$ weights and 2
# biases: 26 in all.

# %% question="1.1"
def count_parameters(widths):
    """The number of weights and biases of a network with these widths, the inputs first."""
    # BEGIN SOLUTION
    total = 0
    for layer in range(1, len(widths)):
        total += (widths[layer - 1] + 1) * widths[layer]
    return total
    # END SOLUTION


# %%
check("1.1", count_parameters)


# %% [markdown] tags=["solution"]
# Each pair of neighbours in the list is one layer. Nearly all parameters are weights, and their number grows with the
# product of two widths: twice as many units everywhere makes about four times as many parameters.

# %% [markdown]
# ## 1.2 A forward pass
#
# A network with one hidden layer of $K$ units turns each of $B$ examples, $D$ numbers, into $U$ numbers:
#
# $$H = \max(0, X W_1 + b_1), \qquad A = H W_2 + b_2$$
#
# with $X \in \mathbb{R}^{B \times D}$, $W_1 \in \mathbb{R}^{D \times K}$, $b_1 \in \mathbb{R}^K$,
# $W_2 \in \mathbb{R}^{K \times U}$, $b_2 \in \mathbb{R}^U$. The maximum (ReLU) is taken number by number. Return $A$, shape (B, U), and
# leave the arrays that were given as they are.
#
# *On paper:* $x = (1, 2)$; the first hidden unit has the weights $(1, 1)$ and the bias $-1$, the second $(1, -1)$ and 0. The hidden
# layer gives $\max(0, 2) = 2$ and $\max(0, -1) = 0$. With the output weights $(3, 5)$ and the bias 1 the output is 7.

# %% question="1.2"
def forward(X, W1, b1, W2, b2):
    """What the network gives for each example, shape (B, U)."""
    # BEGIN SOLUTION
    hidden = np.maximum(0, X @ W1 + b1)
    return hidden @ W2 + b2
    # END SOLUTION


# %%
check("1.2", forward)

# %% [markdown] tags=["solution"]
# Two matrix products, whatever the size of the batch: the biases are added to every row. Without the maximum, both layers would
# be the same as one, with the weights $W_1 W_2$.

# %% [markdown]
# ## 1.3 Rules or a learner
#
# Four tasks. Which kind of method would you try first?
#
# | task | what is wanted | what there is |
# |---|---|---|
# | `"tax"` | the tax on an income | the text of the law |
# | `"tumour"` | whether a tumour is malignant | 10 measurements each of 120 tumours, with the diagnosis |
# | `"photographs"` | which of 1,000 kinds of things a photograph shows | a million photographs, each with its kind |
# | `"checksum"` | whether the check digit of a card number is right | the formula of the check digit |
#
# Methods: `"written_rules"` (written by hand), `"learner_on_features"` (such as logistic regression, fitted to features that are given), `"deep_network"` (learns
# its features from the raw input). Put one of them in place of each group of dots.

# %% question="1.3"
# BEGIN SOLUTION
choices = {
    "tax": "written_rules",
    "tumour": "learner_on_features",
    "photographs": "deep_network",
    "checksum": "written_rules",
}
# END SOLUTION
# BEGIN STARTER
# choices = {
#     "tax": ...,
#     "tumour": ...,
#     "photographs": ...,
#     "checksum": ...,
# }
# END STARTER

# %%
check("1.3", choices)

# %% [markdown] tags=["solution"]
# Where an exact rule is known, write it down. Where examples are few and the measurements telling, a small learner does as well as a
# network and is easier to explain. A deep network pays where the input is raw and the examples are many.

# %% [markdown]
# ## Done?
#
# In a terminal, `dlcourse list` shows how far you are.
