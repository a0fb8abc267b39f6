"""Adult, COMPAS, California housing, Auto MPG, sunspots: small files, wrong ones, the facts of the real copies."""

import io
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import cache, obtain
from dlcourse.data.cache import Content, Source
from dlcourse.data.errors import DataFormatError
from dlcourse.data.real import adult, auto_mpg, california_housing, compas, sunspots, table
from dlcourse.data.real.table import Column


def content(text, name="some.csv"):
    return Content(Path(name), text.encode())


def both(loaded, what="x"):
    return np.concatenate([getattr(loaded, f"{what}_train"), getattr(loaded, f"{what}_test")])


COLUMNS = (Column("size"), Column("colour", ("red", "blue")))


def test_numbers_stay_categories_are_counted_and_gaps_are_nan():
    encoded = table.encode(content(""), [["1.5", "blue"], ["?", "red"], ["", "NA"]], COLUMNS)
    assert np.array_equal(encoded, np.array([[1.5, 1], [np.nan, 0], [np.nan, np.nan]], "float32"), equal_nan=True)


@pytest.mark.parametrize(
    ("row", "column"),
    [(["big", "red"], "size: could not convert string to float: 'big'"), (["1", "green"], "colour: 'green'")],
)
def test_an_unknown_value_is_named_with_its_column(row, column):
    with pytest.raises(DataFormatError, match=f"some.csv has an unknown value in column {column}"):
        table.encode(content(""), [row], COLUMNS)


def test_columns_are_found_by_the_header_the_first_of_two_with_one_name():
    assert table.rows_with_header(content('b,a,c,a\n1,"x, y",3,4\n\n5,6,7,8\n'), ("a", "b")) == [
        ["x, y", "1"],
        ["6", "5"],
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a,c\n1,2\n", "must have the columns a, b, b is missing"),
        ("", "must have the columns a, b, a, b is missing"),
        ("a,b\n", "has no rows"),
        ("a,b\n1,2\n3\n", "must have 2 columns in each line, line 3 has 1"),
    ],
)
def test_a_table_of_another_shape_is_named(text, fault):
    with pytest.raises(DataFormatError, match=f"some.csv {fault}"):
        table.rows_with_header(content(text), ("a", "b"))


PERSON = (
    "39, State-gov, 77516, Bachelors, 13, Never-married, ?, Not-in-family, White, Male, 2174, 0, 40, United-States, "
)


def test_the_two_files_of_adult_write_their_labels_differently():
    train = content(f"{PERSON}<=50K\n{PERSON}>50K\n\n")
    test = content(f"|1x3 Cross validator\n{PERSON}>50K.\n\n")
    loaded = adult.read(train, test)
    assert (loaded.y_train.tolist(), loaded.y_test.tolist()) == ([0, 1], [1])
    columns = loaded.columns("test")
    assert (columns["age"][0], columns["occupation"][0], columns["race"][0]) == (39, "", "White")
    assert adult.read(train, content(f"{PERSON}>50K.\n")).x_test.tobytes() == loaded.x_test.tobytes()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (f"{PERSON}rich\n", "must have the labels <=50K and >50K, has 'rich'"),
        (PERSON.replace("White", "Green") + ">50K\n", "has an unknown value in column race: 'Green'"),
        ("39, State-gov\n", "must have 15 columns in each line, line 1 has 2"),
    ],
)
def test_a_line_that_is_no_person_is_named(line, fault):
    with pytest.raises(DataFormatError, match=fault):
        adult.read(content(line), content(line))


ORIGINAL = (
    "id,name,first,last,sex,dob,age,age_cat,race,juv_fel_count,decile_score,juv_misd_count,juv_other_count,priors_count,"
    "days_b_screening_arrest,c_charge_degree,decile_score,two_year_recid\n"
)


