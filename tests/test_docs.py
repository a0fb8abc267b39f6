"""What the documents say exists, and what exists is documented."""

import ast
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import dlcourse
from dlcourse.cli import COMMANDS
from tools.source import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
MODULES = sorted((ROOT / "dlcourse").rglob("*.py"))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_names_every_command(name):
    assert re.search(rf"`dlcourse {name}\b", README)


def test_every_make_target_that_the_documents_name_exists():
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"[`\n]make ([a-z]+)", README + CONTRIBUTING))
    assert len(named) > 5
    assert named <= targets


def test_ci_runs_the_test_command_of_the_readme():
    assert "make test" in README
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("exec make test")


def test_local_links_of_the_documents_lead_somewhere():
    for text in (README, CONTRIBUTING):
        links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
        assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    cited = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE).group(1)
    assert project == cited == dlcourse.__version__ == metadata.version("dlcourse")


def test_the_lock_names_every_package_that_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [each for group in project["optional-dependencies"].values() for each in group]
    asked = {re.match(r"[\w-]+", each).group(0).lower() for each in project["dependencies"] + extras}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert asked <= set(re.findall(r"^([\w-]+)==", lock, re.MULTILINE))


def public(tree):
    """The public functions, classes and methods of a module."""
    for node in ast.walk(tree):
        known = isinstance(node, ast.Module) or (isinstance(node, ast.ClassDef) and not node.name.startswith("_"))
        body = node.body if known else []
        for each in body:
            if isinstance(each, ast.FunctionDef | ast.ClassDef) and not each.name.startswith("_"):
                yield each


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_public_name_has_a_docstring_and_every_public_function_types(path):
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the module has no docstring"
    for node in public(tree):
        assert ast.get_docstring(node), f"{node.name} has no docstring"
        if isinstance(node, ast.FunctionDef):
            arguments = [each for each in (*node.args.args, *node.args.kwonlyargs) if each.arg not in ("self", "cls")]
            assert all(each.annotation for each in arguments), f"{node.name} has an argument without a type"
            assert node.returns is not None, f"{node.name} has no return type"
