import pytest

from tools import contents
from tools.measure import seconds_text

LESSON = """# %% [markdown]
# # A title
#
# ## Words you met
#
# | word | meaning |
# |---|---|
# | neuron | sums its inputs |
# | bias | shifts the sum |
#
# ## Review questions
#
# | not | a word |
"""


def test_words_are_read_from_their_section_alone(tmp_path):
    path = tmp_path / "lesson.py"
    path.write_text(LESSON, encoding="utf-8")
    assert contents.words_in(path) == [("neuron", "sums its inputs"), ("bias", "shifts the sum")]


def test_the_table_names_all_chapters_and_links_the_lessons_that_are_written():
    table = contents.chapters_table()
    assert table.count("\n| ") == 20
    assert "[Activation functions](notebooks/03_2_activation_functions.ipynb)" in table
    assert "[exercise](exercises/03_basic_concepts.ipynb)" in table


def test_only_what_stands_between_the_marks_is_renewed():
    text = f"before\n{contents.BEGIN}\nold\n{contents.END}\nafter\n"
    made = contents.readme_text(text)
    assert made.startswith(f"before\n{contents.BEGIN}\n| | chapter |")
    assert made.endswith(f"{contents.END}\nafter\n")
    assert "old" not in made


@pytest.mark.parametrize("text", ["", contents.BEGIN, contents.END, f"{contents.BEGIN}{contents.BEGIN}{contents.END}"])
def test_missing_or_doubled_marks_are_named(text):
    with pytest.raises(ValueError, match="once each"):
        contents.readme_text(text)


def test_seconds_are_kept_by_lesson_in_whole_seconds():
    assert seconds_text({"b": 1.6, "a": 10.2}).endswith('[lessons]\n"a" = 10\n"b" = 2\n')
