"""What was handed in: notebooks from a folder, a folder per student, or a zip of Canvas, Moodle or Gradescope.

Nothing is unpacked to disk. A name that leads outside, a link, too many files or too much in one is refused before
anything is read. Who handed something in, and when, is read from the names that each system gives.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

MOST_FILES = 50_000
LARGEST = 50 * 2**20
_METADATA = ("submission_metadata.yml", "metadata.yml")
_CANVAS = re.compile(r"(?P<name>[^_/]+)_(?:(?P<late>LATE)_)?(?P<user>\d+)_(?P<attempt>\d+)_(?P<file>[^/]*\.ipynb)")
_MOODLE = re.compile(r"(?P<name>[^/]+?)_(?P<user>\d+)_assignsubmission_file(?:_[^/]*)?/(?P<file>.*\.ipynb)")
_GRADESCOPE = re.compile(r"(?P<folder>submission_(?P<attempt>\d+))/(?P<file>.*\.ipynb)")


class IntakeError(ValueError):
    """What was to be graded cannot be read; the message says why in one line."""


@dataclass(frozen=True)
class Handed:
    """One notebook that was handed in.

    Attributes:
        source: Its path inside what was given.
        keys: What the system calls the student, the most telling first (an account, a name, a number).
        content: The file's bytes; empty where it is too large.
        submitted: When, None where nobody knows.
        late: Whether the system marked it as late.
        attempt: The higher, the later, among those of one student.
        problem: Why it cannot be read, empty where it can.
    """

    source: str
    keys: tuple[str, ...]
    content: bytes = b""
    submitted: datetime | None = None
    late: bool = False
    attempt: int = 0
    problem: str = ""


def handed_in(submissions: Path) -> list[Handed]:
    """Every notebook in a folder, a zip, or a single file.

    Raises:
        IntakeError: If there is no such file or folder, it is no zip, is unsafe, or has no notebook in it.
    """
    files: _Folder | _Zip
    if submissions.is_dir():
        files = _Folder(submissions)
    elif submissions.suffix.lower() == ".zip" and submissions.is_file():
        files = _Zip(submissions)
    elif submissions.suffix == ".ipynb" and submissions.is_file():
        files = _Folder(submissions.parent, [submissions])
    else:
        what = "a folder of notebooks, a zip or a notebook was expected" if submissions.exists() else "no such file"
        raise IntakeError(f"{submissions}: {what}")
    found = list(_recognised(files))
    if not found:
        raise IntakeError(f"{submissions}: no notebook (.ipynb) in it")
    return found


@dataclass(frozen=True)
class _File:
    name: str
    size: int
    modified: datetime


class _Folder:
    def __init__(self, root: Path, files: list[Path] | None = None) -> None:
        self.root = root
        paths = sorted(root.rglob("*")) if files is None else files
        self.files = [_of_path(root, path) for path in paths if path.is_file() and not path.is_symlink()]

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()


def _of_path(root: Path, path: Path) -> _File:
    about = path.stat()
    return _File(path.relative_to(root).as_posix(), about.st_size, datetime.fromtimestamp(about.st_mtime, UTC))


class _Zip:
    def __init__(self, path: Path) -> None:
        try:
            self.archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise IntakeError(f"{path}: not a zip that can be read: {error}") from None
        members = self.archive.infolist()
        if len(members) > MOST_FILES:
            raise IntakeError(f"{path}: has {len(members):,} files in it, at most {MOST_FILES:,} are allowed")
        for member in members:
            _refuse(path, member)
        self.files = [_of_member(member) for member in members if not member.is_dir()]

    def read(self, name: str) -> bytes:
        with self.archive.open(name) as stream:
            return stream.read(LARGEST + 1)


def _refuse(path: Path, member: zipfile.ZipInfo) -> None:
    parts = re.split(r"[/\\]", member.filename)
    if not parts[0] or ":" in parts[0] or ".." in parts:
        raise IntakeError(f"{path}: has a file whose path leads outside: {member.filename!r}")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise IntakeError(f"{path}: has a link in it: {member.filename!r}")


def _of_member(member: zipfile.ZipInfo) -> _File:
    try:
        modified = datetime(*member.date_time).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        modified = datetime(1980, 1, 1, tzinfo=UTC)
    return _File(member.filename, member.file_size, modified)


def _recognised(files: _Folder | _Zip) -> Iterator[Handed]:
    notebooks = [file for file in files.files if _wanted(file.name)]
    known = _gradescope_metadata(files)
    for file in notebooks:
        yield _handed(files, file, known)


def _wanted(name: str) -> bool:
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return name.lower().endswith(".ipynb") and not hidden


def _handed(files: _Folder | _Zip, file: _File, known: dict[str, Any]) -> Handed:
    keys, late, attempt, submitted = _about(file, known)
    content, problem = b"", ""
    if file.size > LARGEST:
        problem = f"it has {file.size:,} bytes, at most {LARGEST:,} are read"
    else:
        try:
            content = files.read(file.name)
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as error:
            problem = f"it cannot be read: {error}"
    return Handed(file.name, keys, content, submitted, late, attempt, problem)


def _about(file: _File, known: dict[str, Any]) -> tuple[tuple[str, ...], bool, int, datetime | None]:
    """Keys, late mark, attempt and time, from the form of the file's path."""
    path = PurePosixPath(file.name)
    if found := _MOODLE.search(file.name):
        return (found["name"], found["user"], f"Participant {found['user']}"), False, 0, file.modified
    if (found := _GRADESCOPE.search(file.name)) and found["folder"] in known:
        keys, submitted = known[found["folder"]]
        return keys or (found["folder"],), False, int(found["attempt"]), submitted or file.modified
    if found := _CANVAS.fullmatch(path.name):
        return (found["name"], found["user"]), bool(found["late"]), int(found["attempt"]), file.modified
    if len(path.parts) > 1:
        return (path.parts[-2] if len(path.parts) == 2 else path.parts[-3],), False, 0, file.modified
    return (path.stem,), False, 0, file.modified


def _gradescope_metadata(files: _Folder | _Zip) -> dict[str, Any]:
    """By folder: the submitters' keys and the time, from the file that Gradescope puts beside the submissions."""
    found: dict[str, Any] = {}
    for file in files.files:
        path = PurePosixPath(file.name)
        if path.name in _METADATA and file.size <= LARGEST:
            record = _yaml(files.read(file.name))
            if path.parent.name.startswith("submission_"):
                record = {path.parent.name: record}
            found |= {str(folder): _submitter(each) for folder, each in record.items() if isinstance(each, dict)}
    return found


def _yaml(content: bytes) -> dict[Any, Any]:
    import yaml

    try:
        record = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _submitter(record: dict[Any, Any]) -> tuple[tuple[str, ...], datetime | None]:
    plain = {str(key).strip(":"): value for key, value in record.items()}
    people = plain.get("submitters") or [plain]
    keys = []
    for person in people if isinstance(people, list) else []:
        own = {str(key).strip(":"): value for key, value in person.items()} if isinstance(person, dict) else {}
        keys += [str(own[name]) for name in ("sid", "email", "name") if own.get(name)]
    made = plain.get("created_at")
    if isinstance(made, datetime):
        made = made if made.tzinfo else made.replace(tzinfo=UTC)
    return tuple(keys), made if isinstance(made, datetime) else None
