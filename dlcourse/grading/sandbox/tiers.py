"""How well this machine can shut a process in: tier A, B or C, and the command that starts the zygote there."""

from __future__ import annotations

import functools
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import dlcourse
from dlcourse.grading.sandbox import landlock, seccomp

TIERS = ("A", "B", "C")
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
_CONFIGURATION = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime", "ssl/certs")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
# What TensorFlow reads when it starts; below /proc it is the process's own folder.
SYSTEM_FACTS = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system")


@dataclass(frozen=True)
class Tier:
    """A tier of isolation, and why it is this one.

    Attributes:
        name: "A": namespaces by bubblewrap, a filter of system calls, limits. "B": Landlock, the filter and limits.
            "C": limits alone.
        why: In a few words.
    """

    name: str
    why: str

    def __str__(self) -> str:
        return f"tier {self.name}: {self.why}"


@functools.cache
def detect_tier() -> Tier:
    """The best tier that this machine has."""
    if platform.system() != "Linux":
        return Tier("C", f"not isolated: {platform.system()} has no sandbox that the grader knows, limits alone hold")
    if not seccomp.supported():
        return Tier("C", f"not isolated: no filter of system calls for {platform.machine()}, limits alone hold")
    missing = _no_bubblewrap()
    if not missing:
        return Tier("A", "own files, processes, users and network for each session (bubblewrap), system calls filtered")
    version = landlock.version()
    if version:
        return Tier("B", f"files by Landlock {version}, system calls filtered; not A, since {missing}")
    return Tier("C", f"not isolated: {missing}, and this kernel has no Landlock; limits alone hold")


def _no_bubblewrap() -> str:
    """Why bubblewrap cannot be used here, empty where it can."""
    if any(Path(path).is_relative_to("/tmp") for path in readable()):
        return "the course lies below /tmp, which each session has for itself"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (`apt install bubblewrap`, `dnf install bubblewrap`)"
    code = (
        "from dlcourse.grading.sandbox import kernel; import os; kernel.drop_root(); kernel.own_namespaces(); "
        "child = os.fork()\nif child == 0:\n    kernel.own_mounts(4096); os._exit(0)\n"
        "raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    try:
        done = subprocess.run(
            [*bubblewrap(), sys.executable, "-c", code], capture_output=True, timeout=30, env=environment(), check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not start ({type(error).__name__})"
    if done.returncode == 0:
        return ""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return f"namespaces cannot be made here ({lines[-1][:100] if lines else 'no reason given'})"


def bubblewrap() -> list[str]:
    """The command before the zygote's: an empty world with the system, Python and the package, all read-only.

    As root no namespace of users is made here: the zygote becomes an ordinary user, for limits do not bind root.
    """
    root = os.geteuid() == 0
    command = ["bwrap", "--die-with-parent", "--new-session", "--clearenv", "--unshare-pid", "--unshare-net"]
    command += ["--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--cap-drop", "ALL"]
    command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if root else ["--unshare-user"]
    for name, value in environment().items():
        command += ["--setenv", name, value]
    command += ["--perms", "1777", "--tmpfs", "/tmp"]  # first: the course may lie below it
    made: set[str] = {"/tmp"}
    for path in readable():
        for parent in reversed(Path(path).parents[:-1]):
            if str(parent) not in made and not any(parent == Path(each) for each in _SYSTEM):
                # Parents that bubblewrap makes by itself could be entered by their owner alone.
                command += ["--perms", "0755", "--dir", str(parent)]
                made.add(str(parent))
        command += (
            ["--symlink", str(Path(path).readlink()), path] if Path(path).is_symlink() else ["--ro-bind", path, path]
        )
    return [*command, "--proc", "/proc", "--dev", "/dev", "--chdir", "/", "--"]


def readable() -> list[str]:
    """What a session may read: the system, Python, the packages, and of the course nothing but its package."""
    own = Path(dlcourse.__file__).resolve().parent
    pythons = {Path(sys.base_prefix), Path(sys.base_prefix).resolve(), Path(sys.prefix), Path(sys.prefix).resolve()}
    wanted = [*map(Path, _SYSTEM), *(Path("/etc") / each for each in _CONFIGURATION), *sorted(pythons), own]
    kept: list[str] = []
    for path in wanted:
        below = any(path != Path(each) and path.is_relative_to(each) for each in kept)
        if path.exists() and not below and str(path) not in kept:
            kept.append(str(path))
    return kept


def environment() -> dict[str, str]:
    """All variables that the zygote and its sessions see."""
    own = str(Path(dlcourse.__file__).resolve().parent.parent)
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": "/tmp",
        "PYTHONPATH": own,
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "KERAS_HOME": "/tmp/keras",
        "KERAS_BACKEND": "tensorflow",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "DLCOURSE_PROGRESS": "/tmp/progress.json",
        "DLCOURSE_WORK": "/tmp/work",
        "DLCOURSE_PROFILE": "quick",
    }
