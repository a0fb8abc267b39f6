"""The filter alone, without Landlock, which on newer kernels would refuse some of this as well."""

import json
import os
import subprocess
import sys

import pytest

from dlcourse.grading.sandbox import seccomp

# Tried under the filter: a name, and whether it was let through.
CODE = """
import fcntl, json, os, signal, sys, threading
from dlcourse.grading.sandbox import kernel, seccomp

def allowed(call, *arguments):
    try:
        call(*arguments)
    except PermissionError:
        return False
    return True

kernel.no_rights()
seccomp.install(shares_system=sys.argv[1] == "shared")
print(json.dumps({
    "itself": allowed(os.kill, os.getpid(), 0),
    "its own thread": allowed(signal.pthread_kill, threading.get_ident(), 0),
    "its parent": allowed(os.kill, os.getppid(), 0),
    "its group": allowed(os.kill, 0, 0),
    "by a file's owner": allowed(fcntl.fcntl, 1, fcntl.F_SETOWN, os.getppid()),
    "another request": allowed(fcntl.fcntl, 1, fcntl.F_GETFD),
}))
"""


@pytest.mark.skipif(not seccomp.supported(), reason="this machine's sandbox is of tier C: no filter")
@pytest.mark.parametrize("system", ["shared", "own"])
def test_where_the_system_is_shared_signals_reach_this_process_alone(system):
    done = subprocess.run([sys.executable, "-c", CODE, system], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    others = {name: found.pop(name) for name in ("its parent", "its group", "by a file's owner")}
    assert found == {"itself": True, "its own thread": True, "another request": True}
    assert set(others.values()) == {system == "own"}, others
