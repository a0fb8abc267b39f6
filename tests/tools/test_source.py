import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import source

SAMPLE = """# %% [markdown]
# # A title
#
# Some words.

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()


# %% question="3.2"
def f(x):
    return x
"""
SOURCES = sorted([*source.LESSONS.glob("*.py"), *source.EXERCISES.glob("*.py")])


def test_a_source_becomes_cells_with_tags_questions_and_ids_by_position():
    notebook = source.to_notebook(SAMPLE)
    assert [cell.cell_type for cell in notebook.cells] == ["markdown", "code", "code"]
    assert [cell.id for cell in notebook.cells] == ["cell-01", "cell-02", "cell-03"]
    assert notebook.cells[1].metadata == {"tags": ["nbval-ignore-output"]}
    assert notebook.cells[2].metadata == {"question": "3.2"}
    nbformat.validate(notebook)


def test_a_source_survives_the_way_to_a_notebook_and_back():
    assert source.to_source(source.to_notebook(SAMPLE)) == SAMPLE


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_source_survives_the_way_to_a_notebook_and_back(path):
    text = path.read_text(encoding="utf-8")
    assert source.to_source(source.to_notebook(text)) == text


def test_outputs_stay_behind():
    notebook = source.to_notebook(SAMPLE)
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="secret")]
    assert source.to_source(notebook) == SAMPLE


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=40)


@given(st.lists(words.map(lambda line: f"x = {line!r}"), min_size=1, max_size=5))
def test_code_cells_survive_the_way_to_a_source_and_back(lines):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(line) for line in lines])
    back = source.to_notebook(source.to_source(notebook))
    assert source.same_cells(back, source.canonical(notebook))


def test_same_cells_sees_a_changed_word_tag_and_kind():
    one = source.to_notebook(SAMPLE)
    assert source.same_cells(one, source.to_notebook(SAMPLE))
    for changed in (
        SAMPLE.replace("words", "world"),
        SAMPLE.replace("ignore", "skip"),
        SAMPLE.replace('"3.2"', '"3.3"'),
    ):
        assert not source.same_cells(one, source.to_notebook(changed))


def test_what_differs_only_in_foreign_metadata_becomes_the_same():
    one, other = source.to_notebook(SAMPLE), source.to_notebook(SAMPLE)
    other.cells[1].metadata["execution"] = {"time": "noon"}
    other.metadata["widgets"] = {}
    assert source.canonical(other) == one
