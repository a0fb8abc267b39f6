"""Download one file: several mirrors, time-outs, resumption, SHA-256, and the file appears whole or not at all.

The bytes go to a file that ends in `.part`. A later attempt, on any mirror, goes on where the last one stopped, since
all mirrors serve the same bytes; only when length and checksum are right is the file renamed to its name, in one step.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from dlcourse.data.cache import Content, File, checksum
from dlcourse.data.errors import DataFormatError, DataUnavailableError

TIMEOUT = 20.0
"""Seconds that a mirror may take to answer, and in which it must send `LEAST`."""
LEAST = 2**16
"""Bytes in `TIMEOUT` seconds below which a mirror counts as stuck."""
ATTEMPTS = 10
"""How often one mirror may break off, provided that each time it sent something."""
LARGEST = 256 * 2**20
"""Bytes that a file of unknown length may have."""
CHUNK = 2**16

Report = Callable[[File, int], None]


class MirrorError(Exception):
    """Why one mirror did not give the file; `again` where a second attempt at it makes sense."""

    def __init__(self, reason: str, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


def fetch(file: File, folder: Path, report: Report | None = None) -> Path:
    """Download a file into the folder.

    Args:
        file: What to download.
        folder: The cache; missing folders in it are made.
        report: Called with the file and the number of bytes that are there so far.

    Returns:
        Where the file lies now.

    Raises:
        DataUnavailableError: If no mirror gives it; the message has each mirror and its reason.
    """
    target = folder / file.path
    part = target.with_name(f"{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    reasons = []
    for mirror in file.mirrors:
        try:
            _from_mirror(mirror, file, part, report or _silent)
        except MirrorError as error:
            reasons.append(f"{mirror} ({error})")
            continue
        return part.replace(target)
    raise DataUnavailableError(f"{file.path} could not be downloaded from {', '.join(reasons) or 'anywhere'}")


def _silent(file: File, there: int) -> None:
    """Report to nobody."""


def _from_mirror(mirror: str, file: File, part: Path, report: Report) -> None:
    """Bring the part file to its full length and checksum, with several attempts while the mirror gives something."""
    for attempt in range(1, ATTEMPTS + 1):
        before = _length(part)
        try:
            _receive(mirror, file, part, report)
            _check(file, part)
            return
        except MirrorError as error:
            resumed_from_elsewhere = before > 0 and _length(part) == 0
            progressed = _length(part) > before or resumed_from_elsewhere
            if attempt == ATTEMPTS or not (error.again and progressed):
                raise


def _receive(mirror: str, file: File, part: Path, report: Report) -> None:
    """Ask for what is missing and append it to the part file."""
    there = _length(part)
    if file.size and there == file.size:
        return
    try:
        response = _opened(mirror, there)
    except urllib.error.HTTPError as error:
        error.close()
        raise _http_error(error, part) from error
    except (http.client.HTTPException, OSError) as error:
        raise MirrorError(_in_words(error), again=True) from error
    with response:
        there = there if _resumes(response, there) else 0
        _refuse_other_length(response, file, there)
        with part.open("ab") as sink:
            sink.truncate(there)
            _copy(response, sink, file, there, report)


def _opened(mirror: str, there: int) -> http.client.HTTPResponse:
    from dlcourse import __version__

    if urllib.parse.urlsplit(mirror).scheme not in ("http", "https"):
        raise MirrorError("a mirror's address must begin with http:// or https://")
    headers = {"User-Agent": f"dlcourse/{__version__}", "Accept-Encoding": "identity"}
    if there:
        headers["Range"] = f"bytes={there}-"
    request = urllib.request.Request(mirror, headers=headers)
    response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT)
    return response


def _resumes(response: http.client.HTTPResponse, there: int) -> bool:
    """Whether the answer begins where the part file ends, and not at the file's beginning."""
    begins = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return response.status == 206 and begins is not None and int(begins[1]) == there


def _refuse_other_length(response: http.client.HTTPResponse, file: File, there: int) -> None:
    """Turn away at once what cannot be the file: a log-in page, another version."""
    announced = response.headers.get("Content-Length", "")
    if file.size and announced.isdigit() and there + int(announced) != file.size:
        raise MirrorError(f"offers {there + int(announced):,} bytes instead of {file.size:,}")


def _copy(response: http.client.HTTPResponse, sink: BinaryIO, file: File, there: int, report: Report) -> None:
    limit = file.size or LARGEST
    expected = there + response.length if response.length is not None else file.size
    window_ends, in_window = time.monotonic() + TIMEOUT, 0
    report(file, there)
    while chunk := _next(response):
        there += len(chunk)
        if there > limit:
            sink.truncate(0)
            raise MirrorError(f"sends more than {limit:,} bytes")
        sink.write(chunk)
        report(file, there)
        in_window += len(chunk)
        if time.monotonic() > window_ends:
            if in_window < LEAST:
                raise MirrorError(f"sends less than {LEAST:,} bytes in {TIMEOUT:g} s")
            window_ends, in_window = time.monotonic() + TIMEOUT, 0
    if there < expected:
        raise MirrorError(f"broke off after {there:,} of {expected:,} bytes", again=True)


def _next(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read1(CHUNK)
    except (http.client.HTTPException, OSError) as error:
        raise MirrorError(_in_words(error), again=True) from error


def _check(file: File, part: Path) -> None:
    """Compare the whole part file with its checksum; discard it where they differ."""
    if file.members:
        matches = _members_match(file, part)
    else:
        with part.open("rb") as source:
            matches = hashlib.file_digest(source, "sha256").hexdigest() == file.sha256
    if not matches:
        part.unlink()
        raise MirrorError("sent other bytes: the SHA-256 differs", again=True)


def _members_match(file: File, part: Path) -> bool:
    try:
        return checksum(file, Content(part, part.read_bytes())) == file.sha256
    except DataFormatError:
        return False


def _http_error(error: urllib.error.HTTPError, part: Path) -> MirrorError:
    if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and _length(part):
        part.unlink()
        return MirrorError("cannot resume", again=True)
    return MirrorError(f"answered {error.code} {error.reason}")


def _in_words(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"did not answer within {TIMEOUT:g} s"
    return str(getattr(reason, "strerror", None) or reason or type(reason).__name__)


def _length(part: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        return part.stat().st_size
    return 0
