"""Raw on PostgreSQL holds what raw on DuckDB holds, and its connection keeps its secrets."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from made_drops import event, events, lines
from typer.testing import CliRunner

from ingest.cli import app
from ingest.contracts import ContractError, read_contracts
from ingest.errors import UsageError, WarehouseError
from ingest.libpq import refuse_malformed
from ingest.loading.loader import load
from ingest.settings import PROJECT_DIR, Settings
from ingest.warehouses import Warehouse, open_for_loading, open_for_reading
from ingest.warehouses.connecting import connect
from tests.postgres import look, with_option

TYPES = {
    "text_value": "logicalType: string",
    "whole": "logicalType: integer",
    "money": "logicalType: number\n        physicalType: decimal(12,2)",
    "digits": "logicalType: number\n        physicalType: decimal(38,0)",
    "fraction": "logicalType: number\n        physicalType: decimal(38,38)",
    "flag": "logicalType: boolean",
    "day": "logicalType: date",
    "clock": "logicalType: time",
    "instant": "logicalType: timestamp",
}
CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: samples
name: samples
version: 1.0.0
status: active
servers:
  - server: drops
    type: custom
    format: json
    path: "samples*.json"
customProperties:
  - property: feedKind
    value: event
  - property: timezone
    value: UTC
  - property: quarantineThresholdPct
    value: 100
schema:
  - name: samples
    logicalType: object
    description: One value of each type.
    properties:
"""
HOSTILE = (
    "", " ", "\\", "\\N", "\\.", "NULL", "null", '"', '""', "'", "''", ",", ";", "\t", "\n", "\r\n",
    "a\nb", "\x01\x1f\x7f", "\ufeff", "\u202e", "\U0001f4fa", "é", "e\u0301", "\uffff",
    "x" * 200_000, "'); drop table raw.loads; --", "{}", "$1", "%s", "\u0000",
)  # fmt: skip
EDGES = {
    "whole": ["0", "-1", str(2**63 - 1), str(-(2**63)), "1.5"],
    "money": ["0", "0.10", "-0.01", "9999999999.99", "-9999999999.99", "100", "10000", "0.001"],
    "digits": ["0", "9" * 38, "-" + "9" * 38, "1" + "0" * 37, "10000", "12340000"],
    "fraction": ["0", "0." + "9" * 38, "-0." + "0" * 37 + "1", "0.5", "1"],
    "flag": ["true", "false", "yes"],
    "day": ["0001-01-01", "9999-12-31", "1969-12-31", "2000-02-29", "2023-02-29"],
    "clock": ["00:00:00", "23:59:59.999999", "12:00:00.000001", "24:00:00"],
    "instant": [
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z",
        "2024-03-31 02:30:00+02:00", "2024-01-01",
    ],
}  # fmt: skip


def samples(folder: Path, **more: str) -> Path:
    """A project with one feed that has every type."""
    columns = "".join(
        f"      - name: {name}\n        {kind}\n        description: One value.\n"
        for name, kind in (TYPES | more).items()
    )
    (folder / "contracts").mkdir(parents=True, exist_ok=True)
    (folder / "contracts" / "samples.yaml").write_text(CONTRACT + columns)
    return folder


@pytest.fixture
def both(on_postgres: Settings, settings: Settings, tmp_path: Path) -> list[Settings]:
    """The same project on DuckDB and on PostgreSQL."""
    project = samples(tmp_path / "project")
    return [replace(each, project_dir=project) for each in (settings, on_postgres)]


@pytest.fixture
def warehouse(on_postgres: Settings) -> Iterator[Warehouse]:
    with open_for_loading(on_postgres, []) as opened:
        opened.execute(f"create table {opened.table('numbers')} (n bigint, name text)")
        yield opened


def count(warehouse: Warehouse) -> int:
    return warehouse.query(f"select count(*) from {warehouse.table('numbers')}")[0][0]


def exact(data_type: str, value: object) -> object:
    """A value, decimals as such: they come as text from PostgreSQL."""
    is_decimal = data_type.startswith(("decimal", "numeric"))
    return Decimal(str(value)) if is_decimal and value is not None else value


def raw(settings: Settings, *feeds: str) -> dict[str, list[tuple]]:
    """Every row of the raw schema, but for the times at which it was written."""
    with open_for_reading(settings) as warehouse:
        found = {}
        for table, key in [(feed, "_load_id, _row") for feed in feeds] + [
            ("loads", "load_id"),
            ("quarantine", "load_id, row_number"),
        ]:
            types = {
                column: data_type
                for column, data_type in sorted(warehouse.column_types()[table].items())
                if column not in ("seconds", "loaded_at", "_loaded_at")
            }
            rows = warehouse.query(
                f"select {', '.join(types)} from {warehouse.table(table)} order by {key}"
            )
            found[table] = [tuple(map(exact, types.values(), row)) for row in rows]
        return found


