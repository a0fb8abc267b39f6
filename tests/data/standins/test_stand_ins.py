"""Stand-ins: the real sets' shapes, types and names; the same bytes everywhere; what each of them is good for."""

import functools
import hashlib

import numpy as np
import pytest
from sklearn.linear_model import Ridge, RidgeClassifier

from dlcourse import data
from dlcourse.data import registry
from dlcourse.data.real import adult, auto_mpg, california_housing, cifar10, compas, fashion_mnist, imdb, table

load = functools.cache(data.load)  # each stand-in is made once for all tests; none of them writes to it
NAMES = [name for name, entry in registry.entries().items() if entry.kind == "real"]
# Shape of an example, type of inputs, type of targets, names of classes, names of columns, what else there is.
FORMS = {
    "adult": ((14,), "float32", "int64", adult.CLASSES, table.names(adult.COLUMNS), ()),
    "auto_mpg": ((7,), "float32", "float32", (), table.names(auto_mpg.COLUMNS), ("car",)),
    "california_housing": ((9,), "float32", "float32", (), table.names(california_housing.COLUMNS), ()),
    "cifar10": ((32, 32, 3), "uint8", "int64", cifar10.CLASSES, (), ()),
    "compas": ((9,), "float32", "int64", compas.CLASSES, table.names(compas.COLUMNS), ("decile_score",)),
    "fashion_mnist": ((28, 28), "uint8", "int64", fashion_mnist.CLASSES, (), ()),
    "fra_eng": ((), "object", "object", (), (), ()),
    "free_spoken_digits": ((8000,), "float32", "int64", tuple("0123456789"), (), ("speaker", "length")),
    "imdb": ((), "object", "int64", imdb.CLASSES, (), ("rating",)),
    "mnist": ((28, 28), "uint8", "int64", tuple("0123456789"), (), ()),
    "rt_polarity": ((), "object", "int64", imdb.CLASSES, (), ()),
    "sunspots": ((1,), "float32", "float32", (), ("year",), ()),
    "tiny_shakespeare": ((), "object", "float32", (), (), ()),
}


