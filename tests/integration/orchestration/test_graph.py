import json

import dagster as dg
import pytest

from ingest.contracts import read_contracts
from ingest.settings import Settings
from orchestration.graph import make_definitions
from tests.engines import ON_BOTH


@pytest.fixture
def graph(built, monkeypatch):
    monkeypatch.setenv("AUDIENCE_VAULT_SOURCE", str(built.drops))
    return make_definitions(Settings.from_environment())


@pytest.fixture
def nodes(built, graph):
    """The manifest's nodes; the graph has seen to it that it is up to date."""
    manifest = json.loads((built.settings.dbt_target_path / "manifest.json").read_text())
    return manifest["nodes"].values()


def test_the_graph_is_the_feeds_the_models_and_the_published_marts(built, graph, nodes):
    feeds = {("raw", feed) for feed in read_contracts(built.settings.contracts_dir)}
    models = {
        (node["config"]["schema"], node["name"])
        for node in nodes
        if node["resource_type"] in ("model", "seed")
    }
    specs = {tuple(spec.key.path): spec for spec in graph.resolve_all_asset_specs()}
    external = {("raw", "loads"), ("raw", "quarantine")}
    assert set(specs) - external == feeds | models | {("published", "marts")}
    for key in feeds | models:
        assert specs[key].group_name == key[0]
        assert specs[key].owners
        assert specs[key].kinds


def test_staging_depends_on_its_feed(graph):
    specs = {tuple(spec.key.path): spec for spec in graph.resolve_all_asset_specs()}
    events = specs["staging", "stg_stb_events__events"]
    assert {tuple(dependency.asset_key.path) for dependency in events.deps} == {
        ("raw", "stb_events"),
        ("vault", "channel_aliases"),
    }


def test_every_data_test_is_a_check(built, graph, nodes):
    checks = {check.name for check in graph.resolve_asset_graph().asset_check_keys}
    tests = {node["name"] for node in nodes if node["resource_type"] == "test"}
    assert checks == tests | {"every_row_is_accounted_for", "no_drop_failed"}


def execute(graph, instance, **arguments):
    job = graph.resolve_job_def("everything")
    return job.execute_in_process(instance=instance, raise_on_error=False, **arguments)


@pytest.mark.slow
@ON_BOTH
def test_one_job_does_it_all(built, graph, tmp_path):
    if built.settings.target == "duckdb":
        built.settings.duckdb_path.unlink()
    else:
        built.execute("drop schema raw, staging, vault, marts cascade")
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        result = execute(graph, instance)
    assert result.success
    materialized = {event.asset_key for event in result.get_asset_materialization_events()}
    assert materialized == set(graph.resolve_asset_graph().materializable_asset_keys)
    checks = result.get_asset_check_evaluations()
    assert all(check.passed for check in checks)
    assert {check.asset_check_key for check in checks} == set(
        graph.resolve_asset_graph().asset_check_keys
    )
    assert built.execute("select build_id from vault.builds") == [(result.run_id,)]
    assert built.look("select build_id from {marts}.snapshot") == [(result.run_id,)]


@pytest.mark.slow
def test_rows_that_are_missing_stop_the_job_before_anything_is_built(built, graph, tmp_path):
    built.execute(
        "delete from raw.stb_events where _row = 1 and _load_id ="
        " (select min(_load_id) from raw.stb_events)"
    )
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        result = execute(graph, instance)
    assert not result.success
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert [check.check_name for check in failed] == ["every_row_is_accounted_for"]
    assert failed[0].metadata["unexplained_rows"].value == 1
    assert len(built.execute("from vault.builds")) == 1
    assert not built.settings.published_path.exists()


@pytest.mark.slow
def test_a_folder_that_is_not_there_is_told(built, monkeypatch, tmp_path):
    monkeypatch.setenv("AUDIENCE_VAULT_SOURCE", "/nowhere")
    graph = make_definitions(Settings.from_environment())
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        result = execute(graph, instance)
    failed = result.failure_data_for_node("raw__channels")
    assert "AUDIENCE_VAULT_SOURCE names the folder" in failed.user_failure_data.description