def assert_equal(one: dict[str, list[tuple]], other: dict[str, list[tuple]]) -> None:
    """Row by row, so that a difference can be read."""
    assert one.keys() == other.keys()
    for table, rows in one.items():
        assert len(rows) == len(other[table]), table
        for row, same in zip(rows, other[table], strict=True):
            assert row == same, table


def write(folder: Path, name: str, records: list[dict]) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(lines(*records))
    return path


def test_every_type_and_hostile_text_is_the_same_on_both(both, tmp_path):
    records = [{"text_value": text, "unknown": text} for text in HOSTILE]
    records += [{name: value} for name, values in EDGES.items() for value in values]
    records += [{"text_value": "all null"}, {}]
    drop = write(tmp_path / "drops", "samples_1.json", records)
    for settings in both:
        (result,) = load(drop, settings).results
        assert (result.state, result.error) == ("loaded", None)
        assert result.rows_read == len(records)
    on_duckdb, on_postgres = (raw(settings, "samples") for settings in both)
    assert_equal(on_duckdb, on_postgres)
    assert len(on_duckdb["quarantine"]) == len(EDGES)
    texts = {row[-2] for row in on_postgres["samples"]} - {None}
    assert texts == {text for text in HOSTILE if "\0" not in text} | {"all null"}


@given(st.lists(st.text(max_size=20), min_size=1, max_size=30))
@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_is_the_same_on_both(both, tmp_path, texts):
    name = f"samples_{uuid4().hex}.json"
    drop = write(tmp_path / "drops", name, [{"text_value": text, text: text} for text in texts])
    for settings in both:
        load(drop, settings)
    on_duckdb, on_postgres = (raw(settings, "samples") for settings in both)
    assert_equal(on_duckdb, on_postgres)


def test_the_real_drops_are_the_same_on_both(settings, on_postgres, real_drops):
    for each in (settings, on_postgres):
        assert not load(real_drops, each, "stb_events").failed
        assert not load(real_drops, each, "programmes").failed
    feeds = ("stb_events", "programmes")
    assert_equal(raw(settings, *feeds), raw(on_postgres, *feeds))


def test_deliveries_are_told_apart_as_on_duckdb(settings, on_postgres, tmp_path):
    """New, known, duplicate, failed, made good, and A, B, A again."""
    folder, told = tmp_path / "drops", []
    a, b = b"channel,name\nc,A\n", b"channel,name\nc,B\n"
    deliveries = [
        ("events_1.json", lines(*events(30), event(code="X"))),
        ("events_2.json", lines(*events(30), event(code="X"))),
        ("events_3.json", b"["),
        ("channels_1.csv", a),
        ("channels_2.csv", b),
        ("channels_3.csv", a),
        ("events_3.json", lines(event(mac="made good"))),
    ]
    folder.mkdir()
    for each in (settings, on_postgres):
        states = []
        for clock, (name, content) in enumerate(deliveries):
            (folder / name).write_bytes(content)
            os.utime(folder / name, (1_700_000_000 + clock,) * 2)
            states += [result.state.value for result in load(folder, each).results]
        told.append(states)
        for path in folder.iterdir():
            path.unlink()
    assert told[0] == told[1]
    assert {"loaded", "unchanged", "duplicate", "failed"} == set(told[0])
    feeds = ("stb_events", "channels")
    assert_equal(raw(settings, *feeds), raw(on_postgres, *feeds))


def test_a_new_column_is_added_and_a_changed_type_refused(on_postgres, tmp_path):
    old = replace(on_postgres, project_dir=samples(tmp_path / "p"))
    write(tmp_path / "drops", "samples_1.json", [{"whole": 1}])
    load(tmp_path / "drops", old)
    samples(tmp_path / "p", added="logicalType: timestamp")
    write(tmp_path / "drops", "samples_2.json", [{"whole": 2, "added": "2024-01-01T00:00:00Z"}])
    load(tmp_path / "drops", old)
    with open_for_reading(old) as warehouse:
        rows = warehouse.query(
            f"select whole, added::date::varchar from {warehouse.table('samples')} order by whole"
        )
    assert rows == [(1, None), (2, "2024-01-01")]
    samples(tmp_path / "p", whole=TYPES["money"])
    with pytest.raises(
        ContractError, match=r"whole is bigint in the warehouse and decimal\(12,2\) now"
    ):
        load(tmp_path / "drops", old)


def test_a_table_is_prepared_once(on_postgres):
    contracts = read_contracts(PROJECT_DIR / "contracts")
    open_for_loading(on_postgres, contracts.values()).close()
    with open_for_loading(on_postgres, []) as warehouse:
        before = warehouse.column_types()
        warehouse.execute = None
        warehouse.prepare(contracts.values())
        assert warehouse.column_types() == before
    assert before["channels"]["channel"] == "text"


