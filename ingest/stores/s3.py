"""Drops in a bucket, on AWS or on what speaks its language."""

from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Self

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError, FlexibleChecksumError
from botocore.response import StreamingBody
from s3transfer.exceptions import S3CopyFailedError

from ingest.errors import DropError, SourceError, TransportError
from ingest.settings import Settings
from ingest.stores import Drop, Listing
from ingest.stores.listing import archive_paths, instant, is_hidden, is_unfinished, settled
from ingest.stores.retrying import tried
from ingest.stores.s3_errors import (
    REPLACED,
    GoneError,
    RefusedError,
    about_drop,
    about_source,
    error_code,
)
from ingest.stores.urls import parse_location

if TYPE_CHECKING:
    from datetime import datetime

CHUNK_BYTES = 256 * 1024
"""Read at a time; of a transfer that breaks off, less than one is lost."""
CONNECT_SECONDS = 10
COPY_AT_ONCE_BYTES = 1024**3
"""A larger object is archived in parts: a request copies 5 GiB at most, and is silent meanwhile."""
COPY_PART_BYTES = 256 * 1024**2
OBJECTS = ("list_objects_v2", "Contents", {"ContinuationToken": "NextContinuationToken"})
VERSIONS = (
    "list_object_versions",
    "Versions",
    {"KeyMarker": "NextKeyMarker", "VersionIdMarker": "NextVersionIdMarker"},
)

PROOFS = {
    "list_objects_v2": "IsTruncated",
    "list_object_versions": "IsTruncated",
    "head_object": "ETag",
}


