import numpy as np
import pytest

from dlcourse.plot import latent_grid

LABELS = {"title": "What to see", "alt": "A grid of decoded pictures without gaps."}
X, Y = [-1.0, 0.0, 1.0], [-2.0, 2.0]
TILES = np.linspace(0, 1, 2 * 3 * 4 * 5).reshape(2, 3, 4, 5)


def test_tiles_stand_edge_to_edge_with_the_first_row_at_the_bottom():
    (axes,) = latent_grid(TILES, x=X, y=Y, **LABELS).figure.axes
    whole = axes.images[0].get_array()
    assert whole.shape == (8, 15)
    np.testing.assert_array_equal(whole[4:, :5], TILES[0, 0])
    np.testing.assert_array_equal(whole[:4, 10:], TILES[1, 2])


def test_ticks_tell_the_latent_variables():
    (axes,) = latent_grid(TILES[..., None], x=X, y=Y, x_label="slant", **LABELS).figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["−1", "0", "1"]
    assert axes.get_yticks().tolist() == [0.5, 1.5]
    assert axes.get_xlabel() == "slant"


def test_a_long_axis_has_five_ticks_from_end_to_end():
    (axes,) = latent_grid(np.zeros((1, 17, 2, 2)), x=np.linspace(-2, 2, 17), y=[0.0], **LABELS).figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["−2", "−1", "0", "1", "2"]


def test_tiles_in_colour_keep_their_colours():
    tiles = np.random.default_rng(0).uniform(size=(2, 3, 4, 5, 3))
    (axes,) = latent_grid(tiles, x=X, y=Y, **LABELS).figure.axes
    np.testing.assert_array_equal(axes.images[0].get_array()[:4, :5], tiles[1, 0])


@pytest.mark.parametrize(
    ("tiles", "x", "y", "words"),
    [
        (TILES[0], X, Y, r"\(rows, columns, height, width\).*got \(3, 4, 5\)"),
        (TILES, Y, X, r"3 columns and y for each of 2 rows, got \(2,\) and \(3,\)"),
        (TILES, X[::-1], Y, "x and y must rise"),
        (TILES + 1, X, Y, "numbers from 0 to 1, got 1.008"),
    ],
)
def test_tiles_that_do_not_fit_are_named(tiles, x, y, words):
    with pytest.raises(ValueError, match=words):
        latent_grid(tiles, x=x, y=y, **LABELS)
