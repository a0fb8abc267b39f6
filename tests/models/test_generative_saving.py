"""Every generative model comes back from its file in a fresh process, and training goes on as if it had not stopped."""

import json

import keras
import numpy as np
import pytest
from fresh_process import answer_of
from generative import MAKE, compiled, data_of

from dlcourse.models import VAE

every_model = pytest.mark.parametrize("name", MAKE)

LOAD = """
import json, sys
import keras, numpy as np
import dlcourse.models
samples = {{}}
for name in {names!r}:
    model = keras.models.load_model({folder!r} + "/" + name + ".keras")
    data = np.load({folder!r} + "/" + name + ".npz")
    samples[name] = [model.sample(3, seed=4).tolist()]
    model.fit(*(data[key] for key in sorted(data.files)), batch_size=4, shuffle=False, verbose=0)
    samples[name].append(model.sample(3, seed=4).tolist())
print(json.dumps(samples))
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """What each model samples in a fresh process, loaded and then trained on; and here, where nothing stopped."""
    folder, here = tmp_path_factory.mktemp("generative"), {}
    for name in MAKE:
        model, data = compiled(name), data_of(name)
        np.savez(folder / f"{name}.npz", *data)
        model.fit(*data, batch_size=4, shuffle=False, verbose=0)
        model.save(folder / f"{name}.keras")
        here[name] = [model.sample(3, seed=4)]
        # Keras saves no state of seeds: what is loaded draws from the start.
        drawing = model.sampling if isinstance(model, VAE) else model
        drawing.seed_generator.state.assign([1, 0])
        model.fit(*data, batch_size=4, shuffle=False, verbose=0)
        here[name].append(model.sample(3, seed=4))
    return here, answer_of(LOAD.format(names=list(MAKE), folder=str(folder)))


@pytest.mark.slow
@every_model
def test_a_loaded_model_samples_the_same(name, loaded):
    here, there = loaded
    np.testing.assert_allclose(there[name][0], here[name][0], rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@every_model
def test_training_goes_on_where_it_stopped(name, loaded):
    here, there = loaded
    assert not np.allclose(here[name][0], here[name][1], atol=1e-5)
    np.testing.assert_allclose(there[name][1], here[name][1], rtol=1e-4, atol=1e-5)


@every_model
def test_a_config_makes_the_same_model(name):
    model = compiled(name)
    config = json.dumps(model.get_config())
    again = type(model).from_config(json.loads(config))
    assert json.dumps(again.get_config()) == config
    assert [weight.shape for weight in again.weights] == [weight.shape for weight in model.weights]
    assert keras.saving.get_registered_name(type(model)) == f"dlcourse>{type(model).__name__}"
