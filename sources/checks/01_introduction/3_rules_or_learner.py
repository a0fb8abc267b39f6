"""Question 1.3: rules, a classical learner or a network: what fits which task."""

from __future__ import annotations

from dlcourse.checks.definition import Mistake, QuestionDefinition
from dlcourse.checks.question import Case

METHODS = ("written_rules", "learner_on_features", "deep_network")
CHOICES = {
    "tax": "written_rules",
    "tumour": "learner_on_features",
    "photographs": "deep_network",
    "checksum": "written_rules",
}
IN_LISTS = {task: [method] for task, method in CHOICES.items()}
TURNED_ROUND = dict(reversed(CHOICES.items()))


def draw_tasks(rng):
    return [Case(task, {"task": task}) for task in CHOICES]


def choosing(task, method, words, says):
    return Mistake({**CHOICES, task: method}, words, says)


LAW = (
    "The law states the answer exactly. A learner would only come near it, from examples, and could not say which "
    "paragraph an amount follows from."
)
SMALL_TABLE = (
    "With 120 examples a network has far more weights than there are examples, and the measurements are already few "
    "and telling. Which kind of method needs less data?"
)
NOBODY_KNOWS = (
    "Nobody can write down which ten numbers make a tumour malignant, or the doctors would not have asked. There are "
    "examples, though."
)
PIXELS_BY_RULE = "No one has managed to write a rule about pixels that holds for every light, angle and distance."
NO_FEATURES = (
    "A classical learner works on given features, and here are only pixels. With a million examples the features can be "
    "learned, too."
)
EXACT = "A formula decides this exactly, and one wrong digit changes it: there is nothing to learn from examples."
QUESTION = QuestionDefinition(
    id="1.3",
    title="Rules or a learner",
    draw=draw_tasks,
    reference=CHOICES,
    accepted=[IN_LISTS, TURNED_ROUND],
    mistakes=[
        choosing("tax", "deep_network", "law", LAW),
        choosing("tax", "learner_on_features", "law", LAW),
        choosing("tumour", "deep_network", "less data", SMALL_TABLE),
        choosing("tumour", "written_rules", "examples, though", NOBODY_KNOWS),
        choosing("photographs", "written_rules", "pixels", PIXELS_BY_RULE),
        choosing("photographs", "learner_on_features", "given features", NO_FEATURES),
        choosing("checksum", "deep_network", "formula", EXACT),
        choosing("checksum", "learner_on_features", "formula", EXACT),
        Mistake({**CHOICES, "tax": "written_rule"}, "did you mean 'written_rules'", ""),
    ],
    hints=[
        "First ask of each task whether somebody could write the answer down as a formula that is always right.",
        "If not, ask what the input is: a few telling measurements, or raw pixels? And how many examples are there?",
    ],
    probe="item",
    options=METHODS,
)
