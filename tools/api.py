"""`python -m tools.api`: the pages of docs/api, made from the docstrings of every public name of the library."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from tools import source

FOLDER = source.ROOT / "docs" / "api"
# In the order in which a reader meets them.
PARTS = (
    "scratch",
    "layers",
    "models",
    "losses",
    "optimizers",
    "schedules",
    "initializers",
    "metrics",
    "evaluation",
    "tuning",
    "distribute",
    "callbacks",
    "training",
    "data",
    "text",
    "audio",
    "plot",
)
INDEX_HEAD = """# The library, name by name

Made by `make readme` from the docstrings. Every example on these pages is run by the tests.
"""
# What every layer, loss, optimizer, metric and callback has: Keras describes it.
OF_KERAS = re.compile(
    r"build|call|get_config|from_config|compute_\w+|update_step|update_state|result|reset_state|on_\w+|"
    r"train_step|test_step|predict_step|get_build_config|build_from_config"
)
_SECTION = re.compile(r"^(Args|Call arguments|Attributes|Returns|Yields|Raises|Examples?):\s*$")
_DISPLAYED = re.compile(r"^\$\$(.+?)\$\$([.,]?)$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<![\$`])\$([^$`]+)\$(?![\$`])")
_ENTRY = re.compile(r"^(\**\w[\w., *`]*?):\s+(.*)$")


def public_names(part: str) -> dict[str, Any]:
    """The functions and classes that a part of the package exports, by name, in the order of the alphabet."""
    module = importlib.import_module(f"dlcourse.{part}")
    names = getattr(module, "__all__", None) or [
        name for name, each in vars(module).items() if _own(name, each, module)
    ]
    exported = {name: getattr(module, name) for name in sorted(names, key=str.lower)}
    return {name: each for name, each in exported.items() if not isinstance(each, ModuleType)}


def _own(name: str, each: Any, module: ModuleType) -> bool:
    defined = inspect.isclass(each) or inspect.isfunction(each)
    return defined and not name.startswith("_") and each.__module__ == module.__name__


def pages() -> dict[str, str]:
    """The text of every page, by its file's name; the first is the list of all names."""
    made = {f"{part}.md": part_text(part) for part in PARTS}
    return {"README.md": index_text(), **made}


