# %% [markdown]
# # Loss and cost functions
#
# Training lowers a number. Which one? Each choice rewards something, forgives something, and breaks somewhere.
#
# **You will be able to**
#
# - tell loss, cost, objective and metric apart, and say what the "loss" on Keras's screen is;
# - choose between MSE, MAE and Huber by what one wild value does to each;
# - derive binary cross-entropy, and compute it where the textbook formula gives infinity;
# - write categorical cross-entropy and the hinge loss, and say which examples still pull on the weights;
# - smooth labels, measure calibration, and say when smoothing harms.
#
# **You need** [Neurons and perceptrons](03_1_neurons_and_perceptrons.ipynb) for the ten minutes of Keras, and
# [Activation functions](03_2_activation_functions.ipynb) for sigmoid and softmax.
#
# **Time** about 25 s to run on two CPU cores; an hour to read.
#
# **Data** three sets that come with scikit-learn: diabetes (442 patients), breast cancer (569 tumours), digits (1,797
# images).

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()

# %%
import keras
import numpy as np
import tensorflow as tf

from dlcourse import data, plot, scratch
from dlcourse.layers import LabelSmoothing
from dlcourse.losses import PseudoHuber, smooth_labels
from dlcourse.metrics import ExpectedCalibrationError

# %% [markdown]
# ## Loss, cost, objective, metric <a id="loss-vs-cost"></a>
#
# - A **loss** $L(y, \hat y) \in \mathbb{R}$ judges one prediction $\hat y$ against its target $y$.
# - The **cost** is the mean loss over N examples: $J = \frac{1}{N} \sum_{n=1}^{N} L(y_n, \hat y_n)$.
# - The **objective** is what the optimizer lowers: the cost plus penalties, for instance on large weights.
# - A **metric** is what you report to people. Nobody differentiates it, so it may be as jagged as accuracy.
#
# First the baseline that every model must beat: predict the mean for everybody. The targets are the progression of
# diabetes after a year, 25 to 346 points. Look for the losses of single patients and the one cost made from them.

# %%
diabetes = data.load("diabetes")
y = diabetes.y_train
y_hat = np.full_like(y, y.mean())
losses = (y - y_hat) ** 2
print("losses of the first five patients:", losses[:5].round().astype(int))
print(f"cost, their mean over all {len(y)}: {losses.mean():.0f} squared points")

# %% [markdown]
# The fifth patient is 3.6 times as far from the mean as the fourth and costs 13 times as much: squares. Keras hands out
# either view: `reduction="none"` gives the losses, the default the cost. So does the course's NumPy version.

# %%
column, guess = y[:, None], y_hat[:, None]
each = keras.losses.MeanSquaredError(reduction="none")(column, guess)
cost = keras.losses.MeanSquaredError()(column, guess)
print("losses agree, relative error below 1e-6:", np.allclose(each, losses, rtol=1e-6))
print("costs agree, relative error below 1e-6: ", np.allclose(cost, scratch.mse(y, y_hat), rtol=1e-6))

# %% [markdown]
# Now the objective. This model has a penalty on its weights. The metric `"mse"` is the pure cost; see whether Keras's
# `loss` is the same number.

# %%
x = (diabetes.x_train - diabetes.x_train.mean(axis=0)) / diabetes.x_train.std(axis=0)
unit = keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.1))
model = keras.Sequential([keras.Input((10,)), unit])
model.compile("sgd", "mse", metrics=["mse"])
report = model.evaluate(x, y / 100, verbose=0, return_dict=True)
penalty = 0.1 * np.sum(unit.kernel.numpy() ** 2)
print("loss is the cost alone:      ", np.isclose(report["loss"], report["mse"], rtol=1e-4))
print("loss is the cost and penalty:", np.isclose(report["loss"], report["mse"] + penalty, rtol=1e-4))

# %% [markdown]
# What Keras calls `loss` is the objective. (Targets are now in hundreds of points, to keep numbers small.)
#
# *Predict before you run:* we train for one epoch, then call `evaluate` on the very same data. Will the two losses
# agree? A callback keeps the predictions for each batch, made just before the step that learns from it.

# %%
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.05), "mse")
seen = []
watch = keras.callbacks.LambdaCallback(
    on_train_batch_begin=lambda batch, logs: seen.append(model.predict_on_batch(x[32 * batch : 32 * batch + 32])[:, 0])
)
reported = model.fit(x, y / 100, batch_size=32, shuffle=False, verbose=0, callbacks=[watch]).history["loss"][0]
after = model.evaluate(x, y / 100, verbose=0)
print(f"fit reports {reported:.2f}, evaluate says {after:.2f}")

# %% [markdown]
# Far from it. Look at how the reported number comes about, batch by batch.

# %%
losses = scratch.mse(y / 100, np.concatenate(seen), reduction="none")
last = np.cumsum([len(batch) for batch in seen])  # how many records had been seen after each batch
running = np.cumsum(losses)[last - 1] / last
print("the last running mean is what fit reports:", np.isclose(running[-1], reported, rtol=1e-4))

# %%
plot.curves(
    np.arange(1, len(seen) + 1),
    {
        "this batch": [batch.mean() for batch in np.split(losses, last[:-1])],
        "running mean (fit)": running,
        "all data, afterwards (evaluate)": np.full(len(seen), after),
    },
    title="fit averages over weights that were changing",
    x_label="batch",
    y_label="MSE (hundreds of points, squared)",
    alt="The cost of single batches falls over eleven batches; the running mean lags above it and ends far above the "
    "level line of the cost of all data after the epoch.",
)

