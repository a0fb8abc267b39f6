"""Two colour photographs inside scikit-learn: something real to convolve, crop, blur and augment."""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.registry import Entry

NAMES = ("temple", "flower")


def load() -> Dataset:
    """Both photographs in `x_train`, of shape (2, 427, 640, 3), uint8; nothing is held back."""
    from sklearn.datasets import load_sample_image

    images = np.stack([load_sample_image("china.jpg"), load_sample_image("flower.jpg")])
    labels = np.arange(len(NAMES), dtype="int64")
    return Dataset("photographs", images, labels, images[:0], labels[:0], (), NAMES, PROVENANCE)


PROVENANCE = Provenance(
    source="scikit-learn's load_sample_images: china.jpg and flower.jpg, from Flickr",
    licence="CC BY 2.0",
    citation="danielbuechele (flickr.com/photos/danielbuechele) and vultilion (flickr.com/photos/vultilion), "
    "retrieved by Robert Layton in 2011",
    embedded=True,
)
ENTRIES = (Entry("photographs", "embedded", "Two real pictures: filters, channels, augmentation.", PROVENANCE, load),)
