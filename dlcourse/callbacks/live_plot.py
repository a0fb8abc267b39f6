"""Training curves that grow while the model trains. Lesson 17.

How it shows depends on where it runs, by one rule: nothing where output is stored; a figure that is replaced in place
in a Jupyter kernel; one line of text per epoch anywhere else. Output counts as stored where the environment variable
`DLCOURSE_LIVE` is `off`; `on` or no value mean that somebody is looking.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import keras

LIVE_VARIABLE = "DLCOURSE_LIVE"


class LivePlot(keras.callbacks.Callback):
    """Shows the metrics after each epoch: a figure in Jupyter, a line in a terminal, nothing where output is stored.

    Args:
        metrics: Names of the metrics to show, in this order; all that are logged without it. A `val_` twin goes along.
        mode: `"figure"`, `"text"` or `"off"`; without it the place decides (see the module).

    Attributes:
        record: A list of one number per epoch for each metric, as in `History.history`.

    Raises:
        ValueError: If the mode is none of those, `DLCOURSE_LIVE` is neither `on` nor `off`, or a metric is not logged.

    Example:
        >>> import numpy as np
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
        >>> model.compile(keras.optimizers.SGD(0.0), "mse")
        >>> _ = model.fit(np.ones((4, 1)), np.ones(4), epochs=2, verbose=0, callbacks=[LivePlot(mode="text")])
        epoch 1/2  loss 1.0000
        epoch 2/2  loss 1.0000
    """

    def __init__(self, metrics: list[str] | None = None, mode: str | None = None) -> None:
        super().__init__()
        if mode not in (None, "figure", "text", "off"):
            raise ValueError(f"mode must be 'figure', 'text' or 'off', got {mode!r}")
        self.metrics, self.mode = metrics, mode
        self.record: dict[str, list[float]] = {}
        self._display: Any = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Start afresh, with a figure of its own."""
        self.record, self._display = {}, None

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Note the epoch's metrics and show them."""
        logs = logs or {}
        missing = [name for name in self.metrics or () if name not in logs]
        if missing:
            raise ValueError(f"metrics must be among those logged ({', '.join(logs)}), got {missing[0]!r}")
        for name, value in logs.items():
            self.record.setdefault(name, []).append(float(value))
        mode = self.mode or _mode()
        if mode == "text":
            print(self._line(epoch), flush=True)
        elif mode == "figure":
            self._draw()

    def _shown(self) -> list[str]:
        chosen = self.metrics or [name for name in self.record if not name.startswith("val_")]
        return [name for each in chosen for name in (each, f"val_{each}") if name in self.record]

    def _line(self, epoch: int) -> str:
        values = "  ".join(f"{name} {self.record[name][-1]:.4f}" for name in self._shown())
        return f"epoch {epoch + 1}/{self.params['epochs']}  {values}"

    def _draw(self) -> None:
        from dlcourse.plot import history

        length = max(len(values) for values in self.record.values())
        names = [name for name in self._shown() if len(self.record[name]) == length]
        drawn = {name: self.record[name] for name in names}
        ends = ", ".join(f"{name} {values[-1]:.3f}" for name, values in drawn.items())
        metrics = [name for name in drawn if not name.startswith("val_")]
        picture = history(drawn, metrics=metrics, alt=f"Training curves after {length} epochs: {ends}.")
        if self._display is None:
            from IPython.display import display

            self._display = display(picture, display_id=True)
        else:
            self._display.update(picture)


def _mode() -> str:
    asked = os.environ.get(LIVE_VARIABLE) or "on"
    if asked not in ("on", "off"):
        raise ValueError(f"{LIVE_VARIABLE} must be 'on' or 'off', got {asked!r}")
    if asked == "off":
        return "off"
    return "figure" if _in_a_kernel() else "text"


def _in_a_kernel() -> bool:
    """Whether a Jupyter kernel runs this; IPython's own terminal is none."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")
