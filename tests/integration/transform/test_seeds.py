"""An edited seed ends in the marts of a rebuild, and rebuilds only what depends on it."""

import shutil
from pathlib import Path

import pytest

from ingest.settings import PROJECT_DIR
from tests.conftest import NewWarehouse
from tests.engines import ON_BOTH_SLOWLY
from tests.warehouse import Warehouse

from .test_promises import FIRST_DAY, assert_equal_marts

BUILD = ("build", "--exclude-resource-type", "unit_test")
PARTS = ("models", "macros", "seeds", "profiles", "tests/generic", "tests/singular")


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


@ON_BOTH_SLOWLY
def test_a_seed_that_is_as_it_was_rebuilds_nothing(
    new_warehouse: NewWarehouse,
) -> None:
    warehouse = new_warehouse({"1": FIRST_DAY})
    before = warehouse.execute("select * from vault.progress order by model")
    assert warehouse.dbt("seed")
    assert warehouse.dbt(*BUILD), warehouse.last
    assert warehouse.execute("select * from vault.progress order by model") == before
