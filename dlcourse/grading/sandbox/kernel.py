"""What Linux offers to shut a process in, called through ctypes: namespaces, mounts, rights, limits."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

from dlcourse.grading.sandbox.limits import Limits

_NEW_NS, _NEW_UTS, _NEW_IPC, _NEW_USER, _NEW_PID, _NEW_NET = (
    0x00020000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_CHILD_SUBREAPER = 1, 4, 38, 36
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000
_CAPABILITY_VERSION_3 = 0x20080522
STUDENT = 60_000


def library() -> ctypes.CDLL:
    """The C library."""
    return ctypes.CDLL(None, use_errno=True)


def called(result: int, what: str) -> None:
    """Raise an OSError that names the call where it failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def drop_root() -> None:
    """Become an ordinary user, where this is root; limits on processes do not bind root."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(STUDENT, STUDENT, STUDENT)
        os.setresuid(STUDENT, STUDENT, STUDENT)
        called(library().prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl")


def own_namespaces() -> None:
    """Users, processes, mounts, shared memory, host name and network of its own; the next child is process 1."""
    uid, gid = os.getuid(), os.getgid()
    called(library().unshare(_NEW_USER | _NEW_PID | _NEW_NS | _NEW_IPC | _NEW_UTS | _NEW_NET), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 - it is no file that a Path helps with
            file.write(text)


def own_mounts(room: int) -> None:
    """A scratch folder of that many bytes as `/tmp`, and no shared memory.

    `/proc` stays: TensorFlow does not start without it. It shows that there are other processes, but of their memory,
    files and variables nothing, since none of them can be looked into (`keep_private`).
    """
    libc = library()
    called(libc.unshare(_NEW_NS), "unshare")
    called(libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "mount")
    _mount_empty(b"/tmp", room)
    if os.path.isdir("/dev/shm"):  # noqa: PTH112
        _mount_empty(b"/dev/shm", 4096)


def _mount_empty(place: bytes, size: int) -> None:
    options = f"size={size},nr_inodes=4096,mode=700".encode()
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    called(library().mount(b"tmpfs", place, b"tmpfs", flags, options), f"mount {place.decode()}")


def no_rights() -> None:
    """No capabilities, and none to be had by starting a program."""
    libc = library()
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    called(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    called(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")


def die_with_parent() -> None:
    """Be killed when the parent ends."""
    called(library().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")


def keep_private() -> None:
    """Let no other process of the same user look inside."""
    called(library().prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl")


def adopt_orphans() -> None:
    """Become the parent of descendants whose parent ends."""
    called(library().prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")


def set_limits(limits: Limits) -> None:
    """Limits of each process: memory, files, processes, processor time, no core dump."""
    with open("/proc/self/statm") as file:  # noqa: PTH123
        pages = [int(each) for each in file.read().split()]
    size, data = pages[0] * resource.getpagesize(), pages[5] * resource.getpagesize()
    _limit(resource.RLIMIT_DATA, data + limits.memory_bytes)
    _limit(resource.RLIMIT_AS, size + 2 * limits.memory_bytes + 2**30)
    _limit(resource.RLIMIT_FSIZE, limits.file_bytes)
    _limit(resource.RLIMIT_NPROC, limits.processes)
    _limit(resource.RLIMIT_NOFILE, 256)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_MSGQUEUE, 0)
    _limit(resource.RLIMIT_CPU, int(4 * limits.total_seconds) + 1)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))
