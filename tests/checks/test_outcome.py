"""Whatever an answer does, data come back."""

import json
import warnings

import numpy as np
import pytest

from dlcourse.checks.outcome import Outcome, observe


def two(first, second):
    return [first, second]


def stub():
    raise NotImplementedError("question 3.2 is yours to write")


class Hostile:
    """An object that fights back wherever it is looked at."""

    def __array__(self, *_, **__):
        raise RuntimeError("no array for you")

    def __repr__(self):
        raise RuntimeError("no text for you")

    __str__ = __repr__

    def __eq__(self, other):
        raise RuntimeError("no comparison for you")

    __hash__ = None


class HostileError(Exception):
    def __str__(self):
        raise RuntimeError("no message for you")


class ManyDimensional:
    def __array__(self, *_, **__):
        return np.array([[1.0, 2.0]])


def raising(error):
    def answer(*_):
        raise error

    return answer


def test_arguments_are_given_by_position_in_their_order():
    assert observe(two, {"b": 1, "a": 2}).value == [1, 2]


@pytest.mark.parametrize("answer", [Ellipsis, lambda: Ellipsis, stub, raising(NotImplementedError())])
def test_a_stub_is_not_attempted(answer):
    assert observe(answer, {}) == Outcome(attempted=False)


@pytest.mark.parametrize("value", [(..., ...), ["a", ...], {"a": ...}, {"a": [1, (..., 2)]}])
def test_a_value_in_which_dots_still_stand_is_not_attempted(value):
    assert observe(lambda: value, {}) == Outcome(attempted=False)


def test_a_librarys_own_not_implemented_is_an_error_not_a_stub():
    outcome = observe(raising(NotImplementedError("cannot convert a symbolic tensor")), {})
    assert outcome == Outcome(error="raised NotImplementedError: cannot convert a symbolic tensor")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("first\nsecond"), "raised ValueError: first"),
        (KeyError(), "raised KeyError"),
        (HostileError(), "raised HostileError"),
        (SystemExit(1), "raised SystemExit: 1"),
        (ValueError("x" * 1000), f"raised ValueError: {'x' * 200}"),
    ],
)
def test_an_exception_is_told_by_type_and_first_line(error, told):
    assert observe(raising(error), {}) == Outcome(error=told)


def test_who_interrupts_is_not_held_up():
    with pytest.raises(KeyboardInterrupt):
        observe(raising(KeyboardInterrupt()), {})


def test_endless_recursion_is_told():
    def answer():
        return answer()

    assert observe(answer, {}).error.startswith("raised RecursionError")


def test_a_list_that_contains_itself_is_told():
    endless = []
    endless.append(endless)
    assert observe(lambda: endless, {}).error.startswith("raised RecursionError")


def test_nothing_returned_is_a_value_of_none():
    assert observe(lambda: None, {}) == Outcome(None)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (np.zeros((2, 3)), "is an array of shape (2, 3), but a function was expected"),
        (None, "is None, but a function was expected"),
        ([1], "is a list, but a function was expected"),
    ],
)
def test_a_value_where_a_function_is_due_is_told(answer, told):
    assert observe(answer, {}).error.startswith(told)


@pytest.mark.parametrize("value", [{1, 2}, object(), 1j, np.array(["a"]), lambda: 1])
def test_what_is_no_data_is_told(value):
    assert "a number, text, list, dict or array of numbers can be checked" in observe(lambda: value, {}).error


@pytest.mark.parametrize("make", [lambda it: it, lambda it: [it], lambda it: {"a": it}])
def test_a_hostile_object_is_told_and_does_no_harm(make):
    assert observe(lambda: make(Hostile()), {}) == Outcome(error="raised RuntimeError: no array for you")


def test_anything_that_gives_an_array_is_an_array():
    np.testing.assert_array_equal(observe(ManyDimensional, {}).value, [[1.0, 2.0]])


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "bool"])
def test_tensors_of_every_library_at_hand_become_arrays(dtype):
    keras = pytest.importorskip("keras")
    outcome = observe(lambda x: keras.ops.convert_to_tensor(x), {"x": np.ones((2, 3), dtype=dtype)})
    assert outcome.value.dtype == dtype
    assert outcome.value.shape == (2, 3)
    variable = observe(lambda x: keras.Variable(x), {"x": np.ones(2)})
    np.testing.assert_array_equal(variable.value, [1, 1])


def test_a_symbolic_tensor_is_told():
    keras = pytest.importorskip("keras")
    assert observe(lambda: keras.KerasTensor((2,)), {}).error


