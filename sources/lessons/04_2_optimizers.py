# %% [markdown]
# # Optimizers
#
# Backpropagation says which way is down. An optimizer decides how to walk: how far, with how much of the last step's
# swing, and with which stride for each weight. Five of them, each in two or three lines of arithmetic, and a race at
# the end that none of them always wins.
#
# **You will be able to**
#
# - write SGD, momentum, Nesterov, Adagrad, RMSprop and Adam, and prove each equal to Keras's;
# - say what each remembers, what it costs in memory, and what it is good for;
# - tell what bias correction corrects, and what the W in AdamW changes;
# - find a learning rate by a range test, and shape it over time by a schedule;
# - compare optimizers fairly: each at its own best rate, over several seeds.
#
# **You need** [Gradient descent and backpropagation](04_1_backpropagation.ipynb).
#
# **Time** about 40 s to run on two CPU cores; an hour and a half to read.
#
# **Data** the digits that come with scikit-learn: 1,347 images of 8 × 8 pixels to learn from, 450 to test on.

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()

# %%
import keras
import numpy as np
import tensorflow as tf

from dlcourse import data, optimizers, plot
from dlcourse.callbacks import LearningRateFinder
from dlcourse.schedules import WarmupCosine

# %% [markdown]
# The proving ground: a network with one hidden layer, and three random starts that all optimizers share.

