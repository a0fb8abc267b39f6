"""Question 4.2: one step of Adam, with bias correction."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_steps(rng):
    def case(name, t, shape=(4,), size=1.0, **options):
        seen = 0.0 if t == 1 else 1.0
        arguments = {
            "w": np.round(rng.normal(size=shape), 2),
            "m": seen * size * np.round(rng.normal(size=shape), 2),
            "v": seen * size**2 * np.round(rng.uniform(0.5, 2, size=shape), 2),
            "gradient": size * rng.choice([-1, 1], size=shape) * np.round(rng.uniform(0.5, 2, size=shape), 2),
            "t": t,
            "learning_rate": float(rng.choice([0.1, 0.2, 0.3])),
            "beta1": 0.9,
            "beta2": 0.99,
            "epsilon": 0.01,
        }
        return Case(name, arguments, **options)

    return [
        case("the first step", 1),
        case("the third step", 3, points=2),
        case("a late step", 500),
        case("a matrix of weights", 2, (2, 3)),
        case("small gradients", 2, size=0.05),
        case("inputs left as they are", 4, pure=True),
    ]


def adam(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


def adam_with_corrected_rate(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    m = m + (1 - beta1) * (gradient - m)
    v = v + (1 - beta2) * (gradient * gradient - v)
    root = np.sqrt(1 - beta2**t)
    rate = learning_rate * root / (1 - beta1**t)
    return [w - rate * m / (np.sqrt(v) + epsilon * root), m, v]


def adam_number_by_number(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    new = [np.empty(w.shape) for _ in range(3)]
    for place in np.ndindex(w.shape):
        g = float(gradient[place])
        first = beta1 * m[place] + (1 - beta1) * g
        second = beta2 * v[place] + (1 - beta2) * g * g
        length = (second / (1 - beta2**t)) ** 0.5 + epsilon
        values = (w[place] - learning_rate * first / (1 - beta1**t) / length, first, second)
        for array, value in zip(new, values, strict=True):
            array[place] = value
    return new


def averaged(m, v, gradient, beta1, beta2):
    return beta1 * m + (1 - beta1) * gradient, beta2 * v + (1 - beta2) * gradient**2


def adam_uncorrected(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    m, v = averaged(m, v, gradient, beta1, beta2)
    return w - learning_rate * m / (np.sqrt(v) + epsilon), m, v


def adam_correction_without_power(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    _, m, v = adam(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon)
    m_hat, v_hat = m / (1 - beta1), v / (1 - beta2)
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


def adam_from_zero(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    return adam(w, m, v, gradient, t + 1, learning_rate, beta1, beta2, epsilon)


def adam_corrected_kept(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    w, m, v = adam(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon)
    return w, m / (1 - beta1**t), v / (1 - beta2**t)


def adam_epsilon_inside(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    m, v = averaged(m, v, gradient, beta1, beta2)
    return w - learning_rate * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t) + epsilon), m, v


def adam_epsilon_at_uncorrected_root(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    m, v = averaged(m, v, gradient, beta1, beta2)
    rate = learning_rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


def adam_weights_last(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    w, m, v = adam(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon)
    return m, v, w


def adam_without_root(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    m, v = averaged(m, v, gradient, beta1, beta2)
    return w - learning_rate * m / (1 - beta1**t) / (v / (1 - beta2**t) + epsilon), m, v


def adam_of_gradient(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    m, v = averaged(m, v, gradient, beta1, beta2)
    return w - learning_rate * gradient / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v


def adam_betas_swapped(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    return adam(w, m, v, gradient, t, learning_rate, beta2, beta1, epsilon)


def adam_shares_swapped(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    m, v = averaged(m, v, gradient, 1 - beta1, 1 - beta2)
    return w - learning_rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v


def adam_uphill(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    return adam(w, m, v, gradient, t, -learning_rate, beta1, beta2, epsilon)


def adam_weights_alone(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    return adam(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon)[0]


def adam_in_place(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon):
    found = adam(w, m, v, gradient, t, learning_rate, beta1, beta2, epsilon)
    w[...], m[...], v[...] = found
    return w, m, v


QUESTION = QuestionDefinition(
    id="4.2",
    title="A step of Adam",
    draw=draw_steps,
    reference=adam,
    accepted=[adam_with_corrected_rate, adam_number_by_number],
    mistakes=[
        Mistake(
            adam_uncorrected,
            "bias correction",
            "The averages are right, but the weights move without bias correction: m and v begin at 0 and are too small in "
            "the first steps.",
        ),
        Mistake(
            adam_correction_without_power,
            "power of t",
            "The averages are right. The correction divides by 1 - beta; it should by 1 - beta to the power of t, which is "
            "nearly 1 later on.",
        ),
        Mistake(
            adam_from_zero,
            "counts from 1",
            "The averages are right. The correction is that of the next step: t counts from 1, so the first step has t = 1.",
        ),
        Mistake(
            adam_corrected_kept,
            "uncorrected",
            "The new weights are right. What is handed on to the next step, though, are the uncorrected averages; corrected "
            "ones would be corrected again.",
        ),
        Mistake(
            adam_epsilon_inside,
            "outside the root",
            "The averages are right. Epsilon stands under the root; in Adam it is added outside the root.",
        ),
        Mistake(
            adam_epsilon_at_uncorrected_root,
            "root of the corrected v",
            "The averages are right, and nearly the step: epsilon is added to the root of v as it is, as Keras and lesson 04_2 do "
            "it. The question adds it to the root of the corrected v.",
        ),
        Mistake(
            adam_weights_last,
            "weights come first",
            "Right numbers in another order: the weights come first, then m, then v.",
        ),
        Mistake(
            adam_without_root,
            "square root",
            "The averages are right. The step is divided by v itself; it should be by its square root, so that the step "
            "does not depend on the gradient's size.",
        ),
        Mistake(
            adam_of_gradient,
            "average of the gradients",
            "The step takes this gradient alone. It should take m, the average of the gradients, corrected.",
        ),
        Mistake(
            adam_betas_swapped,
            "exchanged",
            "The two betas are exchanged: beta1 belongs to m, beta2 to v.",
        ),
        Mistake(
            adam_shares_swapped,
            "old average",
            "The shares are the wrong way round: beta is the share of the old average, 1 - beta that of what is new.",
        ),
        Mistake(
            adam_uphill,
            "uphill",
            "The averages are right, but the step leads uphill: it is to be subtracted.",
        ),
        Mistake(adam_weights_alone, "3 values were expected"),
        Mistake(adam_in_place, "in place"),
    ],
    hints=[
        "First the two averages: m of the gradient with beta1, v of its square with beta2.",
        "Then the corrected ones: m / (1 - beta1**t) and v / (1 - beta2**t). They are used in this step and then forgotten.",
        "The step is the learning rate times the corrected m, divided by the root of the corrected v plus epsilon.",
    ],
    tolerance=SINGLE_PRECISION,
)
