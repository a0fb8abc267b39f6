"""Questions about trained models: a score on labels that the answer never sees, and why it was not reached."""

import json

import numpy as np
import pytest

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.goal import Goal
from dlcourse.checks.judge import judge
from dlcourse.checks.outcome import Outcome, observe
from dlcourse.checks.question import Case, Question

LABELS = np.tile(np.arange(5), 8)


class Model:
    """What the probe needs of a Keras model: it predicts its classes whatever it is asked."""

    def __init__(self, predictions, parameters=100):
        self.predictions, self.parameters = predictions, parameters

    def __call__(self, x, training):
        assert training is False
        return np.asarray(self.predictions)[: len(x)]

    def count_params(self):
        return self.parameters


def one_hot(classes, count=5):
    return np.eye(count, dtype="float32")[classes]


def draw(rng):
    images = rng.integers(0, 17, size=(40, 6, 6, 1), dtype="uint8")
    arguments = {"x": images, "labels": LABELS.copy(), "unseen": images}
    goal = Goal(LABELS, at_least=0.8, at_most_parameters=1000)
    return [
        Case("unseen images", arguments, points=2, goal=goal),
        Case("inputs kept", arguments, pure=True, goal=Goal(LABELS, 0.5)),
    ]


def define(**changes):
    parts = {"mistakes": [], "draw": draw} | changes
    return QuestionDefinition("7.6", "Train", reference=None, accepted=[], hints=["Train."], probe="model", **parts)


QUESTION = Question.decoded("7.6", json.loads(json.dumps(define().question(0).encoded(), allow_nan=False)))


def verdict_on(answer):
    return judge(QUESTION, [observe(answer, case.arguments, QUESTION.probe) for case in QUESTION.cases])


def said_of(classes_or_predictions, parameters=100):
    predictions = np.asarray(classes_or_predictions)
    return verdict_on(lambda x, labels: Model(predictions, parameters)).says[0]


def test_an_answer_gets_all_arguments_but_the_last_and_no_labels_of_those():
    given = []
    observe(lambda *arguments: given.append(arguments) or Model(one_hot(LABELS)), QUESTION.cases[0].arguments, "model")
    ((x, labels),) = given
    np.testing.assert_array_equal(x, QUESTION.cases[0].arguments["x"])
    assert labels.shape == (40,)
    assert all(case.goal is None for case in QUESTION.cases)


def test_parameters_and_predictions_come_back_as_data():
    outcome = observe(lambda x, labels: Model(one_hot(LABELS), 123), QUESTION.cases[0].arguments, "model")
    assert outcome.value["parameters"] == 123
    np.testing.assert_array_equal(outcome.value["predictions"], one_hot(LABELS))


def test_a_score_that_is_reached_is_right_also_by_way_of_json():
    verdict = verdict_on(lambda x, labels: Model(one_hot(LABELS) * 3 - 1))
    assert (verdict.status, verdict.points, verdict.possible) == ("right", 3, 3)


def test_outcomes_of_the_same_form_are_judged_wherever_they_come_from():
    far = [Outcome.decoded({"value": {"parameters": 5, "predictions": one_hot(LABELS).tolist()}})] * 2
    assert judge(QUESTION, far).status == "wrong"
    far = [Outcome({"parameters": 5, "predictions": one_hot(LABELS)})] * 2
    assert judge(QUESTION, far).status == "right"


def test_a_stub_is_not_attempted():
    assert verdict_on(...).status == verdict_on(lambda x, labels: ...).status == "not attempted"


def test_the_easier_case_alone_can_be_right():
    classes = np.where(np.arange(40) < 28, LABELS, (LABELS + 1) % 5)
    verdict = verdict_on(lambda x, labels: Model(one_hot(classes)))
    assert (verdict.status, verdict.points) == ("wrong", 1)
    assert "accuracy 0.700 reached, at least 0.8 is needed" in verdict.says[0]


def test_in_place_work_costs_the_case_that_looks_at_it():
    def train(x, labels):
        x -= x
        return Model(one_hot(LABELS))

    verdict = verdict_on(train)
    assert verdict.points == 2
    assert verdict.says == (
        "inputs kept: the accuracy is reached, but its input `x` is modified in place: work on a copy",
    )


@pytest.mark.parametrize(
    ("predictions", "words"),
    [
        (one_hot((LABELS + 1) % 5), "labels look shifted: with 1 taken off"),
        (one_hot(np.zeros(40, dtype=int)), "it says class 0 to every example"),
        (one_hot(np.arange(40) // 8), "level of chance"),
        (one_hot(np.where(np.arange(40) < 24, LABELS, (LABELS + 1) % 5)), "it learns something"),
        (one_hot(np.where(np.arange(40) < 31, LABELS, (LABELS + 1) % 5)), "close; more epochs"),
        (LABELS.astype("float32"), "not the class alone"),
        (LABELS.astype("float32")[:, None], "how many units has the last layer"),
        (np.zeros((40, 2, 2, 5)), "`Flatten` or global pooling is missing"),
        (np.full((40, 5), np.nan), "not finite: training diverged"),
    ],
)
def test_what_is_missing_is_told_with_a_likely_reason(predictions, words):
    assert words in said_of(predictions)


def test_a_model_that_is_too_large_is_told_its_size_and_budget():
    told = said_of(one_hot(LABELS), 61_706)
    assert "61,706 parameters, at most 1,000 are allowed" in told
    assert "its accuracy of 1.000 would be enough" in told


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x, labels: None, "is there a `return model`?"),
        (
            lambda x, labels: Model,
            "gave the class Model, but a trained Keras model was expected: return the model itself",
        ),
        (lambda x, labels: {"loss": 1.0}, "gave a dict, but a trained Keras model was expected"),
        (lambda x: 1, "it has to take the arguments that the question names"),
        (Model(LABELS), "but a function was expected"),
    ],
)
def test_an_answer_that_gives_no_model_is_told_so(answer, words):
    verdict = verdict_on(answer)
    assert (verdict.status, verdict.points) == ("wrong", 0)
    assert words in verdict.says[0]


@pytest.mark.parametrize(
    "value", [None, 3.0, {}, {"predictions": "all right"}, {"parameters": "few", "predictions": one_hot(LABELS)}]
)
def test_an_outcome_of_another_form_is_wrong_and_raises_nothing(value):
    verdict = judge(QUESTION, [Outcome(value)] * 2)
    assert verdict.status == "wrong"
    assert verdict.says


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"draw": lambda rng: [*draw(rng), Case("without", {"x": 1})]}, "without"),
        ({"mistakes": [Mistake(None, says="No.")]}, "no mistake has words of its own"),
    ],
)
def test_a_definition_that_mixes_scores_with_values_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        define(**changes).question(0)


def test_a_goal_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="metric must be one of accuracy, got 'loss'"):
        Goal(LABELS, 0.5, metric="loss")
    with pytest.raises(ValueError, match="labels must be whole numbers"):
        Goal(one_hot(LABELS), 0.5)


def test_many_bytes_take_little_room_in_a_case_file():
    images = QUESTION.cases[0].arguments["x"]
    assert len(json.dumps(QUESTION.encoded()["cases"][0]["arguments"]["x"])) < 1.5 * images.size
    assert images.flags.writeable