# %%
digits = data.load("digits")
X, X_test = (tf.constant(part.reshape(-1, 64) / 16, "float32") for part in (digits.x_train, digits.x_test))
labels, labels_test = tf.constant(digits.y_train), digits.y_test
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
network = keras.Sequential([keras.Input((64,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(10)])
starts = []
for seed in range(3):
    keras.utils.set_random_seed(seed)
    starts.append(keras.models.clone_model(network).get_weights())


# %% [markdown]
# `laps` takes an optimizer and gives a function that trains with it: from a start, in batches of 50, four epochs of
# 27 steps. It is the training loop of the last lesson, a whole epoch compiled at once. It returns the cost of all
# training data and the test accuracy.

# %%
def laps(optimizer, weights=network.trainable_variables):
    optimizer.build(weights)
    fresh = [each.numpy() for each in optimizer.variables]

    @tf.function
    def epoch(order):
        for i in tf.range(27):
            batch = order[50 * i : 50 * i + 50]
            with tf.GradientTape() as tape:
                cost = loss(tf.gather(labels, batch), network(tf.gather(X, batch)))
            optimizer.apply(tape.gradient(cost, weights), weights)

    return lambda rate=None, seed=0, epochs=4: lap(optimizer, fresh, epoch, rate, seed, epochs)


# %%
def lap(optimizer, fresh, epoch, rate, seed, epochs):
    for each, value in zip(optimizer.variables, fresh, strict=True):
        each.assign(value)  # forget the last run
    if rate is not None:
        optimizer.learning_rate.assign(rate)
    network.set_weights(starts[seed])
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        epoch(tf.constant(rng.permutation(len(X))))
    return float(loss(labels, network(X))), np.mean(np.argmax(network(X_test), axis=1) == labels_test)


# %% [markdown]
# ## SGD <a id="sgd"></a>
#
# Stochastic gradient descent steps against the gradient of a batch, $g \in \mathbb{R}^P$ for $P$ weights
# $\theta \in \mathbb{R}^P$, with the learning rate $\eta > 0$, and remembers nothing:
#
# $$\theta \leftarrow \theta - \eta\, g.$$
#
# A Keras optimizer is that line. What it inherits are schedules, clipping and saving.

# %%
class PlainDescent(keras.optimizers.Optimizer):
    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, learning_rate * gradient)  # theta <- theta - eta g


# %% [markdown]
# Does it walk like Keras's own, and like the course's? 108 steps on the digits, from the same start; we compare all
# 4,810 weights.

# %%
def end_of_run(optimizer, rate):
    laps(optimizer)(rate)
    return np.concatenate([each.ravel() for each in network.get_weights()])


# %%
runs = {"SGD": laps(optimizers.SGD())}
cost, accuracy = runs["SGD"](rate=0.3)
ours, mine, theirs = (end_of_run(each, 0.3) for each in (optimizers.SGD(), PlainDescent(0.3), keras.optimizers.SGD()))
print("same weights, error below 1e-6:", max(np.abs(ours - theirs).max(), np.abs(mine - theirs).max()) < 1e-6)
print(f"the baseline to beat, SGD at 0.3: cost {cost:.1f}, test accuracy {accuracy:.1f}")


# %% [markdown]
# Equal. The baseline reads nine digits in ten after four epochs. Where does it waste its time?
#
# ## Momentum and Nesterov <a id="momentum"></a>
#
# In a **ravine**, steep across and flat along, SGD is in trouble: the steep walls allow only a small rate, and along
# the floor that rate crawls. A heavy ball would do better: across, pushes cancel; along, they add up. With a velocity
# $v \in \mathbb{R}^P$, at first 0, and $0 \le \beta < 1$:
#
# $$v \leftarrow \beta v - \eta\, g, \qquad \theta \leftarrow \theta + v \qquad \text{(Polyak)}$$
#
# $$v \leftarrow \beta v - \eta\, g, \qquad \theta \leftarrow \theta + \beta v - \eta\, g \qquad \text{(Nesterov: look ahead along the velocity)}$$
#
# The ravine $f(\theta) = (\theta_1^2 + 100\, \theta_2^2) / 2$, from (−8, 1). *Predict before you run:* SGD needs 517
# steps to get below 0.001 and stay there. And with momentum?

# %%
def ravine_walk(eta, beta, nesterov=False, steps=1000):
    theta, v, way = np.array([-8.0, 1.0]), np.zeros(2), []
    for _ in range(steps):
        way.append(theta)
        g = np.array([1.0, 100.0]) * theta
        v = beta * v - eta * g
        theta = theta + (beta * v - eta * g if nesterov else v)
    return np.array(way)


# %%
ways = {
    "SGD": ravine_walk(0.01, 0.0),
    "momentum 0.9": ravine_walk(0.01, 0.9),
    "Nesterov 0.9": ravine_walk(0.01, 0.9, nesterov=True),
    "no friction: 1.0": ravine_walk(0.01, 1.0),
}
for name, way in ways.items():
    high = np.flatnonzero(way[:, 0] ** 2 / 2 + 50 * way[:, 1] ** 2 > 1e-3)  # steps at which it is not low enough
    print(f"{name:17} stays below 0.001 from step {high[-1] + 1} on" if high[-1] < 999 else f"{name:17} never stays")

# %%
across, up = np.linspace(-9, 5, 200), np.linspace(-1.6, 1.6, 200)
plot.loss_surface(
    across,
    up,
    (across[None, :] ** 2 + 100 * up[:, None] ** 2) / 2,
    trajectories={name: ways[name][:40] for name in ("SGD", "momentum 0.9", "Nesterov 0.9")},
    minimum=(0.0, 0.0),
    log=True,
    title="Forty steps in a ravine: SGD creeps, momentum arrives",
    x_label="θ₁, flat",
    y_label="θ₂, steep",
    alt="Long flat ellipses of contours with three ways from the left. SGD creeps along the floor and is not half way. Momentum swings "
    "across the floor all the way and beyond the minimum; Nesterov runs straight along it, beyond the minimum, too.",
)

# %% [markdown]
# Momentum needs a fifth of SGD's steps, Nesterov, which brakes earlier across the ravine, a sixth. Both overshoot
# along the floor. With $\beta = 1$ nothing brakes and the ball never rests: the forgotten `zero_grad` of the last
# lesson was this. But momentum has limits, too; look at a rate half as large again:

# %%
for name, beta, nesterov in (("SGD", 0.0, False), ("momentum", 0.9, False), ("Nesterov", 0.9, True)):
    last = ravine_walk(0.015, beta, nesterov, steps=400)[-1]
    print(f"{name:9} at η = 0.015 diverges: {np.abs(last).max() > 100}")

# %% [markdown]
# Nesterov's step, excellent at 0.01, diverges at 0.015, where the others still work: its limit is
# $(2 + 2\beta) / (1 + 2\beta)$ over the curvature, 0.0136 here.
#
# **Averages.** A velocity is an **exponentially weighted average** in disguise,
# $m \leftarrow \beta m + (1 - \beta)\, x$, which looks back over about $1 / (1 - \beta)$ values. Three of them over
# the same noisy numbers:

# %%
t = np.arange(200)
x = np.sin(t / 30) + np.random.default_rng(0).normal(0, 0.6, 200)
averages = {"the numbers": x}
for beta in (0.5, 0.9, 0.98):
    m, line = 0.0, []
    for each in x:
        m = beta * m + (1 - beta) * each
        line.append(m)
    averages[f"β = {beta}"] = np.array(line)
print(
    "distance to the true wave:",
    {name: round(float(np.std(line - np.sin(t / 30))), 1) for name, line in averages.items()},
)

# %%
plot.curves(
    t,
    averages,
    title="A longer memory is smoother, and later",
    x_label="step",
    y_label="value",
    alt="Noisy numbers around a slow wave. The average with beta 0.5 is still noisy, that with 0.9 follows the wave closely, that with 0.98 is "
    "smooth but flat and late.",
)

# %% [markdown]
# 0.9, the usual choice, follows best here. Some texts put the average itself into momentum, $v \leftarrow \beta v - (1 - \beta)\, \eta\, g$.
# Keras does not. **Two conventions, one walk:** only the rate differs, by the factor $1 - \beta$.

# %%
runs["Momentum"] = laps(optimizers.Momentum())
without = end_of_run(optimizers.Momentum(momentum=0.9), 0.1)
averaged = end_of_run(optimizers.Momentum(momentum=0.9, averaged=True), 0.1 / (1 - 0.9))
theirs = end_of_run(keras.optimizers.SGD(momentum=0.9), 0.1)
print("without 1 - beta at 0.1, and with it at 1.0, error below 1e-4:", np.abs(without - averaged).max() < 1e-4)
print("ours and Keras's, error below 1e-5:", np.abs(without - theirs).max() < 1e-5)

# %% [markdown]
# A recipe's learning rate is worth nothing without its convention.
#
# ## Adagrad <a id="adagrad"></a>
#
# So far all weights share one rate. Adagrad gives each its own: divide by the root of all its squared gradients so
# far. With $G \in \mathbb{R}^P$ and all operations element by element:
#
# $$G \leftarrow G + g^2, \qquad \theta \leftarrow \theta - \eta\, \frac{g}{\sqrt{G + \epsilon}}$$
#
# Who profits? A **sparse** feature: one that is rarely other than 0, as most words are in most texts. Twenty features
# are always there; a twenty-first in one record of fifty. All true weights are 1.

# %%
rng = np.random.default_rng(0)
records = np.sign(rng.normal(size=(1000, 21)))
records[:, 20] = rng.random(1000) < 0.02
targets = records.sum(axis=1)
print(f"the rare feature occurs {records[:, 20].sum():.0f} times in 1000 records")

# %% [markdown]
# One pass, one record at a time, in NumPy with the equation's letters. See how far the rare weight comes at several
# rates.

# %%
for eta, adaptive in ((0.02, False), (0.08, False), (0.1, False), (0.3, True), (1.0, True)):
    theta, G = np.zeros(21), np.zeros(21)
    for record, target in zip(records, targets, strict=True):
        g = (record @ theta - target) * record
        G = G + g**2
        theta = theta - eta * g / (np.sqrt(G + 1e-7) if adaptive else 1)
    worst = np.abs(theta[:20] - 1).max()
    print(
        f"{'Adagrad' if adaptive else 'SGD':8} {eta:4}  rare weight {theta[20]:5.2f}   worst of the others off by {worst:.2f}"
    )

# %% [markdown]
# SGD at 0.08 leaves the rare weight unfinished; at 0.1 the frequent ones no longer converge. Adagrad gets all of them
# right at both rates. Its price: $G$ only grows. *Predict before you run:* how long is the hundredth step, if the
# gradient is always 3?

# %%
weight, optimizer = keras.Variable(0.0), optimizers.Adagrad(1.0, initial_accumulator_value=0.0)
places = [0.0]
for _ in range(100):
    optimizer.apply([tf.constant(3.0)], [weight])
    places.append(float(weight))
print("steps 1, 4, 25, 100:", np.abs(np.diff(places))[[0, 3, 24, 99]].round(2))

# %% [markdown]
# $\eta / \sqrt t$, whatever the gradient's size. And the same arithmetic as Keras's:

# %%
runs["Adagrad"] = laps(optimizers.Adagrad())
ours, theirs = (end_of_run(kind.Adagrad(), 0.1) for kind in (optimizers, keras.optimizers))
print("ours and Keras's, error below 1e-5:", np.abs(ours - theirs).max() < 1e-5)

# %% [markdown]
# ## RMSprop <a id="rmsprop"></a>
#
# What if the land changes? Adagrad never forgets a steep wall. RMSprop replaces the sum by an exponentially weighted
# average, with $0 \le \rho < 1$:
#
# $$v \leftarrow \rho v + (1 - \rho)\, g^2, \qquad \theta \leftarrow \theta - \eta\, \frac{g}{\sqrt{v + \epsilon}}$$
#
# A cliff of slope 100, then a long gentle slope of 1. Both start with $\eta = 0.1$ on the cliff, at −1.

# %%
places = {}
for optimizer in (optimizers.Adagrad(0.1), optimizers.RMSprop(0.1)):
    weight = keras.Variable(-1.0)
    way = places[type(optimizer).__name__] = [-1.0]
    for _ in range(120):
        optimizer.apply([tf.constant(-100.0 if way[-1] < 0 else -1.0)], [weight])
        way.append(float(weight))
    print(f"{type(optimizer).__name__:8} after 120 steps at {way[-1]:4.1f}")

# %%
plot.curves(
    np.arange(121),
    places,
    title="Adagrad stalls after the cliff; RMSprop forgets it and walks on",
    x_label="step",
    y_label="place",
    alt="Both lines come off the cliff at 0. Adagrad's stays there; RMSprop's rests for about sixty steps and then rises in a straight line.",
)

# %% [markdown]
# RMSprop needs some sixty steps to forget the cliff, then its steps approach $\eta$. Adagrad, with the cliff in its
# sum for ever, takes steps of $\eta / 600$.

# %%
runs["RMSprop"] = laps(optimizers.RMSprop())
ours, theirs = (end_of_run(kind.RMSprop(), 0.003) for kind in (optimizers, keras.optimizers))
print("ours and Keras's, error below 1e-4:", np.abs(ours - theirs).max() < 1e-4)

# %% [markdown]
# ## Adam and AdamW <a id="adam"></a>
#
# Adam is both: an average $m$ of the gradients (momentum) over the root of an average $v$ of their squares (RMSprop).
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2, \qquad
# \theta \leftarrow \theta - \eta\, \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}\, \frac{m}{\sqrt v + \epsilon}$$
#
# $m, v \in \mathbb{R}^P$ start at 0 and are too small at first: after $t$ steps of the same gradient $m$ is only
# $1 - \beta_1^t$ of it. The fraction with the powers, **bias correction**, takes that back. (The paper's algorithm 1 divides
# $m$ and $v$ apart and adds its $\epsilon$ to the root of the corrected $v$. This form, from the end of its section 2, is
# Keras's; the two differ only where gradients are about as small as $\epsilon$.) *Predict before you run:* without the
# correction, is the first step too short or too long? ($\beta_1 = 0.9$, $\beta_2 = 0.999$, a constant gradient of 1,
# $\eta = 1$.)

# %%
t = np.arange(1, 1001)
m, v = 1 - 0.9**t, 1 - 0.999**t  # the averages of a constant 1, from 0
lengths = {"without": m / np.sqrt(v), "with": m / np.sqrt(v) * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)}
for name, line in lengths.items():
    print(f"{name:8} bias correction: steps 1, 10, 1000 have length", line[[0, 9, 999]].round(1))

