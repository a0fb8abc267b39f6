"""The main figures look as they did, and the comparison sees when they do not."""

import sys

import pytest
from looks import FIGURES, FOLDER, assert_looks_like

from dlcourse.plot.style import STYLE


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_looks_as_it_did(name):
    assert_looks_like(FIGURES[name](), name)


def test_every_stored_picture_belongs_to_a_figure():
    assert {path.stem for path in FOLDER.glob("*.png")} == set(FIGURES)


def test_trajectories_that_start_elsewhere_are_seen():
    with pytest.raises(AssertionError, match="loss_surface differs by"):
        assert_looks_like(FIGURES["loss_surface"](start=-1.6), "loss_surface")


def test_two_counts_that_are_exchanged_are_seen():
    with pytest.raises(AssertionError, match="confusion_matrix differs by"):
        assert_looks_like(FIGURES["confusion_matrix"](((9, 40, 1), (5, 60, 5), (0, 20, 10))), "confusion_matrix")


def test_another_shape_is_seen():
    with pytest.raises(AssertionError, match="roc_curve has the shape"):
        assert_looks_like(FIGURES["graph"](), "roc_curve")


def test_another_map_of_colours_is_seen(monkeypatch):
    monkeypatch.setattr(sys.modules["dlcourse.plot.attention_heat_map"], "SEQUENTIAL", "gray")
    with pytest.raises(AssertionError, match="attention_heat_map differs by"):
        assert_looks_like(FIGURES["attention_heat_map"](), "attention_heat_map")


@pytest.mark.parametrize("name", ["parallel_coordinates", "roc_curve"])
def test_how_letters_are_rendered_is_not_seen(name, monkeypatch):
    usual = FIGURES[name]().png()
    monkeypatch.setitem(STYLE, "text.hinting", "none")
    monkeypatch.setitem(STYLE, "text.antialiased", False)
    rough = FIGURES[name]()
    assert rough.png() != usual
    assert_looks_like(rough, name)
