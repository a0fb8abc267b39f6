"""Samples side by side: as many axes as needed, labels above, every shape of sample."""

import numpy as np
import pytest

from dlcourse.plot.contact_sheet import contact_sheet, long_series

ALT = "Samples of a set, each under its label."


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (8, 8, 3)])
def test_images_of_every_shape_are_drawn_from_their_darkest_to_their_brightest_value(shape):
    samples = np.arange(2 * np.prod(shape), dtype="float32").reshape(2, *shape) - 7
    picture = contact_sheet(samples, ["one", "two"], alt=ALT)
    drawn = [axes.images[0].get_array() for axes in picture.figure.axes]
    assert [(image.min(), image.max()) for image in drawn] == [(0, 1), (0, 1)]
    assert [axes.get_title() for axes in picture.figure.axes] == ["one", "two"]
    assert picture.alt == ALT


def test_an_image_of_one_brightness_is_black():
    picture = contact_sheet(np.full((1, 4, 4), 9), ["flat"], alt=ALT)
    assert not picture.figure.axes[0].images[0].get_array().any()


def test_signals_are_drawn_as_lines_in_rows_of_six():
    picture = contact_sheet(np.zeros((8, 100)), list("abcdefgh"), alt=ALT)
    assert [len(axes.lines) for axes in picture.figure.axes] == [1] * 8 + [0] * 4
    assert picture.png().startswith(b"\x89PNG")


@pytest.mark.parametrize(("samples", "labels"), [(0, 0), (2, 1)])
def test_there_is_one_label_a_sample(samples, labels):
    with pytest.raises(ValueError, match=f"one label a sample, got {labels} labels for {samples} samples"):
        contact_sheet(np.zeros((samples, 4, 4)), ["a"] * labels, alt=ALT)


def test_a_series_is_one_line_over_its_times():
    picture = long_series(np.arange(5), np.arange(5) ** 2, label="year", alt="A parabola over five years.")
    (axes,) = picture.figure.axes
    assert axes.lines[0].get_xydata()[-1].tolist() == [4, 16]
    assert axes.get_xlabel() == "year"