# %%
plot.traces(
    {"step": {f"{name} bias correction": (t, line) for name, line in lengths.items()}},
    log_x=True,
    title="Without bias correction the first steps are far too long",
    y_label="length of the step, in units of η",
    alt="With bias correction the line is level at 1. Without it the line begins at 3.2, rises to 6.6 near step 12 and falls towards 1 by step 1000.",
)

# %% [markdown]
# Too long, up to six and a half times, since $\sqrt v$ is still smaller than $m$; just when the network knows least.
# Keras's Adam always corrects; ours can leave it out. One epoch on the digits, three starts:

# %%
runs["Adam"], uncorrected = laps(optimizers.Adam()), laps(optimizers.Adam(bias_correction=False))
for rate in (0.003, 0.01, 0.03):
    costs = [[run(rate, seed, epochs=1)[0] for seed in range(3)] for run in (runs["Adam"], uncorrected)]
    print(f"η = {rate:5}  cost with {np.mean(costs[0]):.1f}, without {np.mean(costs[1]):.1f}")
ours, theirs = (end_of_run(kind.Adam(), 0.01) for kind in (optimizers, keras.optimizers))
print("ours and Keras's, error below 1e-4:", np.abs(ours - theirs).max() < 1e-4)

# %% [markdown]
# At a small rate the long first steps even help; at a large one they throw the weights about. It is a matter of the
# rate, then, that the correction takes out of your hands.
#
# > **Myth:** "Adam needs less memory than SGD."
#
# Count the numbers that each keeps beside every weight (its *slots*).

