# %% [markdown]
# # Healthcare, driving, finance and the rest
#
# Seven fields, seven small machines that work from end to end. The networks are simple, and later chapters take them
# apart; here look at what is *around* them: which number tells whether such a machine is any good, and what a
# demonstration like this one does not show.
#
# **You will be able to**
#
# - judge a diagnosis by sensitivity, specificity and calibration, and say why accuracy is not enough;
# - explain message passing on a molecule, and why counting atoms falls short;
# - tell a driver that predicts well from one that stays on the road;
# - find rare fraud, and catch a backtest that looks into the future;
# - recommend from ratings, choose a threshold without a single defect at hand, and hold a forecast against a naive one.
#
# **You need** [What is deep learning?](01_introduction.ipynb): training and test data, `fit`.
#
# **Time** about 55 s to run on two CPU cores; an hour and a half to read and try.
#
# **Data** two real sets that come with scikit-learn: measurements of 569 breast tumours, and records of 442 people with
# diabetes. The rest is made by the course: 2,500 molecules, 1,250 views of a road, 30,000 card payments, 9,000 film
# ratings, 1,000 pieces of cloth, three years of electricity load. What is made here teaches how to measure; the numbers
# say nothing about real fraud or real roads.

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()

# %%
from functools import partial

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from sklearn.linear_model import LinearRegression
from sklearn.metrics import average_precision_score, precision_recall_curve

from dlcourse import data, evaluation, models, plot, training
from dlcourse.data.generated import Road, defective_textures
from dlcourse.losses import FocalLoss

# %% [markdown]
# ## Healthcare: diagnosis and imaging <a id="app-medical-imaging"></a>
#
# A needle takes a few cells from a lump in the breast; a program outlines their nuclei in the microscope's picture and
# measures them: 30 numbers for each of 569 patients (Wisconsin, 1993). Malignant or not? First the baseline that looks at
# nothing. *Predict:* how often is someone right who always says "benign"?

# %%
tumours = data.load("breast_cancer")
X = np.concatenate([tumours.x_train, tumours.x_test])
ill = np.concatenate([tumours.y_train, tumours.y_test]) == tumours.class_names.index("malignant")
print(f"{len(X)} patients, {ill.sum()} ill; always saying benign is right in {np.mean(~ill):.2f} of cases")


# %% [markdown]
# Right in 63 of 100 cases, and it sends every ill person home. So ask two questions instead of one. With TP ill people
# found and FN missed, TN healthy people cleared and FP alarmed for nothing:
#
# $$\text{sensitivity} = \frac{TP}{TP + FN}, \qquad \text{specificity} = \frac{TN}{TN + FP}.$$
#
# On paper: 4 ill, of whom 3 get the alarm, 6 healthy, of whom 1 does: sensitivity ¾, specificity ⅚. Always
# "benign": 0 and 1.
#
# A network with two hidden layers gives each patient a score, a *logit*. Three times it learns from two thirds of the
# patients and judges the last third, so each score comes from a network that never saw this patient.

# %%
def unseen_logits(x, labels, network_hidden=(32, 32)):
    logits = np.zeros(len(x))
    for seen, unseen in evaluation.folds(labels, "stratified", count=3):
        scaled = (x - x[seen].mean(axis=0)) / x[seen].std(axis=0)
        network = models.mlp(30, 1, network_hidden, classifier_activation=None)
        network.compile(keras.optimizers.Adam(0.005), keras.losses.BinaryCrossentropy(from_logits=True))
        training.fit(network, scaled[seen], labels[seen].astype("float32"), epochs=60, seed=0)
        logits[unseen] = network(scaled[unseen])[:, 0]
    return logits


# %% [markdown]
# The sigmoid $1 / (1 + e^{-z})$ makes a probability of a logit $z$. An alarm is given above a *threshold*. What does a
# lower threshold buy, and what does it cost?

# %% tags=["nbval-ignore-output"]
logits = unseen_logits(X, ill)
probability, rates = 1 / (1 + np.exp(-logits)), {}
for threshold in (0.5, 0.1, 0.001):
    alarm = probability > threshold
    rates[threshold] = sensitivity, specificity = alarm[ill].mean(), (~alarm[~ill]).mean()
    print(f"above {threshold:5}: sensitivity {sensitivity:.2f}, specificity {specificity:.2f}")

# %%
(sensitivity, specificity), _, (most_found, fewest_cleared) = rates.values()
print("at 0.5, both above 0.93:", sensitivity > 0.93, specificity > 0.93)
print("at 0.001, more ill people found:", most_found > sensitivity)
print("and more than 0.02 more of the healthy alarmed:", fewest_cleared < specificity - 0.02)

# %% [markdown]
# With a lower threshold fewer ill people are missed and more healthy ones alarmed. No mathematics chooses between the
# two: what a missed tumour and a needless operation are worth does. The threshold is chosen on patients that the final
# test does not use.
#
# But is a probability of 0.9 right nine times in ten? That is *calibration*. A large network trained for long on few
# patients is too sure of itself. One number, the *temperature* $T$, mends much: divide all logits by it. It is fitted on
# one half of the patients and judged on the other.