def form(loaded):
    """What later cells of a lesson rely on."""
    others = {name.removesuffix("_train").removesuffix("_test") for name in loaded.extra}
    return (
        loaded.x_train.shape[1:],
        loaded.x_train.dtype.name,
        loaded.y_train.dtype.name,
        loaded.class_names,
        loaded.feature_names,
        others,
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_stand_in_has_the_form_of_the_real_set_and_says_that_it_is_none(name):
    loaded = load(name)
    *told, others = FORMS[name]
    assert form(loaded) == (*told, set(others))
    assert form(loaded)[:3] == (loaded.x_test.shape[1:], loaded.x_test.dtype.name, loaded.y_test.dtype.name)
    assert (loaded.name, loaded.provenance.stand_in_for, loaded.provenance.embedded) == (name, name, True)
    assert len(loaded.x_train) == len(loaded.y_train)
    assert len(loaded.x_test) == len(loaded.y_test) > 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("real_copies")
def test_the_real_set_has_the_form_of_its_stand_in(name):
    if name in ("cifar10", "imdb"):  # not among the copies; too long, and tested by its facts
        return
    *told, others = FORMS[name]
    real = data.load(name)
    assert form(real) == (*told, set(others))
    assert real.categories == load(name, profile="quick").categories


DIGESTS = {
    "adult": "49a37fa7895a9cee5e0b2764819a46a35af0db549c11c00adc597f70d96eebc1",
    "auto_mpg": "355bd8956d77540efb3d68a6c1f91d1415bcbf66f10ad4bce2dee362918ac06a",
    "california_housing": "136a43787e86277de2ac3edf3723a7e93022640d9a1927ecf3fcba2fdcaff8b0",
    "cifar10": "05c80980e6d9f193e0111b26746952b7ade8c986c7f31f083846f51466a4a425",
    "compas": "d56434b4be72655d7870e280146b04a02d39592998e31f18f34583ca00ac4d6f",
    "fashion_mnist": "f7dfa90696e0e4f486e8e4b26e0422c5bb8d12373c742bb2c3f7eeb867f0e5f0",
    "mnist": "78505c9a4e091c063658e73f8aee1a1d7187304dc5d96fe0874dff32396723c8",
    "sunspots": "9dcf0daf8a5e24d7145d81f5ddf20a6ff99395e9093e702d8e3c7edb98aeebe7",
}


@pytest.mark.parametrize("name", DIGESTS)
def test_a_stand_in_has_the_same_bytes_everywhere(name):
    assert digest(load(name)) == DIGESTS[name]


def digest(loaded):
    arrays = (loaded.x_train, loaded.y_train, loaded.x_test, loaded.y_test)
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()


@functools.cache
def linear(name):
    """Test accuracy of a linear classifier on the pixels, and how often each class is recognised."""
    loaded = load(name)
    flat = [np.reshape(x, (len(x), -1)) / np.float32(255) for x in (loaded.x_train, loaded.x_test)]
    predicted = RidgeClassifier(alpha=10, solver="cholesky").fit(flat[0], loaded.y_train).predict(flat[1])
    right = predicted == loaded.y_test
    return right.mean(), [right[loaded.y_test == label].mean() for label in range(10)]


@pytest.mark.parametrize(("name", "low", "high"), [("mnist", 0.75, 0.87), ("fashion_mnist", 0.78, 0.87)])
def test_a_linear_model_is_good_but_leaves_something_to_learn(name, low, high):
    accuracy, _ = linear(name)
    assert low < accuracy < high


def test_shirts_are_the_hardest_clothes_as_in_the_real_set():
    _, by_class = linear("fashion_mnist")
    assert fashion_mnist.CLASSES[int(np.argmin(by_class))] == "Shirt"


@pytest.mark.slow
def test_a_linear_model_is_bad_at_cifar10_and_a_small_convolutional_network_is_not():
    import keras

    from dlcourse.training import fit

    loaded = load("cifar10")
    keras.utils.set_random_seed(0)
    layers = keras.layers
    stages = [layers.Rescaling(1 / 255)]
    for filters in (8, 16):
        stages += [layers.Conv2D(filters, 3, activation="relu"), layers.MaxPooling2D()]
    model = keras.Sequential([keras.Input((32, 32, 3)), *stages, layers.Flatten(), layers.Dense(10, "softmax")])
    model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
    fit(model, loaded.x_train, loaded.y_train, epochs=2)
    _, accuracy = model.evaluate(loaded.x_test, loaded.y_test, batch_size=500, verbose=0)
    assert linear("cifar10")[0] < 0.6
    assert accuracy > 0.7


def test_no_digit_of_mnist_is_on_both_sides():
    loaded = load("mnist")
    assert not {image.tobytes() for image in loaded.x_train} & {image.tobytes() for image in loaded.x_test}


def test_each_picture_is_there_once():
    loaded = load("fashion_mnist")
    assert len({image.tobytes() for image in loaded.x_train}) == len(loaded.x_train)


def test_adult_has_the_shares_of_the_real_set():
    loaded = load("adult")
    sex = loaded.columns()["sex"]
    men, women = (loaded.y_train[sex == who].mean() for who in ("Male", "Female"))
    assert abs(loaded.y_train.mean() - 0.241) < 0.02
    assert abs(men - 0.306) < 0.02
    assert abs(women - 0.109) < 0.02
    assert 0.06 < np.isnan(loaded.x_train).any(axis=1).mean() < 0.09


def test_compas_wrongs_one_group_more_though_its_score_ignores_the_group():
    loaded = load("compas")
    x, y = np.concatenate([loaded.x_train, loaded.x_test]), np.concatenate([loaded.y_train, loaded.y_test])
    high = np.concatenate([loaded.extra["decile_score_train"], loaded.extra["decile_score_test"]]) >= 5
    race = [x[:, 2] == loaded.categories["race"].index(group) for group in ("African-American", "Caucasian")]
    false_positives = [high[group & (y == 0)].mean() for group in race]
    false_negatives = [(~high)[group & (y == 1)].mean() for group in race]
    assert false_positives[0] > false_positives[1] + 0.08
    assert false_negatives[1] > false_negatives[0] + 0.08


def test_houses_cost_more_with_income_and_by_the_sea_and_no_more_than_the_cap():
    loaded = load("california_housing")
    columns = loaded.columns()
    assert np.corrcoef(columns["median_income"], loaded.y_train)[0, 1] > 0.5
    near, inland = (loaded.y_train[columns["ocean_proximity"] == place].mean() for place in ("NEAR OCEAN", "INLAND"))
    assert near > 1.2 * inland
    assert loaded.y_train.max() == 500_001
    assert 0 < np.isnan(columns["total_bedrooms"]).mean() < 0.02


def test_weight_and_year_explain_most_of_how_far_a_car_goes():
    loaded = load("auto_mpg")
    columns = [loaded.feature_names.index(name) for name in ("weight", "model_year")]
    fitted = Ridge().fit(loaded.x_train[:, columns], loaded.y_train)
    assert fitted.score(loaded.x_test[:, columns], loaded.y_test) > 0.7
    assert sorted(set(loaded.columns()["origin"])) == ["europe", "japan", "usa"]


def test_the_cycle_of_the_sunspots_is_about_eleven_years():
    loaded = load("sunspots")
    values = loaded.y_train - loaded.y_train.mean()
    correlations = {lag: float(values[:-lag] @ values[lag:]) for lag in range(6 * 12, 17 * 12)}
    assert 9.5 < max(correlations, key=correlations.__getitem__) / 12 < 12.5


def test_reviews_look_like_reviews():
    loaded = load("imdb")
    words = [len(text.split()) for text in loaded.x_train]
    assert 60 < np.mean(words) < 120
    assert 0.4 < np.mean(["<br />" in text for text in loaded.x_train]) < 0.7
    assert np.array_equal(loaded.extra["rating_train"] > 5, loaded.y_train == 1)
    assert set(np.bincount(loaded.y_train)) == {1000}


def test_pairs_are_sentences_and_the_short_ones_come_first():
    loaded = load("fra_eng")
    assert all(text[0].isupper() and text.endswith(".") for text in (*loaded.x_train, *loaded.y_train))
    lengths = [len(text) for text in loaded.x_train]
    assert lengths == sorted(lengths)
    assert not set(loaded.x_train) & set(loaded.x_test)


def test_spoken_words_begin_at_once_and_end_in_silence():
    loaded = load("free_spoken_digits")
    rows = zip(loaded.x_test, loaded.extra["length_test"], strict=True)
    assert all(not clip[length:].any() and np.abs(clip[:400]).max() > 0 for clip, length in rows)
    assert set(loaded.extra["speaker_test"]) <= set(loaded.extra["speaker_train"])
