import subprocess
import sys
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from ingest.errors import UsageError, WarehouseError
from orchestration.build import BuildError, build
from orchestration.cli import app
from tests.engines import ON_BOTH, ON_BOTH_SLOWLY

HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"


@pytest.fixture
def held(built):
    """Another process has the warehouse open."""
    command = [sys.executable, "-c", HOLD, str(built.settings.duckdb_path)]
    with subprocess.Popen(command, stdin=-1, stdout=-1) as holder:
        assert holder.stdout.readline() == b"open\n"
        yield
        holder.communicate(b"\n")


def run(*arguments, code=0):
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


@ON_BOTH
def test_a_build_tells_what_it_built_and_lets_go_of_the_file(built):
    assert built.result.succeeded
    kinds = {node.kind for node in built.result.nodes}
    assert {"model", "seed", "test"} <= kinds
    assert "unit_test" not in kinds
    assert built.execute("select build_id from vault.builds") == [(built.result.build_id,)]


@ON_BOTH_SLOWLY
def test_progress_is_told_per_node(built):
    told = []
    build(
        built.settings,
        ["--select", "hub_viewer"],
        on_progress=lambda node, position, total: told.append((node.name, position, total)),
    )
    assert "hub_viewer" in {name for name, _, _ in told}
    assert [position for _, position, _ in told] == list(range(1, len(told) + 1))
    assert {total for _, _, total in told} == {len(told)}


@ON_BOTH
def test_what_fails_is_told_with_its_reason_and_what_it_stops_is_not(built):
    built.execute("insert into vault.hub_channel select * from vault.hub_channel limit 1")
    told = run("build", "--select", "hub_channel+1", code=1)
    assert "fail    test unique_hub_channel_channel_hk: Got 1 result" in told
    assert "skipped because of it" in told


@ON_BOTH_SLOWLY
def test_what_warns_is_told_and_stops_nothing(built):
    built.execute(
        "insert into vault.universe_estimates (valid_from, valid_to, target, persons) values"
        " ('2024-01-01', '2024-01-31', 'all', 9), ('2024-02-03', '2024-02-29', 'all', 9)"
    )
    told = " ".join(run("build", "--select", "no_gap_between_universe_estimates").split())
    assert "warn test no_gap_between_universe_estimates: Got 1 result" in told
    assert "The first: all, 2024-02-01, 2024-02-02." in told
    assert "0 tests passed, 1 warned" in told


def test_arguments_pass_through_to_dbt(built):
    assert "1 models and 0 seeds built" in run("build", "--select", "stg_channels__channels")


@ON_BOTH_SLOWLY
def test_an_argument_that_dbt_does_not_know_is_wrong_usage(built):
    with pytest.raises(UsageError, match="--bogus"):
        build(built.settings, ["--bogus"])
    assert "--bogus" in run("build", "--bogus", code=2)


def test_choosing_nothing_is_an_error(built):
    with pytest.raises(BuildError, match="does not match any"):
        build(built.settings, ["--select", "nothing"])


@pytest.mark.usefixtures("held")
def test_a_warehouse_in_use_is_told(built, monkeypatch):
    monkeypatch.setenv("AUDIENCE_VAULT_LOCK_WAIT_SECONDS", "0")
    with pytest.raises(WarehouseError, match="is in use by process"):
        build(replace(built.settings, lock_wait_seconds=0))
    assert "is in use" in run("build", code=1)
