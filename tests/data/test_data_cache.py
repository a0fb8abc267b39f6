"""Where files are looked for, and that only the right ones are read."""

import gzip
import hashlib
import zlib
from pathlib import Path

import platformdirs
import pytest

from dlcourse.data import cache
from dlcourse.data.cache import Content, File, Source
from dlcourse.data.errors import DataFormatError

BODY = "naïve café\n".encode("cp1252") * 3
FILE = File("set/a.txt", len(BODY), hashlib.sha256(BODY).hexdigest(), keras=("sub/a.txt",), encoding="cp1252")


def put(folder, name, content=BODY):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_the_variable_names_the_cache(monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", "~/sets")
    assert cache.folder() == Path.home() / "sets"


def test_without_the_variable_the_cache_is_in_the_users_cache_folder(monkeypatch):
    monkeypatch.delenv("DLCOURSE_DATA")
    assert cache.folder() == platformdirs.user_cache_path("dlcourse", appauthor=False) / "data"


def test_keras_home_is_where_keras_looks(monkeypatch):
    monkeypatch.setenv("KERAS_HOME", "~/k")
    assert cache.keras_folder() == Path.home() / "k" / "datasets"
    monkeypatch.delenv("KERAS_HOME")
    assert cache.keras_folder() == Path.home() / ".keras" / "datasets"


def test_the_own_cache_comes_before_keras_cache(own_cache):
    assert cache.locate(FILE) is None
    in_keras = put(cache.keras_folder(), "sub/a.txt")
    assert cache.locate(FILE) == in_keras
    own = put(own_cache, "set/a.txt")
    assert cache.locate(FILE) == own


def test_another_version_in_keras_cache_is_not_taken(own_cache):
    put(cache.keras_folder(), "sub/a.txt", BODY + b"more")
    assert cache.locate(FILE) is None


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (BODY[:-1], "is truncated: it has 32 bytes instead of 33"),
        (b"", "is truncated: it has 0 bytes instead of 33"),
        (BODY + b"\n", "is altered: it has 34 bytes instead of 33"),
        (BODY[:-2] + b"!\n", "is altered: its SHA-256 is not"),
        (BODY.decode("cp1252").encode(), "is wrongly encoded: it is UTF-8, cp1252 was expected"),
    ],
    ids=["truncated", "empty", "longer", "altered", "UTF-8"],
)
def test_a_damaged_file_is_named_with_what_is_wrong(own_cache, content, fault):
    path = put(own_cache, "set/a.txt", content)
    with pytest.raises(DataFormatError) as told:
        cache.read(FILE, path)
    assert str(told.value).startswith(f"{path} {fault}")


def test_a_whole_file_is_read(own_cache):
    assert cache.read(FILE, put(own_cache, "set/a.txt")).text("cp1252").startswith("naïve café")


PACKED = gzip.compress(b"text " * 50, mtime=0)
GZ = File("set/a.gz", len(PACKED), hashlib.sha256(PACKED).hexdigest(), crc32=zlib.crc32(b"text " * 50))


def test_a_packed_file_is_known_by_the_crc_at_its_end_when_it_is_unpacked_next(own_cache, monkeypatch):
    monkeypatch.setattr(cache, "checksum", lambda *_: pytest.fail("SHA-256 was computed"))
    assert cache.read_to_unpack(GZ, put(own_cache, "set/a.gz", PACKED)).data == PACKED


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (PACKED[:-1], "is truncated: it has"),
        (gzip.compress(b"Text " * 50, mtime=0), f"is altered: its CRC-32 is not {GZ.crc32:08x}"),
    ],
)
def test_a_damaged_packed_file_is_named(own_cache, content, fault):
    with pytest.raises(DataFormatError, match=f"a.gz {fault}"):
        cache.read_to_unpack(GZ, put(own_cache, "set/a.gz", content))


def test_a_file_without_a_known_crc_is_compared_by_its_sha256(own_cache):
    with pytest.raises(DataFormatError, match="its SHA-256 is not"):
        cache.read_to_unpack(FILE, put(own_cache, "set/a.txt", BODY[:-2] + b"!\n"))


@pytest.mark.parametrize(
    ("data", "encoding", "fault"),
    [
        (b"caf\xe9", "utf-8", "is wrongly encoded: it is not utf-8"),
        ("café".encode(), "cp1252", "is wrongly encoded: it is UTF-8, cp1252 was expected"),
        (b"\x81\xe9", "cp1252", "is wrongly encoded: it is not cp1252"),
    ],
)
def test_text_in_another_encoding_is_named(data, encoding, fault):
    with pytest.raises(DataFormatError, match=fault):
        Content(Path("a.txt"), data).text(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_plain_ascii_is_text_in_both_encodings(encoding):
    assert Content(Path("a.txt"), b"cafe").text(encoding) == "cafe"


def test_the_state_of_a_set_is_told_by_the_lengths_of_its_files(own_cache):
    sources = (Source((FILE, FILE), print),)
    assert cache.state(sources) == "no"
    put(own_cache, "set/a.txt", BODY[:-1])
    assert cache.state(sources) == "damaged"
    put(own_cache, "set/a.txt")
    assert cache.state(sources) == "yes"
