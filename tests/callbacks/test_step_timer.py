"""StepTimer puts planted waits where they were planted, and leaves the training as it was."""

import time

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.callbacks import StepTimer
from dlcourse.callbacks.step_timer import StepTime

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(90, 6)).astype("float32")
Y = DRAW.normal(size=(90, 1)).astype("float32")
WAIT = 0.03  # seconds; what else a step of so small a model takes is a fraction of it


def wait(values):
    """Sleep inside the compiled step."""

    def asleep(tensor):
        time.sleep(WAIT)
        return tensor

    waited = tf.numpy_function(asleep, [values], values.dtype)
    waited.set_shape(values.shape)
    return waited


class SlowStep(keras.Sequential):
    def train_step(self, data):
        x, y = data
        return super().train_step((wait(x), y))


def network(kind=keras.Sequential, **options):
    keras.utils.set_random_seed(0)
    model = kind([keras.Input((6,)), keras.layers.Dropout(0.2), keras.layers.Dense(1)])
    model.compile("sgd", "mse", **options)
    return model


def slow_batches():
    for begin in range(0, 90, 20):  # the last is smaller
        time.sleep(WAIT)
        yield X[begin : begin + 20], Y[begin : begin + 20]


def slow_dataset():
    parts = tf.TensorSpec((None, 6)), tf.TensorSpec((None, 1))
    batches = tf.data.Dataset.from_generator(slow_batches, output_signature=parts)
    return batches.apply(tf.data.experimental.assert_cardinality(5))


class SlowSequence(keras.utils.PyDataset):
    def __len__(self):
        return 4

    def __getitem__(self, place):
        time.sleep(WAIT)
        return X[20 * place : 20 * place + 20], Y[20 * place : 20 * place + 20]


SLOW_CALLBACK = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: time.sleep(WAIT))


def timed(model, *data, epochs=2, before=(), after=(), timer=None):
    timer = timer or StepTimer()
    arguments = {"batch_size": 20} if len(data) == 2 else {"shuffle": False}
    model.fit(*data, epochs=epochs, verbose=0, callbacks=[*before, timer, *after], **arguments)
    return timer


@pytest.mark.parametrize("steps_per_execution", [1, 2])
@pytest.mark.parametrize("data", [slow_dataset, lambda: SlowSequence()], ids=["dataset", "PyDataset"])
def test_slow_input_is_found(data, steps_per_execution):
    timer = timed(network(steps_per_execution=steps_per_execution), data())
    assert timer.verdict == "input-bound", timer.report()
    assert 0.5 * WAIT < timer.median.input < 3 * WAIT, timer.report()
    assert min(timer.starts) > 0.5 * WAIT


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_slow_callback_is_found_wherever_it_stands(order):
    timer = timed(network(), X, Y, **{order: [SLOW_CALLBACK]})
    assert timer.verdict == "overhead-bound", timer.report()
    assert WAIT < timer.median.python < 3 * WAIT, timer.report()


@pytest.mark.parametrize("steps_per_execution", [1, 2])
def test_slow_computing_is_found_and_counted_per_update(steps_per_execution):
    timer = timed(network(SlowStep, steps_per_execution=steps_per_execution), X, Y)
    assert timer.verdict == "compute-bound", timer.report()
    assert WAIT < timer.median.compute < 3 * WAIT, timer.report()


def test_data_that_are_prepared_while_the_step_computes_cost_no_wait():
    timer = timed(network(SlowStep), slow_dataset().prefetch(5))
    assert timer.median.input < 0.8 * WAIT < timer.median.compute, timer.report()


def test_training_with_and_without_it_gives_identical_weights_and_logs():
    for options in ({"steps_per_execution": 2}, {"run_eagerly": True}):
        plain, watched = network(**options), network(**options)
        keras.utils.set_random_seed(1)
        expected = plain.fit(X, Y, batch_size=20, epochs=2, verbose=0).history
        keras.utils.set_random_seed(1)
        assert watched.fit(X, Y, batch_size=20, epochs=2, verbose=0, callbacks=[StepTimer()]).history == expected
        for ours, theirs in zip(watched.variables, plain.variables, strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.filterwarnings("ignore:.*Your input ran out of data")  # Keras says so with and without the timer
def test_data_of_unknown_length_end_where_they_end():
    timer = timed(network(), slow_dataset().filter(lambda x, y: True), epochs=3)
    assert (len(timer.steps), len(timer.starts)) == (8, 3)


def test_a_second_fit_starts_afresh_also_with_another_model_and_nothing_stays_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    timer, model = StepTimer(), network()
    model.make_train_function()
    function = model.train_function
    timed(model, X, Y, epochs=3, after=[SLOW_CALLBACK], timer=timer)
    assert (timer.verdict, len(timer.steps)) == ("overhead-bound", 8)
    assert model.train_function is function
    timed(network(SlowStep), X, Y, epochs=1, timer=timer)
    assert (timer.verdict, len(timer.steps), len(timer.starts)) == ("compute-bound", 3, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_broke_off_leaves_a_model_that_trains():
    def fail(batch, logs):
        raise RuntimeError("broken off")

    model, timer = network(), StepTimer()
    with pytest.raises(RuntimeError, match="broken off"):
        timed(model, X, Y, after=[keras.callbacks.LambdaCallback(on_train_batch_end=fail)], timer=timer)
    model.fit(X, Y, batch_size=20, verbose=0)
    assert len(timed(model, X, Y, timer=timer).steps) == 4


def test_the_report_says_what_takes_the_time_and_what_to_try():
    timer = StepTimer()
    timer.steps, timer.starts = (
        [StepTime(0.001, 0.002, 0.0), StepTime(0.003, 0.002, 0.0), StepTime(0.02, 0.002, 0.0)],
        [0.5],
    )
    assert timer.median == (0.003, 0.002, 0.0)
    assert timer.shares == pytest.approx((0.8, 0.2, 0.0))
    report = timer.report()
    assert "input       3.000 ms    80%" in report
    assert "an epoch's first batch is there after 500 ms" in report
    assert "This run is input-bound: input takes 80% of a step.\n  Try: Cache" in report


def test_a_result_before_a_step_was_measured_is_refused():
    timer = StepTimer()
    with pytest.raises(ValueError, match=r"needs a model.fit that ended, of two steps an epoch"):
        timer.report()
    with pytest.raises(ValueError, match="got none"):
        _ = timed(network(), X[:30], Y[:30], epochs=1).verdict


def test_several_replicas_and_another_loop_than_model_fit_are_refused():
    class Replicas:
        num_replicas_in_sync = 2

    class Model:
        distribute_strategy = Replicas()
        train_function = None

    timer = StepTimer()
    timer.set_model(Model())
    with pytest.raises(ValueError, match="on one replica, got a strategy with 2"):
        timer.on_train_begin()
    with pytest.raises(ValueError, match=r"times the steps of model\.fit"):
        timer.on_epoch_begin(0)
