"""S3 as a source, over HTTP: moto for versions and conditions, rclone for signatures."""

import os

import pytest
from looking import MIB, archive, fetch_all, only, paths, refusal, version

from ingest.errors import DropError
from ingest.stores import open_store, s3


def test_objects_are_listed_but_folders_hidden_and_unfinished_ones(bucket):
    for key in ("in/a.csv", "in/sub/b.csv", "in/", "in/sub/", "in/.c.csv", "in/d.csv.tmp"):
        bucket.put(key)
    bucket.put("in/_temporary/0/e.csv")
    bucket.put("in/done/f.csv")
    bucket.put("inside/g.csv")
    store = bucket.open("in", archive="done")
    assert sorted(paths(store)) == ["a.csv", "sub/b.csv"]
    assert store.listing().drops[0].url.startswith(f"s3://{bucket.name}/in/")
    assert sorted(paths(bucket.open("in/", archive="done"))) == ["a.csv", "sub/b.csv"]
    assert len(paths(bucket.open())) == 4
    assert sorted(paths(bucket.open("nothing/here"))) == []


def test_more_objects_than_a_page_holds(bucket, monkeypatch):
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "10")
    expected = [f"{number:04}.csv" for number in range(25)]
    for key in expected:
        bucket.put(key, b"")
    store = bucket.open()
    assert sorted(paths(store)) == expected
    # A page that fails is asked for again, not the whole listing; a half one is none.
    requests = len(bucket.proxy.lines)
    bucket.proxy.befall("cut", 100, when=b"continuation-token")
    assert sorted(paths(store)) == expected
    assert not bucket.proxy.faults
    assert len(bucket.proxy.lines) == requests + 4  # moto ends a connection after each answer
    version(bucket)
    assert sorted(paths(bucket.open())) == expected


@pytest.mark.slow
def test_more_objects_than_s3_lists_at_once(bucket):
    expected = [f"{number:04}.csv" for number in range(1005)]
    for key in expected:
        bucket.put(key, b"")
    assert sorted(paths(bucket.open())) == expected


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
    assert archive(store, only(store)) == f"s3://{bucket.name}/in/done/a.csv"
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
        urls.append(archive(store, only(store)))
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
    archive(store, only(store))
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
        archive(store, drop)
    newest = bucket.client.get_object(Bucket=bucket.name, Key="a.csv")["Body"].read()
    assert newest == b"after!"


@pytest.mark.parametrize("when", [b"HEAD /", b"PUT /", b"DELETE /"])
def test_archiving_is_tried_again(bucket, when):
    bucket.put("a.csv", b"content")
    store = bucket.open()
    drop = only(store)
    bucket.proxy.befall("cut", 0, when=when)
    assert archive(store, drop).endswith("/done/a.csv")
    assert bucket.keys() == ["done/a.csv"]


def test_a_server_without_conditional_deletes_is_archived_on(bucket):
    bucket.put("a.csv")
    bucket.proxy.befall("answer", when=b"DELETE /", answer=refusal("NotImplemented", 501))
    store = bucket.open()
    archive(store, only(store))
    assert bucket.keys() == ["done/a.csv"]


def test_a_signing_server_lists_fetches_and_archives(signed_bucket, tmp_path):
    contents = {f"in/sub/{number}.bin": os.urandom(number * 1000) for number in range(1, 6)}
    for key, content in contents.items():
        signed_bucket.put(key, content)
    store = signed_bucket.open("in", archive="done")
    assert sorted(fetch_all(signed_bucket, tmp_path, store), key=len) == list(contents.values())
    for drop in store.listing().drops:
        archive(store, drop)
    assert store.listing().drops == []
    assert len(signed_bucket.keys()) == 5


def test_a_server_that_ignores_conditions_gives_no_other_object(signed_bucket, tmp_path):
    signed_bucket.put("a.csv", b"before")
    store = signed_bucket.open()
    drop = only(store)
    signed_bucket.put("a.csv", b"after!")
    with pytest.raises(DropError, match="replaced"):
        store.fetch(drop, tmp_path / "fetched")
    with pytest.raises(DropError, match="replaced"):
        archive(store, drop)
