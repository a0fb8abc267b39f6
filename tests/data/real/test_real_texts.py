"""IMDB, movie-review sentences, Shakespeare, sentence pairs: small files, wrong ones, the facts of the real copies."""

import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import cache
from dlcourse.data.cache import Content
from dlcourse.data.errors import DataFormatError
from dlcourse.data.real import fra_eng, imdb, rt_polarity, tiny_shakespeare


def tar_gz(files, name="some.tar.gz"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for path, body in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return Content(Path(name), buffer.getvalue())


def zipped(files, name="fra-eng.zip"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for path, body in files.items():
            packed.writestr(path, body)
    return Content(Path(name), buffer.getvalue())


REVIEWS = {
    f"aclImdb/{part}/{sign}/{number}_{stars}.txt": f"{part} {sign} {number} é".encode()
    for part in ("train", "test")
    for sign, stars in (("pos", 8), ("neg", 2))
    for number in range(10)
}


def test_reviews_come_with_verdict_and_stars_in_a_mixed_order():
    loaded = imdb.read(tar_gz(REVIEWS))
    assert len(loaded.x_train) == len(loaded.x_test) == 20
    assert all(
        text.startswith("train pos" if y else "train neg")
        for text, y in zip(loaded.x_train, loaded.y_train, strict=True)
    )
    assert np.array_equal(loaded.extra["rating_test"], np.where(loaded.y_test, 8, 2))
    assert 0 < np.abs(np.diff(loaded.y_train)).sum() > 3


def test_the_order_of_the_archive_does_not_matter():
    backwards = imdb.read(tar_gz(dict(reversed(REVIEWS.items()))))
    assert imdb.read(tar_gz(REVIEWS)).x_train.tolist() == backwards.x_train.tolist()


def test_what_the_official_archive_holds_besides_is_left_out():
    others = {"aclImdb/train/unsup/0_0.txt": b"x", "aclImdb/README": b"x", "aclImdb/train/pos/notes.txt": b"x"}
    assert len(imdb.read(tar_gz(REVIEWS | others)).x_train) == 20


def test_a_review_in_another_encoding_is_named():
    with pytest.raises(DataFormatError, match=r"some\.tar\.gz.*11_9\.txt is wrongly encoded: it is not utf-8"):
        imdb.read(tar_gz(REVIEWS | {"aclImdb/train/pos/11_9.txt": b"caf\xe9"}))


def test_an_archive_without_test_reviews_is_named():
    only_train = {name: body for name, body in REVIEWS.items() if "/train/" in name}
    with pytest.raises(DataFormatError, match="must hold aclImdb/train and aclImdb/test"):
        imdb.read(tar_gz(only_train))


BAD = "".join(f"trop d\u2019ennui {number} \n" for number in range(50)).encode("cp1252")
GOOD = "".join(f"très bon {number} \n" for number in range(50)).encode("cp1252")


def test_sentences_are_read_in_their_encoding():
    loaded = rt_polarity.read(Content(Path("neg"), BAD), Content(Path("pos"), GOOD))
    assert (len(loaded.x_train), len(loaded.x_test)) == (90, 10)
    assert all(
        text.startswith("très bon" if y else "trop d\u2019ennui")
        for text, y in zip(loaded.x_train, loaded.y_train, strict=True)
    )
    assert loaded.x_train.tolist() != sorted(loaded.x_train)


def test_the_authors_archive_holds_the_same_sentences():
    packed = tar_gz({"rt-polaritydata/rt-polarity.neg": BAD, "rt-polaritydata/rt-polarity.pos": GOOD, "README": b""})
    loaded = rt_polarity.read(Content(Path("neg"), BAD), Content(Path("pos"), GOOD))
    assert rt_polarity.read_archive(packed).x_train.tolist() == loaded.x_train.tolist()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (GOOD.decode("cp1252").encode(), "is wrongly encoded: it is UTF-8, cp1252 was expected"),
        (b" \n", "has no sentence"),
    ],
)
def test_a_file_that_is_not_the_sentences_is_named(body, fault):
    with pytest.raises(DataFormatError, match=f"rt-polarity.pos {fault}"):
        rt_polarity.read(Content(Path("rt-polarity.neg"), BAD), Content(Path("rt-polarity.pos"), body))


def test_a_text_is_cut_where_its_last_tenth_begins():
    loaded = tiny_shakespeare.read(Content(Path("input.txt"), b"0123456789" * 10))
    assert (loaded.x_train[0] + loaded.x_test[0], len(loaded.x_test[0])) == ("0123456789" * 10, 10)
    assert loaded.y_train.shape == (1, 0)


PAIRS = "".join(f"Go {number}.\tVa {number}\u202f!\n" for number in range(40))


@pytest.mark.parametrize("third", ["", "\tCC-BY 2.0 (France)"], ids=["two columns", "three columns"])
def test_the_first_two_columns_are_the_pair(third):
    loaded = fra_eng.read(zipped({"fra.txt": PAIRS.replace("\n", f"{third}\n"), "_about.txt": "about"}))
    assert (len(loaded.x_train), len(loaded.x_test)) == (36, 4)
    assert all(
        french == english.replace("Go", "Va").replace(".", "\u202f!")
        for english, french in zip(loaded.x_test, loaded.y_test, strict=True)
    )


def test_no_sentence_is_in_both_parts_though_it_has_several_translations():
    twice = "".join(f"Go {number}.\tVa {number} {way}\n" for number in range(40) for way in "ab")
    loaded = fra_eng.read(zipped({"fra.txt": twice}))
    assert not set(loaded.x_train) & set(loaded.x_test)
    assert (len(loaded.x_train), len(loaded.x_test)) == (72, 8)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("Go.\tVa !\nRun!", "must have two columns in each line, line 2 has not"),
        ("", "must have two columns in each line, line 1 has not"),
        (b"Go.\tVa l\xe0 !\n", "is wrongly encoded: it is not utf-8"),
    ],
)
def test_a_line_without_a_pair_is_named(body, fault):
    with pytest.raises(DataFormatError, match=rf"fra-eng\.zip.fra\.txt {fault}"):
        fra_eng.read(zipped({"fra.txt": body}))


def test_a_zip_without_the_pairs_is_named():
    with pytest.raises(DataFormatError, match=r"has 0 members \*fra\.txt, one was expected"):
        fra_eng.read(zipped({"spa.txt": PAIRS}))


@pytest.mark.slow
@pytest.mark.usefixtures("real_copies")
def test_imdb_has_the_published_facts():
    loaded = data.load("imdb")
    every = [*loaded.x_train, *loaded.x_test]
    words = [len(text.split()) for text in every]
    ratings = np.concatenate([loaded.extra["rating_train"], loaded.extra["rating_test"]])
    assert (np.bincount(loaded.y_train).tolist(), np.bincount(loaded.y_test).tolist()) == ([12500] * 2, [12500] * 2)
    assert (round(np.mean(words), 1), np.median(words), max(words)) == (231.2, 173, 2470)
    assert set(ratings.tolist()) == {1, 2, 3, 4, 7, 8, 9, 10}
    assert (len(set(every)), sum("<br />" in text for text in every)) == (49582, 29200)


@pytest.mark.usefixtures("real_copies")
def test_rt_polarity_has_the_published_facts():
    loaded = data.load("rt_polarity")
    every = [*loaded.x_train, *loaded.x_test]
    words = [len(text.split()) for text in every]
    assert np.bincount(np.concatenate([loaded.y_train, loaded.y_test])).tolist() == [5331, 5331]
    assert (len(set(every)), round(np.mean(words), 1), max(words)) == (10662, 21.0, 59)
    assert not any("\ufffd" in text or "\x80" <= letter <= "\x9f" for text in every for letter in text)


@pytest.mark.usefixtures("real_copies")
def test_sentences_that_somebody_turned_into_utf8_are_named(tmp_path, monkeypatch):
    folder = cache.folder() / "rt-polarity"
    (tmp_path / "rt-polarity").mkdir()
    for name, source in (("rt-polarity.neg", folder), ("rt-polarity.pos", folder / "utf8")):
        (tmp_path / "rt-polarity" / name).write_bytes((source / name).read_bytes())
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    with pytest.raises(DataFormatError, match=r"rt-polarity\.pos is wrongly encoded: it is UTF-8, cp1252 was expected"):
        data.load("rt_polarity")


@pytest.mark.usefixtures("real_copies")
def test_tiny_shakespeare_has_the_published_facts():
    loaded = data.load("tiny_shakespeare")
    text = loaded.x_train[0] + loaded.x_test[0]
    assert (len(text), len(set(text)), text.count("\n"), len(text.split())) == (1_115_394, 65, 40_000, 202_651)


@pytest.mark.usefixtures("real_copies")
def test_fra_eng_has_the_published_facts():
    loaded = data.load("fra_eng")
    english, french = [*loaded.x_train, *loaded.x_test], [*loaded.y_train, *loaded.y_test]
    assert (len(english), len(set(english))) == (142_787, 98_659)
    lengths = [len(text.split(" ")) for text in english]
    assert (round(np.mean(lengths), 1), max(lengths)) == (6.2, 47)
    both = [one + other for one, other in zip(english, french, strict=True)]
    assert sum("\xa0" in pair or "\u202f" in pair for pair in both) == 7282
    assert not set(loaded.x_train) & set(loaded.x_test)
