"""Turns text in any encoding into UTF-8, a piece at a time."""

import codecs
from collections.abc import Iterable, Iterator

from ingest.errors import DropError

MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
    codecs.BOM_UTF8: "utf-8",
}
"""Encodings by their byte order mark; that of UTF-32-LE starts as that of UTF-16-LE does."""
NEED_MARK = ("utf-16", "utf-32")
MARK = "\ufeff"


def is_utf8(encoding: str) -> bool:
    """Whether text in the encoding needs no transcoding."""
    return _name(encoding) in ("utf-8", "utf-8-sig")


def check_byte_order_mark(head: bytes, encoding: str) -> None:
    """Raise DropError where the first bytes say another encoding than the contract does."""
    marked = next((name for mark, name in MARKS.items() if head.startswith(mark)), None)
    stated = _name(encoding)
    if head and marked is None and stated in NEED_MARK:
        raise DropError(
            f"the file has no byte order mark; state {stated}-le or {stated}-be as its contract's "
            "encoding"
        )
    if marked and stated.removesuffix("-sig") not in (marked, marked[:6]):
        raise DropError(
            f"the file starts with the byte order mark of {marked}, and its contract says "
            f"{stated}; state the encoding that it is in"
        )


def transcoded(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The text in UTF-8 without a byte order mark; raise DropError where it isn't in `encoding`."""
    decoder = codecs.getincrementaldecoder(encoding)()
    size = 0
    is_start = True
    for piece, is_last in _with_end(pieces):
        size += len(piece)
        try:
            text = decoder.decode(piece, is_last)
        except UnicodeDecodeError as error:
            at = size - len(error.object) + error.start
            raise DropError(
                f"byte {at} of the file is no text in {_name(encoding)}: {error.reason}"
            ) from error
        if text and is_start:
            text = text.removeprefix(MARK)
            is_start = False
        yield text.encode()


def _with_end(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    yield from ((piece, False) for piece in pieces)
    yield b"", True


def _name(encoding: str) -> str:
    """The encoding under the one name that Python has for it."""
    return codecs.lookup(encoding).name