# %% [markdown]
# `fit` reports a running mean over batches, each scored with the weights of its moment; early, bad weights drag it up.
# `evaluate` scores all records with the final weights.
#
# > **Myth:** "A batch is an epoch, and the loss for one record is called an iteration."

# %%
print(f"records: {len(y)}, losses: {losses.size}")
print(f"batches: {len(seen)}, the first of {len(seen[0])} records, the last of {len(seen[-1])}")
print(f"iterations counted by the optimizer: {int(model.optimizer.iterations.numpy())}")
print(f"epochs: {len(model.history.epoch)}")

# %% [markdown]
# 331 losses, 11 batches, 11 iterations, 1 epoch. An iteration is one update of the weights, from one batch; an epoch is
# one pass through all records.
#
# > **Myth:** "A loss near 1 means a wrong answer."
#
# Two tests. First the same predictions in other units; then cross-entropy (below), $-\log$ of the probability that the
# right answer was given.

# %%
points, hundreds = scratch.mse(y, y_hat), scratch.mse(y / 100, y_hat / 100)
print(f"the baseline's MSE in points: {points:.0f}, in hundreds of points: {hundreds:.2f}")
sure = np.zeros((1, 100))
sure[0, 0] = 4.0  # logits of 100 classes, class 0 ahead of 99 equal rivals
print(f"100 classes, class 0 chosen and right: loss {scratch.cross_entropy([0], sure):.2f}")
print(f"2 classes, narrowly wrong:             loss {scratch.binary_cross_entropy([1.0], [0.49]):.2f}")

# %% [markdown]
# A right answer cost more than a wrong one, and a change of units moved the baseline from thousands to below 1. Judge a
# loss against a baseline on the same data in the same units.
#
# ## MSE and MAE <a id="mse-mae"></a>
#
# For targets $y_n \in \mathbb{R}$ and predictions $\hat y_n \in \mathbb{R}$
#
# $$\mathrm{MSE} = \frac{1}{N} \sum_n (\hat y_n - y_n)^2, \qquad \mathrm{MAE} = \frac{1}{N} \sum_n |\hat y_n - y_n|.$$
#
# *Predict before you run:* five people earn 1, 2, 3, 4 and 90. Which single number $c$ predicts all five best by MSE,
# which by MAE? The cell tries every tenth from 0 to 100.

# %%
incomes = np.array([1.0, 2.0, 3.0, 4.0, 90.0])
c = np.linspace(0, 100, 1001)[:, None]  # (1001, 1): each candidate against all five
mse = np.mean((c - incomes) ** 2, axis=1)
mae = np.mean(np.abs(c - incomes), axis=1)
print(f"lowest MSE at {c[mse.argmin(), 0]:.1f}, lowest MAE at {c[mae.argmin(), 0]:.1f}")
print(f"mean {incomes.mean():.1f}, median {np.median(incomes):.1f}")

# %% [markdown]
# MSE is lowest at the mean, which one rich person moves at will; MAE at the median, which does not care how rich. The
# slopes say why. Look at how hard each residual pulls.

# %%
residual = np.array([-100.0, -1.0, 0.0, 1.0, 10.0, 100.0])
zero = np.zeros_like(residual)
print("residual  ", residual)
print("MSE slope ", scratch.mse_gradient(zero, residual, reduction="none"))
print("MAE slope ", scratch.mae_gradient(zero, residual, reduction="none"))

# %% [markdown]
# Under MSE a residual of 100 pulls a hundred times as hard as one of 1; under MAE all pull alike. Our forms give Keras's
# values:

# %%
ours = scratch.mse(zero, residual), scratch.mae(zero, residual)
theirs = keras.losses.MeanSquaredError()(zero, residual), keras.losses.MeanAbsoluteError()(zero, residual)
print(f"ours {ours[0]:.2f} and {ours[1]:.2f}; largest difference below 1e-3: {np.allclose(ours, theirs, atol=1e-3)}")

# %% [markdown]
# Now an experiment: body mass index against progression, 40 patients, a straight line. Then one typing error: the
# patient with the lowest index had 94 points, and somebody types 940. The loop is gradient descent (chapter 4), with
# steps that shrink, since MAE's slope never does.

# %%
bmi, clean = diabetes.x_train[:40, 2].astype("float64"), y[:40].astype("float64")
typo = np.where(bmi == bmi.min(), 10 * clean, clean)
t = (bmi - bmi.mean()) / bmi.std()
fitted = {"as recorded": {}, "one typing error": {}}
for panel, targets in (("as recorded", clean), ("one typing error", typo)):
    for name, gradient in (("MSE", scratch.mse_gradient), ("MAE", scratch.mae_gradient)):
        w = b = 0.0
        for step in range(4000):
            slope = gradient(targets, w * t + b)  # of the cost, with respect to each prediction
            rate = (0.5 if name == "MSE" else 20) / (1 + step / 40)
            w, b = w - rate * np.sum(slope * t), b - rate * np.sum(slope)
        fitted[panel][name] = w / bmi.std(), b - w * bmi.mean() / bmi.std()
        print(f"{panel:16}  {name}  {fitted[panel][name][0]:5.1f} points per unit of index")