# %%
half = np.random.default_rng(0).permutation(len(X))
fitted, judged = half[:285], half[285:]
temperature = evaluation.temperature_scaling(logits[fitted], ill[fitted].astype(int))
cooled = 1 / (1 + np.exp(-logits[judged] / temperature.value))
print("temperature above 1.5:", temperature.value > 1.5)

# %%
answers = {"as trained": probability[judged], "with temperature": cooled}
costs = [-np.mean(np.log(np.where(ill[judged], p, 1 - p))) for p in answers.values()]
print("cross-entropy on the other half, at least a quarter lower:", costs[1] < 0.75 * costs[0])

# %%
plot.reliability_diagram(
    {name: (np.maximum(p, 1 - p), (p > 0.5) == ill[judged]) for name, p in answers.items()},
    lowest=0.5,
    title="Confidence and how often it was right",
    alt="Two diagrams, nearly all predictions in the last bar. Its gap is open as trained and closed with temperature.",
)

# %% [markdown]
# Look at the last bar, where nearly all patients are: its gap closes. The other bars hold a handful of patients each
# and say nothing yet.
#
# What does this toy not show? Its patients were sent to a specialist; more than a third were ill. In screening it may
# be one in two hundred. Keep both rates at 0.95. *Predict:* of those who get the alarm, how many are ill?

# %%
for share in (0.37, 0.005):
    true_alarms, false_alarms = 0.95 * share, 0.05 * (1 - share)
    print(f"{share:5} ill: of 100 alarms {100 * true_alarms / (true_alarms + false_alarms):.0f} are true")

# %% [markdown]
# Nine in a hundred. The same machine, used on other people, is another test. And other hospitals, microscopes and
# groups of patients have to be tried before anyone relies on it.
#
# ## Healthcare: drug discovery and personalised medicine <a id="app-drug-discovery"></a>
#
# Which of a million molecules is worth making? A model that predicts a property from the structure sorts them first.
# Butanol (chain C-C-C-C-O) and diethyl ether (C-C-O-C-C) have the same atoms, yet the first boils at 118 °C, the second
# at 35 °C: only the first has a hydrogen on its oxygen. Our made molecules have a score with rules of that kind.

# %%
molecules = data.load("molecular_graphs")
atoms, atoms_test = molecules.x_train, molecules.x_test  # (2000, 12, 4): one-hot C, N, O, F, zeros where none
bonds, bonds_test = molecules.extra["bonds_train"], molecules.extra["bonds_test"]  # (2000, 12, 12)
score, score_test = molecules.y_train[:, None], molecules.y_test
carbons = LinearRegression().fit(atoms.sum(axis=1), score).score(atoms_test.sum(axis=1), score_test)
print(f"R² of a linear model that counts atoms: {carbons:.1f}")


# %% [markdown]
# $R^2$ is the share of the variance that is explained: 1 is perfect, 0 is no better than always saying the mean.
#
# In **message passing** each atom has a vector $h_i \in \mathbb{R}^d$, asks its neighbours for theirs, and makes a new
# one:
#
# $$h_i' = \text{ReLU}\Big(W h_i + V \sum_j A_{ij} h_j + b\Big), \qquad \hat y = w \cdot \sum_i h_i + c,$$
#
# with $A_{ij}$ the order of the bond between $i$ and $j$, 0 where there is none. On paper: what does the oxygen hear in
# each of the two molecules? In butanol one carbon, in ether two. In NumPy $\sum_j A_{ij} h_j$ is one product:

# %%
def molecule(chain):
    there = np.zeros((1, 12, 4), "float32")
    there[0, range(len(chain)), ["CNOF".index(atom) for atom in chain]] = 1
    joined = np.zeros((1, 12, 12), "float32")
    joined[0, range(len(chain) - 1), range(1, len(chain))] = 1
    return there, joined + joined.transpose(0, 2, 1)


butanol, ether = molecule("CCCCO"), molecule("CCOCC")
print("atoms of both:         C N O F =", butanol[0].sum(axis=1)[0], "and", ether[0].sum(axis=1)[0])
print("the oxygen's messages: C N O F =", (butanol[1] @ butanol[0])[0, 4], "and", (ether[1] @ ether[0])[0, 2])


# %% [markdown]
# In Keras, with one round of messages; and for comparison the same network with none.

# %%
def message_passing(rounds):
    h = nodes = keras.Input((12, 4))
    adjacency = keras.Input((12, 12))
    there = ops.sum(nodes, axis=-1, keepdims=True)
    for _ in range(rounds):
        heard = ops.matmul(adjacency, h)
        h = ops.relu(layers.Dense(16)(h) + layers.Dense(16, use_bias=False)(heard)) * there
    graph_network = keras.Model([nodes, adjacency], layers.Dense(1)(ops.sum(h, axis=1)))
    graph_network.compile(keras.optimizers.Adam(0.01), "mse")
    return graph_network


