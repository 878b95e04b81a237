"""S3 as a source, over HTTP: moto for versions and conditions, rclone for signatures."""

import os
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import SECRET_KEY, SECRETS

from ingest.errors import DropError, SourceError, TransportError, UsageError
from ingest.fetching import fetched
from ingest.stores import open_store, s3

MIB = 1024 * 1024


def paths(store) -> list[str]:
    return sorted(drop.path for drop in store.listing().drops)


def only(store):
    (drop,) = store.listing().drops
    return drop


def fetch_all(bucket, tmp_path: Path, store=None) -> list:
    """What the loader gets: files' contents, or why there is none."""
    store = store or bucket.open()
    turns = fetched(store, store.listing().drops, tmp_path, bucket.settings)
    return [told if isinstance(told, DropError) else told.read_bytes() for _, told in turns]


def version(bucket) -> None:
    status = {"Status": "Enabled"}
    bucket.client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration=status)


def test_objects_are_listed_but_folders_hidden_and_unfinished_ones(bucket):
    for key in ("in/a.csv", "in/sub/b.csv", "in/", "in/sub/", "in/.c.csv", "in/d.csv.tmp"):
        bucket.put(key)
    bucket.put("in/_temporary/0/e.csv")
    bucket.put("in/done/f.csv")
    bucket.put("inside/g.csv")
    store = bucket.open("in", archive="done")
    assert paths(store) == ["a.csv", "sub/b.csv"]
    assert store.listing().drops[0].url.startswith(f"s3://{bucket.name}/in/")
    assert paths(bucket.open("in/", archive="done")) == ["a.csv", "sub/b.csv"]
    assert len(paths(bucket.open())) == 4
    assert paths(bucket.open("nothing/here")) == []


def test_more_objects_than_a_page_holds(bucket):
    for number in range(1005):
        bucket.put(f"{number:04}.csv", b"")
    expected = [f"{number:04}.csv" for number in range(1005)]
    assert paths(bucket.open()) == expected
    version(bucket)
    assert paths(bucket.open()) == expected


def test_a_single_object_is_a_source(bucket, tmp_path):
    bucket.put("in/a.csv", b"one")
    bucket.put("in/a.csv.gz", b"two")
    store = bucket.open("in/a.csv")
    assert (store.is_single_file, only(store).path) == (True, "a.csv")
    assert fetch_all(bucket, tmp_path, store) == [b"one"]
    assert store.find("a.csv.gz").size_bytes == 3
    assert store.find("b.csv") is None


@pytest.mark.parametrize(
    "key",
    ["a b.csv", "100%.csv", "a%20b.csv", "what?.csv", "n#1.csv", "تجربة.csv", "a+b=c@d,e.csv"],
)
def test_any_key_is_read_by_path_and_by_url(bucket, tmp_path, key):
    bucket.put(key, key.encode())
    drop = only(bucket.open())
    assert drop.path == key
    assert fetch_all(bucket, tmp_path) == [key.encode()]
    assert only(open_store(drop.url, bucket.settings)) == drop


def test_an_object_replaced_after_it_was_listed_is_refused(bucket, tmp_path):
    bucket.put("a.csv", b"before")
    store = bucket.open()
    drop = only(store)
    bucket.put("a.csv", b"after!")
    with pytest.raises(DropError, match="replaced after it was listed"):
        store.fetch(drop, tmp_path / "fetched")
    bucket.client.delete_object(Bucket=bucket.name, Key="a.csv")
    with pytest.raises(DropError, match="gone since it was listed"):
        store.fetch(drop, tmp_path / "fetched")


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


