"""CSV and TSV drops."""

import csv
from dataclasses import replace
from pathlib import Path

import duckdb

from ingest.casting import cast
from ingest.columns import Column, Kind
from ingest.contracts import Contract, Dialect
from ingest.errors import DropError
from ingest.readers import CheckedTables, Delivered, Reading, as_text, text_of
from ingest.readers.csv_records import check_end, keep_rejected
from ingest.sql import identifier, literal, literals

MAX_LINE_BYTES = 16 * 1024 * 1024
BUFFER_BYTES = 2 * MAX_LINE_BYTES


def read_csv(path: Path, contract: Contract, _: duckdb.DuckDBPyConnection) -> Reading:
    """The records of a CSV drop; raise DropError for a wrong header.

    Columns are told by the header, in any order; without one, by the contract's order.
    """
    dialect = contract.dialect
    header = _header(path, contract) if dialect.has_header else _names(contract.columns)
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
            compression='none',
            max_line_size={MAX_LINE_BYTES},
            buffer_size={BUFFER_BYTES},
            store_rejects=true
        )
    """

    def complete(engine: duckdb.DuckDBPyConnection, tables: CheckedTables) -> None:
        keep_rejected(engine, tables, path, dialect, one_column=len(header) == 1)
        check_end(engine, tables, path, dialect, contract.completeness)

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


def _header(path: Path, contract: Contract) -> list[str]:
    try:
        header = _first_record(path, contract.dialect)
        ",".join(header).encode()
    except (UnicodeEncodeError, csv.Error) as error:
        raise DropError(f"the header line can't be read as UTF-8 text: {error}") from error
    if not header:
        raise DropError("the file has no header line")
    for name in header:
        if header.count(name) > 1:
            raise DropError(f"the header names the column '{name}' twice")
    missing = [c for c in contract.columns if c.required and not _delivered_as(c, header)]
    if missing:
        raise DropError(
            f"the required column {', '.join(c.name for c in missing)} is missing; "
            f"the header names {', '.join(header)}"
        )
    return header


def _first_record(path: Path, dialect: Dialect) -> list[str]:
    csv.field_size_limit(MAX_LINE_BYTES)
    quoting = csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = csv.reader(
            file, delimiter=dialect.delimiter, quotechar=dialect.quote or None, quoting=quoting
        )
        return next(lines, [])


def _delivered_as(column: Column, header: list[str]) -> str | None:
    """The name that the header has for a column."""
    names = [source[-1] for source in column.sources if source[-1] in header]
    if len(names) > 1:
        raise DropError(f"the header names the column {column.name} twice: {' and '.join(names)}")
    return names[0] if names else None
