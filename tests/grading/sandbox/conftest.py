"""One zygote for each tier that this machine has, with small limits, shared by all tests of a worker."""

import pytest

from dlcourse.grading.sandbox import Limits, Sandbox, detect_tier

LIMITS = Limits(
    cell_seconds=20, call_seconds=5, total_seconds=60, memory_bytes=700 * 2**20, processes=48, file_bytes=2**24
)


@pytest.fixture(scope="session", params=["A", "B"])
def sandbox(request):
    if request.param < detect_tier().name:
        pytest.skip(f"this machine's sandbox is of tier {detect_tier().name} only")
    with Sandbox(LIMITS, request.param) as made:
        yield made


@pytest.fixture
def session(sandbox):
    with sandbox.session() as made:
        yield made