# %%
plot.fits(
    bmi,
    {"as recorded": clean, "one typing error": typo},
    fitted,
    marked=bmi == bmi.min(),
    title="One wrong number turns the MSE line, not the MAE line",
    x_label="body mass index (kg/m²)",
    y_label="progression (points)",
    alt="Two scatter plots of 40 patients with a fitted line for MSE and one for MAE. On the left the lines are close. On "
    "the right one point lies far above the others; the MSE line is almost flat, the MAE line is where it was.",
)

# %% [markdown]
# One wrong record in 40 (the diamond) took away two thirds of the MSE line's slope. The MAE line did not move: the point
# was above it before and is above it now, and only the side counts.
#
# > **Myth:** "MAE is the L2 loss."

# %%
l1, l2 = np.linalg.norm(residual, ord=1), np.linalg.norm(residual, ord=2)
print("N times MAE is the L1 norm:        ", np.isclose(residual.size * scratch.mae(zero, residual), l1))
print("N times MAE is the L2 norm:        ", np.isclose(residual.size * scratch.mae(zero, residual), l2))
print("N times MSE is the L2 norm squared:", np.isclose(residual.size * scratch.mse(zero, residual), l2**2))

# %% [markdown]
# MAE is the L1 loss. MSE is the L2 loss, up to the square and the N.
#
# ## Huber and pseudo-Huber <a id="huber"></a>
#
# MSE is smooth near zero but overreacts far out; MAE is the reverse. Huber's loss takes the good half of each.
# With the residual $r = \hat y - y \in \mathbb{R}$ and a threshold $\delta > 0$ in the unit of $y$:
#
# $$L_\delta(r) = \begin{cases} r^2 / 2 & |r| \le \delta \\ \delta\,(|r| - \delta / 2) & \text{else} \end{cases}
# \qquad\qquad
# P_\delta(r) = \delta^2 \left(\sqrt{1 + (r / \delta)^2} - 1\right)$$
#
# $P_\delta$ is the **pseudo-Huber** loss, the same idea without the joint. Look at the right panel: the second
# derivative is what tells them apart.

# %%
r, delta = np.linspace(-3, 3, 601), 1.0
value = {
    "MSE / 2": r**2 / 2,
    "MAE": np.abs(r),
    "Huber": np.where(np.abs(r) <= delta, r**2 / 2, delta * (np.abs(r) - delta / 2)),
    "pseudo-Huber": delta**2 * (np.sqrt(1 + (r / delta) ** 2) - 1),
}
first = {name: np.gradient(line, r, edge_order=2) for name, line in value.items()}
second = {name: np.gradient(line, r, edge_order=2) for name, line in first.items()}
plot.panels(
    r,
    {"loss": value, "first derivative": first, "second derivative": second},
    y_limits={"loss": (-0.2, 3.2), "second derivative": (-0.1, 1.6)},
    title="Huber's slope has a corner, pseudo-Huber's has none (δ = 1)",
    x_label="residual r",
    alt="Three panels over the residual. Huber and pseudo-Huber follow half the squared loss near zero and run parallel to "
    "the absolute loss far out. Huber's second derivative jumps from 1 to 0 at plus and minus 1; pseudo-Huber's is a bell.",
)

# %% [markdown]
# Left: both losses leave the parabola and run straight. Middle: both slopes stay within $\pm\delta$, so that no wild
# value pulls harder than that. Right: Huber's curvature jumps from 1 to 0; pseudo-Huber's fades,
# $P''_\delta(r) = (1 + (r/\delta)^2)^{-3/2}$, and is never 0, as methods need that divide by it, like Newton's. (The
# spike is MAE's corner.)
#
# $\delta$ is a dial. Turn it and see what $L_\delta$ and $P_\delta$ become for one residual of 3:

# %%
print("  delta   Huber   pseudo   r²/2   δ·|r|")
for dial in (0.01, 1.0, 100.0):
    both = scratch.huber(0.0, 3.0, dial), scratch.pseudo_huber(0.0, 3.0, dial)
    print(f"{dial:7.2f} {both[0]:7.3f}  {both[1]:7.3f}   {3**2 / 2:4.1f} {dial * 3:7.2f}")

# %% [markdown]
# A small $\delta$ gives $\delta$ times MAE, a large one half of MSE. Keras has `Huber` but no pseudo-Huber loss, so the
# package supplies one. Do both give the formulas' values, and ours the formula's slope?

# %%
zero, residual = np.zeros((601, 1)), r[:, None]
print("Keras has Huber:", hasattr(keras.losses, "Huber"), "- pseudo-Huber:", hasattr(keras.losses, "PseudoHuber"))
for name, loss in (("Huber", keras.losses.Huber(delta)), ("pseudo-Huber", PseudoHuber(delta))):
    print(f"{name} agrees, error below 1e-6:", abs(float(loss(zero, residual)) - value[name].mean()) < 1e-6)

# %%
prediction = tf.constant(residual)
with tf.GradientTape() as tape:  # TensorFlow notes what is computed, to differentiate it afterwards
    tape.watch(prediction)
    cost = PseudoHuber(delta)(zero, prediction)
error = tape.gradient(cost, prediction) - scratch.pseudo_huber_gradient(zero, residual)
print("its slope agrees, error below 1e-6:", np.abs(error).max() < 1e-6)

# %% [markdown]
# Now both on the patients, with $\delta$ = 30 points. Keras trains the line on all 40 at each step. (A data set of one
# batch, repeated, saves the housekeeping of a thousand epochs.)

