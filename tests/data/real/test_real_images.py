"""MNIST, Fashion-MNIST and CIFAR-10: small files in their formats, damaged ones, and the facts of the real copies."""

import gzip
import io
import pickle
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import cache
from dlcourse.data.cache import Content
from dlcourse.data.errors import DataFormatError
from dlcourse.data.real import cifar10, fashion_mnist, idx, mnist

IMAGES = np.arange(2 * 28 * 28, dtype="uint8").reshape(2, 28, 28)
LABELS = np.array([3, 9], "uint8")
LENGTH = (10).to_bytes(4, "little")


def idx_bytes(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def content(data_, name="some.gz"):
    return Content(Path(name), data_)


def packed(array):
    return content(gzip.compress(idx_bytes(array), mtime=0))


ALTERED = bytes(byte ^ (index == 15) for index, byte in enumerate(gzip.compress(idx_bytes(LABELS), mtime=0)))


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return content(buffer.getvalue(), "mnist.npz")


def same(one, other):
    pairs = zip((one.x_train, one.y_train, one.x_test, one.y_test), other, strict=True)
    return all(np.array_equal(ours, theirs) for ours, theirs in pairs)


@pytest.mark.parametrize(
    ("reader", "classes"), [(mnist.read_idx, tuple("0123456789")), (fashion_mnist.read, fashion_mnist.CLASSES)]
)
def test_four_idx_files_make_a_set(reader, classes):
    loaded = reader(*map(packed, (IMAGES, LABELS, IMAGES[:1], LABELS[:1])))
    assert same(loaded, (IMAGES, LABELS, IMAGES[:1], LABELS[:1]))
    assert (loaded.x_train.dtype, loaded.y_train.dtype, loaded.class_names) == (np.uint8, np.int64, classes)


def test_keras_file_makes_the_same_set():
    loaded = mnist.read_npz(npz(x_train=IMAGES, y_train=LABELS, x_test=IMAGES[:1], y_test=LABELS[:1]))
    assert same(loaded, (IMAGES, LABELS, IMAGES[:1], LABELS[:1]))


@pytest.mark.parametrize(
    ("damaged", "fault"),
    [
        (
            gzip.compress(b"\0\0\x0d\3" + bytes(100), mtime=0),
            "is not an IDX file of unsigned bytes: it begins with 00000d03",
        ),
        (gzip.compress(b"\0\0\x08", mtime=0), "is not an IDX file of unsigned bytes"),
        (gzip.compress(idx_bytes(LABELS)[:-1], mtime=0), r"has 1 bytes for an array of shape \(2,\), 2 needed"),
        (gzip.compress(idx_bytes(LABELS), mtime=0)[:20] + LENGTH, "(cannot be unpacked|is truncated|unpacks to more)"),
        (gzip.compress(idx_bytes(LABELS), mtime=0)[:-4] + bytes(4), "cannot be unpacked"),
        (
            gzip.compress(idx_bytes(LABELS), mtime=0)[:-4] + b"\xff" * 4,
            "is truncated, or unpacks to 4,294,967,295 bytes; at most",
        ),
        (ALTERED, "cannot be unpacked"),
        (b"<html>", "is not packed with gzip"),
        (b"", "is not packed with gzip"),
    ],
    ids=["floats", "no header", "too few", "cut", "a lie", "a large lie", "altered", "a page", "empty"],
)
def test_what_is_no_idx_file_is_named(damaged, fault):
    with pytest.raises(DataFormatError, match=f"some.gz {fault}"):
        idx.read_gz(content(damaged))


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(idx, "PIECE", 500)
    bomb = gzip.compress(bytes(2_000_000), mtime=0)[:-4] + (1000).to_bytes(4, "little")
    with pytest.raises(DataFormatError, match="unpacks to more than the 1,000 bytes that it tells"):
        idx.read_gz(content(bomb))


@pytest.mark.parametrize(
    ("labels", "fault"), [(LABELS[:1], "has 1 labels for 2 images"), (LABELS + 1, "has the label 10 for 10 classes")]
)
def test_labels_that_do_not_fit_are_named(labels, fault):
    with pytest.raises(DataFormatError, match=fault):
        mnist.read_idx(packed(IMAGES), packed(labels), packed(IMAGES), packed(LABELS))


@pytest.mark.parametrize("damaged", [npz(x_train=IMAGES), content(b"PK\3\4"), npz(x_train=np.array([object()]))])
def test_what_is_not_keras_file_is_named(damaged):
    with pytest.raises(DataFormatError, match="does not hold the arrays x_train, y_train, x_test, y_test"):
        mnist.read_npz(damaged)


def batch(images, labels, protocol=2):
    """A batch as CIFAR-10's authors packed it: rows of 3,072 bytes, all reds first."""
    rows = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    made = pickle.dumps({b"data": rows, b"labels": labels, b"batch_label": b"a batch"}, protocol=protocol)
    return made.replace(b"cnumpy._core.multiarray", b"cnumpy.core.multiarray")


def cifar_archive(**batches):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, made in {"batches.meta": b"", **batches}.items():
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(made)
            tar.addfile(member, io.BytesIO(made))
    return content(buffer.getvalue(), "cifar-10-python.tar.gz")


PHOTOS = np.random.Generator(np.random.PCG64(0)).integers(0, 256, (6, 32, 32, 3)).astype("uint8")


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_an_archive_of_the_official_layout_makes_a_set(protocol):
    parts = {f"data_batch_{number + 1}": batch(PHOTOS[[number]], [number], protocol) for number in range(5)}
    loaded = cifar10.read(cifar_archive(**parts, test_batch=batch(PHOTOS[5:], [9], protocol)))
    assert same(loaded, (PHOTOS[:5], np.arange(5), PHOTOS[5:], [9]))
    assert (loaded.x_train.dtype, loaded.y_train.dtype, loaded.class_names) == (np.uint8, np.int64, cifar10.CLASSES)


class Harm:
    def __reduce__(self):
        return print, ("harm done",)


@pytest.mark.parametrize(
    ("test_batch", "fault"),
    [
        (pickle.dumps({b"data": Harm(), b"labels": []}), "asks for builtins.print, which is not needed for arrays"),
        (pickle.dumps([1, 2]), "must hold data and labels"),
        (pickle.dumps({b"data": PHOTOS[:1]}), "must hold data and labels"),
        (batch(PHOTOS[:1], [1, 2]), r"has images of shape \(1, 3072\) and labels of shape \(2,\)"),
        (batch(PHOTOS[:1, :16], [1]), r"has images of shape \(1, 1536\)"),
        (batch(PHOTOS[:1], [1])[:-100], "cannot be read"),
        (b"", "cannot be read"),
    ],
    ids=["code", "a list", "no labels", "two labels", "small images", "cut", "empty"],
)
def test_a_batch_that_is_none_is_named(test_batch, fault, capsys):
    with pytest.raises(DataFormatError, match=f"test_batch .*{fault}"):
        cifar10.read(cifar_archive(data_batch_1=batch(PHOTOS[:1], [1]), test_batch=test_batch))
    assert capsys.readouterr().out == ""


def test_a_missing_batch_is_named():
    with pytest.raises(DataFormatError, match=r"must hold data_batch_1 ... and test_batch, has data_batch_1"):
        cifar10.read(cifar_archive(data_batch_1=batch(PHOTOS[:1], [1])))


@pytest.mark.parametrize("file", [*mnist.FILES, *fashion_mnist.FILES], ids=lambda file: file.path)
@pytest.mark.usefixtures("real_copies")
def test_the_crc_of_a_file_is_that_of_the_file_with_the_right_sha256(file):
    path = cache.locate(file)
    assert cache.read_to_unpack(file, path) == cache.read(file, path)


@pytest.mark.usefixtures("real_copies")
def test_mnist_has_the_published_counts_and_brightness():
    loaded = data.load("mnist")
    assert (loaded.x_train.shape, loaded.x_test.shape) == ((60000, 28, 28), (10000, 28, 28))
    train = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    test = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert (np.bincount(loaded.y_train).tolist(), np.bincount(loaded.y_test).tolist()) == (train, test)
    assert (round(loaded.x_train.mean() / 255, 4), round(loaded.x_train.std() / 255, 4)) == (0.1307, 0.3081)
    assert not loaded.provenance.embedded


@pytest.mark.usefixtures("real_copies")
def test_fashion_mnist_has_the_published_counts_and_brightness():
    loaded = data.load("fashion_mnist")
    assert (loaded.x_train.shape, loaded.x_test.shape) == ((60000, 28, 28), (10000, 28, 28))
    assert (set(np.bincount(loaded.y_train)), set(np.bincount(loaded.y_test))) == ({6000}, {1000})
    assert (round(loaded.x_train.mean() / 255, 4), round(loaded.x_train.std() / 255, 4)) == (0.2860, 0.3530)
