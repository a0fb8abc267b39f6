"""Molecules: valence holds, the graph is in one piece, and the property needs it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor

from dlcourse.data import Dataset, generated
from dlcourse.data.generated.molecules import ATOMS, VALENCE, boiling_score, hydrogens


@pytest.fixture(scope="module")
def molecules(made) -> Dataset:
    return made("molecular_graphs")


def neighbourhoods(atoms: np.ndarray, bonds: np.ndarray) -> np.ndarray:
    """Counts after one round of messages: atoms with each sum of bonds, with a double bond, with 3 neighbours."""
    degree, double = bonds.sum(axis=-1), (bonds == 2).any(axis=-1)
    columns = [(atoms[..., atom] * (degree == total)).sum(axis=-1) for atom in range(4) for total in range(1, 5)]
    columns += [(atoms[..., atom] * double).sum(axis=-1) for atom in range(4)]
    return np.stack([*columns, ((bonds > 0).sum(axis=-1) >= 3).sum(axis=-1)], axis=-1)


def chain(*atoms: str) -> tuple[np.ndarray, np.ndarray]:
    """Atoms joined by single bonds in a row."""
    kinds = np.eye(4)[[ATOMS.index(atom) for atom in atoms]][None]
    bonds = np.eye(len(atoms), k=1) + np.eye(len(atoms), k=-1)
    return kinds, bonds[None]


def test_counts_of_atoms_explain_less_than_a_third_of_the_score_however_flexible_the_model(molecules: Dataset) -> None:
    counts, test_counts = molecules.x_train.sum(axis=1), molecules.x_test.sum(axis=1)
    model = KNeighborsRegressor(30).fit(counts, molecules.y_train)
    assert model.score(test_counts, molecules.y_test) < 1 / 3


def test_one_round_of_messages_explains_nearly_all_of_it(molecules: Dataset) -> None:
    train = neighbourhoods(molecules.x_train, molecules.extra["bonds_train"])
    test = neighbourhoods(molecules.x_test, molecules.extra["bonds_test"])
    assert LinearRegression().fit(train, molecules.y_train).score(test, molecules.y_test) > 0.98


def test_ethanol_scores_above_dimethyl_ether_which_has_the_same_atoms() -> None:
    ethanol, ether = chain("carbon", "carbon", "oxygen"), chain("carbon", "oxygen", "carbon")
    assert np.array_equal(ethanol[0].sum(axis=1), ether[0].sum(axis=1))
    assert boiling_score(*ethanol) - boiling_score(*ether) == pytest.approx([1.5])


def test_ethanol_has_six_hydrogens_three_two_and_one() -> None:
    assert hydrogens(*chain("carbon", "carbon", "oxygen")).tolist() == [[3, 2, 1]]


def test_no_atom_has_more_bonds_than_its_valence_and_none_binds_itself(molecules: Dataset) -> None:
    bonds = molecules.extra["bonds_train"]
    assert np.all(bonds.sum(axis=-1) <= molecules.x_train @ VALENCE)
    assert np.array_equal(bonds, bonds.transpose(0, 2, 1))
    assert not np.trace(bonds, axis1=1, axis2=2).any()


def test_every_molecule_is_in_one_piece(molecules: Dataset) -> None:
    there = molecules.x_train.sum(axis=-1)
    reached = np.eye(12) + (molecules.extra["bonds_train"] > 0)
    for _ in range(4):
        reached = np.minimum(reached @ reached, 1)
    assert np.array_equal(reached[:, 0], there)


def test_about_a_third_of_them_have_a_ring_of_five_or_six(molecules: Dataset) -> None:
    neighbours = molecules.extra["bonds_train"] > 0
    rings = neighbours.sum(axis=(1, 2)) / 2 - molecules.x_train.sum(axis=(1, 2)) + 1
    assert set(rings) == {0, 1}
    assert 0.2 < rings.mean() < 0.4


def test_molecules_of_fewer_than_five_atoms_are_refused() -> None:
    with pytest.raises(ValueError, match="most must be an integer from 5 to 40, got 4"):
        generated.molecular_graphs(most=4)
