"""The code's likelihood written out, and a code that is found again in what is made of it."""

import keras
import numpy as np
import pytest
from keras import layers
from rings import covered, ring
from scipy import stats
from sklearn.metrics import normalized_mutual_info_score

from dlcourse.models import InfoGAN
from dlcourse.models.info_gan import information_loss


def reader(outputs, units=8):
    """A discriminator with the code's readers on its body."""
    x = keras.Input((2,))
    body = layers.Dense(units, "relu")(layers.Dense(units, "relu")(x))
    return keras.Model(x, [layers.Dense(size)(body) for size in outputs])


def generator(inputs, units=8):
    return keras.Sequential([keras.Input((inputs,)), layers.Dense(units, "relu"), layers.Dense(2)])


def small(num_classes=3, num_continuous=2, **options):
    keras.utils.set_random_seed(0)
    sizes = [1] + [size for size in (num_classes, num_continuous) if size]
    make = generator(4 + num_classes + num_continuous)
    return InfoGAN(make, reader(sizes), num_classes, num_continuous, **{"seed": 5, **options})


def test_the_loss_of_the_code_is_its_log_likelihood_by_scipy():
    rng = np.random.default_rng(0)
    classes, codes = rng.integers(3, size=6), rng.uniform(-1, 1, size=(6, 2))
    logits, means = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    code = np.concatenate([np.eye(3)[classes], codes], axis=1).astype("float32")
    found = [logits.astype("float32"), means.astype("float32")]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    class_part = -np.mean(np.log(probabilities[np.arange(6), classes]))
    # SciPy counts the constant log(2 pi) / 2 of each number, which the loss leaves out.
    code_part = -np.mean(stats.norm.logpdf(codes, means).sum(axis=1)) - np.log(2 * np.pi)
    np.testing.assert_allclose(information_loss(code, found, 3), class_part + code_part, rtol=1e-5)
    np.testing.assert_allclose(information_loss(code[:, :3], found[:1], 3), class_part, rtol=1e-5)
    np.testing.assert_allclose(information_loss(code[:, 3:], found[1:], 0), code_part, rtol=1e-5)


def test_drawn_input_is_noise_then_one_class_then_numbers_from_minus_one_to_one():
    z = small().draw_noise(3000).numpy()
    assert z.shape == (3000, 9)
    assert abs(z[:, :4].std() - 1) < 0.05
    np.testing.assert_array_equal(np.sort(z[:, 4:7], axis=1), np.tile([0, 0, 1], (3000, 1)))
    np.testing.assert_allclose(z[:, 4:7].mean(axis=0), [1 / 3] * 3, atol=0.05)
    assert np.abs(z[:, 7:]).max() <= 1
    assert z[:, 7:].std() == pytest.approx(1 / np.sqrt(3), abs=0.03)


@pytest.mark.parametrize("weight", [0.0, 2.0])
def test_both_sides_get_the_weighted_loss_of_the_code(weight):
    gan, plain = small(information_weight=weight), small(information_weight=0.0)
    z = gan.draw_noise(20)
    real = np.zeros((20, 2), "float32")
    _, *found = gan.discriminator(gan.generator(z))
    extra = weight * float(information_loss(z[:, 4:], found, 3))
    for ours, other in (
        (gan.discriminator_objective(real, z, True), plain.discriminator_objective(real, z, True)),
        (gan.generator_objective(z, True), plain.generator_objective(z, True)),
    ):
        assert float(ours) - float(other) == pytest.approx(extra, abs=1e-5)


@pytest.mark.parametrize(("num_classes", "num_continuous"), [(3, 0), (0, 2), (3, 2)])
def test_samples_take_codes_and_recognize_gives_them(num_classes, num_continuous):
    gan = small(num_classes, num_continuous)
    samples = gan.sample(5, seed=1)
    np.testing.assert_array_equal(samples, gan.sample(5, seed=1))
    found = gan.recognize(samples)
    assert [each.shape for each in found] == [(5, size) for size in (num_classes, num_continuous) if size]
    if num_classes:
        np.testing.assert_allclose(found[0].sum(axis=1), 1, rtol=1e-5)
        one, other = (gan.sample(5, seed=1, classes=[number] * 5) for number in (0, 1))
        assert not np.allclose(one, other)


def test_fit_reports_the_loss_of_the_code_as_well():
    gan = small()
    gan.compile(run_eagerly=True)
    real = np.zeros((8, 2), "float32")
    history = gan.fit(real, batch_size=4, validation_data=(real,), verbose=0).history
    names = {"discriminator_loss", "generator_loss", "information_loss"}
    assert set(history) == names | {f"val_{name}" for name in names}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"num_classes": 1},
            "num_classes must be 0 or at least 2 and num_continuous at least 0, not both 0, got 1 and 2",
        ),
        ({"num_classes": 0, "num_continuous": 0}, "not both 0, got 0 and 0"),
        ({"information_weight": -1.0}, "information_weight must be at least 0, got -1.0"),
    ],
)
def test_a_wrong_info_gan_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)


def test_a_discriminator_that_does_not_read_the_code_is_refused():
    with pytest.raises(ValueError, match=r"discriminator must give outputs of sizes \[1, 3\], got shapes"):
        InfoGAN(generator(5), reader([1, 4]), num_classes=3)
    with pytest.raises(ValueError, match="generator must take at least the code's 3 numbers, got an input of shape"):
        InfoGAN(generator(2), reader([1, 3]), num_classes=3)


@pytest.mark.slow
def test_its_class_is_the_mode_of_the_ring():
    keras.utils.set_random_seed(0)
    make = keras.Sequential([keras.Input((12,)), *(layers.Dense(64, "relu") for _ in range(2)), layers.Dense(2)])
    gan = InfoGAN(make, reader([1, 8], 64), num_classes=8, seed=0)
    rates = [keras.optimizers.Adam(1e-3, beta_1=0.5) for _ in range(2)]
    gan.compile(*rates, steps_per_execution=21)
    points, modes = ring(8000)
    gan.fit(points, batch_size=128, epochs=14, verbose=0)
    samples = gan.sample(800, seed=1)
    recognized = gan.recognize(points[:1000])[0].argmax(axis=1)
    shared = normalized_mutual_info_score(modes[:1000], recognized)
    print(covered(samples), f"normalized mutual information {shared:.3f}")
    assert covered(samples).modes >= 6
    # Chance gives about 0.01.
    assert shared > 0.6
