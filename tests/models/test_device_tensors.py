"""Whatever takes arrays takes tensors of a GPU as well, which Keras can copy to the host and NumPy cannot."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from dlcourse import models, text
from dlcourse.models.encoder_decoder import EncoderDecoder

SOURCE = np.array([[3, 4, 5, 6], [5, 3, 0, 0]], "int32")
POINTS = np.random.default_rng(0).normal(size=(2, 2)).astype("float32")
CLASSES = np.array([0, 2], "int32")


class Elsewhere:
    """An array as PyTorch keeps it on a GPU, for machines without one: NumPy cannot read it."""

    def __init__(self, array):
        self.array = array
        self.shape, self.ndim, self.dtype = array.shape, array.ndim, array.dtype

    def __len__(self):
        return len(self.array)

    def __getitem__(self, place):
        return Elsewhere(self.array[place])

    def __array__(self, *args, **kwargs):
        raise TypeError("can't convert cuda:0 device type tensor to numpy")


@pytest.fixture(params=["of the backend", "stand-in"])
def tensor(request, monkeypatch):
    """From an array to a tensor that holds it."""
    if request.param == "of the backend":
        return keras.ops.convert_to_tensor
    copied = keras.ops.convert_to_numpy
    monkeypatch.setattr(
        keras.ops, "convert_to_numpy", lambda x: x.array.copy() if isinstance(x, Elsewhere) else copied(x)
    )
    return Elsewhere


def decoder():
    """What `greedy` uses of a model: it begins with the first source token and says each one's successor."""
    return SimpleNamespace(
        start_token=1,
        end_token=2,
        first_state=lambda source, max_tokens: source[:, 0],
        next_logits=lambda tokens, state: (np.eye(12)[state], state + 1),
    )


def language_model():
    return lambda tokens: np.eye(8)[(tokens + 1) % 8]


def vae():
    return models.variational_autoencoder((4, 4, 1), 2, hidden=(3,))


def diffusion():
    return models.DiffusionModel(models.denoiser(2, 3, blocks=1, width=0.125), models.NoiseSchedule(4, "cosine"), 3)


USES = {
    "greedy": (decoder, lambda model, of: EncoderDecoder.greedy(model, of(SOURCE), 4)),
    "prompts": (language_model, lambda model, of: text.generate(model, of(SOURCE), 3, temperature=0)),
    "prompt": (language_model, lambda model, of: text.generate(model, of(SOURCE[0]), 3, temperature=0)),
    "codes": (vae, lambda model, of: model.decode(of(POINTS))),
    "noise": (diffusion, lambda model, of: model.predict_noise(of(POINTS), 3, of(CLASSES), guidance=1.0)),
    "start": (diffusion, lambda model, of: model.sample(2, of(CLASSES), sampler="ddim", start=of(POINTS))),
}


@pytest.mark.backend
@pytest.mark.parametrize("use", USES)
def test_a_tensor_is_taken_as_the_array_that_it_holds(use, tensor):
    make, used = USES[use]
    keras.utils.set_random_seed(0)
    model = make()
    expected = used(model, np.asarray)
    np.testing.assert_allclose(used(model, tensor), expected, atol=1e-6)


@pytest.mark.backend
def test_numbers_in_a_tensor_become_words(tensor):
    layer = SimpleNamespace(get_vocabulary=lambda: ["", "[UNK]", "cat", "sat"])
    assert text.decode_words(layer, tensor(np.array([[2, 3, 0], [1, 0, 0]]))) == ["cat sat", "[UNK]"]