def test_of_a_bucket_with_versions_the_listed_one_is_fetched(bucket, tmp_path):
    bucket.put("unversioned.csv", b"null version")
    version(bucket)
    bucket.put("a.csv", b"older")
    listed = bucket.put("a.csv", b"before")["VersionId"]
    bucket.put("gone.csv")
    bucket.client.delete_object(Bucket=bucket.name, Key="gone.csv")
    store = bucket.open()
    drops = {drop.path: drop for drop in store.listing().drops}
    assert sorted(drops) == ["a.csv", "unversioned.csv"]
    assert drops["a.csv"].version == listed
    assert drops["unversioned.csv"].version.startswith('"')
    bucket.put("a.csv", b"after, and longer")
    store.fetch(drops["a.csv"], tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == b"before"
    assert only(bucket.open("a.csv")).version != listed
    bucket.client.delete_object(Bucket=bucket.name, Key="a.csv", VersionId=listed)
    with pytest.raises(DropError, match="gone"):
        store.fetch(drops["a.csv"], tmp_path / "again")


def test_where_versions_may_not_be_listed_etags_do(bucket, tmp_path):
    version(bucket)
    bucket.put("a.csv", b"content")
    bucket.proxy.befall("answer", when=b"?versioning", answer=refusal("AccessDenied", 403))
    store = bucket.open()
    assert only(store).version.startswith('"')
    assert store.find("a.csv") == only(store)
    assert fetch_all(bucket, tmp_path, store) == [b"content"]


def refusal(code: str, status: int, message: str = "") -> bytes:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return f"HTTP/1.1 {status} X\r\nConnection: close\r\n\r\n{body}".encode()


@pytest.mark.parametrize("kind", ["cut", "reset", "stall"])
def test_a_transfer_that_breaks_off_goes_on_where_it_was(bucket, tmp_path, kind):
    content = os.urandom(4 * MIB)
    bucket.put("a.bin", content)
    bucket.proxy.befall(kind, 2 * MIB, when=b"GET /" + bucket.name.encode() + b"/a.bin")
    assert fetch_all(bucket, tmp_path) == [content]
    delivered = sum(line.delivered_bytes for line in bucket.proxy.lines)
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


def test_a_page_that_fails_is_asked_for_again_not_the_listing(bucket):
    for number in range(1005):
        bucket.put(f"{number:04}.csv", b"")
    store = bucket.open()
    bucket.proxy.befall("cut", 100, when=b"continuation-token")
    assert len(paths(store)) == 1005
    assert not bucket.proxy.faults


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


def test_an_etag_that_is_no_md5_is_just_a_mark(bucket, tmp_path):
    content = os.urandom(6 * MIB)
    where = {"Bucket": bucket.name, "Key": "a.bin"}
    upload = bucket.client.create_multipart_upload(**where)["UploadId"]
    parts = []
    for number, part in enumerate((content[: 5 * MIB], content[5 * MIB :]), start=1):
        sent = bucket.client.upload_part(**where, UploadId=upload, PartNumber=number, Body=part)
        parts.append({"ETag": sent["ETag"], "PartNumber": number})
    done = {"MultipartUpload": {"Parts": parts}}
    bucket.client.complete_multipart_upload(**where, UploadId=upload, **done)
    assert only(bucket.open()).version.endswith('-2"')
    assert fetch_all(bucket, tmp_path) == [content]


ENCRYPTION = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/drops"}


def test_an_encrypted_object_is_read_and_archived_under_the_same_key(bucket, tmp_path):
    bucket.put("in/a.csv", b"content", **ENCRYPTION)
    store = bucket.open("in")
    assert fetch_all(bucket, tmp_path, store) == [b"content"]
    assert store.archive(only(store), "done") == f"s3://{bucket.name}/in/done/a.csv"
    head = bucket.client.head_object(Bucket=bucket.name, Key="in/done/a.csv")
    assert {name: head[name] for name in ENCRYPTION} == ENCRYPTION
    assert bucket.keys() == ["in/done/a.csv"]


@pytest.mark.parametrize("versioned", [False, True])
def test_archiving_never_overwrites(bucket, versioned):
    if versioned:
        version(bucket)
    store = bucket.open("in", archive="done")
    urls = []
    for content in (b"first", b"second", b"third"):
        bucket.put("in/sub/a.csv.gz", content)
        urls.append(store.archive(only(store), "done"))
    names = ("a.csv.gz", "a-2.csv.gz", "a-3.csv.gz")
    assert urls == [f"s3://{bucket.name}/in/done/sub/{name}" for name in names]
    contents = [
        bucket.client.get_object(Bucket=bucket.name, Key=f"in/done/sub/{name}")["Body"].read()
        for name in names
    ]
    assert contents == [b"first", b"second", b"third"]
    assert store.listing().drops == []


def test_large_objects_are_archived_in_parts(bucket, monkeypatch):
    monkeypatch.setattr(s3, "COPY_AT_ONCE_BYTES", 6 * MIB)
    monkeypatch.setattr(s3, "COPY_PART_BYTES", 5 * MIB)
    content = os.urandom(11 * MIB)
    bucket.put("a.bin", content, ContentType="text/csv", **ENCRYPTION)
    store = bucket.open()
    store.archive(only(store), "done")
    copied = bucket.client.get_object(Bucket=bucket.name, Key="done/a.bin")
    assert copied["Body"].read() == content
    assert copied["ETag"].endswith('-3"')
    assert (copied["ContentType"], copied["SSEKMSKeyId"]) == ("text/csv", "alias/drops")
    assert bucket.keys() == ["done/a.bin"]


@pytest.mark.parametrize("versioned", [False, True])
def test_what_replaced_a_drop_is_not_archived(bucket, versioned):
    if versioned:
        version(bucket)
    bucket.put("a.csv", b"before")
    store = bucket.open()
    drop = only(store)
    bucket.put("a.csv", b"after!")
    with pytest.raises(DropError, match="replaced"):
        store.archive(drop, "done")
    newest = bucket.client.get_object(Bucket=bucket.name, Key="a.csv")["Body"].read()
    assert newest == b"after!"


@pytest.mark.parametrize("when", [b"HEAD /", b"PUT /", b"DELETE /"])
def test_archiving_is_tried_again(bucket, when):
    bucket.put("a.csv", b"content")
    store = bucket.open()
    drop = only(store)
    bucket.proxy.befall("cut", 0, when=when)
    assert store.archive(drop, "done").endswith("/done/a.csv")
    assert bucket.keys() == ["done/a.csv"]


def test_a_server_without_conditional_deletes_is_archived_on(bucket):
    bucket.put("a.csv")
    bucket.proxy.befall("answer", when=b"DELETE /", answer=refusal("NotImplemented", 501))
    store = bucket.open()
    store.archive(only(store), "done")
    assert bucket.keys() == ["done/a.csv"]


REFUSALS = [
    ("AccessDenied", 403, SourceError, "access denied"),
    ("InvalidAccessKeyId", 403, SourceError, "the access key isn't known there"),
    ("SignatureDoesNotMatch", 403, SourceError, "secret access key doesn't belong"),
    ("ExpiredToken", 400, SourceError, "the credentials have expired"),
    ("RequestTimeTooSkewed", 403, SourceError, "clock is wrong"),
    ("NoSuchBucket", 404, UsageError, "there is no such bucket"),
    ("InternalError", 500, SourceError, "busy"),
    ("SomethingElse", 400, SourceError, "S3 refuses: SomethingElse"),
]


@pytest.mark.parametrize(("code", "status", "kind", "reason"), REFUSALS)
def test_a_refusal_is_told_in_words(bucket, code, status, kind, reason):
    for _ in range(3):
        answer = refusal(code, status, "Who is that?")
        bucket.proxy.befall("answer", when=b"list-type=2", answer=answer)
    with pytest.raises(kind, match=reason) as told:
        bucket.open().listing()
    assert bucket.name in str(told.value)


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("AccessDenied", 403, "access denied (Who is that?); reading needs s3:GetObject"),
        ("InvalidObjectState", 403, "archive tier"),
        ("NoSuchKey", 404, "gone since it was listed"),
    ],
)
def test_a_refusal_of_one_object_is_that_drops(bucket, tmp_path, code, status, reason):
    bucket.put("a.csv")
    bucket.put("b.csv", b"next")
    bucket.proxy.befall("answer", when=b"/a.csv", answer=refusal(code, status, "Who is that?"))
    failed, content = fetch_all(bucket, tmp_path)
    assert reason in str(failed)
    assert content == b"next"