# %%
predicted, networks = {}, {}
for rounds in (0, 1):
    keras.utils.set_random_seed(0)
    networks[rounds] = message_passing(rounds)
    training.fit(networks[rounds], [atoms, bonds], score, batch_size=64, epochs=25, seed=0)
    predicted[rounds] = networks[rounds]([atoms_test, bonds_test]).numpy()[:, 0]
    explained = 1 - np.mean((predicted[rounds] - score_test) ** 2) / score_test.var()
    print(f"{rounds} rounds of messages: R² above 0.9: {explained > 0.9}, below 0.4: {explained < 0.4}")

# %% [markdown]
# One round makes the difference between guessing and knowing. For the two molecules above, and for butanol with its atoms
# numbered in another order:

# %%
both = [networks[1]([*each]).numpy().item() for each in (butanol, ether)]
other = np.random.default_rng(0).permutation(12)
renumbered = networks[1]([butanol[0][:, other], butanol[1][:, other][:, :, other]]).numpy().item()
print("butanol above ether by more than 1 (the truth is 1.5):", both[0] - both[1] > 1)
print("renumbered, changed by less than 1e-5:", abs(renumbered - both[0]) < 1e-5)

# %%
line = np.array([0.0, 6.0])
plot.curves(
    line,
    {"perfect": line},
    points=(score_test, predicted[1]),
    title="Molecules that the network never saw",
    x_label="true boiling score",
    y_label="predicted score",
    alt="500 dots close to the diagonal from a score of 0 to 6.",
)

# %% [markdown]
# Real properties depend on shape, charge and water around the molecule, and a good prediction is where the laboratory
# begins, not where it ends.
#
# **Personalised** medicine asks for one person. Ten measurements of 442 people with diabetes; how much of what differs
# between them a year later do they explain?

# %%
diabetes = data.load("diabetes")
progression = LinearRegression().fit(diabetes.x_train, diabetes.y_train)
print(f"R² on unseen people: {progression.score(diabetes.x_test, diabetes.y_test):.1f}")
error = np.std(progression.predict(diabetes.x_test) - diabetes.y_test)
print("a typical error is more than 0.6 of the spread between people:", error > 0.6 * diabetes.y_test.std())

# %% [markdown]
# Less than half. Useful for planning, far from a fate. Nor does it say which treatment would
# *change* the course: that takes a trial in which chance decides who gets which.
#
# ## Autonomous vehicles <a id="app-autonomous"></a>
#
# A car that drives itself is a loop. *Perception* finds the road in the picture, *planning* chooses a path (on a free
# road: a point some metres ahead; in traffic: a search over many paths, each with its costs), *control* turns the
# wheel. Then the world has changed, by the car's own doing, and it starts again.

# %%
plot.graph(
    [("camera", "perception"), ("perception", "planning"), ("planning", "control"), ("control", "car")],
    notes={"camera": "32 × 64 pixels", "planning": "a point 8 m ahead", "control": "wheel angle"},
    title="One turn of the loop; our network learns the three steps in the middle as one",
    alt="Five boxes in a row with arrows: camera, perception, planning, control, car.",
)

# %% [markdown]
# An expert program that knows the map aims at a point 8 m on. We record what the camera sees and how the expert steers,
# and a network learns one from the other (*imitation*). Two sets of records: the first has views from all over the
# road, also badly placed ones; the second only views from the middle, where a good driver always is.

# %%
views = data.load("road_views")
rng, middle_x, middle_y = np.random.default_rng(0), [], []
for road in map(Road, range(4)):
    where = road.pose(rng.uniform(0, road.length, 250))
    middle_x.append(road.view(*where) + rng.normal(0, 0.02, (250, 32, 64, 3)))
    middle_y.append(road.steering(*where))
records = {
    "all over the road": (views.x_train, views.y_train),
    "middle alone": (np.concatenate(middle_x).astype("float32"), np.concatenate(middle_y).astype("float32")),
}

# %%
plot.overlay(
    np.concatenate([views.x_train[:4], records["middle alone"][0][:4]]).clip(0, 1),
    captions=[f"{angle:+.2f} rad" for angle in (*views.y_train[:4], *middle_y[0][:4])],
    title="What the camera sees, and how the expert steers (left is positive)",
    alt="Above, four views of a grey road with white lines from places beside its middle; below, four from its middle.",
)


# %% [markdown]
# Both learn; both are then asked about views from the middle of a road that neither has seen. After that, they drive it
# for 15 seconds: once from the middle, and once after a gust of wind that has put the car 2 m to the left, its nose
# still turned outwards. *Predict:* who makes smaller errors in the first test? Who is on the road at the end?

# %%
def imitate(x, angles):
    keras.utils.set_random_seed(0)
    stack = [layers.AveragePooling2D(2), layers.Conv2D(8, 3, 2, activation="relu")]
    stack += [layers.Conv2D(16, 3, 2, activation="relu"), layers.Flatten(), layers.Dense(32, "relu"), layers.Dense(1)]
    driver = keras.Sequential([keras.Input((32, 64, 3)), *stack])
    driver.compile(keras.optimizers.Adam(0.002), "mse")
    training.fit(driver, x, angles[:, None], epochs=10, seed=0)
    return driver


