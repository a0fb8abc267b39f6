"""The generative models on `keras.ops` train under other backends, too; the adversarial ones say that they do not."""

import numpy as np
import pytest
from fresh_process import answer_of

ELSEWHERE = """
import json, keras, numpy as np
from dlcourse import models
keras.utils.set_random_seed(0)
pictures = np.random.default_rng(0).uniform(size=(16, 4, 4, 1)).astype("float32")
points, labels = pictures[:, 0, :2, 0] - 0.5, np.arange(16) % 3
vae = models.variational_autoencoder((4, 4, 1), 2, hidden=(6,), seed=1)
vae.compile(keras.optimizers.Adam(0.05))
history = vae.fit(pictures, epochs=4, batch_size=8, validation_data=(pictures,), verbose=0).history
diffusion = models.DiffusionModel(models.denoiser(2, 3, blocks=1, width=0.125), models.NoiseSchedule(30), 3, seed=1)
diffusion.compile(keras.optimizers.Adam(0.02, use_ema=True))
losses = diffusion.fit(points, labels, epochs=10, batch_size=8, verbose=0).history["loss"]
gan = models.dcgan((4, 4, 1), 3, width=0.0625, seed=1)
gan.compile()
try:
    gan.fit(pictures, verbose=0)
except RuntimeError as error:
    refused = str(error)
print(json.dumps({
    "history": history,
    "losses": losses,
    "shapes": [vae.sample(2).shape, vae.predict(pictures, verbose=0).shape, gan.sample(3).shape,
               diffusion.sample(5, labels=1, guidance=1.0).shape],
    "refused": refused,
    "backend": keras.backend.backend(),
}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_elsewhere_a_vae_and_a_diffusion_model_learn_and_a_gan_only_samples(backend):
    pytest.importorskip(backend, reason=f"the optional backend {backend} is not installed")
    answer = answer_of(ELSEWHERE, backend)
    assert answer["backend"] == backend
    history = answer["history"]
    np.testing.assert_allclose(history["loss"], np.add(history["reconstruction"], history["kl"]), rtol=1e-5)
    assert history["val_loss"][-1] < history["val_loss"][0]
    assert np.mean(answer["losses"][-3:]) < np.mean(answer["losses"][:3])
    assert answer["shapes"] == [[2, 4, 4, 1], [16, 4, 4, 1], [3, 4, 4, 1], [5, 2]]
    assert answer["refused"] == f"adversarial training needs the TensorFlow backend, got '{backend}'"
