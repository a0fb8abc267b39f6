"""Fashion-MNIST: 70,000 pictures of clothes in MNIST's format, harder than digits."""

from __future__ import annotations

from dlcourse.data.cache import Content, File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.real import idx, mnist
from dlcourse.data.real.entry import real
from dlcourse.data.real.mirrors import each

CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
PROVENANCE = Provenance(
    source="Fashion-MNIST, Zalando Research: 60,000 training and 10,000 test pictures of articles",
    licence="MIT",
    citation="Xiao, Rasul and Vollgraf (2017), Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning "
    "Algorithms, arXiv:1708.07747",
    embedded=False,
)
BASES = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
)


def _file(name: str, size: int, sha256: str, crc32: int) -> File:
    path = f"fashion-mnist/{name}"
    return File(path, size, sha256, each(BASES, name), keras=(path,), crc32=crc32)


FILES = (
    _file(
        "train-images-idx3-ubyte.gz",
        26_421_880,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        0xB4F29F28,
    ),
    _file(
        "train-labels-idx1-ubyte.gz",
        29_515,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        0x741A4657,
    ),
    _file(
        "t10k-images-idx3-ubyte.gz",
        4_422_102,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        0x678FE0B1,
    ),
    _file(
        "t10k-labels-idx1-ubyte.gz",
        5_148,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        0x80142C1F,
    ),
)


def read(*contents: Content) -> Dataset:
    """The set from the four IDX files: training images and labels, test images and labels."""
    return mnist.dataset("fashion_mnist", CLASSES, PROVENANCE, contents, idx.read_all(*contents))


SOURCES = (Source(FILES, read),)
ENTRIES = (
    real(
        "fashion_mnist",
        "Ten kinds of clothes: small images on which a convolutional network beats a linear model.",
        PROVENANCE,
        SOURCES,
    ),
)
