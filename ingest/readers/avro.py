"""Avro drops: object container files, read in a stream."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from ingest.contracts import Contract
from ingest.errors import DropError
from ingest.readers import CheckedTables, Reading, text_of
from ingest.readers.avro_columns import delivered, delivered_as_text, delivered_text
from ingest.readers.avro_container import read_blocks, read_header
from ingest.readers.avro_decoding import Decoder
from ingest.readers.avro_layout import Layout
from ingest.readers.avro_schema import read_schema

RECORDS = "avro_records"
"""The view of the engine that streams the file, once."""


class _Stream:
    """Batches of records; what ends them early is kept, as DuckDB wraps it in its own errors."""

    def __init__(self, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
        self.schema = schema
        self.batches = batches
        self.error: Exception | None = None
        self.is_read = False

    def reader(self) -> pa.RecordBatchReader:
        """What DuckDB reads."""
        return pa.RecordBatchReader.from_batches(self.schema, self._until_error())

    def complete(self, engine: duckdb.DuckDBPyConnection, _: CheckedTables) -> None:
        """Raise what ended the records early."""
        engine.unregister(RECORDS)
        if self.error:
            raise self.error
        if not self.is_read:
            raise DropError("the file wasn't read to its end")

    def _until_error(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from self.batches
            self.is_read = True
        except Exception as error:  # complete() raises it
            self.error = error


def read_avro(path: Path, contract: Contract, engine: duckdb.DuckDBPyConnection) -> Reading:
    """The records of an Avro drop; raise DropError where its schema can't be the contract's.

    They stream through a view of the engine, which reads them once.
    """
    header = read_header(path)
    layout = Layout(read_schema(header.schema))
    found = layout.find_columns(contract)
    decoder = Decoder(layout.row)
    stream = _Stream(decoder.schema, decoder.batches(read_blocks(path, header)))
    engine.register(RECORDS, stream.reader())
    ways = {column: delivered(column, found[column]) for column in contract.columns}
    texts = [
        f"{delivered_text(found[column])} as {text_of(column)}"
        for column, way in ways.items()
        if way is None
    ]
    return Reading(
        sql=f"""
            select
                {layout.problem} as problem,
                {layout.extra} as extra,
                {", ".join(["*", *texts])}
            from {RECORDS}
        """,
        payload=layout.payload,
        delivered={
            column.name: way or delivered_as_text(column, found[column])
            for column, way in ways.items()
        },
        complete=stream.complete,
    )
