r"""Molecule-like graphs whose property lies in how the atoms are joined, not in which atoms there are.

Ethanol and dimethyl ether are both C2H6O; the first boils at 78 degrees Celsius, the second at -24, since only the
first has a hydrogen on its oxygen, with which molecules hold on to each other. `boiling_score` is a rule of that
kind: it counts hydrogens on oxygen and nitrogen, double-bonded oxygen, branches and rings. A sum over atoms cannot
know any of them; one round of messages between neighbours can know nearly all.
"""

from __future__ import annotations

import numpy as np

from dlcourse.data.dataset import Dataset
from dlcourse.data.generated.making import halves, provenance, real, split, stream, whole
from dlcourse.data.registry import Entry

ATOMS = ("carbon", "nitrogen", "oxygen", "fluorine")
VALENCE = np.array([4, 3, 2, 1])
CARBON, NITROGEN, OXYGEN, FLUORINE = range(4)


def molecular_graphs(train: int = 2000, test: int = 500, most: int = 12, noise: float = 0.05, seed: int = 0) -> Dataset:
    """Graphs of 5 to `most` heavy atoms with a boiling score that needs the graph.

    `x` holds the atoms one-hot, of shape (N, most, 4) in the order of `feature_names`, rows of zeros after the last
    atom; `extra["bonds_train"]` and `extra["bonds_test"]` the bonds, of shape (N, most, most), symmetric: 0 for none,
    1 for single, 2 for double. Hydrogens are not written: they fill each atom's valence. `y` is the score.

    Args:
        train: Number of training molecules, at least 1.
        test: Number of test molecules, at least 1.
        most: Number of heavy atoms at most, 5 to 40.
        noise: Standard deviation of the noise on the score.
        seed: Of all random numbers.

    Raises:
        ValueError: If a number is out of range.
    """
    train, most, random = whole("train", train, 1), whole("most", most, 5, 40), stream(seed)
    count, noise = train + whole("test", test, 1), real("noise", noise, 0)
    size = random.integers(5, most + 1, count)
    kind = _kinds(size, most, random)
    bonds, joined = _tree(kind, size, random)
    _close_rings(bonds, kind, joined, random)
    _double(bonds, kind, joined, random)
    atoms = np.eye(len(ATOMS), dtype="float32")[kind] * joined[:, :, None]
    y = boiling_score(atoms, bonds) + noise * random.standard_normal(count)
    (x_train, x_test), (y_train, y_test) = halves(atoms.astype("float32"), train), halves(y.astype("float32"), train)
    extra = split(train, bonds=bonds.astype("float32"))
    return Dataset("molecular_graphs", x_train, y_train, x_test, y_test, ATOMS, (), PROVENANCE, extra)


def hydrogens(atoms: np.ndarray, bonds: np.ndarray) -> np.ndarray:
    """How many hydrogens each atom carries: what its bonds leave of its valence, of shape (N, atoms)."""
    return atoms @ VALENCE - bonds.sum(axis=-1)


def boiling_score(atoms: np.ndarray, bonds: np.ndarray) -> np.ndarray:
    r"""How well such molecules hold on to each other, of shape (N,).

    $0.1\,n + 1.5\,h_O + 0.8\,h_N + 0.5\,d_O - 0.3\,b + 0.4\,r$: heavy atoms n, oxygens with a hydrogen, nitrogens
    with a hydrogen, double-bonded oxygens, branch points (three neighbours or more), independent rings.

    Args:
        atoms: One-hot atoms, of shape (N, atoms, 4), rows of zeros where there is none.
        bonds: Their bonds, of shape (N, atoms, atoms), symmetric.
    """
    there = atoms.sum(axis=-1)
    free, neighbours = hydrogens(atoms, bonds), (bonds > 0).sum(axis=-1)
    oxygen_hydrogen = (atoms[..., OXYGEN] * (free > 0)).sum(axis=-1)
    nitrogen_hydrogen = (atoms[..., NITROGEN] * (free > 0)).sum(axis=-1)
    double_oxygen = (atoms[..., OXYGEN] * (bonds == 2).any(axis=-1)).sum(axis=-1)
    branches = (neighbours >= 3).sum(axis=-1)
    rings = neighbours.sum(axis=-1) / 2 - there.sum(axis=-1) + 1
    polar = 1.5 * oxygen_hydrogen + 0.8 * nitrogen_hydrogen + 0.5 * double_oxygen
    return 0.1 * there.sum(axis=-1) + polar - 0.3 * branches + 0.4 * rings


