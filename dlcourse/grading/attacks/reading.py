"""Secrets: solutions, other submissions, the seed, the environment, the memory and files of neighbours."""

from dlcourse.grading.attacks.attack import Attack

_KIND = "reading secrets"
_OTHERS = """
own = os.readlink("/proc/self")
try:
    others = [name for name in os.listdir("/proc") if name.isdigit() and name != own]
except OSError:
    others = []
others += ["@GRADER@", "1"]
others = [name for name in others if name != own]
"""


def _read(name: str, source: str) -> Attack:
    return Attack(name, _KIND, (source,))


def _neighbours(what: str, act: str) -> Attack:
    source = f"{_OTHERS}for other in others:\n    attempt(other, lambda: {act})"
    return Attack(f"the neighbours' {what}", _KIND, (source,))


READING = (
    _read("the grader's file", "def relu(x): return open('@SECRET@').read()"),
    _read(
        "a link to the grader's file", "os.symlink('@SECRET@', 'link')\nattempt('read', lambda: open('link').read())"
    ),
    _read("another name for the file", "attempt('linked', os.link, '@SECRET@', 'link')"),
    _read("other submissions", "attempt('listed', os.listdir, '@OUTSIDE@')"),
    _read(
        "solutions, checks and results of the course",
        "for name in ('solutions', 'sources', 'sources/checks', 'results', 'tests', '.git', 'exercises'):\n"
        "    attempt(name, lambda: os.listdir('@COURSE@/' + name))",
    ),
    _read(
        "checks as a module",
        "import sys, importlib\nsys.path.insert(0, '@COURSE@')\n"
        "for name in ('sources', 'tests', 'tools', 'benchmarks'):\n"
        "    try:\n"
        "        taken.append(list(importlib.import_module(name).__path__) if importlib.util.find_spec(name)"
        " and importlib.import_module(name).__file__ else [])\n    except (ImportError, OSError): pass\n"
        "taken = [each for each in taken if each]",
    ),
    _read(
        "homes and passwords",
        "for name in ('/etc/shadow', '/root/.ssh', '/home', '/var/lib', '/run', '/mnt', '/srv'):\n"
        "    attempt(name, lambda: os.listdir(name) if os.path.isdir(name) else open(name).read())",
    ),
    _read("the grader's variables", "taken += [v for v in os.environ.values() if '@CANARY@' in v]"),
    _read(
        "the variables of the process's start",
        "taken += ['found'] if b'@CANARY@' in open('/proc/self/environ', 'rb').read() else []",
    ),
    _neighbours("variables", "open(f'/proc/{other}/environ').read(1)"),
    _neighbours("memory", "open(f'/proc/{other}/mem', 'rb').read(0)"),
    _neighbours("files", "os.readlink(f'/proc/{other}/fd/0')"),
    _neighbours("folder", "os.listdir(f'/proc/{other}/cwd')"),
    _neighbours("root", "os.listdir(f'/proc/{other}/root/')"),
    _neighbours("maps", "open(f'/proc/{other}/maps').read(1)"),
    _read(
        "files that were left open",
        "for number in range(3, 64):\n    try:\n        kind = os.fstat(number).st_mode & 0o170000\n"
        "    except OSError:\n        continue\n    if kind in (0o100000, 0o040000): taken.append(number)",
    ),
    _read(
        "the seed",
        "import gc\nfrom dlcourse.grading import seeds\n"
        "taken += [n for n in vars(seeds) if 'seed' in n and isinstance(vars(seeds)[n], (str, int))]\n"
        "def relu(x):\n    import numpy as np\n    np.random.seed(0)\n"
        "    return np.random.default_rng(0).normal(size=x.shape)",
    ),
    _read(
        "a descriptor by its handle",
        "attempt('handle', call, 'open_by_handle_at', -100, ctypes.create_string_buffer(64), 0)",
    ),
)
