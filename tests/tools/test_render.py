import sys

import nbformat
import pytest
from jupyter_client.provisioning import local_provisioner

from dlcourse.notebook.execute import ExecutionError
from tools import kernels, render, source

SAMPLE = """# %% [markdown]
# # A sample
#
# A figure, a training run, a cell that is not compared.

# %% tags=["nbval-ignore-output"]
import dlcourse

dlcourse.start()

# %% tags=["nbval-ignore-output"]
import time

print(time.perf_counter())

# %%
import keras
import numpy as np

from dlcourse import plot

x = np.random.normal(size=(64, 4))
model = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
model.compile("adam", "mse")
history = model.fit(x, x.sum(axis=1), epochs=5, verbose=0).history
print([f"{loss:.17f}" for loss in history["loss"]])

# %%
plot.curves(
    np.arange(5),
    {"loss": np.array(history["loss"])},
    title="The loss falls",
    x_label="epoch",
    y_label="loss",
    alt="The training loss over five epochs.",
)
"""


@pytest.fixture
def forked(monkeypatch):
    """Have kernels forked from a process that has imported TensorFlow, where the system can."""
    if sys.platform.startswith("linux"):
        monkeypatch.setattr(local_provisioner, "launch_kernel", local_provisioner.launch_kernel)  # put back at the end
        kernels.fork_from_now_on()


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "sample.py"
    path.write_text(SAMPLE, encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.notebook
def test_rendering_twice_forced_differs_only_in_cells_that_are_not_compared(sample, tmp_path, request):
    """Once from nothing and once forked, so that sets, too, are in another order."""
    renders = []
    for name in ("first", "second"):
        if name == "second":
            request.getfixturevalue("forked")
        assert render.render(sample, tmp_path / name, force=True)
        notebook = nbformat.read(tmp_path / name / "sample.ipynb", as_version=4)
        clock = notebook.cells[2].outputs.pop()
        assert float(clock.text) > 0
        renders.append(render.notebook_text(notebook))
    assert renders[0] == renders[1]
    assert "image/png" in renders[0]


@pytest.mark.notebook
def test_only_what_changed_is_executed(tmp_path):
    path = tmp_path / "tiny.py"
    path.write_text("# %%\nprint(1 + 1)\n", encoding="utf-8")
    assert render.render(path, tmp_path / "out")
    assert not render.render(path, tmp_path / "out")
    path.write_text("# %%\nprint(1 + 2)\n", encoding="utf-8")
    assert render.render(path, tmp_path / "out")
    assert nbformat.read(tmp_path / "out" / "tiny.ipynb", as_version=4).cells[0].outputs[0].text == "3\n"


@pytest.mark.notebook
def test_a_source_that_fails_leaves_the_rendered_notebook_as_it_was(tmp_path):
    path = tmp_path / "tiny.py"
    path.write_text("# %%\nprint(1 + 1)\n", encoding="utf-8")
    render.render(path, tmp_path / "out")
    before = (tmp_path / "out" / "tiny.ipynb").read_bytes()
    path.write_text("# %%\n1 / 0\n", encoding="utf-8")
    with pytest.raises(ExecutionError, match="cell 1: ZeroDivisionError"):
        render.render(path, tmp_path / "out")
    assert (tmp_path / "out" / "tiny.ipynb").read_bytes() == before


@pytest.mark.notebook
@pytest.mark.slow
def test_every_question_of_a_students_copy_is_not_attempted_and_nothing_fails_in_a_kernel(forked):
    """One copy for all, which tests of the checks run without a kernel."""
    path = source.STUDENTS / "03_basic_concepts.ipynb"
    notebook = render.executed(nbformat.read(path, as_version=4))
    said = [o.data["text/plain"] for cell in notebook.cells for o in cell.get("outputs", []) if "data" in o]
    verdicts = [text for text in said if "points" in text.splitlines()[0]]
    assert len(verdicts) >= 3
    assert all("not attempted, 0 of" in text for text in verdicts)


def test_an_equal_file_is_left_untouched(tmp_path):
    file = tmp_path / "file"
    file.write_text("same", encoding="utf-8")
    before = file.stat().st_mtime_ns
    render.write_if_changed(file, "same")
    assert file.stat().st_mtime_ns == before
    render.write_if_changed(file, "other")
    assert file.read_text(encoding="utf-8") == "other"
