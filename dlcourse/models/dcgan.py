r"""The deep convolutional GAN: strides in place of pooling, on both sides. Lesson 09_2."""

from __future__ import annotations

from typing import Any

import keras

from dlcourse.layers.arguments import positive_integer
from dlcourse.models.arguments import image_shape, scaled
from dlcourse.models.gan import GAN


def dcgan(
    input_shape: tuple[int, int, int] = (28, 28, 1),
    noise_size: int = 100,
    *,
    depth: int = 2,
    width: float = 1.0,
    seed: int | None = None,
    name: str = "dcgan",
    **options: Any,
) -> GAN:
    r"""A `GAN` of pictures from -1 to 1, with the architecture of Radford, Metz and Chintala.

    The generator projects z onto small maps and doubles them `depth` times by transposed convolutions of stride 2, with
    batch normalization and ReLU, and a tanh at the end. The discriminator halves as often by convolutions of stride 2,
    with batch normalization but on its first layer, and LeakyReLU with a slope of 0.2. Filters double from layer to
    layer, from 64 next to the picture; weights start from $\mathcal N(0, 0.02^2)$. The paper trains both sides with
    Adam at a rate of 2e-4 and $\beta_1 = 0.5$, on pictures of 64 by 64, `depth` 4. By default there are 760,065
    parameters in the generator and 138,945 in the discriminator. Radford, Metz and Chintala (2016), Unsupervised
    representation learning with deep convolutional generative adversarial networks.

    Args:
        input_shape: Rows, columns and channels of a picture; the first two divisible by $2^{\text{depth}}$.
        noise_size: The size of z.
        depth: How many times the size is doubled and halved.
        width: Multiplies all filters.
        seed: As of `GAN`.
        name: The model's name.
        **options: What else `GAN` takes.

    Raises:
        ValueError: If an argument is out of range or the shape cannot be halved so often.

    Example:
        >>> gan = dcgan((8, 8, 1), noise_size=16, width=0.125)
        >>> gan.generator.output_shape, gan.discriminator.output_shape, gan.sample(3, seed=0).shape
        ((None, 8, 8, 1), (None, 1), (3, 8, 8, 1))
    """
    shape = image_shape(input_shape)
    positive_integer("noise_size", noise_size)
    positive_integer("depth", depth)
    if any(size % 2**depth for size in shape[:2]):
        raise ValueError(f"input_shape must have rows and columns divisible by {2**depth}, got {input_shape!r}")
    filters = [scaled(64 * 2**number, width) for number in range(depth)]
    return GAN(_generator(shape, noise_size, filters), _discriminator(shape, filters), seed=seed, name=name, **options)


def _normal() -> keras.initializers.Initializer:
    return keras.initializers.RandomNormal(stddev=0.02)


def _generator(shape: tuple[int, int, int], noise_size: int, filters: list[int]) -> keras.Model:
    rows, columns = (size // 2 ** len(filters) for size in shape[:2])
    z = keras.Input((noise_size,), name="noise")
    x = keras.layers.Dense(rows * columns * filters[-1], use_bias=False, kernel_initializer=_normal(), name="project")(
        z
    )
    x = keras.layers.Reshape((rows, columns, filters[-1]), name="reshape")(x)
    for number, each in enumerate([*filters[-2::-1], shape[-1]], 1):
        x = keras.layers.BatchNormalization(name=f"normalization{number}")(x)
        x = keras.layers.ReLU(name=f"relu{number}")(x)
        last = number == len(filters)
        options = {"strides": 2, "padding": "same", "use_bias": last, "activation": "tanh" if last else None}
        x = keras.layers.Conv2DTranspose(each, 4, kernel_initializer=_normal(), name=f"transposed{number}", **options)(
            x
        )
    return keras.Model(z, x, name="generator")


def _discriminator(shape: tuple[int, int, int], filters: list[int]) -> keras.Model:
    inputs = keras.Input(shape, name="pictures")
    x = inputs
    for number, each in enumerate(filters, 1):
        options = {"strides": 2, "padding": "same", "use_bias": number == 1}
        x = keras.layers.Conv2D(each, 4, kernel_initializer=_normal(), name=f"convolution{number}", **options)(x)
        if number > 1:
            x = keras.layers.BatchNormalization(name=f"normalization{number}")(x)
        x = keras.layers.LeakyReLU(0.2, name=f"relu{number}")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    return keras.Model(
        inputs, keras.layers.Dense(1, kernel_initializer=_normal(), name="logit")(x), name="discriminator"
    )
