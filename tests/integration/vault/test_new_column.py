"""A satellite that gets a nullable column keeps its hashes and its rows."""

from pathlib import Path

from tests.conftest import OpenWarehouse

from .project import write_project
from .reference import change_hash

STAGING = """
select
    {{{{ hash_key(['item_id']) }}}} as item_hk,
    {{{{ change_hash({attributes}) }}}} as change_hash,
    name,
    genre,
    'items' as record_source,
    effective_at,
    timestamp '2024-02-01 00:00:00' as loaded_at,
    load_id,
    1 as row_number
from {{{{ source('raw', 'items') }}}}
"""


def test_a_new_nullable_column_changes_no_stored_hash(
    engine: str, open_warehouse: OpenWarehouse, tmp_path: Path
) -> None:
    with open_warehouse(engine, tmp_path / "w", tmp_path / "project") as warehouse:

        def build(load: int, genre: str, attributes: list[str]) -> list[tuple]:
            models = {
                "staging/stg_items.sql": STAGING.format(attributes=attributes),
                "vault/sat_item.sql": "{{ satellite('item_hk', "
                f"{attributes}, ref('stg_items')) }}}}",
            }
            write_project(warehouse.project, models, ["items"])
            with warehouse.connected() as execute:
                execute(f"insert into raw.loads values ({load})")
                execute(
                    "insert into raw.items values"
                    f" ('a', 'A', {genre}, timestamp '2024-01-0{load} 00:00:00', {load})"
                )
            warehouse.run()
            return warehouse.execute(
                "select change_hash, load_id from vault.sat_item where load_id > 0 order by load_id"
            )

        with warehouse.connected() as execute:
            execute("create schema raw")
            execute("create table raw.loads (load_id bigint)")
            execute(
                "create table raw.items (item_id varchar, name varchar, genre varchar,"
                " effective_at timestamp, load_id bigint)"
            )
        without, with_news = change_hash("A"), change_hash("A", "News")
        assert build(1, "null", ["name"]) == [(without, 1)]
        assert build(2, "null", ["name", "genre"]) == [(without, 1)]
        assert build(3, "'News'", ["name", "genre"]) == [(without, 1), (with_news, 3)]
