"""MNIST: 70,000 handwritten digits of 28 x 28 pixels."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from dlcourse.data.cache import Content, File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.errors import DataFormatError
from dlcourse.data.real import idx
from dlcourse.data.real.entry import real
from dlcourse.data.real.mirrors import each

CLASSES = tuple("0123456789")
PROVENANCE = Provenance(
    source="MNIST, LeCun, Cortes and Burges: 60,000 training and 10,000 test images from forms of NIST",
    licence="CC BY-SA 3.0",
    citation="LeCun, Bottou, Bengio and Haffner (1998), Gradient-Based Learning Applied to Document Recognition, "
    "Proceedings of the IEEE 86(11)",
    embedded=False,
)
BASES = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
)
KERAS_BASE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def _file(name: str, size: int, sha256: str, crc32: int) -> File:
    return File(f"mnist/{name}", size, sha256, each(BASES, name), crc32=crc32)


FILES = (
    _file(
        "train-images-idx3-ubyte.gz",
        9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        0xE9F4D8B3,
    ),
    _file(
        "train-labels-idx1-ubyte.gz",
        28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        0xE0CB4AD2,
    ),
    _file(
        "t10k-images-idx3-ubyte.gz",
        1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        0x91373BDF,
    ),
    _file(
        "t10k-labels-idx1-ubyte.gz",
        4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        0x4AB9EFF9,
    ),
)
KERAS_FILE = File(
    "mnist/mnist.npz",
    11_490_434,
    "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    (f"{KERAS_BASE}mnist.npz",),
    keras=("mnist.npz",),
)


def read_idx(*contents: Content) -> Dataset:
    """The set from the four IDX files: training images and labels, test images and labels."""
    return dataset("mnist", CLASSES, PROVENANCE, contents, idx.read_all(*contents))


def read_npz(content: Content) -> Dataset:
    """The set from Keras's own file."""
    names = ("x_train", "y_train", "x_test", "y_test")
    try:
        with np.load(io.BytesIO(content.data), allow_pickle=False) as arrays:
            found = [arrays[name] for name in names]
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise DataFormatError(content.path, f"does not hold the arrays {', '.join(names)}: {error}") from error
    return dataset("mnist", CLASSES, PROVENANCE, (content,) * 4, found)


def dataset(
    name: str, classes: tuple[str, ...], provenance: Provenance, contents: tuple[Content, ...], arrays: list[np.ndarray]
) -> Dataset:
    """Images and labels of both parts, checked against each other."""
    x_train, y_train, x_test, y_test = arrays
    for content, images, labels in ((contents[1], x_train, y_train), (contents[3], x_test, y_test)):
        if labels.ndim != 1 or len(images) != len(labels):
            raise DataFormatError(content.path, f"has {len(labels):,} labels for {len(images):,} images")
        if labels.max(initial=0) >= len(classes):
            raise DataFormatError(content.path, f"has the label {labels.max()} for {len(classes)} classes")
    return Dataset(name, x_train, y_train.astype("int64"), x_test, y_test.astype("int64"), (), classes, provenance)


SOURCES = (Source(FILES, read_idx), Source((KERAS_FILE,), read_npz))
ENTRIES = (real("mnist", "Handwritten digits: the classic benchmark of image classifiers.", PROVENANCE, SOURCES),)
