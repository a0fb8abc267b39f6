"""Copies are found however they are renamed and reformatted; independent answers and given code are not told."""

import csv
import itertools

import nbformat
import pytest
from small_exercise import STUBS, whole

from dlcourse import cli
from dlcourse.grading.similarity import COMMON_FROM, document, shingles_of, similar_pairs

ORIGINAL = """
def softmax(logits):
    \"\"\"Probabilities.\"\"\"
    largest = logits.max(axis=-1, keepdims=True)
    powers = np.exp(logits - largest)
    total = powers.sum(axis=-1, keepdims=True)
    return powers / total
"""
RENAMED = """
def mine(z):
    # entirely my own work
    m = z.max( axis = -1,
               keepdims = True )
    e = np.exp(z-m)

    s = e.sum(axis=-2, keepdims=True)
    return e/s
"""
OTHER = """
def softmax(logits):
    rows = []
    for row in logits:
        weights = [math.exp(value) for value in row]
        rows.append([weight / sum(weights) for weight in weights])
    return np.array(rows)
"""
GIVEN = "\n".join(f"x{i} = np.linspace(0, {i}, 10) + rng.normal(size={i})" for i in range(6))


def pairs(*sources, given=(), at_least=0.5):
    names = ("ada", "bob", "cyd", "dan", "eve", "fay", "gus", "hal", "ida", "joe")
    documents = [document(name, [source]) for name, source in zip(names, sources, strict=False)]
    return similar_pairs(documents, given, at_least)


def test_a_copy_is_found_through_new_names_layout_and_comments():
    (pair,) = pairs(ORIGINAL, OTHER, RENAMED)
    assert (pair.first.student, pair.second.student) == ("ada", "cyd")
    assert pair.containment == 1
    assert pair.jaccard == 1


def test_a_copy_inside_more_code_keeps_its_containment():
    (pair,) = pairs(ORIGINAL, GIVEN + RENAMED + GIVEN)
    assert pair.containment > 0.9
    assert pair.jaccard < 0.6


def test_what_everybody_was_given_does_not_count():
    assert pairs(GIVEN + ORIGINAL, GIVEN + OTHER, at_least=0.3)
    assert pairs(GIVEN + ORIGINAL, GIVEN + OTHER, given=[GIVEN], at_least=0.3) == []


def test_what_a_large_part_of_the_class_has_does_not_count():
    everybody = [ORIGINAL] * COMMON_FROM
    assert pairs(*everybody) == []
    assert len(pairs(*everybody[:3])) == 3


def test_the_numbers_are_those_of_sets():
    first, second = "a = 1\nb = c + 2\nd(e)", "a = 1\nb = c + 2\nd[e]"
    one, two = set(shingles_of(first, 3)), set(shingles_of(second, 3))
    assert (len(one), len(two), len(one & two)) == (10, 10, 7)
    a, b = (set(shingles_of(each)) for each in (GIVEN + ORIGINAL, GIVEN + OTHER))
    (pair,) = pairs(GIVEN + ORIGINAL, GIVEN + OTHER, at_least=0.1)
    assert pair.jaccard == len(a & b) / len(a | b)
    assert pair.containment == len(a & b) / min(len(a), len(b))
    assert pair.shared == len(a & b)


def test_the_lines_are_those_that_both_sides_share():
    (pair,) = pairs(ORIGINAL, "y = 5\n" + RENAMED)
    numbers, lines = pair.lines[0], ORIGINAL.split("\n")
    assert {lines[i - 1].strip() for i in numbers} == {line.strip() for line in lines if line.strip()} - {
        '"""Probabilities."""'
    }
    assert 1 not in pair.lines[1]


@pytest.mark.parametrize("broken", ["def f(:", "'''", "x = (1,", "  x\n y", "\x00", ""])
def test_what_is_no_python_does_no_harm(broken):
    documents = [document(name, [broken, ORIGINAL]) for name in ("ada", "bob")]
    assert similar_pairs(documents)[0].containment == 1


def test_a_large_class_is_compared_quickly():
    documents = [document(f"s{i}", [OTHER.replace("rows", f"rows{i}[{i}]" * (i % 7 + 1))]) for i in range(100)]
    assert all(0 < pair.containment <= 1 for pair in similar_pairs(documents))


@pytest.fixture
def handed(tmp_path):
    folder = tmp_path / "handed"
    folder.mkdir()
    for name, source in {"ada": ORIGINAL, "bob": RENAMED, "<b>eve": OTHER}.items():
        nbformat.write(whole(source, STUBS["3.2"]), folder / f"{name}.ipynb")
    return folder


def test_the_command_writes_a_table_and_a_page_with_both_sides(handed, checks, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["similarity", str(handed), "--exercise", "03", "--checks", str(checks), "--out", str(out)]
    assert cli.run(arguments) == 0
    told = capsys.readouterr().out
    assert "3 submissions compared; pairs that are alike: 1." in told
    assert max(map(len, told.splitlines()[:-1])) <= 80
    (row,) = csv.DictReader((out / "similarity.csv").read_text().splitlines())
    assert (row["first"], row["second"], row["containment"]) == ("ada", "bob", "1.000")
    text = (out / "similarity.html").read_text()
    assert "<mark>    return e/s</mark>" in text
    assert "never a proof" in text
    assert cli.run([*arguments, "--at-least", "0.01"]) == 0


def test_hostile_code_and_names_are_text_on_the_page(handed, checks, tmp_path):
    bad = ORIGINAL + "\n'</pre><script>alert(1)</script>'"
    for name in ("<i>x", "<i>y"):
        nbformat.write(whole(bad, STUBS["3.2"]), handed / f"{name}.ipynb")
    assert cli.run(["similarity", str(handed), "--exercise", "3", "--checks", str(checks), "--out", str(tmp_path)]) == 0
    text = (tmp_path / "similarity.html").read_text()
    assert "&lt;i&gt;x" in text
    assert not any(f"<{tag}" in text for tag in ("script", "i>"))


def test_what_cannot_be_read_is_named_and_bad_input_refused(handed, checks, tmp_path, capsys):
    (handed / "mal.ipynb").write_text('{"cells": [')
    arguments = ["--exercise", "3", "--checks", str(checks), "--out", str(tmp_path / "out")]
    assert cli.run(["similarity", str(handed), *arguments]) == 1
    assert "not compared: mal.ipynb: cut off" in capsys.readouterr().err
    assert cli.run(["similarity", str(tmp_path / "nothing"), *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(ValueError, match="at_least must be above 0"):
        similar_pairs([], at_least=0)
    assert list(itertools.chain(similar_pairs([]))) == []
