"""Models of sequences, saved here, load and give the same in a process that has only imported `dlcourse.models`."""

import keras
import numpy as np
import pytest
from fresh_process import answer_of

from dlcourse import models

TOKENS = np.array([[1, 4, 5, 6], [1, 7, 0, 0]], "int32")
RANDOM = np.random.default_rng(0)
SIZES = {"width": 8, "depth": 1, "num_heads": 2}
MODELS = {
    "gpt": (lambda: models.gpt(vocabulary_size=9, context_length=8, **SIZES), [TOKENS]),
    "bert": (
        lambda: models.bert(vocabulary_size=9, max_length=8, **SIZES),
        {"tokens": TOKENS, "token_types": np.zeros_like(TOKENS)},
    ),
    "vit": (
        lambda: models.vit(input_shape=(4, 8, 1), num_classes=3, patch_size=4, **SIZES),
        [RANDOM.random((2, 4, 8, 1), "float32")],
    ),
    "transformer": (lambda: models.transformer(9, 9, **SIZES), [TOKENS[:, ::-1], TOKENS]),
    "seq2seq": (lambda: models.Seq2Seq(9, 9, units=4, bidirectional=True), [TOKENS, TOKENS]),
    "bilstm_classifier": (lambda: models.bilstm_classifier(9, units=4, pooling="attention"), [TOKENS]),
    "ctc_recognizer": (lambda: models.ctc_recognizer(bands=3, units=4), [RANDOM.random((2, 6, 3), "float32")]),
}
LOADING = """
import json
import keras
import numpy as np
import dlcourse.models
told = {}
for name in NAMES:
    model = keras.models.load_model(f"{FOLDER}/{name}.keras")
    arrays = dict(np.load(f"{FOLDER}/{name}.npz"))
    inputs = arrays if "tokens" in arrays else [arrays[key] for key in sorted(arrays)]
    outputs = keras.tree.flatten(model(inputs if len(inputs) > 1 else inputs[0]))
    told[name] = [model.count_params(), [keras.ops.convert_to_numpy(each).tolist() for each in outputs]]
print(json.dumps(told))
"""


def outputs_of(model, inputs):
    outputs = model(inputs if len(inputs) > 1 else inputs[0])
    return [keras.ops.convert_to_numpy(each) for each in keras.tree.flatten(outputs)]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """What each model says here, and what it says in the fresh process."""
    folder, here = tmp_path_factory.mktemp("saved"), {}
    for name, (build, inputs) in MODELS.items():
        keras.utils.set_random_seed(0)
        model = build()
        model.save(folder / f"{name}.keras")
        named = inputs if isinstance(inputs, dict) else {str(place): each for place, each in enumerate(inputs)}
        np.savez(folder / f"{name}.npz", **named)
        here[name] = [model.count_params(), outputs_of(model, inputs)]
    return here, answer_of(f"NAMES, FOLDER = {list(MODELS)!r}, {str(folder)!r}\n{LOADING}")


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_loaded_in_a_fresh_process_a_model_gives_the_same(both, name):
    here, there = (each[name] for each in both)
    assert there[0] == here[0]
    for ours, loaded in zip(here[1], there[1], strict=True):
        np.testing.assert_allclose(loaded, ours, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_under_mixed_precision_it_gives_nearly_the_same_and_keeps_its_policy(name):
    build, inputs = MODELS[name]
    keras.utils.set_random_seed(0)
    expected = outputs_of(build(), inputs)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        keras.utils.set_random_seed(0)
        model = build()
        again = model.from_config(model.get_config())
    finally:
        keras.config.set_dtype_policy("float32")
    assert all(weight.dtype == "float32" for weight in model.weights)
    assert {layer.compute_dtype for layer in again.layers} == {layer.compute_dtype for layer in model.layers}
    for ours, single in zip(outputs_of(model, inputs), expected, strict=True):
        np.testing.assert_allclose(ours.astype("float32"), single, atol=0.1)