def test_no_credentials_no_bucket_and_no_server_are_told(bucket, aws):
    with pytest.raises(UsageError, match="there is no such bucket"):
        open_store("s3://nowhere-to-be-found/x", bucket.settings).listing()
    with pytest.raises(UsageError, match="isn't the name of a bucket"):
        open_store("s3://not a bucket/x", bucket.settings).listing()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        aws.delenv(name)
    with pytest.raises(SourceError, match="no usable AWS credentials: set AWS_PROFILE"):
        bucket.open().listing()
    aws.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(SourceError, match="no usable AWS credentials"):
        bucket.open()
    aws.delenv("AWS_PROFILE")
    aws.setenv("AWS_ACCESS_KEY_ID", "a")
    aws.setenv("AWS_SECRET_ACCESS_KEY", "b")
    aws.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(SourceError, match=r"http://127.0.0.1:1 can't be reached \(tried 3 times\)"):
        bucket.open().listing()


def test_nothing_secret_is_told(bucket, tmp_path, aws):
    told = [repr(bucket.settings), repr(bucket.open())]
    bucket.put("a.csv")
    (tmp_path / "program").write_text(f"#!/bin/sh\necho {SECRET_KEY} >&2\nexit 1\n")
    (tmp_path / "program").chmod(0o755)
    failures = [
        lambda: bucket.proxy.befall("answer", answer=refusal("SignatureDoesNotMatch", 403)),
        lambda: bucket.proxy.befall("answer", when=b"list-type=2", answer=refusal("Odd", 400)),
        lambda: aws.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        lambda: aws.delenv("AWS_SECRET_ACCESS_KEY"),
        lambda: (
            (tmp_path / "config").write_text(
                f"[profile p]\ncredential_process = {tmp_path}/program\n"
            ),
            aws.setenv("AWS_CONFIG_FILE", str(tmp_path / "config")),
            aws.setenv("AWS_PROFILE", "p"),
            aws.delenv("AWS_ACCESS_KEY_ID"),
        ),
    ]
    for fail in failures:
        fail()
        with pytest.raises((SourceError, UsageError)) as error:
            bucket.open().listing()
        told += traceback.format_exception(error.value)
    for password in (SECRET_KEY, "p@ss/word"):
        for source in (f"s3://key:{password}@bucket/x", f"s3://key:{password}"):
            with pytest.raises(UsageError) as error:
                open_store(source, bucket.settings)
            assert password not in str(error.value)
    assert not [secret for secret in SECRETS if secret in "".join(told)]