# %%
road = Road(4)
where = road.pose(np.linspace(0, road.length, 200))
paths = {}
for name, (x, angles) in records.items():
    driver = imitate(x, angles)
    error = np.abs(driver(road.view(*where))[:, 0] - road.steering(*where)).mean()
    step = tf.function(lambda view, driver=driver: driver(view[None])[0, 0])
    for start, (offset, turn) in {"from the middle": (0.0, 0.0), "after a gust": (2.0, 0.2)}.items():
        paths[name, start] = road.drive(lambda view, step=step: float(step(view)), 150, offset, turn)
    print(f"{name}: mean error on middle views below 0.012 rad (0.7 degrees): {error < 0.012}")

# %%
panels = {}
for (name, start), path in paths.items():
    print(f"{name}, {start}: on the road after 15 s: {len(path) == 151}")
    panels.setdefault(f"seconds, {start}", {})[name] = np.arange(len(path)) / 10, road.offset(path)
plot.traces(
    panels,
    y_label="metres left of the middle",
    y_limits=(-0.5, 3.2),
    title="The road ends at 3 m. After the gust one driver returns, one is gone",
    alt="On the left both lines stay near 0 for 15 seconds. On the right both start at 2 metres: one returns to 0 within three "
    "seconds, the other crosses 3 metres in the first second and ends there.",
)

# %% [markdown]
# Both predict the expert's angle to a fraction of a degree, and in the middle of an empty road both drive. But the
# second one's records hold no view from the edge and no example of how to come back: *covariate shift*, inputs in use
# that are unlike those learned from. No test on recorded views of good driving can see it; the closed loop does.
# Streets also have people in them, and rain, and rare events that no record holds. Our road shows none of that.
#
# ## Finance: fraud and risk <a id="app-finance"></a>
#
# Of 200 card payments one is a fraud. *Predict:* how accurate is a detector that never gives an alarm?

# %%
cards = data.load("card_transactions")
rare, rare_test = cards.y_train.astype("float32"), cards.y_test
print(f"frauds: {rare.sum():.0f} of {len(rare):,} to learn from, {rare_test.sum()} of {len(rare_test):,} to test on")
print(f"accuracy of never an alarm: {np.mean(rare_test == 0):.3f}")


# %% [markdown]
# Accuracy is useless here. Instead, *precision* is the share of alarms that are true, *recall* the share of frauds that
# are found (the sensitivity by another name); the *average precision*, AP, is the mean precision over all recalls.
#
# Amounts and distances span factors of thousands, so take logarithms; the hour is a circle, so take sine and cosine.

# %%
def card_features(x):
    amount, times, hour, minutes, kilometres, online, device = x.T
    angle = 2 * np.pi * hour / 24
    logarithms = [np.log(amount), np.log(times), np.log(minutes), np.log1p(kilometres)]
    return np.stack([*logarithms, np.sin(angle), np.cos(angle), online, device], axis=1)


# %% [markdown]
# Three losses. Plain cross-entropy; with *class weights*, where each fraud counts as much as 199 honest payments; and
# the *focal loss*. With $p$ the probability that the network gives to the right class,
#
# $$L_\text{focal} = -\alpha\,(1 - p)^\gamma \log p,$$
#
# what is already well classified hardly counts: at $\gamma = 2$ and $p = 0.9$ a hundredth; $\alpha$ weighs frauds
# against the rest.

# %%
inputs, inputs_test = card_features(cards.x_train), card_features(cards.x_test)
scaled, scaled_test = ((part - inputs.mean(axis=0)) / inputs.std(axis=0) for part in (inputs, inputs_test))
ways = {
    "cross-entropy": ("binary_crossentropy", None),
    "class weights": ("binary_crossentropy", np.where(rare == 1, 199.0, 1.0)),
    "focal loss": (FocalLoss(gamma=2.0, alpha=0.9), None),
}


def detector(cost):
    network = models.mlp(8, 1, (16,), classifier_activation="sigmoid")
    network.compile(keras.optimizers.Adam(0.01), cost)
    return network


# %%
suspicion, settings = {}, {"seeds": 3, "batch_size": 500, "epochs": 15}
for name, (cost, weight) in ways.items():
    build = partial(detector, cost)
    runs = training.fit_seeds(build, scaled, rare[:, None], sample_weight=weight, **settings)
    suspicion[name] = np.array([network(scaled_test)[:, 0] for network in runs.models])  # (3 seeds, 10000)

# %% [markdown]
# The log, at a threshold of 0.5; the last column looks at all thresholds. Digits after the first may differ on your
# machine.

# %% tags=["nbval-ignore-output"]
print("means of 3 seeds   accuracy  recall  precision  average precision (lowest to highest)")
log = {}
for name, seeds in suspicion.items():
    alarms = seeds > 0.5
    recall, precision = alarms[:, rare_test == 1].mean(), rare_test @ alarms.sum(axis=0) / alarms.sum()
    average = [average_precision_score(rare_test, each) for each in seeds]
    log[name] = np.mean(alarms == rare_test), recall, precision, np.mean(average)
    print(
        f"{name:18} {np.mean(alarms == rare_test):8.3f} {recall:7.2f} {precision:9.2f} {np.mean(average):8.2f}", end=" "
    )
    print(f"({min(average):.2f} to {max(average):.2f})")

