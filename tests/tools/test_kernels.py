"""A forked kernel is a kernel as any, but for what it finds imported."""

import os
import time

import pytest
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import local_provisioner

from tools import kernels

pytestmark = [pytest.mark.slow, pytest.mark.notebook]


@pytest.fixture(scope="module")
def manager(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_provisioner, "launch_kernel", None)
        patch.setenv("SAID_TO_KERNELS", "of this process")
        kernels.fork_from_now_on()
        manager = KernelManager()
        manager.start_kernel(cwd=str(tmp_path_factory.mktemp("kernel")))
        yield manager
        manager.shutdown_kernel()
        assert not manager.is_alive()


@pytest.fixture(scope="module")
def client(manager):
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield client
    client.stop_channels()


def outputs(client, source):
    """What a cell shows, by kind; the last line's value as text."""
    found = {}

    def hook(message):
        content = message["content"]
        found.update(content.get("data", {}) if "data" in content else {content.get("name", ""): content.get("text")})

    reply = client.execute_interactive(source, output_hook=hook, timeout=60)
    assert reply["content"]["status"] == "ok", reply["content"]
    return found


def value(client, expression):
    return outputs(client, expression)["text/plain"]


def test_tensorflow_is_imported_and_nothing_of_the_course_but_what_imported_it(client):
    imported = "[name for name in sys.modules if name.split('.')[0] == 'dlcourse']"
    assert value(client, f"import sys; sorted({imported})") == "['dlcourse', 'dlcourse.runtime']"
    assert value(client, "'tensorflow' in sys.modules, 'jax' in sys.modules") == "(True, False)"
    assert value(client, "sorted(set(globals()) & {'tensorflow', 'keras', 'np', 'name'})") == "[]"


def test_an_operation_runs_and_a_figure_is_shown(client):
    assert value(client, "import keras; float(keras.ops.sum(keras.ops.ones((3, 4))))") == "12.0"
    assert "image/png" in outputs(client, "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()")


def test_it_has_the_folder_and_the_environment_that_it_was_started_with_and_a_session_of_its_own(client):
    assert "kernel" in value(client, "import os; os.path.basename(os.getcwd())")
    assert value(client, "os.environ['SAID_TO_KERNELS']") == "'of this process'"
    assert int(value(client, "os.getsid(0)")) != os.getsid(0)


def test_a_cell_that_takes_too_long_is_interrupted_and_the_kernel_goes_on(manager, client):
    waiting = client.execute("while True: pass")
    time.sleep(0.5)
    manager.interrupt_kernel()
    while True:
        reply = client.get_shell_msg(timeout=60)
        if reply["parent_header"]["msg_id"] == waiting:
            break
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    assert value(client, "1 + 1") == "2"


def test_a_command_that_starts_no_python_kernel_is_refused():
    with pytest.raises(ValueError, match=r"the command must start ipykernel_launcher, got \['R', '--slave'\]"):
        kernels.ForkedKernel(["R", "--slave"])
