"""`dlcourse tune`: a search from the command line, and what it says of wrong input."""

import pytest

from dlcourse.cli import run


def test_a_search_prints_a_table_and_the_score_of_the_network_that_was_trained_again(capsys, tmp_path):
    arguments = ["tune", "mlp", "--data", "iris", "--trials", "1", "--epochs", "1", "--folder", str(tmp_path)]
    assert run(arguments) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "Best of 1: width" in shown
    assert "on 38 test examples" in shown
    assert run([*arguments, "--seed", "1"]) == 2
    assert "holds a search with seed=0, now seed=1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mlp", "--data", "irsi"], "did you mean 'iris'?"),
        (["mlp", "--data", "diabetes"], "a data set with classes is needed, diabetes has none"),
        (["cnn", "--data", "iris"], "cnn reads images, iris holds examples of shape (4,)"),
        (["lstm", "--data", "iris"], "lstm reads texts, iris holds none"),
        (["mlp", "--data", "negated_reviews"], "mlp reads numbers, negated_reviews holds texts"),
        (["mlp", "--trials", "0"], "0 is not in the range"),
    ],
)
def test_wrong_input_is_one_line(arguments, message, capsys):
    assert run(["tune", *arguments]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert len(told.strip().splitlines()) == 1
