import pytest
from nbformat import v4

from dlcourse.notebook.execute import ExecutionError, code_cells, execute

pytestmark = pytest.mark.notebook


def notebook(*sources):
    return v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])


def test_cells_run_in_order_in_the_given_folder_and_environment(tmp_path):
    made = notebook("import os; x = 2", "", "print(x, os.getcwd(), os.environ['SAID'])")
    execute(made, tmp_path, environment={"SAID": "hello"})
    assert made.cells[2].outputs[0].text == f"2 {tmp_path.resolve()} hello\n"


def test_progress_counts_the_cells_that_have_something_to_run(tmp_path):
    seen = []
    execute(notebook("1", "", "2"), tmp_path, on_cell=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_a_cell_that_raises_is_named_in_one_line(tmp_path):
    with pytest.raises(ExecutionError) as caught:
        execute(notebook("1", "raise ValueError('two\\nlines')"), tmp_path)
    assert str(caught.value) == "cell 2: ValueError: two"


def test_errors_can_be_allowed(tmp_path):
    made = execute(notebook("1 / 0", "print('on')"), tmp_path, allow_errors=True)
    assert made.cells[0].outputs[0].ename == "ZeroDivisionError"
    assert made.cells[1].outputs[0].text == "on\n"


def test_a_cell_that_takes_too_long_is_named(tmp_path):
    with pytest.raises(ExecutionError, match="cell 1: took longer than 1 s"):
        execute(notebook("while True: pass"), tmp_path, timeout=1)


def test_a_dead_kernel_is_named(tmp_path):
    with pytest.raises(ExecutionError, match=r"cell 2: the kernel died"):
        execute(notebook("1", "import os; os._exit(1)"), tmp_path)


def test_text_that_is_printed_in_pieces_is_one_output(tmp_path):
    made = execute(notebook("import sys\nfor i in range(3): print(i); sys.stdout.flush()"), tmp_path)
    assert [output.text for output in made.cells[0].outputs] == ["0\n1\n2\n"]


def test_code_cells_are_those_with_something_to_run():
    made = notebook("1", "  ")
    made.cells.append(v4.new_markdown_cell("words"))
    assert [cell.source for cell in code_cells(made)] == ["1"]
