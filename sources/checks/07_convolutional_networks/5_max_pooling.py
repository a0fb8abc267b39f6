"""Question 7.5: max pooling, forward and back."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.compare import SINGLE_PRECISION
from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_pools(rng):
    def case(name, rows, columns, size, below=0.0, **options):
        x = (rng.permutation(rows * columns).reshape(rows, columns) + 1.0) / 2 - below
        upstream = np.round(rng.uniform(0.5, 2, size=(rows // size, columns // size)), 2)
        upstream *= rng.choice([-1, 1], size=upstream.shape)
        return Case(name, {"x": x, "upstream": upstream, "size": size}, **options)

    return [
        case("one window", 2, 2, 2),
        case("windows of two by two", 4, 6, 2),
        case("windows of three by three", 6, 3, 3),
        case("nothing but negative numbers", 4, 4, 2, below=50.0),
        case("rows and columns left over", 5, 7, 2, points=2),
        case("inputs left as they are", 4, 4, 2, pure=True),
    ]


def max_pool(x, upstream, size):
    rows, columns = upstream.shape
    pooled, gradient = np.zeros((rows, columns)), np.zeros(x.shape)
    for i, j in np.ndindex(rows, columns):
        window = x[i * size : (i + 1) * size, j * size : (j + 1) * size]
        u, v = np.unravel_index(window.argmax(), window.shape)
        pooled[i, j] = window[u, v]
        gradient[i * size + u, j * size + v] = upstream[i, j]
    return pooled, gradient


def max_pool_by_mask(x, upstream, size):
    rows, columns = upstream.shape
    used = x[: rows * size, : columns * size]
    pooled = used.reshape(rows, size, columns, size).max(axis=(1, 3))
    spread = np.kron(pooled, np.ones((size, size)))
    gradient = np.zeros_like(x)
    gradient[: rows * size, : columns * size] = np.where(used == spread, np.kron(upstream, np.ones((size, size))), 0)
    return pooled, gradient


def max_pool_by_search(x, upstream, size):
    pooled, gradient = [], np.zeros_like(x)
    for i, upstream_row in enumerate(upstream):
        pooled.append([])
        for j, number in enumerate(upstream_row):
            places = [(i * size + u, j * size + v) for u in range(size) for v in range(size)]
            best = max(places, key=lambda place: x[place])
            pooled[-1].append(x[best])
            gradient[best] += number
    return [np.array(pooled), gradient]


def _with(x, upstream, size, spread):
    pooled, gradient = max_pool(x, upstream, size)
    rows, columns = upstream.shape
    wide = np.zeros(x.shape)
    wide[: rows * size, : columns * size] = np.kron(upstream, np.ones((size, size)))
    return pooled, spread(wide, gradient)


def pool_gradient_everywhere(x, upstream, size):
    return _with(x, upstream, size, lambda wide, _: wide)


def pool_gradient_shared(x, upstream, size):
    return _with(x, upstream, size, lambda wide, _: wide / size**2)


def pool_gradient_of_ones(x, upstream, size):
    return _with(x, upstream, size, lambda _, gradient: (gradient != 0).astype(float))


def pool_gradient_times_value(x, upstream, size):
    return _with(x, upstream, size, lambda _, gradient: gradient * x)


def pool_average(x, upstream, size):
    rows, columns = upstream.shape
    pooled = x[: rows * size, : columns * size].reshape(rows, size, columns, size).mean(axis=(1, 3))
    return pooled, pool_gradient_shared(x, upstream, size)[1]


def pool_min(x, upstream, size):
    pooled, gradient = max_pool(-x, upstream, size)
    return -pooled, gradient


def pool_from_zero(x, upstream, size):
    pooled, gradient = max_pool(x, upstream, size)
    positive = np.kron(pooled > 0, np.ones((size, size)))
    kept = np.zeros(x.shape)
    kept[: positive.shape[0], : positive.shape[1]] = positive
    return np.maximum(pooled, 0), gradient * kept


def pool_gradient_cut(x, upstream, size):
    pooled, gradient = max_pool(x, upstream, size)
    return pooled, gradient[: upstream.shape[0] * size, : upstream.shape[1] * size]


def pool_gradient_small(x, upstream, size):
    return max_pool(x, upstream, size)[0], upstream


def _winners_at(x, upstream, size, place):
    """The pooled numbers, and each gradient where `place` says: given the window's row and column and the winner's."""
    pooled, gradient = max_pool(x, upstream, size)[0], np.zeros(x.shape)
    for i, j in np.ndindex(upstream.shape):
        window = x[i * size : (i + 1) * size, j * size : (j + 1) * size]
        gradient[place(i, j, *np.unravel_index(window.argmax(), window.shape))] = upstream[i, j]
    return pooled, gradient


def pool_into_upstream(x, upstream, size):
    pooled, gradient = max_pool(x, upstream, size)[0], np.zeros(upstream.shape)
    for i, j in np.ndindex(upstream.shape):
        window = x[i * size : (i + 1) * size, j * size : (j + 1) * size]
        u, v = np.unravel_index(window.argmax(), window.shape)
        gradient[i * size + u, j * size + v] = upstream[i, j]
    return pooled, gradient


def pool_place_in_window(x, upstream, size):
    return _winners_at(x, upstream, size, lambda i, j, u, v: (u, v))


def pool_place_without_size(x, upstream, size):
    return _winners_at(x, upstream, size, lambda i, j, u, v: (i + u, j + v))


def pool_winner_transposed(x, upstream, size):
    return _winners_at(x, upstream, size, lambda i, j, u, v: (i * size + v, j * size + u))


def pool_windows_overlap(x, upstream, size):
    pooled, gradient = np.zeros(upstream.shape), np.zeros(x.shape)
    for i, j in np.ndindex(upstream.shape):
        window = x[i : i + size, j : j + size]
        u, v = np.unravel_index(window.argmax(), window.shape)
        pooled[i, j] = window[u, v]
        gradient[i + u, j + v] += upstream[i, j]
    return pooled, gradient


def pool_largest_in_size(x, upstream, size):
    return max_pool(x, upstream, size)[0], max_pool(np.abs(x), upstream, size)[1]


def pool_reshaped_whole(x, upstream, size):
    x.reshape(x.shape[0] // size, size, x.shape[1] // size, size)
    return max_pool(x, upstream, size)


def pool_reshaped_in_the_wrong_order(x, upstream, size):
    rows, columns = upstream.shape
    used = x[: rows * size, : columns * size]
    return used.reshape(rows, columns, size, size).max(axis=(2, 3)), max_pool(x, upstream, size)[1]


def pool_rest_as_well(x, upstream, size):
    rows, columns = (-(-length // size) for length in x.shape)
    windows = [
        [x[i * size : (i + 1) * size, j * size : (j + 1) * size].max() for j in range(columns)] for i in range(rows)
    ]
    return np.array(windows), max_pool(x, upstream, size)[1]


def pool_swapped(x, upstream, size):
    return max_pool(x, upstream, size)[::-1]


def pool_forward_alone(x, upstream, size):
    return max_pool(x, upstream, size)[0]


def pool_in_place(x, upstream, size):
    pooled, gradient = max_pool(x, upstream, size)
    x[...] = gradient
    return pooled, x


QUESTION = QuestionDefinition(
    id="7.5",
    title="Max pooling, forward and back",
    draw=draw_pools,
    reference=max_pool,
    accepted=[max_pool_by_mask, max_pool_by_search],
    mistakes=[
        Mistake(
            pool_gradient_everywhere,
            "winner",
            "The pooled values are right. The gradient went to every pixel of a window, but only the winner had a say in "
            "the maximum: the others get 0.",
        ),
        Mistake(
            pool_gradient_shared,
            "average pooling",
            "The pooled values are right. The gradient is shared out evenly, as in average pooling; in max pooling the "
            "largest pixel gets all of it.",
        ),
        Mistake(
            pool_gradient_of_ones,
            "upstream",
            "The gradient arrives at the right pixels, but as ones: by the chain rule each is multiplied by `upstream`.",
        ),
        Mistake(
            pool_gradient_times_value,
            "derivative",
            "The gradient arrives at the right pixels, but multiplied by their values. The derivative of a maximum with "
            "respect to its winner is 1.",
        ),
        Mistake(pool_average, "average", "This is average pooling, forward and back."),
        Mistake(pool_min, "smallest", "This is min pooling: the smallest number of each window was taken."),
        Mistake(
            pool_from_zero,
            "negative",
            "The search for the maximum begins at 0, so that a window of nothing but negative numbers has no winner.",
        ),
        Mistake(
            pool_gradient_cut,
            "shape of `x`",
            "Right where the windows fill the image. The gradient has the shape of `x`: what is left over at the edge was "
            "not used and gets 0.",
        ),
        Mistake(
            pool_gradient_small,
            "shape of `x`",
            "The pooled values are right. The gradient with respect to `x` has the shape of `x`: each number of `upstream` "
            "belongs to one pixel of its window.",
        ),
        Mistake(
            pool_into_upstream,
            "shape of `x`",
            "The gradient's array is too small for its places: it has the shape of `x`, not that of `upstream`.",
        ),
        Mistake(
            pool_place_in_window,
            "begins",
            "The pooled values are right. Each gradient lands in the first window: `np.argmax` counts inside its window, so "
            "add where the window begins in `x`.",
        ),
        Mistake(
            pool_place_without_size,
            "begins",
            "The pooled values are right. The gradients land too near to the upper left: window (i, j) begins at row "
            "i * size and column j * size.",
        ),
        Mistake(
            pool_winner_transposed,
            "row and column",
            "The pooled values are right. Inside each window the winner's row and column are exchanged.",
        ),
        Mistake(
            pool_windows_overlap,
            "side by side",
            "The windows overlap, as those of a convolution do. Here they lie side by side: each begins `size` pixels after "
            "the one before.",
        ),
        Mistake(
            pool_largest_in_size,
            "sign",
            "The pooled values are right, but the gradient goes to the number that is largest without its sign.",
        ),
        Mistake(
            pool_reshaped_whole,
            "cut off",
            "Right where the windows fill the image. What is left over at the lower and right edge has to be cut off before "
            "the reshape.",
        ),
        Mistake(
            pool_reshaped_in_the_wrong_order,
            "(rows, size, columns, size)",
            "The reshape does not cut out windows: NumPy fills the last axes with neighbours of one row. Reshape to (rows, "
            "size, columns, size), then the windows are axes 1 and 3.",
        ),
        Mistake(
            pool_rest_as_well,
            "does not fill",
            "Right where the windows fill the image. What is left over at the lower and right edge does not fill a window "
            "and is not used.",
        ),
        Mistake(pool_swapped, "another order"),
        Mistake(pool_forward_alone, "2 values were expected"),
        Mistake(pool_in_place, "in place"),
    ],
    hints=[
        "Window (i, j) is `x[i * size : (i + 1) * size, j * size : (j + 1) * size]`. Loop over the places of `upstream`: "
        "that also leaves out what does not fill a window.",
        "`np.argmax` of a window gives one number, `np.unravel_index(number, window.shape)` makes row and column of it.",
        "Start with a gradient of zeros in the shape of `x`; for each window put `upstream[i, j]` where its winner stands.",
    ],
    tolerance=SINGLE_PRECISION,
)
