"""CSV and TSV drops with a header line."""

import csv
import mmap
import re
from pathlib import Path

import duckdb

from ingest.contracts import Contract
from ingest.errors import DropError
from ingest.readers import CHECKED, Reading, text_of
from ingest.sql import identifier, literal

MAX_LINE_BYTES = 16 * 1024 * 1024


def read_csv(path: Path, contract: Contract) -> Reading:
    """The records of a CSV drop, columns told by the header; raise DropError for a wrong header."""
    header = _header(path, contract)
    delivered = {name: identifier(f"field {n}") for n, name in enumerate(header)}
    columns = {column.name for column in contract.columns}
    texts = ", ".join(
        f"{delivered.get(column.name, 'null::varchar')} as {text_of(column)}"
        for column in contract.columns
    )
    fields = ", ".join(f"{field}: 'varchar'" for field in delivered.values())
    unknown = {name: field for name, field in delivered.items() if name not in columns}
    sql = f"""
        select
            row_number() over () as record_number,
            null::varchar as problem,
            {_object(unknown) if unknown else "null::varchar"} as extra,
            *,
            {texts}
        from read_csv(
            {literal(str(path))},
            auto_detect=false,
            columns={{{fields}}},
            header=true,
            delim={literal(contract.delimiter)},
            quote='"',
            escape='"',
            nullstr='',
            compression='none',
            max_line_size={MAX_LINE_BYTES},
            store_rejects=true
        )
    """

    def complete(connection: duckdb.DuckDBPyConnection) -> None:
        _add_rejected(connection, path, contract, one_column=len(header) == 1)

    return Reading(sql, _object(delivered), complete=complete)


def _object(fields: dict[str, str]) -> str:
    pairs = ", ".join(f"{literal(name)}, {field}" for name, field in fields.items())
    return f"json_object({pairs})::varchar"


def _header(path: Path, contract: Contract) -> list[str]:
    csv.field_size_limit(MAX_LINE_BYTES)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            header = next(csv.reader(file, delimiter=contract.delimiter), [])
        ",".join(header).encode()
    except (UnicodeEncodeError, csv.Error) as error:
        raise DropError(f"the header line can't be read as UTF-8 text: {error}") from error
    if not header:
        raise DropError("the file has no header line")
    for name in header:
        if header.count(name) > 1:
            raise DropError(f"the header names the column '{name}' twice")
    if missing := [c.name for c in contract.columns if c.required and c.name not in header]:
        raise DropError(
            f"the required column {', '.join(missing)} is missing; "
            f"the header names {', '.join(header)}"
        )
    return header


def _add_rejected(
    connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, *, one_column: bool
) -> None:
    """Put records that DuckDB couldn't split into fields where they were in the file.

    It numbers lines as records, blank ones included, the header being the first; the records that
    it returned are numbered as if those were not there, and move up by as many as are before them.
    """
    (count,) = connection.execute("select count(*) from reject_errors").fetchall()[0]
    if count:
        blanks = [] if one_column else _blank_lines(path, contract.delimiter)
        connection.execute(
            """
                create or replace temp table rejected_record as
                with blank as (
                    select unnest($1::bigint[]) as position, unnest(range(1, len($1) + 1)) as number
                ),

                rejected as (
                    select
                        *,
                        len(csv_line) - len(ltrim(csv_line, chr(10) || chr(13))) as ends_before
                    from reject_errors
                ),

                numbered as (
                    select rejected.*, line - 1 - coalesce(blank.number, 0) as record_number
                    from rejected
                    asof left join blank
                        on rejected.line_byte_position + rejected.ends_before > blank.position
                )

                select
                    record_number,
                    first(error_type order by column_idx) as error_type,
                    first(error_message order by column_idx) as reason,
                    first(csv_line order by column_idx) as payload,
                    row_number() over (order by record_number) as position,
                    record_number - position as records_before
                from numbered
                group by record_number
            """,
            [blanks],
        )
        connection.execute(f"""
            update {CHECKED} as checked set record_number = moved.new_number
            from (
                select
                    record.record_number,
                    record.record_number + rejected_record.position as new_number
                from {CHECKED} as record
                asof join rejected_record
                    on record.record_number > rejected_record.records_before
            ) as moved
            where checked.record_number = moved.record_number
        """)
        connection.execute(f"""
            insert into {CHECKED} (record_number, is_bad, rule, reason, payload)
            select record_number, true, 'fields', reason, ltrim(payload, chr(10) || chr(13))
            from rejected_record
        """)
        _check_last_quote(connection)
    connection.execute("drop table reject_errors; drop table reject_scans")


def _blank_lines(path: Path, delimiter: str) -> list[int]:
    """Where lines are blank, outside of quotes. DuckDB counts them but returns no record."""
    edge = re.escape(delimiter).encode()
    pattern = rb'(?<![^\r\n%b])"(?:[^"]|"")*"|(?<=\n)\r?\n' % edge
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        found = re.finditer(pattern, content)
        return [match.start() for match in found if not match[0].startswith(b'"')]


def _check_last_quote(connection: duckdb.DuckDBPyConnection) -> None:
    """A quote that is still open at the end of the file has swallowed all records after it."""
    query = f"""
        select record_number from rejected_record
        where error_type = 'UNQUOTED VALUE'
            and (len(payload) - len(replace(payload, '"', ''))) % 2 = 1
            and record_number = (select max(record_number) from {CHECKED})
    """
    if found := connection.execute(query).fetchone():
        raise DropError(f"the file is cut off: a quote opened in row {found[0]} is never closed")
