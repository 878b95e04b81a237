"""JSON drops: a list of records, an object whose single value is that list, or lines."""

import json
import os
import re
import shutil
from pathlib import Path

import duckdb

from ingest.columns import Column, Kind
from ingest.contracts import Contract
from ingest.errors import DropError
from ingest.readers import CHECKED, Reading, text_of
from ingest.sql import literal, literals

MAX_RECORD_BYTES = 64 * 1024 * 1024
EDGE_BYTES = 64 * 1024
BOM = b"\xef\xbb\xbf"
WRAPPER_START = re.compile(rb'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*(?=\[)')
WRAPPER_END = re.compile(rb"\]\s*\}\s*\Z")
BLANKS = "' ' || chr(9) || chr(10) || chr(13)"
NOT_VALID = "isn't valid JSON"
FRACTION = r":\s*-?[0-9]+[.eE]"


def read_json(path: Path, contract: Contract) -> Reading:
    """The records of a JSON drop; raise DropError where the file as a whole is none.

    A file that is one list is all or nothing. Of a file of lines, those that aren't JSON are put
    aside.
    """
    with path.open("rb") as file:
        start = file.read(EDGE_BYTES)
    bom = len(BOM) if start.startswith(BOM) else 0
    if len(start) < EDGE_BYTES and not start[bom:].strip():
        raise DropError("the file is empty: it holds no record, and no list of records")
    if start[bom:].lstrip()[:1] == b"[":
        _check_list_is_closed(path)
        return _reading(path, contract, "array")
    wrapper = WRAPPER_START.match(start, bom)
    if wrapper and not _is_lines(path, bom):
        return _reading(_unwrapped(path, wrapper.end()), contract, "array")
    if bom:
        path = _slice(path, bom, path.stat().st_size)
    return _reading(path, contract, "newline_delimited")


def _check_list_is_closed(path: Path) -> None:
    """DuckDB 2.0 takes `[{...},` for a whole list."""
    if not _end(path).rstrip().endswith(b"]"):
        raise DropError("the file is cut off: its list of records isn't closed")


def _is_lines(path: Path, bom: int) -> bool:
    """Whether an object whose first value is a list is just the first of several lines."""
    with path.open("rb") as file:
        file.seek(bom)
        first = file.readline(MAX_RECORD_BYTES)
        if not any(line.strip() for line in iter(lambda: file.readline(EDGE_BYTES), b"")):
            return False
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        return False


def _unwrapped(path: Path, start: int) -> Path:
    """The list alone: DuckDB reads it five times as fast as with the object around it."""
    tail = _end(path)
    closing = WRAPPER_END.search(tail)
    if not closing:
        raise DropError(
            "the file is cut off, or holds more than one object with one list of records"
        )
    return _slice(path, start, path.stat().st_size - len(tail) + closing.start() + 1)


def _end(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - EDGE_BYTES, 0))
        return file.read()


def _slice(path: Path, start: int, end: int) -> Path:
    """A copy of the bytes from start to before end, beside the file."""
    part = path.with_name("part")
    with path.open("rb") as file, part.open("wb") as copy:
        file.seek(start)
        shutil.copyfileobj(file, copy, 1024 * 1024)
    os.truncate(part, end - start)
    return part


def _reading(path: Path, contract: Contract, layout: str) -> Reading:
    is_lines = layout == "newline_delimited"
    columns = contract.columns
    unnamed = json.dumps({column.name: None for column in columns})
    names = literals([column.name for column in columns])
    texts = ", ".join(f"texts[{n}] as {text_of(c)}" for n, c in enumerate(columns, start=1))
    exact = ", ".join(_exact(column, n) for n, column in enumerate(columns, start=1))
    sql = f"""
        with records as (
            select row_number() over () as record_number, json::varchar as record
            from read_json_objects(
                {literal(str(path))},
                format={literal(layout)},
                maximum_object_size={MAX_RECORD_BYTES},
                compression='none',
                ignore_errors={str(is_lines).lower()}
            )
        ),

        extracted as (
            select
                *,
                case
                    when record is null then {literal(NOT_VALID)}
                    when not starts_with(ltrim(record, {BLANKS}), '{{') then 'isn''t a JSON object'
                    when json_keys(record) <> [{names}]
                        and len(json_keys(record)) <> len(list_distinct(json_keys(record)))
                        then 'the record names a key twice'
                end as problem,
                json_extract_string(record, [{literals([_path(c) for c in columns])}]) as printed,
                json_keys(record) as keys,
                regexp_matches(record, {literal(FRACTION)}) as has_fraction
            from records
        ),

        exact as (
            select *, case when has_fraction then [{exact}] else printed end as texts
            from extracted
        )

        select
            record_number,
            problem,
            case
                when problem is null and keys <> [{names}]
                    then nullif(json_merge_patch(record, {literal(unnamed)})::varchar, '{{}}')
            end as extra,
            record,
            {texts}
        from exact
    """

    def complete(connection: duckdb.DuckDBPyConnection) -> None:
        _keep_broken_lines(connection, path)

    not_text = {
        c.name: f"left({text_of(c)}, 1) in ('[', '{{') "
        f"and json_type(record, {literal(_path(c))}) in ('ARRAY', 'OBJECT')"
        for c in columns
        if c.kind is Kind.STRING
    }
    if is_lines:
        return Reading(sql, "record", not_text, complete)
    return Reading(sql, "record", not_text)


def _path(column: Column) -> str:
    return f'$."{column.name}"'


def _exact(column: Column, position: int) -> str:
    """The value as text: a number as it was written, not as a double prints."""
    text = f"printed[{position}]"
    token = literal(f'"{column.name}"\\s*:\\s*(-?[0-9][-+.0-9eE]*)')
    written = f"regexp_extract(record, {token}, 1)"
    return f"""
        case
            when json_type(record, {literal(_path(column))}) = 'DOUBLE'
                and try_cast({written} as double) = try_cast({text} as double)
                then {written}
            else {text}
        end"""


def _keep_broken_lines(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Put lines that aren't JSON beside their reason; a last one without its end is a cut file."""
    query = f"select record_number from {CHECKED} where reason = {literal(NOT_VALID)}"
    broken = {number for (number,) in connection.execute(query).fetchall()}
    if not broken:
        return
    with path.open("rb") as file:
        lines = enumerate((line for line in file if line.strip()), start=1)
        found = [(line, number) for number, line in lines if number in broken]
    last_line, last_number = found[-1]
    (records,) = connection.execute(f"select max(record_number) from {CHECKED}").fetchall()[0]
    if last_number == records and not last_line.endswith(b"\n"):
        raise DropError(f"the file is cut off: its last line, record {records}, isn't complete")
    connection.execute(
        f"""
            update {CHECKED} set payload = line.payload
            from (
                select unnest($1::bigint[]) as number, unnest($2::varchar[]) as payload
            ) as line
            where record_number = line.number
        """,
        [
            [number for _, number in found],
            [line.decode(errors="replace").rstrip("\r\n") for line, _ in found],
        ],
    )
