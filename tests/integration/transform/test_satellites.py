"""A satellite's timeline is the same whatever the order in which its history is delivered."""

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.loading.loader import load
from ingest.settings import PROJECT_DIR
from tests.conftest import NewWarehouse
from tests.engines import ON_BOTH, ON_BOTH_SLOWLY
from tests.warehouse import Warehouse

START = datetime(2024, 1, 1, tzinfo=UTC)
HISTORY = ("--select", "+programme_history")
SELECTION = ("--select", "+programme_history", "reconciliation+", "+reconciliation")


def deliver(warehouse: Warehouse, name: str, day: int, genres: dict[str, str]) -> None:
    """A programmes drop written on a day, from which its details hold."""
    drop = warehouse.folder / "drops" / f"programmes_{name}.tsv"
    drop.parent.mkdir(exist_ok=True)
    # A row that differs in each drop: a drop equal to the one in effect would be a duplicate.
    lines = ["program_id\tprogram_name\tgenre", f"0\tDrop {name}\t"]
    lines += [f"{programme}\tProgramme {programme}\t{genre}" for programme, genre in genres.items()]
    drop.write_text("\r\n".join(lines) + "\r\n")
    written = (START + timedelta(days=day)).timestamp()
    os.utime(drop, (written, written))
    warehouse.load_file(drop)


def timeline(history: list[tuple[int, dict[str, str]]]) -> list[tuple[str, str, int]]:
    """In plain Python: each change of a genre along time, as (programme, genre, day)."""
    changes = []
    for programme in "12":
        in_effect = None
        for day, genres in sorted(history, key=lambda delivered: delivered[0]):
            if programme in genres and genres[programme] != in_effect:
                in_effect = genres[programme]
                changes.append((programme, in_effect, day))
    return changes


genres = st.dictionaries(st.sampled_from("12"), st.sampled_from("ABC"), min_size=1)
histories = st.lists(
    st.tuples(st.integers(0, 9), genres), min_size=1, max_size=4, unique_by=lambda d: d[0]
)


def check_history(
    new_warehouse: NewWarehouse, history: list[tuple[int, dict[str, str]]], builds: int
) -> None:
    warehouse = new_warehouse()
    for number, (day, genre) in enumerate(history):
        deliver(warehouse, str(number), day, genre)
        if number % builds == 0:
            warehouse.run(*HISTORY)
    warehouse.run(*SELECTION)
    found = warehouse.execute(
        "select hub.programme_id, programme_genre, cast(valid_from_at as date)"
        " from vault.programme_history inner join vault.hub_programme as hub using (programme_hk)"
        " where hub.programme_id <> '0' order by hub.programme_id, valid_from_at"
    )
    days = [(*row[:2], (row[2] - START.date()).days) for row in found]
    assert days == timeline(history)
    assert warehouse.execute("select sum(abs(unexplained_rows)) from marts.reconciliation") == [
        (0,)
    ]
    changes = warehouse.execute("select sum(distinct_events) from marts.reconciliation")
    assert changes == [(len(timeline(history)) + len(history),)]


@ON_BOTH_SLOWLY
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(histories, st.integers(1, 3))
def test_any_order_of_delivery_gives_the_same_timeline(
    new_warehouse: NewWarehouse, history: list, builds: int
) -> None:
    check_history(new_warehouse, history, builds)


@pytest.mark.slow
@ON_BOTH
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(histories, st.integers(1, 3))
def test_any_of_many_orders_gives_the_same_timeline(
    new_warehouse: NewWarehouse, history: list, builds: int
) -> None:
    check_history(new_warehouse, history, builds)


def project(folder: Path, effective_at: str) -> Path:
    """A project whose programmes take effect by the names of drops, or row by row."""
    shutil.copytree(PROJECT_DIR / "contracts", folder / "contracts")
    path = folder / "contracts" / "programmes.yaml"
    made = yaml.safe_load(path.read_text())
    given = {each["property"]: each for each in made["customProperties"]}
    given["effectiveAt"]["value"] = effective_at
    made["servers"][0]["path"] = "programmes_{yyyy}-{MM}-{dd}*.tsv"
    starts = {"name": "starts", "logicalType": "date", "required": True, "description": "From when"}
    made["schema"][0]["properties"].append(starts)
    path.write_text(yaml.safe_dump(made))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("effective_at", ["file_name", "column starts"])
def test_a_late_drop_takes_its_place_by_what_it_says(
    new_warehouse: NewWarehouse, tmp_path: Path, effective_at: str
) -> None:
    """In order and late, one load and build each: the same history, and the days that were said."""
    history, found = [(1, "A"), (3, "B"), (5, "A"), (6, "A")], []
    for order in (history, [history[n] for n in (2, 0, 3, 1)]):
        warehouse = new_warehouse()
        made = project(tmp_path / f"project_{len(found)}", effective_at)
        settings = replace(warehouse.settings, project_dir=made)
        for day, genre in order:
            on = f"2024-01-{day:02}"
            drop = warehouse.folder / "drops" / f"programmes_{on}.tsv"
            drop.parent.mkdir(exist_ok=True)
            lines = ["program_id\tprogram_name\tgenre\tstarts", f"1\tOne\t{genre}\t{on}"]
            drop.write_text("\n".join(lines) + "\n")
            assert not load(drop.parent, settings).failed
            warehouse.run(*HISTORY)
        warehouse.run(*SELECTION)
        columns = "change_hash, programme_genre, valid_from_at, valid_to_at"
        found.append(
            warehouse.execute(
                f"select {columns} from vault.programme_history"
                " inner join vault.hub_programme as hub using (programme_hk)"
                " where hub.programme_id <> '0' order by valid_from_at"
            )
        )
        assert warehouse.execute("select sum(abs(unexplained_rows)) from marts.reconciliation") == [
            (0,)
        ]
    assert found[0] == found[1]
    said = [(genre, f"{at:%d}") for _, genre, at, _ in found[0]]
    assert said == [("A", "01"), ("B", "03"), ("A", "05")]


@ON_BOTH_SLOWLY
def test_a_late_row_takes_its_place_and_the_value_after_it_is_reinstated(
    new_warehouse: NewWarehouse,
) -> None:
    check_history(new_warehouse, [(1, {"1": "A"}), (5, {"1": "A"}), (3, {"1": "B"})], builds=1)