def test_names_and_birth_dates_never_leave_the_file():
    rows = "".join(
        f"{n},jo roe {n},jo,roe,Male,1947-04-18,69,x,Other,0,{n},0,1,2,,F,{n},{n % 2}\n" for n in range(1, 11)
    )
    loaded = compas.read(content(ORIGINAL + rows))
    assert loaded.feature_names[:3] == ("sex", "age", "race")
    assert not {"id", "name", "first", "last", "dob"} & set(loaded.feature_names)
    assert all(array.dtype != object for array in (loaded.x_train, *loaded.extra.values()))
    scores = np.concatenate([loaded.extra["decile_score_train"], loaded.extra["decile_score_test"]])
    assert sorted(scores) == list(range(1, 11))
    assert np.array_equal(scores % 2, both(loaded, "y"))
    assert loaded.columns()["c_charge_degree"][0] == "F"


HOUSES = (
    "longitude,latitude,housing_median_age,total_rooms,total_bedrooms,population,households,median_income,"
    "median_house_value,ocean_proximity\n" + "-122.23,37.88,41.0,880.0,,322.0,126.0,8.3252,452600.0,NEAR BAY\n" * 5
)


def test_houses_are_read_packed_or_plain():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        member = tarfile.TarInfo("housing/housing.csv")
        member.size = len(HOUSES)
        tar.addfile(member, io.BytesIO(HOUSES.encode()))
    plain = california_housing.read(content(HOUSES))
    packed = california_housing.read_packed(Content(Path("housing.tgz"), buffer.getvalue()))
    assert plain.x_train.tobytes() == packed.x_train.tobytes()
    assert (len(plain.x_train), len(plain.x_test), plain.y_test[0]) == (4, 1, 452600)
    assert np.isnan(plain.columns()["total_bedrooms"]).all()
    assert plain.columns()["ocean_proximity"][0] == "NEAR BAY"


CARS = '18.0   8   307.0      130.0      3504.      12.0   70  1\t"chevrolet ""malibu"""\n' * 4 + (
    '25.0   4   98.00      ?          2046.      19.0   71  2\t"ford pinto"\n'
)


def test_a_car_is_eight_numbers_and_a_name():
    loaded = auto_mpg.read(content(CARS))
    cars = both(loaded, "y")
    assert sorted(cars) == [18, 18, 18, 18, 25]
    row = both(loaded)[cars == 25][0]
    assert row[:2].tolist() == [4, 98]
    assert np.isnan(row[2])
    assert row[-1] == auto_mpg.ORIGINS.index("europe")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("18.0 8 307.0\n", "must have eight numbers and a name in each line, line 1 has not"),
        (CARS.replace(" 2\t", " 4\t"), "must have the origin 1, 2 or 3, has '4'"),
        (CARS.replace("98.00", "ninety"), "has an unknown value in column displacement"),
    ],
)
def test_a_line_that_is_no_car_is_named(text, fault):
    with pytest.raises(DataFormatError, match=fault):
        auto_mpg.read(content(text))


def months(*names):
    return content('"Month","Sunspots"\r\n' + "\r\n".join(f'"{name}",{index}.5' for index, name in enumerate(names)))


def test_months_become_the_middles_of_twelfths_of_a_year_and_the_last_fifth_is_the_test_part():
    loaded = sunspots.read(months("1749-10", "1749-11", "1749-12", "1750-01", "1750-02"))
    assert np.allclose(both(loaded)[:, 0], 1749 + (np.arange(9, 14) + 0.5) / 12)
    assert (both(loaded, "y").tolist(), len(loaded.y_test)) == ([0.5, 1.5, 2.5, 3.5, 4.5], 1)


@pytest.mark.parametrize("names", [("1749-01", "1749-03"), ("1749-02", "1749-01"), ("1749-12", "1749-13"), ("May",)])
def test_a_gap_in_the_months_is_named(names):
    with pytest.raises(DataFormatError, match="must have one line for each month, in order"):
        sunspots.read(months(*names))


