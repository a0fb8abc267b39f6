"""Windows of a series: what is in them, on paper and by law; that nothing leaks; messages."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dlcourse import data

SERIES = np.arange(10.0)
TWO = np.stack([np.arange(10.0), 100 + np.arange(10.0)], axis=1)


def test_a_window_is_a_stretch_of_the_past_and_what_came_next():
    train, test = data.windows(SERIES, length=2, horizon=2, shares=(0.5, 0.5))
    assert train.x[:, :, 0].tolist() == [[0, 1], [1, 2]]
    assert train.y.tolist() == [[2, 3], [3, 4]]
    assert test.x[:, :, 0].tolist() == [[5, 6], [6, 7]]
    assert test.y.tolist() == [[7, 8], [8, 9]]
    assert test.times.tolist() == [[7, 8], [8, 9]]


def test_a_stride_leaves_windows_out():
    (part,) = data.windows(SERIES, length=2, stride=3, shares=(1.0,))
    assert part.x[:, :, 0].tolist() == [[0, 1], [3, 4], [6, 7]]
    assert part.times.tolist() == [[2], [5], [8]]


def test_a_gap_lies_between_the_last_input_and_the_first_target():
    (part,) = data.windows(SERIES, length=2, gap=3, horizon=2, shares=(1.0,))
    assert part.x[0, :, 0].tolist() == [0, 1]
    assert part.y[0].tolist() == [5, 6]


@pytest.mark.parametrize(
    ("targets", "y"),
    [(None, [[[2, 102], [3, 103]]]), (1, [[102, 103]]), ([1], [[[102], [103]]]), ((1, 0), [[[102, 2], [103, 3]]])],
)
def test_several_variables_go_in_and_those_asked_for_come_out(targets, y):
    (part,) = data.windows(TWO[:4], length=2, horizon=2, targets=targets, shares=(1.0,))
    assert part.x.tolist() == [[[0, 100], [1, 101]]]
    assert part.y.tolist() == y


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_the_type_of_the_series_is_kept(dtype):
    train, _ = data.windows(SERIES.astype(dtype), length=1, shares=(0.5, 0.5))
    assert train.x.dtype == train.y.dtype == dtype


def test_a_list_of_numbers_is_a_series():
    train, _ = data.windows([1, 2, 3, 4, 5, 6], length=1, shares=(0.5, 0.5))
    assert train.y.tolist() == [[2], [3]]


def test_windows_are_views_that_cannot_be_written_to():
    train, _ = data.windows(SERIES, length=2, shares=(0.5, 0.5))
    assert np.shares_memory(train.x, SERIES)
    with pytest.raises(ValueError, match="read-only"):
        train.x[0] = 1


@st.composite
def cuts(draw):
    """A series whose values are its times, and the windows of its parts."""
    steps = {name: draw(st.integers(1, 5)) for name in ("length", "horizon", "stride")}
    options = {**steps, "gap": draw(st.integers(0, 3)), "reach_back": draw(st.booleans())}
    count, parts = draw(st.integers(10, 80)), draw(st.integers(1, 3))
    assume(count // parts - 1 > steps["length"] + steps["horizon"] + options["gap"])
    return count, options, data.windows(np.arange(count), shares=[1 / parts] * parts, **options)


@given(cuts())
def test_no_value_of_a_later_part_is_seen_in_an_earlier_one(cut):
    _, options, parts = cut
    for earlier, later in pairwise(parts):
        assert max(earlier.x.max(), earlier.y.max()) < later.y.min()
        if not options["reach_back"]:
            assert max(earlier.x.max(), earlier.y.max()) < later.x.min()


@given(cuts())
def test_inputs_are_consecutive_and_targets_follow_after_the_gap(cut):
    _, options, parts = cut
    for part in parts:
        assert (np.diff(part.x[:, :, 0], axis=1) == 1).all()
        np.testing.assert_array_equal(part.y, part.times)
        np.testing.assert_array_equal(part.y[:, 0], part.x[:, -1, 0] + options["gap"] + 1)
        assert (np.diff(part.x[:, 0, 0]) == options["stride"]).all()
        assert part.x.shape[1:] == (options["length"], 1)
        assert part.y.shape[1:] == (options["horizon"],)


@given(cuts())
def test_no_further_window_would_fit_into_a_part(cut):
    count, options, parts = cut
    ends = [round(count * (index + 1) / len(parts)) for index in range(len(parts))]
    for part, end in zip(parts, ends, strict=True):
        assert end - options["stride"] <= part.y.max() < end


def test_reaching_back_makes_every_later_time_a_target():
    _, test = data.windows(SERIES, length=3, gap=1, shares=(0.6, 0.4), reach_back=True)
    assert test.times.ravel().tolist() == [6, 7, 8, 9]
    assert test.x[0, :, 0].tolist() == [2, 3, 4]


def test_the_rule_of_a_sine_is_found_in_training_and_holds_in_the_test():
    """sin(w(t+1)) = 2 cos(w) sin(wt) - sin(w(t-1)): least squares finds both numbers, to the last digits."""
    train, test = data.windows(np.sin(0.2 * np.arange(200)), length=2)
    rule, *_ = np.linalg.lstsq(train.x[:, :, 0], train.y, rcond=None)
    np.testing.assert_allclose(rule.ravel(), [-1, 2 * np.cos(0.2)], atol=1e-9)
    np.testing.assert_allclose(test.x[:, :, 0] @ rule, test.y, atol=1e-9)


def test_keras_takes_views_as_it_takes_copies():
    import keras

    (train,) = data.windows(TWO.astype("float32"), length=3, shares=(1.0,))
    model = keras.Sequential([keras.Input((3, 2)), keras.layers.Flatten(), keras.layers.Dense(1)])
    np.testing.assert_array_equal(model.predict(train.x, verbose=0), model.predict(train.x.copy(), verbose=0))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"length": 0}, "length must be an integer of at least 1, got 0"),
        ({"length": 2.0}, "length must be an integer of at least 1, got 2.0"),
        ({"length": 2, "horizon": 0}, "horizon must be an integer of at least 1, got 0"),
        ({"length": 2, "stride": 0}, "stride must be an integer of at least 1, got 0"),
        ({"length": 2, "gap": -1}, "gap must be an integer of at least 0, got -1"),
        ({"length": 2, "shares": (0.5, 0.4)}, r"positive and add up to 1, got \(0.5, 0.4\)"),
        ({"length": 2, "shares": (1.2, -0.2)}, r"positive and add up to 1, got \(1.2, -0.2\)"),
        ({"length": 2, "shares": ()}, r"positive and add up to 1, got \(\)"),
        ({"length": 2}, r"length \+ gap \+ horizon = 3 steps or more, got 2 in the part from 8 to 10"),
        ({"length": 1, "targets": 1}, "targets must be columns from 0 to 0, got 1"),
        ({"length": 1, "targets": "load"}, "targets must be columns from 0 to 0, got 'load'"),
    ],
)
def test_what_is_wrong_is_said(options, message):
    with pytest.raises(ValueError, match=message):
        data.windows(SERIES, **options)


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (np.zeros((2, 2, 2)), r"numbers of shape \(N,\) or \(N, D\), got float64 of shape \(2, 2, 2\)"),
        (["a", "b"], "must be numbers of shape"),
    ],
)
def test_what_is_no_series_is_refused(series, message):
    with pytest.raises(ValueError, match=message):
        data.windows(series, 1)