# %%
for name, loss in (("Huber", keras.losses.Huber(30.0)), ("pseudo-Huber", PseudoHuber(30.0))):
    line = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    line.compile(keras.optimizers.SGD(0.5), loss, steps_per_execution=100)
    for panel, targets in (("as recorded", clean), ("one typing error", typo)):
        line.set_weights([np.zeros((1, 1)), np.zeros(1)])
        everyone = tf.data.Dataset.from_tensors((t[:, None], targets[:, None])).repeat(1000)
        line.fit(everyone, shuffle=False, verbose=0)
        fitted[panel][name] = line.get_weights()[0].item() / bmi.std(), line.get_weights()[1].item()
for name in ("MSE", "MAE", "Huber", "pseudo-Huber"):
    print(f"{name:12}", *(f"{panel}: {fitted[panel][name][0]:4.1f}   " for panel in fitted))

# %% [markdown]
# The log of the experiment, in points per unit of index: MSE lost most of its slope, Huber and pseudo-Huber almost
# nothing.
#
# ## Binary cross-entropy <a id="bce"></a>
#
# Where does a loss come from? This one from a principle: *choose the parameters under which the data are most likely.*
# With labels $y_n \in \{0, 1\}$ and the model's probabilities $p_n \in (0, 1)$ of label 1, one label has probability
# $p^{y} (1 - p)^{1 - y}$, all of them the product. See what a computer makes of that product for 426 tumours, each
# given $p = 0.6$.

# %%
tumours = data.load("breast_cancer")
label = tumours.y_train  # 1: benign
likelihood = np.where(label == 1, 0.6, 0.4).astype("float32")
print("product of the probabilities:", np.prod(likelihood))
print(f"sum of their logarithms:      {np.sum(np.log(likelihood)):.1f}")

# %% [markdown]
# The product is too small for single precision; its logarithm is an ordinary number. Turn the sign, so that lower is
# better, divide by N, and the **binary cross-entropy** stands there:
#
# $$J = -\frac{1}{N} \sum_n \bigl[\, y_n \log p_n + (1 - y_n) \log (1 - p_n) \,\bigr].$$
#
# *Predict before you run:* which constant $p$ makes $J$ lowest?

# %%
p = np.linspace(0.01, 0.99, 99)[:, None]
J = -np.mean(label * np.log(p) + (1 - label) * np.log(1 - p), axis=1)
print(f"J is lowest at p = {p[J.argmin(), 0]:.2f}; benign tumours: {label.mean():.1%}")
theirs = keras.losses.BinaryCrossentropy()(label[:, None], np.full((len(label), 1), 0.6))
print("at p = 0.6 Keras agrees, error below 1e-6:", abs(J[59] - float(theirs)) < 1e-6)

# %% [markdown]
# The likelihood is highest at the frequency in the data: cross-entropy rewards honest probabilities.
#
# A network computes a logit $z \in \mathbb{R}$ and $p = \sigma(z)$. One can hand $p$ to the loss, or $z$, and let the
# loss do the algebra first:
#
# $$L = \max(z, 0) - z y + \log\bigl(1 + e^{-|z|}\bigr), \qquad \frac{\partial L}{\partial z} = \sigma(z) - y.$$
#
# On paper that is the same. Take label 0 and logits ever more wrong; in which row do the ways part?

# %%
z, no = tf.constant([[5.0], [10.0], [20.0], [100.0]]), np.zeros((4, 1))
with tf.GradientTape() as tape:
    tape.watch(z)
    clipped = keras.losses.BinaryCrossentropy(reduction="none")(no, tf.sigmoid(z))
columns = [
    z.numpy(),
    scratch.binary_cross_entropy_from_logits(no, z.numpy(), reduction="none"),
    scratch.binary_cross_entropy_from_logits_gradient(no, z.numpy(), reduction="none"),
    scratch.binary_cross_entropy(no, scratch.sigmoid(z.numpy()), reduction="none"),
    clipped.numpy(),
    tape.gradient(clipped, z).numpy(),
]
print("logit | from the logit: loss, slope | from p: formula's loss, Keras's loss, slope")
for row in np.stack([np.ravel(column) for column in columns], axis=1):
    print("{:5.0f} | {:20.1f} {:6.1f} | {:23.1f} {:13.1f} {:6.1f}".format(*row))

# %% [markdown]
# From a logit of about 17 on, single precision rounds $p$ to exactly 1. The formula says infinity. Keras clips $p$ to
# within $10^{-7}$ of 0 and 1 first: it says 15.9 for ever, and a slope of **zero**. The worst mistakes teach nothing.

# %%
z, no = tf.reshape(tf.linspace(-5.0, 40.0, 181), (181, 1)), np.zeros((181, 1))
with tf.GradientTape(persistent=True) as tape:
    tape.watch(z)
    from_logits = keras.losses.BinaryCrossentropy(from_logits=True, reduction="none")(no, z)
    from_p = keras.losses.BinaryCrossentropy(reduction="none")(no, tf.sigmoid(z))
value = {"from logits": from_logits, "from probabilities": from_p}
ours = scratch.binary_cross_entropy_from_logits(no, z.numpy(), reduction="none")
print("ours agrees with Keras's from logits, error below 1e-5:", np.abs(ours - from_logits).max() < 1e-5)
plot.panels(
    z.numpy()[:, 0],
    {"loss": value, "slope": {name: tape.gradient(line, z)[:, 0] for name, line in value.items()}},
    title="From probabilities, the loss ends at 15.9 and the slope at 0",
    x_label="logit z (the right label is 0)",
    alt="Two panels over the logit for label 0. From logits the loss rises in a straight line without end, with slope 1; from "
    "probabilities it is flat, with slope 0, from a logit of about 16 on.",
)

