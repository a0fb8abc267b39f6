"""Every generated file equals its source; every lesson keeps to its shape; every notebook is clean. Nothing is run."""

import ast
import json
import re
from collections import Counter
from statistics import median

import nbformat
import pytest

from dlcourse.checks.definition import load_definition
from dlcourse.cli.list_command import measured_seconds
from dlcourse.curriculum import find_lesson
from dlcourse.notebook.student import student_copy
from tools import contents, source
from tools.cases import case_file_text, same_cases
from tools.hygiene import NOT_COMPARED, code, complaints, tags
from tools.render import notebook_text

LESSONS = sorted(path.stem for path in source.LESSONS.glob("*.py"))
EXERCISES = sorted(path.stem for path in source.EXERCISES.glob("*.py"))
FIRST_CELL = "import dlcourse\n\ndlcourse.start()"
LEADS = ("You will be able to", "You need", "Time", "Data")
LAST_SECTIONS = ("Summary", "Words you met", "Review questions", "Exercises", "References")


def lesson_source(slug):
    return source.to_notebook((source.LESSONS / f"{slug}.py").read_text(encoding="utf-8"))


def stored(folder, slug):
    return nbformat.read(folder / f"{slug}.ipynb", as_version=4)


def prose(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def sections(notebook):
    """Anchor and cells of each section that carries one."""
    found, current = {}, None
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"^## .*$", cell.source, re.MULTILINE):
                anchor = re.search(r'<a id="([\w-]+)"></a>', heading)
                current = anchor.group(1) if anchor else None
                if current:
                    found[current] = (heading, [])
        if current:
            found[current][1].append(cell)
    return found


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lessons_notebook_holds_the_cells_of_its_source(slug):
    assert source.same_cells(lesson_source(slug), stored(source.NOTEBOOKS, slug))


@pytest.mark.parametrize("slug", EXERCISES)
def test_a_solutions_notebook_holds_the_cells_of_its_source(slug):
    made = source.to_notebook((source.EXERCISES / f"{slug}.py").read_text(encoding="utf-8"))
    assert source.same_cells(made, stored(source.SOLUTIONS, slug))


@pytest.mark.parametrize("slug", EXERCISES)
def test_a_students_copy_is_made_from_its_solution_to_the_last_byte(slug):
    questions = [question.id for question in load_definition(source.CHECKS / f"{slug}.py").questions]
    made = source.canonical(student_copy(stored(source.SOLUTIONS, slug), questions))
    assert (source.STUDENTS / f"{slug}.ipynb").read_text(encoding="utf-8") == notebook_text(made)


@pytest.mark.parametrize("slug", EXERCISES)
def test_a_case_file_says_what_its_checks_say(slug):
    made = case_file_text(load_definition(source.CHECKS / f"{slug}.py"))
    assert same_cases((source.CASES / f"{slug}.json").read_text(encoding="utf-8"), made)


def test_no_generated_file_is_without_its_source():
    assert sorted(path.stem for path in source.NOTEBOOKS.glob("*.ipynb")) == LESSONS
    for folder, ending in ((source.SOLUTIONS, "ipynb"), (source.STUDENTS, "ipynb"), (source.CASES, "json")):
        assert sorted(path.stem for path in folder.glob(f"*.{ending}")) == EXERCISES


@pytest.mark.parametrize("folder", [source.NOTEBOOKS, source.SOLUTIONS, source.STUDENTS], ids=lambda path: path.name)
def test_generated_notebooks_are_stored_as_the_renderer_writes_them(folder):
    for path in folder.glob("*.ipynb"):
        assert path.read_text(encoding="utf-8") == notebook_text(nbformat.read(path, as_version=4))


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lesson_is_clean(slug):
    assert complaints(stored(source.NOTEBOOKS, slug)) == []


@pytest.mark.parametrize("slug", EXERCISES)
def test_a_solution_is_clean(slug):
    assert complaints(stored(source.SOLUTIONS, slug)) == []


@pytest.mark.parametrize("slug", EXERCISES)
def test_a_students_copy_has_no_outputs(slug):
    notebook = stored(source.STUDENTS, slug)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code(notebook))


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lesson_begins_with_what_it_gives_needs_takes_and_uses(slug):
    first = lesson_source(slug).cells[0].source
    assert first.startswith(f"# {find_lesson(slug).title}\n")
    assert [lead for lead in LEADS if f"**{lead}**" not in first] == []


@pytest.mark.parametrize("slug", LESSONS)
def test_the_seconds_that_a_lesson_names_are_those_measured(slug):
    named = int(re.search(r"\*\*Time\*\*\D*(\d+) s", lesson_source(slug).cells[0].source).group(1))
    assert measured_seconds()[slug] == pytest.approx(named, rel=0.35, abs=4)


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lesson_starts_with_the_one_call(slug):
    first = code(lesson_source(slug))[0]
    assert first.source == FIRST_CELL
    assert tags(first) == {"nbval-ignore-output"}


