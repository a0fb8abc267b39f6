"""Training runs for the doctor: each with one planted fault, or healthy."""

import keras
import numpy as np

from dlcourse.callbacks import TrainingDoctor

L = keras.layers
FEATURES, CLASSES = 8, 3


def blobs(n=160, seed=0, spread=1.0):
    """Three classes around three points, inputs of about unit size; 96 examples to train on and the rest held back."""
    random = np.random.default_rng(seed)
    y = np.arange(n) % CLASSES
    centres = np.random.default_rng(7).normal(size=(CLASSES, FEATURES))
    x = (centres[y] + spread * random.normal(size=(n, FEATURES))).astype("float32") / np.float32(np.hypot(1, spread))
    return (x[:96], y[:96]), (x[96:], y[96:])


def network(*hidden, head="softmax", features=FEATURES, classes=CLASSES):
    return keras.Sequential([keras.Input((features,)), *hidden, L.Dense(classes, head, name="head")])


def compiled(model, optimizer=None, loss="sparse_categorical_crossentropy"):
    model.compile(optimizer or keras.optimizers.Adam(0.01), loss)
    return model


def examined(model, data, epochs=3, frozen=(), with_validation=True, batch_size=16, **arguments):
    train, held_back = data
    if model.built:  # then the step is traced once: otherwise once more, after the optimizer has made its variables
        model.optimizer.build(model.trainable_variables)
    doctor = TrainingDoctor(train, held_back if with_validation else None, frozen)
    model.fit(*train, batch_size=batch_size, epochs=epochs, verbose=0, callbacks=[doctor], **arguments)
    return doctor


def unscaled(seed):
    train, held_back = blobs(seed=seed)
    data = tuple((100 * (x + 1), y) for x, y in (train, held_back))
    return examined(compiled(network(L.Dense(16, "relu"))), data)


def rate_too_high(seed):
    return examined(compiled(network(L.Dense(16, "relu")), keras.optimizers.SGD(100.0)), blobs(seed=seed))


def rate_too_low(seed):
    return examined(compiled(network(L.Dense(16, "relu")), keras.optimizers.SGD(1e-6)), blobs(seed=seed))


def dead_relus(seed):
    bias = keras.initializers.Constant(-10.0)
    return examined(compiled(network(L.Dense(16, "relu", bias_initializer=bias))), blobs(seed=seed))


def vanishing(seed):
    return examined(compiled(network(*[L.Dense(8, "sigmoid") for _ in range(10)])), blobs(seed=seed))


def exploding(seed):
    large = keras.initializers.RandomNormal(stddev=3.0)
    return examined(
        compiled(network(*[L.Dense(16, "relu", kernel_initializer=large) for _ in range(6)])), blobs(seed=seed)
    )


def shuffled_labels(seed):
    (x, y), held_back = blobs(400, seed)
    y = np.arange(len(y)) // CLASSES % CLASSES  # each true class gets all labels equally often
    return examined(compiled(network(L.Dense(64, "relu"))), ((x, y), held_back), epochs=20)


def softmax_twice(seed):
    return examined(compiled(network(L.Dense(16, "relu"), L.Dense(3, "softmax"), L.Softmax())), blobs(seed=seed))


def softmax_twice_at_the_end(seed):
    model = keras.Sequential([keras.Input((FEATURES,)), L.Dense(3, "softmax"), L.Activation("softmax")])
    return examined(compiled(model), blobs(seed=seed))


def logits_confused(seed):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return examined(compiled(network(L.Dense(16, "relu")), loss=loss), blobs(seed=seed))


def probabilities_confused(seed):
    return examined(compiled(network(L.Dense(16, "relu"), head="linear")), blobs(seed=seed))


def binary_confused(seed):
    data = tuple((x, (y == 1).astype("float32")) for x, y in blobs(seed=seed))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return examined(compiled(network(classes=1, head="sigmoid"), loss=loss), data)