# %%
for name in runs:
    optimizer = getattr(optimizers, name)()
    optimizer.build(network.trainable_variables)
    slots = sum(np.prod(each.shape) for each in optimizer.variables if each.shape) / network.count_params()
    print(f"{name:9} {slots:.0f} a weight; for 1e9 weights of 4 bytes: {4 * slots:.0f} GB")

# %% [markdown]
# The reverse: SGD keeps nothing, momentum, Adagrad and RMSprop one number a weight, Adam two.
#
# **AdamW.** Weight decay pulls weights towards 0. Added to the gradient, $g + \lambda \theta$, it is divided by
# $\sqrt v$ like all else: a weight with large gradients hardly decays. AdamW applies it beside the step:
# $\theta \leftarrow \theta - \eta \lambda \theta$. Two weights of 1, one with gradients of ±100, one of ±0.01, that
# average out:

# %%
for name, decay, penalty in (("L2 in the gradient", None, 0.1), ("AdamW", 0.1, 0.0)):
    weights, optimizer = keras.Variable([1.0, 1.0]), optimizers.Adam(0.02, weight_decay=decay)
    for step in range(50):
        noise = tf.constant([100.0, 0.01]) * (-1.0) ** step
        optimizer.apply([noise + penalty * weights.value], [weights])
    print(f"{name:18} the two weights become", weights.numpy().round(1))


