"""One holder at a time, and nothing left by the dead."""

import errno
import importlib.util
import os
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from dlcourse.data import lock

HOLD = """
import sys, time
from pathlib import Path
from dlcourse.data import lock
with lock.exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_holder_waits_no_longer_than_its_patience(tmp_path):
    path = tmp_path / "locks" / "a.lock"
    with (
        lock.exclusive(path),
        pytest.raises(TimeoutError, match=r"another process has held .*a\.lock for 0 s"),
        lock.exclusive(path, patience=0.1),
    ):
        pass


def test_who_waits_is_told_once(tmp_path):
    told = []
    path = tmp_path / "a.lock"
    with (
        lock.exclusive(path, on_wait=lambda: told.append("nobody has it")),
        pytest.raises(TimeoutError),
        lock.exclusive(path, patience=0.1, on_wait=lambda: told.append("wait")),
    ):
        pass
    assert told == ["wait"]


def test_a_second_holder_gets_in_when_the_first_is_done(tmp_path):
    inside, most = [], []

    def work():
        with lock.exclusive(tmp_path / "a.lock"):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.01)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]


def test_the_lock_is_given_up_when_the_block_raises(tmp_path):
    with pytest.raises(KeyError), lock.exclusive(tmp_path / "a.lock"):
        raise KeyError
    with lock.exclusive(tmp_path / "a.lock", patience=0):
        pass


def test_a_lock_file_that_nobody_holds_stops_nobody(tmp_path):
    (tmp_path / "a.lock").write_bytes(b"left by a process that died last year")
    with lock.exclusive(tmp_path / "a.lock", patience=0):
        pass


def windows(monkeypatch):
    """The module as Windows loads it, with a stand-in for the system's byte locks."""
    held = set()

    def locking(descriptor, mode, length):
        key = (os.fstat(descriptor).st_ino, os.lseek(descriptor, 0, os.SEEK_CUR), length)
        if mode == "take" and key in held:
            raise OSError("somebody has it")
        held.add(key) if mode == "take" else held.remove(key)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(LK_NBLCK="take", LK_UNLCK="give", locking=locking))
    spec = importlib.util.spec_from_file_location("lock_on_windows", lock.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_on_windows_the_first_byte_is_locked_and_given_up_again(tmp_path, monkeypatch):
    there = windows(monkeypatch)
    path = tmp_path / "a.lock"
    with there.exclusive(path), pytest.raises(TimeoutError), there.exclusive(path, patience=0.1):
        pass
    with there.exclusive(path, patience=0):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="fcntl is not on Windows")
def test_where_the_file_system_knows_no_locks_the_block_runs(tmp_path, monkeypatch):
    def flock(*_):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", flock)
    with lock.exclusive(tmp_path / "a.lock", patience=0):
        pass


def test_a_killed_process_gives_up_its_lock(tmp_path):
    path = tmp_path / "a.lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(TimeoutError), lock.exclusive(path, patience=0):
            pass
        holder.kill()
        holder.wait()
    with lock.exclusive(path, patience=1):
        pass
