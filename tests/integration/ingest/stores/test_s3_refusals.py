"""What S3 refuses, told in words and without secrets."""

import traceback

import pytest
from looking import fetch_all, refusal
from made_secrets import SECRET_KEY, SECRETS

from ingest.errors import SourceError, UsageError
from ingest.stores import open_store

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


def test_a_signing_server_refuses_a_wrong_secret(signed_bucket, aws):
    aws.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(SourceError, match=r"doesn't belong|access denied"):
        signed_bucket.open().listing()
