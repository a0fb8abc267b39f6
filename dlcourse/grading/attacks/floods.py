"""Floods: endless time, memory, processes, threads, files and output."""

from dlcourse.grading.attacks.attack import Attack

_MIB = 2**20


def _endless(name: str, source: str) -> Attack:
    return Attack(name, "endless", (source,), seconds=0.5, ends="timeout")


def _memory(name: str, source: str, ends: str = "") -> Attack:
    return Attack(name, "memory bomb", (source,), seconds=8, ends=ends, memory_bytes=300 * _MIB)


def _bomb(name: str, source: str) -> Attack:
    return Attack(name, "processes and threads", (source,), seconds=1, memory_bytes=300 * _MIB)


def _room(name: str, source: str, ends: str = "") -> Attack:
    return Attack(name, "disk and output", (source,), seconds=1, ends=ends)


FLOODS = (
    _endless("a loop", "while True: pass"),
    _endless("a loop in an answer", "def relu(x):\n    while True: pass"),
    _endless("sleep", "import time\ntime.sleep(1000)"),
    _endless("a deadlock", "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()"),
    _endless(
        "a loop that swallows every exception",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    ),
    _endless(
        "a loop with signals ignored",
        "import signal\nfor n in (1, 2, 3, 10, 12, 14, 15): signal.signal(n, signal.SIG_IGN)\nwhile True: pass",
    ),
    _endless("a loop in C", "pow(3, 10**8)"),
    _endless("waiting for input that never comes", "r, w = os.pipe()\nos.read(r, 1)"),
    _endless("a process that stops itself", "import signal\nos.kill(os.getpid(), signal.SIGSTOP)\nwhile True: pass"),
    Attack("recursion", "endless", ("def relu(x): return relu(x)",)),
    Attack(
        "recursion without a limit",
        "endless",
        (
            "import sys\nsys.setrecursionlimit(10**9)\nclass A:\n"
            "    def __getattr__(self, n): return getattr(self, n + 'x')\n"
            "def relu(x): return repr(A().x)",
        ),
        seconds=2,
    ),
    _memory("an array", "import numpy as np\nkept = np.ones(2**28)"),
    _memory("a list that grows", "kept = []\nwhile True: kept.append(bytearray(2**24))"),
    _memory("text", "kept = 'a' * 2**40"),
    _memory(
        "an anonymous map",
        "import mmap\nkept = mmap.mmap(-1, 2**29, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        "for i in range(0, 2**29, 4096): kept[i] = 1",
    ),
    _memory(
        "a shared map",
        "import mmap\nkept = mmap.mmap(-1, 2**30)\nfor i in range(0, 2**30, 4096): kept[i] = 1",
        "memory",
    ),
    _memory("a file in memory", "attempt('made', lambda: os.memfd_create('bomb'))"),
    _memory("a secret file in memory", "attempt('made', call, 'syscall', 447, 0)"),
    _memory("shared memory of System V", "attempt('made', call, 'shmget', 0, 2**30, 0o1600)"),
    _memory(
        "shared memory by name",
        "for i in range(64):\n    try:\n        open(f'/dev/shm/@MARK@{i}', 'wb').write(bytes(2**23))\n"
        "        taken.append(i)\n    except OSError: pass",
    ),
    _memory("a tensor", "import tensorflow as tf\nkept = tf.ones([2**29])"),
    _bomb("forks without end", "while True:\n    try: os.fork()\n    except OSError: pass"),
    _bomb(
        "forks that wait",
        "import time\nfor _ in range(200):\n    try:\n        if os.fork() == 0: time.sleep(100)\n"
        "    except OSError: break\ntime.sleep(100)",
    ),
    _bomb(
        "threads",
        "import threading, time\ntry:\n"
        "    for _ in range(5000): threading.Thread(target=time.sleep, args=(100,), daemon=True).start()\n"
        "except RuntimeError: pass",
    ),
    _bomb(
        "processes with memory each",
        "import time\nfor _ in range(8):\n    if os.fork() == 0:\n"
        "        kept = bytearray(2**27)\n        time.sleep(100)\nos.wait()",
    ),
    _room("one large file", "with open('large', 'wb') as f:\n    for _ in range(64): f.write(bytes(2**20))"),
    _room("many files", "for i in range(64): open(f'file{i}', 'wb').write(bytes(2**20))\nwhile True: pass"),
    _room("many empty files", "for i in range(10**5):\n    open(f'file{i}', 'wb').close()"),
    _room(
        "many descriptors",
        "kept = []\ntry:\n    for _ in range(10**5): kept.append(os.open('/dev/null', 0))\n"
        "except OSError: pass\nfor each in kept: os.close(each)\ndel kept",
    ),
    _room("printing without end", "while True: print('x' * 10**6)", "timeout"),
    _room(
        "writing to the screen without end",
        "while True: os.write(1, b'x' * 65536) and os.write(2, b'x' * 65536)",
        "timeout",
    ),
    _room("an error of a million lines", "raise ValueError('line\\n' * 10**6 + 'x' * 10**7)"),
)
