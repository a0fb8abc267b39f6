"""A session: cells, answers, models, and each way to die, told apart; the next session knows nothing of it."""

import dataclasses

import numpy as np
import pytest

from dlcourse.checks.outcome import Outcome
from dlcourse.grading.sandbox import Limits, Sandbox, SandboxError, detect_tier

LIMITS = Limits(
    cell_seconds=20, call_seconds=5, total_seconds=60, memory_bytes=700 * 2**20, processes=48, file_bytes=2**24
)
TRAIN = """
import keras

def train(x, labels):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, labels, verbose=0)
    return model
"""
CASE = {"x": np.zeros((4, 2), "float32"), "labels": np.zeros(4, "int64"), "unseen": np.ones((5, 2), "float32")}


def test_cells_share_a_namespace_and_an_answer_is_asked_by_its_name(session):
    assert session.run_cell("import numpy as np").status == "ok"
    assert session.run_cell("def relu(x):\n    return np.maximum(x, 0)").status == "ok"
    first, second = session.observe("relu", [{"x": np.array([-1.0, 2.0])}, {"x": 3}])
    np.testing.assert_array_equal(first.value, [0.0, 2.0])
    assert second == Outcome(3)


def test_a_lesson_s_first_cell_runs(session):
    assert session.run_cell("import dlcourse\nfrom dlcourse import check\ndlcourse.start()").status == "ok"


def test_a_branch_on_a_tensor_works_in_a_compiled_function_as_in_a_notebook(session):
    source = "import tensorflow as tf\n@tf.function\ndef f(x):\n    if x > 0:\n        return x\n    return -x"
    session.run_cell(source + "\ndef g(x):\n    return float(f(tf.constant(x)))")
    assert session.observe("g", [{"x": -2.0}]) == [Outcome(2.0)]


def test_an_error_is_told_and_the_session_goes_on(session):
    result = session.run_cell("1 / 0")
    assert (result.status, result.message) == ("error", "raised ZeroDivisionError: division by zero")
    assert session.run_cell("x = 1").status == "ok"
    (outcome,) = session.observe("nothing", [{}])
    assert outcome.error == "raised NameError: name 'nothing' is not defined"


def test_an_argument_that_was_changed_and_a_stub_are_told(session):
    session.run_cell("def f(x):\n    x[0] = 9\n    return x\ndef g(x):\n    raise NotImplementedError")
    (changed,) = session.observe("f", [{"x": np.zeros(2)}])
    assert changed.changed == ("x",)
    assert session.observe("g", [{"x": 1}]) == [Outcome(attempted=False)]


def test_a_trained_model_is_counted_and_predicts_elsewhere(session):
    session.run_cell(TRAIN)
    (outcome,) = session.observe("train", [CASE], "model")
    assert outcome.error == ""
    assert outcome.value["parameters"] == 9
    assert outcome.value["predictions"].shape == (5, 3)
    np.testing.assert_allclose(outcome.value["predictions"].sum(axis=1), 1, atol=1e-6)


TWICE = "twice = keras.Model(model.inputs, [model.outputs[0]] * 2)\n    return twice"
HIDDEN = (  # in the student's process alone
    "kind, call = type(twice), type(twice).__call__\n"
    "    kind.__call__ = lambda self, *a, **k: call(self, *a, **k)[0]\n    return twice"
)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            TRAIN.replace("keras.layers.Dense(3, ", "keras.layers.Lambda(lambda x: x), keras.layers.Dense(3, "),
            "'Lambda'",
        ),
        (TRAIN.replace("return model", "return 3"), "a trained Keras model was expected"),
        (
            TRAIN + "\n@keras.saving.register_keras_serializable()\nclass Dense(keras.layers.Dense):\n    pass\n"
            "keras.layers.Dense = Dense",
            "registered by nobody",
        ),
        (TRAIN.replace("return model", TWICE), "several outputs"),
        (TRAIN.replace("return model", TWICE.replace("return twice", HIDDEN)), "several outputs"),
    ],
)
def test_a_model_that_cannot_be_checked_costs_that_question(source, said, session):
    session.run_cell(source)
    (outcome,) = session.observe("train", [CASE], "model")
    assert said in outcome.error
    assert session.alive


def test_a_model_inside_a_model_passes_though_it_was_compiled(session):
    nested = "    return keras.Sequential([keras.Input((2,)), keras.layers.Rescaling(1 / 16), model])"
    session.run_cell(TRAIN.replace("    return model", nested))
    (outcome,) = session.observe("train", [CASE], "model")
    assert (outcome.error, outcome.value["parameters"]) == ("", 9)


