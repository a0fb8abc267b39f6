"""Where things lie: the course's notebooks, the solutions, and the learner's own working copies.

In a checkout they lie beside the package; a wheel carries the lessons and exercises (never the solutions) inside it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

WORK_VARIABLE = "DLCOURSE_WORK"
PACKAGE = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """The repository's root when the package is used from a checkout, else None."""
    root = PACKAGE.parent
    return root if (root / "sources" / "lessons").is_dir() else None


def notebooks() -> Path:
    """The folder of the rendered lessons."""
    return (checkout() or PACKAGE / "_course") / "notebooks"


def exercises() -> Path:
    """The folder of the students' copies."""
    return (checkout() or PACKAGE / "_course") / "exercises"


def solutions() -> Path | None:
    """The folder of the solutions where there is one: an instructor may have taken it away."""
    root = checkout()
    folder = root / "solutions" if root else None
    return folder if folder and folder.is_dir() else None


def work() -> Path:
    """The learner's folder: `DLCOURSE_WORK`, else `work/` in the checkout, else `dlcourse-work/` in this folder."""
    chosen = os.environ.get(WORK_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    root = checkout()
    return root / "work" if root else Path("dlcourse-work")


def make_working_copies(folder: Path) -> list[Path]:
    """Copy every lesson and exercise that `folder` does not have yet; a copy that exists is never overwritten.

    The copies come without outputs: a lesson asks for a guess before it shows a result.

    Returns:
        The copies that were made.
    """
    made = []
    for source_folder in (notebooks(), exercises()):
        for source in sorted(source_folder.glob("*.ipynb")):
            copy = folder / source_folder.name / source.name
            if not copy.exists() and _write_new(copy, without_outputs(source.read_text(encoding="utf-8"))):
                made.append(copy)
    return made


def without_outputs(notebook: str) -> str:
    """A notebook's text with its outputs and execution counts removed."""
    content = json.loads(notebook)
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _write_new(copy: Path, text: str) -> bool:
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        with copy.open("x", encoding="utf-8", newline="\n") as target:
            target.write(text)
    except FileExistsError:
        return False
    return True
