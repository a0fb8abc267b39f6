"""Question 7.6: train a small CNN on digits that move about; judged by its accuracy on others of the same draw.

Keras is imported inside the answers alone: making the question trains nothing.
"""

from __future__ import annotations

import numpy as np

from dlcourse import data
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.goal import Goal
from dlcourse.checks.question import Case

SIDE = 10
BUDGET = 50_000


def draw_digits(rng):
    digits = data.load("digits")
    images = np.concatenate([digits.x_train, digits.x_test])
    classes = np.concatenate([digits.y_train, digits.y_test])

    def case(name, train, unseen, at_least, **options):
        chosen = rng.permutation(len(images))[: train + unseen]
        x, labels = wandering(images[chosen], rng), classes[chosen].astype("uint8")
        arguments = {"x": x[:train], "labels": labels[:train], "unseen": x[train:]}
        return Case(name, arguments, goal=Goal(labels[train:], at_least, BUDGET), **options)

    return [
        case("600 images to learn from", 600, 250, 0.8, points=3),
        case("200 images, and inputs left as they are", 200, 100, 0.6, pure=True),
    ]


def wandering(images, rng):
    """Each digit at a random place of a larger image, fainter or darker, with noise; 0 to 16."""
    larger = np.zeros((len(images), SIDE, SIDE))
    room = SIDE - images.shape[1] + 1
    for place, image, (i, j) in zip(larger, images, rng.integers(0, room, size=(len(images), 2)), strict=True):
        place[i : i + image.shape[0], j : j + image.shape[1]] = image
    ink = rng.uniform(0.7, 1.0, size=(len(images), 1, 1))
    return np.clip(np.round(ink * larger + rng.normal(size=larger.shape)), 0, 16).astype("uint8")[..., None]


def train(x, labels):
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input(x.shape[1:]),
            layers.Rescaling(1 / 16),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(3),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
    model.fit(x, labels, epochs=12, verbose=0)
    return model


def train_from_logits(x, labels):
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    image = keras.Input(x.shape[1:])
    y = layers.Rescaling(1 / 8, offset=-1)(image)
    for filters in (24, 32):
        y = layers.Conv2D(filters, 3, activation="relu")(y)
    y = layers.Conv2D(48, 3, activation="relu")(layers.MaxPooling2D(2)(y))
    model = keras.Model(image, layers.Dense(10)(layers.Dropout(0.2)(layers.Flatten()(y))))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.003), loss, steps_per_execution=8)
    model.fit(x, labels, batch_size=16, epochs=10, verbose=0)
    return model


def train_by_own_steps(x, labels):
    import keras
    import tensorflow as tf
    from keras import layers

    keras.utils.set_random_seed(2)
    convolutions = [layers.Conv2D(32, 3, activation="relu") for _ in range(2)]
    head = [layers.MaxPooling2D(3), layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dense(10)]
    model = keras.Sequential([keras.Input(x.shape[1:]), layers.Normalization(), *convolutions, *head])
    model.layers[0].adapt(x)
    optimizer = keras.optimizers.Adam(0.003)

    @tf.function
    def step(images, classes):
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, model(images, training=True))
            loss = tf.reduce_mean(losses)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    batches = tf.data.Dataset.from_tensor_slices((x.astype("float32"), labels.astype("int32")))
    for batch in batches.shuffle(1000, seed=0).batch(25).repeat(12):
        step(*batch)
    return model


def _linear(x, units=10, hidden=0, flat=True):
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    parts = [layers.Flatten()] if flat else []
    parts += [layers.Dense(hidden, activation="relu")] if hidden else []
    return keras.Sequential([keras.Input(x.shape[1:]), layers.Rescaling(1 / 16), *parts, layers.Dense(units)])


def untrained(x, labels):
    return _linear(x)


def without_return(x, labels):
    _linear(x)


def too_large(x, labels):
    return _linear(x, hidden=600)


def one_unit(x, labels):
    return _linear(x, units=1)


def never_flattened(x, labels):
    return _linear(x, flat=False)


def history_returned(x, labels):
    import keras

    model = _linear(x)
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model.fit(x[:32], labels[:32], verbose=0)


def compiled_alone(x, labels):
    model = _linear(x)
    model.compile("adam", "mse")
    return model


