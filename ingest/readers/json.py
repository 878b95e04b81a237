"""JSON drops: a list of records, an object whose single value is that list, or lines."""

import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb

from ingest.columns import Column, Kind
from ingest.contracts import Contract
from ingest.errors import DropError
from ingest.readers import CheckedTables, Delivered, Reading, as_text, text_of
from ingest.readers.endings import check_final_line_end, end_of
from ingest.readers.json_extra import (
    Usual,
    folders_of,
    path_to,
    sources_of,
    without_empty_folders,
)
from ingest.readers.json_lines import NOT_VALID, keep_broken_lines
from ingest.sql import identifier, literal, literals

MAX_RECORD_BYTES = 64 * 1024 * 1024
SMALL_BYTES = 1024 * 1024
EDGE_BYTES = 64 * 1024
BOM = b"\xef\xbb\xbf"
WRAPPER_START = re.compile(rb'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*(?=\[)')
WRAPPER_END = re.compile(rb"\]\s*\}\s*\Z")
BLANKS = literal(" \t\n\r")
UNSURE = ", of which not all digits can be told"
"""Added to a number that is none then: DuckDB prints it as a double, which rounds it."""
NAMED_TWICE = " names a key twice"
NO_OBJECT = " isn't a JSON object"
UNUSUAL_NUMBER = r":\s*-?([0-9.]{17}|0\.000000|[0-9.]+[eE])"
"""A number that may have been written in another way than DuckDB prints a double."""


def read_json(path: Path, contract: Contract, _: duckdb.DuckDBPyConnection) -> Reading:
    """The records of a JSON drop; raise DropError where the file as a whole is none.

    A file that is one list is all or nothing. Of a file of lines, those that aren't JSON are put
    aside.
    """
    with path.open("rb") as file:
        start = file.read(EDGE_BYTES)
    bom = len(BOM) if start.startswith(BOM) else 0
    if len(start) < EDGE_BYTES and not start[bom:].strip():
        raise DropError("the file is empty: it holds no record, and no list of records")
    if len(start) - bom == 1:  # DuckDB 2.0 finds no record in a single byte
        raise DropError("the file is cut off after its first byte")
    if start[bom:].lstrip()[:1] == b"[":
        _check_list_is_closed(path)
        return _reading(path, start[bom:], contract, "array")
    wrapper = WRAPPER_START.match(start, bom)
    if wrapper and not _is_lines(path, bom, contract):
        return _reading(_unwrapped(path, wrapper.end()), start[wrapper.end() :], contract, "array")
    if bom:
        path = _slice(path, bom, path.stat().st_size)
    return _reading(path, start[bom:], contract, "newline_delimited")


def read_json_lines(path: Path, contract: Contract) -> Reading:
    """The records of a file that is known to have one on each line."""
    with path.open("rb") as file:
        start = file.read(EDGE_BYTES)
    return _reading(path, start, contract, "newline_delimited")


def _check_list_is_closed(path: Path) -> None:
    """DuckDB 2.0 takes `[{...},` for a whole list."""
    if not end_of(path).rstrip().endswith(b"]"):
        raise DropError("the file is cut off: its list of records isn't closed")


def _names_any(line: bytes, contract: Contract) -> bool:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    names = {source[0] for source in sources_of(contract.columns)}
    return isinstance(record, dict) and not names.isdisjoint(record)


def _is_lines(path: Path, bom: int, contract: Contract) -> bool:
    """Whether an object whose first value is a list is a record: one of lines, or the only one.

    The only one has one of the contract's names, which no wrapper has.
    """
    with path.open("rb") as file:
        file.seek(bom)
        first = file.readline(MAX_RECORD_BYTES)
        if len(first) < SMALL_BYTES and _names_any(first, contract):
            return True
        if not any(line.strip() for line in iter(lambda: file.readline(EDGE_BYTES), b"")):
            return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _unwrapped(path: Path, start: int) -> Path:
    """The list alone: DuckDB reads it five times as fast as with the object around it."""
    tail = end_of(path)
    closing = WRAPPER_END.search(tail)
    if not closing:
        raise DropError(
            "the file is cut off, or holds more than one object with one list of records"
        )
    return _slice(path, start, path.stat().st_size - len(tail) + closing.start() + 1)


def _slice(path: Path, start: int, end: int) -> Path:
    """A copy of the bytes from start to before end, beside the file."""
    part = path.with_name("part")
    with path.open("rb") as file, part.open("wb") as copy:
        file.seek(start)
        shutil.copyfileobj(file, copy, 1024 * 1024)
    os.truncate(part, end - start)
    return part


