"""Simulated reference drops, the plan's limits and the command."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from ingest.simulate import SimulationPlan, simulate
from ingest.simulate.cli import simulate_command

CONTRACTS = Path(__file__).parents[3] / "contracts"
PLAN = SimulationPlan(days=1, boxes=100)

app = typer.Typer()
app.command()(simulate_command)


def contract_columns(feed: str) -> list[str]:
    contract = yaml.safe_load((CONTRACTS / f"{feed}.yaml").read_text(encoding="utf-8"))
    return [column["name"] for column in contract["schema"][0]["properties"]]


@pytest.fixture(scope="module")
def drops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {drop.feed: drop.path for drop in simulate(tmp_path_factory.mktemp("drops"), PLAN)}


def test_channels_are_a_csv_file_of_the_contracts_columns(drops):
    with drops["channels"].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == contract_columns("channels")
    assert len({row["channel"].upper() for row in rows}) == len(rows) == PLAN.channels
    assert all(value and value.strip() == value for row in rows for value in row.values())


def test_programmes_are_a_tab_separated_file_with_crlf(drops):
    assert drops["programmes"].read_bytes().count(b"\r\n") == drops[
        "programmes"
    ].read_bytes().count(b"\n")
    with drops["programmes"].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert list(rows[0]) == contract_columns("programmes")
    assert len({row["program_id"] for row in rows}) == len(rows) > PLAN.channels


def test_events_refer_to_channels_and_programmes_that_are_delivered(drops):
    with drops["channels"].open(encoding="utf-8", newline="") as file:
        channels = {row["channel"].upper() for row in csv.DictReader(file)}
    with drops["programmes"].open(encoding="utf-8", newline="") as file:
        programmes = {row["program_id"] for row in csv.DictReader(file, delimiter="\t")}
    with drops["stb_events"].open(encoding="utf-8") as lines:
        tuned = [row for row in map(json.loads, lines) if row["chname"]]
    assert {" ".join(row["chname"].split()).upper() for row in tuned} <= channels
    assert {row["program_id"] for row in tuned} <= programmes | {"0"}
    assert 0.1 < sum(row["program_id"] == "0" for row in tuned) / len(tuned) < 0.9


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 0},
        {"boxes": 0},
        {"seed": -1},
        {"channels": 4},
        {"channels": 481},
        {"sessions_per_day": 0},
        {"late_share": 1.1},
        {"panel_share": 2},
        {"overlap_share": -1},
        {"correction_share": 1.5},
        {"duplicate_share": -0.1},
        {"silent_share": float("nan")},
        {"bad_share": 0.95},
        {"start": date(1999, 1, 1)},
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SimulationPlan(**wrong)


def test_the_command_writes_drops_and_sums_them_up(tmp_path):
    arguments = [str(tmp_path), "--days", "2", "--boxes", "5", "--start", "2024-02-28"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "stb_events" / "stb_events_20240229.json").exists()
    assert "stb_events" in result.output
    assert "1,632" in result.output  # programmes of the default seed and channels


def test_the_command_writes_only_the_feeds_asked_for(tmp_path):
    feeds = ["--feed", "schedule", "--feed", "channels"]
    result = CliRunner().invoke(app, [str(tmp_path), "--days", "1", *feeds])
    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir()} == {"schedule", "channels"}


@pytest.mark.parametrize(
    "option", [["--days", "0"], ["--start", "soon"], ["--feed", "radio"], ["--bad-share", "2"]]
)
def test_wrong_usage_is_exit_code_two(tmp_path, option):
    assert CliRunner().invoke(app, [str(tmp_path), *option]).exit_code == 2


def test_a_folder_that_cannot_be_written_is_exit_code_one(tmp_path):
    (tmp_path / "file").write_text("in the way")
    result = CliRunner().invoke(app, [str(tmp_path / "file"), "--days", "1"])
    assert result.exit_code == 1
    assert "Can't write" in result.output
