# %% [markdown]
# # Exercise 2: Applications of deep learning
#
# Four questions on numbers that say whether a machine is any good: the first on lesson
# [02_1](../notebooks/02_1_vision_language_speech.ipynb), the others on lesson
# [02_2](../notebooks/02_2_science_industry_society.ipynb). All need NumPy only.
#
# 1. Run the first two cells.
# 2. For each question, write your answer in its cell and run it, then run the cell with `check` below it.
# 3. The check says *not attempted*, *wrong* and what is wrong, or *right*. Try as often as you like.
# 4. `hint("2.2")` gives a hint for question 2.2, and another one each time you ask.
# 5. After an attempt, `solution("2.2")` shows a way to write it.

# %% tags=["nbval-ignore-output"]
import dlcourse
from dlcourse import check, hint, solution

dlcourse.start()

# %%
import numpy as np


# %% [markdown]
# ## 2.1 Intersection over union
#
# How well does a detector's box agree with the true one? Each of the boxes `a` and `b` is a list of four numbers: left, top, right
# and bottom edge, in pixels, with the top edge above the bottom one (a *smaller* number). Return the area that both cover, divided by
# the area that at least one of them covers; boxes that do not meet give 0.
#
# *On paper:* $a = (0, 0, 4, 2)$ and $b = (3, 0, 5, 2)$ share a strip of width 1 and height 2. The areas are 8 and 4, so together they
# cover $8 + 4 - 2 = 10$: the answer is 0.2.

# %% question="2.1"
def iou(a, b):
    """The intersection over union of two boxes (left, top, right, bottom), one number."""
    # BEGIN SOLUTION
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    intersection = width * height
    area_a = (a[2] - a[0]) * (a[3] - a[1])
    area_b = (b[2] - b[0]) * (b[3] - b[1])
    return intersection / (area_a + area_b - intersection)
    # END SOLUTION


# %%
check("2.1", iou)


# %% [markdown] tags=["solution"]
# The intersection is a box whose edges are the inner ones of each pair. Where the boxes are apart, it has a negative width or height;
# each is kept at 0 or above *before* they are multiplied, since two negative numbers have a positive product.

# %% [markdown]
# ## 2.2 Sensitivity and specificity
#
# `probability` is a network's probability of the illness for each of N patients, an array of shape (N,); `ill` says who has it, an array of
# True and False of the same shape. An alarm is given where the probability is *above* `threshold`. Return two numbers: the
# sensitivity and the specificity. At least one patient is ill and one is healthy.
#
# *On paper:* probabilities $(0.9, 0.3, 0.6, 0.1)$, of which the first two belong to ill patients. At a threshold of 0.5 one of the two ill
# gets the alarm, and one of the two healthy does not: ½ and ½. At 0.2 it is 1 and ½.

# %% question="2.2"
def sensitivity_and_specificity(probability, ill, threshold):
    """The share of the ill with an alarm, and of the healthy without one."""
    # BEGIN SOLUTION
    alarm = probability > threshold
    sensitivity = np.mean(alarm[ill])
    specificity = np.mean(~alarm[~ill])
    return sensitivity, specificity
    # END SOLUTION


# %%
check("2.2", sensitivity_and_specificity)


# %% [markdown] tags=["solution"]
# Each is a share of one group: nothing about the healthy enters the sensitivity. That is why neither depends on how many people are
# ill, while the share of true alarms, the precision, does.

# %% [markdown]
# ## 2.3 Hit rate at k
#
# For each person (row) and film (column): `scores`, how well a model thinks it suits, no two alike in a row; `rated`, True where the person has rated
# it already; and `held_back`, True for films that were watched but kept from the model. Each person's list is the `k` films with the
# highest scores *among those not rated*. Return the share of people with at least one held-back film in their list. Leave the arrays
# as they are.
#
# *On paper:* one person, scores $(9, 4, 7, 5)$, the first film rated, the last held back. The list of two is film 2 and film 3, counted from 0: a hit.
# The list of one is not.

# %% question="2.3"
def hit_rate(scores, rated, held_back, k):
    """The share of people with a hit among their first k films."""
    # BEGIN SOLUTION
    left = np.where(rated, -np.inf, scores)
    first = np.argsort(-left, axis=1)[:, :k]
    hits = np.take_along_axis(held_back, first, axis=1).any(axis=1)
    return np.mean(hits)
    # END SOLUTION


# %%
check("2.3", hit_rate)


# %% [markdown] tags=["solution"]
# `np.where` makes a new array, so the scores stay as they were. A person with three hits counts as much as one with one: the rate is of
# people, not of films.

# %% [markdown]
# ## 2.4 A backtest that does not see the future
#
# `prices` is an array of prices, one a day. On each day $t$ from the first with a full window on, the position is +1 if the price is *above* the mean of the
# last `window` prices, today's included, else −1. It earns the change that follows, $p_{t+1} - p_t$. Return the profits, an array
# with one number for each day that has a full window before it and a change after it: `len(prices) - window` numbers.
#
# *On paper:* prices $(1, 2, 4, 3)$ and a window of 2. After the second price, 2 is above the mean 1.5: +1, which earns $4 - 2 = 2$. After the third,
# 4 is above 3: +1, which earns $3 - 4 = -1$. The profits are $(2, -1)$.

# %% question="2.4"
def profits(prices, window):
    """What the position of each day earns, an array."""
    # BEGIN SOLUTION
    earned = []
    for t in range(window - 1, len(prices) - 1):
        mean = np.mean(prices[t - window + 1 : t + 1])
        position = 1 if prices[t] > mean else -1
        earned.append(position * (prices[t + 1] - prices[t]))
    return np.array(earned)
    # END SOLUTION


# %%
check("2.4", profits)

# %% [markdown] tags=["solution"]
# The slice ends at `t + 1`, which Python leaves out: the newest price in it is today's. With `t + 2` the position would know the price it is
# about to be paid for.
