"""The layer of `dlcourse.data.spec_augment`.

Park et al. (2019) warp with an image warp of six fixed points; on the time axis that is what the two straight pieces
here do, as in later implementations.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

Tensor = Any


@keras.saving.register_keras_serializable(package="dlcourse")
class SpecAugment(keras.layers.Layer):
    r"""Time warp, frequency masks and time masks of spectrograms, each drawn anew for every example.

    A time mask hides the frames $t_0 \le \tau < t_0 + t$ with $t \sim U\{0, \dots, \min(W, p\,T)\}$ and
    $t_0 \sim U\{0, \dots, T - t\}$; a frequency mask does the same to bands. The warp moves a moment $c$ to $c + w$
    with $w \sim U(-W, W)$, and stretches what is before and after it in straight proportion.

    Args: those of `dlcourse.data.spec_augment`.

    Shapes: from (B, T, M), frames by bands, to the same.

    Raises:
        ValueError: If a number is out of its range, nothing is asked for, or the input has another shape.
    """

    def __init__(
        self,
        time_masks: int = 2,
        time_width: int = 20,
        time_share: float = 0.5,
        frequency_masks: int = 2,
        frequency_width: int = 8,
        time_warp: int = 0,
        fill: float | None = None,
        seed: int | None = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        counts = {"time_masks": time_masks, "frequency_masks": frequency_masks, "time_warp": time_warp}
        _valid_counts({**counts, "time_width": time_width, "frequency_width": frequency_width})
        if not any(counts.values()):
            raise ValueError("at least one of time_masks, frequency_masks and time_warp must be above 0, got none")
        if not 0 < time_share <= 1:
            raise ValueError(f"time_share must be above 0 and at most 1, got {time_share!r}")
        self.time_masks, self.time_width, self.time_share = time_masks, time_width, time_share
        self.frequency_masks, self.frequency_width = frequency_masks, frequency_width
        self.time_warp = time_warp
        self.fill = fill
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, spectrograms: Tensor, training: bool | None = None) -> Tensor:
        """The spectrograms, warped and masked if `training`."""
        if len(spectrograms.shape) != 3:
            raise ValueError(f"spectrograms must be of shape (batch, frames, bands), got {tuple(spectrograms.shape)}")
        if not training:
            return spectrograms
        if self.time_warp:
            spectrograms = self._warped(spectrograms)
        return self._masked(spectrograms)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        names = ("time_masks", "time_width", "time_share", "frequency_masks", "frequency_width", "time_warp", "fill")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}, "seed": self.seed}

    def _masked(self, x: Tensor) -> Tensor:
        batch, frames, bands = ops.shape(x)
        widest = ops.minimum(float(self.time_width), ops.floor(self.time_share * ops.cast(frames, "float32")))
        hidden_frames = self._stripes(batch, frames, self.time_masks, widest)  # (B, T)
        hidden_bands = self._stripes(batch, bands, self.frequency_masks, float(self.frequency_width))  # (B, M)
        hidden = ops.logical_or(hidden_frames[:, :, None], hidden_bands[:, None, :])  # (B, T, M)
        fill = ops.mean(x, axis=(1, 2), keepdims=True) if self.fill is None else ops.cast(self.fill, x.dtype)
        return ops.where(hidden, fill, x)

    def _stripes(self, batch: Tensor, size: Tensor, count: int, widest: Tensor) -> Tensor:
        """Which of `size` places lie under one of `count` stripes, of shape (batch, size)."""
        length = ops.cast(size, "float32")
        width = self._whole_number(batch, count, ops.minimum(widest, length))
        start = self._whole_number(batch, count, length - width)
        place = ops.cast(ops.arange(size), "float32")[None, None, :]
        under = ops.logical_and(place >= start, place < start + width)  # (B, count, size)
        return ops.any(under, axis=1)

    def _whole_number(self, batch: Tensor, count: int, largest: Tensor) -> Tensor:
        """Whole numbers from 0 to the largest, all equally likely, of shape (batch, count, 1)."""
        uniform = keras.random.uniform((batch, count, 1), dtype="float32", seed=self.seed_generator)
        return ops.minimum(ops.floor(uniform * (largest + 1.0)), largest)

    def _warped(self, x: Tensor) -> Tensor:
        batch, frames, _ = ops.shape(x)
        source = self._source_times(batch, frames)  # (B, T)
        before = ops.floor(source)
        share = ops.cast(source - before, x.dtype)[:, :, None]
        rows = ops.cast(before, "int32") + ops.arange(batch)[:, None] * frames
        rows_after = ops.minimum(rows + 1, (ops.arange(batch)[:, None] + 1) * frames - 1)
        flat = ops.reshape(x, (-1, x.shape[-1]))
        return (1 - share) * ops.take(flat, rows, axis=0) + share * ops.take(flat, rows_after, axis=0)

    def _source_times(self, batch: Tensor, frames: Tensor) -> Tensor:
        """For each frame of the result, the time in the input that it shows, of shape (batch, frames)."""
        last = ops.cast(frames, "float32") - 1.0
        reach = ops.minimum(float(self.time_warp), ops.floor(last / 2.0))
        uniform = keras.random.uniform((2, batch, 1), dtype="float32", seed=self.seed_generator)
        moment = reach + uniform[0] * (last - 2.0 * reach)  # (B, 1)
        moved = moment + (2.0 * uniform[1] - 1.0) * reach
        time = ops.cast(ops.arange(frames), "float32")[None, :]
        earlier = time * moment / ops.maximum(moved, 1.0)
        later = last - (last - time) * (last - moment) / ops.maximum(last - moved, 1.0)
        return ops.clip(ops.where(time <= moved, earlier, later), 0.0, last)


def _valid_counts(counts: dict[str, int]) -> None:
    for name, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise ValueError(f"{name} must be an integer of at least 0, got {count!r}")
