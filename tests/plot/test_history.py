import pytest

from dlcourse.plot import history

ALT = "Two panels: the loss falls and the accuracy rises over three epochs."
RECORD = {
    "loss": [3.0, 2.0, 1.0],
    "accuracy": [0.5, 0.6, 0.7],
    "val_loss": [3.0, 2.5, 2.2],
    "learning_rate": [0.1, 0.1, 0.01],
}


def test_each_metric_has_a_panel_over_the_epochs_counted_from_one():
    panels = history(RECORD, alt=ALT).figure.axes
    assert [axes.get_ylabel() for axes in panels] == ["loss", "accuracy", "learning rate"]
    assert [axes.get_xlabel() for axes in panels] == ["epoch"] * 3
    assert panels[1].lines[0].get_xydata().tolist() == [[1, 0.5], [2, 0.6], [3, 0.7]]


def test_validation_is_in_the_same_panel_dashed_and_named():
    loss, accuracy, _ = history(RECORD, alt=ALT).figure.axes
    assert [list(line.get_ydata()) for line in loss.lines] == [RECORD["loss"], RECORD["val_loss"]]
    assert [line.get_linestyle() for line in loss.lines] == ["-", "--"]
    assert [text.get_text() for text in loss.get_legend().get_texts()] == ["training", "validation"]
    assert accuracy.get_legend() is None


def test_metrics_are_chosen_and_ordered_by_name():
    picture = history(RECORD, metrics=["accuracy", "loss"], alt=ALT, title="What to see")
    assert [axes.get_ylabel() for axes in picture.figure.axes] == ["accuracy", "loss"]
    assert picture.figure.get_suptitle() == "What to see"


@pytest.mark.parametrize(
    ("record", "metrics", "message"),
    [
        ({}, None, "at least one metric, got none"),
        (RECORD, [], "at least one metric, got none"),
        (RECORD, ["auc"], r"in the record \(loss, accuracy, val_loss, learning_rate\), got 'auc'"),
        ({"loss": [1.0, 2.0], "val_loss": [1.0]}, None, "of one length, got {'loss': 2, 'val_loss': 1}"),
    ],
)
def test_a_record_that_cannot_be_drawn_is_refused(record, metrics, message):
    with pytest.raises(ValueError, match=message):
        history(record, metrics=metrics, alt=ALT)


def test_a_history_needs_a_description():
    with pytest.raises(ValueError, match="alt must describe the figure"):
        history(RECORD, alt="curves")
