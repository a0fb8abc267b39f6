"""TrainingDoctor names each planted fault, says nothing about healthy runs, and leaves the training as it was."""

import keras
import numpy as np
import pytest
from planted_runs import (
    CLASSES,
    FAULTS,
    HEALTHY,
    MORE_SEEDS,
    L,
    blobs,
    compiled,
    examined,
    network,
    small_classifier,
    unscaled,
)

from dlcourse.callbacks import TrainingDoctor
from dlcourse.callbacks.diagnoses import diagnose
from dlcourse.callbacks.vitals import Vitals


def on_seeds(runs):
    """Each run on one of the seeds 0 to 3 in turn, or on those of `MORE_SEEDS`."""
    return [
        pytest.param(run, seed, id=f"{run.__name__}-{seed}")
        for place, run in enumerate(runs)
        for seed in MORE_SEEDS.get(run, (place % 4,))
    ]


def names(doctor):
    return [finding.name for finding in doctor.findings]


@pytest.mark.filterwarnings("ignore:.*received `from_logits=True`")  # Keras names this one fault too
@pytest.mark.parametrize(("fault", "seed"), on_seeds(FAULTS))
def test_a_planted_fault_is_found_and_nothing_else(fault, seed):
    keras.utils.set_random_seed(seed)
    doctor = fault(seed)
    assert names(doctor) == [FAULTS[fault]], doctor.report()


@pytest.mark.parametrize(("run", "seed"), on_seeds(HEALTHY))
def test_nothing_is_found_in_a_healthy_run(run, seed):
    keras.utils.set_random_seed(seed)
    doctor = run(seed)
    assert names(doctor) == [], doctor.report()


def test_a_second_fit_starts_afresh_also_with_another_model():
    data = blobs()
    doctor = TrainingDoctor(*data)
    for rate, found in ((1e-6, ["rate too low"]), (0.1, []), (1e-6, ["rate too low"])):
        keras.utils.set_random_seed(0)
        model = compiled(network(L.Dense(16, "relu")), keras.optimizers.SGD(rate))
        model.optimizer.build(model.trainable_variables)
        model.fit(*data[0], batch_size=16, epochs=2, verbose=0, callbacks=[doctor])
        assert names(doctor) == found
        assert len(doctor.vitals.training) == 2


def test_a_trained_model_that_trains_on_is_healthy():
    data = blobs()
    model = compiled(network(L.Dense(16, "relu")), keras.optimizers.SGD(0.1))
    doctor = examined(model, data, epochs=20)
    model.fit(*data[0], batch_size=16, epochs=1, verbose=0, callbacks=[doctor])
    assert names(doctor) == []


def noisy():
    keras.utils.set_random_seed(3)
    return compiled(network(L.Dense(16, "relu"), L.BatchNormalization(), L.Dropout(0.5)))


def test_training_with_and_without_it_gives_identical_weights_and_logs():
    (x, y), held_back = blobs()
    plain, watched = noisy(), noisy()
    arguments = {"epochs": 2, "shuffle": False, "verbose": 0, "validation_data": held_back}
    expected = plain.fit(x, y, **arguments).history
    got = watched.fit(x, y, callbacks=[TrainingDoctor((x, y), held_back)], **arguments).history
    assert got == expected
    for ours, theirs in zip(watched.variables, plain.variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert not any("call" in vars(layer) for layer in watched.layers)


def test_the_report_says_what_was_measured_what_is_wrong_and_what_to_try():
    keras.utils.set_random_seed(0)
    report = unscaled(0).report()
    assert "Measured over 3 epochs, 18 steps" in report
    assert "Unscaled inputs: what enters the first layer with weights has a root mean square of" in report
    assert "Try: Subtract the training set's mean" in report


def test_the_report_of_a_healthy_run_says_so_and_what_was_not_looked_for():
    keras.utils.set_random_seed(0)
    report = examined(compiled(network(L.Dense(16, "relu"))), blobs(), with_validation=False).report()
    assert "Nothing wrong was found." in report
    assert "Not looked for without validation data" in report


def test_the_constant_guess_over_equal_classes_costs_the_logarithm_of_their_number():
    keras.utils.set_random_seed(0)
    assert small_classifier(0).vitals.baseline == pytest.approx(np.log(CLASSES), abs=1e-4)


def test_a_finding_hides_its_consequences_and_another_root_cause_stands_beside_it():
    vitals = Vitals(losses=[1.0, 9.0], peak=float("inf"), entering=200.0, idle=("drop",), steps=5, dead={"a": 1.0})
    assert [each.name for each in diagnose(vitals)] == ["unscaled inputs", "forgotten training flag"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((np.ones((4, 2)),), "probe must be a pair .x, y., got ndarray"),
        (((np.ones((0, 2)), np.ones(0)),), "probe must hold at least one example"),
        (((np.ones((4, 2)), np.ones(4)), 3), "validation must be a pair .x, y., got int"),
        (((np.ones((4, 2)), np.ones(4)), None, "head"), "frozen must be a tuple of layers' names, got 'head'"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        TrainingDoctor(*arguments)


def test_an_unknown_frozen_layer_is_refused_and_the_known_ones_are_named():
    with pytest.raises(ValueError, match=r"names of layers among \['head', .*got \['haed'\]"):
        examined(compiled(network()), blobs(), frozen=("haed",))


def test_a_model_without_trainable_weights_is_refused():
    model = network()
    model.trainable = False
    with pytest.raises(ValueError, match="must have a trainable weight, got none"):
        examined(compiled(model), blobs())


def test_a_report_before_a_run_is_refused():
    (x, y), _ = blobs()
    with pytest.raises(ValueError, match="needs a run of at least one epoch"):
        TrainingDoctor((x, y)).report()