# %% [markdown]
# Inside the gradient, the weight with small gradients shrank to a fifth and the other stayed as it was; AdamW took the
# same tenth off both.
#
# ## The race <a id="optimizer-race"></a>
#
# First two famous test functions, so that we can watch: Rosenbrock's bent valley and Beale's plateau with steep
# corners. Each optimizer has a rate that suited it among nine that we tried.

# %%
def rosenbrock(a, b):
    return (1 - a) ** 2 + 100 * (b - a**2) ** 2


def beale(a, b):
    return sum((c - a + a * b**power) ** 2 for power, c in ((1, 1.5), (2, 2.25), (3, 2.625)))


# %%
def way_down(function, optimizer, start, steps):
    theta = keras.Variable(start)
    optimizer.build([theta])

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            height = function(theta[0], theta[1])
        optimizer.apply(tape.gradient(height, [theta]), [theta])
        return tf.identity(theta)

    return np.array([start, *(step().numpy() for _ in range(steps))])


# %%
names = ("SGD", "Momentum", "Adagrad", "RMSprop", "Adam")
minimum = {rosenbrock: (1.0, 1.0), beale: (3.0, 0.5)}
found = {}
for function, start, rates in (
    (rosenbrock, [-1.5, 2.0], (0.001, 0.001, 1.0, 0.03, 0.3)),
    (beale, [1.0, 1.6], (0.01, 0.001, 0.3, 0.01, 0.1)),
):
    for name, rate in zip(names, rates, strict=True):
        way = found[function, name] = way_down(function, getattr(optimizers, name)(rate), start, steps=400)
        distance = np.linalg.norm(way[-1] - minimum[function])
        print(f"{function.__name__:10} {name:8} η = {rate:5}  ends within 0.5 of the minimum: {distance < 0.5}")

# %%
a, b = np.linspace(-2.2, 2.2, 200), np.linspace(-1.2, 3.2, 200)
plot.loss_surface(
    a,
    b,
    rosenbrock(a[None, :], b[:, None]),
    trajectories={name: found[rosenbrock, name] for name in names},
    minimum=minimum[rosenbrock],
    log=True,
    title="Rosenbrock: into the valley is easy, along it is not",
    alt="A bent valley with five ways from the upper left. All but one drop into the valley soon; momentum and Adam follow it to the star, the others "
    "end on the way.",
)

# %%
a, b = np.linspace(-0.5, 4.2, 200), np.linspace(-1.2, 2.0, 200)
plot.loss_surface(
    a,
    b,
    beale(a[None, :], b[:, None]),
    trajectories={name: found[beale, name] for name in names},
    minimum=minimum[beale],
    log=True,
    title="Beale: off the slope at 1.6, then along a flat floor",
    alt="Contours with a steep ridge above and a flat floor below. Five ways start at the upper left and all end at the star or next to it.",
)

# %% [markdown]
# On Rosenbrock momentum and Adam arrive; on Beale all do, at rates that differ 300-fold. So never compare optimizers
# at one rate. On the network, sweep:

# %%
rates = np.array([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0])
sweep = {name: np.array([runs[name](rate)[0] for rate in rates]) for name in names}
best = {name: rates[costs.argmin()] for name, costs in sweep.items()}
print("best rates:", {name: float(rate) for name, rate in best.items()})
plot.traces(
    {"learning rate": {name: (rates, costs) for name, costs in sweep.items()}},
    log_x=True,
    log_y=True,
    markers=True,
    title="Every optimizer has its own valley of good rates",
    y_label="cost after four epochs",
    alt="Five V-shaped lines over the learning rate. The lowest points lie at 0.01 for RMSprop, 0.03 for Adam, 0.1 for momentum and "
    "Adagrad and 0.3 for SGD.",
)

