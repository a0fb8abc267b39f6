"""One call for every set: names, options, profiles; what the table of all sets holds."""

import subprocess
import sys

import numpy as np
import pytest

from dlcourse import data, runtime
from dlcourse.data import registry
from dlcourse.data.errors import DataUnavailableError
from dlcourse.data.registry import Entry

REAL = [
    "adult",
    "auto_mpg",
    "california_housing",
    "cifar10",
    "compas",
    "fashion_mnist",
    "fra_eng",
    "free_spoken_digits",
    "imdb",
    "mnist",
    "rt_polarity",
    "sunspots",
    "tiny_shakespeare",
]


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(ValueError, match=r"name must be one of adult, .*got 'digit', did you mean 'digits'\?"):
        data.load("digit")


def test_a_data_set_says_what_it_is():
    assert repr(data.load("digits")) == "digits: 1347 training and 450 test examples of shape (8, 8), 10 classes"


def test_names_are_sorted_and_hold_every_real_set():
    assert list(data.names()) == sorted(data.names())
    assert [name for name, entry in registry.entries().items() if entry.kind == "real"] == REAL


@pytest.mark.parametrize("entry", registry.entries().values(), ids=lambda entry: entry.name)
def test_every_set_says_what_it_is_for_and_where_it_comes_from(entry):
    assert entry.name.replace("_", "").isalnum()
    assert entry.name == entry.name.lower()
    assert 20 < len(entry.purpose) < 120
    assert entry.purpose.endswith((".", "?"))
    assert all(len(text) > 2 for text in (entry.provenance.source, entry.provenance.licence, entry.provenance.citation))
    assert entry.provenance.embedded == (entry.kind != "real")
    assert (entry.stand_in is not None) == bool(entry.sources) == (entry.kind == "real")


def test_a_kind_of_set_is_one_of_three():
    with pytest.raises(ValueError, match="kind must be one of embedded, generated, real, got 'fake'"):
        Entry("a", "fake", "Nothing.", data.load("digits").provenance, print)


def test_an_option_that_a_set_does_not_have_is_told():
    with pytest.raises(ValueError, match="an option of digits must be absent: this set has none, got 'noise'"):
        data.load("digits", noise=0.1)
    with pytest.raises(ValueError, match=r"an option of moons must be one of .*noise.*, got 'nois'"):
        data.load("moons", nois=0.1)


def test_options_reach_the_generator():
    assert not np.array_equal(data.load("moons", seed=1).x_train, data.load("moons", seed=2).x_train)


def test_the_quick_profile_gives_the_stand_in_and_says_so():
    told = data.load("auto_mpg").provenance
    assert (told.embedded, told.stand_in_for) == (True, "auto_mpg")


@pytest.mark.parametrize("way", ["argument", "environment"])
def test_the_full_profile_wants_the_real_set(way, monkeypatch):
    monkeypatch.setattr("dlcourse.data.download.fetch", _no_network)
    if way == "environment":
        monkeypatch.setenv(runtime.PROFILE_VARIABLE, "full")
    with pytest.raises(DataUnavailableError, match=r"auto_mpg is not in the cache .*fetch it later with"):
        data.load("auto_mpg", profile="full" if way == "argument" else None)


def _no_network(file, *_):
    raise DataUnavailableError(f"{file.path} could not be downloaded")


def test_the_argument_outdoes_the_environment(monkeypatch):
    monkeypatch.setenv(runtime.PROFILE_VARIABLE, "full")
    assert data.load("auto_mpg", profile="quick").provenance.stand_in_for


def test_there_are_two_profiles():
    with pytest.raises(ValueError, match="profile must be 'quick' or 'full', got 'fast'"):
        data.load("auto_mpg", profile="fast")


def test_two_sets_cannot_have_the_same_name(monkeypatch):
    entry = registry.find("digits")
    monkeypatch.setattr(registry, "_collected", lambda: [entry, entry])
    with pytest.raises(ValueError, match="each data set needs a name of its own, got 'digits' twice"):
        registry.entries.__wrapped__()


def test_asking_for_names_loads_nothing_heavy():
    code = "import sys; from dlcourse import data; data.names(); print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"tensorflow", "keras", "sklearn", "rich", "matplotlib", "ssl"} & set(done.stdout.split())


@pytest.mark.parametrize("entry", [registry.find(name) for name in REAL], ids=REAL)
def test_a_real_set_has_mirrors_checksums_and_paths_of_its_own(entry):
    files = [file for source in entry.sources for file in source.files]
    assert any(all(file.mirrors for file in source.files) for source in entry.sources)
    assert all(len(file.sha256) == 64 for file in files)
    assert all(mirror.startswith("http") for file in files for mirror in file.mirrors)
    assert len({host for file in files for host in file.mirrors}) >= 2