# %% [markdown]
# Does that happen in a model? Three begin with the same badly wrong logit of 30 and get one step. The third has a
# harmless `Reshape` after its sigmoid. Look at the weight afterwards.

# %%
wrong = keras.initializers.Constant(30.0)
tails = {
    "logits": [],
    "sigmoid last": [keras.layers.Activation("sigmoid")],
    "sigmoid, then Reshape": [keras.layers.Activation("sigmoid"), keras.layers.Reshape((1,))],
}
for name, tail in tails.items():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer=wrong), *tail])
    model.compile(keras.optimizers.SGD(1.0), keras.losses.BinaryCrossentropy(from_logits=not tail))
    cost = model.train_on_batch(np.ones((8, 1)), np.zeros((8, 1)))
    print(f"{name:22} cost {float(cost):4.1f}   weight 30.0 -> {model.get_weights()[0].item():.1f}")

# %% [markdown]
# Where the sigmoid comes last, Keras (on TensorFlow) looks behind it and quietly uses the logit. With an operation in
# between it cannot, and the model is stuck. So end in a linear layer, pass `from_logits=True`, and apply the sigmoid
# when a probability is wanted.
#
# ## Categorical and sparse categorical cross-entropy <a id="cce"></a>
#
# With K classes, logits $z \in \mathbb{R}^K$, probabilities $p = \mathrm{softmax}(z)$ and a one-hot target
# $y \in \{0, 1\}^K$ whose 1 stands at the right class $c$:
#
# $$L = -\sum_{k=1}^{K} y_k \log p_k = -\log p_c, \qquad \frac{\partial L}{\partial z_k} = p_k - y_k.$$
#
# All but one term of the sum are 0: the class *number* says as much as the one-hot row. Three steps: log-softmax, pick
# the right class, turn the sign (the "negative log-likelihood").

# %%
z = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1000.0, 0.0, 999.0]])  # three examples, three classes
number = np.array([0, 2, 2])
log_p = z - z.max(axis=1, keepdims=True)
log_p = log_p - np.log(np.sum(np.exp(log_p), axis=1, keepdims=True))
negative_log_likelihood = -log_p[np.arange(3), number]
print("losses:", negative_log_likelihood.round(3))

# %% [markdown]
# The third row has a logit of 1000 and a finite loss: subtracting the row's largest logit changes nothing but keeps `exp`
# in range. Keras has a loss for each kind of label. All four ways must give one number.

# %%
one_hot = np.eye(3)[number]
print(f"negative log-likelihood      {negative_log_likelihood.mean():.4f}")
print(f"scratch, from logits         {scratch.cross_entropy(number, z):.4f}")
print(f"Keras, one-hot labels        {keras.losses.CategoricalCrossentropy(from_logits=True)(one_hot, z):.4f}")
print(f"Keras, integer labels        {keras.losses.SparseCategoricalCrossentropy(from_logits=True)(number, z):.4f}")

# %% [markdown]
# One value, four times. Two marks to know by heart: what does a network cost that knows nothing, and what does a perfect
# one cost if softmax is applied twice, in the model and in the loss?

# %%
knows_nothing = scratch.cross_entropy(np.arange(10), np.zeros((10, 10)))
perfect = np.eye(10)  # probabilities of a model that is always right and certain
print(f"ten classes, all logits 0: {knows_nothing:.3f}, which is log 10 = {np.log(10):.3f}")
print(f"perfect probabilities, taken for logits: {scratch.cross_entropy(np.arange(10), perfect):.3f}")

# %% [markdown]
# A fresh classifier that starts far from $\log K$ is suspicious. One that never gets below 1.46 with ten classes,
# however right it is, has two softmaxes.
#
# ## Hinge loss <a id="hinge"></a>
#
# Cross-entropy is never content. The hinge loss of support vector machines is. With labels $y \in \{-1, 1\}$ and a score
# $f \in \mathbb{R}$ whose sign is the answer, the **margin** is $m = y f$: positive where the answer is right.
#
# $$L = \max(0,\; 1 - m), \qquad \text{cross-entropy in the same terms: } \log(1 + e^{-m}).$$

# %%
m = np.linspace(-3, 4, 281)
value = {
    "hinge": np.maximum(0, 1 - m),
    "cross-entropy": np.log(1 + np.exp(-m)),
    "wrong or not": np.where(m < 0, 1.0, 0.0),
}
theirs = keras.losses.Hinge(reduction="none")(np.ones((281, 1)), m[:, None])  # label 1, so that score and margin agree
print("ours agrees with Keras's, error below 1e-6:", np.abs(theirs - value["hinge"]).max() < 1e-6)
plot.panels(
    m,
    {"loss": value, "slope": {name: np.gradient(line, m) for name, line in value.items()}},
    y_limits={"slope": (-1.3, 0.3)},
    title="Beyond a margin of 1 the hinge loss is content",
    x_label="margin m (positive: right)",
    alt="Two panels over the margin. The hinge loss falls in a straight line and is zero, with slope zero, from a margin of 1 "
    "on; cross-entropy and its slope approach zero but never reach it; the zero-one loss is a step with slope zero.",
)

# %% [markdown]
# All are high where the answer is wrong, but "wrong or not", which is what accuracy counts, has no slope to follow.
# Under hinge, being right by less than 1 still costs; being right by more is free.
#
# *Predict before you run:* train a linear classifier on the tumours with each. At the end, for what share of the
# training examples is the slope exactly zero?

