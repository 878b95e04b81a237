import re
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from ingest.loading.loader import load
from orchestration import demo
from orchestration.cli import app
from orchestration.commands import demo as demo_command


@pytest.mark.slow
def test_the_demo_shows_the_marts_and_can_be_repeated(settings, monkeypatch):
    small = replace(demo.PLAN, days=2, boxes=20)
    monkeypatch.setattr(demo, "PLAN", small)
    monkeypatch.setattr(demo_command, "PLAN", small)
    first = CliRunner().invoke(app, ["demo"])
    assert first.exit_code == 0, first.output
    assert "Top ten channels of 2024-01-02" in first.output
    again = CliRunner().invoke(app, ["demo"])
    assert again.exit_code == 0, again.output
    assert re.search(r"(\d+) drops: \1 unchanged", again.output)
    shown = "Average viewing per day"
    assert first.output.partition(shown)[2] == again.output.partition(shown)[2]


def test_the_demo_refuses_a_warehouse_with_other_drops(built):
    told = CliRunner().invoke(app, ["demo"])
    assert told.exit_code == 2
    assert "holds drops of your own" in told.output
    assert not demo.demo_folder(built.settings).exists()


def test_drops_are_written_once(settings, monkeypatch):
    monkeypatch.setattr(demo, "PLAN", replace(demo.PLAN, days=1, boxes=5))
    folder = demo.simulate_drops(settings)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert demo.simulate_drops(settings) == folder
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    load(folder, demo.settings_of(settings))
    demo.refuse_other_drops(settings)
