"""`dlcourse tune`: search hyperparameters of one of the course's networks on one of its data sets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dlcourse.runtime import PROFILES

if TYPE_CHECKING:
    from dlcourse.data import Dataset
    from dlcourse.tuning import SearchResult

MODELS = ("mlp", "cnn", "lstm")
METHODS = ("grid", "random", "hyperband", "bayesian")
WORDS, LENGTH = 5_000, 100
VALIDATION = 0.2
SHOWN = 10


@click.command("tune")
@click.argument("model", type=click.Choice(MODELS))
@click.option("--data", "data_name", default="digits", show_default=True, help="A data set with classes.")
@click.option("--method", type=click.Choice(METHODS), default="random", show_default=True)
@click.option("--trials", type=click.IntRange(min=1), default=10, show_default=True, help="Hyperband chooses itself.")
@click.option("--epochs", type=click.IntRange(min=1), default=10, show_default=True, help="Of a trial, at most.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes on this machine.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--profile", type=click.Choice(PROFILES), default="quick", show_default=True, help="Which data to use.")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="Keep the search there; go on with it."
)
def command(
    model: str,
    data_name: str,
    method: str,
    trials: int,
    epochs: int,
    workers: int,
    seed: int,
    profile: str,
    folder: Path | None,
) -> int:
    """Search hyperparameters of a network (mlp, cnn or lstm) on one of the course's data sets.

    A fifth of the training examples decides between them; the best network is trained again on all of them and scored
    once on the test examples. With --folder, a search that was stopped goes on where it was.
    """
    from dlcourse.runtime import quiet_stderr

    with quiet_stderr():
        import keras

        from dlcourse import tuning

        keras.ops.add(1.0, 1.0)
    dataset = _loaded(data_name, profile)
    x_train, x_test, space = _prepared(model, dataset)
    cut = _cut(len(x_train))
    data = ((x_train[:cut], dataset.y_train[:cut]), (x_train[cut:], dataset.y_train[cut:]))
    try:
        result = tuning.search(
            space, data, method, trials=trials, epochs=epochs, workers=workers, seed=seed, folder=folder
        )
    except (tuning.JournalError, tuning.SearchError, TimeoutError) as error:
        raise click.UsageError(str(error)) from None
    score = result.model.evaluate(x_test, dataset.y_test, verbose=0, return_dict=True)["accuracy"]
    _show(result, score, len(x_test))
    return 0


def _loaded(name: str, profile: str) -> Dataset:
    from dlcourse import data
    from dlcourse.data.errors import DataFormatError, DataUnavailableError

    try:
        dataset = data.load(name, profile=profile)
    except (ValueError, DataUnavailableError, DataFormatError) as error:
        raise click.UsageError(str(error)) from None
    if not dataset.class_names:
        raise click.UsageError(f"a data set with classes is needed, {name} has none")
    return dataset


def _prepared(model: str, dataset: Dataset) -> tuple[Any, Any, Any]:
    """Inputs as the network takes them, scaled or as token numbers, and its space."""
    from dlcourse import text, tuning

    classes = len(dataset.class_names)
    if model == "lstm":
        if dataset.x_train.dtype != object:
            raise click.UsageError(f"lstm reads texts, {dataset.name} holds none (negated_reviews does)")
        words = text.vocabulary(list(dataset.x_train), WORDS, LENGTH)
        train, test = (text.encode_words(words, list(part)) for part in (dataset.x_train, dataset.x_test))
        return train, test, tuning.lstm_space(words.vocabulary_size(), classes)
    if dataset.x_train.dtype == object:
        raise click.UsageError(f"{model} reads numbers, {dataset.name} holds texts (lstm reads them)")
    train, test = (part.astype("float32") for part in (dataset.x_train, dataset.x_test))
    train, test = _scaled(train, test)
    if model == "mlp":
        return train, test, tuning.mlp_space(train.shape[1:], classes)
    if train.ndim not in (3, 4):
        raise click.UsageError(f"cnn reads images, {dataset.name} holds examples of shape {train.shape[1:]}")
    if train.ndim == 3:
        train, test = train[..., None], test[..., None]
    return train, test, tuning.cnn_space(train.shape[1:], classes)


def _scaled(train: Any, test: Any) -> tuple[Any, Any]:
    """Columns of a table to mean 0 and standard deviation 1, pixels by the largest of them, both by training data."""
    if train.ndim == 2:
        mean, deviation = train.mean(axis=0), train.std(axis=0) + 1e-7
        return (train - mean) / deviation, (test - mean) / deviation
    largest = float(train.max()) or 1.0
    return train / largest, test / largest


def _cut(count: int) -> int:
    return count - max(1, round(VALIDATION * count))


def _show(result: SearchResult, score: float, examples: int) -> None:
    from rich.table import Table

    from dlcourse.cli.console import console
    from dlcourse.tuning import results_frame

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Trial", result.objective, "Epoch", "Parameters"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("Values", overflow="fold")
    values = {each["trial"]: each["values"] for each in result.trials}
    for row in results_frame(result).head(SHOWN).to_dict("records"):
        told = f"failed: {row['failure']}" if row["failure"] else _told(values[row["trial"]])
        numbers = (f"{row[result.objective]:.4f}", str(row["epoch"]), f"{row['parameters']:,}")
        table.add_row(str(row["trial"]), *numbers, told)
    console().print(table)
    console().print(f"\nBest of {len(result.trials)}: {_told(result.best)}.")
    console().print(f"Trained again on all training examples: accuracy {score:.3f} on {examples} test examples.")


def _told(values: dict[str, Any]) -> str:
    shown = {name: f"{value:.3g}" if isinstance(value, float) else str(value) for name, value in values.items()}
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in shown.items())
