import numpy as np
import pytest

from dlcourse.plot import histograms

LABELS = {"title": "What to see", "x_label": "activation", "alt": "Two histograms, one of them shifted to the right."}
SAMPLES = {"first": np.array([[0.0, 0.0], [1.0, 1.0]]), "second": np.linspace(1, 2, 100)}


def heights(axes):
    return np.array([bar.get_height() for bar in axes.patches])


def test_each_sample_has_a_panel_whose_bars_are_shares_and_sum_to_one():
    panels = histograms(SAMPLES, **LABELS, bins=4).figure.axes
    assert [axes.get_title(loc="left") for axes in panels] == ["first", "second"]
    assert [heights(axes).sum() for axes in panels] == pytest.approx([1, 1])
    assert heights(panels[0]) == pytest.approx([0.5, 0, 0.5, 0])


def test_panels_share_both_axes():
    first, second = histograms(SAMPLES, **LABELS, bins=4).figure.axes
    assert first.get_xlim() == second.get_xlim()
    assert first.get_ylim() == second.get_ylim()
    assert first.get_ylim()[0] == 0


def test_the_mean_of_each_sample_is_marked():
    panels = histograms(SAMPLES, **LABELS).figure.axes
    assert [axes.lines[0].get_xdata()[0] for axes in panels] == pytest.approx([0.5, 1.5])


def test_limits_are_kept_and_what_lies_outside_is_not_counted():
    (axes,) = histograms({"second": SAMPLES["second"]}, **LABELS, limits=(0, 1.5), bins=3).figure.axes
    assert heights(axes) == pytest.approx([0, 0, 0.5])


def test_axes_and_title_are_labelled():
    picture = histograms(SAMPLES, **LABELS)
    assert picture.figure.get_suptitle() == "What to see"
    assert [axes.get_xlabel() for axes in picture.figure.axes] == ["activation", "activation"]
    assert picture.figure.axes[0].get_ylabel() == "share"


@pytest.mark.parametrize(("samples", "sizes"), [({}, "{}"), ({"none": np.array([])}, "{'none': 0}")])
def test_samples_without_numbers_are_refused(samples, sizes):
    with pytest.raises(ValueError, match=f"none empty, got sizes {sizes}"):
        histograms(samples, **LABELS)