# %% [markdown]
# At one common rate you could let almost any of them win. Now each at its own best rate, three starts:

# %% tags=["nbval-ignore-output"]
results = {}
print("           rate  cost: mean  spread   test accuracy: mean  spread")
for name in names:
    costs, accuracies = results[name] = np.array([runs[name](best[name], seed) for seed in range(3)]).T
    print(f"{name:9} {best[name]:5} {costs.mean():11.2f} {costs.std():7.2f}", end="")
    print(f" {accuracies.mean():21.2f} {accuracies.std():7.2f}")

# %% [markdown]
# The log varies in its last digit from machine to machine; this should not:

# %%
mean_cost = {name: costs.mean() for name, (costs, _) in results.items()}
print("lowest cost:", min(mean_cost, key=mean_cost.get))
print("SGD's cost is at least twice Adam's:", mean_cost["SGD"] > 2 * mean_cost["Adam"])
print("test accuracy above 0.92 for every optimizer and start:", min(each[1].min() for each in results.values()) > 0.92)


# %% [markdown]
# In these four epochs Adam has the lowest cost; on new digits the differences are about as large as the spread.
#
# > **Myth:** "Adam is always best."
#
# Wilson and others (2017) built a task to think about. 50 records, three in five of class +1, the others −1. Feature
# 1 *is* the class; features 2 and 3 are always 1; and each record has features of its own that no other record has,
# one if it is positive, five if it is negative. Linear model, squared error, all data at once.

# %%
def wilson_task(first, n=50):
    classes = np.where(np.random.default_rng(first).permutation(n) < 30, 1, -1)
    features = np.zeros((n, 3 + 10 * n), "float32")
    features[:, 0], features[:, 1:3] = classes, 1
    for i, each in enumerate(classes):
        own = 3 + 5 * (first + i)
        features[i, own : own + (1 if each == 1 else 5)] = 1
    return features, classes.astype("float32")


# %% [markdown]
# Every rate of three for each optimizer, 1,000 steps. The baseline, always +1, has 0.6.

# %%
def wilson_scores(optimizer):
    theta = keras.Variable(np.zeros(503, "float32"))
    optimizer.build([theta])

    @tf.function
    def descend():
        for _ in tf.range(1000):
            error = tf.linalg.matvec(known, theta) - known_class
            optimizer.apply([tf.linalg.matvec(known, error, transpose_a=True) / 25], [theta])

    descend()
    parts = (known, known_class), (new, new_class)
    return [np.mean(np.sign(features @ theta.numpy()) == right) for features, right in parts]


# %%
(known, known_class), (new, new_class) = wilson_task(0), wilson_task(50)
for name, rates in {"SGD": (0.03, 0.1, 0.3), "RMSprop": (0.001, 0.003, 0.01), "Adam": (0.003, 0.01, 0.03)}.items():
    for rate in rates:
        training, test = wilson_scores(getattr(optimizers, name)(rate))
        print(f"{name:8} η = {rate:5}  training accuracy {training:.1f}   test accuracy {test:.1f}")

# %% [markdown]
# All fit the training data perfectly. SGD finds the feature that matters; Adam and RMSprop, at every rate, call every
# new record positive and are no better than the baseline. By dividing each weight by its own scale they trust a
# feature that occurred once as much as one that was always right. The data are made for it, but the lesson is
# general: the optimizer chooses *which* solution you get.
#
# ## Learning-rate schedules and the range test <a id="lr-schedules"></a>
#
# Which rate to begin with? A **range test** (Smith) finds out in one short run: let the rate grow by the same factor
# at every step, from far too small to far too large, and watch the cost of the batches.

# %%
rates, costs, optimizer = np.geomspace(1e-3, 10, 81), [], optimizers.Momentum()
network.set_weights(starts[0])
for rate, batch in zip(rates, np.split(np.random.default_rng(0).integers(0, len(X), 81 * 50), 81), strict=True):
    with tf.GradientTape() as tape:
        cost = loss(tf.gather(labels, batch), network(tf.gather(X, batch)))
    optimizer.learning_rate.assign(rate)
    optimizer.apply(tape.gradient(cost, network.trainable_variables), network.trainable_variables)
    costs.append(float(cost))
print(f"mean cost of steps 1-10: {np.mean(costs[:10]):.1f}, of 41-50: {np.mean(costs[40:50]):.1f}", end=", ")
print("of 72-81 above 5:", np.mean(costs[71:]) > 5)