def _reading(path: Path, start: bytes, contract: Contract, layout: str) -> Reading:
    is_lines = layout == "newline_delimited"
    columns = contract.columns
    printed = {s: identifier(f"printed {n}") for n, s in enumerate(sources_of(columns), start=1)}
    paths = literals([path_to(source) for source in printed])
    each = ", ".join(f"printed[{n}] as {name}" for n, name in enumerate(printed.values(), start=1))
    texts = ", ".join(f"{_text(c, printed)} as {text_of(c)}" for c in columns)
    key_twice = literal(f"the record{NAMED_TWICE}")
    usual = Usual(start, columns)
    sql = f"""
        with records as (
            select json::varchar as record
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
                record,
                json_keys(record) as keys,
                {usual.unknown} as unknown,
                json_extract_string(record, [{paths}]) as printed,
                regexp_matches(record, {literal(UNUSUAL_NUMBER)}) as has_unusual_number
            from records
        ),

        judged as (
            select
                * exclude (printed),
                {each},
                case
                    {_named_twice(columns, printed)}
                    when {usual.test} then null
                    when record is null then {literal(NOT_VALID)}
                    when not starts_with(ltrim(record, {BLANKS}), '{{') then 'isn''t a JSON object'
                    when len(keys) <> len(list_distinct(keys)) then {key_twice}
                    {_no_folders(columns)}
                end as problem
            from extracted
        )

        select
            record,
            problem,
            case when problem is null then {usual.extra} end as extra,
            {texts}
        from judged
    """

    def complete(engine: duckdb.DuckDBPyConnection, tables: CheckedTables) -> None:
        if contract.completeness.final_line_end:
            check_final_line_end(path)
        if is_lines:
            keep_broken_lines(engine, tables, path, contract)

    delivered = {column.name: _delivered(column) for column in columns}
    return Reading(without_empty_folders(sql, columns), "record", delivered, complete)


def _delivered(column: Column) -> Delivered:
    """An object or an array is no text, but the text of one is."""
    delivered = as_text(column)
    if column.kind is not Kind.STRING:
        return delivered
    types = [f"json_type(record, {literal(path_to(source))})" for source in column.sources]
    nested = f"coalesce({', '.join(types)}) in ('ARRAY', 'OBJECT')"
    starts_so = f"left({delivered.text}, 1) in ('[', '{{')"
    is_nested = f"case when {starts_so} then {nested} else false end"
    return replace(delivered, value=f"case when not {is_nested} then {delivered.value} end")


def _text(column: Column, printed: dict[tuple[str, ...], str]) -> str:
    """The value as text: a number as it was written, not as a double prints; null for NaN."""
    texts = [_exact(column, source, printed[source]) for source in column.sources]
    return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"


def _exact(column: Column, source: tuple[str, ...], text: str) -> str:
    is_double = f"json_type(record, {literal(path_to(source))}) = 'DOUBLE'"
    name = re.escape(json.dumps(source[-1], ensure_ascii=False))
    token = literal(rf"{name}\s*:\s*(-?[0-9][-+.0-9eE]*)")
    # The key may be there more than once, at other depths: only what is written one way counts.
    written = f"""list_distinct(list_filter(
        regexp_extract_all(record, {token}, 1),
        lambda each: try_cast(each as double) = try_cast({text} as double)
    ))"""
    only_one = f"case when len({written}) = 1 then ({written})[1]"
    match column.kind:
        case Kind.DECIMAL:
            exact = f"{only_one} else {text} || {literal(UNSURE)} end"
            as_written = f"when has_unusual_number and {is_double} then {exact}"
        case Kind.STRING:
            looks_so = f"{text} < ':' and (contains({text}, '.') or contains({text}, 'e'))"
            as_written = f"when {looks_so} and {is_double} then {only_one} else {text} end"
        case _:
            as_written = ""
    return f"""
        case
            when {text} is null then null
            {as_written}
            when {text} in ('NaN', 'nan') and {is_double} then null
            else {text}
        end"""


def _named_twice(columns: tuple[Column, ...], printed: dict[tuple[str, ...], str]) -> str:
    """A branch for each column that a record may have under several names."""
    branches = []
    for column in columns:
        if len(column.sources) > 1:
            found = " + ".join(f"({printed[s]} is not null)::int" for s in column.sources)
            reason = literal(f"the record has {column.name} under two of its names")
            branches.append(f"when {found} > 1 then {reason}")
    return " ".join(branches)


def _no_folders(columns: tuple[Column, ...]) -> str:
    """Branches for each of them that is something else, or names a key twice.

    What it holds would be kept nowhere.
    """
    branches = []
    for folder in folders_of(columns):
        path, name = literal(path_to(folder)), ".".join(folder)
        keys = f"json_keys(record, {path})"
        branches += [
            f"when json_type(record, {path}) not in ('OBJECT', 'NULL') "
            f"then {literal(name + NO_OBJECT)}",
            f"when len({keys}) <> len(list_distinct({keys})) then {literal(name + NAMED_TWICE)}",
        ]
    return " ".join(branches)
