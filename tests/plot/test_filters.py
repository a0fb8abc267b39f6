import numpy as np
import pytest

from dlcourse.plot import feature_maps, filters

LABELS = {"title": "What to see", "alt": "Small pictures beside each other."}
RANDOM = np.random.default_rng(4)


def drawn(figure):
    """What is shown in each panel, by its position; None in an empty one."""
    return [axes.images[0].get_array() if axes.images else None for axes in figure.axes]


def test_filters_of_one_channel_are_a_grid_centred_on_zero():
    kernels = RANDOM.normal(size=(3, 3, 1, 10))
    figure = filters(kernels, **LABELS).figure
    for number in range(10):
        np.testing.assert_array_equal(drawn(figure)[number], kernels[:, :, 0, number])
        assert figure.axes[number].images[0].get_clim() == (-np.abs(kernels).max(), np.abs(kernels).max())
    assert [axes.get_visible() for axes in figure.axes[:16]] == [True] * 10 + [False] * 6
    assert figure.axes[-1].get_ylabel() == "weight"


def test_filters_of_three_channels_are_in_colour_with_zero_grey():
    kernels = np.zeros((2, 2, 3, 2))
    kernels[0, 0, 0, 0], kernels[1, 1, 2, 1] = 4.0, -2.0
    one, two = drawn(filters(kernels, **LABELS).figure)
    np.testing.assert_allclose(one[0, 0], [1, 0.5, 0.5])
    np.testing.assert_allclose(two[1, 1], [0.5, 0.5, 0.25])
    np.testing.assert_allclose(one[1, 0], 0.5)


def test_filters_of_many_channels_have_a_row_each():
    kernels = RANDOM.normal(size=(3, 3, 6, 2))
    figure = filters(kernels, channels=4, **LABELS).figure
    for position, shown in enumerate(drawn(figure)[:8]):
        np.testing.assert_array_equal(shown, kernels[:, :, position % 4, position // 4])
    assert figure.axes[4].get_ylabel() == "filter 1"
    assert figure.axes[7].get_xlabel() == "channel 3"


def test_no_more_filters_are_drawn_than_asked_for():
    assert len(filters(np.ones((3, 3, 1, 64)), most=8, **LABELS).figure.axes) == 8 + 1


@pytest.mark.parametrize(
    ("kernels", "keywords", "words"),
    [
        (np.ones((3, 3, 8)), {}, r"shape \(height, width, channels, filters\), got \(3, 3, 8\)"),
        (np.full((1, 1, 1, 2), np.inf), {}, "finite numbers, got 2 NaN or infinite"),
        (np.ones((3, 3, 1, 2)), {"most": 0}, "most must be at least 1, got 0"),
        (np.ones((3, 3, 1, 2)), {"columns": 0}, "columns must be at least 1, got 0"),
    ],
)
def test_kernels_that_do_not_fit_are_named(kernels, keywords, words):
    with pytest.raises(ValueError, match=words):
        filters(kernels, **keywords, **LABELS)


def test_each_layer_has_a_row_with_its_first_channels_below_the_picture():
    maps = {"conv 1": RANDOM.normal(size=(6, 6, 3)), "conv 2": RANDOM.normal(size=(3, 3, 5))}
    figure = feature_maps(maps, image=np.arange(16.0).reshape(4, 4, 1), channels=4, **LABELS).figure
    shown = drawn(figure)
    np.testing.assert_allclose(shown[0], np.arange(16).reshape(4, 4) / 15)
    np.testing.assert_array_equal(shown[4:7], np.moveaxis(maps["conv 1"], -1, 0))
    np.testing.assert_array_equal(shown[8:12], np.moveaxis(maps["conv 2"], -1, 0)[:4])
    assert [each is None for each in shown] == [False] + [True] * 3 + [False] * 3 + [True] + [False] * 4
    assert [figure.axes[row].get_ylabel() for row in (0, 4, 8)] == ["input", "conv 1", "conv 2"]


def test_a_picture_in_colour_keeps_its_colours():
    image = np.zeros((2, 2, 3))
    image[0, 0, 1] = 255
    figure = feature_maps({"conv": np.ones((2, 2, 1))}, image=image, **LABELS).figure
    np.testing.assert_array_equal(drawn(figure)[0], image / 255)


@pytest.mark.parametrize(
    ("layers", "keywords", "words"),
    [
        ({}, {}, "got 0 layers, channels=8"),
        ({"a": np.ones((2, 2, 1))}, {"channels": 0}, "got 1 layers, channels=0"),
        ({"a": np.ones((2, 2))}, {}, r"layer 'a' must have shape \(height, width, channels\), got \(2, 2\)"),
        ({"a": np.full((1, 1, 1), np.nan)}, {}, "layer 'a' must hold finite numbers, got 1 others"),
        ({"a": np.ones((2, 2, 1))}, {"image": np.ones((2, 2, 2))}, r"image must have shape .*got \(2, 2, 2\)"),
    ],
)
def test_maps_that_do_not_fit_are_named(layers, keywords, words):
    with pytest.raises(ValueError, match=words):
        feature_maps(layers, **keywords, **LABELS)
