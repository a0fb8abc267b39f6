import itertools

import pytest

from dlcourse.plot import timeline

LABELS = {"title": "What to see", "alt": "Years with what happened in them."}
YEARS, EVENTS = [1986, 1943, 2017, 1958], ["backpropagation", "neuron", "transformer", "perceptron"]


def test_labels_stand_in_order_of_time_evenly_spaced():
    (axes,) = timeline(YEARS, EVENTS, **LABELS).figure.axes
    assert [text.get_text() for text in axes.texts] == [
        "1943  neuron",
        "1958  perceptron",
        "1986  backpropagation",
        "2017  transformer",
    ]
    heights = [text.get_position()[1] for text in axes.texts]
    assert heights == pytest.approx([1943, 1943 + 74 / 3, 1943 + 148 / 3, 2017])


def test_a_line_leads_from_each_year_on_the_true_scale_to_its_label():
    (axes,) = timeline(YEARS, EVENTS, **LABELS).figure.axes
    leads = [line.get_ydata() for line in axes.lines if len(line.get_ydata()) == 2]
    assert [year for year, _ in leads] == sorted(YEARS)
    assert [place for _, place in leads] == pytest.approx([text.get_position()[1] for text in axes.texts])
    assert axes.get_ylim()[0] > axes.get_ylim()[1]


def test_labels_do_not_overlap_however_close_the_years_are():
    figure = timeline([2014] * 12 + [1943], [f"event {n}" for n in range(13)], **LABELS).figure
    figure.canvas.draw()
    boxes = sorted((text.get_window_extent() for text in figure.axes[0].texts), key=lambda box: box.y0)
    assert all(lower.y1 <= upper.y0 for lower, upper in itertools.pairwise(boxes))


def test_groups_have_a_colour_and_a_marker_each_and_a_legend():
    figure = timeline(YEARS, EVENTS, groups=["learning", "theory", "models", "theory"], **LABELS).figure
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["learning", "theory", "models"]
    looks = [(line.get_color(), line.get_marker()) for line in figure.axes[0].lines if len(line.get_ydata()) == 1]
    assert looks[0] == looks[2] != looks[4]


def test_one_event_is_enough():
    assert timeline([1943], ["neuron"], **LABELS).png()


@pytest.mark.parametrize(
    ("years", "labels", "groups", "words"),
    [
        ([], [], [], r"finite numbers, at least one, got \[\]"),
        ([float("nan")], ["a"], [], r"got \[nan\]"),
        ([1, 2], ["a"], [], "each of 2 years.*got 1 and 0"),
        ([1, 2], ["a", "b"], ["c"], "got 2 and 1"),
    ],
)
def test_events_that_do_not_fit_are_named(years, labels, groups, words):
    with pytest.raises(ValueError, match=words):
        timeline(years, labels, groups=groups, **LABELS)
