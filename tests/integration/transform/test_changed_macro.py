"""A changed macro, model or seed never leaves a mixture of old and new numbers."""

import shutil
from pathlib import Path

import pytest

from ingest.settings import PROJECT_DIR
from tests.conftest import NewWarehouse
from tests.engines import ON_BOTH_SLOWLY
from tests.warehouse import Warehouse

from .test_promises import FIRST_DAY, SECOND_DAY, assert_equal_marts

CHANGES = {
    "a macro": (
        "macros/text/clean_text.sql",
        "else {{ spaced.text }}",
        "else replace({{ spaced.text }}, 'a', 'e')",
    ),
    "a model": (
        "models/vault/viewing/viewing_minutes.sql",
        "attribution_rank = 1",
        "attribution_rank = 2",
    ),
    "a seed": (
        "seeds/universe_estimates.csv",
        "target,persons\n",
        "target,persons\n2024-01-01,2024-12-31,all,500\n",
    ),
}


@ON_BOTH_SLOWLY
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_definition_rebuilds_what_depends_on_it(
    new_warehouse: NewWarehouse, tmp_path: Path, change: str
) -> None:
    warehouse = new_warehouse({"1": FIRST_DAY})
    before = warehouse.marts()
    changed = tmp_path / "changed_project"
    for part in ("models", "macros", "seeds", "profiles", "dbt_project.yml"):
        source = PROJECT_DIR / part
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, _parent(changed) / part)
    file, old, new = CHANGES[change]
    text = (changed / file).read_text()
    assert old in text
    (changed / file).write_text(text.replace(old, new))

    def in_changed_project() -> Warehouse:
        other = new_warehouse()
        other.project, other.manifest = changed, None
        assert other.dbt("seed")
        return other

    warehouse.project, warehouse.manifest = changed, None
    warehouse.load("2", SECOND_DAY)
    assert warehouse.dbt("seed")
    # A part of the graph first: it must not pass for a build of the whole.
    warehouse.run("--select", "channel_viewing_daily", "viewing_duration_daily")
    warehouse.run()
    scratch = in_changed_project().build_from_scratch({"1": FIRST_DAY, "2": SECOND_DAY})
    assert_equal_marts(warehouse, scratch)
    assert warehouse.marts() != before


def _parent(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder
