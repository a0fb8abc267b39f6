"""LivePlot: a figure in place in a kernel, a line per epoch elsewhere, nothing where output is stored."""

import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from dlcourse.callbacks import LivePlot

X, Y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")


@pytest.fixture(scope="module")
def model():
    made = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    made.compile(keras.optimizers.SGD(0.0), "mse", metrics=["mae"])
    return made


def fit(model, live, **arguments):
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[live], **arguments)
    return live


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, and how often it is replaced in place, where a kernel seems to run."""
    calls = []
    handle = SimpleNamespace(update=lambda picture: calls.append(("update", picture)))

    def display(picture, display_id):
        calls.append(("display", picture))
        return handle

    kernel = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    return calls


def test_in_a_terminal_there_is_a_line_per_epoch(model, capsys, monkeypatch):
    monkeypatch.delenv("DLCOURSE_LIVE", raising=False)
    fit(model, LivePlot(), validation_data=(X, 2 * Y))
    line = "loss 1.0000  val_loss 4.0000  mae 1.0000  val_mae 2.0000"
    assert capsys.readouterr().out.splitlines() == [f"epoch 1/2  {line}", f"epoch 2/2  {line}"]


def test_in_a_kernel_one_figure_is_shown_and_then_replaced_in_place(model, shown, capsys, monkeypatch):
    monkeypatch.delenv("DLCOURSE_LIVE", raising=False)
    live = fit(model, LivePlot(["mae"]), validation_data=(X, 2 * Y))
    assert [name for name, _ in shown] == ["display", "update"]
    assert shown[1][1].alt == "Training curves after 2 epochs: mae 1.000, val_mae 2.000."
    assert len(shown[1][1].figure.axes) == 1
    fit(model, live)
    assert [name for name, _ in shown] == ["display", "update"] * 2
    assert capsys.readouterr().out == ""


def test_where_output_is_stored_nothing_is_shown_and_the_record_is_kept(model, shown, capsys, monkeypatch):
    monkeypatch.setenv("DLCOURSE_LIVE", "off")
    live = fit(model, LivePlot())
    assert (shown, capsys.readouterr().out) == ([], "")
    assert live.record == {"loss": [1.0, 1.0], "mae": [1.0, 1.0]}


def test_a_mode_that_is_given_goes_before_the_variable(model, capsys, monkeypatch):
    monkeypatch.setenv("DLCOURSE_LIVE", "off")
    fit(model, LivePlot(["loss"], mode="text"))
    assert capsys.readouterr().out == "epoch 1/2  loss 1.0000\nepoch 2/2  loss 1.0000\n"


def test_a_metric_that_is_validated_every_second_epoch_is_drawn_when_it_is_whole(model, shown):
    fit(model, LivePlot(["loss"], mode="figure"), validation_data=(X, Y), validation_freq=2)
    assert len(shown[1][1].figure.axes[0].lines) == 1


def test_what_does_not_fit_is_named(model, monkeypatch):
    with pytest.raises(ValueError, match="'figure', 'text' or 'off', got 'loud'"):
        LivePlot(mode="loud")
    with pytest.raises(ValueError, match=r"among those logged .*mae.*, got 'accuracy'"):
        fit(model, LivePlot(["accuracy"], mode="off"))
    monkeypatch.setenv("DLCOURSE_LIVE", "maybe")
    with pytest.raises(ValueError, match="must be 'on' or 'off', got 'maybe'"):
        fit(model, LivePlot())