# %%
mean, deviation = tumours.x_train.mean(axis=0), tumours.x_train.std(axis=0)
known, unknown = (tumours.x_train - mean) / deviation, (tumours.x_test - mean) / deviation
everyone = tf.data.Dataset.from_tensors((known, label)).repeat(500)
print(f"baseline, always benign: test accuracy {tumours.y_test.mean():.2f}")
from_logits = keras.losses.BinaryCrossentropy(from_logits=True)
for name, loss in (("hinge", keras.losses.Hinge()), ("cross-entropy", from_logits)):
    model = keras.Sequential([keras.Input((30,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.1), loss, steps_per_execution=100)
    model.fit(everyone, shuffle=False, verbose=0)
    accuracy = np.mean((model(unknown).numpy()[:, 0] > 0) == tumours.y_test)
    m = (2 * label - 1) * model(known).numpy()[:, 0]
    pull = m < 1 if name == "hinge" else scratch.sigmoid(-m)  # the size of each example's slope
    print(f"{name:13}  test accuracy above 0.94: {accuracy > 0.94}   slope zero for {np.mean(pull == 0):.0%} of all")

# %% [markdown]
# Equally good answers. But under hinge nine examples in ten have stopped pulling: the boundary rests on the few near it,
# the support vectors. Under cross-entropy all still pull, if weakly, for more confidence. Where that leads is next.
# (Keras's `Hinge` also takes labels 0 and 1, as here, and turns 0 into -1.)
#
# ## Label smoothing <a id="label-smoothing"></a>
#
# A one-hot target asks for $p_c = 1$, which no finite logit reaches: cross-entropy pushes for ever. **Label smoothing**
# asks for a little less. With $\epsilon \in [0, 1)$ and K classes
#
# $$t_k = (1 - \epsilon)\, y_k + \frac{\epsilon}{K}: \qquad t_c = 1 - \epsilon + \frac{\epsilon}{K}, \quad
# t_{k \ne c} = \frac{\epsilon}{K}.$$
#
# > **Myth:** "Label smoothing with 0.1 always gives the targets 0.9 and 0.1."

# %%
for K in (2, 10, 1000):
    y = np.eye(K)[:1]
    epsilon = 0.1
    t = (1 - epsilon) * y + epsilon / K
    print(f"K = {K:4}: right class {t[0, 0]:.4f}, every other {t[0, 1]:.4f}, sum {t.sum():.1f}")

# %% [markdown]
# Never 0.9 and 0.1: the targets depend on K, since the right class gets its share of what is spread. Ten classes give
# 0.91 and 0.01. The package has two forms, and Keras a third; do they agree?

# %%
number = np.array([3, 7])
one_hot = np.eye(10, dtype="float32")[number]
targets = smooth_labels(number, epsilon=0.1, num_classes=10).numpy()
np.testing.assert_allclose([targets[0, 3], targets[0, 0]], [0.91, 0.01], rtol=1e-6)
z = np.linspace(-2, 2, 20, dtype="float32").reshape(2, 10)
built_in = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)(one_hot, z)
print("Keras's loss agrees, error below 1e-6:", abs(scratch.cross_entropy(targets, z) - float(built_in)) < 1e-6)
layer = LabelSmoothing(epsilon=0.1)
print("layer, training:  ", np.array_equal(layer(one_hot, training=True), targets))
print("layer, evaluating:", np.array_equal(layer(one_hot, training=False), one_hot))

# %% [markdown]
# `smooth_labels` also takes class numbers. The layer softens only while training; Keras's loss does so in `evaluate` as
# well, where then even the best possible model has a high loss:

# %%
best = np.log(np.where(one_hot == 1, 0.91, 0.01))  # logits whose softmax is exactly the smoothed target
print(f"lowest smoothed cost: {scratch.cross_entropy(targets, best):.3f}, reached at p = 0.91")
print(f"gap between the logits there: {best[0, 3] - best[0, 0]:.2f}")

# %% [markdown]
# The lowest cost is 0.5, at a *finite* gap of $\log 91 = 4.51$ between logits; going further is punished. So smoothing
# limits confidence (the largest probability). Is that good? Confidence should be *true*: of the predictions made with
# 80 %, 80 % should be right. Sort N predictions into bins $B_1, ..., B_M$ by confidence; the **expected calibration
# error** is
#
# $$\mathrm{ECE} = \sum_{m=1}^{M} \frac{|B_m|}{N}\, \bigl|\, \mathrm{accuracy}(B_m) - \mathrm{confidence}(B_m) \,\bigr|.$$
#
# An example for paper: eight predictions, four at 0.95 (three right) and four at 0.65 (three right).

# %%
confidence = np.array([0.95] * 4 + [0.65] * 4)
right = np.array([1, 1, 1, 0] * 2)
by_hand = 4 / 8 * abs(right[:4].mean() - 0.95) + 4 / 8 * abs(right[4:].mean() - 0.65)
metric = ExpectedCalibrationError(bins=10)
metric.update_state(1 - right, np.stack([confidence, 1 - confidence], axis=1))  # class 0 is predicted
print(f"by hand {by_hand:.3f}, metric {float(metric.result()):.3f}")

# %% [markdown]
# Gaps of 0.2 and 0.1, half the weight each. Now the experiment, on two tasks:
#
# - *hard*: did the disease progress more than in the median patient? 100 patients to learn from;
# - *easy*: which digit is it? 300 images to learn from.
#
# A network with 64 hidden units for each, 500 steps of gradient descent on all examples at once, five seeds for each
# $\epsilon$. We keep the probabilities on the test data.

# %%
patients = (diabetes.x_test - diabetes.x_train.mean(axis=0)) / diabetes.x_train.std(axis=0)
median = np.median(diabetes.y_train)
digits = data.load("digits")
pixels, new_pixels = digits.x_train.reshape(-1, 64) / 16, digits.x_test.reshape(-1, 64) / 16
tasks = {
    "hard": (x[:100], (diabetes.y_train[:100] > median).astype(int), patients, (diabetes.y_test > median).astype(int)),
    "easy": (pixels[:300], digits.y_train[:300], new_pixels, digits.y_test),
}
for name, (inputs, _, new_inputs, new_classes) in tasks.items():
    print(f"{name}: {len(inputs)} to learn from, {len(new_inputs)} to test on, baseline", end=" ")
    print(f"{np.bincount(new_classes).max() / len(new_classes):.2f} (always the most frequent class)")

# %%
predicted = {}
for name, epsilon in (("hard", 0.0), ("hard", 0.1), ("hard", 0.3), ("easy", 0.0), ("easy", 0.1)):
    inputs, classes, new_inputs, _ = tasks[name]
    if epsilon == 0:
        K = int(classes.max()) + 1
        model = keras.Sequential([keras.Input(inputs.shape[1:]), keras.layers.Dense(64, "relu"), keras.layers.Dense(K)])
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(0.2), loss, steps_per_execution=100)
    targets = LabelSmoothing(epsilon)(np.eye(K)[classes], training=True)
    steps = tf.data.Dataset.from_tensors((inputs, targets)).repeat(500)
    for seed in range(5):
        keras.utils.set_random_seed(seed)
        model.set_weights(keras.models.clone_model(model).get_weights())
        model.fit(steps, shuffle=False, verbose=0)
        predicted[name, epsilon, seed] = keras.ops.softmax(model(new_inputs)).numpy()