def test_many_rows_arrive_whole_and_in_pieces(warehouse):
    rows = 200_001
    select = f"select range, repeat('x', range % 300) from range({rows})"
    assert warehouse.insert("numbers", ["n", "name"], select) == rows
    found = warehouse.query(
        f"""
            select count(*), count(distinct n), sum(n)::bigint, sum(length(name))::bigint
            from {warehouse.table("numbers")}
        """
    )
    texts = sum(n % 300 for n in range(rows))
    assert found == [(rows, rows, rows * (rows - 1) // 2, texts)]


def test_columns_are_told_by_name_and_values_cast_to_their_types(warehouse):
    select = "select $1::varchar, range::tinyint from range(2)"
    assert warehouse.insert("numbers", ["name", "n"], select, ["it's"]) == 2
    assert warehouse.insert("numbers", ["n"], "select 7 where false") == 0
    rows = warehouse.query(f"select n, name from {warehouse.table('numbers')} order by n")
    assert rows == [(0, "it's"), (1, "it's")]


def test_nothing_of_a_failed_transaction_stays(warehouse):
    def fail(error: BaseException) -> None:
        with warehouse.transaction():
            warehouse.insert("numbers", ["n"], "select range from range(10)")
            warehouse.execute(f"insert into {warehouse.table('numbers')} values (1)")
            raise error

    for error in (RuntimeError("pulled"), KeyboardInterrupt()):
        with pytest.raises(type(error)):
            fail(error)
    assert count(warehouse) == 0


def test_a_row_that_the_engine_cannot_make_fails_as_it_does_on_duckdb(warehouse):
    select = "select case when range < 150000 then range else error('broken')::bigint end"

    def fail() -> None:
        with warehouse.transaction():
            warehouse.insert("numbers", ["n"], f"{select} from range(200000)")

    with pytest.raises(duckdb.Error, match="broken"):
        fail()
    assert count(warehouse) == 0
    assert warehouse.insert("numbers", ["n"], "select 1") == 1


def test_an_interrupt_stops_an_insert_at_once(on_postgres, tmp_path):
    """An interrupt is no error of the drop: the load ends."""
    code = """
import sys
from ingest.settings import Settings
from ingest.warehouses import open_for_loading
with open_for_loading(Settings.from_environment(), []) as warehouse:
    warehouse.execute(f"create table {warehouse.table('numbers')} (n bigint)")
    with warehouse.transaction():
        print("started", flush=True)
        warehouse.insert("numbers", ["n"], "select range from range(10000000000)")
"""
    environment = os.environ | {
        "AUDIENCE_VAULT_TARGET": "postgres",
        "AUDIENCE_VAULT_POSTGRES": on_postgres.postgres_dsn,
        "AUDIENCE_VAULT_SCHEMA_PREFIX": on_postgres.schema_prefix,
    }
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "started\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert told.splitlines()[-1] == "KeyboardInterrupt"
    with open_for_loading(replace(on_postgres, lock_wait_seconds=5), []) as warehouse:
        assert count(warehouse) == 0


def test_a_row_that_the_server_refuses_fails_in_one_line(warehouse):
    warehouse.execute(f"alter table {warehouse.table('numbers')} add check (n < 150000)")

    def fail() -> None:
        with warehouse.transaction():
            warehouse.insert("numbers", ["n"], "select range from range(1000000)")

    with pytest.raises(WarehouseError, match=r"^PostgreSQL: new row .* violates check constraint"):
        fail()
    assert count(warehouse) == 0


def test_what_follows_a_failed_statement_is_not_taken_for_committed(warehouse):
    def swallow() -> None:
        with warehouse.transaction():
            warehouse.insert("numbers", ["n"], "select 1")
            with pytest.raises(WarehouseError, match=r"^PostgreSQL: relation .* does not exist$"):
                warehouse.query("select 1 from nothing")

    with pytest.raises(WarehouseError, match="nothing can be committed"):
        swallow()
    assert count(warehouse) == 0


def test_a_connection_that_is_cut_is_told(on_postgres, tmp_path):
    with open_for_loading(on_postgres, []) as warehouse:
        warehouse.execute(f"create table {warehouse.table('numbers')} (n bigint)")
        ((pid,),) = warehouse.query("select pg_backend_pid()")

        def cut() -> None:
            with warehouse.transaction():
                warehouse.insert("numbers", ["n"], "select 1")
                look(on_postgres, f"select pg_terminate_backend({pid}, 5000)")
                warehouse.insert("numbers", ["n"], "select 2")

        with pytest.raises(WarehouseError, match=r"^PostgreSQL: "):
            cut()
    with open_for_loading(replace(on_postgres, lock_wait_seconds=5), []) as warehouse:
        assert count(warehouse) == 0


def test_a_reader_can_change_nothing(on_postgres):
    assert open_for_reading(on_postgres) is None
    open_for_loading(on_postgres, []).close()
    with (
        open_for_reading(on_postgres) as warehouse,
        pytest.raises(WarehouseError, match="read-only"),
    ):
        warehouse.execute(f"delete from {warehouse.table('loads')}")


def test_a_role_without_rights_is_told_in_one_line(on_postgres):
    role = f"role_{uuid4().hex}"
    with connect(on_postgres.postgres_dsn) as connection, connection.cursor() as cursor:
        cursor.execute(f"create role {role} login password 'Gr4y'")
        try:
            poor = replace(
                on_postgres, postgres_dsn=with_option(on_postgres.postgres_dsn, "user", role)
            )
            with pytest.raises(
                WarehouseError, match=r"^PostgreSQL: permission denied for database"
            ):
                open_for_loading(poor, [])
        finally:
            cursor.execute(f"drop role {role}")


def test_a_database_that_is_not_utf8_is_refused(on_postgres):
    name = f"ascii_{uuid4().hex}"
    with connect(on_postgres.postgres_dsn) as connection, connection.cursor() as cursor:
        cursor.execute(f"create database {name} encoding 'SQL_ASCII' locale 'C' template template0")
        try:
            with pytest.raises(WarehouseError, match="keeps text as SQL_ASCII"):
                connect(with_option(on_postgres.postgres_dsn, "dbname", name))
        finally:
            cursor.execute(f"drop database {name} with (force)")


SECRET = "Tr0ub4dor"  # noqa: S105 - not one


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql://someone:{SECRET}@127.0.0.1:1/vault",
        f"postgresql://someone:{SECRET}@nowhere.invalid/vault",
        f"host=127.0.0.1 port=1 user=someone password='{SECRET} x' dbname=vault",
        f"host=/nowhere password={SECRET}",
    ],
)
def test_an_unreachable_server_is_one_line_without_the_password(monkeypatch, on_postgres, dsn):
    monkeypatch.setenv("AUDIENCE_VAULT_TARGET", "postgres")
    monkeypatch.setenv("AUDIENCE_VAULT_POSTGRES", dsn)
    for command in (["status"], ["load", str(PROJECT_DIR / "contracts")]):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 1
        assert result.output.startswith("Error: PostgreSQL can't be reached: ")
        assert result.output.count("\n") == 1
        assert SECRET not in result.output
    assert SECRET not in repr(Settings.from_environment())


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql://someone:x@{SECRET}@127.0.0.1/vault",
        f"postgresql://someone:x/{SECRET}@127.0.0.1/vault",
        f"postgresql://someone:x#{SECRET}@127.0.0.1/vault",
        f"postgresql://someone:x?{SECRET}@127.0.0.1/vault",
        f"mysql://someone:{SECRET}@127.0.0.1/vault",
        f"host=127.0.0.1 password=x {SECRET}",
        f"host=127.0.0.1 password='x {SECRET}",
        f"{SECRET}",
        "",
    ],
)
def test_a_dsn_that_would_be_read_otherwise_than_meant_is_refused(on_postgres, dsn):
    with pytest.raises(UsageError) as refused:
        open_for_loading(replace(on_postgres, postgres_dsn=dsn), [])
    assert SECRET not in str(refused.value)
    assert "AUDIENCE_VAULT_POSTGRES" in str(refused.value)


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql://someone:12/{SECRET}@:1/x",
        f"host=127.0.0.1 password=x {SECRET}=1",
        f"postgresql://127.0.0.1:{SECRET}/vault",
        f"postgresql://127.0.0.1/vault?{SECRET}=1",
    ],
)
def test_what_the_client_does_not_understand_is_not_repeated(on_postgres, dsn):
    with pytest.raises((UsageError, WarehouseError)) as refused:
        open_for_loading(replace(on_postgres, postgres_dsn=dsn), [])
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://",
        "postgresql://localhost",
        "postgres://someone@localhost:5432/vault",
        "postgresql://someone:p%40ss%2Fword@one:1,two:2/vault?sslmode=require",
        "postgresql:///vault?host=%2Ftmp%2Fsocket",
        "host=localhost dbname=vault",
        "host = localhost password = 'it\\'s a \\\\ secret' port=1",
        "password=it's connect_timeout=",
    ],
)
def test_what_libpq_understands_is_understood(dsn):
    refuse_malformed(dsn)


def test_a_missing_dsn_is_told(monkeypatch, on_postgres):
    monkeypatch.setenv("AUDIENCE_VAULT_TARGET", "postgres")
    result = CliRunner().invoke(app, ["status"])
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert "AUDIENCE_VAULT_POSTGRES is not set" in result.output