# %% [markdown]
# Level, then falling, then exploding. The course's callback does the same within `fit`, smooths the costs by an
# average with bias correction, stops at the explosion, puts weights and optimizer back as they were, and suggests a
# tenth of the rate at the lowest point: a safe distance from the cliff.

# %%
network.compile(optimizers.Momentum(), loss)
network.set_weights(starts[0])
finder = LearningRateFinder(lowest=1e-3, highest=10.0, steps=81)
network.fit(X, labels, batch_size=50, epochs=3, verbose=0, callbacks=[finder])
print(f"suggested: {finder.suggestion:.1f}; the sweep's best: {best['Momentum']}")
finder.plot(title="The range test: level, falling, exploding")

# %% [markdown]
# Eighty-one steps found what the sweep needed seven runs for. One rate for the whole run, though, is a compromise:
# long steps are good at first, short ones in the end. A **schedule** makes $\eta$ a function of the step. The
# course's `WarmupCosine` rises in a straight line over $w$ steps and falls along half a cosine until step $T$:
#
# $$\eta(t) = \begin{cases} \eta_0 + (\eta - \eta_0)\, t / w & t < w \\ \tfrac{\eta}{2} \left(1 + \cos \pi \frac{t - w}{T - w}\right) & t \ge w \end{cases}$$
#
# **Warm-up** protects the first steps, when gradients are large and averages empty. **One-cycle** (Smith and Topin)
# starts at a 25th, takes a third of the run to a high peak, and comes down to almost nothing. (Smith lowers momentum
# meanwhile.)

# %%
T, peak = 108, 0.5
schedules = {
    "cosine": WarmupCosine(peak, T),
    "warm-up and cosine": WarmupCosine(peak, T, warmup_steps=10),
    "one-cycle": WarmupCosine(peak, T, warmup_steps=36, start=peak / 25),
}

# %%
lines = {name: np.array([float(schedule(t)) for t in range(T + 1)]) for name, schedule in schedules.items()}
built_in = keras.optimizers.schedules.CosineDecay(0.0, T - 10, warmup_target=peak, warmup_steps=10)
theirs = np.array([float(built_in(t)) for t in range(T + 1)])
print("ours and Keras's, error below 1e-6:", np.abs(lines["warm-up and cosine"] - theirs).max() < 1e-6)

# %%
plot.curves(
    np.arange(T + 1),
    {"constant": np.full(T + 1, peak), **lines},
    title="Four shapes for the learning rate",
    x_label="step",
    y_label="learning rate",
    alt="A level line; half a cosine from 0.5 to 0; a short straight rise and half a cosine; a long straight rise to step 36 and half a cosine.",
)

# %% [markdown]
# Which helps? Momentum on the digits, each shape with the same peak of 0.5, five times its best constant rate; three
# starts.

# %% tags=["nbval-ignore-output"]
shaped = {}
print("                     cost: mean  spread")
for name, rate in {"constant": peak, **schedules}.items():
    run = laps(optimizers.Momentum(rate))
    shaped[name] = np.array([run(seed=seed)[0] for seed in range(3)])
    print(f"{name:20} {shaped[name].mean():10.2f} {shaped[name].std():7.2f}")

# %%
print("constant above 0.15 from every start:    ", shaped["constant"].min() > 0.15)
print("each schedule below 0.15 from every start:", max(shaped[name].max() for name in schedules) < 0.15)

