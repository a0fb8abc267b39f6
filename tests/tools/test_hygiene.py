import nbformat
import pytest
from nbformat import v4

from tools import source
from tools.hygiene import complaints

PNG = {"text/plain": "Figure: something worth seeing", "image/png": "aGVsbG8="}
ALT = {"image/png": {"alt": "A line that rises from left to right."}}


def clean():
    """An executed notebook with nothing to complain about: text, a figure, a cell that is meant to raise."""
    notebook = source.canonical(v4.new_notebook(cells=[v4.new_code_cell("1 + 1") for _ in range(12)]))
    for count, cell in enumerate(notebook.cells, start=1):
        cell.execution_count = count
    notebook.cells[0].outputs = [v4.new_output("stream", name="stdout", text="2\n")]
    notebook.cells[1].outputs = [v4.new_output("display_data", PNG, metadata=ALT)]
    notebook.cells[2].outputs = [v4.new_output("error", ename="ValueError", evalue="no", traceback=[])]
    notebook.cells[2].metadata["tags"] = ["raises-exception"]
    notebook.cells[3].metadata["tags"] = ["nbval-ignore-output"]
    return notebook


def test_a_clean_notebook_has_no_complaints():
    assert complaints(clean()) == []


def output(data):
    return v4.new_output("execute_result", data, execution_count=5)


def stream(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


DIRT = {
    "a gap in the counts": (lambda n: n.cells[3].update(execution_count=9), "execution counts must be 1 to 12"),
    "a cell never run": (lambda n: n.cells[3].update(execution_count=None), "execution counts must be"),
    "stderr": (lambda n: n.cells[3].outputs.append(stream("warning", "stderr")), "cell-04 writes to stderr"),
    "an error without its tag": (lambda n: n.cells[2].metadata.pop("tags"), "cell-03 raises without its tag"),
    "a tag without its error": (lambda n: n.cells[2].outputs.clear(), "does not raise in spite of its tag"),
    "an svg": (lambda n: n.cells[4].outputs.append(output({"image/svg+xml": "<svg/>"})), "cell-05 holds an SVG"),
    "a figure without alt": (
        lambda n: n.cells[4].outputs.append(output(PNG)),
        "cell-05 holds a figure without alternative text",
    ),
    "a home folder": (
        lambda n: n.cells[4].outputs.append(stream("in /home/ann/x.py")),
        "cell-05 holds '/home/ann/x.py'",
    ),
    "a temporary folder": (lambda n: n.cells[4].update(source="open('/tmp/x')"), 'cell-05 holds "/tmp/x'),
    "a windows path": (lambda n: n.cells[4].outputs.append(stream(r"C:\Users\ann")), "cell-05 holds 'C:"),
    "an address": (
        lambda n: n.cells[4].outputs.append(output({"text/plain": "<object at 0x7f2f276d0790>"})),
        "cell-05 holds '0x7f2f276d0790'",
    ),
    "too large": (lambda n: n.cells[4].outputs.append(stream("x" * 400_000)), "at most 400 are allowed"),
    "two of twelve not compared": (
        lambda n: n.cells[4].metadata.update(tags=["nbval-skip"]),
        "2 of 12 code cells are not compared",
    ),
    "foreign metadata": (
        lambda n: n.cells[4].metadata.update(scrolled=True),
        "metadata that is not allowed: ['scrolled']",
    ),
    "foreign notebook metadata": (lambda n: n.metadata.update(widgets={}), "the notebook's metadata must be"),
    "a random id": (lambda n: n.cells[4].update(id="a1b2c3"), "cell 5 must have the id cell-05"),
}


@pytest.mark.parametrize("kind", DIRT)
def test_dirt_is_found_and_named(kind):
    spoil, words = DIRT[kind]
    notebook = clean()
    spoil(notebook)
    found = complaints(notebook)
    assert any(words in complaint for complaint in found), found


def test_a_fraction_or_an_address_on_the_web_is_no_path():
    notebook = clean()
    notebook.cells[4].outputs.append(stream("https://example.org/home/page and 1/2 and a/home/b"))
    assert complaints(notebook) == []


def test_complaints_are_of_the_stored_form(tmp_path):
    file = tmp_path / "clean.ipynb"
    nbformat.write(clean(), file)
    assert complaints(nbformat.read(file, as_version=4)) == []
