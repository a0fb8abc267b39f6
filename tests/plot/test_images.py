import numpy as np
import pytest

from dlcourse.plot import images

ALT = "Three small pictures of handwritten digits beside each other."
PICTURES = np.arange(3 * 4 * 5, dtype="float32").reshape(3, 4, 5)


def shown(picture):
    return [axes for axes in picture.figure.axes if axes.images and axes.get_label() != "<colorbar>"]


def test_every_picture_is_drawn_with_its_pixels_and_caption():
    panels = shown(images(PICTURES, alt=ALT, labels=["a", "b", "c"], title="Digits"))
    np.testing.assert_array_equal([axes.images[0].get_array() for axes in panels], PICTURES)
    assert [axes.get_title(loc="center") for axes in panels] == ["a", "b", "c"]


def test_all_pictures_share_one_scale_with_the_highest_value_black():
    for axes in shown(images(PICTURES, alt=ALT)):
        assert axes.images[0].get_clim() == (0, 59)
        assert axes.images[0].to_rgba([59.0])[0, :3] == pytest.approx(0)


def test_signed_pictures_are_centred_on_zero_and_show_their_scale():
    picture = images(PICTURES - 20, alt=ALT, signed=True)
    assert [axes.images[0].get_clim() for axes in shown(picture)] == [(-39, 39)] * 3
    assert any(axes.get_label() == "<colorbar>" for axes in picture.figure.axes)


def test_rows_are_filled_and_the_rest_of_the_grid_stays_empty():
    picture = images(PICTURES, alt=ALT, columns=2)
    assert len(picture.figure.axes) == 4
    assert len(shown(picture)) == 3
    assert not picture.figure.axes[3].spines["left"].get_visible()


@pytest.mark.parametrize(
    ("pictures", "keywords", "message"),
    [
        (PICTURES[0], {}, r"shape \(N, height, width\) with N at least 1, got \(4, 5\)"),
        (PICTURES[:0], {}, r"with N at least 1, got \(0, 4, 5\)"),
        (PICTURES, {"labels": ["a"]}, "one for each of the 3 pictures, got 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(pictures, keywords, message):
    with pytest.raises(ValueError, match=message):
        images(pictures, alt=ALT, **keywords)


def test_images_need_a_description():
    with pytest.raises(ValueError, match="alt must describe the figure"):
        images(PICTURES, alt="digits")
