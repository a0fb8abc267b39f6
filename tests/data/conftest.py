"""Caches of a test's own, the real copies where somebody has them, and a web server that misbehaves on demand."""

import http.server
import os
import threading
import time
from dataclasses import dataclass, field

import pytest

ABSENT = "real data sets absent: DLCOURSE_DATA is not set"
REAL = os.environ.get("DLCOURSE_DATA")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """An empty cache for each test, and no cache of Keras's; returns the cache's folder."""
    home = tmp_path_factory.mktemp("caches")
    monkeypatch.setenv("DLCOURSE_DATA", str(home / "data"))
    monkeypatch.setenv("KERAS_HOME", str(home / "keras"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("DLCOURSE_PROFILE", raising=False)
    return home / "data"


@pytest.fixture
def real_copies(own_cache, monkeypatch):
    """The full profile with the real copies of whoever runs the tests; skips without them."""
    if not REAL:
        pytest.skip(ABSENT)
    monkeypatch.setenv("DLCOURSE_DATA", REAL)
    monkeypatch.setenv("DLCOURSE_PROFILE", "full")


@dataclass
class Route:
    """How the server answers one path."""

    body: bytes = b""
    status: int = 200
    resumes: bool = True
    announces: bool = True
    breaks_off_after: list[int] = field(default_factory=list)
    pause: float = 0.0
    chunk: int = 0


class Server:
    """A web server on this machine, whose faults a test sets; `asked` has each request's path and Range."""

    def __init__(self):
        self.routes: dict[str, Route] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.stopping = threading.Event()
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()

    def route(self, path, body=b"", **faults):
        """Serve the path from now on; returns its address."""
        self.routes[path] = Route(body, **faults)
        return f"http://127.0.0.1:{self.http.server_address[1]}{path}"

    def close(self):
        self.stopping.set()
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


def _handler(server):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append((self.path, self.headers.get("Range")))
            route = server.routes.get(self.path, Route(status=404))
            start = self._start(route)
            if start > len(route.body) or (start and start == len(route.body)):
                self.send_error(416)
                return
            if route.status != 200:
                self.send_error(route.status)
                return
            self._answer(route, start)

        def _start(self, route):
            asked = self.headers.get("Range")
            return int(asked.removeprefix("bytes=").removesuffix("-")) if asked and route.resumes else 0

        def _answer(self, route, start):
            body = route.body[start:]
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(route.body) - 1}/{len(route.body)}")
            if route.announces:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self._send(body[: route.breaks_off_after.pop(0)] if route.breaks_off_after else body, route)
            self.close_connection = True

        def _send(self, body, route):
            step = route.chunk or len(body) or 1
            for begin in range(0, len(body), step):
                if route.pause and server.stopping.wait(route.pause):
                    return
                try:
                    self.wfile.write(body[begin : begin + step])
                    self.wfile.flush()
                except OSError:
                    return

        def log_message(self, *_):
            pass

    return Handler


@pytest.fixture
def server():
    running = Server()
    yield running
    running.close()


@pytest.fixture
def wait_until():
    """Wait for something to become true, five seconds at most."""

    def wait(condition):
        deadline = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < deadline, "it never happened"
            time.sleep(0.01)

    return wait
