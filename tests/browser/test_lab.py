"""A lesson as a learner meets it: `dlcourse lab`, JupyterLab in headless Chromium, Run All Cells, to the last cell."""

import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from dlcourse.curriculum import find_lesson
from tools.hygiene import code

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.notebook]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def lab(tmp_path):
    """A server of `dlcourse lab 03_2` on a free port: its address with the token, and the folder of the copies."""
    home, log = tmp_path / "work", tmp_path / "log"
    command = [str(Path(sys.executable).with_name("dlcourse")), "lab", "03_2", "--no-browser", "--port", "0"]
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen([*command, "--folder", str(home)], stdout=output, stderr=output)
    try:
        yield address(server, log), home
    finally:
        server.terminate()
        server.wait(timeout=30)
        assert not listening(log), "the server outlived the command"


def address(server, log, patience=60):
    """The address that the server prints, once it does."""
    end = time.monotonic() + patience
    while time.monotonic() < end and server.poll() is None:
        found = re.search(r"http://(?:127\.0\.0\.1|localhost):\d+/lab\S*token=\w+", log.read_text(encoding="utf-8"))
        if found:
            return found.group(0)
        time.sleep(0.2)
    pytest.fail(f"the server printed no address:\n{log.read_text(encoding='utf-8')}")


def listening(log):
    """Whether anybody still answers at the port that the server printed."""
    port = int(re.search(r"http://(?:127\.0\.0\.1|localhost):(\d+)/", log.read_text(encoding="utf-8")).group(1))
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def saved_when_done(page, file, patience=240):
    """The working copy, saved again and again until its last code cell has run."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        page.keyboard.press("Control+s")
        time.sleep(2)
        notebook = nbformat.read(file, as_version=4)
        if code(notebook)[-1].execution_count:
            return notebook
    pytest.fail(f"not done after {patience} s; cells run: {[cell.execution_count for cell in code(notebook)]}")


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_lesson_03_2_runs_in_jupyterlab_to_its_last_cell(lab, tmp_path):
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    url, home = lab
    file = home / "notebooks" / f"{find_lesson('03_2').slug}.ipynb"
    assert not any(cell.outputs for cell in code(nbformat.read(file, as_version=4)))
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(url)
        page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=60_000)
        page.get_by_text(re.compile(r"Python 3 .*\| Idle")).first.wait_for(timeout=60_000)
        page.locator(".jp-NotebookPanel .jp-Cell").first.click()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        notebook = saved_when_done(page, file)
        page.screenshot(path=str(tmp_path / "lesson.png"))
        browser.close()
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    assert [cell.execution_count for cell in code(notebook)] == list(range(1, len(code(notebook)) + 1))
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 3
