"""CSV and TSV drops."""

import csv
from dataclasses import replace
from itertools import islice
from pathlib import Path

import duckdb

from ingest.casting import cast
from ingest.columns import Column, Kind
from ingest.contracts import Contract, Dialect
from ingest.errors import DropError
from ingest.readers import CheckedTables, Delivered, Reading, as_text, text_of
from ingest.readers.csv_quotes import refuse_reopened
from ingest.readers.csv_records import check_end, keep_rejected
from ingest.sql import identifier, literal, literals

MAX_LINE_BYTES = 16 * 1024 * 1024
BUFFER_BYTES = 2 * MAX_LINE_BYTES
SHOWN_CHARACTERS = 300


def read_csv(path: Path, contract: Contract, engine: duckdb.DuckDBPyConnection) -> Reading:
    """The records of a CSV drop; raise DropError for a wrong header.

    Columns are told by the header, in any order; without one, by the contract's order.
    """
    # What a drop left behind that failed while it was read isn't of this one.
    engine.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    dialect = contract.dialect
    first, line_end = _first_record(path, dialect)
    header = _header(first, contract) if dialect.has_header else _names(contract.columns)
    delivered = {name: identifier(f"field {n}") for n, name in enumerate(header)}
    sources = {column.name: _delivered_as(column, header) for column in contract.columns}
    texts = ", ".join(
        f"{delivered.get(sources[column.name], 'null::varchar')} as {text_of(column)}"
        for column in contract.columns
    )
    fields = ", ".join(f"{field}: 'varchar'" for field in delivered.values())
    known = set(sources.values())
    unknown = {name: field for name, field in delivered.items() if name not in known}
    sql = f"""
        select
            null::varchar as problem,
            {_object(unknown) if unknown else "null::varchar"} as extra,
            *,
            {texts}
        from read_csv(
            {literal(str(path))},
            auto_detect=false,
            columns={{{fields}}},
            header={str(dialect.has_header).lower()},
            delim={literal(dialect.delimiter)},
            quote={literal(dialect.quote)},
            escape={literal(dialect.quote)},
            nullstr=[{literals(("", *dialect.null_values))}],
            {f"new_line={literal(line_end)}," if line_end else ""}
            compression='none',
            max_line_size={MAX_LINE_BYTES},
            buffer_size={BUFFER_BYTES},
            store_rejects=true
        )
    """

    def complete(engine: duckdb.DuckDBPyConnection, tables: CheckedTables) -> None:
        refuse_reopened(path, dialect)
        one_column = len(header) == 1
        has_rejected = keep_rejected(engine, tables, path, dialect, one_column=one_column)
        check_end(engine, tables, path, contract, has_rejected=has_rejected)

    columns = {column.name: as_field(column, dialect) for column in contract.columns}
    return Reading(sql, _object(delivered), columns, complete)


def _object(fields: dict[str, str]) -> str:
    pairs = ", ".join(f"{literal(name)}, {field}" for name, field in fields.items())
    return f"json_object({pairs})::varchar"


def _names(columns: tuple[Column, ...]) -> list[str]:
    return [column.path[-1] for column in columns]


def as_field(column: Column, dialect: Dialect) -> Delivered:
    """A column as CSV has it: of numbers with a decimal comma, one with a point is none."""
    delivered = as_text(column)
    if column.kind is not Kind.DECIMAL or dialect.decimal_separator == ".":
        return delivered
    return replace(delivered, value=cast(column, f"translate({delivered.text}, ',.', '.,')"))


def _header(header: list[str], contract: Contract) -> list[str]:
    try:
        ",".join(header).encode()
    except UnicodeEncodeError as error:
        raise DropError(f"the header line can't be read as UTF-8 text: {error}") from error
    if not header:
        raise DropError("the file has no header line")
    for name in header:
        if header.count(name) > 1:
            raise DropError(f"the header names the column '{_told([name], contract)}' twice")
    missing = [c for c in contract.columns if c.required and not _delivered_as(c, header)]
    if missing:
        raise DropError(
            f"the required column {', '.join(c.name for c in missing)} is missing; "
            f"the header names {_told(header, contract)}"
        )
    if not any(_delivered_as(column, header) for column in contract.columns):
        raise DropError(
            "the header names none of the contract's columns, as with another delimiter; "
            f"it names {_told(header, contract)}"
        )
    return header


def _told(names: list[str], contract: Contract) -> str:
    """Names for a message: what stands where a header should be may be PII."""
    return "what may be PII" if contract.drops_pii else _shown(names)


def _first_record(path: Path, dialect: Dialect) -> tuple[list[str], str]:
    """The fields of the first line, and what ends it, as DuckDB writes that.

    DuckDB 2.0 left alone takes the first line end of the file, be it in quotes, for that of all
    lines: where a quoted name in the header holds another one, it finds no record at all.
    """
    csv.field_size_limit(MAX_LINE_BYTES)
    quoting = csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        records = csv.reader(
            file, delimiter=dialect.delimiter, quotechar=dialect.quote or None, quoting=quoting
        )
        try:
            first = next(records, [])
        except csv.Error as error:
            raise DropError(f"the first line can't be read: {error}") from error
        file.seek(0)
        last_line = next(islice(file, max(records.line_num - 1, 0), None), "")
    line_end = last_line[len(last_line.rstrip("\r\n")) :]
    return first, line_end.replace("\r", r"\r").replace("\n", r"\n")


def _delivered_as(column: Column, header: list[str]) -> str | None:
    """The name that the header has for a column."""
    names = [source[-1] for source in column.sources if source[-1] in header]
    if len(names) > 1:
        raise DropError(f"the header names the column {column.name} twice: {_shown(names)}")
    return names[0] if names else None


def _shown(names: list[str]) -> str:
    """Names as a message can have them: on one line, and not a whole file that has no header."""
    shown = repr(", ".join(names))[1:-1]
    return shown if len(shown) <= SHOWN_CHARACTERS else f"{shown[:SHOWN_CHARACTERS]}…"
