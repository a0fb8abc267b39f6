import base64
import io

import matplotlib as mpl
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.image import imread

from dlcourse.plot.picture import Picture, new_figure
from dlcourse.plot.style import CYCLE, STYLE, use_style

ALT = "A line that rises from one to two."


def picture(alt=ALT):
    figure, (axes,) = new_figure()
    axes.plot([1, 2])
    return Picture(figure, alt)


def test_a_picture_shows_itself_as_png_with_its_alternative_text():
    data, metadata = picture()._repr_mimebundle_()
    assert data["text/plain"] == f"Figure: {ALT}"
    assert metadata == {"image/png": {"alt": ALT}}
    assert imread(io.BytesIO(data["image/png"])).ndim == 3


def test_the_png_itself_carries_the_alternative_text():
    assert ALT.encode() in picture().png()


def test_jupyters_own_formatter_keeps_png_and_alternative_text():
    data, metadata = DisplayFormatter().format(picture())
    assert (
        base64.b64decode(data["image/png"])
        if isinstance(data["image/png"], str)
        else data["image/png"][:4] == b"\x89PNG"
    )
    assert metadata["image/png"]["alt"] == ALT


def test_the_same_picture_is_the_same_bytes():
    assert picture().png() == picture().png()


def test_a_picture_looks_the_same_whatever_style_the_person_set():
    plain = picture().png()
    with mpl.rc_context({"axes.grid": False, "font.size": 20, "savefig.dpi": 30}):
        assert picture().png() == plain


@pytest.mark.parametrize("alt", ["", "   ", "loss curve"])
def test_a_name_is_no_description(alt):
    with pytest.raises(ValueError, match="alt must describe the figure in a sentence"):
        picture(alt)


def test_a_picture_is_saved(tmp_path):
    path = picture().save(tmp_path / "line.png")
    assert path.read_bytes() == picture().png()


def test_axes_come_row_by_row():
    figure, axes = new_figure(2, 3)
    assert len(axes) == 6
    assert figure.axes == axes


def test_use_style_sets_the_courses_colours():
    with mpl.rc_context():
        use_style()
        assert [each["color"] for each in mpl.rcParams["axes.prop_cycle"]] == list(CYCLE)


def lightness(colour):
    """CIE L* of an sRGB colour."""
    rgb = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    y = linear @ [0.2126, 0.7152, 0.0722]
    return 116 * np.cbrt(y) - 16


def test_the_first_two_colours_can_be_told_apart_in_grey():
    assert abs(lightness(CYCLE[0]) - lightness(CYCLE[1])) > 20


def test_the_palette_changes_no_pixel_by_much():
    made = picture()
    drawn = io.BytesIO()
    with mpl.rc_context(STYLE):
        made.figure.savefig(drawn, format="png")
    size = drawn.tell()
    drawn.seek(0)
    stored = imread(io.BytesIO(made.png()))
    assert np.abs(stored[..., :3] - imread(drawn)[..., :3]).mean() < 0.005
    assert len(made.png()) < 0.7 * size
