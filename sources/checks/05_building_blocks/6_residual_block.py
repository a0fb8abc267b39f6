"""Question 5.6: a residual block of dense layers, with a projection where the shapes differ."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_blocks(rng):
    def case(name, examples, inputs, hidden, units, **options):
        def normal(*shape):
            return np.round(rng.normal(size=shape), 2)

        arguments = {
            "x": normal(examples, inputs),
            "w1": normal(inputs, hidden),
            "b1": np.round(rng.uniform(0.2, 0.8, size=hidden), 2),
            "w2": normal(hidden, units) / 2,
            "b2": np.round(rng.uniform(0.2, 0.8, size=units), 2),
            "projection": normal(inputs, units),
        }
        return Case(name, arguments, **options)

    return [
        case("the same shape", 6, 4, 5, 4, points=2),
        case("more features", 6, 3, 6, 5),
        case("fewer features", 6, 5, 6, 3),
        case("inputs left as they are", 6, 3, 4, 3, pure=True),
    ]


def relu(z):
    return np.maximum(z, 0)


def residual_block(x, w1, b1, w2, b2, projection):
    shortcut = x if x.shape[1] == w2.shape[1] else x @ projection
    return relu(shortcut + relu(x @ w1 + b1) @ w2 + b2)


def residual_block_in_steps(x, w1, b1, w2, b2, projection):
    kept = np.array(x)
    if projection.shape[0] != projection.shape[1]:
        kept = np.einsum("nd,du->nu", kept, projection)
    z = np.dot(x, w1) + b1
    z = np.dot(z * (z > 0), w2) + b2 + kept
    return z * (z > 0)


def residual_block_example_by_example(x, w1, b1, w2, b2, projection):
    block = []
    for row in x:
        inside = np.array([max(0.0, float(unit @ row + bias)) for unit, bias in zip(w1.T, b1, strict=True)])
        branch = w2.T @ inside + b2
        straight = row if row.shape == branch.shape else projection.T @ row
        block.append(np.where(branch + straight > 0, branch + straight, 0.0))
    return np.stack(block)


def _with(x, w1, b1, w2, b2, projection, *, inner=relu, outer=relu, end=lambda z: z, shortcut=None):
    """The block with one thing changed."""
    straight = x if x.shape[1] == w2.shape[1] else x @ projection
    branch = end(inner(x @ w1 + b1) @ w2 + b2)
    return outer(branch + (straight if shortcut is None else shortcut(x, straight, projection)))


def block_without_skip(*arguments):
    return _with(*arguments, shortcut=lambda x, straight, projection: 0 * straight)


def block_activated_before_sum(*arguments):
    return _with(*arguments, end=relu, outer=lambda z: z)


def block_activated_twice(*arguments):
    return _with(*arguments, end=relu)


def block_never_activated_after_sum(*arguments):
    return _with(*arguments, outer=lambda z: z)


def block_linear_inside(*arguments):
    return _with(*arguments, inner=lambda z: z)


def block_always_projected(*arguments):
    return _with(*arguments, shortcut=lambda x, straight, projection: x @ projection)


def block_never_projected(*arguments):
    return _with(*arguments, shortcut=lambda x, straight, projection: x)


def block_never_projected_turned(x, w1, b1, w2, b2, projection):
    return relu(x + (relu(x @ w1 + b1) @ w2 + b2))


def block_padded(*arguments):
    def shortcut(x, straight, projection):
        kept = np.zeros(straight.shape)
        both = min(x.shape[1], straight.shape[1])
        kept[:, :both] = x[:, :both]
        return kept

    return _with(*arguments, shortcut=shortcut)


def block_left_out_where_shapes_differ(*arguments):
    def shortcut(x, straight, projection):
        return x if x.shape == straight.shape else 0 * straight

    return _with(*arguments, shortcut=shortcut)


def block_shortcut_activated(*arguments):
    return _with(*arguments, shortcut=lambda x, straight, projection: relu(straight))


def block_in_place(x, w1, b1, w2, b2, projection):
    y = residual_block(x, w1, b1, w2, b2, projection)
    if x.shape == y.shape:
        x += relu(x @ w1 + b1) @ w2 + b2
    return y


def block_without_first_bias(x, w1, b1, *others):
    return residual_block(x, w1, 0 * b1, *others)


def block_without_second_bias(x, w1, b1, w2, b2, projection):
    return residual_block(x, w1, b1, w2, 0 * b2, projection)


def block_both_shortcuts(*arguments):
    def shortcut(x, straight, projection):
        return x + x @ projection if x.shape == straight.shape else straight

    return _with(*arguments, shortcut=shortcut)


def block_larger_of_both(*arguments):
    x, projection = arguments[0], arguments[-1]
    straight = x if x.shape[1] == projection.shape[1] else x @ projection
    return np.maximum(_with(*arguments, outer=lambda z: z) - straight, straight)


NO_PROJECTION = "Right where the shapes agree. Where they differ, x cannot be added as it is: there the shortcut is x times `projection`."

QUESTION = QuestionDefinition(
    id="5.6",
    title="A residual block",
    draw=draw_blocks,
    reference=residual_block,
    accepted=[residual_block_in_steps, residual_block_example_by_example],
    mistakes=[
        Mistake(
            block_without_skip,
            "input is not added",
            "The branch is right, but the input is not added: that sum is what makes the block residual.",
        ),
        Mistake(
            block_activated_before_sum,
            "after the sum",
            "The last ReLU comes before the sum, so that the branch could only add. It belongs after the sum.",
        ),
        Mistake(
            block_activated_twice,
            "only add",
            "There is a ReLU at the end of the branch, too: so the branch could only add, never take away. One ReLU, after "
            "the sum.",
        ),
        Mistake(block_never_activated_after_sum, "after the sum", "Almost: the last ReLU, after the sum, is missing."),
        Mistake(
            block_linear_inside,
            "within the branch",
            "The ReLU within the branch, between its two layers, is missing: without it they are one linear map.",
        ),
        Mistake(
            block_always_projected,
            "as it is",
            "Right where the shapes differ. Where they agree, x is added as it is, and `projection` is not used.",
        ),
        Mistake(block_never_projected, "`projection`", NO_PROJECTION),
        Mistake(block_never_projected_turned, "`projection`", NO_PROJECTION),
        Mistake(
            block_padded,
            "cut or filled up",
            "Right where the shapes agree. Where they differ, x was cut or filled up with zeros; asked for is x times "
            "`projection`.",
        ),
        Mistake(
            block_left_out_where_shapes_differ,
            "left out",
            "Right where the shapes agree. Where they differ, the shortcut is left out; it should be x times `projection`.",
        ),
        Mistake(
            block_shortcut_activated,
            "shortcut itself",
            "The shortcut goes through a ReLU of its own. The shortcut itself stays as it is; its negative numbers count.",
        ),
        Mistake(block_in_place, "in place"),
        Mistake(
            block_without_first_bias, "`b1`", "`b1` is missing: it is added to x times `w1`, before the ReLU within."
        ),
        Mistake(block_without_second_bias, "`b2`", "`b2` is missing: it is added at the end of the branch."),
        Mistake(
            block_both_shortcuts,
            "either x or",
            "Right where the shapes differ. Where they agree, x and x times `projection` are both added: the shortcut is "
            "either x or its projection.",
        ),
        Mistake(
            block_larger_of_both,
            "The sum is missing",
            "The sum is missing: the larger of branch and shortcut is taken. Add the two, then take the larger of that and 0.",
        ),
    ],
    hints=[
        "Two ways lead from x to the sum. The branch: a layer, ReLU, a layer. The shortcut: x, or x times `projection`.",
        "The number of features that go in is `x.shape[1]`, the number that the branch gives `w2.shape[1]`.",
        "Add the two ways, and then one ReLU over the sum.",
    ],
    tolerance=SINGLE_PRECISION,
)
