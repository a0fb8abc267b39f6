"""Question 5.1: how many parameters a layer has, from its sizes alone."""

from __future__ import annotations

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case


def draw_layers(rng):
    def case(name, kind, *keys, **options):
        sizes = {
            key: int(size) for key, size in zip(keys, rng.choice(range(5, 24), len(keys), replace=False), strict=True)
        }
        return Case(name, {"kind": kind, "sizes": sizes}, **options)

    return [
        case("dense", "dense", "inputs", "units"),
        case("convolution", "convolution", "inputs", "units", "window"),
        case("simple recurrent", "recurrent", "inputs", "units"),
        case("LSTM", "lstm", "inputs", "units"),
        case("attention", "attention", "inputs", "heads", "size", points=2),
        case("embedding", "embedding", "words", "units"),
    ]


def count_parameters(kind, sizes):
    if kind == "embedding":
        return sizes["words"] * sizes["units"]
    d = sizes["inputs"]
    if kind == "attention":
        wide = sizes["heads"] * sizes["size"]
        return 3 * (d * wide + wide) + wide * d + d
    u = sizes["units"]
    rows = {"dense": d, "convolution": sizes.get("window", 1) * d, "recurrent": d + u, "lstm": d + u}[kind]
    return (4 if kind == "lstm" else 1) * (rows + 1) * u


def count_by_sums(kind, sizes):
    if kind == "attention":
        d, k = sizes["inputs"], sizes["size"]
        heads = [3 * k * (d + 1) + k * d for _ in range(sizes["heads"])]
        return float(sum(heads) + d)
    u = sizes["units"]
    biases = 0 if kind == "embedding" else u
    kernel = u * sizes.get("inputs", 0) * sizes.get("window", 1) + u * sizes.get("words", 0)
    between = u**2 if kind in ("recurrent", "lstm") else 0
    return (kernel + between + biases) * (1 + 3 * (kind == "lstm"))


def count_by_shapes(kind, sizes):
    d, u, wide = sizes.get("inputs"), sizes.get("units"), sizes.get("heads", 0) * sizes.get("size", 0)
    shapes = {
        "dense": lambda: [(d, u), (u,)],
        "convolution": lambda: [(sizes["window"], d, u), (u,)],
        "recurrent": lambda: [(d, u), (u, u), (u,)],
        "lstm": lambda: [(d, 4 * u), (u, 4 * u), (4 * u,)],
        "attention": lambda: [(d, wide), (wide,)] * 3 + [(wide, d), (d,)],
        "embedding": lambda: [(sizes["words"], u)],
    }[kind]()
    total = 0
    for shape in shapes:
        number = 1
        for side in shape:
            number *= side
        total += number
    return total


def _other(wrong):
    """Right but for the kinds in `wrong`, which have a count of their own."""

    def count(kind, sizes):
        return wrong[kind](**sizes) if kind in wrong else count_parameters(kind, sizes)

    return count


def count_without_biases(kind, sizes):
    biases = {"attention": 3 * sizes.get("heads", 0) * sizes.get("size", 0) + sizes.get("inputs", 0), "embedding": 0}
    every = (4 if kind == "lstm" else 1) * sizes.get("units", 0)
    return count_parameters(kind, sizes) - biases.get(kind, every)


def count_as_dense(kind, sizes):
    return (sizes.get("inputs", sizes.get("words")) + 1) * sizes.get("units", sizes.get("size"))


def _two_biases(inputs, units):
    return (inputs + units + 2) * units


def _of_inputs(inputs, units):
    return (inputs + 1) * units + inputs**2