def test_the_models_of_a_session_are_rebuilt_in_one_other_and_after_its_death_in_a_third(sandbox, monkeypatch):
    with sandbox.session() as session:
        made = []
        monkeypatch.setattr(session, "_another", lambda: made.append(sandbox.session()) or made[-1])
        session.run_cell(TRAIN)
        outcomes = session.observe("train", [CASE, CASE], "model")
        assert len(made) == 1
        assert made[0].alive
        made[0].close()
        outcomes += session.observe("train", [CASE], "model")
        assert [outcome.error for outcome in outcomes] == ["", "", ""]
        assert len(made) == 2
    assert not made[1].alive


def test_one_that_dies_while_it_starts_is_replaced(sandbox, monkeypatch):
    with sandbox.session() as session:
        made = []

        def another():
            made.append(sandbox.session())
            if len(made) == 1:
                made[0]._begin({"do": "cell", "source": "import os; os._exit(0)"}, 10)
            return made[-1]

        monkeypatch.setattr(session, "_another", another)
        session.run_cell(TRAIN)
        (outcome,) = session.observe("train", [CASE], "model")
        assert (outcome.error, outcome.value["parameters"]) == ("", 9)
        assert [each.alive for each in made] == [False, True]


def test_parameters_and_predictions_are_not_the_student_s_word(session):
    session.run_cell(TRAIN.replace("    return model", "    model.count_params = lambda: 1\n    return model"))
    (outcome,) = session.observe("train", [CASE], "model")
    assert outcome.value["parameters"] == 9


@pytest.mark.parametrize(
    ("source", "death"),
    [
        ("import os; os._exit(0)", "crashed"),
        ("import ctypes; ctypes.string_at(0)", "crashed"),
    ],
)
def test_a_death_ends_the_session_and_no_other(source, death, sandbox):
    with sandbox.session() as one, sandbox.session() as other:
        assert one.run_cell(source).status == death
        assert (one.alive, one.last_death) == (False, death)
        assert one.run_cell("1").status == death
        assert one.observe("x", [{}])[0].error == "ended its process"
        assert other.run_cell("x = 1").status == "ok"


def test_time_runs_out_for_a_cell_for_a_case_and_for_all(sandbox):
    short = dataclasses.replace(LIMITS, cell_seconds=0.5, call_seconds=0.5)
    with sandbox.session(short) as session:
        result = session.run_cell("while True: pass")
        assert (result.status, result.message) == ("timeout", "took longer than 0.5 s")
    with sandbox.session(short) as session:
        session.run_cell("def f(x):\n    while x: pass\n    return x")
        outcomes = session.observe("f", [{"x": 0}, {"x": 1}, {"x": 0}])
        assert [each.error for each in outcomes] == ["", *["took longer than 0.5 s"] * 2]
    with sandbox.session(dataclasses.replace(LIMITS, total_seconds=0.5)) as session:
        assert session.run_cell("while True: pass").status == "timeout"


def test_many_processes_with_much_memory_each_are_ended_by_the_watch(sandbox):
    source = """
import os, time
for _ in range(6):
    if os.fork() == 0:
        kept = bytearray(200 * 2**20)
        time.sleep(60)
os.wait()
"""
    with sandbox.session() as session:
        assert session.run_cell(source).status == "memory"


def test_several_share_a_zygote_and_one_that_goes_leaves_it_to_the_others(sandbox):
    ways = [sandbox.another() for _ in range(2)]
    for way in ways:
        with way, way.session() as session:
            assert session.run_cell("1 / 0").message == "raised ZeroDivisionError: division by zero"
    with sandbox.session() as session:
        assert session.run_cell("1").status == "ok"


def test_a_session_has_one_socket_and_no_way_into_the_zygote(sandbox):
    source = """
import os, stat
def sockets(most):
    found = 0
    for number in range(most):
        try:
            found += stat.S_ISSOCK(os.fstat(number).st_mode)
        except OSError:
            pass
    return found
"""
    with sandbox.another() as way, way.session() as session:
        session.run_cell(source)
        (outcome,) = session.observe("sockets", [{"most": 1000}])
        assert outcome.value == 1


def test_a_zygote_that_is_gone_is_an_error_of_the_sandbox():
    made = Sandbox(Limits(), detect_tier().name)
    made._process.kill()
    made._process.wait()
    with pytest.raises(SandboxError, match="the sandbox is gone"):
        made.session()
    made.close()


def test_an_unknown_tier_is_refused():
    with pytest.raises(ValueError, match="tier must be one of A, B, C, got 'D'"):
        Sandbox(tier="D")
