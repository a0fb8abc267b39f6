"""A real set from the cache or the network: who downloads, what a failure says, two processes, a killed one."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from dlcourse.data import obtain
from dlcourse.data.cache import File, Source
from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.errors import DataFormatError, DataUnavailableError

BODIES = {"a.bin": b"first" * 20_000, "b.bin": b"second" * 20_000}
FETCH = """
import sys
from dlcourse.data import download, obtain
from dlcourse.data.cache import File, Source
download.TIMEOUT = 5
files = tuple(File(path, int(size), sha, (mirror,)) for path, size, sha, mirror in zip(*[iter(sys.argv[1:])] * 4))
obtain.fetch("toy", (Source(files, print),))
"""


def read(*contents):
    x = np.array([len(content.data) for content in contents])
    return Dataset("toy", x, x, x, x, (), (), Provenance("s", "l", "c", embedded=False))


def file(name, *mirrors):
    return File(f"toy/{name}", len(BODIES[name]), hashlib.sha256(BODIES[name]).hexdigest(), mirrors)


def put(cache, name, content=None):
    path = cache / "toy" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(BODIES[name] if content is None else content)
    return path


def started(*files):
    """A process of its own that fetches these files."""
    arguments = [str(part) for each in files for part in (each.path, each.size, each.sha256, each.mirrors[0])]
    return subprocess.Popen([sys.executable, "-c", FETCH, *arguments], stderr=subprocess.PIPE, env=os.environ)


def test_what_is_in_the_cache_is_read_without_the_network(own_cache):
    put(own_cache, "a.bin")
    assert obtain.load("toy", (Source((file("a.bin", "http://127.0.0.1:1/"),), read),)).x_train[0] == len(
        BODIES["a.bin"]
    )


def test_what_is_missing_is_downloaded_and_what_is_there_is_kept(server, own_cache):
    put(own_cache, "a.bin")
    files = (file("a.bin", server.route("/a", BODIES["a.bin"])), file("b.bin", server.route("/b", BODIES["b.bin"])))
    assert list(obtain.load("toy", (Source(files, read),)).x_train) == [100_000, 120_000]
    assert [path for path, _ in server.asked] == ["/b"]


def test_the_second_source_will_do_when_the_first_cannot_be_had(server, own_cache):
    first = Source((file("a.bin", server.route("/none", status=404)),), read)
    second = Source((file("b.bin", server.route("/b", BODIES["b.bin"])),), read)
    assert obtain.load("toy", (first, second)).x_train[0] == 120_000


def test_a_source_without_mirrors_is_found_but_never_asked_for(server, own_cache):
    local, remote = Source((file("a.bin"),), read), Source((file("b.bin", server.route("/b", BODIES["b.bin"])),), read)
    assert obtain.load("toy", (local, remote)).x_train[0] == 120_000
    put(own_cache, "a.bin")
    assert obtain.load("toy", (local, remote)).x_train[0] == 100_000


def test_failure_is_one_sentence_with_file_mirrors_cache_and_command(server, own_cache):
    missing = server.route("/none", status=404)
    with pytest.raises(DataUnavailableError) as told:
        obtain.load("toy", (Source((file("a.bin", missing),), read),))
    assert str(told.value) == (
        f"toy is not in the cache {own_cache}: toy/a.bin could not be downloaded from {missing} "
        "(answered 404 Not Found); fetch it later with `dlcourse data fetch toy`"
    )


def test_a_cache_that_cannot_be_written_is_told(server, own_cache):
    own_cache.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(DataUnavailableError, match=r"nothing can be written there .*; fetch it later with"):
        obtain.load("toy", (Source((file("a.bin", server.route("/a", BODIES["a.bin"])),), read),))


def test_a_lock_that_is_held_for_ever_is_told(own_cache, monkeypatch):
    def held(*_, **__):
        raise TimeoutError("another process has held the lock for 3,600 s")

    monkeypatch.setattr("dlcourse.data.lock.exclusive", held)
    with pytest.raises(DataUnavailableError, match=r"toy is not in the cache .*: another process has held the lock"):
        obtain.load("toy", (Source((file("a.bin", "http://127.0.0.1:1/"),), read),))


def test_a_damaged_file_is_named_and_not_replaced_by_loading(server, own_cache):
    path = put(own_cache, "a.bin", BODIES["a.bin"][:-1])
    with pytest.raises(DataFormatError) as told:
        obtain.load("toy", (Source((file("a.bin", server.route("/a", BODIES["a.bin"])),), read),))
    assert str(told.value) == (
        f"{path} is truncated: it has 99,999 bytes instead of 100,000; fetch it anew: `dlcourse data fetch toy`"
    )
    assert path.read_bytes() == BODIES["a.bin"][:-1]
    assert server.asked == []


def test_fetching_sets_a_damaged_file_aside(server, own_cache):
    path = put(own_cache, "a.bin", b"x" * 100_000)
    obtain.fetch("toy", (Source((file("a.bin", server.route("/a", BODIES["a.bin"])),), read),))
    assert path.read_bytes() == BODIES["a.bin"]
    assert path.with_name("a.bin.damaged").read_bytes() == b"x" * 100_000


def test_another_whole_source_is_used_when_one_is_damaged(own_cache):
    put(own_cache, "a.bin", b"x")
    put(own_cache, "b.bin")
    sources = (Source((file("a.bin"),), read), Source((file("b.bin"),), read))
    assert obtain.load("toy", sources).x_train[0] == 120_000


def test_two_processes_that_ask_at_once_download_once(server, own_cache):
    files = [file(name, server.route(f"/{name}", BODIES[name], pause=0.05, chunk=20_000)) for name in BODIES]
    both = [started(*files), started(*files)]
    assert [process.communicate(timeout=30)[1] is not None and process.returncode for process in both] == [0, 0]
    assert sorted(path for path, _ in server.asked) == ["/a.bin", "/b.bin"]
    assert all((own_cache / "toy" / name).read_bytes() == body for name, body in BODIES.items())


def test_a_killed_download_goes_on_where_it_was_killed(server, own_cache, wait_until):
    slow = file("a.bin", server.route("/a", BODIES["a.bin"], pause=0.02, chunk=5_000))
    part = own_cache / "toy" / "a.bin.part"
    killed = started(slow)
    wait_until(lambda: part.exists() and part.stat().st_size > 0)
    killed.kill()
    killed.communicate()
    there = part.stat().st_size
    assert 0 < there < len(BODIES["a.bin"])
    server.routes["/a"].pause = 0
    obtain.fetch("toy", (Source((slow,), read),))
    assert server.asked == [("/a", None), ("/a", f"bytes={there}-")]
    assert (own_cache / "toy" / "a.bin").read_bytes() == BODIES["a.bin"]


def test_away_from_a_terminal_a_download_is_one_line_on_stderr(server, own_cache, capsys):
    obtain.fetch("toy", (Source((file("a.bin", server.route("/a", BODIES["a.bin"])),), read),))
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "downloading toy: 1 file, 100 kB\n")