def index_text() -> str:
    """The list of all names, each with its first sentence and a link."""
    lines = [INDEX_HEAD]
    for part in PARTS:
        lines.append(f"## [{part}]({part}.md)\n\n{_summary(importlib.import_module(f'dlcourse.{part}'))}\n")
        lines += [f"- [`{name}`]({part}.md#{_anchor(part, name)}): {_summary(each)}" for name, each in _items(part)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def part_text(part: str) -> str:
    """The page of one part: its own docstring, then each name with signature, docstring and methods."""
    module = importlib.import_module(f"dlcourse.{part}")
    head = (
        f"# dlcourse.{part}\n\nMade by `make readme` from the docstrings.\n\n{markdown(inspect.getdoc(module) or '')}"
    )
    sections = [f"## {part}.{name}\n\n{_described(name, each)}" for name, each in _items(part)]
    return "\n\n".join([head, *sections]).rstrip() + "\n"


def _items(part: str) -> Iterator[tuple[str, Any]]:
    yield from public_names(part).items()


def _described(name: str, each: Any) -> str:
    if not callable(each):
        return f"```python\n{name} = {each!r}\n```"
    parts = [f"```python\n{signature_text(name, each)}\n```", markdown(inspect.getdoc(each) or "")]
    rows = [f"- `{signature_text(method, function)}`: {_summary(function)}" for method, function in _methods(each)]
    return "\n\n".join([*parts, *(["**Methods**", "\n".join(rows)] if rows else [])])


def _methods(each: Any) -> Iterator[tuple[str, Any]]:
    """The public methods that are written in this project, from the class's own to those of its bases."""
    seen: set[str] = set()
    for base in inspect.getmro(each) if inspect.isclass(each) else ():
        if not base.__module__.startswith("dlcourse"):
            continue
        for name, member in vars(base).items():
            function = member.__func__ if isinstance(member, classmethod | staticmethod) else member
            shown = inspect.isfunction(function) and not name.startswith("_") and not OF_KERAS.fullmatch(name)
            if shown and name not in seen and inspect.getdoc(function):
                seen.add(name)
                yield name, function


def signature_text(name: str, each: Any) -> str:
    """A signature as it is written in the source, on one line if it fits into 100 characters."""
    if inspect.isclass(each):
        each = each if each.__init__ is object.__init__ else each.__init__
    signature = inspect.signature(each)
    parameters = [_parameter(one) for one in _with_marks(signature)]
    gives = (
        ""
        if signature.return_annotation in (inspect.Signature.empty, "None", None)
        else (f" -> {_annotation(signature.return_annotation)}")
    )
    line = f"{name}({', '.join(parameters)}){gives}"
    if len(line) <= 100:
        return line
    return "{}(\n{}\n){}".format(name, "\n".join(f"    {one}," for one in parameters), gives)


def _with_marks(signature: inspect.Signature) -> Iterator[inspect.Parameter | str]:
    """The parameters without `self` and `cls`, and the bare star where what follows must be named."""
    starred = False
    for name, one in signature.parameters.items():
        if name in ("self", "cls", "_cls"):
            continue
        starred = starred or one.kind is one.VAR_POSITIONAL
        if one.kind is one.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        yield one


def _parameter(one: inspect.Parameter | str) -> str:
    if isinstance(one, str):
        return one
    stars = "*" * (one.kind == one.VAR_POSITIONAL) or "**" * (one.kind == one.VAR_KEYWORD)
    kind = "" if one.annotation is one.empty else f": {_annotation(one.annotation)}"
    if one.default is one.empty:
        return f"{stars}{one.name}{kind}"
    return f"{one.name}{kind} = {_value(one.default)}" if kind else f"{one.name}={_value(one.default)}"


def _annotation(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _value(value: Any) -> str:
    """A default as one would write it; a function's or class's name in place of its address."""
    text = repr(value)
    return getattr(value, "__name__", type(value).__name__) if " at 0x" in text else text


def markdown(docstring: str) -> str:
    """A docstring as Markdown: arguments and errors as lists, examples as code, the rest as it stands."""
    blocks: list[tuple[str, list[str]]] = [("", [])]
    for line in docstring.splitlines():
        found = _SECTION.match(line)
        if found:
            blocks.append((found.group(1), []))
        elif line and not line.startswith(" ") and blocks[-1][0]:
            blocks.append(("", [line]))
        else:
            blocks[-1][1].append(line)
    return "\n\n".join(text for title, lines in blocks if (text := _block(title, lines)))


def _block(title: str, lines: list[str]) -> str:
    body = inspect.cleandoc("\n".join(["", *lines])).strip()
    if not title:
        return with_equations("\n".join(lines).strip())
    if title.startswith("Example"):
        return f"**{title}**\n\n```pycon\n{body}\n```"
    return f"**{title}**\n\n{with_equations(body if title in ('Returns', 'Yields') else _list(body))}"


def with_equations(text: str) -> str:
    r"""Equations in the form in which Markdown leaves their backslashes alone: a block, or between backticks."""
    text = _DISPLAYED.sub(r"```math\n\1\n```\2", text)
    return _INLINE.sub(r"$`\1`$", text)


def _list(body: str) -> str:
    """Entries `name: text`, whose further lines are indented, as a list."""
    lines = []
    for line in body.splitlines():
        entry = _ENTRY.match(line)
        lines.append(f"- `{entry.group(1).strip('`')}`: {entry.group(2)}" if entry else f"  {line.strip()}".rstrip())
    return "\n".join(lines)


def _summary(each: Any) -> str:
    """The first paragraph of a docstring, on one line."""
    return with_equations((inspect.getdoc(each) or "").split("\n\n")[0].replace("\n", " ").strip())


def _anchor(part: str, name: str) -> str:
    return re.sub(r"[^\w-]", "", f"{part}.{name}".lower())


def main() -> int:
    """Write the pages, and take away those that are made no more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
