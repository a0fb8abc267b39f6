"""Which strategy is picked; that replicas train as one device does; what is refused because they would not."""

from pathlib import Path

import keras
import pytest
import tensorflow as tf
from fresh_process import answer_of

from dlcourse import distribute, layers
from dlcourse.distribute import strategies


@pytest.mark.parametrize(
    ("there", "kind", "told"),
    [
        ({}, "auto", "one CPU: of one CPU; TensorFlow's default strategy"),
        ({}, "cpu", "one CPU: asked for; TensorFlow's default strategy"),
        ({"gpu": 1}, "auto", "one GPU: of one GPU and one CPU; TensorFlow's default strategy"),
        ({"cpus": 2}, "auto", "one CPU: of 2 logical CPUs; TensorFlow's default strategy"),
    ],
)
def test_what_is_picked_and_why_is_one_line(there, kind, told, monkeypatch, capsys):
    nothing = {"tpu": 0, "gpus": 0, "gpu": 0, "cpus": 0, "cpu": 1}
    monkeypatch.setattr(strategies, "_there", lambda: {**nothing, **there})
    assert distribute.strategy(kind).num_replicas_in_sync == 1
    assert capsys.readouterr().out == told + "\n"


@pytest.mark.parametrize("kind", ["tpu", "gpus", "gpu", "cpus"])
def test_what_is_not_there_is_refused_with_what_is(kind):
    if tf.config.list_physical_devices("GPU"):
        pytest.skip("this machine has a GPU")
    with pytest.raises(ValueError, match=f"'{kind}' is not there: this machine has one CPU"):
        distribute.strategy(kind)


def test_several_gpus_and_a_tpu_come_before_one():
    order = [{"tpu": 1, "gpus": 2, "gpu": 1}, {"gpus": 2, "gpu": 1}]
    told = [strategies._told({"tpu": 0, "gpus": 0, "gpu": 0, "cpus": 0, **there}) for there in order]
    assert told == ["a TPU and 2 GPUs and one CPU", "2 GPUs and one CPU"]


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind must be one of auto, tpu, gpus, gpu, cpus, cpu, got 'fast'"):
        distribute.strategy("fast")


def test_replicas_on_logical_processors_train_as_one_device_does():
    lines = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import replicas_script"
    said, differences = answer_of(f"{lines}; replicas_script.main()")
    assert said == "2 CPUs: asked for; MirroredStrategy, a replica on each\n"
    assert set(differences) == {"plain", "normalized", "clipped"}
    assert max(differences.values()) < 2e-5, differences


def model_with(optimizer=None, layer=None, **options):
    model = keras.Sequential([keras.Input((2,)), *([layer] if layer else []), keras.layers.Dense(1)])
    model.compile(optimizer or "sgd", "mse", **options)
    return model


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: model_with(keras.optimizers.SGD(clipnorm=1.0)), "clipnorm=1.0 clips each replica's part"),
        (lambda: model_with(keras.optimizers.SGD(global_clipnorm=2.0)), "global_clipnorm=2.0 clips"),
        (lambda: model_with(keras.optimizers.SGD(clipvalue=0.5)), "clipvalue=0.5 clips"),
        (lambda: model_with(keras.optimizers.SGD(gradient_accumulation_steps=2)), "gradient_accumulation_steps=2"),
        (lambda: model_with(steps_per_execution=4), "steps_per_execution=4 fails"),
        (lambda: model_with(jit_compile=True), "jit_compile=True fails"),
        (lambda: model_with(layer=keras.layers.BatchNormalization(name="norm")), "layer 'norm' normalizes each"),
        (lambda: model_with(layer=layers.BatchNormalization(name="ours")), "layer 'ours' normalizes each"),
    ],
)
def test_what_replicas_would_do_otherwise_is_refused(model, message):
    made = model()
    with pytest.raises(ValueError, match=f"on 2 replicas, .*{message}"):
        distribute.require_replicable(made, 2)
    distribute.require_replicable(made, 1)