def shifted_labels(x, labels):
    return _fitted(x, (labels + 1) % 10)


def dense_layers_alone(x, labels):
    return _fitted(x, labels)


def _fitted(x, labels):
    """Hidden units as they were drawn, with the best weights after them by ridge regression: seconds less than training."""
    model = _linear(x, hidden=160)
    *hidden, kernel, bias = model.get_weights()
    units = np.maximum(x.reshape(len(x), -1) / 16 @ hidden[0] + hidden[1], 0)
    squares = units.T @ units + 0.3 * np.eye(len(kernel))
    model.set_weights([*hidden, np.linalg.solve(squares, units.T @ np.eye(10)[labels]), 0 * bias])
    return model


def shuffled_apart(x, labels):
    return _fitted(x, np.random.default_rng(0).permutation(labels))


def _tried(x, labels, parts, loss="sparse_categorical_crossentropy"):
    """A model of these parts after one short training, or the error that this raises."""
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential(parts)
    model.compile("adam", loss)
    model.fit(x[:64], labels[:64], verbose=0)
    return model


def labels_one_hot(x, labels):
    import keras

    return _tried(x, np.eye(10)[labels], [*_linear(x).layers, keras.layers.Softmax()])


def loss_for_one_hot(x, labels):
    return _tried(x, labels, _linear(x).layers, "categorical_crossentropy")


def input_of_the_whole_array(x, labels):
    import keras

    return _tried(x, labels, [keras.Input(x.shape), keras.layers.Conv2D(4, 3)])


def input_without_channels(x, labels):
    import keras

    return _tried(x, labels, [keras.Input(x.shape[1:3]), keras.layers.Conv2D(4, 3)])


def pooled_away(x, labels):
    import keras

    pooled = [each for _ in range(3) for each in (keras.layers.Conv2D(4, 3), keras.layers.MaxPooling2D(2))]
    return _tried(x, labels, [keras.Input(x.shape[1:]), *pooled])


def never_compiled(x, labels):
    return _linear(x).fit(x, labels, verbose=0)


def learning_rate_too_large(x, labels):
    import keras

    model = _linear(x, hidden=32)
    model.compile(keras.optimizers.SGD(1e12), "mse")
    model.fit(x, keras.utils.to_categorical(labels, 10), epochs=2, verbose=0)
    return model


QUESTION = QuestionDefinition(
    id="7.6",
    title="Digits that wander",
    draw=draw_digits,
    reference=train,
    accepted=[train_from_logits, train_by_own_steps],
    mistakes=[
        Mistake(untrained, "was it trained"),
        Mistake(without_return, "is there a `return model`?"),
        Mistake(too_large, "at most 50,000 are allowed"),
        Mistake(one_unit, "how many units has the last layer"),
        Mistake(never_flattened, "`Flatten` or global pooling is missing"),
        Mistake(history_returned, "return the model itself"),
        Mistake(never_compiled, "comes before `fit`"),
        Mistake(compiled_alone, "not made a single step"),
        Mistake(labels_one_hot, "one-hot labels met a loss for whole numbers"),
        Mistake(loss_for_one_hot, "the loss for these is `sparse_categorical_crossentropy`"),
        Mistake(input_of_the_whole_array, "the shape of one example alone"),
        Mistake(input_without_channels, "(rows, columns, channels)"),
        Mistake(pooled_away, "pool less often"),
        Mistake(dense_layers_alone, "it has no convolution"),
        Mistake(shifted_labels, "labels look shifted: with 1 taken off"),
        Mistake(shuffled_apart, "do images and labels still belong together"),
        Mistake(learning_rate_too_large, "training diverged"),
    ],
    hints=[
        "Begin with the model at the end of the lesson: convolution, pooling, convolution, pooling, flatten, dense. "
        "`model.count_params()` tells its size.",
        "The pixels go from 0 to 16, also those that the check asks about: scale inside the model, "
        "`layers.Rescaling(1 / 16)` as its first layer.",
        'With `activation="softmax"` at the end the loss is `"sparse_categorical_crossentropy"`. Adam with a learning rate '
        "of a few thousandths needs about ten epochs.",
    ],
    probe="model",
)
