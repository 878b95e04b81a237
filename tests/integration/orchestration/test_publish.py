import multiprocessing
import os
import signal
import time

import duckdb
import pytest
from typer.testing import CliRunner

from ingest.errors import UsageError, WarehouseError
from ingest.settings import Settings
from orchestration.cli import app
from orchestration.publishing import PublishError, publish
from orchestration.publishing import duckdb as publishing
from tests.engines import ON_BOTH_SLOWLY

SPAWN = multiprocessing.get_context("spawn")


def test_the_published_file_holds_the_marts_and_says_where_they_come_from(built):
    assert publish(built.settings).name == str(built.settings.published_path)
    path = built.settings.published_path
    marts = built.execute(
        "select table_name from information_schema.tables where table_schema = 'marts'"
    )
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.settings.duckdb_path}' as small (read_only)")
        connection.execute(f"attach '{path}' as published (read_only)")
        for (mart,) in marts:
            for one, other in (("small", "published"), ("published", "small")):
                differ = f"from {one}.marts.{mart} except all from {other}.marts.{mart}"
                assert connection.execute(differ).fetchall() == [], mart
    (snapshot,) = built.look("select * from {marts}.snapshot")
    assert snapshot[:2] == (built.result.build_id, built.last_load)
    tables = built.look("select schema_name, table_name from duckdb_tables()")
    assert set(tables) == {("marts", mart) for (mart,) in marts} | {("marts", "snapshot")}


def test_older_drivers_can_open_it(built):
    publish(built.settings)
    (tags,) = built.look("select tags['storage_version'] from duckdb_databases() where path <> ''")
    assert tags[0].startswith("v1.2.0")


def test_descriptions_of_tables_views_and_columns_come_along(built):
    built.execute("comment on table marts.viewing_duration_daily is 'It''s a table'")
    built.execute("comment on column marts.viewing_duration_daily.platform is 'Where'")
    built.execute("comment on view marts.channel_ratings_daily is 'A view'")
    built.execute("comment on column marts.channel_ratings_daily.reach is 'How many'")
    publish(built.settings)
    comments = dict(built.look("select table_name, comment from duckdb_tables()"))
    assert comments["viewing_duration_daily"] == "It's a table"
    assert comments["channel_ratings_daily"] == "A view"
    columns = "select comment from duckdb_columns() where table_name = '{}' and column_name = '{}'"
    assert built.look(columns.format("viewing_duration_daily", "platform")) == [("Where",)]
    assert built.look(columns.format("channel_ratings_daily", "reach")) == [("How many",)]


@ON_BOTH_SLOWLY
def test_nothing_to_publish_is_wrong_usage(built):
    built.execute("drop table vault.builds cascade")
    with pytest.raises(UsageError, match="nothing is built"):
        publish(built.settings)
    assert_nothing_is_published(built)


def test_nothing_loaded_is_wrong_usage(on_either: Settings):
    with pytest.raises(UsageError, match="nothing is loaded"):
        publish(on_either)


def assert_nothing_is_published(built):
    assert not built.settings.published_path.exists()
    assert (
        built.execute("select 1 from information_schema.schemata where schema_name = 'published'")
        == []
    )


@ON_BOTH_SLOWLY
def test_unexplained_rows_are_not_published(built):
    built.execute("delete from vault.link_stb_event")
    with pytest.raises(PublishError, match="unexplained rows"):
        publish(built.settings)
    assert_nothing_is_published(built)


@ON_BOTH_SLOWLY
@pytest.mark.parametrize(
    "behind",
    [
        "delete from vault.progress where model like '%viewing_minutes'",
        "update vault.progress set as_of_load = as_of_load - 1 where model like '%viewing_minutes'",
        "update vault.progress set fingerprint = null where model like '%viewing_minutes'",
    ],
)
def test_marts_of_an_unfinished_build_are_not_published(built, behind):
    publish(built.settings)
    before = built.look("select * from {marts}.snapshot")
    built.execute(behind)
    with pytest.raises(PublishError, match="1 models behind, viewing_minutes first"):
        publish(built.settings)
    assert CliRunner().invoke(app, ["publish"]).exit_code == 1
    assert built.look("select * from {marts}.snapshot") == before


def read_all_the_time(path, reads, stop, answers):
    """Open the file again and again, as BI tools do, and look at two of its tables."""
    seen = []
    while not stop.is_set():
        with duckdb.connect(path, read_only=True) as connection:
            seen.append(
                connection.execute(
                    "select published_at, (select count(*) from marts.channel_ratings_daily) "
                    "from marts.snapshot"
                ).fetchone()
            )
        reads.set()
    answers.put(seen)


def test_readers_see_the_old_or_the_new_and_never_half(built):
    publish(built.settings)
    (rows,) = built.execute("select count(*) from marts.channel_ratings_daily")[0]
    reads, stop, answers = SPAWN.Event(), SPAWN.Event(), SPAWN.Queue()
    arguments = (str(built.settings.published_path), reads, stop, answers)
    reader = SPAWN.Process(target=read_all_the_time, args=arguments)
    reader.start()
    assert reads.wait(timeout=60)
    for _ in range(3):
        time.sleep(0.5)
        publish(built.settings)
    time.sleep(0.5)
    stop.set()
    seen = answers.get(timeout=30)
    reader.join()
    assert reader.exitcode == 0
    assert {count for _, count in seen} == {rows}
    assert len({published_at for published_at, _ in seen}) > 1


def test_a_reader_with_the_old_file_open_keeps_it(built):
    publish(built.settings)
    with duckdb.connect(built.settings.published_path, read_only=True) as reader:
        before = reader.execute("from marts.snapshot").fetchall()
        publish(built.settings)
        assert reader.execute("from marts.snapshot").fetchall() == before
    assert built.look("select * from {marts}.snapshot") != before


def publish_and_die(settings, when):
    """Be killed as publish comes to one of its steps."""
    setattr(publishing, when, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    publish(settings)


@pytest.mark.parametrize("when", ["_write_snapshot", "_sync"])
def test_a_crash_leaves_the_old_file(built, when):
    publish(built.settings)
    before = built.look("select * from {marts}.snapshot")
    process = SPAWN.Process(target=publish_and_die, args=(built.settings, when))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert built.look("select * from {marts}.snapshot") == before
    publish(built.settings)
    assert built.look("select * from {marts}.snapshot") != before
    names = {path.name for path in built.settings.published_path.parent.iterdir()}
    assert names == {"small.duckdb", "small_published.duckdb"}


def write_and_wait(path, ready, stop):
    with duckdb.connect(path):
        ready.set()
        stop.wait()


def test_two_do_not_publish_at_once(built):
    ready, stop = SPAWN.Event(), SPAWN.Event()
    temporary = f"{built.settings.published_path}.new"
    other = SPAWN.Process(target=write_and_wait, args=(temporary, ready, stop))
    other.start()
    ready.wait()
    with pytest.raises(WarehouseError, match="is being written"):
        publish(built.settings)
    stop.set()
    other.join()
