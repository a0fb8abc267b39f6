"""Every exercise's checks: right answers are right, planted mistakes are told, for any draw; nothing is given away."""

import ast
import inspect
import json
import textwrap

import nbformat
import pytest

from dlcourse import progress
from dlcourse.checks.definition import PUBLIC_SEED, load_definition
from dlcourse.checks.judge import judge
from dlcourse.checks.outcome import observe
from dlcourse.checks.question import Question, public_questions
from dlcourse.curriculum import chapter_of, chapters
from dlcourse.notebook.student import strip_marks, strip_solution
from tools import source
from tools.cases import same_cases

SLUGS = sorted(path.stem for path in source.CHECKS.glob("*.py"))
DEFINITIONS = {slug: load_definition(source.CHECKS / f"{slug}.py") for slug in SLUGS}
QUESTIONS = [pytest.param(each, id=each.id) for slug in SLUGS for each in DEFINITIONS[slug].questions]
CHOICES = [pytest.param(each, id=each.id) for slug in SLUGS for each in DEFINITIONS[slug].questions if each.options]
SEEDS = [PUBLIC_SEED, 0, 1, 2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 8))]

TRAINED = [pytest.param(0, marks=pytest.mark.slow)]  # seconds an answer; calibrating a threshold takes all seeds

every_exercise = pytest.mark.parametrize("slug", SLUGS)
every_question = pytest.mark.parametrize("definition", QUESTIONS)


def draws():
    """Each question with the seeds that it is tried for: few where answers train a model."""
    for slug in SLUGS:
        for each in DEFINITIONS[slug].questions:
            for seed in TRAINED if each.probe == "model" else SEEDS:
                number, marks = (seed, ()) if isinstance(seed, int) else (seed.values[0], seed.marks)
                yield pytest.param(each, number, id=f"{each.id}-{number}", marks=marks)


every_draw = pytest.mark.parametrize(("definition", "seed"), list(draws()))


def as_public(question):
    """The question as it comes out of a case file."""
    return Question.decoded(question.id, json.loads(json.dumps(question.encoded(), allow_nan=False)))


def verdict_on(answer, question):
    return judge(question, [observe(answer, case.arguments, question.probe) for case in question.cases])


def named(answer):
    return getattr(answer, "__name__", answer)


def cells(folder, slug):
    return nbformat.read(folder / f"{slug}.ipynb", as_version=4).cells


def code_of(folder, slug):
    return "\n".join(cell.source for cell in cells(folder, slug) if cell.cell_type == "code")


def answer_lines(slug):
    """What only the solution says: its lines, less those that the student is given anyway."""
    lines = set()
    for cell in cells(source.SOLUTIONS, slug):
        question = cell.metadata.get("question")
        if question:
            given = strip_solution(cell.source, question)
            lines |= telling_lines(strip_marks(cell.source)) - telling_lines(given)
    return lines


def telling_lines(code):
    """Lines of code that are long enough to tell something; imports tell nothing."""
    stripped = {line.strip() for line in code.splitlines()}
    return {
        line
        for line in stripped
        if len(line) > 12 and not line.startswith(("#", "def ", "import ", "from ", "return weights"))
    }


@every_draw
def test_right_answers_are_right(definition, seed):
    question = as_public(definition.question(seed))
    for answer in (definition.reference, *definition.accepted):
        verdict = verdict_on(answer, question)
        assert (verdict.status, verdict.points) == ("right", verdict.possible), f"{named(answer)}: {verdict}"


@every_draw
def test_planted_mistakes_are_wrong_and_told_in_their_words(definition, seed):
    question = as_public(definition.question(seed))
    for mistake in definition.mistakes:
        verdict = verdict_on(mistake.answer, question)
        if mistake.starter:
            assert (verdict.status, verdict.points) == ("not attempted", 0), f"{named(mistake.answer)}: {verdict}"
            continue
        told = "\n".join(verdict.says)
        assert verdict.status == "wrong", f"{named(mistake.answer)}: {verdict}"
        assert verdict.points < verdict.possible
        assert mistake.words, f"{named(mistake.answer)} needs the words that its message must contain"
        assert mistake.words in told, f"{named(mistake.answer)}: {mistake.words!r} is not in {told!r}"


@every_question
def test_a_question_has_enough_answers_mistakes_hints_and_cases(definition):
    assert len(definition.accepted) >= 2
    assert sum(not mistake.starter for mistake in definition.mistakes) >= 3
    assert len(definition.hints) >= 2
    assert all(hint.strip() for hint in definition.hints)
    cases = definition.question(PUBLIC_SEED).cases
    assert len(cases) >= (2 if definition.probe == "model" else 3)
    assert len({case.name for case in cases}) == len(cases)