# %%
plain, weights, focal = log.values()  # accuracy, recall, precision, average precision
print("plain: recall below 0.4, accuracy above 0.995:", plain[1] < 0.4, plain[0] > 0.995)
print("class weights: recall above 0.8, precision below 0.2:", weights[1] > 0.8, weights[2] < 0.2)
print("focal loss lies between them in both:", plain[1] < focal[1] < weights[1], weights[2] < focal[2] < plain[2])
print("average precision of plain and focal, less than 0.1 apart:", abs(plain[3] - focal[3]) < 0.1)

# %%
plot.precision_recall_curve(
    {name: precision_recall_curve(rare_test, seeds[0])[:2] for name, seeds in suspicion.items()},
    positive_share=rare_test.mean(),
    title="Fifty frauds among 10,000 payments (first seed)",
    alt="Three falling curves, far above the dotted line of a coin near zero, down to a precision near zero when every fraud is to be found.",
)

# %% [markdown]
# The highest accuracy misses most of the frauds; class weights drown the few in false alarms. Is the focal loss better,
# then? It draws a better line at 0.5. But a threshold can be moved, and over all thresholds it orders the payments
# about as well as plain cross-entropy does; the large class weights do worse. With fifty frauds to test on, smaller
# differences mean nothing. Choose the threshold by what a missed fraud and an annoyed customer cost.
#
# **Risk** and prices. A price that moves by chance, each day up or down as by a coin, can be "predicted" very well:
# tomorrow will be as today. Does that earn money? Take 4,000 days of such a *random walk*.

# %%
changes = np.random.default_rng(0).normal(size=4000)
prices = 1000 + np.cumsum(changes)
residual = prices[1:] - prices[:-1]
print(f"R² of 'tomorrow as today': above 0.99: {1 - np.mean(residual**2) / prices[1:].var() > 0.99}")
print(f"the last change tells the next one's direction in {np.mean(changes[1:] * changes[:-1] > 0):.2f} of cases")

# %% [markdown]
# An impressive $R^2$, and a coin's knowledge of what matters. Hence two rules: hold a forecast against the naive one,
# and predict *changes*. A **backtest** replays a strategy on past prices $p_t$. Ours: hold the share (+1) while the
# price is above the mean of the last $w$ prices, today's included, else bet against it (−1). The position taken at $t$
# earns the change that follows:
#
# $$s_t = \begin{cases} +1 & p_t > \frac{1}{w} \sum_{k=0}^{w-1} p_{t-k} \\ -1 & \text{else} \end{cases} \qquad \text{profit}_t = s_t\,(p_{t+1} - p_t).$$
#
# On paper: prices 1, 2, 4, 3 and $w = 2$. $s_1 = +1$ (2 > 1.5) earns 2, $s_2 = +1$ (4 > 3) earns −1. A common slip pays
# the position of $t$ with the change that *led* to $t$. How much is that worth on pure chance?

# %%
window = 10
means = np.convolve(prices, np.ones(window) / window, mode="valid")  # of prices t - 9 to t, for t = 9, ...
position = np.where(prices[window - 1 :] > means, 1, -1)
profits = {
    "honest: the change that follows": position[:-1] * np.diff(prices)[window - 1 :],
    "leaking: the change before": position * np.diff(prices)[window - 2 :],
}
for name, profit in profits.items():
    error = profit.std() / np.sqrt(len(profit))
    print(f"{name:32} earns {profit.mean():5.1f} a day; more than 4 standard errors: {profit.mean() > 4 * error}")

# %% [markdown]
# The slip makes a fortune out of nothing. Nothing in the code looks wrong. If a result is too good, look for tomorrow's
# newspaper among the inputs.
#
# ## Entertainment and retail: recommendation <a id="app-recommenders"></a>
#
# 300 people have rated 25 of 150 films, and five more that we hold back. Who would like what? **Matrix factorisation**
# gives person $u$ a taste $p_u \in \mathbb{R}^3$ and film $i$ a style $q_i \in \mathbb{R}^3$, and adds two biases:
#
# $$\hat r_{ui} = \mu + b_u + c_i + p_u \cdot q_i.$$
#
# On paper: taste $(1, 0, -1)$ and style $(1, 5, 0)$ match by $1 + 0 - 0 = 1$ star. An *embedding* is a table with a
# vector for each number; the tables are learned from the ratings, as any weights are.

# %%
films = data.load("film_ratings")
people, held = films.x_train.T, films.x_test.T  # (2, 7500), (2, 1500): person, film
average = float(films.y_train.mean())
print(f"stars: mean {average:.1f}, standard deviation {films.y_train.std():.1f}")


