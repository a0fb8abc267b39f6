"""Two processes take the steps of one, under both engines; a killed worker costs the epoch that it was in."""

from pathlib import Path

import keras
import numpy as np
import pytest
import training_script
from training_script import OPTIONS, builder, examples

from dlcourse import distribute

SCRIPT = Path(training_script.__file__)
ROUNDING = 2e-6


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one process gives: the state in its checkpoint, and the losses."""
    folder = tmp_path_factory.mktemp("alone")
    trained = distribute.train(builder, *examples(), **OPTIONS, folder=folder)
    return state(folder), trained.losses


def state(folder):
    with np.load(folder / "checkpoint.npz") as kept:
        return {name: kept[name] for name in kept.files}


def assert_same_state(ours, theirs):
    for name, array in theirs.items():
        worst = float(np.abs(ours[name] - array).max())
        assert worst < ROUNDING, f"{name} differs by {worst:.1e}, at most {ROUNDING:.0e} was expected"


def test_the_comparison_can_fail(alone):
    kept, _ = alone
    with pytest.raises(AssertionError, match=r"losses differs by 1\.0e"):
        assert_same_state({**kept, "losses": kept["losses"] + 1}, kept)


def test_one_process_gives_what_keras_own_fit_gives():
    x, y = examples()
    trained = distribute.train(builder, x, y, epochs=1, batch_size=16)
    model = builder()
    order = np.random.default_rng((0, 0)).permutation(len(x))
    history = model.fit(x[order], y[order], batch_size=16, shuffle=False, verbose=0)
    assert trained.losses == pytest.approx(history.history["loss"], rel=1e-6)
    for ours, theirs in zip(trained.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_a_run_that_is_stopped_goes_on_and_ends_the_same(alone, tmp_path):
    kept, losses = alone
    for epochs, first in ((2, 0), (4, 2), (4, 4)):
        trained = distribute.train(builder, *examples(), epochs=epochs, batch_size=16, folder=tmp_path)
        assert trained.first_epoch == first
    assert trained.losses == losses
    assert_same_state(state(tmp_path), kept)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "arguments"),
    [("tensorflow", ["--kill", "1"]), ("jax", ["--kill", "1"]), ("jax", ["--split"])],
    ids=["TensorFlow", "JAX, data split", "JAX, weights split"],
)
def test_two_processes_give_what_one_gives_also_when_one_is_killed(engine, arguments, alone, tmp_path):
    if engine == "jax":
        pytest.importorskip("jax", reason="the optional backend jax is not installed")
    kept, _ = alone
    launched = distribute.launch(
        SCRIPT, 2, arguments=[str(tmp_path), *arguments], engine=engine, timeout=300, echo=False
    )
    killed = "--kill" in arguments
    assert launched.restarts == int(killed)
    began = [line for lines in launched.output for line in lines if "began" in line]
    assert began == [f"worker {k} of 2 began at epoch {2 * killed}" for k in range(2)]
    assert_same_state(state(tmp_path), kept)


def test_a_damaged_checkpoint_and_another_model_s_are_named(alone, tmp_path):
    file = tmp_path / "checkpoint.npz"
    file.write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(ValueError, match=r"checkpoint\.npz: not a checkpoint that can be read"):
        distribute.train(builder, *examples(), **OPTIONS, folder=tmp_path)
    np.savez(file, losses=np.zeros(1), variable0=np.zeros(3))
    with pytest.raises(ValueError, match="a checkpoint of another model"):
        distribute.train(builder, *examples(), **OPTIONS, folder=tmp_path)


def test_a_batch_that_workers_cannot_share_is_refused(monkeypatch):
    from dlcourse.distribute import loop
    from dlcourse.distribute.cluster import Cluster

    monkeypatch.setattr(loop, "from_environment", lambda engine: Cluster())
    engine = loop._engine("tensorflow", None)
    engine.cluster = Cluster(3, 0)
    monkeypatch.setattr(loop, "_engine", lambda *_: engine)
    with pytest.raises(ValueError, match="batch_size must be a multiple of the 3 workers, got 16"):
        distribute.train(builder, *examples(), **OPTIONS)


def test_weights_are_split_on_jax_alone():
    assert keras.config.backend() == "tensorflow"
    with pytest.raises(ValueError, match="model_axes are for Keras on JAX, the backend is tensorflow"):
        distribute.train(builder, *examples(), **OPTIONS, model_axes=training_script.AXES)
