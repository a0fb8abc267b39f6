"""Every test runs away from the person's own files; every skipped test is on a tracked list, or the run fails."""

from __future__ import annotations

import gc
import os
import tomllib
from pathlib import Path

import pytest

TRACKED = tomllib.loads(Path(__file__).with_name("skips.toml").read_text(encoding="utf-8"))["reasons"]

# A GPU rounds the factors of products in single precision to ten bits (TF32) where nobody asks for more: XLA's kernels
# do, and NVIDIA's libraries. Formulas that are held to 1e-5 are computed in full, here and in processes started here.
os.environ.setdefault("JAX_DEFAULT_MATMUL_PRECISION", "highest")
os.environ.setdefault("NVIDIA_TF32_OVERRIDE", "0")
# What XLA makes is compiled for longer here than it runs; how well it is optimized changes nothing that is tested.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory, monkeypatch):
    """A learner's progress and copies of each test lie in folders of its own."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("DLCOURSE_PROGRESS", str(home / "progress.json"))
    monkeypatch.setenv("DLCOURSE_WORK", str(home / "work"))
    monkeypatch.delenv("DLCOURSE_PROFILE", raising=False)
    monkeypatch.delenv("DLCOURSE_VERDICTS", raising=False)


def pytest_collection_finish(session):
    """What all test files import stays to the end: garbage is not looked for in it, a twentieth of the time."""
    gc.freeze()


def untracked(reason: str) -> bool:
    """Whether a skip's reason is not on the tracked list."""
    return not any(reason.startswith(tracked) for tracked in TRACKED)


def _reason(report: pytest.TestReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """Name each skip that nobody decided on."""
    for report in terminalreporter.stats.get("skipped", []):
        if untracked(_reason(report)):
            terminalreporter.write_line(f"SKIPPED WITHOUT BEING TRACKED in tests/skips.toml: {report.nodeid}", red=True)


def pytest_sessionfinish(session, exitstatus):
    """Fail the run on such a skip."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if any(untracked(_reason(report)) for report in skipped) and exitstatus == 0:
        session.exitstatus = 1
