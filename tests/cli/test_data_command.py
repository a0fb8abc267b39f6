"""`dlcourse data` as a person meets it: what it prints at 80 columns, what it says to bad input, its exit status."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from dlcourse import data
from dlcourse.cli.data_command import command
from dlcourse.data import registry
from dlcourse.data.cache import File, Source
from dlcourse.data.errors import DataUnavailableError
from dlcourse.data.registry import Entry

BODY = b"all of it"
SMALL = ["auto_mpg", "digits", "moons", "negated_reviews", "french_phrases", "sunspots", "photographs"]


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "data"


@pytest.fixture
def toy(monkeypatch):
    """A real set of one file, the only set there is besides digits."""
    file = File("toy/a.bin", len(BODY), hashlib.sha256(BODY).hexdigest(), ("http://127.0.0.1:1/a",))
    digits = registry.find("digits")
    entry = Entry("toy", "real", "A toy.", digits.provenance, digits.loader, digits.loader, (Source((file,), print),))
    monkeypatch.setattr(registry, "entries", lambda: {"digits": digits, "toy": entry})


def run(*arguments):
    """Exit status, output and error output."""
    done = CliRunner().invoke(command, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def put(folder, content=BODY):
    path = folder / "toy" / "a.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def refused(*arguments):
    """The one line on stderr of a call that is refused with exit status 2."""
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    return err


def test_the_list_has_every_set_and_fits_80_columns():
    status, out, err = run("list")
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines()[:-1])) <= 80
    assert [line.split()[0] for line in out.splitlines() if line[:1].islower()] == list(data.names())


def test_the_list_tells_size_licence_and_what_is_cached(toy, cache_folder):
    assert "toy     real       9 B" not in run("list")[1]
    row = next(line.split() for line in run("list")[1].splitlines() if line.startswith("toy"))
    assert row == ["toy", "real", "0", "kB", "no", "CC", "BY", "4.0"]
    put(cache_folder)
    assert next(line.split()[4] for line in run("list")[1].splitlines() if line.startswith("toy")) == "yes"


def test_the_list_can_be_of_one_kind():
    _, out, _ = run("list", "--kind", "real")
    assert "mnist" in out
    assert "photographs" not in out


def test_verify_names_what_is_damaged_and_fails(toy, cache_folder):
    assert run("verify") == (0, f"nothing to verify in {cache_folder}\n", "")
    path = put(cache_folder)
    assert run("verify", "toy") == (0, "toy/a.bin: whole\n", "")
    path.write_bytes(BODY[:-1])
    status, out, err = run("verify")
    assert (status, out) == (1, "toy/a.bin: is truncated: it has 8 bytes instead of 9\n")
    assert err == "dlcourse: 1 of 1 files are damaged; `dlcourse data fetch NAME` gets them anew\n"


def test_fetch_keeps_what_is_there_and_needs_nothing_for_what_is_built_in(toy, cache_folder):
    put(cache_folder)
    status, out, err = run("fetch", "digits", "toy")
    assert (status, err) == (0, "")
    assert out == f"digits: built in, nothing to fetch\ntoy: in {cache_folder / 'toy'}\n"


def test_fetch_tells_what_cannot_be_had_in_one_sentence_and_goes_on(toy, monkeypatch):
    def fail(file, *_):
        raise DataUnavailableError(f"{file.path} could not be downloaded from nowhere")

    monkeypatch.setattr("dlcourse.data.download.fetch", fail)
    status, out, err = run("fetch", "toy", "digits")
    assert (status, out) == (1, "digits: built in, nothing to fetch\n")
    last = err.splitlines()[-1]
    assert last.startswith("dlcourse: toy is not in the cache ")
    assert last.endswith("fetch it later with `dlcourse data fetch toy`")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["fetch"], "name at least one data set, or say --all"),
        (["fetch", "digit"], "did you mean 'digits'?"),
        (["verify", "digit"], "did you mean 'digits'?"),
        (["show", "digit"], "did you mean 'digits'?"),
        (["show", "moons", "--out", "moons.png"], "--out is for images, sounds and series, got moons"),
        (["show", "digits", "--out", "no/such/folder/a.png"], "--out must lie in a folder that exists"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, told):
    assert told in refused(*arguments)


@pytest.mark.parametrize(
    "arguments", [["show"], ["show", "digits", "--count", "0"], ["list", "--kind", "fake"], ["lst"]]
)
def test_bad_usage_has_status_2(arguments):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert "Error: " in err


@pytest.mark.parametrize("name", SMALL)
def test_show_fits_80_columns_and_tells_purpose_and_source(name):
    status, out, err = run("show", name, "--count", "3")
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert registry.find(name).purpose.split()[0] in out
    assert "source" in out


@pytest.mark.usefixtures("sounds")
def test_show_draws_sounds(tmp_path):
    assert run("show", "sounds", "--out", str(tmp_path / "a.png"))[0] == 0
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_show_says_that_a_stand_in_is_none_of_the_real_data():
    assert "stand-in for  auto_mpg: these are not the real data" in run("show", "auto_mpg")[1]


def test_show_prints_categories_as_words_and_gaps_as_missing():
    out = run("show", "adult", "--count", "4")[1]
    assert "Male" in out
    assert "missing" in out


def test_show_prints_images_as_letters():
    lines = run("show", "digits", "--count", "2")[1].splitlines()[-8:]
    assert set("".join(lines)) <= set(" .:-=+*#%@")
    assert any("@" in line for line in lines)


@pytest.fixture
def sounds(monkeypatch):
    """A set of two sounds, the first loud at its end, the second silent."""
    x = np.zeros((2, 640), "float32")
    x[0, 320:] = np.linspace(0, 1, 320)
    made = data.load("digits")
    made = replace(made, name="sounds", x_train=x, y_train=np.array([0, 1]), class_names=("rising", "silent"))
    entry = Entry("sounds", "generated", "Two sounds.", made.provenance, lambda: made)
    monkeypatch.setattr(registry, "entries", lambda: {"sounds": entry})


@pytest.mark.usefixtures("sounds")
def test_show_prints_sounds_as_loudness_over_time():
    rising, silent = run("show", "sounds")[1].splitlines()[-2:]
    assert rising.startswith("rising")
    assert list(dict.fromkeys(rising[13:])) == list(" .:-=+*#%@")
    assert silent == "silent"


def test_show_prints_pairs_with_an_arrow():
    assert " -> " in run("show", "french_phrases", "--count", "1")[1]


@pytest.mark.parametrize("name", ["digits", "photographs", "sunspots", "molecular_graphs"])
def test_show_writes_a_picture(name, tmp_path):
    out = tmp_path / "samples.png"
    status, told, err = run("show", name, "--out", str(out))
    assert (status, err) == (0, "")
    assert told.endswith(f"samples in {out}\n")
    assert out.read_bytes().startswith(b"\x89PNG")
    assert name.encode() in out.read_bytes()


def test_show_in_the_full_profile_says_what_is_missing(toy, monkeypatch):
    def missing():
        raise DataUnavailableError("toy is not in the cache: fetch it later")

    entry = registry.entries()["toy"]
    monkeypatch.setattr(registry, "find", lambda name: Entry(**{**vars(entry), "loader": missing}))
    assert run("show", "toy", "--profile", "full") == (1, "", "dlcourse: toy is not in the cache: fetch it later\n")


def test_brackets_in_a_path_are_printed_as_they_are(monkeypatch, tmp_path):
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "[red]data"))
    assert run("list", "--kind", "real")[1].endswith(f"The cache is {tmp_path / '[red]data'}.\n")
