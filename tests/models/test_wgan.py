"""The gradient penalty against finite differences, the critic's steps, and a ring of eight Gaussians."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from rings import covered, ring

from dlcourse.models import WGAN
from dlcourse.models.wgan import gradient_penalty

REAL = np.random.default_rng(0).normal(2.0, 1.0, size=(24, 2)).astype("float32")


def network(inputs, outputs, units=8):
    return keras.Sequential([keras.Input((inputs,)), layers.Dense(units, "tanh"), layers.Dense(outputs)])


def small(**options):
    keras.utils.set_random_seed(0)
    return WGAN(network(3, 2), network(2, 1), **{"seed": 5, **options})


def written_out(kernels, real, fake, mix):
    """The penalty of a two-layer critic, its slope by central differences in double precision."""
    hidden, bias, output, last = kernels

    def critic(x):
        return np.tanh(x @ hidden + bias) @ output + last

    between = mix * real + (1 - mix) * fake
    steps = 1e-6 * np.eye(between.shape[1])
    slope = np.concatenate([(critic(between + step) - critic(between - step)) / 2e-6 for step in steps], axis=1)
    return np.mean((np.linalg.norm(slope, axis=1) - 1) ** 2)


def drawn():
    rng = np.random.default_rng(1)
    return rng.normal(size=(6, 2)), rng.normal(size=(6, 2)), rng.uniform(size=(6, 1))


def test_the_penalty_equals_finite_differences_of_the_critic():
    critic = network(2, 1)
    ours = gradient_penalty(critic, *(tf.constant(each, "float32") for each in drawn()))
    kernels = [weight.astype(float) for weight in critic.get_weights()]
    np.testing.assert_allclose(ours, written_out(kernels, *drawn()), rtol=1e-4)


def test_its_gradient_in_the_critics_weights_equals_finite_differences():
    critic = network(2, 1)
    with tf.GradientTape() as tape:
        penalty = gradient_penalty(critic, *(tf.constant(each, "float32") for each in drawn()))
    gradient = tape.gradient(penalty, critic.layers[0].kernel.value).numpy()
    kernels = [weight.astype(float) for weight in critic.get_weights()]
    for place in [(0, 0), (1, 3), (0, 7)]:
        values = []
        for way in (1e-3, -1e-3):
            moved = [weight.copy() for weight in kernels]
            moved[0][place] += way
            values.append(written_out(moved, *drawn()))
        assert gradient[place] == pytest.approx((values[0] - values[1]) / 2e-3, rel=1e-3, abs=1e-5)


def test_pictures_have_one_slope_each():
    pictures = tf.ones((3, 2, 2, 1))
    penalty = gradient_penalty(
        lambda x: 2 * tf.reduce_sum(x, axis=(1, 2, 3)), pictures, 0 * pictures, tf.zeros((3, 1, 1, 1))
    )
    # Four slopes of 2: a norm of 4.
    assert float(penalty) == pytest.approx(9, rel=1e-5)


def test_both_losses_are_the_papers():
    wgan = small(penalty_weight=0.0)
    z = wgan.draw_noise(24)
    fake, real = wgan.discriminator(wgan.generator(z)).numpy(), wgan.discriminator(REAL).numpy()
    np.testing.assert_allclose(wgan.discriminator_objective(REAL, z, True), fake.mean() - real.mean(), rtol=1e-4)
    np.testing.assert_allclose(wgan.generator_objective(z, True), -fake.mean(), rtol=1e-4)


@pytest.mark.parametrize("eager", [False, True], ids=["compiled", "eager"])
def test_the_generator_steps_once_every_so_many_batches(eager):
    wgan = small(critic_steps=3)
    wgan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1), run_eagerly=eager)
    seen = []
    for _ in range(7):
        before = wgan.generator.get_weights()[0]
        wgan.train_on_batch(REAL)
        seen.append(not np.array_equal(before, wgan.generator.get_weights()[0]))
    assert seen == [False, False, True, False, False, True, False]
    assert int(wgan.discriminator_optimizer.iterations) == 7


def test_a_wgan_validates():
    wgan = small()
    wgan.compile(run_eagerly=True)
    history = wgan.fit(REAL, validation_data=(REAL,), verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert "val_discriminator_loss" in history


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"penalty_weight": -1.0}, "penalty_weight must be at least 0, got -1.0"),
        ({"critic_steps": 0}, "critic_steps must be a positive integer, got 0"),
    ],
)
def test_a_wrong_wgan_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)


@pytest.mark.slow
def test_it_covers_a_ring_of_eight_gaussians():
    keras.utils.set_random_seed(0)
    body = [layers.Dense(64, "relu") for _ in range(4)]
    generator = keras.Sequential([keras.Input((8,)), *body[:2], layers.Dense(2)])
    critic = keras.Sequential([keras.Input((2,)), *body[2:], layers.Dense(1)])
    wgan = WGAN(generator, critic, penalty_weight=0.1, critic_steps=3, seed=0)
    assert covered(wgan.sample(1000, seed=1)).modes <= 2
    wgan.compile(*(keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.9) for _ in range(2)), steps_per_execution=21)
    wgan.fit(ring(8000)[0], batch_size=128, epochs=40, verbose=0)
    after = covered(wgan.sample(1000, seed=1))
    print(after)
    assert after.modes >= 6
    assert after.good_share > 0.3
