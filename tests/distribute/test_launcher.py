"""The launcher with scripts that train nothing: who dies, who is started again, what is told, what is left."""

import os
import time

import pytest

from dlcourse.distribute import LaunchError, launch
from dlcourse.distribute.cluster import Cluster, environment, from_environment


@pytest.fixture
def script(tmp_path):
    def write(body):
        file = tmp_path / "script.py"
        file.write_text(f"import json, os, sys, time\n{body}\n", encoding="utf-8")
        return file

    return write


def test_each_worker_is_told_who_it_is(script):
    file = script("c = json.loads(os.environ['TF_CONFIG']); print(c['task']['index'], len(c['cluster']['worker']))")
    assert launch(file, 3, echo=False).output == (("0 3",), ("1 3",), ("2 3",))


def test_lines_come_with_the_worker_s_number(script, capsys):
    launch(script("print('ready', *sys.argv[1:])"), 1, arguments=["now"])
    assert capsys.readouterr().out == "[0] ready now\n"


def test_a_failure_starts_all_again_and_then_ends_well(script, tmp_path):
    body = f"""
flag = {str(tmp_path / "flag")!r}
me = json.loads(os.environ['TF_CONFIG'])['task']['index']
if not os.path.exists(flag):
    if me == 1:
        open(flag, 'w').close(); os._exit(3)
    time.sleep(60)
print('done')
"""
    launched = launch(script(body), 2, echo=False)
    assert (launched.restarts, launched.output) == (1, (("done",), ("done",)))


def test_a_worker_that_keeps_failing_is_told_with_its_last_lines_and_nothing_is_left_running(script, tmp_path):
    body = f"""
me = json.loads(os.environ['TF_CONFIG'])['task']['index']
open({str(tmp_path)!r} + f'/pid{{me}}', 'a').write(f'{{os.getpid()}}\\n')
if me == 0:
    while not os.path.exists({str(tmp_path)!r} + '/pid1'): time.sleep(0.01)
    raise RuntimeError('no memory left')
time.sleep(60)
"""
    with pytest.raises(LaunchError, match=r"worker 0 ended with status 1 after 1 restarts:[\s\S]*no memory left"):
        launch(script(body), 2, restarts=1, echo=False)
    pids = [int(line) for k in range(2) for line in (tmp_path / f"pid{k}").read_text().split()]
    assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_time_runs_out(script):
    began = time.monotonic()
    with pytest.raises(LaunchError, match="worker 0 ended with status -15 after 0 restarts"):
        launch(script("time.sleep(60)"), 1, restarts=0, timeout=0.2, echo=False)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": 0}, "workers must be a positive integer, got 0"),
        ({"restarts": -1}, "restarts must not be negative, got -1"),
        ({"engine": "torch"}, "engine must be one of tensorflow, jax, got 'torch'"),
    ],
)
def test_what_cannot_be_is_refused(options, message, script):
    with pytest.raises(ValueError, match=message):
        launch(script(""), **options)


def test_a_script_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.py: no such script"):
        launch(tmp_path / "none.py")


@pytest.mark.parametrize("engine", ["tensorflow", "jax"])
def test_the_variables_say_what_they_were_made_from(engine, monkeypatch):
    for name, value in environment(engine, ["127.0.0.1:1", "127.0.0.1:2"], 1).items():
        monkeypatch.setenv(name, value)
    found = from_environment(engine)
    assert (found.workers, found.index) == (2, 1)
    assert found.coordinator == ("127.0.0.1:1" if engine == "jax" else "")


def test_without_variables_there_is_one_worker(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert from_environment("tensorflow") == from_environment("jax") == Cluster()


@pytest.mark.parametrize(
    ("engine", "variables"),
    [
        ("tensorflow", {"TF_CONFIG": "{"}),
        ("tensorflow", {"TF_CONFIG": '{"cluster": {}}'}),
        ("jax", {"DLCOURSE_JAX_COORDINATOR": "a:1", "DLCOURSE_JAX_WORKERS": "2", "DLCOURSE_JAX_INDEX": "2"}),
    ],
)
def test_variables_that_make_no_sense_are_named(engine, variables, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=r"TF_CONFIG must name|must be an address and two numbers"):
        from_environment(engine)
