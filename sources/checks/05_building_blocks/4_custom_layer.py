"""Question 5.4: a Keras layer with weights of its own, judged by what a trial with it gives.

The trial stands in the exercise beside the answer: it makes the layer, calls it, changes its weights and makes the layer
again from its configuration. Here the same is computed without Keras, for the right layer and for wrong ones; of the right
one, `trial_in_keras` holds that a real layer gives just this.
"""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case

NOT_MADE_AGAIN = "from_config raised a TypeError"


def draw_trials(rng):
    def case(name, *shape, **options):
        x = rng.choice([-1, 1], size=shape) * np.round(rng.uniform(0.5, 3, size=shape), 2)
        return Case(name, {"initial": round(float(rng.uniform(1.5, 4)), 2), "x": x}, **options)

    return [
        case("one example", 1, 3),
        case("a batch", 4, 2),
        case("sequences: examples, steps, features", 2, 3, 4, points=2),
        case("inputs left as they are", 2, 5, pure=True),
    ]


def trial(initial, x):
    return {"first": initial * x, "shapes": [[x.shape[-1]]], "tripled": 3 * initial * x, "again": initial * x}


def trial_in_keras(initial, x):
    import keras

    class PerFeature(keras.layers.Layer):
        def __init__(self, initial, **options):
            super().__init__(**options)
            self.initial = initial

        def build(self, input_shape):
            self.factors = self.add_weight(
                shape=(input_shape[-1],), initializer=keras.initializers.Constant(self.initial)
            )

        def call(self, inputs):
            return inputs * self.factors

        def get_config(self):
            config = super().get_config()
            config["initial"] = self.initial
            return config

    layer = PerFeature(initial)
    told = {"first": np.array(layer(x)), "shapes": [list(each.shape) for each in layer.trainable_weights]}
    layer.set_weights([3 * each for each in layer.get_weights()])
    return told | {"tripled": np.array(layer(x)), "again": np.array(PerFeature.from_config(layer.get_config())(x))}


def trial_by_einsum(initial, x):
    factors = np.full(x.shape[-1], initial)
    first = np.einsum("...d,d->...d", x, factors)
    return {"again": first.copy(), "first": first, "shapes": [[factors.size]], "tripled": first + 2 * first}


def trial_without_argument(initial, x):
    return trial(initial, x) | {"again": NOT_MADE_AGAIN}


def trial_one_weight(initial, x):
    return trial(initial, x) | {"shapes": [[]]}


def trial_weight_for_each_place(initial, x):
    return trial(initial, x) | {"shapes": [list(x.shape[1:])]}


def trial_without_weights(initial, x):
    return trial(initial, x) | {"shapes": [], "tripled": initial * x}


def trial_from_ones(initial, x):
    return trial(1.0, x)


def trial_unused_weights(initial, x):
    return trial(initial, x) | {"tripled": initial * x}


def trial_added(initial, x):
    return trial(initial, x) | {"first": x + initial, "tripled": x + 3 * initial, "again": x + initial}


def trial_initial_twice(initial, x):
    return trial(initial**2, x)


def trial_in_place(initial, x):
    kept = x.copy()
    x *= initial
    return trial(initial, kept)


class InvalidArgumentError(Exception):
    """Named as TensorFlow's, so that its message reads the same."""


def trial_with_examples(initial, x):
    return trial(initial, x) | {"shapes": [list(x.shape)]}


def trial_one_weight_in_a_row(initial, x):
    return trial(initial, x) | {"shapes": [[1]]}


def trial_with_bias(initial, x):
    return trial(initial, x) | {"shapes": [[x.shape[-1]], [x.shape[-1]]]}


def trial_from_zeros(initial, x):
    return trial(0.0, x)


def trial_weights_in_config(initial, x):
    return trial(initial, x) | {"again": 3 * initial * x}


def trial_without_return(initial, x):
    return trial(initial, x) | {"first": np.array(None)}


def trial_other_name(initial, x):
    raise AttributeError("Exception encountered when calling Scale.call().")


def trial_matrix_product(initial, x):
    raise InvalidArgumentError("Exception encountered when calling Scale.call().")


