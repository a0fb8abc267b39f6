"""Comparisons that always agree, and a framework, a check or a sender that was patched."""

from dlcourse.grading.attacks.attack import Attack

_KIND = "forged comparison"
_RIGHT = "Outcome(True)"


def _forged(name: str, source: str, *, spoils: bool = False) -> Attack:
    return Attack(name, _KIND, (source,), spoils=spoils)


FORGED = (
    _forged(
        "an object that equals everything",
        "class Always:\n    def __eq__(self, other): return True\n    __hash__ = None\ndef relu(x): return Always()",
    ),
    _forged(
        "a number that equals everything",
        "class Yes(float):\n    def __eq__(self, other): return True\n    __hash__ = None\n"
        "    def __sub__(self, other): return 0.0\n    __rsub__ = __sub__\ndef relu(x): return Yes(0)",
    ),
    _forged(
        "an array that equals everything",
        "import numpy as np\nclass Yes(np.ndarray):\n"
        "    def __array_ufunc__(self, *a, **k): return np.ones(self.shape, bool)\n"
        "    def __eq__(self, other): return True\ndef relu(x): return np.zeros(x.shape).view(Yes)",
    ),
    _forged(
        "text that equals everything",
        "class Yes(str):\n    def __eq__(self, other): return True\n"
        "    __hash__ = None\ndef relu(x): return Yes('right')",
    ),
    _forged("a verdict as the answer", "def relu(x): return {'status': 'right', 'points': 99, 'possible': 1}"),
    _forged("an error that praises itself", "def relu(x): raise AssertionError('right: all points')"),
    _forged(
        "NumPy's comparisons patched",
        "import numpy as np\nfor name in ('allclose', 'array_equal', 'isclose'):\n"
        "    setattr(np, name, lambda *a, **k: True)\nnp.testing.assert_allclose = lambda *a, **k: None\n"
        "def relu(x): return 0 * x",
    ),
    _forged(
        "Keras and TensorFlow patched",
        "import keras, tensorflow as tf\nkeras.ops.all = keras.ops.equal = lambda *a, **k: True\n"
        "tf.reduce_all = tf.equal = lambda *a, **k: True\ntf.test.TestCase.assertAllClose = lambda *a, **k: None\n"
        "def relu(x): return 0 * x",
    ),
    _forged(
        "built-in functions patched",
        "import builtins\nbuiltins.all = builtins.any = lambda *a: True\ndef relu(x): return 0 * x",
        spoils=True,
    ),
    _forged(
        "the judge patched",
        "from dlcourse.checks import compare, judge, question\ncompare.same = question.same = lambda *a, **k: True\n"
        "question.Expected.fits = lambda *a, **k: True\njudge._fits = lambda *a: True\ndef relu(x): return 0 * x",
    ),
    _forged(
        "a tolerance without bounds",
        "from dlcourse.checks import compare\ncompare.SINGLE_PRECISION = compare.Tolerance(1e9, 1e9)\n"
        "compare.Tolerance.__init__.__defaults__ = (1e9, 1e9)\ndef relu(x): return 0 * x",
    ),
    _forged(
        "the observer patched",
        "from dlcourse.checks.outcome import Outcome\nfrom dlcourse.checks import outcome\n"
        "from dlcourse.grading.sandbox import child\n"
        f"child.observe = outcome.observe = lambda *a, **k: {_RIGHT}\ndef relu(x): return 0 * x",
        spoils=True,
    ),
    _forged(
        "the sender patched",
        "from dlcourse.grading.sandbox import wire\nsend = wire.send\n"
        "def forged(channel, value):\n    send(channel, {'nonce': value['nonce'], 'value': 0.0, 'status': 'right',"
        " 'points': 9, 'attempted': True, 'error': '', 'changed': []})\nwire.send = forged",
        spoils=True,
    ),
    _forged(
        "the session's loop replaced by one that agrees",
        "import gc, socket\nfrom dlcourse.grading.sandbox import wire\n"
        "channel = next(each for each in gc.get_objects() if type(each) is socket.socket and each.fileno() > 2)\n"
        "asked = wire.receive(channel, 2**20) if False else None\n"
        "receive = wire.receive\n"
        "def again(*a):\n    request = receive(*a)\n"
        "    request['expression'] = 'True'\n    request['probe'] = 'item'\n"
        "    return request\nwire.receive = again",
        spoils=True,
    ),
    _forged(
        "the expected values looked for in memory and frames",
        "import gc, sys\nfrom dlcourse.checks.question import Expected, Question\n"
        "from dlcourse.checks.definition import QuestionDefinition\n"
        "kinds = (Expected, Question, QuestionDefinition)\n"
        "taken += [type(each).__name__ for each in gc.get_objects() if type(each) in kinds]\n"
        "def relu(x):\n    frame = sys._getframe()\n    while frame:\n"
        "        taken.extend(n for n in frame.f_locals if n in ('expected', 'labels', 'goal', 'reference'))\n"
        "        request = frame.f_locals.get('request') or {}\n"
        "        taken.extend(n for n in request if n in ('expected', 'labels', 'points', 'seed'))\n"
        "        frame = frame.f_back\n    return 0 * x",
    ),
    _forged(
        "another case's answer, kept",
        "kept = []\ndef relu(x):\n    kept.append(abs(x))\n    return kept[0]",
    ),
)
