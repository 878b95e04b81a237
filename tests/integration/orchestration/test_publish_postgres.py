"""The published schema: one transaction, nothing that readers have to wait for."""

import multiprocessing
import os
import signal
import threading
import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from uuid import uuid4

import psycopg2
import pytest

from ingest.errors import WarehouseError
from ingest.loading.loader import load
from orchestration.build import build
from orchestration.publishing import PublishError, publish
from orchestration.publishing import postgres as publishing
from tests.postgres import throwaway_database, with_option

SPAWN = multiprocessing.get_context("spawn")
MARTS = {
    "average_viewing_duration",
    "channel_ratings_daily",
    "reconciliation",
    "seconds_by_date",
    "viewing_duration_daily",
}


pytestmark = pytest.mark.slow


@pytest.fixture
def engine():
    return "postgres"


@pytest.fixture
def published(built):
    publish(built.settings)
    return built


def connect(built):
    connection = psycopg2.connect(built.settings.postgres_dsn)
    return closing(connection)


def one(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


def tables(built, schema):
    found = built.execute(
        f"select table_name from information_schema.tables where table_schema = '{schema}'"
    )
    return {name for (name,) in found}


def assert_published_are_the_marts(built):
    assert tables(built, "published") == tables(built, "marts") | {"snapshot"}
    for mart in tables(built, "marts"):
        columns = built.execute(
            "select column_name, data_type, numeric_precision from information_schema.columns"
            f" where table_schema = 'marts' and table_name = '{mart}' order by 1"
        )
        assert columns == built.execute(
            "select column_name, data_type, numeric_precision from information_schema.columns"
            f" where table_schema = 'published' and table_name = '{mart}' order by 1"
        )
        names = ", ".join(name for name, *_ in columns)
        for here, there in (("marts", "published"), ("published", "marts")):
            differ = (
                f"select {names} from {here}.{mart} except all select {names} from {there}.{mart}"
            )
            assert built.execute(differ) == [], mart


def change(built):
    """Another date's drop, loaded and built."""
    drop = built.drops / "stb_events" / "stb_events_20240103.json"
    late = built.settings.duckdb_path.with_name("stb_events_late.json")
    late.write_text(drop.read_text().replace("2024-01-03", "2024-01-04"))
    assert not load(late, built.settings).failed
    assert build(built.settings, command="run").succeeded


def test_the_published_tables_are_the_marts_and_say_where_they_come_from(published):
    assert tables(published, "published") >= MARTS
    assert_published_are_the_marts(published)
    ((build_id, as_of_load),) = published.execute(
        "select build_id, as_of_load from published.snapshot"
    )
    assert (build_id, as_of_load) == (published.result.build_id, published.last_load)


def test_descriptions_come_along(published):
    described = """
        select objoid::regclass::text, objsubid, description from pg_description
        where objoid::regclass::text like '{}.%' and objoid::regclass::text not like '%snapshot'
    """
    of_marts = published.execute(described.format("marts"))
    assert len(of_marts) > 40
    assert len(published.execute(described.format("vault"))) > 100
    assert {(name.partition(".")[2], text) for name, _, text in of_marts} == {
        (name.partition(".")[2], text)
        for name, _, text in published.execute(described.format("published"))
    }


def test_only_rows_that_changed_are_written(published):
    marts = "channel_ratings_daily", "viewing_duration_daily"
    before = {
        mart: published.execute(f"select ctid, xmin, * from published.{mart}") for mart in marts
    }
    publish(published.settings)
    for mart in marts:
        assert published.execute(f"select ctid, xmin, * from published.{mart}") == before[mart]
    change(published)
    publish(published.settings)
    assert_published_are_the_marts(published)
    for mart in marts:
        now = published.execute(f"select ctid, xmin, * from published.{mart}")
        assert len(set(now) & set(before[mart])) > len(before[mart]) / 2
        assert len(now) > len(before[mart])


def test_what_was_granted_and_the_views_of_others_stay(published):
    role = f"bi_{published.settings.environment()['PGDATABASE']}"
    published.execute(
        f"create role {role}; grant usage on schema published to {role};"
        f"grant select on published.channel_ratings_daily to {role};"
        "create view public.top as select * from published.channel_ratings_daily"
        " where rank_by_viewing = 1"
    )
    try:
        (before,) = published.execute("select count(*) from public.top")[0]
        change(published)
        publish(published.settings)
        assert published.execute("select count(*) from public.top")[0][0] > before
        with connect(published) as connection:
            one(connection, f"set role {role}; select 1")
            assert one(connection, "select count(*) from published.channel_ratings_daily")[0] > 0
            for other in ("published.snapshot", "marts.channel_ratings_daily", "raw.loads"):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    one(connection, f"select 1 from {other}")
                connection.rollback()
                one(connection, f"set role {role}; select 1")
    finally:
        published.execute(f"drop owned by {role}; drop role {role}")


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
def test_a_reader_in_a_transaction_delays_nothing_and_sees_no_half(published, isolation):
    change(published)
    with connect(published) as reader:
        reader.set_session(isolation_level=isolation)
        look = "select count(*), max(broadcast_date) from published.channel_ratings_daily"
        before = one(reader, look)
        minutes = one(reader, "select as_of_load from published.snapshot")
        publish(published.settings)
        after = one(reader, look)
        if isolation == "repeatable read":
            assert after == before
            assert one(reader, "select as_of_load from published.snapshot") == minutes
        else:
            assert after[0] > before[0]
            assert one(reader, "select as_of_load from published.snapshot") > minutes
    assert_published_are_the_marts(published)


def read_all_the_time(dsn, reads, stop, answers):
    """Look at three tables in one statement, again and again; how long the slowest took."""
    seen, slowest = set(), 0.0
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        while not stop.is_set():
            started = time.monotonic()
            seen.add(
                one(
                    connection,
                    "select as_of_load, (select count(*) from published.channel_ratings_daily),"
                    " (select count(*) from published.reconciliation) from published.snapshot",
                )
            )
            slowest = max(slowest, time.monotonic() - started)
            reads.set()
    answers.put((seen, slowest))


def test_readers_see_the_old_or_the_new(published):
    reads, stop, answers = SPAWN.Event(), SPAWN.Event(), SPAWN.Queue()
    arguments = (published.settings.postgres_dsn, reads, stop, answers)
    reader = SPAWN.Process(target=read_all_the_time, args=arguments)
    counts = "select count(*) from marts.channel_ratings_daily", "select count(*) from raw.loads"
    whole = {(published.last_load, *(published.execute(each)[0][0] for each in counts))}
    reader.start()
    reads.wait()
    change(published)
    whole.add((published.last_load, *(published.execute(each)[0][0] for each in counts)))
    publish(published.settings)
    time.sleep(0.5)
    stop.set()
    seen, slowest = answers.get(timeout=30)
    reader.join()
    assert seen == whole
    assert slowest < 2


def test_columns_that_change_and_marts_that_go(published):
    names = published.execute(
        "select string_agg(column_name, ', ' order by ordinal_position)"
        " from information_schema.columns"
        " where table_schema = 'published' and table_name = 'viewing_duration_daily'"
    )[0][0]
    rows = (
        f"select {names} from published.viewing_duration_daily order by viewer_hk, broadcast_date"
    )
    before = published.execute(rows)
    published.execute(
        "alter table published.viewing_duration_daily drop column channels,"
        " alter column intervals type text, add column gone text;"
        "create table published.retired (n int);"
        "grant select on published.viewing_duration_daily to public"
    )
    publish(published.settings)
    assert_published_are_the_marts(published)
    assert published.execute(rows) == before
    assert published.execute(
        "select 1 from information_schema.role_table_grants where grantee = 'PUBLIC'"
        " and table_name = 'viewing_duration_daily'"
    )


def test_a_table_that_is_read_while_its_columns_change_is_told(published):
    published.execute("alter table published.viewing_duration_daily drop column channels")
    with connect(published) as reader:
        one(reader, "select count(*) from published.viewing_duration_daily")
        with pytest.raises(PublishError, match=r"published\.viewing_duration_daily change"):
            publish(published.settings)
    publish(published.settings)
    assert_published_are_the_marts(published)


def test_what_others_put_in_the_way_is_told(published):
    published.execute(
        "create table published.retired as select 1 as n;"
        "create view published.of_others as select * from published.retired"
    )
    with pytest.raises(PublishError, match=r"published\.retired .* drop the views that need it"):
        publish(published.settings)
    published.execute(
        "drop table published.retired cascade; drop table published.viewing_duration_daily;"
        "create view published.viewing_duration_daily as select 1 as n"
    )
    with pytest.raises(PublishError, match=r"published\.viewing_duration_daily .* move what is"):
        publish(published.settings)
    published.execute("drop view published.viewing_duration_daily")
    publish(published.settings)
    assert_published_are_the_marts(published)


def test_a_view_is_replaced_between_its_readers(published):
    done = []
    work = threading.Thread(
        target=lambda: done.append(build(published.settings, command="run").succeeded)
    )
    look = "select count(*) from staging.stg_ledger__loads"
    waiting = (
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        " and query like '%stg_ledger__loads%'"
    )
    with connect(published) as reader:
        one(reader, look)
        work.start()
        while published.execute(waiting) == [(0,)]:
            assert work.is_alive()
            time.sleep(0.1)
        slowest, until = 0, time.monotonic() + 6
        while time.monotonic() < until:
            started = time.monotonic()
            with connect(published) as another:
                one(another, look)
            slowest = max(slowest, time.monotonic() - started)
        assert not done
    work.join()
    assert done == [True]
    assert slowest < 4


def publish_and_die(settings):
    publishing._Publication.write_snapshot = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    publish(settings)


def test_a_crash_leaves_what_was_published(published):
    look = (
        "select * from published.snapshot",
        "select * from published.reconciliation order by 1, 2",
    )
    before = [published.execute(each) for each in look]
    change(published)
    process = SPAWN.Process(target=publish_and_die, args=(published.settings,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert [published.execute(each) for each in look] == before
    publish(published.settings)
    assert_published_are_the_marts(published)


def test_a_user_needs_no_more_than_its_own_schemas(built, postgres_dsn):
    with throwaway_database(postgres_dsn) as dsn:
        user = f"owner_{uuid4().hex[:8]}"
        schemas = ("raw", "staging", "vault", "marts", "published")
        made = "; ".join(f"create schema {schema} authorization {user}" for schema in schemas)
        place = replace(built.settings, postgres_dsn=dsn)
        replace(built, settings=place).execute(f"create role {user} login; {made}")
        try:
            own = replace(place, postgres_dsn=with_option(dsn, "user", user))
            assert not load(built.drops, own).failed
            assert build(own, command="seed").succeeded
            assert build(own, command="run").succeeded
            assert publish(own).query("select count(*) from published.snapshot") == [(1,)]
        finally:
            replace(built, settings=place).execute(f"drop owned by {user}; drop role {user}")


def test_a_build_waits_for_no_load(built):
    with connect(built) as loader:
        one(loader, "select pg_advisory_lock(hashtextextended('audience-vault loader of raw', 0))")
        impatient = replace(built.settings, lock_wait_seconds=0)
        assert build(impatient, ["--select", "stg_channels__channels"]).succeeded


@pytest.mark.parametrize(
    "work", [partial(build, arguments=("--select", "stg_channels__channels")), publish]
)
def test_builds_and_publishes_wait_for_each_other(built, work):
    patient = replace(built.settings, lock_wait_seconds=30)
    with connect(built) as other:
        one(other, "select pg_advisory_lock(hashtextextended('audience-vault build of raw', 0))")
        with pytest.raises(WarehouseError, match="schema raw on PostgreSQL is in use by"):
            work(replace(built.settings, lock_wait_seconds=0))
        waiting = threading.Timer(1.5, other.close)
        waiting.start()
        assert work(patient)
        waiting.join()
