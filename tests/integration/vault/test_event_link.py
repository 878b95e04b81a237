"""An event link holds the same events however they were grouped into builds."""

from pathlib import Path

from tests.conftest import OpenWarehouse

from .project import write_project

STAGING = """
select
    {{ hash_key(['play_id']) }} as play_hk,
    play_id,
    'plays' as record_source,
    cast(event_at as date) as event_date,
    event_at,
    timestamp '2024-02-01 00:00:00' as loaded_at,
    load_id,
    row_number
from {{ source('raw', 'plays') }}
"""
DELIVERED = [
    [("a", "2024-01-01"), ("b", None)],
    [("a", "2024-01-02")],
    [("a", "2024-01-01"), ("a", "2024-01-03"), ("b", None)],
    [("a", "2024-01-02"), ("a", "2024-01-02")],
]
HELD = [("a", "2024-01-01", 1), ("a", "2024-01-02", 2), ("a", "2024-01-03", 3), ("b", None, 1)]
"""By play, instant and the load that brought it first."""


def test_an_event_is_new_within_its_own_date_in_one_build_or_several(
    engine: str, open_warehouse: OpenWarehouse, tmp_path: Path
) -> None:
    with open_warehouse(engine, tmp_path / "w", tmp_path / "project") as warehouse:
        models = {
            "staging/stg_plays.sql": STAGING,
            "vault/link_play.sql": "{{ event_link('play_hk', ['play_id'], ref('stg_plays')) }}",
        }
        write_project(warehouse.project, models, ["plays"])
        with warehouse.connected() as execute:
            execute("create schema raw")
            execute("create table raw.loads (load_id bigint)")
            execute(
                "create table raw.plays"
                " (play_id varchar, event_at timestamp, load_id bigint, row_number bigint)"
            )
        for load, plays in enumerate(DELIVERED, start=1):
            with warehouse.connected() as execute:
                execute(f"insert into raw.loads values ({load})")
                for number, (play, instant) in enumerate(plays, start=1):
                    told = "null" if instant is None else f"'{instant}'"
                    execute(f"insert into raw.plays values ('{play}', {told}, {load}, {number})")
            warehouse.run()
        held = "select play_id, cast(event_date as varchar), load_id from vault.link_play"
        assert sorted(warehouse.execute(held), key=str) == HELD
        warehouse.run("--full-refresh")
        assert sorted(warehouse.execute(held), key=str) == HELD
