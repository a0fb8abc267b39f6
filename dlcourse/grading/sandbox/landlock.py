"""Landlock: a process gives up the files that it does not need, for itself and what it starts. It takes no rights.

Structures and numbers are the kernel's (Documentation/userspace-api/landlock.rst). Version 1 of the interface is enough
for files; later ones also bind TCP ports, and signals to processes outside.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

from dlcourse.grading.sandbox.kernel import called, library

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
# By version of the interface: the highest right over files that it knows.
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP, _SCOPES = 0b11, 0b11
_OF_A_FILE = _EXECUTE | _READ_FILE | _WRITE_FILE | _TRUNCATE


def version() -> int:
    """The version of the interface that this kernel has, 0 without Landlock."""
    try:
        found = library().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    except (OSError, AttributeError):
        return 0
    return max(0, int(found))


def restrict(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Allow reading below the first paths, reading and writing below the others, and nothing else.

    It needs "no new privileges" first.

    Raises:
        OSError: If the kernel refuses it.
    """
    known = version()
    rights = (1 << _RIGHTS.get(known, 16)) - 1
    attributes = struct.pack("QQQ", rights, _TCP, _SCOPES)
    size = 8 if known < 4 else 16 if known < 6 else 24
    libc = library()
    ruleset = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    if ruleset < 0:
        called(-1, "landlock_create_ruleset")
    try:
        for path in readable:
            _allow(ruleset, path, (_EXECUTE | _READ_FILE | _READ_DIR) & rights)
        for path in writable:
            _allow(ruleset, path, rights)
        called(libc.syscall(_RESTRICT_SELF, ruleset, ctypes.c_uint32(0)), "landlock_restrict_self")
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    if not os.path.exists(path):  # noqa: PTH110 - one call, in a process that is about to be shut in
        return
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights &= -1 if os.path.isdir(path) else _OF_A_FILE  # noqa: PTH112
        rule = struct.pack("=Qi", rights, descriptor)
        called(library().syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, ctypes.c_uint32(0)), f"landlock {path}")
    finally:
        os.close(descriptor)
