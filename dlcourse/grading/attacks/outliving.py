"""Ends: of the process, of its parent, of its group; and what wants to live on."""

from dlcourse.grading.attacks.attack import Attack

_SLEEP = "import time\n"


def _end(name: str, source: str, ends: str = "crashed", tiers: str = "AB") -> Attack:
    return Attack(name, "ending and signals", (source,), ends=ends, tiers=tiers)


def _daemon(name: str, source: str) -> Attack:
    return Attack(name, "outliving", (_SLEEP + source,), seconds=2)


OUTLIVING = (
    _end("a quiet exit", "os._exit(0)"),
    _end("an exit in an answer", "def relu(x): os._exit(0)"),
    _end("an abort", "os.abort()"),
    _end("a null pointer", "ctypes.string_at(0)"),
    _end("killing itself", "os.kill(os.getpid(), 9)", ""),
    _end("an exit that is an exception", "raise SystemExit(0)", ""),
    _end("a signal to the grader", "attempt('signalled', os.kill, @GRADER@, 0)", ""),
    _end(
        "a signal to the parent",
        "parent = os.getppid()\nif parent > 0: attempt('signalled', os.kill, parent, 0)",
        "",
    ),
    _end("the parent killed", "if os.getppid() > 0: attempt('killed', os.kill, os.getppid(), 9)", ""),
    _end("the group killed", "os.kill(0, 9)", ""),
    _end("the group stopped", "import signal\nos.kill(0, signal.SIGTERM)", ""),
    _end("all killed", "try: os.kill(-1, 9)\nexcept OSError: pass", ""),
    _end(
        "a signal when there is something to read",
        "import fcntl\nattempt('owner', fcntl.fcntl, 1, fcntl.F_SETOWN, @GRADER@)",
        "",
        "B",
    ),
    _end(
        "a signal to every process",
        "for pid in range(2, 3000):\n    if pid not in (os.getpid(),):\n        attempt(pid, os.kill, pid, 0)",
        "",
    ),
    _daemon("a child that stays", "if os.fork() == 0: time.sleep(100)"),
    _daemon("a daemon", "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(100)\n    os._exit(0)"),
    _daemon(
        "a daemon after the end",
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(100)\n"
        "    os._exit(0)\ntime.sleep(.1)\nos._exit(0)",
    ),
    _daemon(
        "a daemon that forks on and on",
        "if os.fork() == 0:\n    os.setsid()\n    while True:\n"
        "        time.sleep(.001)\n        if os.fork(): os._exit(0)",
    ),
    _daemon("a child that answers in its parent's place", "os.fork()\ndef relu(x): return 0 * x"),
    _daemon("a thread that stays", "import threading\nthreading.Thread(target=time.sleep, args=(100,)).start()"),
    _daemon("a program of its own", "import subprocess\ntry: subprocess.Popen(['sleep', '100'])\nexcept OSError: pass"),
    _daemon("a word at the exit", "import atexit\natexit.register(time.sleep, 100)"),
)
