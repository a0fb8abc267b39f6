"""ViT against ViT in NumPy through a file of the published layout; its counts; its attention maps; saved and loaded."""

import keras
import numpy as np
import published_layouts as reference
import pytest
from safetensors.numpy import save_file

from dlcourse.models import ViT, vit
from dlcourse.models.vit import SIZES

LAYOUT = reference.Layout()
# Not square, so that rows and columns cannot be mixed up.
IMAGES = np.random.default_rng(2).normal(size=(3, 8, 12, 2)).astype("float32")


def small(**changes):
    sizes = {"input_shape": IMAGES.shape[1:], "num_classes": LAYOUT.classes, "patch_size": LAYOUT.patch}
    sizes |= {"classifier_activation": None, "width": LAYOUT.width, "depth": LAYOUT.depth, "num_heads": LAYOUT.heads}
    return vit(**{**sizes, **changes})


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Tensors in the published layout, and a model that has loaded them from a file."""
    tensors = reference.vit_tensors(LAYOUT, patches=6, channels=2)
    named = {name if name.startswith("classifier") else f"vit.{name}": tensor for name, tensor in tensors.items()}
    path = tmp_path_factory.mktemp("vit") / "model.safetensors"
    save_file(named, path)
    model = small()
    model.load_published(path)
    return tensors, model


@pytest.mark.backend
def test_logits_are_those_of_the_published_network(published):
    tensors, model = published
    expected = reference.vit(tensors, IMAGES, LAYOUT)
    error = np.abs(keras.ops.convert_to_numpy(model(IMAGES)) - expected).max() / np.abs(expected).max()
    assert error < 2e-6, f"largest difference {error:.1e} of the largest logit"


def test_a_file_that_does_not_fit_is_refused_and_named(published, tmp_path):
    tensors = dict(published[0])
    del tensors["embeddings.cls_token"]
    save_file(tensors, tmp_path / "bad.safetensors")
    with pytest.raises(ValueError, match=r"missing embeddings\.cls_token; unexpected none"):
        small().load_published(tmp_path / "bad.safetensors")


def test_vit_b_16_has_the_published_count(nothing_drawn):
    _, depth, _ = SIZES["base"]
    counts = [vit("base", depth=n).count_params() for n in (1, 2)]
    assert counts[0] + (depth - 1) * (counts[1] - counts[0]) == 86_567_656


@pytest.mark.slow
def test_the_base_model_itself_has_the_published_count(nothing_drawn):
    assert vit().count_params() == 86_567_656


def test_attention_maps_are_the_weights_from_the_class_token(published):
    _, model = published
    maps = model.attention_maps(IMAGES)
    assert [each.shape for each in maps] == [(3, LAYOUT.heads, 2, 3)] * LAYOUT.depth
    x = model.embedded(keras.ops.convert_to_tensor(IMAGES))
    block = model.blocks[0]
    query, key = (
        np.einsum("btd,dhk->bhtk", block.attention_norm(x), kernel) + np.asarray(bias)[None, :, None]
        for kernel, bias in (
            (block.attention.query_kernel, block.attention.query_bias),
            (block.attention.key_kernel, block.attention.key_bias),
        )
    )
    scores = np.einsum("bhk,bhsk->bhs", query[:, :, 0], key) / np.sqrt(LAYOUT.width / LAYOUT.heads)
    weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    np.testing.assert_allclose(maps[0].reshape(3, LAYOUT.heads, 6), weights[:, :, 1:], atol=1e-5)


def test_its_configuration_makes_it_again():
    model = small(dropout=0.25, classifier_activation="sigmoid")
    assert ViT.from_config(model.get_config()).get_config() == model.get_config()


@pytest.mark.slow
def test_it_learns_where_a_bright_patch_is():
    from dlcourse.training import fit  # the only one here that needs TensorFlow

    keras.utils.set_random_seed(0)
    places = np.arange(96) % 6
    images = np.random.default_rng(0).normal(0, 0.3, (96, 2, 3, 4, 4)).astype("float32")
    images[np.arange(96), places // 3, places % 3] += 1
    images = images.transpose(0, 1, 3, 2, 4).reshape(96, 8, 12, 1)
    model = small(input_shape=(8, 12, 1), num_classes=6, depth=1, classifier_activation="softmax")
    loss = keras.losses.SparseCategoricalCrossentropy()
    model.compile(keras.optimizers.Adam(0.004), loss, metrics=["accuracy"])
    fit(model, images, places, epochs=40, batch_size=32)
    assert model.evaluate(images, places, verbose=0)[1] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": "giant"}, "size must be one of 'tiny', 'small', 'base', 'large', got 'giant'"),
        ({"input_shape": (8, 10, 2)}, r"multiples of patch_size = 4, got \(8, 10, 2\)"),
        ({"input_shape": (8, 8)}, r"multiples of patch_size = 4, got \(8, 8\)"),
        ({"num_classes": 0}, "num_classes must be a positive integer, got 0"),
        ({"patch_size": 0}, "patch_size must be a positive integer, got 0"),
    ],
)
def test_what_is_wrong_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)
