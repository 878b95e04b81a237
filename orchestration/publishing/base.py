"""What every way to publish has in common: when it may be done, and what is told of it."""

import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.errors import UsageError
from ingest.settings import Settings
from ingest.sql import identifier
from ingest.warehouses import Warehouse

SNAPSHOT = "snapshot"
SNAPSHOT_COMMENT = "Where these marts come from: one row."
SNAPSHOT_COLUMNS = {
    "build_id": ("string", "The build whose marts these are."),
    "as_of_load": ("bigint", "The last load that the build read."),
    "git_commit": (
        "string",
        "Commit of the code that published, '-dirty' if changed; null if unknown.",
    ),
    "published_at": ("timestamp", "When the marts were published, in UTC."),
}
"""Portable type and description of each column of the table `snapshot`."""
Query = Callable[..., list[tuple[Any, ...]]]


class PublishError(Exception):
    """The marts can't be published as they are; the message says what to do first."""


@dataclass(frozen=True)
class Build:
    """The build whose marts are published."""

    build_id: str
    as_of_load: int


class PublishedMarts(ABC):
    """The marts as readers see them."""

    schema: str
    """The schema that holds them."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is opened before it is needed."""
        self.settings = settings

    @property
    @abstractmethod
    def name(self) -> str:
        """Where they are, as people are told."""

    @abstractmethod
    def replace(self) -> None:
        """Put the marts of the last build in their place, all at once."""

    @abstractmethod
    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, as a reader gets them."""


def complete_build(warehouse: Warehouse, settings: Settings) -> Build:
    """The last build; raise PublishError unless every model is as it left it."""
    vault = identifier(settings.schema("vault"))
    if not warehouse.query(
        """
        select 1 from information_schema.tables
        where table_schema = $1::varchar and table_name = 'builds'
        """,
        [settings.schema("vault")],
    ):
        raise UsageError("nothing is built yet; start with `audience-vault build`")
    ((build_id, as_of_load),) = warehouse.query(
        f"select build_id, as_of_load from {vault}.builds order by started_at desc limit 1"
    )
    stale = warehouse.query(
        f"""
        select wanted.model
        from {vault}.build_fingerprints as wanted
        left join {vault}.progress as built
            on wanted.model = built.model
            and wanted.fingerprint = built.fingerprint
            and (built.as_of_load = $1::bigint or wanted.model like 'seed.%')
        where wanted.build_id = $2::varchar and built.model is null
        order by wanted.model
        """,
        [as_of_load, build_id],
    )
    if stale:
        first = stale[0][0].rpartition(".")[2]
        raise PublishError(
            f"the last build isn't complete: {len(stale)} models behind, {first} first; "
            "run `audience-vault build` until it succeeds"
        )
    return Build(build_id, as_of_load)


def refuse_unexplained_rows(query: Query, reconciliation: str) -> None:
    """Raise PublishError unless every row is explained: a build tests new drops only."""
    unexplained = query(
        f"""
        select feed, load_id, unexplained_rows from {reconciliation}
        where unexplained_rows <> 0 order by load_id limit 1
        """
    )
    if unexplained:
        feed, load_id, rows = unexplained[0]
        raise PublishError(
            f"load {load_id} of {feed} has {rows} unexplained rows; "
            "see marts.reconciliation, and build with --full-refresh once raw is right"
        )


def snapshot_row(build: Build, settings: Settings) -> list[object]:
    """The values of the table `snapshot`."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return [build.build_id, build.as_of_load, _git_commit(settings.project_dir), now]


def _git_commit(folder: Path) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    return told.stdout.strip() or None