def trial_number_as_initializer(initial, x):
    raise ValueError(f"Could not interpret initializer identifier: {initial}")


QUESTION = QuestionDefinition(
    id="5.4",
    title="A layer of your own",
    draw=draw_trials,
    reference=trial,
    accepted=[trial_in_keras, trial_by_einsum],
    mistakes=[
        Mistake(
            trial_without_argument,
            "get_config",
            "The layer computes what it should. But it cannot be made again: `get_config` must hold every argument of "
            "`__init__`, here `initial`, besides what `super().get_config()` gives.",
        ),
        Mistake(
            trial_one_weight,
            "one number for all features",
            "There is one number for all features. Each feature has its own: `build` makes a weight of shape "
            "(input_shape[-1],).",
        ),
        Mistake(
            trial_weight_for_each_place,
            "last axis",
            "Right for rows. In a sequence there is a number for each step and feature; it should be one for each feature, "
            "the last axis of `input_shape`, at all steps.",
        ),
        Mistake(
            trial_without_weights,
            "no weights that could be trained",
            "What comes out is right, but the layer has no weights that could be trained: make them in `build` with "
            "`self.add_weight`, and leave them trainable.",
        ),
        Mistake(
            trial_from_ones,
            "`initial`",
            "The weights do not begin at `initial`: `keras.initializers.Constant(self.initial)` is an initializer for that.",
        ),
        Mistake(
            trial_unused_weights,
            "`call` does not use",
            "The layer has its weights, but `call` does not use them: when they change, what comes out does not.",
        ),
        Mistake(trial_added, "adds", "The layer adds its weights to the inputs; it should multiply by them."),
        Mistake(
            trial_initial_twice,
            "twice",
            "`initial` is multiplied in twice: it is where the weights begin, and `call` multiplies by the weights alone.",
        ),
        Mistake(trial_in_place, "in place"),
        Mistake(
            trial_with_examples,
            "how many examples",
            "The weights have the shape of the whole input, which holds how many examples there are, too. There is one for each "
            "feature: the last axis of `input_shape`.",
        ),
        Mistake(
            trial_one_weight_in_a_row,
            "one number for all features",
            "There is one number for all features. Each feature has its own: `build` makes a weight of shape "
            "(input_shape[-1],).",
        ),
        Mistake(
            trial_with_bias,
            "nothing is added",
            "There are two weights. In the equation nothing is added: one number for each feature is all there is.",
        ),
        Mistake(
            trial_from_zeros,
            "begin at 0",
            "The weights begin at 0; they should begin at `initial`: `keras.initializers.Constant(self.initial)`.",
        ),
        Mistake(
            trial_weights_in_config,
            "what `__init__` was given",
            "The layer that is made again begins with the weights of this one. `get_config` tells what `__init__` was given, "
            "here `self.initial`; weights are kept elsewhere.",
        ),
        Mistake(
            trial_without_return, "`return`", "`call` gives nothing back: is there a `return` with what it computes?"
        ),
        Mistake(
            trial_other_name,
            "`build` has not made",
            "`call` uses an attribute of the layer that `build` has not made: do both give it the same name?",
        ),
        Mistake(
            trial_matrix_product,
            "number by number",
            "In `call` the shapes of weights and inputs do not fit. There are as many weights as the *last* axis of the input "
            "is long, and they are multiplied number by number, with `*`.",
        ),
        Mistake(
            trial_number_as_initializer,
            "wants an initializer",
            "`initializer=` wants an initializer, not a number: `keras.initializers.Constant(self.initial)`.",
        ),
    ],
    hints=[
        "`GatedLinear` of the lesson has the same parts. This layer is simpler: one weight, and its output has the shape of "
        "its input.",
        "In `build`: `self.scale = self.add_weight(shape=(input_shape[-1],), initializer=...)`; "
        "`keras.initializers.Constant(self.initial)` begins at `initial`.",
        "In `get_config`: a dict with all that `super().get_config()` gives, and `initial`.",
    ],
    tolerance=SINGLE_PRECISION,
)
