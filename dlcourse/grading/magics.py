"""Make the lines that only a notebook understands harmless: `%matplotlib inline`, `%%time`, `!pip install`, `name?`.

A cell that is plain Python is left as it is. In another one IPython's own translation tells commands from text that
looks like them, and each command is then taken out: shell lines do nothing, timing magics leave what they time.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass

TRANSPARENT = ("time", "timeit", "prun", "capture", "memit", "mprun", "lprun", "python", "python3", "pypy")
_BY_IPYTHON = ("run_line_magic", "run_cell_magic", "system", "getoutput")


@dataclass(frozen=True)
class Plain:
    """A cell as Python that runs anywhere, and what was taken out of it."""

    source: str
    shell: bool = False
    magic: bool = False


def plain_python(source: str) -> Plain:
    r"""The cell without commands to the notebook; one that is no Python even so comes back as it is.

    >>> plain_python("%matplotlib inline\nx = 1").source
    'x = 1'
    """
    if _parsed(source) is not None and "get_ipython" not in source:
        return Plain(source)
    tree = _parsed(_translated(source))
    if tree is None:
        return Plain(source)
    without = _Without()
    body = without.statements(tree.body)
    return Plain("\n".join(ast.unparse(each) for each in body), without.shell, without.magic)


def _parsed(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _translated(source: str) -> str:
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return TransformerManager().transform_cell(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source


class _Without(ast.NodeTransformer):
    """Take `get_ipython().run_line_magic(...)` and the like out of a tree."""

    def __init__(self) -> None:
        self.shell = False
        self.magic = False

    def statements(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """The statements that are left; those of a timed block stand where it stood."""
        return [left for each in body for left in self._statement(each)]

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        command = _command(node.value) if isinstance(node, ast.Expr) else None
        if command is None:
            return [self.visit(node)]
        self._note(command)
        return self.statements(_timed(command)) if isinstance(node, ast.Expr) else []

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Statements inside a block: one that was taken out leaves `pass` where the block would be empty."""
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                setattr(node, name, self.statements(block) or [ast.Pass()])
        for name, value in ast.iter_fields(node):
            if name not in ("body", "orelse", "finalbody") or not isinstance(value, list):
                self._visit_field(node, name, value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A command whose value is used: what a shell printed is nothing, a timed expression is its value."""
        command = _command(node)
        if command is None:
            return self.generic_visit(node)
        self._note(command)
        if command[0] == "getoutput":
            return ast.List(elts=[], ctx=ast.Load())
        timed = _timed(command)
        value = timed[0].value if len(timed) == 1 and isinstance(timed[0], ast.Expr) else ast.Constant(None)
        return self.visit(value)

    def _visit_field(self, node: ast.AST, name: str, value: object) -> None:
        if isinstance(value, ast.AST):
            setattr(node, name, self.visit(value))
        elif isinstance(value, list):
            setattr(node, name, [self.visit(each) if isinstance(each, ast.AST) else each for each in value])

    def _note(self, command: tuple[str, list[str]]) -> None:
        shell = command[0] in ("system", "getoutput") or command[1][:1] in (["sx"], ["bash"], ["sh"], ["system"])
        self.shell |= shell or command[1][:1] == ["pip"]
        self.magic |= not shell


def _command(node: ast.AST) -> tuple[str, list[str]] | None:
    """Method and arguments of a call on `get_ipython()` that IPython's translation makes."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _BY_IPYTHON:
        return None
    owner = node.func.value
    if not isinstance(owner, ast.Call) or not isinstance(owner.func, ast.Name) or owner.func.id != "get_ipython":
        return None
    return node.func.attr, [str(each.value) for each in node.args if isinstance(each, ast.Constant)]


def _timed(command: tuple[str, list[str]]) -> list[ast.stmt]:
    """The statements that a timing magic runs; none for any other command."""
    method, arguments = command
    if method not in ("run_line_magic", "run_cell_magic") or not arguments or arguments[0] not in TRANSPARENT:
        return []
    line = arguments[1] if len(arguments) > 1 else ""
    if method == "run_cell_magic" and len(arguments) > 2:
        code = arguments[2]
    else:
        code = re.sub(r"^(\s*-\w+\s*(\d+)?\s+)+", "", line)
    tree = _parsed(_translated(code) if _parsed(code) is None else code)
    return tree.body if tree else []
