"""`rnn-course reproduce`, on the smallest table that it can make."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from rnn_course.commands.reproduce import reproduce


def test_recall_is_printed_and_written(tmp_path: Path) -> None:
    output = tmp_path / "recall.json"
    options = ["--models", "Elman", "--lag", "2", "--lag", "1", "--max-updates", "100", "--seeds", "2"]
    options += ["--output", str(output)]
    result = CliRunner().invoke(reproduce, ["recall", *options])
    assert result.exit_code == 0, result.output
    head, *lines = result.output.splitlines()
    assert head.split() == ["network", "lag", "seed", "accuracy", "updates"]
    runs = [("1", "0"), ("1", "1"), ("2", "0"), ("2", "1")]
    assert [line.split()[:3] for line in lines] == [["Elman", *run] for run in runs]
    table = json.loads(output.read_text())
    assert (table["max_updates"], table["solved_above"], table["give_up_below"]) == (100, 0.9, 0.25)
    assert set(table["made_with"]) == {"python", "numpy", "machine"}
    assert [(str(run["lag"]), str(run["seed"])) for run in table["runs"]] == runs
    assert all(run["updates"] <= 100 and run["accuracy"] > 0.25 for run in table["runs"])


def test_the_ladder_is_printed_and_written(tmp_path: Path) -> None:
    output = tmp_path / "ladder.json"
    result = CliRunner().invoke(reproduce, ["ladder", "--models", "bigram, add-k", "--output", str(output)])
    assert result.exit_code == 0, result.output
    table = json.loads(output.read_text())
    assert table["corpus"] == "language-reference"
    assert [rung["name"] for rung in table["rungs"]] == ["bigram, add-k"]


def test_a_table_that_is_not_there() -> None:
    result = CliRunner().invoke(reproduce, ["everything"])
    assert result.exit_code == 2
    assert "'ladder', 'recall'" in result.output