@pytest.mark.parametrize("slug", LESSONS)
def test_each_concept_is_a_section_with_executed_and_compared_code(slug):
    notebook, lesson = stored(source.NOTEBOOKS, slug), find_lesson(slug)
    found = sections(notebook)
    assert list(found) == [concept.id for concept in lesson.concepts]
    for concept in lesson.concepts:
        heading, cells = found[concept.id]
        assert heading == f'## {concept.title} <a id="{concept.id}"></a>'
        compared = [cell for cell in cells if cell.cell_type == "code" and not tags(cell) & NOT_COMPARED]
        assert any(cell.outputs for cell in compared), f"{concept.id} shows nothing that is compared"


@pytest.mark.parametrize("slug", LESSONS)
def test_the_names_that_a_section_is_to_use_are_used_in_it(slug):
    notebook, lesson = lesson_source(slug), find_lesson(slug)
    for concept in lesson.concepts:
        text = "\n".join(cell.source for cell in code(notebook))
        for name in concept.api:
            assert re.search(rf"\b{name.split('.')[-1]}\b", text), f"{name} is not used"


@pytest.mark.parametrize("slug", LESSONS)
def test_every_myth_of_the_curriculum_is_put_to_the_test(slug):
    wanted = sum("myth:" in concept.show for concept in find_lesson(slug).concepts)
    notebook = lesson_source(slug)
    assert prose(notebook).count("> **Myth:**") >= wanted


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lesson_is_of_the_right_length(slug):
    notebook = lesson_source(slug)
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|<[^>]+>", " ", prose(notebook), flags=re.DOTALL)
    words = len(re.findall(r"\b[\w'-]+\b", text))
    lengths = sorted(len(cell.source.splitlines()) for cell in code(notebook))
    assert 1200 <= words <= 3000, f"{words} words"
    assert 20 <= len(lengths) <= 45, f"{len(lengths)} code cells"
    assert median(lengths) <= 6, f"median of {median(lengths)} lines"
    assert lengths[int(0.9 * (len(lengths) - 1))] <= 18, f"lines per cell: {lengths}"


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lesson_ends_with_summary_words_questions_exercises_and_references(slug):
    text = prose(lesson_source(slug))
    headings = [re.sub(r" <a id.*", "", line[3:]).strip() for line in re.findall(r"^## .*$", text, re.MULTILINE)]
    assert tuple(headings[-len(LAST_SECTIONS) :]) == LAST_SECTIONS
    assert 8 <= text.count("<details>") <= 15
    assert contents.words_in(source.LESSONS / f"{slug}.py")


@pytest.mark.parametrize("slug", LESSONS)
def test_no_cell_ends_in_a_bare_fit_and_every_fit_is_quiet(slug):
    for cell in code(lesson_source(slug)):
        calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
        # `training.fit` is silent unless it is asked to speak, and gives numbers.
        fits = [call for call in calls if ast.unparse(call.func).endswith(".fit")]
        fits = [call for call in fits if ast.unparse(call.func) != "training.fit"]
        for call in fits:
            last = ast.parse(cell.source).body[-1]
            bare = isinstance(last, ast.Expr) and ast.unparse(last.value) == ast.unparse(call)
            keras = any(word.arg in ("epochs", "batch_size", "verbose") for word in call.keywords)
            assert not (bare and keras), cell.source
            assert not keras or any(word.arg == "verbose" for word in call.keywords), cell.source


def test_no_function_is_defined_in_two_lessons():
    names = Counter()
    for slug in LESSONS:
        trees = [ast.parse(cell.source) for cell in code(lesson_source(slug))]
        functions = [node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        names.update(set(functions))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("slug", LESSONS + EXERCISES)
def test_every_link_to_another_file_of_the_course_leads_somewhere(slug):
    lesson = (source.LESSONS / f"{slug}.py").exists()
    folder = source.NOTEBOOKS if lesson else source.STUDENTS
    path = (source.LESSONS if lesson else source.EXERCISES) / f"{slug}.py"
    text = prose(source.to_notebook(path.read_text(encoding="utf-8")))
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (folder / link).exists()] == []


def test_the_readmes_table_and_the_glossary_are_made_from_the_sources():
    readme = contents.README.read_text(encoding="utf-8")
    assert contents.readme_text(readme) == readme
    assert contents.GLOSSARY.read_text(encoding="utf-8") == contents.glossary_text()


def test_a_case_file_holds_data_alone():
    for path in source.CASES.glob("*.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        assert set(record) == {"schema", "exercise", "questions"}