# %%
def factorisation(dimensions=3):
    person, film = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
    small = keras.regularizers.L2(1e-4)
    tables = [layers.Embedding(300, size, embeddings_regularizer=small)(person) for size in (dimensions, 1)]
    tables += [layers.Embedding(150, size, embeddings_regularizer=small)(film) for size in (dimensions, 1)]
    taste, person_bias, style, film_bias = tables
    stars = average + person_bias + film_bias + ops.sum(taste * style, axis=-1, keepdims=True)
    ratings = keras.Model([person, film], stars)
    ratings.compile(keras.optimizers.Adam(0.01), "mse")
    return ratings


# %%
keras.utils.set_random_seed(0)
ratings = factorisation()
training.fit(ratings, [*people], films.y_train[:, None], batch_size=128, epochs=15, seed=0)
errors = {
    "always the mean": average - films.y_test,
    "matrix factorisation": ratings([*held]).numpy()[:, 0] - films.y_test,
    "the truth without its noise": films.extra["expected"][*held] - films.y_test,
}
for name, error in errors.items():
    print(f"{name:28} typical error (root mean square) {np.sqrt(np.mean(error**2)):.1f} stars")

# %% [markdown]
# Close to what the noise allows. For a list of recommendations, sort the films that a person has not rated and show the
# first
# $k$. The **hit rate at $k$** is the share of people for whom at least one held-back film is among their $k$. On paper:
# held back {7}, top three (4, 7, 1): a hit. The rival needs no model: show everybody the most rated films.
#
# We made these people, so we also know what is never known outside: how many stars each would give to the films in the
# list. Printed is how many more than for films drawn by chance, to a quarter of a star.

# %%
predicted_stars = ratings([*np.indices((300, 150)).reshape(2, -1)]).numpy().reshape(300, 150)
popularity = np.tile(np.bincount(people[1], minlength=150), (300, 1))
lists = {
    "chance": np.random.default_rng(0).random((300, 150)),
    "the most rated": popularity,
    "highest predicted stars": predicted_stars,
    "stars + log popularity": predicted_stars + np.log1p(popularity),
}
held_back, liked = np.zeros((300, 150), bool), []
held_back[*held] = True
for name, value in lists.items():
    value = np.array(value, float)
    value[*people] = -np.inf  # what a person has rated is not recommended again
    first = np.argsort(-value, axis=1)[:, :10]
    hits = np.take_along_axis(held_back, first, axis=1).any(axis=1)
    liked.append(np.take_along_axis(films.extra["expected"], first, axis=1).clip(1, 5).mean())
    print(f"{name:24} hit rate {hits.mean():.1f}, stars above chance {round(4 * (liked[-1] - liked[0])) / 4:.2f}")

# %% [markdown]
# By hit rate the most rated films win: nine people in ten find one that they went on to watch. Yet they please no more
# than films drawn by chance do. For a hit rate asks what people *watched*, and they watch what is shown everywhere. The
# model's list is worth more than a star. The last line has most of both. Which number a shop optimises decides what
# people get to see; and each recommendation becomes the next year's data.
#
# ## Manufacturing and agriculture: defects and anomalies <a id="app-manufacturing"></a>
#
# A loom makes a defect once in a thousand metres, a sick leaf comes once in a field, each unlike the last. Examples of
# what is *right* there are plenty. An **autoencoder** squeezes a picture into few numbers and rebuilds it; it has
# learned on clean cloth alone, so what it cannot rebuild is not clean cloth.

# %%
cloth = defective_textures(contrast=0.6)  # faint defects
clean, apart = cloth.x_train[:450], cloth.x_train[450:]  # both clean; (450, 32, 32, 1), (150, 32, 32, 1)
grey = clean.mean()
keras.utils.set_random_seed(0)
weaver = models.autoencoder((32, 32, 1), code_size=24, hidden=())
weaver.compile(keras.optimizers.Adam(0.003), "mse")
training.fit(weaver, clean - grey, clean - grey, epochs=60, seed=0)


def rebuilt(pictures):
    return weaver(pictures - grey).numpy() + grey


# %%
shown = [np.flatnonzero(cloth.y_test == kind)[0] for kind in range(5)]
pictures = cloth.x_test[shown]
plot.images(
    np.concatenate([pictures, rebuilt(pictures), np.abs(rebuilt(pictures) - pictures)])[..., 0],
    labels=[*cloth.class_names, *["rebuilt"] * 5, *["difference"] * 5],
    columns=5,
    title="Cloth, what the autoencoder makes of it, and the difference",
    alt="Five pieces of cloth: clean, scratch, hole, stain, loose thread. The rebuilt ones all look clean; the difference shows "
    "the scratch, the hole and the loose thread.",
)


# %% [markdown]
# From the difference to one number a picture, three ways: its mean square over the whole picture; the largest mean square
# in any *spot* of 5 × 5 pixels; the largest mean of a spot *with its signs*, so that noise cancels. And the threshold? We
# have no defect, so take what 5 % of *clean* pictures exceed, pictures that were kept apart. *Predict:* which way misses
# what?

# %%
def anomaly(pictures):
    difference = tf.constant(rebuilt(pictures) - pictures)
    squares, signed = ops.average_pool(difference**2, 5, strides=1), ops.average_pool(difference, 5, strides=1)
    whole, spot, bright = (
        ops.mean(difference**2, (1, 2, 3)),
        ops.max(squares, (1, 2, 3)),
        ops.max(ops.abs(signed), (1, 2, 3)),
    )
    return {"whole picture": whole.numpy(), "worst spot": spot.numpy(), "with signs": bright.numpy()}


