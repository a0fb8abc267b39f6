"""The student learns from the teacher by the published loss, and the teacher learns nothing."""

import keras
import numpy as np
import pytest

from dlcourse.training import Distiller

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(24, 4)).astype("float32")
Y = DRAW.integers(0, 3, 24)


def classifier(seed, activation=None):
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Dense(6, "tanh"), keras.layers.Dense(3, activation)]
    return keras.Sequential([keras.Input((4,)), *layers])


def distiller(activation=None, **options):
    model = Distiller(classifier(0, activation), classifier(1, activation), from_logits=activation is None, **options)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=activation is None)
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=["accuracy"])
    return model


def softmax(logits):
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


@pytest.mark.parametrize("activation", [None, "softmax"], ids=["logits", "probabilities"])
@pytest.mark.parametrize("weights", [None, np.linspace(0.2, 2, 24)], ids=["plain", "weighted"])
def test_the_loss_is_the_published_one(activation, weights):
    model = distiller(activation, temperature=2.5, label_share=0.3)
    outputs = [each.predict(X, verbose=0).astype("float64") for each in (model.teacher, model.student)]
    logits = [np.log(each) if activation else each for each in outputs]
    teacher, student = (softmax(each / 2.5) for each in logits)
    soft = 2.5**2 * np.sum(teacher * np.log(teacher / student), axis=1)
    hard = -np.log(softmax(logits[1])[np.arange(24), Y])
    each = 0.3 * hard + 0.7 * soft
    expected = np.mean(each if weights is None else each * weights)
    found = model.evaluate(X, Y, sample_weight=weights, batch_size=24, verbose=0)[0]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_fit_moves_the_student_towards_the_teacher_and_leaves_the_teacher_alone():
    model = distiller(label_share=0.0, temperature=2.0)
    before = model.teacher.get_weights()
    history = model.fit(X, Y, epochs=30, verbose=0).history
    assert history["loss"][-1] < 0.3 * history["loss"][0]
    assert "accuracy" in history
    for one, other in zip(model.teacher.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_with_labels_alone_it_is_ordinary_training():
    model, alone = distiller(label_share=1.0), classifier(0)
    alone.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    for each in (model, alone):
        each.fit(X, Y, shuffle=False, verbose=0)
    for one, other in zip(model.student.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_it_is_saved_and_loaded_with_both_models(tmp_path):
    model = distiller(temperature=4.0)
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.evaluate(X, Y, verbose=0), model.evaluate(X, Y, verbose=0), rtol=1e-6)
    assert again.temperature == 4.0


@pytest.mark.parametrize(("name", "value"), [("temperature", 0), ("label_share", 1.5), ("label_share", -0.1)])
def test_settings_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} must be .*, got {value}"):
        distiller(**{name: value})
