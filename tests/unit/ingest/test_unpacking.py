"""Packed and differently encoded drops, whole and broken in every way."""

import bz2
import codecs
import gzip
import io
import os
import random
import stat
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import ingest.readers.unpacking
from ingest.errors import DropError
from ingest.readers.unpacking import DEFAULT_MAX_BYTES, unpack, zstd

TEXT = b"channel,name\n" + b"".join(b"c%d,n\xc3\xa4me %d\n" % (n, n * n) for n in range(3000))


def zipped(content: bytes, name: str = "drop.csv", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    return archive({name: content}, method)


def archive(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


def zstd_checked(content: bytes) -> bytes:
    return zstd.compress(content, options={zstd.CompressionParameter.checksum_flag: 1})


PACK = {"gzip": gzip.compress, "zstd": zstd_checked, "bzip2": bz2.compress, "zip": zipped}
STREAMS = ["gzip", "zstd", "bzip2"]


class Bench:
    """A folder for drops and one for what is made of them."""

    def __init__(self, folder: Path) -> None:
        self.source, self.target = folder / "drop", folder / "target"
        self.target.mkdir()

    def unpack(self, content: bytes, max_bytes: int = DEFAULT_MAX_BYTES, encoding: str = "utf-8"):
        self.source.write_bytes(content)
        return unpack(self.source, self.target, max_bytes=max_bytes, encoding=encoding)

    def content(self, content: bytes, **options) -> bytes:
        """What becomes of a drop, whose new file is deleted."""
        path = self.unpack(content, **options)
        made = path.read_bytes()
        if path != self.source:
            assert path.parent == self.target
            path.unlink()
        return made

    def refused(self, content: bytes, **options) -> str:
        """Why a drop is refused; nothing of it may be left."""
        with pytest.raises(DropError) as caught:
            self.unpack(content, **options)
        assert list(self.target.iterdir()) == []
        assert str(self.source.parent) not in str(caught.value)
        return str(caught.value)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_plain_file_is_not_copied(bench):
    for content in (b"", b"a", TEXT, codecs.BOM_UTF8 + TEXT, b"broken \xff utf-8", b"BZh9 is text"):
        assert bench.unpack(content) == bench.source
        assert bench.source.read_bytes() == content


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("content", [b"", b"x", TEXT, bytes(3_000_000), os.urandom(300_000)])
def test_what_was_packed_is_unpacked(bench, packing, content):
    assert bench.content(PACK[packing](content)) == content


@pytest.mark.parametrize("packing", STREAMS)
def test_every_member_counts(bench, packing):
    parts = [TEXT, b"", b"x", bytes(500_000), TEXT]
    packed = b"".join(PACK[packing](part) for part in parts)
    assert bench.content(packed) == b"".join(parts)
    assert bench.content(packed + bytes(70_000)) == b"".join(parts)


def test_skippable_frames_hold_nothing(bench):
    skippable = b"\x50\x2a\x4d\x18\x04\x00\x00\x00note"
    packed = skippable + zstd.compress(TEXT) + skippable
    assert bench.content(packed) == TEXT


@pytest.mark.parametrize("packing", PACK)
def test_a_file_cut_anywhere_is_refused(bench, packing):
    packed = PACK[packing](TEXT)
    places = {len(packed) * tenth // 10 for tenth in range(1, 10)}
    for end in {*places, *range(20, 60), *range(len(packed) - 30, len(packed))}:
        reason = bench.refused(packed[:end])
        assert "cut off" in reason or packing == "zip"
        assert "damaged" in reason or packing != "zip"


@pytest.mark.parametrize("packing", STREAMS)
def test_a_later_member_that_is_cut_is_noticed(bench, packing):
    packed = PACK[packing](TEXT) * 2
    start = len(packed) // 2
    for end in range(start + 6, len(packed), max((len(packed) - start) // 20, 1)):
        assert "cut off" in bench.refused(packed[: max(end, start + 10)])


@pytest.mark.parametrize("packing", PACK)
def test_something_behind_the_end_is_refused(bench, packing):
    for rest in (b"\n", b"x" * 100_000, bytes(10) + b"x", b"BZ", b"\x1f"):
        assert "damaged" in bench.refused(PACK[packing](TEXT) + rest)


@pytest.mark.parametrize("packing", PACK)
def test_a_flipped_bit_changes_nothing_unnoticed(bench, packing):
    packed = PACK[packing](TEXT)
    draw = random.Random(1)  # noqa: S311 - the same bits each time
    for _ in range(300):
        broken = bytearray(packed)
        broken[draw.randrange(len(packed))] ^= 1 << draw.randrange(8)
        try:
            made = bench.content(bytes(broken))
        except DropError:
            continue
        assert made in (TEXT, bytes(broken))


@pytest.mark.parametrize("packing", PACK)
def test_a_bomb_is_stopped_at_its_bound(bench, packing):
    packed = PACK[packing](bytes(50_000_000))
    assert len(packed) < 100_000
    tracemalloc.start()
    assert "more than 1000000 bytes" in bench.refused(packed, max_bytes=1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    assert "more than 49999999 bytes" in bench.refused(packed, max_bytes=49_999_999)
    assert len(bench.content(packed, max_bytes=50_000_000)) == 50_000_000


def test_a_plain_file_has_the_same_bound(bench):
    assert "more than 9 bytes" in bench.refused(b"0123456789", max_bytes=9)
    assert bench.unpack(b"0123456789", max_bytes=10) == bench.source


@pytest.mark.parametrize("outer", PACK)
@pytest.mark.parametrize("inner", PACK)
def test_a_drop_is_packed_once(bench, outer, inner):
    reason = bench.refused(PACK[outer](PACK[inner](TEXT)))
    assert reason == f"the file is packed twice, {inner} inside; deliver it packed once"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_methods(bench, method):
    assert bench.content(zipped(TEXT, method=method)) == TEXT


def test_folders_and_the_finders_files_are_no_drops(bench):
    packed = archive({"export/": b"", "export/a.csv": TEXT, "__MACOSX/export/._a.csv": b"junk"})
    assert bench.content(packed) == TEXT


@pytest.mark.parametrize("files", [{}, {"a/": b""}, {"a.csv": b"1", "b.csv": b"2"}])
def test_an_archive_holds_one_file(bench, files):
    assert "deliver each drop as an archive of its own" in bench.refused(archive(files))


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/a", "C:\\a", "..\\a", "\\\\host\\a"])
def test_a_name_that_leads_out_is_refused(bench, name):
    assert "points out of itself" in bench.refused(zipped(TEXT, name))


def test_a_link_is_refused(bench):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        link = zipfile.ZipInfo("a.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    assert "points out of itself" in bench.refused(buffer.getvalue())


def test_an_encrypted_archive_is_refused(bench):
    packed = bytearray(zipped(TEXT))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(signature) + offset] |= 1
    assert "without a password" in bench.refused(bytes(packed))


def test_an_unknown_zip_method_is_named(bench):
    packed = bytearray(zipped(TEXT))
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        packed[packed.index(signature) + offset] = 9
    assert "use deflate" in bench.refused(bytes(packed))


def test_a_full_disk_is_told(bench, monkeypatch):
    monkeypatch.setattr(ingest.readers.unpacking, "KEPT_FREE_BYTES", 1 << 62)
    assert "make room there" in bench.refused(gzip.compress(TEXT))


ARABIC = "القناة;الاسم\r\nمحطة;١٢٣\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("packed", [False, True])
def test_text_becomes_utf8(bench, encoding, packed):
    text = (ARABIC + "🎬 x\n") * 50_000
    content = text.encode(encoding)
    content = gzip.compress(content, 1) if packed else content
    assert bench.content(content, encoding=encoding).decode() == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("latin-1", "Köln;Ærø\n"),
        ("cp1252", "„Köln“ … 5 €\n"),
        ("cp1256", "القناة\n"),
        ("iso-8859-6", "القناة\n"),
        ("shift_jis", "番組\n"),
    ],
)
def test_older_encodings_become_utf8(bench, encoding, text):
    assert bench.content(text.encode(encoding) * 1000, encoding=encoding).decode() == text * 1000


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_the_byte_order_mark_is_none_of_the_text(bench, encoding):
    content = "\ufeffa;b\n".encode(encoding)
    assert bench.content(content, encoding=encoding) == b"a;b\n"
    assert bench.content(content, encoding=encoding[:6]) == b"a;b\n"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("content", "encoding", "reason"),
    [
        ("a;b".encode("utf-16"), "utf-8", "byte order mark of utf-16-le, and its contract says"),
        ("a;b".encode("utf-32"), "utf-8", "byte order mark of utf-32-le"),
        (codecs.BOM_UTF16_BE + b"\0a", "utf-16-le", "byte order mark of utf-16-be"),
        (codecs.BOM_UTF8 + b"a", "latin-1", "byte order mark of utf-8"),
        (codecs.BOM_UTF8 + b"a", "utf-16", "byte order mark of utf-8"),
        ("a;b".encode("utf-16-le"), "utf-16", "state utf-16-le or utf-16-be"),
        (b"abc\x81d", "cp1252", "byte 3 of the file is no text in cp1252"),
        (b"a" * 3_000_000 + b"\xff", "ascii", "byte 3000000 of the file is no text in ascii"),
        (b"a\0b", "utf-16-le", "byte 2 of the file is no text in utf-16-le"),
        (b"a\0\0\xd8b\0", "utf-16-le", "byte 2 of the file"),
        (b"\x83", "shift_jis", "byte 0 of the file"),
    ],
)
def test_text_that_is_not_in_its_encoding_is_refused(bench, content, encoding, reason, packed):
    content = gzip.compress(content) if packed else content
    assert reason in bench.refused(content, encoding=encoding)


@given(text=st.text(), encoding=st.sampled_from(["utf-16", "utf-16-be", "utf-32", "gb18030"]))
def test_any_text_survives(tmp_path_factory, text, encoding):
    # In UTF-16 a mark and a NUL are the mark of UTF-32: the drop fails, and says so.
    assume(not (encoding == "utf-16" and text.startswith("\0")))
    bench = Bench(tmp_path_factory.mktemp("drop"))
    made = bench.content(text.encode(encoding), encoding=encoding).decode()
    assert made == text.removeprefix("\ufeff")
