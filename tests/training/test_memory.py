"""The estimate of a training step's memory, against the peak of a process that takes the step."""

from pathlib import Path

import keras
import pytest
from fresh_process import answer_of

from dlcourse.layers import DepthwiseSeparableBlock
from dlcourse.training import memory_estimate

MEASURED = """
import ctypes, json, re, keras, numpy as np
from pathlib import Path
from dlcourse.training import memory_estimate
L = keras.layers
def mebibytes(name):
    return int(re.search(name + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
def step(model, x):
    model.train_on_batch(x, np.zeros(len(x), int))
warm = keras.Sequential([keras.Input((8, 8, 3)), L.Conv2D(4, 3, activation="relu"), L.Flatten(), L.Dense(10)])
warm.compile("adam", loss)
step(warm, np.ones((4, 8, 8, 3), "float32"))
shape, batch, layers = {case}
model = keras.Sequential([keras.Input(shape), *layers, L.Dense(10)])
model.compile("adam", loss)
x = np.ones((batch, *shape), "float32")
step(model, x[:2])
ctypes.CDLL("libc.so.6").malloc_trim(0)  # give back what making the weights has freed
before = mebibytes("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
step(model, x)
estimate = memory_estimate(model, batch, "adam")
held = (estimate.weights + estimate.slots + estimate.inputs) / 2**20  # there before the step
print(json.dumps([held + mebibytes("VmHWM") - before, estimate.total / 2**20]))
"""
CASES = {
    "wide": "(1024,), 256, [L.Dense(4096, 'relu'), L.Dense(4096, 'relu')]",
    "deep": "(256,), 4096, [L.Dense(256, 'tanh') for _ in range(24)]",
    "convolutional": "(32, 32, 3), 256, [L.Conv2D(32, 3, padding='same', activation='relu'),"
    " L.Conv2D(32, 3, padding='same', activation='relu'), L.MaxPooling2D(),"
    " L.Conv2D(64, 3, padding='same', activation='relu'), L.GlobalAveragePooling2D()]",
    "normalized": "(32, 32, 3), 256, [L.Conv2D(32, 3, padding='same'), L.BatchNormalization(), L.ReLU(),"
    " L.Conv2D(32, 3, padding='same'), L.BatchNormalization(), L.ReLU(), L.GlobalAveragePooling2D()]",
}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak of memory is read as Linux gives it")
@pytest.mark.parametrize("case", CASES)
def test_the_estimate_is_within_a_fifth_of_what_is_measured(case):
    measured, estimated = answer_of(MEASURED.format(case=CASES[case]))
    print(f"{case}: measured {measured:.0f} MiB, estimated {estimated:.0f} MiB")
    assert abs(estimated / measured - 1) < 0.2


def dense(*layers):
    return keras.Sequential([keras.Input((100,)), *layers])


@pytest.mark.parametrize(("optimizer", "copies"), [("sgd", 0), (keras.optimizers.SGD(momentum=0.9), 1), ("adam", 2)])
def test_slots_are_copies_of_the_trainable_weights(optimizer, copies):
    model = dense(keras.layers.Dense(50, trainable=False), keras.layers.Dense(20))
    estimate = memory_estimate(model, 8, optimizer)
    assert estimate.weights == 4 * (100 * 50 + 50 + 50 * 20 + 20)
    assert estimate.slots == copies * 4 * (50 * 20 + 20)
    assert estimate.inputs == 8 * 100 * 4


def test_activations_grow_with_the_batch_and_weights_do_not():
    model = dense(keras.layers.Dense(50, "relu"), keras.layers.Dense(20))
    small, large = memory_estimate(model, 8), memory_estimate(model, 80)
    assert large.activations == 10 * small.activations
    assert (large.weights, large.slots) == (small.weights, small.slots)


def test_an_activation_as_a_layer_of_its_own_takes_no_more():
    inside = dense(keras.layers.Dense(50, "relu"), keras.layers.Dense(20))
    apart = dense(keras.layers.Dense(50), keras.layers.ReLU(), keras.layers.Dense(20))
    assert abs(memory_estimate(apart, 8).total / memory_estimate(inside, 8).total - 1) < 0.05


def test_windows_of_a_convolution_count_up_to_a_limit():
    """Three times the unfolded inputs, of a small batch all and of a large one no more than 80 MiB."""

    def beside(batch, kernel):
        model = keras.Sequential([keras.Input((8, 8, 2)), keras.layers.Conv2D(4, kernel, padding="same")])
        outputs = 0.5 * batch * 8 * 8 * 4 * 4  # in flight; nothing behind the layer needs its output
        return memory_estimate(model, batch).activations - outputs

    assert beside(16, 3) == 3 * 16 * (8 * 8) * (3 * 3) * 2 * 4
    assert beside(16, 5) == 3 * 16 * (8 * 8) * (5 * 5) * 2 * 4
    assert beside(65536, 3) == 80 * 2**20


@pytest.mark.parametrize("make", [keras.layers.DepthwiseConv2D, lambda size: keras.layers.SeparableConv2D(20, size)])
def test_convolutions_by_channel_hold_windows_too(make):
    point, window = (memory_estimate(keras.Sequential([keras.Input((8, 8, 20)), make(size)]), 4) for size in (1, 3))
    assert window.activations > 2 * point.activations


def test_a_block_that_is_told_one_side_of_its_window_holds_the_square_and_a_class_without_any_holds_none():
    class ConvolutionFree(keras.layers.Dense):
        pass

    estimates = [
        memory_estimate(keras.Sequential([keras.Input((8, 8, 20)), each]), 4).activations
        for each in (DepthwiseSeparableBlock(20), keras.layers.DepthwiseConv2D(3, padding="same"))
    ]
    assert estimates[0] >= 3 * 4 * (8 * 8) * (3 * 3) * 20 * 4
    assert estimates[1] >= 3 * 4 * (8 * 8) * (3 * 3) * 20 * 4
    plain, named = (
        memory_estimate(keras.Sequential([keras.Input((10,)), kind(5)]), 4)
        for kind in (keras.layers.Dense, ConvolutionFree)
    )
    assert plain == named


def test_half_the_precision_of_the_weights_is_half_the_bytes():
    whole, half = (dense(keras.layers.Dense(50, dtype=dtype)) for dtype in ("float32", "bfloat16"))
    assert memory_estimate(half, 8, "sgd").weights * 2 == memory_estimate(whole, 8, "sgd").weights


def test_unknown_sizes_and_a_batch_of_none_are_refused():
    with pytest.raises(ValueError, match=r"all sizes but that of the batch must be known, got shape \(None, None, 2\)"):
        memory_estimate(keras.Sequential([keras.Input((None, 3)), keras.layers.Dense(2)]), 8)
    with pytest.raises(ValueError, match="batch_size must be a positive integer, got 0"):
        memory_estimate(dense(keras.layers.Dense(2)), 0)