@every_question
def test_one_case_at_least_sees_to_it_that_inputs_are_kept(definition):
    cases = definition.question(PUBLIC_SEED).cases
    if any(hasattr(value, "dtype") for case in cases for value in case.arguments.values()):
        assert any(case.pure for case in cases)


@every_question
def test_other_seeds_draw_other_cases(definition):
    if not definition.options:
        assert definition.question(1).encoded()["cases"] != definition.question(2).encoded()["cases"]


@every_exercise
def test_questions_are_numbered_through_within_their_chapter(slug):
    ids = [question.id for question in DEFINITIONS[slug].questions]
    number = next(chapter.number for chapter in chapters() if chapter.slug == slug)
    assert ids == [f"{number}.{k}" for k in range(1, len(ids) + 1)]
    assert all(chapter_of(each).slug == slug for each in ids)


@every_exercise
def test_the_case_file_that_ships_holds_the_public_draw(slug):
    for definition in DEFINITIONS[slug].questions:
        shipped, made = public_questions(slug)[definition.id].encoded(), definition.question(PUBLIC_SEED).encoded()
        assert same_cases(json.dumps(shipped), json.dumps(made))


@every_exercise
def test_the_case_file_holds_data_alone(slug):
    text = (source.CASES / f"{slug}.json").read_text(encoding="utf-8")
    record = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    for sign in ("lambda", "def ", "import ", "np.", "pickle"):
        assert not any(sign in value for value in strings(record, outside=("hints", "says")))


def strings(value, outside=()):
    """All text in a JSON value, keys included, but not what lies under the keys in `outside`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from strings(each, outside)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from () if key in outside else strings(each, outside)


@pytest.mark.parametrize("definition", CHOICES)
def test_a_choices_case_file_shows_fingerprints_and_no_answer(definition):
    record = definition.question(PUBLIC_SEED).encoded()
    for case in record["cases"]:
        assert set(case["expected"]) == {"digests"}
    for mistake in record["mistakes"]:
        assert all(set(given) == {"digests"} for given in mistake["gives"])
    shown = list(strings({key: value for key, value in record.items() if key != "options"}))
    for answer in accepted_choices(definition):
        assert not any(all(word in text for word in answer) for text in shown)


def accepted_choices(definition):
    """The words of every right answer to every case."""
    for answer in (definition.reference, *definition.accepted):
        for case in definition.question(PUBLIC_SEED).cases:
            chosen = observe(answer, case.arguments, definition.probe).value
            yield chosen if isinstance(chosen, list) else [chosen]


@pytest.mark.parametrize("definition", CHOICES)
def test_every_accepted_choice_is_among_the_options(definition):
    for answer in accepted_choices(definition):
        assert set(answer) <= set(definition.options)


@every_exercise
def test_the_students_copy_holds_no_line_of_the_solution(slug):
    given = telling_lines(code_of(source.STUDENTS, slug))
    assert answer_lines(slug)
    assert not answer_lines(slug) & given
    text = (source.STUDENTS / f"{slug}.ipynb").read_text(encoding="utf-8")
    assert "SOLUTION" not in text
    assert "STARTER" not in text


@every_exercise
def test_the_students_copy_and_its_case_file_hold_no_line_of_a_reference(slug):
    given = telling_lines(code_of(source.STUDENTS, slug))
    shown = (source.CASES / f"{slug}.json").read_text(encoding="utf-8")
    for definition in DEFINITIONS[slug].questions:
        for answer in (definition.reference, *definition.accepted):
            lines = telling_lines(body_of(answer)) if callable(answer) else set()
            own = lines - telling_lines(starter_of(slug, definition.id))
            assert not own & given
            assert not any(line in shown for line in own)


def body_of(function):
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return "\n".join(ast.unparse(statement) for statement in tree.body[0].body)


def starter_of(slug, number):
    given = next(cell.source for cell in cells(source.STUDENTS, slug) if cell.metadata.get("question") == number)
    return ast.unparse(ast.parse(given)) + "\n" + given


def run(folder, slug, monkeypatch):
    """Run a notebook's code in this process, without its first cell's slow start."""
    monkeypatch.setattr("dlcourse.runtime.start", lambda *_: None)
    namespace = {}
    for cell in cells(folder, slug):
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{slug} {cell.id}", "exec"), namespace)
    return {number: standing.status for number, standing in progress.standings().items()}


@every_exercise
def test_a_students_copy_runs_as_it_is_and_nothing_counts_as_attempted(slug, monkeypatch):
    statuses = run(source.STUDENTS, slug, monkeypatch)
    assert statuses == {definition.id: "not attempted" for definition in DEFINITIONS[slug].questions}
    assert all(standing.attempts == 0 for standing in progress.standings().values())


@every_exercise
def test_a_solution_is_right_in_every_question(slug, monkeypatch):
    statuses = run(source.SOLUTIONS, slug, monkeypatch)
    assert statuses == {definition.id: "right" for definition in DEFINITIONS[slug].questions}
