"""A filter of system calls: what no exercise needs and an attack does is refused with "not permitted".

The filter is a program for the kernel's packet filter, written out here: load the number of the call, compare, return.
Linux on x86-64 and ARM64. `socket` is refused, `socketpair` is not: no network and no server to talk to, but pipes
between a program's own parts.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

from dlcourse.grading.sandbox.kernel import called, library

# Numbers on x86-64 and on ARM64; None where the architecture has no such call.
_DENIED: dict[str, tuple[int | None, int]] = {
    "socket": (41, 198),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "userfaultfd": (323, 282),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    "setns": (308, 268),
    "unshare": (272, 97),
    "clone3": (435, 435),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "fanotify_init": (300, 262),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "syslog": (103, 116),
    "personality": (135, 92),
    "vhangup": (153, 58),
    "iopl": (172, 0xFFFF),
    "ioperm": (173, 0xFFFF),
    "uselib": (134, 0xFFFF),
}
_NOT_THERE = ("clone3",)  # the C library falls back on clone, whose flags the filter can see
_ATTRIBUTES: dict[str, tuple[int | None, int]] = {
    "chmod": (90, 0xFFFF),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, 0xFFFF),
    "fchown": (93, 55),
    "lchown": (94, 0xFFFF),
    "fchownat": (260, 54),
    "utime": (132, 0xFFFF),
    "utimes": (235, 0xFFFF),
    "futimesat": (261, 0xFFFF),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
}
# Those whose first argument is a process: that may be the caller alone. The others cannot be told apart.
_SIGNALS_TO_A_PROCESS: dict[str, tuple[int, int]] = {
    "kill": (62, 129),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}
_OTHER_SIGNALS: dict[str, tuple[int | None, int]] = {"tkill": (200, 130), "pidfd_send_signal": (424, 424)}
_FCNTL, _IOCTL = (72, 25), (16, 29)
# Whom the kernel signals when there is something to read: F_SETOWN, F_SETOWN_EX; FIOSETOWN, SIOCSPGRP.
_OWNERS = ((_FCNTL, (8, 15)), (_IOCTL, (0x8901, 0x8902)))
_CLONE, _SOCKETPAIR = (56, 220), (53, 199)
_NAMESPACES = 0x7E020080
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x54, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_X32 = 0x40000000
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2


def supported() -> bool:
    """Whether there is a filter for this machine."""
    return platform.system() == "Linux" and platform.machine() in _ARCHITECTURES


def install(*, shares_system: bool) -> None:
    """Put the filter on this process and all that it starts. It needs "no new privileges" first.

    Args:
        shares_system: Whether files and processes are those of the whole system, not of namespaces of its own. Then
            changes of owners, rights and times of files are refused, which Landlock allows, and signals to all but
            this process, which Landlock allows below version 6.

    Raises:
        OSError: If the kernel refuses it.
    """
    program = b"".join(struct.pack("HBBI", *each) for each in _program(shares_system))
    buffer = ctypes.create_string_buffer(program)
    count = len(program) // 8

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    filled = Program(count, ctypes.cast(buffer, ctypes.c_void_p))
    called(library().prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(filled), 0, 0), "seccomp")


def _program(shares_system: bool) -> list[tuple[int, int, int, int]]:
    column, architecture = _ARCHITECTURES[platform.machine()]
    calls = _DENIED | (_ATTRIBUTES | _OTHER_SIGNALS if shares_system else {})
    denied = {name: each[column] for name, each in calls.items()}
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    steps += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)] if column == 0 else []
    for name, number in denied.items():
        if number is not None:
            answer = errno.ENOSYS if name in _NOT_THERE else errno.EPERM
            steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | answer)]
    steps += _kept_to_itself(column, os.getpid()) if shares_system else []
    # socketpair: a stream alone, since a datagram could be sent to somebody else's socket
    steps += [(_EQUAL, 0, 5, _SOCKETPAIR[column]), (_LOAD, 0, 0, 24), (_AND, 0, 0, 0xF), (_EQUAL, 1, 0, 1)]
    steps += [(_RETURN, 0, 0, _ERRNO | errno.EPERM), (_RETURN, 0, 0, _ALLOW)]
    # clone: refused with any flag of a new namespace in its first argument
    steps += [(_EQUAL, 0, 3, _CLONE[column]), (_LOAD, 0, 0, 16), (_ANY_BIT, 0, 1, _NAMESPACES)]
    return [*steps, (_RETURN, 0, 0, _ERRNO | errno.EPERM), (_RETURN, 0, 0, _ALLOW)]


def _kept_to_itself(column: int, process: int) -> list[tuple[int, int, int, int]]:
    """No signal to another process than this one, and none by way of a file's owner."""
    refused, allowed = (_RETURN, 0, 0, _ERRNO | errno.EPERM), (_RETURN, 0, 0, _ALLOW)
    steps = []
    for each in _SIGNALS_TO_A_PROCESS.values():
        steps += [(_EQUAL, 0, 4, each[column]), (_LOAD, 0, 0, 16), (_EQUAL, 0, 1, process), allowed, refused]
    for call, (first, second) in _OWNERS:
        steps += [(_EQUAL, 0, 5, call[column]), (_LOAD, 0, 0, 24), (_EQUAL, 1, 0, first), (_EQUAL, 0, 1, second)]
        steps += [refused, allowed]
    return steps
