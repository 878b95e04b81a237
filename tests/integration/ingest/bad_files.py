"""Lines of the table that are about files: as such, packed, and in their encodings."""

import codecs
import gzip
import io
import json
import stat
import zipfile
from hashlib import sha256

from bad_case import Case, aside, failed, landed
from made_drops import lines
from made_source import PACK, zipped

GOOD = lines(*({"id": f"{n}", "code": "A"} for n in range(40)))
BAD = lines({"id": "bad", "code": "X"})
TABLE = b"id,code\n" + b"".join(b"%d,A\n" % n for n in range(2000))
STREAMS = [".gz", ".zst", ".bz2"]


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """A zip archive with these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for entry, content in entries:
            made.writestr(entry, content)
    return buffer.getvalue()


def link() -> bytes:
    """A zip archive with a link to a file of the machine that unpacks it."""
    entry = zipfile.ZipInfo("a.csv")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return archive((entry, b"/etc/passwd"))


def with_header(position: int, value: int) -> bytes:
    """A zip archive with another byte in the headers of its one file."""
    packed = bytearray(zipped(TABLE))
    for signature, offset in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        packed[packed.index(signature) + position + offset] = value
    return bytes(packed)


def flipped(content: bytes) -> bytes:
    """One bit in the middle is another."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


def stated(content: bytes, **said: object) -> dict[str, bytes]:
    """A manifest beside a drop: right but for what is said."""
    right = {"bytes": len(content), "rows": 1, "sha256": sha256(content).hexdigest()}
    return {".manifest": json.dumps(right | said).encode()}


ROW = b"id,name\na,b\n"

FILES: dict[str, list[Case]] = {
    "empty file": [failed(name, b"", "the file is empty") for name in ("events", "table", "plays")],
    "file that is empty once it is unpacked": [
        failed("table", PACK[packing](b""), "the file is empty once it is unpacked")
        for packing in PACK
        if packing
    ],
    "more bad rows than `quarantineThresholdPct` allows": [
        failed(
            "strict",
            GOOD + BAD * 3,
            "3 of 43 rows break the contract, more than 5 %; "
            "the first is row 41: code isn't one of A, B",
        ),
        aside("strict", GOOD + BAD, (41, "code", "valid values"), rows=40),
    ],
    "value or row that breaks a rule named in `failDropOn`": [
        failed(
            "unforgiving",
            GOOD + BAD,
            "row 41 breaks a rule that fails the whole drop: code isn't one of A, B",
        ),
        failed("unforgiving", GOOD + b"5\n", "row 41 breaks a rule that fails the whole drop: "),
    ],
    "more bytes, unpacked, than `maxBytes` allows": [
        failed("small", GOOD, "or raise maxBytes in its contract"),
        failed("small", gzip.compress(GOOD), "or raise maxBytes in its contract"),
        landed("small", lines({"id": "a"}), {"id": "a"}),
    ],
    "manifest that isn't JSON, or states none of bytes, rows, sha256": [
        failed("stated", ROW, "its manifest isn't JSON", beside={".manifest": b"{"}),
        failed("stated", ROW, "its manifest is no JSON object", beside={".manifest": b"[]"}),
        failed("stated", ROW, "its manifest is no JSON object", beside={".manifest": b'{"a": 1}'}),
    ],
    "drop with other bytes, rows or hash than its manifest states": [
        *(
            failed("stated", ROW, f"its manifest states {name}", beside=stated(ROW, **{name: said}))
            for name, said in (("bytes", 11), ("rows", 2), ("sha256", "0" * 64))
        ),
        landed(
            "stated", ROW, {"id": "a"}, beside=stated(ROW, sha256=sha256(ROW).hexdigest().upper())
        ),
    ],
}

