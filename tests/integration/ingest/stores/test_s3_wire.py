"""What goes wrong between here and S3, and what is done about it."""

import os
from dataclasses import replace

import pytest
from looking import MIB, fetch_all, only, version

from ingest.errors import DropError, SourceError, TransportError
from ingest.stores import s3


def test_an_object_replaced_between_two_tries_is_refused(bucket, tmp_path):
    bucket.put("a.bin", os.urandom(MIB))
    store = bucket.open()
    drop = only(store)
    bucket.proxy.befall("cut", 300_000, when=b"GET /")
    with pytest.raises(TransportError):
        store.fetch(drop, tmp_path / "fetched")
    bucket.put("a.bin", os.urandom(MIB))
    with pytest.raises(DropError, match="replaced"):
        store.fetch(drop, tmp_path / "fetched")


@pytest.mark.parametrize("kind", ["cut", "reset", "stall"])
def test_a_transfer_that_breaks_off_goes_on_where_it_was(bucket, tmp_path, kind):
    content = os.urandom(4 * MIB)
    bucket.put("a.bin", content)
    bucket.proxy.befall(kind, 2 * MIB, when=b"GET /" + bucket.name.encode() + b"/a.bin")
    assert fetch_all(bucket, tmp_path) == [content]
    delivered = sum(line.delivered_bytes for line in bucket.proxy.lines)
    if kind != "reset":  # which throws away what has come, but hasn't been read
        assert delivered < len(content) + 2 * s3.CHUNK_BYTES  # not half of it twice


@pytest.mark.parametrize("kind", ["cut", "reset", "stall"])
def test_a_transfer_that_always_breaks_off_fails_and_the_next_is_fetched(bucket, tmp_path, kind):
    bucket.put("a.bin", os.urandom(MIB))
    bucket.put("b.csv", b"next")
    for _ in range(bucket.settings.fetch_tries):
        bucket.proxy.befall(kind, 1000, when=b"/a.bin")
    failed, content = fetch_all(bucket, tmp_path)
    reason = "S3 has fallen silent" if kind == "stall" else "the connection broke off"
    assert str(failed) == f"{reason} (tried 3 times); load it again later"
    assert content == b"next"


def test_a_busy_server_is_asked_again(bucket, tmp_path):
    bucket.put("a.csv", b"content")
    for when in (b"?list-type=2", b"?list-type=2", b"GET /" + bucket.name.encode() + b"/a.csv"):
        bucket.proxy.befall("answer", when=when)
    assert fetch_all(bucket, tmp_path) == [b"content"]
    assert not bucket.proxy.faults


def test_a_busy_server_never_turns_versions_into_etags(bucket):
    version(bucket)
    for _ in range(3):
        bucket.proxy.befall("answer", when=b"?versioning")
    with pytest.raises(SourceError, match="S3 is busy"):
        bucket.open().listing()


def test_a_server_that_stays_busy_is_told(bucket, tmp_path):
    bucket.put("a.csv")
    for _ in range(3):
        bucket.proxy.befall("answer", when=b"GET /" + bucket.name.encode() + b"/a.csv")
    (failed,) = fetch_all(bucket, tmp_path)
    assert str(failed).startswith("S3 is busy (SlowDown) (tried 3 times)")
    for _ in range(3):
        bucket.proxy.befall("answer", when=b"list-type=2")
    with pytest.raises(SourceError, match=r"S3 is busy \(SlowDown\) \(tried 3 times\)"):
        bucket.open().listing()


@pytest.mark.parametrize("change", [-1, 1])
def test_another_length_than_listed_is_refused(bucket, tmp_path, change):
    bucket.put("a.csv", b"x" * 1000)
    store = bucket.open()
    drop = replace(only(store), size_bytes=1000 + change)
    with pytest.raises(DropError, match=r"S3 listed .* bytes, but sends 1,000"):
        store.fetch(drop, tmp_path / "fetched")


def test_a_server_that_announces_less_than_it_listed_is_refused(bucket, tmp_path):
    bucket.put("a.csv", b"x" * 1000)
    length = {"old": b"Content-Length: 1000", "new": b"Content-Length: 900"}
    when = b"GET /" + bucket.name.encode() + b"/a.csv"
    bucket.proxy.befall("rewrite", when=when, **length)
    (failed,) = fetch_all(bucket, tmp_path)
    assert str(failed) == "S3 listed 1,000 bytes, but sends 900"


def test_a_flipped_bit_is_noticed_by_the_checksum(bucket, tmp_path):
    content = os.urandom(MIB)
    bucket.put("a.bin", content, ChecksumAlgorithm="CRC32")
    bucket.proxy.befall("flip", MIB // 2, when=b"GET /" + bucket.name.encode() + b"/a.bin")
    store = bucket.open()
    with pytest.raises(TransportError, match="checksum"):
        store.fetch(only(store), tmp_path / "fetched")
    store.fetch(only(store), tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == content


@pytest.mark.parametrize("kind", ["cut", "reset", "stall"])
def test_a_signing_servers_transfer_goes_on_where_it_was(signed_bucket, tmp_path, kind):
    content = os.urandom(4 * MIB)
    signed_bucket.put("a.bin", content)
    signed_bucket.proxy.befall(kind, 2 * MIB, when=b"/a.bin")
    assert fetch_all(signed_bucket, tmp_path) == [content]
