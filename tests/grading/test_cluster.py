"""On a Dask cluster the same points come out, also when a worker is lost in the middle."""

import fake_sandbox
import nbformat
import pytest
from small_exercise import STUBS, whole

from dlcourse.grading.classroom import Classroom, Options, Scale
from dlcourse.grading.gradebook import Gradebook

distributed = pytest.importorskip("distributed")


@pytest.mark.slow
def test_a_lost_worker_loses_nothing(checks, tmp_path, monkeypatch):
    handed = tmp_path / "handed"
    handed.mkdir()
    nbformat.write(whole(), handed / "ada.ipynb")
    nbformat.write(whole(*STUBS.values()), handed / "eve.ipynb")
    monkeypatch.setenv("CRASH_MARK", str(tmp_path / "mark"))
    with Gradebook(tmp_path / "out", make=True) as book:
        room = Classroom(Options(str(handed), "03", str(checks)), book, "seed")
        room.grade(Scale(2, "local", fake_sandbox.crash_once))
        result = room.result()
        rows = book.database.execute("SELECT COUNT(*) FROM questions").fetchone()
    assert (tmp_path / "mark").exists()
    assert {each.student: each.points for each in result.results} == {"ada": 8, "eve": 0}
    assert rows == (4,)


def test_an_address_where_nobody_answers_is_refused(checks, tmp_path):
    handed = tmp_path / "ada.ipynb"
    nbformat.write(whole(), handed)
    with Gradebook(tmp_path / "out", make=True) as book:
        room = Classroom(Options(str(handed), "03", str(checks)), book, "seed")
        with pytest.raises(ValueError, match="no Dask scheduler answers"):
            room.grade(Scale(1, "nonsense://here"))


@pytest.mark.slow
def test_a_scheduler_is_found_by_its_address(checks, tmp_path):
    handed = tmp_path / "ada.ipynb"
    nbformat.write(whole(), handed)
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
        Gradebook(tmp_path / "out", make=True) as book,
    ):
        room = Classroom(Options(str(handed), "03", str(checks)), book, "seed")
        room.grade(Scale(1, cluster.scheduler_address, fake_sandbox.make_fake))
        result = room.result()
    assert cluster.scheduler_address.startswith("tcp://127.0.0.1:")
    assert {each.student: each.points for each in result.results} == {"ada": 8}
