"""Answers that are no data, and replies on the socket that are malformed, early, endless or too large."""

from dlcourse.grading.attacks.attack import Attack

_SOCKET = """
import json, socket, time
ends = []
for number in range(3, 64):
    try:
        ends.append(socket.socket(fileno=os.dup(number)))
    except OSError:
        pass
def reply(header, rest=b"", size=None):
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    for end in ends:
        try:
            end.sendall((len(raw) if size is None else size).to_bytes(4, "big") + raw + rest)
        except OSError:
            pass
"""


def _value(name: str, source: str, **more: object) -> Attack:
    return Attack(name, "answer that is no data", (source,), **more)  # type: ignore[arg-type]


def _frame(name: str, source: str, ends: str = "crashed", seconds: float = 20) -> Attack:
    return Attack(name, "reply on the socket", (_SOCKET + source,), ends=ends, seconds=seconds)


REPLIES = (
    _value("not a number", "def relu(x): return x * float('nan')"),
    _value("infinities", "import numpy as np\ndef relu(x): return np.full(x.shape, np.inf)"),
    _value("complex numbers", "def relu(x): return x + 1j"),
    _value("an array of objects", "import numpy as np\ndef relu(x): return np.array([relu, None], object)"),
    _value("a structured array", "import numpy as np\ndef relu(x): return np.zeros(3, [('a', 'i4'), ('b', 'f8')])"),
    _value("text in an array", "import numpy as np\ndef relu(x): return np.array(['right'] * 5)"),
    _value("a wrong shape", "import numpy as np\ndef relu(x): return np.maximum(x, 0)[None]"),
    _value("another shape that broadcasts", "def relu(x): return 0.0"),
    _value("lists in lists, very deep", "def relu(x):\n    r = []\n    for _ in range(900): r = [r]\n    return r"),
    _value("a list that holds itself", "def relu(x):\n    r = []\n    r.append(r)\n    return r"),
    _value("half a letter", "def relu(x): return '\\ud800'", ends="crashed"),
    _value("a number of a million digits", "def relu(x): return 1 << 3_000_000"),
    _value("an array over the limit", "import numpy as np\ndef relu(x): return np.zeros(2**24)", ends="crashed"),
    _value("text over the limit", "def relu(x): return 'a' * 2**24", ends="crashed"),
    _value("numbers as keys", "def relu(x): return {1: 2}"),
    _value("names that the wire uses", "def relu(x): return {'__array__': 10**9, '__float__': 'no', '__dict__': []}"),
    _value(
        "a class that tells lies of itself",
        "class Lies:\n    @property\n    def __class__(self): return float\n    def __float__(self): return 0.0\n"
        "def relu(x): return Lies()",
    ),
    _value(
        "a representation that ends the process",
        "class Bad:\n    def __repr__(self): os._exit(0)\n    __str__ = __format__ = __repr__\n"
        "class Failure(Exception):\n    def __str__(self): os._exit(0)\ndef relu(x): raise Failure()",
        ends="crashed",
    ),
    _value(
        "a conversion to an array that never ends",
        "class Bad:\n    def __array__(self, *a, **k):\n        while True: pass\ndef relu(x): return Bad()",
        ends="timeout",
        seconds=0.5,
    ),
    _value(
        "a conversion to an array that gives another thing",
        "class Bad:\n    def __array__(self, *a, **k): return 'right'\ndef relu(x): return Bad()",
    ),
    _value(
        "a pickle that runs code",
        "class Bad:\n    def __reduce__(self): return os.system, ('touch @OUTSIDE@/pickled',)\n"
        "    def __deepcopy__(self, memo): return self\ndef relu(x): return Bad()",
    ),
    _value("an exception that is none", "def relu(x): raise KeyboardInterrupt"),
    _value("an exit", "def relu(x): raise SystemExit(0)"),
    _frame("a reply written before the question", "reply({'value': {'value': 1.0, 'nonce': '0' * 32}, 'arrays': []})"),
    _frame("a reply that is no JSON", "reply(b'\\x00\\xff' * 100)"),
    _frame("a reply nested too deep", "reply(b'[' * 200_000)"),
    _frame("a header of four gigabytes", "reply(b'{}', size=2**32 - 1)"),
    _frame("an array of terabytes", "reply({'value': {}, 'arrays': [{'dtype': 'float64', 'shape': [2**39, 2**39]}]})"),
    _frame("an array of objects by name", "reply({'value': {}, 'arrays': [{'dtype': 'object', 'shape': [1]}]})"),
    _frame("a shape below zero", "reply({'value': {}, 'arrays': [{'dtype': 'int8', 'shape': [-1]}]})"),
    _frame("a million empty arrays", "reply({'value': {}, 'arrays': [{'dtype': 'int8', 'shape': [0]}] * 50_000})"),
    _frame("an array that is not there", "reply({'value': {'value': {'__array__': 7}}, 'arrays': []})"),
    _frame("half a reply", "reply(b'{', size=100)\ntime.sleep(60)", "", 0.5),
    _frame(
        "a reply in drops",
        "reply(b'', size=10**6)\nwhile True:\n    ends[0].send(b' ')\n    time.sleep(.01)",
        "timeout",
        0.5,
    ),
    _frame("a socket that is closed", "for end in ends: end.shutdown(2)"),
)
