"""Unpacks the blocks of Avro files: whole, checked, and never beyond a bound."""

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable
from typing import Protocol

import pyarrow as pa
from isal import isal_zlib

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

XZ_MEMORY_BYTES = 256 * 1024 * 1024
"""xz states how much it needs; its highest preset takes 65 MiB."""
CHECKSUM_BYTES = 4


class BlockError(Exception):
    """A block isn't what its codec makes; the message says in what."""


class TooLargeError(Exception):
    """A block unpacks to more than the bound."""


Unpack = Callable[[bytes, int], bytes]
"""Gives the content of a block, of at most so many bytes; raises BlockError or TooLargeError."""


class _Decompressor(Protocol):
    """What the standard library's decompressors have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _whole(decompressor: _Decompressor, packed: bytes, max_bytes: int) -> bytes:
    try:
        content = decompressor.decompress(packed, max_bytes + 1)
    except (OSError, ValueError, lzma.LZMAError, isal_zlib.error, zstd.ZstdError) as error:
        raise BlockError("its compressed content is broken") from error
    if len(content) > max_bytes:
        raise TooLargeError
    if not decompressor.eof:
        raise BlockError("its compressed content is cut off")
    return content


def _exactly(decompressor: _Decompressor, packed: bytes, max_bytes: int) -> bytes:
    content = _whole(decompressor, packed, max_bytes)
    if decompressor.unused_data:
        raise BlockError("something follows its compressed content")
    return content


def _null(packed: bytes, max_bytes: int) -> bytes:
    if len(packed) > max_bytes:
        raise TooLargeError
    return packed


def _deflate(packed: bytes, max_bytes: int) -> bytes:
    """Some writers leave what they cut of zlib's own checksum behind the content."""
    decompressor = isal_zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    content = _whole(decompressor, packed, max_bytes)
    if rest := decompressor.unused_data:
        checksum = zlib.adler32(content).to_bytes(CHECKSUM_BYTES, "big")
        if not checksum.startswith(rest):
            raise BlockError("something follows its compressed content")
    return content


def _snappy(packed: bytes, max_bytes: int) -> bytes:
    """Raw snappy starts with the length of its content; Avro appends a checksum of it."""
    length, shift = 0, 0
    for byte in packed[:5]:
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if length > max_bytes:
        raise TooLargeError
    try:
        content = pa.Codec("snappy").decompress(
            packed[:-CHECKSUM_BYTES], decompressed_size=length, asbytes=True
        )
    except (OSError, ValueError) as error:
        raise BlockError("its compressed content is broken") from error
    if zlib.crc32(content) != int.from_bytes(packed[-CHECKSUM_BYTES:], "big"):
        raise BlockError("its checksum is wrong")
    return content


def _zstandard(packed: bytes, max_bytes: int) -> bytes:
    return _exactly(zstd.ZstdDecompressor(), packed, max_bytes)


def _bzip2(packed: bytes, max_bytes: int) -> bytes:
    return _exactly(bz2.BZ2Decompressor(), packed, max_bytes)


def _xz(packed: bytes, max_bytes: int) -> bytes:
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, XZ_MEMORY_BYTES)
    return _exactly(decompressor, packed, max_bytes)


CODECS: dict[str, Unpack] = {
    "null": _null,
    "deflate": _deflate,
    "snappy": _snappy,
    "zstandard": _zstandard,
    "bzip2": _bzip2,
    "xz": _xz,
}
