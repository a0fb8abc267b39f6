"""What every generated set has in common: the same bytes everywhere, types, splits, a provenance, checked options."""

from __future__ import annotations

import inspect
import zlib

import numpy as np
import pytest

from dlcourse.data import Dataset, load, registry

NAMES = tuple(
    name for name, entry in registry.entries().items() if entry.kind == "generated" and name != "synthesised_digits"
)
FINGERPRINTS = {
    "arithmetic_strings": 1_669_129_097,
    "card_transactions": 1_712_791_186,
    "date_strings": 928_246_752,
    "defective_textures": 983_618_945,
    "digit_canvases": 4_011_524_741,
    "energy_load": 394_827_425,
    "film_ratings": 2_271_429_360,
    "french_phrases": 1_838_614_174,
    "gaussian_ring": 3_164_283_858,
    "hiring_records": 4_163_495_566,
    "molecular_graphs": 4_147_270_285,
    "moons": 1_573_140_911,
    "negated_reviews": 4_294_224_781,
    "rings": 641_836_982,
    "road_views": 2_239_143_569,
    "spirals": 1_146_976_117,
    "spoken_digits": 2_812_682_691,
}
SMALL = {"spoken_digits": {"takes": 1}, "energy_load": {}, "film_ratings": {}}


def arrays(dataset: Dataset) -> dict[str, np.ndarray]:
    parts = {part: getattr(dataset, part) for part in ("x_train", "y_train", "x_test", "y_test")}
    return parts | dict(dataset.extra)


def fingerprint(dataset: Dataset) -> int:
    """A checksum of all arrays, floats rounded to 1/1024, since their last digits are the processor's."""
    total = 0
    for name, values in sorted(arrays(dataset).items()):
        total = zlib.crc32(f"{name}{values.shape}".encode(), total)
        if values.dtype == object:
            total = zlib.crc32("\n".join(values.ravel()).encode(), total)
        else:
            whole = np.floor(1024 * values + 0.5) if values.dtype.kind == "f" else values
            total = zlib.crc32(whole.astype("<i8").tobytes(), total)
    return total


@pytest.mark.parametrize("name", NAMES)
def test_the_default_set_is_the_same_on_every_machine_and_python(made, name: str) -> None:
    assert fingerprint(made(name)) == FINGERPRINTS[name]


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_gives_another_set_of_the_same_shapes_and_types(name: str) -> None:
    options = SMALL.get(name, {"train": 120, "test": 110})
    first, second = (arrays(load(name, seed=seed, **options)) for seed in (0, 1))
    assert {part: values.dtype for part, values in first.items()} == {part: v.dtype for part, v in second.items()}
    assert first["x_train"].shape == second["x_train"].shape
    assert np.any(first["x_train"] != second["x_train"])


@pytest.mark.parametrize("name", NAMES)
def test_inputs_targets_and_extras_are_finite_and_of_the_promised_types(made, name: str) -> None:
    for part, values in arrays(made(name)).items():
        assert str(values.dtype) in ("float32", "int64", "bool", "object"), part
        if values.dtype == object:
            assert all(isinstance(each, str) for each in values)
        else:
            assert np.isfinite(values).all(), part


@pytest.mark.parametrize("name", NAMES)
def test_every_part_has_one_row_an_example(made, name: str) -> None:
    dataset = made(name)
    for part, values in arrays(dataset).items():
        if part.endswith(("_train", "_test")):
            assert len(values) == len(dataset.x_train if part.endswith("_train") else dataset.x_test), part


@pytest.mark.parametrize("name", NAMES)
def test_classes_are_numbered_from_0_in_the_order_of_their_names(made, name: str) -> None:
    dataset = made(name)
    if dataset.class_names:
        labels = np.concatenate([dataset.y_train.ravel(), dataset.y_test.ravel()])
        assert np.unique(labels).tolist() == list(range(len(dataset.class_names)))


@pytest.mark.parametrize("name", NAMES)
def test_the_set_knows_its_name_its_columns_and_where_it_comes_from(made, name: str) -> None:
    dataset = made(name)
    assert dataset.name == name
    assert dataset.provenance.embedded
    assert dataset.provenance.source.startswith("generated from a seed: ")
    if dataset.feature_names:
        assert len(dataset.feature_names) == dataset.x_train.shape[-1]


@pytest.mark.parametrize("name", [*NAMES, "synthesised_digits"])
def test_every_option_is_described(name: str) -> None:
    generator = registry.find(name).loader
    for option in inspect.signature(generator).parameters:
        assert f"\n    {option}: " in (inspect.getdoc(generator) or ""), option


@pytest.mark.parametrize("seed", [-1, 1.5, "0", True, None])
@pytest.mark.parametrize("name", NAMES)
def test_a_seed_that_is_no_whole_number_is_refused(name: str, seed: object) -> None:
    with pytest.raises(ValueError, match="seed must be an integer at least 0, got"):
        load(name, seed=seed)
