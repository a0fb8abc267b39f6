"""Models that run code, lie about themselves, do not fit into memory, or look answers up."""

from dlcourse.grading.attacks.attack import Attack

_IMPORTS = "import keras, json\nimport numpy as np\nlayers = keras.layers\n"
_SMALL = "keras.Sequential([keras.Input((2,)), layers.Dense(2)])"


def _model(name: str, source: str, ends: str = "") -> Attack:
    return Attack(name, "models", (_IMPORTS + source,), asks="train", ends=ends)


def _configured(name: str, config: str) -> Attack:
    source = (
        f"{config}\nfrom dlcourse.grading.sandbox import child\n"
        "child.exported = lambda model: {'config': json.dumps(config), 'weights': []}\n"
        f"made = {_SMALL}\ndef train(x, labels): return made"
    )
    return _model(name, source)


_DENSE = (
    "config = {{'module': 'keras', 'class_name': 'Sequential', 'registered_name': None, 'config': {{'name': 'm',"
    " 'layers': [{{'module': 'keras.layers', 'class_name': 'InputLayer', 'registered_name': None,"
    " 'config': {{'batch_shape': [None, 2], 'dtype': 'float32', 'name': 'i'}}}},"
    " {{'module': '{module}', 'class_name': '{name}', 'registered_name': {registered}, 'config': {config}}}]}}}}"
)


def _layer(name: str = "Dense", module: str = "keras.layers", registered: str = "None", config: str = "{}") -> str:
    return _DENSE.format(name=name, module=module, registered=registered, config=config)


MODELS = (
    _model("no model", "def train(x, labels): return 1.0"),
    _model("not trained", f"def train(x, labels): return {_SMALL}"),
    _model(
        "an object with the methods of a model",
        "class Model:\n    def predict(self, x, verbose=0): return np.eye(2)[np.zeros(len(x), int)]\n"
        "    def count_params(self): return 1\n    def get_weights(self): return []\n"
        "def train(x, labels): return Model()",
    ),
    _model(
        "a Lambda layer",
        "def train(x, labels):\n    return keras.Sequential([keras.Input((2,)), layers.Lambda(lambda x: x)])",
    ),
    _model(
        "a class with the name of Keras's",
        "@keras.saving.register_keras_serializable('keras')\nclass Dense(layers.Layer):\n"
        "    def call(self, x): return x\ndef train(x, labels):\n"
        "    return keras.Sequential([keras.Input((2,)), Dense()])",
    ),
    _model(
        "predictions that are claimed",
        f"made = {_SMALL}\nmade.predict = lambda *a, **k: np.ones((200, 2))\nmade.count_params = lambda: 1\n"
        "def train(x, labels): return made",
    ),
    _model(
        "a look-up of all that was given",
        "def train(x, labels):\n    n = len(x)\n    m = keras.Sequential([keras.Input((2,)), layers.Dense(n, 'relu'),"
        " layers.Softmax(), layers.Dense(2, use_bias=False)])\n"
        "    m.set_weights([2000 * x.T, -1000 * (x**2).sum(1), np.eye(2)[labels]])\n    return m",
    ),
    _configured("a layer of terabytes", _layer(config="{'units': 2**42}")),
    _configured(
        "a thousand layers of a gigabyte", _layer(config="{'units': 2**28}") + "\nconfig['config']['layers'] *= 2"
    ),
    _configured("a configuration that imports", _layer("system", "os", config="{'command': 'touch @OUTSIDE@/ran'}")),
    _configured("a configuration that calls a function", _layer("eval", "builtins", config="{'expression': '1'}")),
    _configured(
        "a configuration that loads a file", _layer("load_model", "keras.models", config="{'filepath': '@SECRET@'}")
    ),
    _configured(
        "a configuration that nests for ever",
        "config = {'class_name': 'Dense', 'config': {}}\nfor _ in range(900): config = {'a': config}",
    ),
    _configured("a registered name of nobody", _layer(registered="'mine>Dense'", config="{'units': 2}")),
    _configured("a configuration that is a list", "config = []"),
    _model(
        "weights that do not fit",
        f"made = {_SMALL}\nmade.get_weights = lambda: [np.zeros(3)]\ndef train(x, labels): return made",
    ),
    _model(
        "weights that are no arrays",
        f"made = {_SMALL}\nmade.get_weights = lambda: ['a', None]\ndef train(x, labels): return made",
    ),
    _model(
        "weights that are not numbers",
        f"made = {_SMALL}\nmade.set_weights([np.full((2, 2), np.nan), np.zeros(2)])\ndef train(x, labels): return made",
    ),
)