QUESTION = QuestionDefinition(
    id="5.1",
    title="How many parameters",
    draw=draw_layers,
    reference=count_parameters,
    accepted=[count_by_sums, count_by_shapes],
    mistakes=[
        Mistake(
            count_without_biases,
            "biases",
            "The matrices are right, the biases are missing: one for each unit, in an LSTM four, in attention one for each "
            "number that a projection gives.",
        ),
        Mistake(
            count_as_dense,
            "dense layer",
            "Every kind is counted like a dense layer: inputs times units and the biases. The others have more matrices, or "
            "larger ones.",
        ),
        Mistake(
            _other({"lstm": lambda inputs, units: (inputs + units + 1) * units}),
            "four",
            "Right but for the LSTM: it has the weights of a simple recurrent layer four times, for three gates and the "
            "candidate.",
        ),
        Mistake(
            _other({"lstm": lambda inputs, units: 3 * (inputs + units + 1) * units}),
            "candidate",
            "Right but for the LSTM. Its three gates were counted and its candidate was not: four times the weights of a "
            "simple recurrent layer.",
        ),
        Mistake(
            _other(
                {
                    "recurrent": lambda inputs, units: (inputs + 1) * units,
                    "lstm": lambda inputs, units: 4 * (inputs + 1) * units,
                }
            ),
            "own output",
            "A recurrent layer also reads its own output of the step before: that takes another matrix, units by units.",
        ),
        Mistake(
            _other({"convolution": lambda inputs, units, window: (inputs + 1) * units}),
            "window",
            "Right but for the convolution: it has a matrix of inputs by units for every place of its window.",
        ),
        Mistake(
            _other({"convolution": lambda inputs, units, window: window * (inputs + 1) * units}),
            "one bias",
            "Right but for the convolution: it has one bias for each unit, not one for each place of the window.",
        ),
        Mistake(
            _other({"attention": lambda inputs, heads, size: 3 * (inputs + 1) * heads * size}),
            "back to the inputs' size",
            "Right but for attention. Query, key and value are counted; what leads from the heads back to the inputs' size is "
            "missing, a matrix and a bias.",
        ),
        Mistake(
            _other({"attention": lambda inputs, heads, size: 3 * (inputs + 1) * size + size * inputs + inputs}),
            "heads",
            "Right but for attention: one head is counted. All heads together give heads times size numbers.",
        ),
        Mistake(
            _other({"embedding": lambda words, units: (words + 1) * units}),
            "bias",
            "Right but for the embedding: it is a table of rows and has no bias.",
        ),
        Mistake(
            _other({"attention": lambda inputs, heads, size: (4 * inputs + 3) * heads * size}),
            "its last map has a bias",
            "Right but for attention: its last map has a bias, too, a number for each feature that comes out.",
        ),
        Mistake(
            _other({"attention": lambda inputs, heads, size: 4 * (inputs + 1) * heads * size}),
            "as many biases as features",
            "Right but for attention: its last map leads back to the inputs' size, so it has as many biases as features come "
            "out.",
        ),
        Mistake(
            _other({"attention": lambda inputs, heads, size: (2 * inputs + 1) * heads * size + inputs}),
            "three maps",
            "Right but for attention: query, key and value are three maps of the inputs, and one is counted.",
        ),
        Mistake(
            _other({"attention": lambda inputs, heads, size: heads * ((4 * inputs + 3) * size + inputs)}),
            "together",
            "Right but for attention: the heads are put together before the last map, so its bias is there once, not once for "
            "each head.",
        ),
        Mistake(
            _other({"recurrent": _two_biases, "lstm": lambda inputs, units: 4 * _two_biases(inputs, units)}),
            "both sums",
            "A recurrent layer has one bias for each unit, added to both sums together: not one for the inputs and another "
            "for its own output.",
        ),
        Mistake(
            _other({"recurrent": _of_inputs, "lstm": lambda inputs, units: 4 * _of_inputs(inputs, units)}),
            "units by units",
            "What a recurrent layer reads of its own output are `units` numbers: that matrix is units by units, not inputs by "
            "inputs.",
        ),
        Mistake(
            _other({"lstm": lambda inputs, units: (4 * inputs + units + 1) * units}),
            "everything that",
            "Right but for the LSTM: four times goes for everything that a simple recurrent layer has, its second matrix and its "
            "biases as well.",
        ),
        Mistake(
            _other({"convolution": lambda inputs, units, window: (window**2 * inputs + 1) * units}),
            "along one axis",
            "Right but for the convolution: its window lies along one axis and has `window` places, not their square.",
        ),
    ],
    hints=[
        "Write down the shape of every matrix and every bias of the layer; a matrix of a rows and b columns has a · b numbers.",
        "The lesson's first table has a formula for each kind: D is `inputs`, U is `units`, f is `window`, V is `words`, H is "
        "`heads` and K is `size`.",
        "A recurrent layer has a matrix for the inputs, one for its own last output, and a bias. The LSTM has that four times.",
    ],
)
