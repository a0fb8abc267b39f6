"""SpecAugment: hide stripes of a spectrogram, so that no single sound decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcourse.data.spec_augment_layer import SpecAugment


def spec_augment(
    *,
    time_masks: int = 2,
    time_width: int = 20,
    time_share: float = 0.5,
    frequency_masks: int = 2,
    frequency_width: int = 8,
    time_warp: int = 0,
    fill: float | None = None,
    seed: int = 0,
) -> SpecAugment:
    """A layer that masks stripes of log-mel spectrograms in training, and leaves them alone in prediction.

    Park, Chan, Zhang, Chiu, Zoph, Cubuk and Le (2019), SpecAugment: A Simple Data Augmentation Method for Automatic
    Speech Recognition. Their policy LD for 80 bands and frames every 10 ms: two masks each, of up to 100 frames and 27
    bands, and a warp of up to 80 frames. The defaults suit single words at 40 bands.

    Args:
        time_masks: How many stripes of frames to hide.
        time_width: Frames in the widest of them.
        time_share: No stripe is wider than this share of the frames.
        frequency_masks: How many stripes of bands to hide.
        frequency_width: Bands in the widest of them.
        time_warp: Move a moment of the sound by up to so many frames, stretching one side and squeezing the other.
        fill: What hides; None takes the mean of each spectrogram.
        seed: Seed of all draws.

    Returns:
        A layer from (B, T, M), frames by bands, to the same shape, for a model or for `data.pipeline`.

    Raises:
        ValueError: If a number is out of its range or nothing is asked for.
    """
    from dlcourse.data.spec_augment_layer import SpecAugment

    return SpecAugment(
        time_masks=time_masks,
        time_width=time_width,
        time_share=time_share,
        frequency_masks=frequency_masks,
        frequency_width=frequency_width,
        time_warp=time_warp,
        fill=fill,
        seed=seed,
    )
