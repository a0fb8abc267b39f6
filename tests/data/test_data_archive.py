"""Archives that are read, and archives that are refused."""

import io
import random
import tarfile
import zipfile
from pathlib import Path

import pytest

from dlcourse.data import archive
from dlcourse.data.archive import Limits
from dlcourse.data.cache import Content
from dlcourse.data.errors import DataFormatError

FILES = {"set/a.txt": b"first", "set/b.txt": b"second", "set/c.bin": b"third"}
KINDS = ["tar", "tar.gz", "zip"]


def tar(files, mode="w", **fields):
    """A tar archive; `fields` are set on every member."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as packed:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            for field, value in fields.items():
                setattr(member, field, value)
            packed.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def zipped(files, mode=0o100644):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = mode << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(member, data)
    return buffer.getvalue()


def packed(kind, files):
    return {"tar": lambda: tar(files), "tar.gz": lambda: tar(files, "w:gz"), "zip": lambda: zipped(files)}[kind]()


def members(data, pattern="*", limits=None):
    return list(archive.members(Content(Path("set.tgz"), data), pattern, limits))


def refused(data, pattern="*", limits=None):
    with pytest.raises(DataFormatError) as told:
        members(data, pattern, limits)
    assert str(told.value).startswith("set.tgz ")
    return str(told.value)


@pytest.mark.parametrize("kind", KINDS)
def test_members_that_match_come_in_the_archives_order(kind):
    assert members(packed(kind, FILES), "*.txt") == [("set/a.txt", b"first"), ("set/b.txt", b"second")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["../a", "/etc/a", "set/../../a", "C:/a", "C:\\a", "..\\a", "\\a"])
def test_a_member_whose_path_leads_outside_is_refused(kind, name):
    assert "has a member whose path leads outside" in refused(packed(kind, {name: b"x"}), "nothing")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused(kind):
    data = tar({"set/a.txt": b""}, type=kind, linkname="/etc/passwd")
    assert "has a link or device in it: set/a.txt" in refused(data, "nothing")


def test_a_link_in_a_zip_is_refused():
    assert "has a link in it" in refused(zipped({"a": b"/etc/passwd"}, mode=0o120777), "nothing")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(members=2), "has more than 2 members"),
        (Limits(member=5), "has a member of 6 bytes, at most 5 allowed: set/b.txt"),
        (Limits(total=15), "unpacks to more than 15 bytes"),
    ],
)
def test_size_limits_hold_even_for_members_that_nobody_wants(kind, limits, told):
    assert told in refused(packed(kind, FILES), "nothing", limits)


def test_a_long_name_that_unpacks_to_megabytes_is_refused_before_it_is_unpacked():
    bomb = tar({"a" * 3_000_000: b""}, "w:gz")
    assert len(bomb) < 50_000
    assert "more bytes than allowed" in refused(bomb, "nothing", Limits(members=10, member=10_000, total=20_000))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("keep", [3, 100, -5000])
def test_a_truncated_archive_is_named(kind, keep):
    noise = random.Random(0).randbytes(16_384)
    assert "cannot be unpacked" in refused(packed(kind, {"set/a.txt": noise})[:keep])


def test_an_empty_file_is_no_archive():
    assert "cannot be unpacked" in refused(b"")


def test_an_altered_member_of_a_zip_is_named():
    data = zipped({"set/a.txt": random.Random(0).randbytes(1000)})
    altered = data[:200] + bytes([data[200] ^ 1]) + data[201:]
    assert "cannot be unpacked" in refused(altered)


def test_a_member_whose_length_is_a_lie_is_never_read_beyond_it():
    data = bytearray(zipped({"set/a.txt": b"x" * 100_000}))
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    assert "cannot be unpacked" in refused(bytes(data))


@pytest.mark.parametrize("kind", KINDS)
def test_the_digest_of_the_members_does_not_depend_on_how_they_are_packed(kind):
    moved = {name.replace("set/", "elsewhere/"): FILES[name] for name in reversed(FILES)}
    one = archive.digest_of_members(Content(Path("a"), packed(kind, FILES)), "*.txt")
    other = archive.digest_of_members(Content(Path("b"), packed("tar.gz", moved)), "*.txt")
    assert one == other


@pytest.mark.parametrize("change", [{"set/a.txt": b"First"}, {"set/d.txt": b""}])
def test_the_digest_of_the_members_depends_on_what_they_hold(change):
    one = archive.digest_of_members(Content(Path("a"), tar(FILES)), "*.txt")
    assert one != archive.digest_of_members(Content(Path("a"), tar(FILES | change)), "*.txt")


def test_the_only_member_comes_with_its_path():
    member = archive.only_member(Content(Path("set.tgz"), tar(FILES)), "*.bin")
    assert (member.path, member.data) == (Path("set.tgz/set/c.bin"), b"third")


@pytest.mark.parametrize(("pattern", "number"), [("*.txt", 2), ("*.csv", 0)])
def test_none_or_several_are_not_the_only_member(pattern, number):
    with pytest.raises(DataFormatError, match=rf"has {number} members \{pattern}, one was expected"):
        archive.only_member(Content(Path("set.tgz"), tar(FILES)), pattern)
