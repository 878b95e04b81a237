"""An edited seed ends in the marts of a rebuild, and rebuilds only what depends on it."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.settings import PROJECT_DIR
from orchestration.build import build
from tests.conftest import NewWarehouse
from tests.engines import ON_BOTH, ON_BOTH_SLOWLY
from tests.warehouse import Warehouse

from .test_promises import FIRST_DAY, assert_equal_marts

BUILD = ("build", "--exclude-resource-type", "unit_test")
PARTS = (
    "contracts", "models", "macros", "seeds", "profiles", "tests/generic", "tests/singular",
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project whose seeds may be edited."""
    copy = tmp_path / "project"
    for part in PARTS:
        shutil.copytree(PROJECT_DIR / part, copy / part)
    shutil.copyfile(PROJECT_DIR / "dbt_project.yml", copy / "dbt_project.yml")
    return copy


def use(warehouse: Warehouse, project: Path) -> Warehouse:
    warehouse.project, warehouse.manifest = project, None
    return warehouse


def estimate_500(project: Path) -> None:
    seed = project / "seeds" / "universe_estimates.csv"
    seed.write_text(f"{seed.read_text()}2024-01-01,2024-12-31,all,500\n")


@ON_BOTH_SLOWLY
@pytest.mark.parametrize(
    "commands",
    [
        pytest.param([("seed",), ("run",)], id="run"),
        pytest.param([BUILD], id="build", marks=pytest.mark.slow),
    ],
)
def test_an_edited_seed_ends_in_the_marts_of_a_rebuild(
    new_warehouse: NewWarehouse, project: Path, commands: list[tuple[str, ...]]
) -> None:
    warehouse = new_warehouse({"1": FIRST_DAY})
    estimate_500(project)
    use(warehouse, project)
    for command in commands:
        assert warehouse.dbt(*command), warehouse.last

    def in_project() -> Warehouse:
        other = use(new_warehouse(), project)
        assert other.dbt("seed")
        return other

    assert_equal_marts(warehouse, in_project().build_from_scratch({"1": FIRST_DAY}))
    assert warehouse.execute(
        "select distinct universe_source, universe from marts.channel_ratings_daily"
    ) == [("estimate", 500)]


@ON_BOTH_SLOWLY
def test_an_edited_seed_rebuilds_only_what_depends_on_it(
    new_warehouse: NewWarehouse, project: Path
) -> None:
    warehouse = new_warehouse({"1": FIRST_DAY})
    before = dict(warehouse.execute("select model, fingerprint from vault.progress"))
    estimate_500(project)
    use(warehouse, project)
    assert warehouse.dbt("seed")
    warehouse.run()
    after = dict(warehouse.execute("select model, fingerprint from vault.progress"))
    changed = {name.rpartition(".")[2] for name in before if before[name] != after[name]}
    assert {"universe_estimates", "universe_daily", "channel_ratings_daily"} <= changed
    assert not changed & {
        "viewing_interval",
        "link_stb_event",
        "viewing_minutes",
        "target_membership",
    }


WRONG = {
    "channel_aliases": ("alias,channel", "abc,Gamma", " ABC,Beta", "GAMMA,Delta"),
    "universe_estimates": (
        "valid_from,valid_to,target,persons",
        "2024-01-01,2024-01-31,all,9",
        "2024-02-03,2024-02-29,all,9",
        "2024-02-01,2024-02-02,males,4",
        "2024-02-03,2024-02-29,males,4",
        "2024-01-01,2024-01-31,men,9",
    ),
}
TOLD = {
    "an_alias_is_of_one_channel": (
        "fail", "an alias stands twice, whatever its case and blanks. Keep one of its lines."
        " The first: ABC, Beta, Gamma.",
    ),
    "no_channel_is_an_alias": (
        "fail", "Name in each line the channel that is to be shown. The first: GAMMA, Delta.",
    ),
    "no_gap_between_universe_estimates": (
        "warn", "Widen an estimate, or add one for them. The first: all, 2024-02-01, 2024-02-02.",
    ),
    "relationships_universe_estimates_target__target__ref_targets_": (
        "fail", "isn't in seeds/targets.csv. Add it there, or mend its name. The first: men.",
    ),
}  # fmt: skip


def test_what_is_wrong_in_a_seed_is_told(new_warehouse: NewWarehouse, project: Path) -> None:
    """Which row, and what to do. A gap between estimates warns only."""
    for seed, lines in WRONG.items():
        (project / "seeds" / f"{seed}.csv").write_text("\n".join([*lines, ""]))
    warehouse = new_warehouse()
    warehouse.load("1", FIRST_DAY)
    settings = replace(
        warehouse.settings, project_dir=project, dbt_target_path=warehouse.folder / "target"
    )
    result = build(settings, ["--select", *WRONG, "targets", "--indirect-selection", "cautious"])
    found = {node.name: node for node in result.nodes}
    assert {node.name for node in (*result.failures, *result.warnings)} == TOLD.keys()
    for name, (status, told) in TOLD.items():
        assert (found[name].status, told in found[name].message) == (status, True), found[name]


@ON_BOTH_SLOWLY
def test_a_build_that_would_read_a_seed_as_it_was_is_refused(
    new_warehouse: NewWarehouse, project: Path
) -> None:
    """`dbt run` loads no seed. Nothing is built, nothing is marked; the message says what to do."""
    warehouse = new_warehouse({"1": FIRST_DAY})
    before = warehouse.marts(), warehouse.execute("select * from vault.progress order by model")
    estimate_500(project)
    use(warehouse, project)
    assert not warehouse.dbt("run")
    told = str(warehouse.last.exception or [each.message for each in warehouse.last.result])
    assert "universe_estimates. Run dbt seed first" in told
    after = warehouse.marts(), warehouse.execute("select * from vault.progress order by model")
    assert after == before


@pytest.mark.slow
@ON_BOTH
def test_a_seed_that_is_as_it_was_rebuilds_nothing(
    new_warehouse: NewWarehouse,
) -> None:
    warehouse = new_warehouse({"1": FIRST_DAY})
    before = warehouse.execute("select * from vault.progress order by model")
    assert warehouse.dbt("seed")
    assert warehouse.dbt(*BUILD), warehouse.last
    assert warehouse.execute("select * from vault.progress order by model") == before