# %% tags=["nbval-ignore-output"]
found = {}
for way, threshold in {way: np.quantile(value, 0.95) for way, value in anomaly(apart).items()}.items():
    flagged = anomaly(cloth.x_test)[way] > threshold
    found[way] = {name: flagged[cloth.y_test == kind].mean() for kind, name in enumerate(cloth.class_names)}
    print(f"{way:14}", ", ".join(f"{name} {share:.2f}" for name, share in found[way].items()))

# %%
whole, spot, signed = found.values()
print("clean cloth flagged in at most one of ten cases:", max(each["clean"] for each in found.values()) <= 0.1)
print("scratches, whole picture: below 0.2; worst spot: above 0.8:", whole["scratch"] < 0.2, spot["scratch"] > 0.8)
print("stains, worst spot: below 0.6; with signs: above 0.9:", spot["stain"] < 0.6, signed["stain"] > 0.9)

# %% [markdown]
# A scratch is a few pixels: averaged over a thousand it drowns, in its own spot it stands out. A stain is wide and faint,
# each pixel of it within the noise; only because all of them err in the same direction does it show. The threshold needed no
# defect, but the choice of this measure did: somebody has to think of stains. And the promise of 5 % false alarms holds
# as long as the loom, the light and the camera stay as they are.
#
# ## Energy: forecasting load <a id="app-energy"></a>
#
# Power stations are planned the day before. From three years of hourly load, forecast the 24 hours of tomorrow, with
# what is known by this evening: the loads of today and of the same weekday last week, the calendar, and the weather
# *forecast*. The baseline is *seasonal-naive*: as a week ago.

# %%
load = data.load("energy_load")
megawatts = np.concatenate([load.y_train, load.y_test]).reshape(-1, 24)  # (days, hours)
known = np.concatenate([load.x_train, load.x_test]).reshape(-1, 24, 6)
day = np.arange(7, len(megawatts))
test = day >= len(load.y_train) // 24  # the last twelve weeks
print(f"{(~test).sum()} days to learn from, then {test.sum()} to test on")

# %% [markdown]
# The network predicts the *difference* to the naive forecast: so it starts where the baseline ends. Scaling knows the
# training days alone.

# %%
weekday, day_of_year, holiday, temperature = known[day, 0, 2], known[day, 0, 3], known[:, 0, 4], known[day, :, 5]
year = 2 * np.pi * day_of_year / 365
calendar = [np.eye(7)[weekday.astype(int)], holiday[day, None], holiday[day - 7, None], np.cos(year)[:, None]]
features = np.concatenate([megawatts[day - 1], megawatts[day - 7], *calendar, temperature], axis=1)
features = (features - features[~test].mean(axis=0)) / features[~test].std(axis=0)
naive = megawatts[day - 7]
difference = (megawatts[day] - naive) / 100


def forecaster():
    network = models.mlp(features.shape[1], 24, (64,), classifier_activation=None)
    network.compile(keras.optimizers.Adam(0.003), "mae")
    return network


runs = training.fit_seeds(forecaster, features[~test], difference[~test], seeds=3, epochs=60)
forecasts = [naive + 100 * network(features).numpy() for network in runs.models]

# %% [markdown]
# Mean absolute errors over all test days, and over those that are a holiday or come a week after one:

# %%
odd = test & ((holiday[day] == 1) | (holiday[day - 7] == 1))
for name, row in {"yesterday": megawatts[day - 1], "a week ago": naive}.items():
    error = np.abs(row - megawatts[day])
    print(f"as {name}: off by {error[test].mean():.0f} MW, around holidays by {error[odd].mean():.0f} MW")
errors = [np.abs(forecast - megawatts[day]) for forecast in forecasts]
print("three networks, below 0.6 of the last:", max(each[test].mean() for each in errors) < 0.6 * error[test].mean())
print("around holidays, below 0.3 of it:", max(each[odd].mean() for each in errors) < 0.3 * error[odd].mean())

# %%
week = np.flatnonzero(test)[-7:]
plot.curves(
    np.arange(168) / 24,
    {"load": megawatts[day[week]].ravel(), "a week ago": naive[week].ravel(), "network": forecasts[0][week].ravel()},
    title="The last week of December: a week ago was no holiday",
    x_label="days from Christmas Day on",
    y_label="load in megawatts",
    alt="Three lines with two humps a day. On the first two days the naive forecast lies hundreds of megawatts above the load in "
    "the morning; the network's stays close to the load all week.",
)

# %% [markdown]
# The network halves the error (21 MW in our run), most of all on days when last week is a bad guide. It knows holidays
# from three Christmases at most, and a pandemic or a price shock from none; so forecasters keep the naive error in
# view, and sound an alarm when theirs comes near it.

