"""The seed markets has the settings of a market's television, all of them, as dbt takes them."""

import json
from zoneinfo import ZoneInfo

import pytest
import yaml
from typer.testing import CliRunner

from ingest.settings import PROJECT_DIR, Settings
from orchestration.cli import app
from orchestration.commands.market import markets

OF_SITES = {
    "session_timeout_minutes",
    "session_max_hours",
    "home_pages",
    "site_hosts",
    "attribution_lookback_days",
    "player_hold_seconds",
    "foreground_hold_seconds",
    "read_seconds",
    "skip_tolerance_seconds",
}
"""Settings of a site or service, whatever its market."""


def test_a_market_has_every_setting_of_its_television() -> None:
    told = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text())["vars"]
    for market, said in markets(Settings.from_environment()).items():
        assert said.keys() == told.keys() - OF_SITES, market
        assert {name: type(value) for name, value in said.items()} == {
            name: type(told[name]) for name in said
        }
        ZoneInfo(str(said["market_timezone"]))


def test_a_market_is_printed_as_vars() -> None:
    result = CliRunner().invoke(app, ["market", "united_kingdom"])
    assert json.loads(result.output) == {
        "market_timezone": "Europe/London",
        "broadcast_day_start": "06:00",
        "reach_minutes": 3,
        "minute_attribution": "longest",
        "overlap_rule": "person",
        "liveness_hold_seconds": 720,
        "audience_flow_minutes": 5,
    }


@pytest.mark.parametrize(("arguments", "told"), [([], "germany"), (["nowhere"], "there are")])
def test_markets_are_told(arguments: list[str], told: str) -> None:
    result = CliRunner().invoke(app, ["market", *arguments])
    assert told in result.output
    assert result.exit_code == (2 if arguments else 0)