def leaking(seed):
    train, (x, y) = blobs(seed=seed)
    held_back = (np.concatenate([x, train[0][:30]]), np.concatenate([y, train[1][:30]]))
    return examined(compiled(network(L.Dense(16, "relu"))), (train, held_back))


def frozen_layers(seed):
    hidden = L.Dense(16, "relu", name="hidden")
    hidden.trainable = False
    return examined(compiled(network(hidden)), blobs(seed=seed))


def overfitting(seed):
    data = blobs(400, seed, spread=2.0)
    return examined(compiled(network(L.Dense(128, "relu"), L.Dense(128, "relu"))), data, epochs=25)


def class_collapse(seed):
    weights = {0: 1.0, 1: 0.001, 2: 0.001}
    return examined(compiled(network(L.Dense(16, "relu"))), blobs(seed=seed), epochs=8, class_weight=weights)


def a_rare_class_that_is_ignored(seed):
    data = tuple((x, (np.arange(len(x)) % 12 == 0).astype("float32")) for x, _ in blobs(seed=seed, spread=4.0))
    return examined(
        compiled(network(classes=1, head="sigmoid"), keras.optimizers.SGD(0.5), "binary_crossentropy"), data
    )


class Forgetful(keras.Model):
    """Its training step calls the model without training=True."""

    def __init__(self, *layers):
        super().__init__()
        self.inner = layers
        self.head = L.Dense(CLASSES, "softmax")

    def call(self, x, training=None):
        for layer in self.inner:
            x = layer(x, training=False)
        return self.head(x)


def forgotten_dropout(seed):
    return examined(compiled(Forgetful(L.Dense(16, "relu"), L.Dropout(0.3, name="drop"))), blobs(seed=seed))


def forgotten_normalization(seed):
    return examined(compiled(Forgetful(L.Dense(16, "relu"), L.BatchNormalization(name="norm"))), blobs(seed=seed))


FAULTS = {
    unscaled: "unscaled inputs",
    rate_too_high: "rate too high",
    rate_too_low: "rate too low",
    dead_relus: "dead ReLUs",
    vanishing: "vanishing gradients",
    exploding: "exploding gradients",
    shuffled_labels: "shuffled labels",
    softmax_twice: "softmax twice",
    softmax_twice_at_the_end: "softmax twice",
    logits_confused: "loss and outputs confused",
    probabilities_confused: "loss and outputs confused",
    binary_confused: "loss and outputs confused",
    leaking: "leaking validation data",
    frozen_layers: "frozen layers",
    class_collapse: "class collapse",
    a_rare_class_that_is_ignored: "class collapse",
    overfitting: "overfitting",
    forgotten_dropout: "forgotten training flag",
    forgotten_normalization: "forgotten training flag",
}


def small_classifier(seed):
    return examined(compiled(network(L.Dense(16, "relu"))), blobs(seed=seed))


def linear_classifier_by_sgd_on_logits(seed):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return examined(compiled(network(head="linear"), keras.optimizers.SGD(0.1), loss), blobs(seed=seed), epochs=5)


def one_hot_with_dropout_and_normalization(seed):
    data = tuple((x, np.eye(CLASSES, dtype="float32")[y]) for x, y in blobs(seed=seed))
    model = network(L.Dense(32), L.BatchNormalization(), L.ReLU(), L.Dropout(0.3))
    return examined(compiled(model, loss="categorical_crossentropy"), data, epochs=5)


def binary_by_sigmoid(seed):
    data = tuple((x, (y == 1).astype("float32")) for x, y in blobs(seed=seed))
    return examined(
        compiled(network(L.Dense(8, "tanh"), classes=1, head="sigmoid"), loss="binary_crossentropy"), data, 5
    )


def binary_on_logits(seed):
    data = tuple((x, (y == 1).astype("int32")[:, None]) for x, y in blobs(seed=seed))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return examined(compiled(network(L.Dense(8, "tanh"), classes=1, head="linear"), loss=loss), data, 5)