# %% [markdown]
# First the hard task: mean over the seeds, and in brackets the standard deviation.

# %% tags=["nbval-ignore-output"]
log = {}
for (name, epsilon, _), p in predicted.items():
    metric = ExpectedCalibrationError(bins=10)
    metric.update_state(tasks[name][3], p)
    row = np.mean(p.argmax(axis=1) == tasks[name][3]), p.max(axis=1).mean(), float(metric.result())
    log.setdefault((name, epsilon), []).append(row)
print("epsilon   accuracy      confidence    ECE")
for epsilon in (0.0, 0.1, 0.3):
    mean, spread = np.mean(log["hard", epsilon], axis=0), np.std(log["hard", epsilon], axis=0)
    print(f"{epsilon:7.1f}  ", *(f"{mean[i]:.3f} ({spread[i]:.3f})  " for i in range(3)))

# %% [markdown]
# Without smoothing the network claims about 91 % and delivers about 71 %. With 111 predictions a seed, an ECE is noisy
# and somewhat too high: trust differences that hold in every seed.

# %%
ece = {key: np.array(rows)[:, 2] for key, rows in log.items()}
print("ECE without smoothing above 0.15 in every seed:     ", np.all(ece["hard", 0.0] > 0.15))
print("smoothing by 0.1 lowers it in every seed:           ", np.all(ece["hard", 0.1] < ece["hard", 0.0]))
print("mean ECE falls by at least a fifth with 0.1:        ", ece["hard", 0.1].mean() < 0.8 * ece["hard", 0.0].mean())
print("mean ECE falls by at least two fifths with 0.3:     ", ece["hard", 0.3].mean() < 0.6 * ece["hard", 0.0].mean())
print("mean confidence above mean accuracy, even with 0.3: ", np.subtract(*np.mean(log["hard", 0.3], axis=0)[:2]) < 0)

# %% [markdown]
# *Predict before you run:* and on the digits, where the plain network is right in 95 of 100 cases?

# %%
for epsilon in (0.0, 0.1):
    accuracy, confidence, error = np.mean(log["easy", epsilon], axis=0)
    print(f"epsilon {epsilon}: accuracy above 0.93: {accuracy > 0.93}   confidence {confidence:.2f}", end="   ")
    print("ECE above 0.1:", error > 0.1)
print("smoothing makes ECE at least four times as large:", ece["easy", 0.1].mean() > 4 * ece["easy", 0.0].mean())

# %% [markdown]
# Here it harms. The plain network was nearly calibrated; smoothing made it *underconfident*. The diagram shows both
# cases, all seeds together: a bar is what was delivered, the diamond what was claimed.

# %%
pooled = {}
for name, epsilon in (("hard", 0.0), ("hard", 0.3), ("easy", 0.1)):
    p = np.concatenate([predicted[name, epsilon, seed] for seed in range(5)])
    pooled[f"{name} task, ε = {epsilon}"] = p.max(axis=1), p.argmax(axis=1) == np.tile(tasks[name][3], 5)
for title, (confidence, right) in pooled.items():
    print(f"{title}: confidence above accuracy: {confidence.mean() > right.mean()}")

# %%
plot.reliability_diagram(
    pooled,
    title="Smoothing lowers confidence: a cure only where there is too much",
    alt="Three reliability diagrams. Hard task, plain: accuracy below confidence in the well-filled bins, most predictions "
    "near 1. Hard task, smoothed: the gaps are smaller. Easy task, smoothed: accuracy above confidence.",
)