def _kinds(size: np.ndarray, most: int, random: np.random.Generator) -> np.ndarray:
    """Which atom stands where: one to three oxygens, perhaps a nitrogen and a fluorine, carbon first and elsewhere."""
    count = len(size)
    oxygens, others = random.integers(1, 4, count), random.integers(0, 2, (2, count))
    keys = random.random((count, most)) + 2 * (np.arange(most) >= size[:, None])
    keys[:, 0] = 1.5
    rank = keys.argsort(axis=1).argsort(axis=1)
    limits = np.cumsum([oxygens, *others], axis=0)
    kind = np.full((count, most), CARBON)
    for atom, limit in reversed(tuple(zip((OXYGEN, NITROGEN, FLUORINE), limits, strict=True))):
        kind[rank < limit[:, None]] = atom
    kind[:, 0] = CARBON
    return kind


def _tree(kind: np.ndarray, size: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Each atom joined to an earlier one with valence left; an atom that finds none ends the molecule."""
    count, most = kind.shape
    bonds, joined = np.zeros((count, most, most), "int64"), np.zeros((count, most), bool)
    joined[:, 0], growing = True, np.ones(count, bool)
    for atom in range(1, most):
        free = joined[:, :atom] & (VALENCE[kind[:, :atom]] > bonds[:, :atom].sum(axis=-1))
        growing &= (atom < size) & free.any(axis=-1)
        parent = (random.random((count, atom)) * free).argmax(axis=-1)
        rows = np.flatnonzero(growing)
        bonds[rows, atom, parent[rows]] = bonds[rows, parent[rows], atom] = 1
        joined[rows, atom] = True
    return bonds, joined


def _close_rings(bonds: np.ndarray, kind: np.ndarray, joined: np.ndarray, random: np.random.Generator) -> None:
    """In a third of the molecules, one single bond between two free atoms, five or six apart around the ring."""
    step = (bonds > 0).astype("int64")
    near = [np.eye(bonds.shape[1], dtype="int64") + 0 * step]
    for _ in range(5):
        near.append(near[-1] @ step)
    shorter = near[0] + near[1] + near[2] + near[3] > 0
    free = joined & (VALENCE[kind] > bonds.sum(axis=-1))
    fits = (near[4] + near[5] > 0) & ~shorter & free[:, :, None] & free[:, None, :]
    wanted = random.random(len(bonds)) < 1 / 3
    _strengthen(bonds, np.triu(fits) & wanted[:, None, None], random)


def _double(bonds: np.ndarray, kind: np.ndarray, joined: np.ndarray, random: np.random.Generator) -> None:
    """Up to two single bonds made double, where both atoms have valence left."""
    for share in (0.8, 0.4):
        free = joined & (VALENCE[kind] > bonds.sum(axis=-1))
        fits = (bonds == 1) & free[:, :, None] & free[:, None, :]
        wanted = random.random(len(bonds)) < share
        _strengthen(bonds, np.triu(fits) & wanted[:, None, None], random)


def _strengthen(bonds: np.ndarray, fits: np.ndarray, random: np.random.Generator) -> None:
    """One more bond between one pair per molecule, drawn from those that fit."""
    count, most = fits.shape[:2]
    pick = (random.random(fits.shape) * fits).reshape(count, -1).argmax(axis=-1)
    rows = np.flatnonzero(fits.reshape(count, -1).any(axis=-1))
    first, second = pick[rows] // most, pick[rows] % most
    bonds[rows, first, second] += 1
    bonds[rows, second, first] += 1


PROVENANCE = provenance("trees of atoms grown within their valence, a third of them closed to a ring")
ENTRIES = (
    Entry(
        "molecular_graphs",
        "generated",
        "A property of a graph that no count of its atoms gives: message passing.",
        PROVENANCE,
        molecular_graphs,
    ),
)