@pytest.mark.usefixtures("real_copies")
def test_a_real_set_is_downloaded_into_an_empty_cache_and_is_the_same(server, tmp_path, monkeypatch):
    (source, _), found = auto_mpg.SOURCES, data.load("auto_mpg")
    mirror = server.route("/auto-mpg.data", cache.locate(source.files[0]).read_bytes())
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    fetched = obtain.load("auto_mpg", (Source((replace(source.files[0], mirrors=(mirror,)),), source.read),))
    assert (tmp_path / "auto-mpg" / "auto-mpg.data").is_file()
    assert fetched.x_train.tobytes() == found.x_train.tobytes()
    assert not fetched.provenance.embedded


@pytest.mark.usefixtures("real_copies")
def test_adult_has_the_published_facts():
    loaded = data.load("adult")
    assert (loaded.x_train.shape, loaded.x_test.shape) == ((32561, 14), (16281, 14))
    assert round(loaded.y_train.mean(), 3) == 0.241
    columns = loaded.columns()
    by_sex = [round(loaded.y_train[columns["sex"] == sex].mean(), 3) for sex in ("Male", "Female")]
    assert by_sex == [0.306, 0.109]
    assert [int(np.isnan(x).any(axis=1).sum()) for x in (loaded.x_train, loaded.x_test)] == [2399, 1221]
    races = {"White": 27816, "Black": 3124, "Asian-Pac-Islander": 1039, "Amer-Indian-Eskimo": 311, "Other": 271}
    assert {race: int((columns["race"] == race).sum()) for race in races} == races


@pytest.mark.usefixtures("real_copies")
def test_compas_has_the_published_error_rates():
    loaded = data.load("compas")
    race = loaded.categories["race"].index
    x, y = both(loaded), both(loaded, "y")
    high = np.concatenate([loaded.extra["decile_score_train"], loaded.extra["decile_score_test"]]) >= 5
    assert x.shape == (7214, 9)
    rates = {}
    for group in ("African-American", "Caucasian"):
        who = x[:, 2] == race(group)
        rates[group] = (round(high[who & (y == 0)].mean(), 4), round((~high)[who & (y == 1)].mean(), 4))
    assert rates == {"African-American": (0.4485, 0.2799), "Caucasian": (0.2345, 0.4772)}


@pytest.mark.usefixtures("real_copies")
def test_california_housing_has_the_published_facts_in_both_files():
    loaded = data.load("california_housing")
    assert both(loaded).shape == (20640, 9)
    assert int(np.isnan(both(loaded)).sum()) == 207
    assert set(loaded.columns()["ocean_proximity"]) == set(loaded.categories["ocean_proximity"])
    packed = california_housing.PACKED
    again = california_housing.read_packed(cache.read(packed, cache.locate(packed)))
    assert again.x_train.tobytes() == loaded.x_train.tobytes()


@pytest.mark.usefixtures("real_copies")
def test_auto_mpg_has_the_published_facts_in_both_files():
    loaded = data.load("auto_mpg")
    x, y = both(loaded), both(loaded, "y")
    assert (x.shape, int(np.isnan(x).sum()), np.bincount(x[:, 6].astype(int)).tolist()) == ((398, 7), 6, [249, 70, 79])
    assert (y.min(), y.max()) == (9, np.float32(46.6))
    again = auto_mpg.read_table(cache.read(auto_mpg.TABLE, cache.locate(auto_mpg.TABLE)))
    assert again.x_train.tobytes() == loaded.x_train.tobytes()
    assert again.extra["car_test"].tolist() == loaded.extra["car_test"].tolist()


@pytest.mark.usefixtures("real_copies")
def test_sunspots_run_from_1749_to_1983():
    loaded = data.load("sunspots")
    years = both(loaded)[:, 0]
    assert (len(years), int(years[0]), int(years[-1])) == (2820, 1749, 1983)
    assert loaded.y_train[0] == 58
    assert years[len(loaded.x_train)] > loaded.x_train.max()
