"""Walks the blocks of an Avro object container file and proves that they are all there.

A file that ends exactly between two blocks is a whole file to Avro; nothing in it could tell.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from ingest.errors import DropError
from ingest.readers.avro_codecs import CODECS, BlockError, TooLargeError, Unpack

MAGIC = b"Obj\x01"
SYNC_BYTES = 16
MAX_VARINT_BYTES = 10
MAX_HEADER_BYTES = 16 * 1024 * 1024
MAX_BLOCK_BYTES = 128 * 1024 * 1024
"""Packed or unpacked; writers make blocks of 16 KiB to a few MiB, Polars one per frame."""


@dataclass(frozen=True)
class Block:
    """Some records as one piece of bytes, unpacked."""

    number: int
    """Position in the file from 1."""
    first_record: int
    """Position in the file from 1."""
    count: int
    content: bytes

    def damaged(self, reason: str) -> DropError:
        """What to say of a block that can't be read."""
        last = self.first_record + self.count - 1
        return DropError(
            f"the file is damaged in block {self.number}, records {self.first_record} to {last}: "
            f"{reason}"
        )

    def too_large(self, what: str) -> DropError:
        """What to say of a block that takes more memory than any should."""
        return DropError(
            f"block {self.number}, from record {self.first_record}, has {what}; "
            "deliver the file with smaller blocks"
        )


@dataclass(frozen=True)
class Header:
    """What a file says of its blocks: how they were written and packed, and where one ends."""

    schema: object
    """The writer's schema as JSON has it."""
    unpack: Unpack
    sync: bytes
    size: int
    """Bytes before the first block."""


def read_header(path: Path) -> Header:
    """The file's header; raise DropError where it has none or uses what isn't known."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise DropError("the file is no Avro file: an Avro file starts with 'Obj' and a 1")
        entries = _metadata(file)
        sync = _exactly(file, SYNC_BYTES)
        size = file.tell()
    codec = entries.get("avro.codec", b"null").decode(errors="replace")
    if codec not in CODECS:
        raise DropError(f"the Avro codec is '{codec}'; known are {', '.join(CODECS)}")
    try:
        schema = json.loads(entries["avro.schema"])
    except KeyError as error:
        raise DropError("the Avro header has no schema") from error
    except (ValueError, RecursionError) as error:
        raise DropError("the schema in the Avro header isn't valid JSON") from error
    return Header(schema, CODECS[codec], sync, size)


def _metadata(file: BinaryIO) -> dict[str, bytes]:
    entries: dict[str, bytes] = {}
    while count := _header_number(file):
        if count < 0:
            _header_number(file)
        for _ in range(abs(count)):
            key = _exactly(file, _header_number(file)).decode(errors="replace")
            entries[key] = _exactly(file, _header_number(file))
    return entries


def _header_number(file: BinaryIO) -> int:
    number = _varint(file)
    if number is None:
        raise DropError("the file is cut off within its header")
    if abs(number) > MAX_HEADER_BYTES or file.tell() > MAX_HEADER_BYTES:
        raise DropError(f"the Avro header is damaged, or larger than {MAX_HEADER_BYTES} bytes")
    return number


def _exactly(file: BinaryIO, size: int) -> bytes:
    if size < 0:
        raise DropError("the Avro header is damaged: it states a length below 0")
    content = file.read(size)
    if len(content) < size:
        raise DropError("the file is cut off within its header")
    return content


def _varint(file: BinaryIO) -> int | None:
    """Avro's whole number (variable length, zigzag); None where the file ends within it."""
    bits = shift = 0
    while shift < 7 * MAX_VARINT_BYTES:
        byte = file.read(1)
        if not byte:
            return None
        bits |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return (bits >> 1) ^ -(bits & 1)
        shift += 7
    raise DropError("the file is damaged: a number in it has no end")


def read_blocks(path: Path, header: Header, max_bytes: int = MAX_BLOCK_BYTES) -> Iterator[Block]:
    """Every block up to the end of the file; raise DropError for one that isn't whole."""
    with path.open("rb") as file:
        left = path.stat().st_size - header.size
        file.seek(header.size)
        number, records = 0, 0
        while left:
            number += 1
            start = file.tell()
            count, size = _varint(file), _varint(file)
            if count is None or size is None:
                raise _cut_off(records)
            if count < 0 or size < 0:
                raise _damaged(records, "a block states a count or size below 0")
            left -= file.tell() - start + size + SYNC_BYTES
            if left < 0:
                raise _cut_off(records)
            block = Block(number, records + 1, count, b"")
            if size > max_bytes:
                raise block.too_large(f"more than {max_bytes} bytes")
            packed = file.read(size)
            if file.read(SYNC_BYTES) != header.sync:
                raise _damaged(records, "the next block doesn't end where it says")
            try:
                content = header.unpack(packed, max_bytes)
            except BlockError as error:
                raise block.damaged(str(error)) from error
            except TooLargeError as error:
                raise block.too_large(f"more than {max_bytes} bytes unpacked") from error
            yield replace(block, content=content)
            records += count


def _cut_off(records: int) -> DropError:
    return DropError(f"the file is cut off after record {records}")


def _damaged(records: int, reason: str) -> DropError:
    return DropError(f"the file is damaged after record {records}: {reason}")