# %% [markdown]
# Constant at 0.5, momentum ends two to three times as high as with any of the schedules. As found: on this small
# network the shapes differ by no more than their spread, and warm-up brought nothing; it earns its keep in deep
# networks and Transformers, whose first gradients are wild. The cosine at a bold 0.5 does as well as the best
# constant rate, 0.1, and forgives a peak chosen too high.
#
# *What goes wrong, and how it looks:*
#
# | what you see | what it was |
# |---|---|
# | the loss grows from the first step, then `nan` | rate beyond the limit: divide by 10 |
# | the loss falls, but ever more slowly, long before it is good | rate too small, or Adagrad's sum grown large |
# | a copied recipe diverges at once | momentum in the other convention: its rate is ten times yours |
# | the loss is level but noisy, and training on does not help | rate too large for the end: let it fall |
# | weight decay without effect under Adam | it went through the gradient: use AdamW |
#
# ## Summary
#
# - SGD remembers nothing; momentum remembers directions, Adagrad and RMSprop sizes, Adam both.
# - Momentum crosses ravines. Mind the convention: with and without $1 - \beta$ the same walk needs rates ten times apart.
# - Adagrad serves rare features and stalls when the land changes; RMSprop forgets.
# - Adam's bias correction shortens its first steps; it keeps two numbers a weight. AdamW decays all weights by the same share.
# - Compare optimizers each at its own best rate and over several seeds. None always wins.
# - Find the rate by a range test; let it fall at the end.
#
# ## Words you met
#
# | word | meaning |
# |---|---|
# | momentum | a velocity that adds up steps that agree and cancels those that do not |
# | Nesterov momentum | momentum that looks ahead along its velocity |
# | ravine | a place that is steep across and flat along |
# | exponentially weighted average | an average in which each older value counts less by a factor β |
# | sparse feature | one that is rarely other than 0 |
# | adaptive optimizer | one with a step size for each weight |
# | bias correction | dividing an average that began at 0 by the share that it has seen |
# | slot | a number that an optimizer keeps beside each weight |
# | decoupled weight decay | shrinking weights beside the step and not through the gradient |
# | schedule | the learning rate as a function of the step |
# | warm-up | a rate that rises during the first steps |
# | one-cycle | one long rise of the rate and one long fall |
# | range test | a short run with a growing rate, to find a good one |
#
# ## Review questions
#
# <details><summary>1. A constant gradient of 2, η = 0.1, β = 0.9. How long do momentum's steps become in the end?</summary>
# 0.1 · 2 / (1 − 0.9) = 2.</details>
#
# <details><summary>2. A paper writes v ← βv + (1 − β)g and uses η = 1 with β = 0.9. What do you set in Keras?</summary>
# 0.1.</details>
#
# <details><summary>3. How many values does an average with β = 0.99 look back over?</summary>
# About 100.</details>
#
# <details><summary>4. Adagrad, a constant gradient, η = 0.5: how long is step 25?</summary>
# 0.5 / √25 = 0.1.</details>
#
# <details><summary>5. What does RMSprop do differently from Adagrad, and when does it matter?</summary>
# It averages the squares and forgets old ones: when gradients were large once and are small now.</details>
#
# <details><summary>6. Adam's first step with η = 0.001 and a gradient of 500?</summary>
# 0.001, against the gradient's sign: its size cancels.</details>
#
# <details><summary>7. And without bias correction?</summary>
# (1 − 0.9) / √(1 − 0.999) = 3.2 times as long.</details>
#
# <details><summary>8. Ten million weights of 4 bytes: how much memory do Adam's slots take?</summary>
# 80 MB: two numbers a weight.</details>
#
# <details><summary>9. Somebody shows that A beats B, both at η = 0.01. What do you ask?</summary>
# How each does at its own best rate, and how much the outcome varies over seeds.</details>
#
# <details><summary>10. Why did Adam fail on Wilson's task?</summary>
# It gave features that occurred once the same say as the one that was always right.</details>
#
# ## Exercises
#
# [Exercise 4](../exercises/04_training.ipynb) asks for Adam's step with its bias correction.
#
# ## References
#
# - Polyak, B. (1964), Some Methods of Speeding up the Convergence of Iteration Methods, USSR Computational Mathematics and
#   Mathematical Physics 4(5).
# - Nesterov, Y. (1983), A Method for Solving a Convex Programming Problem with Convergence Rate O(1/k²), Soviet Mathematics
#   Doklady 27.
# - Duchi, J., Hazan, E. and Singer, Y. (2011), Adaptive Subgradient Methods for Online Learning and Stochastic Optimization,
#   Journal of Machine Learning Research 12.
# - Tieleman, T. and Hinton, G. (2012), Neural Networks for Machine Learning, lecture 6.5, Coursera.
# - Sutskever, I., Martens, J., Dahl, G. and Hinton, G. (2013), On the Importance of Initialization and Momentum in Deep
#   Learning, ICML.
# - Kingma, D. and Ba, J. (2015), Adam: A Method for Stochastic Optimization, ICLR.
# - Smith, L. (2017), Cyclical Learning Rates for Training Neural Networks, WACV; Smith, L. and Topin, N. (2018),
#   Super-Convergence, arXiv:1708.07120.
# - Wilson, A., Roelofs, R., Stern, M., Srebro, N. and Recht, B. (2017), The Marginal Value of Adaptive Gradient Methods in
#   Machine Learning, NeurIPS.
# - Loshchilov, I. and Hutter, F. (2017), SGDR: Stochastic Gradient Descent with Warm Restarts, ICLR; (2019), Decoupled Weight
#   Decay Regularization, ICLR.