class S3Store:
    """The objects under a prefix, or a single one.

    A drop's version is its version id where the bucket keeps versions, else its ETag, which is in
    quotes and only ever compared with another one: it is no hash of the content.
    """

    def __init__(self, source: str, settings: Settings) -> None:
        """`source` is s3://bucket/prefix; raise UsageError or SourceError if it can't be one."""
        self._location = parse_location(source)
        self._bucket = self._location.host
        self.name = self._location.url(self._location.path).removesuffix("/")
        self._archive = settings.archive
        self._tries = settings.fetch_tries
        with about_source(self.name, "AWS"):
            self._client = _client(settings)
        self._endpoint = self._client.meta.endpoint_url

    @cached_property
    def is_single_file(self) -> bool:
        """Whether there is an object of exactly this key: it comes first of all that start so."""
        key = self._location.path
        if not key or key.endswith("/"):
            return False
        page = self._asked("list_objects_v2", Prefix=key, MaxKeys=1)
        return any(entry["Key"] == key for entry in page.get("Contents", ()))

    def listing(self) -> Listing:
        """Latest versions of all objects; S3 shows none that is still being written."""
        key = self._location.path
        if self.is_single_file:
            first = next(self._entries(key), None)
            found = [self._drop(first)] if first and first["Key"] == key else []
        else:
            everything = map(self._drop, self._entries(self._folder))
            found = [drop for drop in everything if self._is_offered(drop)]
        return settled(found, {}, [])

    def find(self, path: str) -> Drop | None:
        """The object at a path under the prefix, if any."""
        key = self._folder + path
        try:
            head = self._asked("head_object", Key=key)
        except GoneError:
            return None
        entry = {"Key": key, "Size": head["ContentLength"], "ETag": head["ETag"]}
        if self._keeps_versions:
            entry["VersionId"] = head.get("VersionId", "null")
        return self._drop(entry | {"LastModified": head["LastModified"]})

    def fetch(self, drop: Drop, target: Path, stop: Event | None = None) -> None:
        """Exactly the listed version; a try goes on where the one before left off."""
        received = target.stat().st_size if target.exists() else 0
        if received >= drop.size_bytes:
            received = 0
        wanted = self._wanted(drop) | ({"Range": f"bytes={received}-"} if received else {})
        with about_drop(self.name, self._endpoint):
            answer = _whole(self._client.get_object(Bucket=self._bucket, **wanted), "ETag")
            if "ContentRange" not in answer:
                received = 0
            self._check(drop, answer, drop.size_bytes - received)
            try:
                received = _write(answer["Body"], target, received, stop or Event())
            except FlexibleChecksumError as error:
                # Of the whole object, also where a server was asked for the rest of it.
                target.unlink()
                raise TransportError("what came isn't what its checksum says") from error
        if received != drop.size_bytes:
            raise TransportError(f"{received:,} of {drop.size_bytes:,} bytes came")

    def confirm(self, drop: Drop) -> None:
        """Nothing to do: what was fetched is a copy of what was listed."""

    def archived(self, drop: Drop, folder: str, taken: Collection[str]) -> Drop:
        """Under the first key that no object has."""
        path = next(
            path
            for path in archive_paths(drop.path, folder)
            if path not in taken and self.find(path) is None
        )
        return replace(drop, path=path, url=self._location.url(self._folder + path))

    def move(self, drop: Drop, target: Drop) -> None:
        """Copy within the bucket, under the same encryption, then delete; steps are repeatable."""
        try:
            about = self._asked("head_object", **self._wanted(drop))
            tried(self.name, self._tries, self._copy, drop, about, self._key(target))
            tried(self.name, self._tries, self._delete, drop, about["ETag"])
        except SourceError as error:
            raise SourceError(f"{drop.url} can't be moved to the archive: {error}") from error

    def close(self) -> None:
        """Let connections go."""
        self._client.close()

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    @cached_property
    def _folder(self) -> str:
        """What all keys start with: empty, or up to a slash."""
        path = self._location.path
        if self.is_single_file:
            path = path.rpartition("/")[0]
        return f"{path.removesuffix('/')}/" if path else ""

    def _is_offered(self, drop: Drop) -> bool:
        is_folder = not drop.path or drop.path.endswith("/")
        return not (is_folder or is_hidden(drop.path, self._archive) or is_unfinished(drop.path))

    def _key(self, drop: Drop) -> str:
        return self._folder + drop.path

    @cached_property
    def _keeps_versions(self) -> bool:
        """Whether versions can be listed: some servers have none, some identities may not ask."""
        with suppress(RefusedError):
            if self._asked("get_bucket_versioning").get("Status"):
                self._asked("list_object_versions", Prefix=self._location.path, MaxKeys=1)
                return True
        return False

    def _entries(self, prefix: str) -> Iterator[dict[str, Any]]:
        """Every object, a page of 1,000 at a time; a page that fails is asked for again."""
        operation, entries, markers = VERSIONS if self._keeps_versions else OBJECTS
        where: dict[str, str] = {}
        while True:
            page = self._asked(operation, Prefix=prefix, **where)
            for entry in page.get(entries, ()):
                if entry.get("IsLatest", True):
                    yield entry
            if not page.get("IsTruncated"):
                return
            where = {ours: page[theirs] for ours, theirs in markers.items() if theirs in page}
            if not where:
                raise SourceError(f"{self.name}: the server's listing ends before its end")

    def _drop(self, entry: dict[str, Any]) -> Drop:
        modified: datetime = entry["LastModified"]  # to the second: HEAD knows no more
        version = entry.get("VersionId", "null")
        return Drop(
            url=self._location.url(entry["Key"]),
            path=entry["Key"].removeprefix(self._folder),
            size_bytes=entry["Size"],
            modified_at=instant(int(modified.timestamp())),
            version=_mark(entry["ETag"]) if version == "null" else version,
        )

    def _wanted(self, drop: Drop) -> dict[str, str]:
        """Arguments that ask for the listed version and no other."""
        by = "IfMatch" if drop.version.startswith('"') else "VersionId"
        return {"Key": self._key(drop), by: drop.version}

    def _check(self, drop: Drop, answer: dict[str, Any], expected_bytes: int) -> None:
        """Refuse another object than the listed one, also from servers that ignore conditions."""
        mark = _mark(answer["ETag"]) if drop.version.startswith('"') else answer.get("VersionId")
        if mark != drop.version:
            raise DropError(REPLACED)
        announced_bytes = answer.get("ContentLength", expected_bytes)
        if announced_bytes != expected_bytes:
            size = announced_bytes + drop.size_bytes - expected_bytes
            raise DropError(f"S3 listed {drop.size_bytes:,} bytes, but sends {size:,}")

    def _copy(self, drop: Drop, about: dict[str, Any], target: str) -> None:
        source = {"Bucket": self._bucket, "Key": self._key(drop)}
        if "VersionId" in self._wanted(drop):
            source["VersionId"] = drop.version
        kept = ("ServerSideEncryption", "SSEKMSKeyId", "StorageClass")
        arguments = {name: about[name] for name in kept if about.get(name)}
        arguments["CopySourceIfMatch"] = about["ETag"]
        parts = TransferConfig(COPY_AT_ONCE_BYTES, multipart_chunksize=COPY_PART_BYTES)
        with about_drop(self.name, self._endpoint):
            try:
                self._client.copy(source, self._bucket, target, ExtraArgs=arguments, Config=parts)
            except S3CopyFailedError as error:
                raise DropError(REPLACED) from error

    def _delete(self, drop: Drop, etag: str) -> None:
        """Only the listed object: what replaced it is for the next load."""
        now = self.find(drop.path)
        if now is None:
            return
        if now.version != drop.version:
            raise DropError(f"{REPLACED}; the old one is archived")
        with about_drop(self.name, self._endpoint):
            try:
                self._client.delete_object(Bucket=self._bucket, Key=self._key(drop), IfMatch=etag)
            except ClientError as error:
                if error_code(error) != "NotImplemented":
                    raise
                self._client.delete_object(Bucket=self._bucket, Key=self._key(drop))

    def _asked(self, operation: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401
        """What S3 answers, tried again where that may help."""
        about = about_drop if "Key" in arguments else about_source

        def ask() -> dict[str, Any]:
            with about(self.name, self._endpoint):
                answer = getattr(self._client, operation)(Bucket=self._bucket, **arguments)
                return _whole(answer, PROOFS.get(operation))

        return tried(self.name, self._tries, ask)


def _write(body: StreamingBody, target: Path, received: int, stop: Event) -> int:
    """Write a body after what has been received; how much that is then."""
    with closing(body), target.open("r+b" if received else "wb") as file:
        file.seek(received)
        for chunk in body.iter_chunks(CHUNK_BYTES):
            received += file.write(chunk)
            if stop.is_set():
                raise TransportError("stopped")
    return received


def _whole(answer: dict[str, Any], proof: str | None) -> dict[str, Any]:
    """An answer with what S3 always says; boto3 takes one cut off in its headers for empty."""
    if proof and proof not in answer:
        raise TransportError("S3's answer is cut off")
    return answer


def _mark(etag: str) -> str:
    """An ETag in its quotes, which some servers forget in listings."""
    return '"' + etag.strip('"') + '"'


def _client(settings: Settings) -> Any:  # noqa: ANN401 - boto3 makes its classes while it runs
    """A client by AWS's own settings; trying again is ours alone (ingest.stores.retrying)."""
    config = Config(
        retries={"total_max_attempts": 1, "mode": "standard"},
        connect_timeout=min(CONNECT_SECONDS, settings.stall_seconds),
        read_timeout=settings.stall_seconds,
        tcp_keepalive=True,
        max_pool_connections=settings.fetch_at_once + 2,
    )
    return boto3.Session().client("s3", config=config)