def test_a_signing_server_lists_fetches_and_archives(signed_bucket, tmp_path):
    contents = {f"in/sub/{number}.bin": os.urandom(number * 1000) for number in range(1, 6)}
    for key, content in contents.items():
        signed_bucket.put(key, content)
    store = signed_bucket.open("in", archive="done")
    assert sorted(fetch_all(signed_bucket, tmp_path, store), key=len) == list(contents.values())
    for drop in store.listing().drops:
        store.archive(drop, "done")
    assert store.listing().drops == []
    assert len(signed_bucket.keys()) == 5


def test_a_signing_server_refuses_a_wrong_secret(signed_bucket, aws):
    aws.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(SourceError, match=r"doesn't belong|access denied"):
        signed_bucket.open().listing()


@pytest.mark.parametrize("kind", ["cut", "reset", "stall"])
def test_a_signing_servers_transfer_goes_on_where_it_was(signed_bucket, tmp_path, kind):
    content = os.urandom(4 * MIB)
    signed_bucket.put("a.bin", content)
    signed_bucket.proxy.befall(kind, 2 * MIB, when=b"/a.bin")
    assert fetch_all(signed_bucket, tmp_path) == [content]


def test_a_server_that_ignores_conditions_gives_no_other_object(signed_bucket, tmp_path):
    signed_bucket.put("a.csv", b"before")
    store = signed_bucket.open()
    drop = only(store)
    signed_bucket.put("a.csv", b"after!")
    with pytest.raises(DropError, match="replaced"):
        store.fetch(drop, tmp_path / "fetched")
    with pytest.raises(DropError, match="replaced"):
        store.archive(drop, "done")