# %% [markdown]
# Bars below the diagonal promise too much, bars above it too little. Label smoothing knows nothing of calibration; it
# turns confidence down. Measure the gap on data that was not trained on, then decide.
#
# ## What goes wrong and how it looks
#
# The most expensive bug of this lesson makes no noise. Targets of shape (N,) minus predictions of shape (N, 1), which
# is what a Keras model with one output gives, broadcast to N times N: each patient is compared with all others.

# %%
y = diabetes.y_train
perfect = y[:, None]  # (331, 1): every prediction right
print("shape of the difference:", (y - perfect).shape)
print(f"'MSE' of a perfect model: {np.mean((y - perfect) ** 2):.0f}, twice the baseline's {np.var(y):.0f}")

# %% [markdown]
# So the course's own losses refuse shapes that differ:

# %%
try:
    scratch.mse(y, perfect)
except ValueError as error:
    print("scratch.mse:", error)

# %% [markdown]
# The other failures of this lesson, by their looks:
#
# | what you see | what it was |
# |---|---|
# | training loss above `evaluate` on the same data | a running mean over older weights |
# | a fitted line that ignores the trend | one wild value under MSE |
# | a loss stuck at 15.9 | cross-entropy from clipped probabilities |
# | a loss stuck at 1.46 with ten classes | softmax applied twice |
# | a validation loss that stays above 0.5 with ten classes | labels smoothed in validation, too |
#
# ## Summary
#
# - A loss judges one example, the cost is the mean, the objective adds penalties, a metric is for people.
# - MSE aims at the mean, MAE at the median; Huber and pseudo-Huber lie between and differ in curvature.
# - Cross-entropy is the negative logarithm of the likelihood. Compute it from logits.
# - One-hot and integer labels give the same cross-entropy; knowing nothing costs $\log K$.
# - Hinge leaves alone what is right with margin; cross-entropy never does.
# - Label smoothing lowers confidence, which helps only where that is too high.
#
# ## Words you met
#
# | word | meaning |
# |---|---|
# | loss | what one prediction costs, given its target |
# | cost | the mean of the losses over a set of examples |
# | objective | what the optimizer lowers: cost plus penalties |
# | metric | a number for people, not for the optimizer |
# | residual | prediction less target |
# | outlier | a value far from where the others would have it |
# | likelihood | the probability that a model gives to the data seen |
# | logit | a score before sigmoid or softmax |
# | margin | label (-1 or 1) times score |
# | support vector | an example within the margin, which still pulls |
# | label smoothing | spreading a share ε of each target over all classes |
# | calibration | confidence that equals accuracy |
# | expected calibration error | mean gap between the two, over bins of confidence |
#
# ## Review questions
#
# <details><summary>1. Your training loss is 0.3, a colleague's 0.9. Whose model is better?</summary>
# Nobody can tell: units, number of classes and penalties change it. Compare one metric on the same data.</details>
#
# <details><summary>2. Why can the first epoch's training loss exceed the validation loss?</summary>
# It is a running mean over batches scored with older, worse weights.</details>
#
# <details><summary>3. 1,000 records, batches of 64, 5 epochs: how many iterations?</summary>
# 16 an epoch, the last with 40 records; 80.</details>
#
# <details><summary>4. Which constant minimises MAE on 2, 2, 7, 9, 1000?</summary>The median, 7.</details>
#
# <details><summary>5. Why did typing 940 for 94 leave the MAE line where it was?</summary>
# The slope of |r| is the sign of r, and the point stayed on its side of the line.</details>
#
# <details><summary>6. What does Huber's loss become for δ towards 0, and towards infinity?</summary>
# δ times MAE; half of MSE.</details>
#
# <details><summary>7. Derive the slope of binary cross-entropy with respect to the logit.</summary>
# $L = \log(1 + e^z) - zy$, so it is $e^z / (1 + e^z) - y = \sigma(z) - y$.</details>
#
# <details><summary>8. A fresh network with 100 classes starts at a cost of 12. Is that fine?</summary>
# No: knowing nothing costs log 100 = 4.6. It is confidently wrong; look at weights and input scale.</details>
#
# <details><summary>9. Which examples no longer pull on a classifier trained with hinge loss?</summary>
# Those with a margin above 1: their slope is 0.</details>
#
# <details><summary>10. K = 4, ε = 0.2: what are the targets?</summary>0.85 for the right class, 0.05 for each other.</details>
#
# <details><summary>11. Accuracy 97 %, ECE 0.01: smooth the labels, for calibration?</summary>
# No. As on the digits, the network would become underconfident.</details>
#
# ## Exercises
#
# [Chapter 3's exercises](../exercises/03_basic_concepts.ipynb): 3.3 cross-entropy from logits, 3.4 label smoothing, 3.5
# output activation and loss for four tasks, 3.6 a training loop with a planted bug.
#
# ## References
#
# - P. J. Huber (1964), *Robust estimation of a location parameter*, Annals of Mathematical Statistics 35(1).
# - P. Charbonnier, L. Blanc-Féraud, G. Aubert, M. Barlaud (1997), *Deterministic edge-preserving regularization in
#   computed imaging*, IEEE Transactions on Image Processing 6(2).
# - C. Cortes, V. Vapnik (1995), *Support-vector networks*, Machine Learning 20(3).
# - C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna (2016), *Rethinking the Inception architecture for computer
#   vision*, CVPR.
# - C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger (2017), *On calibration of modern neural networks*, ICML.