def test_warnings_and_floating_point_complaints_stay_inside():
    def answer(x):
        warnings.warn("careful", stacklevel=1)
        return np.log(x) / x

    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        assert np.isneginf(observe(answer, {"x": np.zeros(1)}).value[0])


def add_one(x):
    x += 1


def sort_rows(x):
    x.sort(axis=-1)


def reshape(x):
    x.shape = (4,)


def write_nan(x):
    x[0] = np.nan


@pytest.mark.parametrize("answer", [add_one, sort_rows, reshape, write_nan])
def test_an_array_modified_in_place_is_noticed_and_the_callers_stays(answer):
    x = np.array([[2.0, 1.0], [4.0, 3.0]])
    assert observe(answer, {"x": x}).changed == ("x",)
    np.testing.assert_array_equal(x, [[2.0, 1.0], [4.0, 3.0]])


def put_hostile(values):
    values[0] = Hostile()


@pytest.mark.parametrize(
    "answer",
    [
        lambda values: values.append(1),
        lambda values: values.clear(),
        lambda values: values.__setitem__(0, 5),
        lambda values: values[1].fill(0),
        lambda values: values[2].update(a=2),
        lambda values: values[2].pop("a"),
        put_hostile,
    ],
)
def test_a_list_modified_at_any_depth_is_noticed(answer):
    assert observe(answer, {"values": [np.ones(2), np.ones(2), {"a": 1}]}).changed == ("values",)


@pytest.mark.parametrize("x", [np.array([np.nan, 1.0]), [float("nan")], {"a": np.nan}, 3, "text", None, True])
def test_what_is_only_read_has_not_changed(x):
    assert observe(lambda x: 0, {"x": x}).changed == ()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"spam": ("sigmoid", "bce")}, Outcome(["sigmoid", "bce"])),
        ({"spam": ...}, Outcome(attempted=False)),
        ({"spam": ("sigmoid", ...)}, Outcome(attempted=False)),
        ({}, Outcome(attempted=False)),
        (..., Outcome(attempted=False)),
        (["sigmoid"], Outcome(error="is a list, but a dict was expected")),
    ],
)
def test_an_item_is_looked_up(answer, expected):
    assert observe(answer, {"task": "spam"}, probe="item") == expected


def test_an_unknown_probe_is_refused():
    with pytest.raises(ValueError, match="probe must be one of call, figure, item, model, got 'attribute'"):
        observe(two, {}, probe="attribute")


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(0),
        Outcome(""),
        Outcome([]),
        Outcome(False),
        Outcome({}),
        Outcome([1.5, "a"], changed=("x", "y")),
        Outcome(error="raised ValueError: no"),
        Outcome(attempted=False),
    ],
)
def test_an_outcome_written_and_read_is_the_same(outcome):
    assert Outcome.decoded(json.loads(json.dumps(outcome.encoded(), allow_nan=False))) == outcome


def test_an_error_inside_a_graph_is_told_by_the_line_that_says_what_is_wrong():
    def train():
        raise ValueError(
            "Graph execution error:\n\nDetected at node mse/sub defined at (most recent call last):\n"
            "Incompatible shapes: [32,10] vs. [32]\n\t [[{{node mse/sub}}]] [Op:__inference_step_8]"
        )

    assert observe(train, {}).error == "raised ValueError: Incompatible shapes: [32,10] vs. [32]"


def test_an_error_in_a_layer_is_told_by_what_is_wrong_without_the_colours_of_a_terminal():
    error = ValueError(
        "Exception encountered when calling Sequential.call().\n\n\x1b[1mInvalid input shape\x1b[0m\n\nReceived:"
    )
    assert observe(raising(error), {}).error == "raised ValueError: Invalid input shape"


def test_a_models_layers_and_its_optimizers_steps_come_back_for_the_words():
    class Dense:
        pass

    class Model(Dense):
        def __init__(self, layers, steps=None):
            self.layers, self.optimizer = layers, type("Adam", (), {"iterations": steps})()

        def __call__(self, x, training):
            return x

        def count_params(self):
            return 3

    seen = observe(lambda: Model([Dense(), Model([Dense(), Dense()])], 7), {"unseen": np.zeros((2, 2))}, "model").value
    assert (seen["layers"], seen["steps"]) == (["Dense"] * 3, 7)
    assert observe(lambda: Model([]), {"unseen": np.zeros((2, 2))}, "model").value["steps"] is None
