"""Real English prose, offline: what the course's dependencies document themselves with.

A language model needs text that people wrote, and a laptop without a network has plenty: the documentation inside
Keras, Matplotlib and scikit-learn. This module reads their files as text (it imports none of them), takes the
paragraphs of full sentences, and leaves code, tables and headings behind. Under the locked versions the text is the
same to the byte on every Python and every system; `SHA256` says which bytes those are.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dlcourse.data.dataset import Dataset, Provenance
from dlcourse.data.registry import Entry

LOCKED = {"keras": "3.15.1", "matplotlib": "3.11.2", "scikit-learn": "1.9.1"}
SHA256 = "6cb0ca928301affe060cb19b742bdf5590674e6b4d9e6b77b0b2534ad675ad57"
FOLDERS = ("keras/src", "matplotlib", "sklearn")
LEAST_WORDS = 10
BLOCK = 10  # paragraphs that stay together, so that the test part is no patchwork

_DOCSTRING = re.compile(r'"""(.*?)"""', re.DOTALL)
_SKIPPED = re.compile(r"(^|/)tests/|_test\.py$|^_distributor_init\.py$")  # the last differs between systems
_BLANK_LINE = re.compile(r"\n\s*\n")
_PROSE = re.compile(r"[A-Z][A-Za-z0-9 ,;'\"()\-.%/!?]*[.!?]")
_UNDERLINE = re.compile(r"-{3,}|\.\. ")
_CALL = re.compile(r"\w\(")  # f(x) is code, f (say) is prose


def text() -> str:
    """All of it: one paragraph a line, in the order of the files' names, each paragraph once.

    Raises:
        ModuleNotFoundError: If one of the three packages is not installed.
    """
    paragraphs = dict.fromkeys(each for folder in FOLDERS for path in _files(folder) for each in _prose(path))
    return "".join(f"{paragraph}\n" for paragraph in paragraphs)


def load() -> Dataset:
    """The prose as two long texts: nine blocks of ten paragraphs in `x_train[0]`, the tenth in `x_test[0]`."""
    lines = text().splitlines(keepends=True)
    held_back = [index // BLOCK % 10 == 9 for index in range(len(lines))]
    train = "".join(line for line, held in zip(lines, held_back, strict=True) if not held)
    test = "".join(line for line, held in zip(lines, held_back, strict=True) if held)
    nothing = np.zeros((1, 0), "float32")
    return Dataset("english", _one(train), nothing, _one(test), nothing, (), (), _provenance(train, test))


def is_locked() -> bool:
    """Whether the installed versions are those that `SHA256` belongs to."""
    return all(importlib.metadata.version(package) == version for package, version in LOCKED.items())


def digest(content: str) -> str:
    """The SHA-256 of the text in UTF-8, in hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()


def _files(folder: str) -> list[Path]:
    package, _, below = folder.partition("/")
    spec = importlib.util.find_spec(package)  # a top-level package is found without being imported
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"the English text is read from the installed {package}, which is not there")
    root = Path(spec.submodule_search_locations[0]) / below
    inside = {path.relative_to(root).as_posix(): path for pattern in ("*.py", "*.rst") for path in root.rglob(pattern)}
    return [inside[name] for name in sorted(inside) if not _SKIPPED.search(name)]


def _prose(path: Path) -> Iterator[str]:
    content = path.read_text(encoding="utf-8")  # turns the \r\n of Windows wheels into \n
    for part in [content] if path.suffix == ".rst" else _DOCSTRING.findall(content):
        for block in _BLANK_LINE.split(part.replace("`", "")):
            paragraph = " ".join(block.split())
            if _is_prose(paragraph):
                yield paragraph


def _is_prose(paragraph: str) -> bool:
    sentences = _PROSE.fullmatch(paragraph) and not _UNDERLINE.search(paragraph) and not _CALL.search(paragraph)
    return bool(sentences) and len(paragraph.split()) >= LEAST_WORDS


def _one(content: str) -> np.ndarray:
    return np.array([content], dtype=object)


def _provenance(train: str, test: str) -> Provenance:
    versions = ", ".join(f"{package} {importlib.metadata.version(package)}" for package in LOCKED)
    told = "the locked versions" if is_locked() else "not the locked versions, so other bytes than the course's outputs"
    return Provenance(
        f"{PROVENANCE.source}: {versions} ({told}), {len(train) + len(test):,} characters",
        PROVENANCE.licence,
        PROVENANCE.citation,
        embedded=True,
    )


PROVENANCE = Provenance(
    source="paragraphs of English in the documentation strings of installed packages",
    licence="Keras: Apache 2.0; Matplotlib: its own, based on the PSF's; scikit-learn: BSD 3-clause",
    citation="Chollet and others (2015), Keras; Hunter (2007), Matplotlib, Computing in Science & Engineering 9(3); "
    "Pedregosa and others (2011), Scikit-learn, Journal of Machine Learning Research 12",
    embedded=True,
)
ENTRIES = (
    Entry("english", "embedded", "Real English prose: language models and tokenizers, offline.", PROVENANCE, load),
)