PACKED: dict[str, list[Case]] = {
    "packed drop that is cut off": [
        failed("table", PACK[packing](TABLE)[: -1 - cut], "cut off")
        for packing in PACK
        if packing
        for cut in (0, 100)
    ],
    "packed drop whose content is damaged": [
        failed("table", flipped(PACK[packing](TABLE)), "the file is damaged")
        for packing in PACK
        if packing
    ],
    "something behind the end of a packed drop": [
        failed("table", PACK[packing](TABLE) + b"more", "something follows its")
        for packing in PACK
        if packing
    ],
    "zeros behind the end of a gzip, zstd or bzip2 stream": [
        landed("table", PACK[packing](b"id\n%d\n" % n) + bytes(512), {"id": f"{n}"})
        for n, packing in enumerate(STREAMS)
    ],
    "several gzip members, zstd frames or bzip2 streams in one file": [
        landed(
            "table",
            PACK[packing](b"id\n%d\n" % n) + PACK[packing](b"b\n"),
            {"id": f"{n}"},
            {"id": "b"},
        )
        for n, packing in enumerate(STREAMS)
    ],
    "drop that is packed twice": [
        failed("table", gzip.compress(PACK[packing](TABLE)), "the file is packed twice")
        for packing in PACK
        if packing
    ],
    "zip archive with no file, or with several": [
        failed("table", archive(), "the zip archive holds 0 files"),
        failed("table", archive(("a/", b"")), "the zip archive holds 0 files"),
        failed("table", archive(("a", b"1"), ("b", b"2")), "the zip archive holds 2 files"),
    ],
    "zip archive whose file has a path out of it, or is a link": [
        failed("table", archive(("../a", TABLE)), "points out of itself"),
        failed("table", archive(("/etc/a", TABLE)), "points out of itself"),
        failed("table", archive(("C:\\a", TABLE)), "points out of itself"),
        failed("table", link(), "points out of itself"),
    ],
    "zip archive that is encrypted, or compressed in an unknown way": [
        failed("table", with_header(6, 1), "deliver it without a password"),
        failed("table", with_header(8, 9), "the zip archive can't be unpacked"),
    ],
    "name that says another packing than the content has": [
        landed("table", b"id\nplain\n", {"id": "plain"}, suffix=".csv.gz"),
        landed("table", gzip.compress(b"id\ngzip\n"), {"id": "gzip"}, suffix=".csv"),
        landed("table", PACK[".zst"](b"id\nzstd\n"), {"id": "zstd"}, suffix=".csv.zip"),
    ],
}

ENCODED: dict[str, list[Case]] = {
    "byte order mark of the contract's encoding": [
        landed("events", codecs.BOM_UTF8 + b'{"id": "lines"}\n', {"id": "lines"}),
        landed("events", codecs.BOM_UTF8 + b'[{"id": "list"}]', {"id": "list"}),
        landed("table", codecs.BOM_UTF8 + b"id\na\n", {"id": "a"}),
        landed("wide", "id\nä\n".encode("utf-16"), {"id": "ä"}),
        landed("wide", codecs.BOM_UTF16_BE + "id\nö\n".encode("utf-16-be"), {"id": "ö"}),
    ],
    "byte order mark of another encoding": [
        failed("table", "id\na\n".encode("utf-16"), "starts with the byte order mark of utf-16-le"),
        failed("events", '{"id": 1}'.encode("utf-32"), "starts with the byte order mark of utf-32"),
        failed("western", codecs.BOM_UTF8 + b"id\na\n", "starts with the byte order mark of utf-8"),
    ],
    "no byte order mark, where the contract says `utf-16` or `utf-32`": [
        failed("wide", "id\na\n".encode("utf-16-le"), "the file has no byte order mark"),
    ],
    "bytes that are no text in the contract's encoding (other than UTF-8)": [
        failed("ascii", b"id\n\xe4\n", "byte 3 of the file is no text in ascii"),
        failed("wide", "id\na\n".encode("utf-16")[:-1], "is no text in utf-16"),
        landed("western", b"id\n\xe4\n", {"id": "ä"}),
    ],
}