def regression(seed):
    data = tuple((x, (x @ np.arange(FEATURES) / 5).astype("float32")[:, None]) for x, _ in blobs(seed=seed))
    return examined(compiled(network(L.Dense(32, "relu"), classes=1, head="linear"), loss="mse"), data, 5)


def autoencoder(seed):
    data = tuple((x, x) for x, _ in blobs(seed=seed))
    return examined(compiled(network(L.Dense(4, "relu"), classes=FEATURES, head="linear"), loss="mae"), data, 5)


def pictures(seed):
    random = np.random.default_rng(seed)
    y = np.arange(160) % 2
    x = random.uniform(size=(160, 6, 6, 1)).astype("float32")
    x[y == 1, :, 2:4] += 1.0
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            L.Conv2D(8, 3, activation="relu"),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dense(2, "softmax"),
        ]
    )
    return examined(compiled(model), ((x[:96], y[:96]), (x[96:], y[96:])), epochs=4)


def sequences(seed):
    random = np.random.default_rng(seed)
    x = random.integers(1, 30, size=(160, 6))
    y = (x[:, -1] > 15).astype(int)
    model = keras.Sequential([keras.Input((6,)), L.Embedding(30, 8), L.LSTM(8), L.Dense(2, "softmax")])
    return examined(compiled(model), ((x[:96], y[:96]), (x[96:], y[96:])), epochs=6)


def a_symbol_for_each_step(seed):
    random = np.random.default_rng(seed)
    x = random.integers(0, 5, size=(160, 6))
    model = keras.Sequential([keras.Input((6,)), L.Embedding(5, 8), L.GRU(16, return_sequences=True), L.Dense(5)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return examined(compiled(model, loss=loss), ((x[:96], x[:96]), (x[96:], x[96:])), epochs=4)


def raw_inputs_behind_a_normalization(seed):
    data = tuple((300 * x + 1000, y) for x, y in blobs(seed=seed))
    scale = L.Normalization()
    scale.adapt(data[0][0])
    return examined(compiled(network(scale, L.Dense(16, "elu"))), data)


def fine_tuning_with_a_part_frozen_on_purpose(seed):
    base = keras.Sequential([keras.Input((FEATURES,)), L.Dense(16, "relu"), L.BatchNormalization()], name="base")
    base.trainable = False
    return examined(compiled(network(base)), blobs(seed=seed), frozen=("base",))


def residual_network_of_own_layers(seed):
    inputs = keras.Input((FEATURES,))
    x = L.Dense(16)(inputs)
    for _ in range(6):
        x = x + L.Dense(16, "relu")(L.LayerNormalization()(x))
    return examined(compiled(keras.Model(inputs, L.Dense(CLASSES, "softmax")(x))), blobs(seed=seed))


def a_rare_class_that_is_learned(seed):
    (x, y), (u, v) = blobs(320, seed, spread=0.5)
    train, held_back = np.flatnonzero((y > 0) | (np.arange(96) % 4 == 0)), slice(None)
    model = compiled(network(L.Dense(16, "relu")))
    return examined(model, ((x[train], y[train]), (u[held_back], v[held_back])), epochs=5)


HEALTHY = [
    small_classifier,
    linear_classifier_by_sgd_on_logits,
    one_hot_with_dropout_and_normalization,
    binary_by_sigmoid,
    binary_on_logits,
    regression,
    autoencoder,
    pictures,
    sequences,
    a_symbol_for_each_step,
    raw_inputs_behind_a_normalization,
    fine_tuning_with_a_part_frozen_on_purpose,
    residual_network_of_own_layers,
    a_rare_class_that_is_learned,
]
# What chance moves is held on more seeds: those on which a rule that looked at losses alone was wrong.
MORE_SEEDS = {
    shuffled_labels: (0, 1, 2),
    frozen_layers: (1, 3),
    overfitting: (0, 2),
    class_collapse: (0, 3),
    fine_tuning_with_a_part_frozen_on_purpose: (0, 1),
}
