"""From a fetched file to checked records."""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb

from ingest.contracts import Contract
from ingest.errors import DropError
from ingest.loading.checking import Checked, check_records
from ingest.loading.pseudonyms import PseudonymKey
from ingest.readers import CheckedTables, Reading
from ingest.readers.avro import read_avro
from ingest.readers.csv import read_csv
from ingest.readers.json import read_json
from ingest.readers.unpacking import DEFAULT_MAX_BYTES, unpack
from ingest.warehouses.base import ENGINE_MEMORY, ENGINE_THREADS, set_limits

Reader = Callable[[Path, Contract, duckdb.DuckDBPyConnection], Reading]
READERS: dict[str, Reader] = {"csv": read_csv, "json": read_json, "avro": read_avro}

MIB = 1024**2
LARGE_BYTES = 320 * MIB
"""Unpacked; what is checked of a larger drop goes through a file, so that memory stays bounded.
That of a smaller one does where it doesn't fit into memory after all."""


WIDE_MEMORY = "4GB"
"""For a drop whose records are so long that the usual limit holds too few: DuckDB works on 2,048
at once."""


def hash_content(path: Path) -> str:
    """SHA-256 of a file as it was delivered; raise DropError for an empty one."""
    if path.stat().st_size == 0:
        raise DropError("the file is empty")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_drop(
    engine: duckdb.DuckDBPyConnection,
    path: Path,
    contract: Contract,
    tables: CheckedTables,
    key: PseudonymKey | None,
) -> Checked:
    """Unpack, read and check a delivered file; raise DropError where it can't be loaded."""
    folder = path.with_name(f"{path.name}_unpacked")
    folder.mkdir()
    try:
        max_bytes = contract.max_bytes or DEFAULT_MAX_BYTES
        plain = unpack(path, folder, max_bytes=max_bytes, encoding=contract.dialect.encoding)
        if plain.stat().st_size == 0:
            raise DropError("the file is empty once it is unpacked")
        ways = [(True, ENGINE_MEMORY, ENGINE_THREADS), (True, WIDE_MEMORY, 1)]
        if plain.stat().st_size <= LARGE_BYTES:
            ways.insert(0, (False, ENGINE_MEMORY, ENGINE_THREADS))
        for is_in_file, memory, threads in ways:
            set_limits(engine, memory, threads)
            if is_in_file:
                tables = tables.in_file(engine, path.with_name("scratch.duckdb"))
            reading = READERS[contract.format](plain, contract, engine)
            with suppress(duckdb.OutOfMemoryException):
                return check_records(engine, reading, contract, tables, key)
        raise DropError(f"its records are too long: {WIDE_MEMORY} of memory hold too few")
    finally:
        for part in folder.iterdir():
            part.unlink()
        folder.rmdir()


class Manifest:
    """What the sender says of a drop in a file beside it."""

    def __init__(self, path: Path) -> None:
        """Read a JSON object with any of bytes, rows and sha256; raise DropError for another."""
        try:
            with path.open("rb") as file:
                stated = json.loads(file.read(MIB))
        except (ValueError, RecursionError) as error:
            raise DropError(f"its manifest isn't JSON: {error}") from error
        if not isinstance(stated, dict) or not stated.keys() & {"bytes", "rows", "sha256"}:
            raise DropError("its manifest is no JSON object with bytes, rows or sha256")
        self._stated = stated
        if isinstance(stated.get("sha256"), str):
            stated["sha256"] = stated["sha256"].lower()

    def check_file(self, path: Path, sha256: str) -> None:
        """Raise DropError for another content than the sender's."""
        self._check("bytes", path.stat().st_size)
        self._check("sha256", sha256)

    def check_rows(self, rows: int) -> None:
        """Raise DropError for more or fewer records than the sender counted."""
        self._check("rows", rows)

    def _check(self, name: str, found: object) -> None:
        stated = self._stated.get(name, found)
        if stated != found:
            raise DropError(f"its manifest states {name} {stated}, but the file has {found}")
