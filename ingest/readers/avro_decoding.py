"""Turns the blocks of an Avro file into Arrow: by Polars, and by fastavro what Polars can't.

Both are given a schema of our own making for the same bytes, in which nothing is left to interpret,
so that both give the same. Polars takes several blocks at once, each as one record: an array of the
block's records and, behind it, a mark. The mark is found only if the block's records are as many as
it says and take exactly its bytes; Polars alone would leave out what a count doesn't cover.
"""

import io
import os
from collections.abc import Iterable, Iterator

import fastavro
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ingest.readers.avro_container import SYNC_BYTES, Block
from ingest.readers.avro_physical import Physical, head, varint
from ingest.readers.avro_schema import Node
from ingest.readers.avro_stderr import held_stderr

GROUP_BYTES = 2 * 1024 * 1024
"""Blocks that Polars takes at once; 1 to 4 MiB are as fast, 16 MiB a quarter slower."""
MAX_ARROW_BYTES = 512 * 1024 * 1024
"""Of a block of records in Arrow; one that may take more goes through fastavro, in parts."""
MAX_ARRAYS_BYTES = 1024 * 1024 * 1024
"""Of the arrays of a block in Arrow: one record may hold them all, so no part is smaller."""
PART_ROWS = 8192
MAX_EMPTY_ROWS = 1_000_000
"""Records of a block that take no byte, so that nothing else bounds their number."""
PROBLEM = "record_problem"
"""Column of the batches: what is wrong with a record as such, or null."""
NOT_UTF8 = "a text in the record isn't UTF-8"


class _NotAsStatedError(Exception):
    """Polars read something, but not what the blocks say that they hold."""


class Decoder:
    """Decodes blocks whose records are of one type."""

    def __init__(self, row: Node) -> None:
        """`row` is a record."""
        self.row = row
        self.schema = pa.schema([pa.field(PROBLEM, pa.string_view()), *row.arrow])
        self.mark = os.urandom(SYNC_BYTES)
        self.head = head(row, self.mark)
        self.fastavro_schema = fastavro.parse_schema(Physical(for_polars=False).of(row))

    def batches(self, blocks: Iterable[Block]) -> Iterator[pa.RecordBatch]:
        """The records in their order, each with what is wrong with it as such."""
        for group in _groups(self._checked(blocks)):
            if (records := self._at_once(group)) is not None:
                yield self._batch(records)
                continue
            for block in group:
                yield from self._by_fastavro(block)

    def _checked(self, blocks: Iterable[Block]) -> Iterator[Block]:
        for block in blocks:
            if block.count * self.row.least_bytes > len(block.content):
                raise block.damaged("its bytes are too few for so many records")
            if self.row.least_bytes == 0 and block.count > MAX_EMPTY_ROWS:
                raise block.damaged("it states more empty records than can be believed")
            if self.row.expansion * len(block.content) > MAX_ARRAYS_BYTES:
                raise block.too_large("arrays that may take too much memory")
            yield block

    def _fits_arrow(self, group: list[Block]) -> bool:
        size = sum(len(block.content) for block in group)
        fixed = sum(block.count for block in group) * self.row.fixed_bytes
        return size + fixed + size * self.row.expansion <= MAX_ARROW_BYTES

    def _at_once(self, group: list[Block]) -> pa.StructArray | None:
        if not self.row.suits_polars or not self._fits_arrow(group):
            return None
        try:
            return self._by_polars(group)
        except (Exception, pl.exceptions.PanicException):
            return None  # whatever it is, fastavro can read it, or names the record

    def _by_polars(self, group: list[Block]) -> pa.StructArray:
        pieces = [piece for block in group for piece in self._as_record(block)]
        size = sum(len(piece) for piece in pieces)
        sizes = [varint(len(group)), varint(size)]
        container = b"".join([self.head, *sizes, *pieces, self.mark])
        with held_stderr():
            frame = pl.read_avro(io.BytesIO(container))
        table = frame.to_arrow(compat_level=pl.CompatLevel.newest()).combine_chunks()
        rows, marks = table.column("rows").chunk(0), table.column("mark").chunk(0)
        lengths = rows.value_lengths().to_pylist()
        if lengths != [block.count for block in group] or set(marks.to_pylist()) != {self.mark}:
            raise _NotAsStatedError
        records = rows.flatten()
        if not has_known_symbols(self.row, records):
            raise _NotAsStatedError
        return records

    def _as_record(self, block: Block) -> list[bytes]:
        end = [b"\0"] if block.count else []
        return [varint(block.count), block.content, *end, self.mark]

    def _by_fastavro(self, block: Block) -> Iterator[pa.RecordBatch]:
        content = io.BytesIO(block.content)
        for start in range(0, block.count, PART_ROWS):
            rows = []
            for position in range(start, min(start + PART_ROWS, block.count)):
                try:
                    row = fastavro.schemaless_reader(
                        content, self.fastavro_schema, None, handle_unicode_errors="surrogateescape"
                    )
                except Exception as error:  # any: broken bytes break it anywhere
                    number = block.first_record + position
                    raise block.damaged(f"record {number} can't be read") from error
                rows.append(row)
            records, problems = self._as_arrow(block, rows)
            if not has_known_symbols(self.row, records):
                raise block.damaged("a value is none of its enum's symbols")
            yield self._batch(records, problems)
        if content.tell() != len(block.content):
            raise block.damaged("its bytes are too many for so few records")

    def _as_arrow(self, block: Block, rows: list[object]) -> tuple[pa.StructArray, pa.Array | None]:
        try:
            return pa.array(rows, self.row.arrow), None
        except UnicodeEncodeError:
            repaired = [_repaired(row) for row in rows]
            pairs = zip(repaired, rows, strict=True)
            problems = [None if row == as_read else NOT_UTF8 for row, as_read in pairs]
            return pa.array(repaired, self.row.arrow), pa.array(problems, pa.string_view())
        except (pa.ArrowException, OverflowError) as error:
            raise block.damaged("a value is out of its type's range") from error

    def _batch(self, records: pa.StructArray, problems: pa.Array | None = None) -> pa.RecordBatch:
        if problems is None:
            problems = pa.nulls(len(records), pa.string_view())
        return pa.RecordBatch.from_arrays([problems, *records.flatten()], schema=self.schema)


def _groups(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Neighbours that are small enough to be decoded at once; a large block is alone."""
    group: list[Block] = []
    size = 0
    for block in blocks:
        if group and size + len(block.content) > GROUP_BYTES:
            yield group
            group, size = [], 0
        group.append(block)
        size += len(block.content)
    if group:
        yield group


def has_known_symbols(node: Node, values: pa.Array) -> bool:
    """Whether all enums have a symbol: they are held as its number."""
    if not node.has_enum:
        return True
    if node.is_optional:
        return has_known_symbols(node.value, values)
    if node.type == "enum":
        least, most = pc.min_max(values).as_py().values()
        return least is None or (least >= 0 and most < len(node.symbols))
    if node.type == "array":
        return has_known_symbols(node.parts[0], values.flatten())
    if node.type == "map":
        return has_known_symbols(node.parts[0], values.flatten().field("value"))
    return all(has_known_symbols(part, values.field(f"f{n}")) for n, part in node.members)


def _repaired(value: object) -> object:
    """The value with a replacement character for what isn't UTF-8 in its texts."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode(errors="replace")
    if isinstance(value, dict):
        return {name: _repaired(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_repaired(item) for item in value]
    return value
