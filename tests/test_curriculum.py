import re
from pathlib import Path

import pytest

from dlcourse import curriculum
from dlcourse.curriculum import UnknownLessonError, find_lesson
from tools import source

# How many of the 207 concepts have no section in a lesson yet. This number may only fall.
NOT_YET_TAUGHT = 113


def test_the_course_has_20_chapters_38_lessons_and_207_concepts():
    assert len(curriculum.chapters()) == 20
    assert len(list(curriculum.lessons())) == 38
    assert sum(len(lesson.concepts) for lesson in curriculum.lessons()) == 207


def test_slugs_and_concept_ids_are_unique():
    slugs = [lesson.slug for lesson in curriculum.lessons()]
    ids = [concept.id for lesson in curriculum.lessons() for concept in lesson.concepts]
    assert len(set(slugs)) == len(slugs)
    assert len(set(ids)) == len(ids)


def taught() -> set[str]:
    """The ids of all concepts whose anchor stands in the source of their lesson."""
    found = set()
    for lesson in curriculum.lessons():
        path = source.LESSONS / f"{lesson.slug}.py"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        found |= {concept.id for concept in lesson.concepts if f'<a id="{concept.id}">' in text}
    return found


def test_the_count_of_concepts_not_yet_taught_is_the_tracked_one():
    missing = [c.id for lesson in curriculum.lessons() for c in lesson.concepts if c.id not in taught()]
    assert len(missing) == NOT_YET_TAUGHT, f"not yet taught: {', '.join(missing)}"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("03_2", "03_2_activation_functions"),
        ("03_2_activation_functions", "03_2_activation_functions"),
        ("03_2_activation_functions.ipynb", "03_2_activation_functions"),
        ("03_2_act", "03_2_activation_functions"),
        ("05", "05_building_blocks"),
    ],
)
def test_a_lesson_is_found_by_number_slug_or_unique_beginning(name, slug):
    assert find_lesson(name).slug == slug


def test_an_ambiguous_beginning_names_all_that_fit():
    with pytest.raises(UnknownLessonError, match=r"could be any of: 03_1_\w+, 03_2_\w+, 03_3_\w+"):
        find_lesson("03")


@pytest.mark.parametrize("name", ["", "nothing like it", "../03_2", "3"])
def test_an_unknown_lesson_is_refused_in_one_line(name):
    with pytest.raises(UnknownLessonError) as caught:
        find_lesson(name)
    assert "\n" not in str(caught.value)


def test_a_typing_error_brings_the_nearest_name():
    with pytest.raises(UnknownLessonError, match=r"nearest: .*03_2_activation_functions"):
        find_lesson("03_2_activaton_functons")


def test_a_question_belongs_to_its_chapter():
    assert curriculum.chapter_of("3.2").slug == "03_basic_concepts"
    assert curriculum.chapter_of("20.1").number == 20


@pytest.mark.parametrize("number", ["3", "3.", ".2", "0.1", "21.1", "3.x", "", "three.two"])
def test_a_number_that_is_no_question_is_named(number):
    with pytest.raises(ValueError, match=re.escape(f"got {number!r}")):
        curriculum.chapter_of(number)


def test_every_source_of_a_lesson_is_in_the_curriculum():
    known = {lesson.slug for lesson in curriculum.lessons()}
    assert {path.stem for path in Path(source.LESSONS).glob("*.py")} <= known