# %% [markdown]
# ## Summary
#
# - Diagnosis: sensitivity and specificity trade against each other by the threshold; a probability has to be calibrated
#   before it is believed; how many alarms are true depends on how many people are ill.
# - Molecules: messages between neighbours tell what counting atoms cannot.
# - Driving: a small error on recorded views says little; the loop has to be closed.
# - Fraud: accuracy rewards doing nothing. Look at precision and recall; weights and focal loss move where the alarms begin.
# - Prices: hold every forecast against the naive one, and pay a position with the change that *follows*.
# - Recommendation: a hit rate measures what is watched, which is not what is liked.
# - Defects: a threshold can be set on clean examples alone, by the false alarms that one accepts.
# - Load: a network is worth its trouble as far as it beats last week.
#
# ## Words you met
#
# | word | meaning |
# | --- | --- |
# | sensitivity | the share of the ill that get the alarm; in other fields *recall* |
# | specificity | the share of the healthy that get none |
# | threshold | the probability above which there is an alarm |
# | calibration | whether things predicted with 90 % happen in nine of ten cases |
# | temperature | the number by which logits are divided to make confidence honest |
# | R² | the share of the variance that a prediction explains |
# | message passing | each node of a graph makes a new vector of its own and the sum of its neighbours' |
# | imitation | learning to act from records of an expert |
# | covariate shift | what a model meets in use is distributed unlike what it learned from |
# | precision | the share of alarms that are true |
# | average precision | the mean precision over all recalls |
# | class weights | factors by which the examples of a class count in the loss |
# | focal loss | cross-entropy in which what is already right hardly counts |
# | random walk | a sum of independent chance steps |
# | backtest | replaying a strategy on the past |
# | matrix factorisation | a rating as the product of a person's and a film's vector |
# | embedding | a table with a learned vector for each number |
# | hit rate at k | the share of people with a held-back film among their first k |
# | anomaly detection | finding what is unlike all that is known to be right |
# | seasonal-naive | the forecast that repeats the last season: a week ago, a year ago |
#
# ## Review questions
#
# <details><summary>1. 20 are ill, 18 of them get the alarm; 80 are healthy, 8 of them do. Sensitivity, specificity, precision?</summary>
# 18/20 = 0.9, 72/80 = 0.9, 18/26 = 0.69.</details>
#
# <details><summary>2. The threshold goes up. What happens to sensitivity and specificity?</summary>
# The first falls or stays, the second rises or stays.</details>
#
# <details><summary>3. Does a temperature change who is above a threshold of one half?</summary>
# No: it changes no logit's sign. At any other threshold it may.</details>
#
# <details><summary>4. Why can no model that counts atoms tell butanol from diethyl ether?</summary>
# Its inputs are the same numbers, so its outputs are.</details>
#
# <details><summary>5. A driver imitates its expert perfectly on the expert's own records. Why may it leave the road?</summary>
# Any small error brings it to places of which there are no records.</details>
#
# <details><summary>6. One payment in 200 is a fraud. Which accuracy has a detector that never gives an alarm, and which recall?</summary>
# 0.995 and 0.</details>
#
# <details><summary>7. Prices 5, 4, 6 and w = 2: the position after the second price, and its profit?</summary>
# 4 is below the mean 4.5: −1. It earns −1 · (6 − 4) = −2.</details>
#
# <details><summary>8. Held back {3, 8}; the list is 5, 8, 1. A hit at 1, at 2?</summary>
# Not at 1; at 2 it is.</details>
#
# <details><summary>9. Of clean cloth, one piece in twenty may be flagged. How is the threshold found without a defect?</summary>
# It is the error that 5 % of clean pieces exceed, of pieces that were not trained on.</details>
#
# <details><summary>10. Why must scaling use the training days alone?</summary>
# Mean and deviation of the test days are not known when the forecast is made.</details>
#
# ## Exercises
#
# [Exercise 2](../exercises/02_applications.ipynb): sensitivity and specificity at a threshold, hit rate at k, and a
# backtest that keeps its hands off the future.
#
# ## References
#
# - Street, W. N., Wolberg, W. H. and Mangasarian, O. L. (1993), Nuclear Feature Extraction for Breast Tumor Diagnosis.
# - Guo, C. et al. (2017), On Calibration of Modern Neural Networks, ICML.
# - Gilmer, J. et al. (2017), Neural Message Passing for Quantum Chemistry, ICML.
# - Pomerleau, D. (1989), ALVINN: An Autonomous Land Vehicle in a Neural Network, NeurIPS.
# - Ross, S., Gordon, G. and Bagnell, D. (2011), A Reduction of Imitation Learning and Structured Prediction to No-Regret
#   Online Learning, AISTATS.
# - Lin, T.-Y. et al. (2017), Focal Loss for Dense Object Detection, ICCV.
# - Koren, Y., Bell, R. and Volinsky, C. (2009), Matrix Factorization Techniques for Recommender Systems, Computer.
# - Bergmann, P. et al. (2019), MVTec AD: A Comprehensive Real-World Dataset for Unsupervised Anomaly Detection, CVPR.
# - Hyndman, R. J. and Athanasopoulos, G. (2021), Forecasting: Principles and Practice, third edition.
