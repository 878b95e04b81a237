"""One loader per warehouse, whatever it runs on: the others wait."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from made_drops import event, lines

from ingest.contracts import read_contracts
from ingest.errors import WarehouseError
from ingest.loading.loader import load
from ingest.settings import PROJECT_DIR, Settings
from ingest.warehouses import Warehouse, open_for_loading, open_for_reading

HOLD = """
import sys
from ingest.settings import Settings
from ingest.warehouses import open_for_loading
with open_for_loading(Settings.from_environment(), []):
    print("held", flush=True)
    sys.stdin.read()
"""
LOAD = """
import sys
from ingest.loading.loader import load
from ingest.settings import Settings
print([result.state.value for result in load(sys.argv[1], Settings.from_environment()).results])
"""


def process(settings: Settings, code: str, *arguments: object) -> subprocess.Popen:
    """Python of its own that finds this warehouse."""
    environment = os.environ | {
        "AUDIENCE_VAULT_TARGET": settings.target,
        "AUDIENCE_VAULT_DUCKDB": str(settings.duckdb_path),
        "AUDIENCE_VAULT_SCHEMA_PREFIX": settings.schema_prefix,
        "AUDIENCE_VAULT_POSTGRES": settings.postgres_dsn or "",
    }
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=PROJECT_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def loader(settings: Settings, on_wait=lambda line: None):
    return open_for_loading(settings, [], on_wait)


def test_a_loader_waits_for_the_one_before_and_says_for_whom(on_either):
    told = []
    with process(on_either, HOLD) as holder:
        assert holder.stdout.readline() == "held\n"
        threading.Timer(1, holder.stdin.close).start()
        started = time.monotonic()
        with loader(replace(on_either, lock_wait_seconds=60), told.append):
            assert time.monotonic() - started > 0.5
    assert len(told) == 1
    assert f"in use by process {holder.pid}" in told[0]
    assert told[0].endswith("waiting for up to 60 seconds")


def test_a_loader_that_waited_in_vain_says_for_whom(on_either):
    with process(on_either, HOLD) as holder:
        holder.stdout.readline()
        for seconds in (0, 0.2):
            with pytest.raises(WarehouseError, match=f"in use by process {holder.pid}"):
                loader(replace(on_either, lock_wait_seconds=seconds))
        holder.stdin.close()


def test_a_killed_loader_leaves_no_lock(on_either):
    with process(on_either, HOLD) as holder:
        holder.stdout.readline()
        holder.kill()
        holder.wait()
    with loader(replace(on_either, lock_wait_seconds=5)):
        pass


def test_loaders_of_one_process_wait_for_each_other(on_either):
    settings = replace(on_either, lock_wait_seconds=60)
    inside, most, errors = 0, 0, []
    count = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        try:
            with loader(settings):
                with count:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.05)
                with count:
                    inside -= 1
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, errors) == (1, [])


def test_a_loader_may_be_closed_by_another_thread(on_either):
    settings = replace(on_either, lock_wait_seconds=0)
    held = loader(settings)
    closer = threading.Thread(target=held.close)
    closer.start()
    closer.join()
    loader(settings).close()


def test_a_loader_that_cannot_prepare_leaves_no_lock(on_either, monkeypatch):
    settings = replace(on_either, lock_wait_seconds=0)
    with monkeypatch.context() as patch:
        patch.setattr(Warehouse, "_has_schema", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            loader(settings)
    loader(settings).close()


@pytest.mark.parametrize("beside", ["threads", "processes"])
def test_two_loaders_at_once_end_as_one(on_either, tmp_path, beside):
    drops = tmp_path / "drops"
    drops.mkdir()
    for number in range(30):
        content = lines(event(mac=f"box {number}"), event(mac=f"box {number}", code="ELWS"))
        (drops / f"events_{number}.json").write_bytes(content)
        os.utime(drops / f"events_{number}.json", (1_700_000_000 + number,) * 2)
    settings = replace(on_either, lock_wait_seconds=60)
    states: Counter[str] = Counter()
    if beside == "threads":

        def work() -> None:
            states.update(result.state.value for result in load(drops, settings).results)

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    else:
        both = [process(settings, LOAD, drops) for _ in range(2)]
        for each in both:
            out, _ = each.communicate()
            states.update(out.strip("[]'\n").split("', '"))
    assert states == {"loaded": 30, "unchanged": 30}
    with open_for_reading(settings) as warehouse:
        loads = warehouse.query(
            f"select load_id, rows_loaded from {warehouse.table('loads')} order by load_id"
        )
        rows = warehouse.query(
            f"""
                select _load_id, count(*) from {warehouse.table("stb_events")}
                group by _load_id order by _load_id
            """
        )
    assert loads == rows == [(number, 2) for number in range(1, 31)]


def test_a_loader_waits_until_dbt_or_a_reader_lets_go_of_the_file(settings: Settings):
    contracts = read_contracts(PROJECT_DIR / "contracts").values()
    open_for_loading(settings, contracts).close()
    read = (
        "import duckdb, sys; "
        f"held = duckdb.connect({str(settings.duckdb_path)!r}, read_only=True); "
        "print('held', flush=True); sys.stdin.read()"
    )
    told = []
    with process(settings, read) as reader:
        reader.stdout.readline()
        threading.Timer(0.5, reader.stdin.close).start()
        with loader(replace(settings, lock_wait_seconds=60), told.append):
            pass
    assert len(told) == 1
    assert f"in use by process {reader.pid}" in told[0]


def test_a_loader_waits_for_a_reader_of_the_same_process(settings: Settings):
    loader(settings).close()
    reader = duckdb.connect(settings.duckdb_path, read_only=True)
    told = []
    threading.Timer(0.5, reader.close).start()
    with loader(replace(settings, lock_wait_seconds=60), told.append):
        pass
    assert "in use by this process" in told[0]


def test_a_reader_does_not_wait(settings: Settings):
    with process(settings, HOLD) as holder:
        holder.stdout.readline()
        with pytest.raises(WarehouseError, match=f"in use by process {holder.pid}"):
            open_for_reading(settings)
        holder.stdin.close()


def test_the_wait_is_told_in_the_log(settings: Settings, caplog: pytest.LogCaptureFixture):
    with loader(settings), pytest.raises(WarehouseError):
        open_for_loading(replace(settings, lock_wait_seconds=0.1), [])
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"in use by process {os.getpid()}" in caplog.text


def test_a_lock_left_by_a_program_that_is_gone_is_taken(settings: Settings):
    path = Path(f"{settings.duckdb_path}.lock")
    path.parent.mkdir()
    path.write_text("4711")
    with loader(replace(settings, lock_wait_seconds=0)):
        assert path.read_text() == str(os.getpid())
