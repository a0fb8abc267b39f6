"""The progress bar of a download, on a terminal and elsewhere."""

import rich.console

from dlcourse.data import progress
from dlcourse.data.cache import File

FILES = [File("set/a", 3_000_000, ""), File("set/b", 1_000_000, "")]


def test_elsewhere_it_is_one_line(capsys):
    with progress.bar("toy", FILES) as report:
        report(FILES[0], 5)
    assert capsys.readouterr().err == "downloading toy: 2 files, 4.0 MB\n"


def test_an_unknown_size_is_not_invented(capsys):
    with progress.bar("toy", [File("set/a", 0, "")]):
        pass
    assert capsys.readouterr().err == "downloading toy: 1 file\n"


def test_on_a_terminal_it_counts_the_bytes_of_all_files(monkeypatch, capsys):
    original = rich.console.Console
    monkeypatch.setattr("rich.console.Console", lambda **options: original(**options, force_terminal=True, width=80))
    with progress.bar("toy", FILES) as report:
        report(FILES[0], 3_000_000)
        report(FILES[1], 500_000)
    shown = capsys.readouterr().err
    assert "toy" in shown
    assert "3.5/4.0 MB" in shown
