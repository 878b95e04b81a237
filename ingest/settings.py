"""The one place that reads the environment."""

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.errors import UsageError
from ingest.libpq import SECRETS, libpq_environment

PROJECT_DIR = Path(__file__).resolve().parent.parent
LAYERS = ("raw", "staging", "vault", "marts")
TARGETS = ("duckdb", "postgres", "spark")
KNOWN_HOSTS = "~/.ssh/known_hosts"
LOG_FORMATS = ("text", "json")
MIN_KEY_CHARACTERS = 16

NO_TELEMETRY = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "GX_ANALYTICS_ENABLED": "false",
}


class SettingsError(Exception):
    """A setting is wrong; the message names it and says what it may be."""


@dataclass(frozen=True)
class Settings:
    """Where drops come from, where the warehouse is and how it is named."""

    target: str
    duckdb_path: Path
    schema_prefix: str
    project_dir: Path = PROJECT_DIR
    source: str = "drops"
    """Folder that Dagster loads drops from."""
    dbt_target_path: Path = PROJECT_DIR / "target"
    """Where dbt keeps its manifest and compiled SQL."""
    postgres_dsn: str | None = field(default=None, repr=False)
    """Where the PostgreSQL warehouse is: a URL or key=value pairs, with its password."""
    lock_wait_seconds: float = 600
    """How long a loader waits for another one before it gives up."""
    settle_seconds: float = 2
    """A file that changed within this time is looked at again before it is loaded."""
    archive: str | None = None
    """Folder under the source that drops are moved to once they are loaded; null to leave them."""
    sftp_password: str | None = field(default=None, repr=False)
    sftp_key: Path | None = None
    """File of the private key; null for the agent's and those in ~/.ssh."""
    sftp_key_passphrase: str | None = field(default=None, repr=False)
    sftp_known_hosts: Path = Path(KNOWN_HOSTS)
    fetch_at_once: int = 4
    """How many drops are fetched at the same time."""
    fetch_tries: int = 5
    """How often a transfer or listing is tried before it counts as failed."""
    stall_seconds: float = 60
    """How long a store may be silent before a transfer counts as broken off."""
    pseudonym_key: str | None = field(default=None, repr=False)
    """The secret that pseudonyms of PII are made with."""
    log_format: str = "text"
    build_id: str | None = None
    """One id for several dbt commands that make one build; null for one of each build's own."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read AUDIENCE_VAULT_*; raise SettingsError for a value that can't be right."""
        target = environment.get("AUDIENCE_VAULT_TARGET", "duckdb")
        if target not in TARGETS:
            raise SettingsError(
                f"AUDIENCE_VAULT_TARGET is '{target}'; it must be one of {', '.join(TARGETS)}"
            )
        path = PROJECT_DIR / environment.get(
            "AUDIENCE_VAULT_DUCKDB", "warehouse/audience_vault.duckdb"
        )
        prefix = environment.get("AUDIENCE_VAULT_SCHEMA_PREFIX", "")
        if prefix and not prefix.replace("_", "").isalnum():
            raise SettingsError(
                f"AUDIENCE_VAULT_SCHEMA_PREFIX is '{prefix}'; use letters, digits and underscores"
            )
        if path.stem.lower() in [f"{prefix}{layer}".lower() for layer in LAYERS]:
            raise SettingsError(
                f"AUDIENCE_VAULT_DUCKDB is '{path}'; DuckDB would take the file for the schema "
                f"'{path.stem}', so name it otherwise"
            )
        dsn = environment.get("AUDIENCE_VAULT_POSTGRES")
        if target == "postgres" and not dsn:
            raise SettingsError(
                "AUDIENCE_VAULT_POSTGRES is not set; AUDIENCE_VAULT_TARGET=postgres needs it, "
                "as in postgresql://user@host:5432/database"
            )
        return cls(
            target=target,
            duckdb_path=path,
            schema_prefix=prefix,
            source=_source(environment.get("AUDIENCE_VAULT_SOURCE", "drops")),
            dbt_target_path=PROJECT_DIR / environment.get("DBT_TARGET_PATH", "target"),
            postgres_dsn=dsn,
            pseudonym_key=_pseudonym_key(environment),
            log_format=_log_format(environment.get("AUDIENCE_VAULT_LOG_FORMAT", "text")),
            build_id=environment.get("AUDIENCE_VAULT_BUILD_ID"),
            lock_wait_seconds=_seconds(environment, "AUDIENCE_VAULT_LOCK_WAIT_SECONDS", 600),
            **_stores(environment),
        )

    def schema(self, layer: str) -> str:
        """The schema of a layer (raw, staging, vault, marts), with the prefix in use."""
        return f"{self.schema_prefix}{layer}"

    @property
    def contracts_dir(self) -> Path:
        """The folder with one contract per feed."""
        return self.project_dir / "contracts"

    @property
    def published_path(self) -> Path:
        """The snapshot of the marts that BI tools open: beside the warehouse's own file."""
        return self.duckdb_path.with_name(f"{self.duckdb_path.stem}_published.duckdb")

    def environment(self) -> dict[str, str]:
        """What dbt and Dagster need to find this warehouse, with their telemetry off."""
        return NO_TELEMETRY | {
            "AUDIENCE_VAULT_TARGET": self.target,
            "AUDIENCE_VAULT_DUCKDB": str(self.duckdb_path),
            "AUDIENCE_VAULT_SCHEMA_PREFIX": self.schema_prefix,
            "AUDIENCE_VAULT_SOURCE": self.source,
            "DAGSTER_HOME": str(self.project_dir / ".dagster"),
            "DBT_PROFILES_DIR": str(self.project_dir / "profiles"),
            "DBT_PROJECT_DIR": str(self.project_dir),
            "DBT_TARGET_PATH": str(self.dbt_target_path),
            **{name: value for name, value in self._libpq().items() if name not in SECRETS},
        }

    def secrets(self) -> dict[str, str]:
        """What environment() leaves out, for processes that this one starts."""
        return {name: value for name, value in self._libpq().items() if name in SECRETS}

    def _libpq(self) -> dict[str, str]:
        if self.target != "postgres" or not self.postgres_dsn:
            return {}
        return libpq_environment(self.postgres_dsn)

    @contextmanager
    def applied(self, more: Mapping[str, str] | None = None) -> Iterator[None]:
        """Put environment(), secrets() and more into this process's environment for a while."""
        before = dict(os.environ)
        os.environ.update(self.environment() | self.secrets() | dict(more or {}))
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _source(written: str) -> str:
    return written if "://" in written else str(PROJECT_DIR / written)


def _pseudonym_key(environment: Mapping[str, str]) -> str | None:
    """The message never repeats it."""
    key = environment.get("AUDIENCE_VAULT_PSEUDONYM_KEY")
    if key is not None and len(key) < MIN_KEY_CHARACTERS:
        raise SettingsError(
            "AUDIENCE_VAULT_PSEUDONYM_KEY is too short to be a secret; write at least "
            f"{MIN_KEY_CHARACTERS} random characters"
        )
    return key


def _log_format(written: str) -> str:
    if written not in LOG_FORMATS:
        raise SettingsError(
            f"AUDIENCE_VAULT_LOG_FORMAT is '{written}'; it must be one of {', '.join(LOG_FORMATS)}"
        )
    return written


def _stores(environment: Mapping[str, str]) -> dict[str, Any]:
    """Settings of folders, S3 and SFTP."""
    stall = _seconds(environment, "AUDIENCE_VAULT_STALL_SECONDS", 60)
    if stall == 0:
        raise SettingsError("AUDIENCE_VAULT_STALL_SECONDS is '0'; write how long a store may rest")
    key = environment.get("AUDIENCE_VAULT_SFTP_KEY")
    known_hosts = environment.get("AUDIENCE_VAULT_SFTP_KNOWN_HOSTS", KNOWN_HOSTS) or KNOWN_HOSTS
    return {
        "settle_seconds": _seconds(environment, "AUDIENCE_VAULT_SETTLE_SECONDS", 2),
        "archive": _archive(environment.get("AUDIENCE_VAULT_ARCHIVE")),
        "sftp_password": environment.get("AUDIENCE_VAULT_SFTP_PASSWORD") or None,
        "sftp_key": Path(key) if key else None,
        "sftp_key_passphrase": environment.get("AUDIENCE_VAULT_SFTP_KEY_PASSPHRASE") or None,
        "sftp_known_hosts": Path(known_hosts),
        "fetch_at_once": _count(environment, "AUDIENCE_VAULT_FETCH_AT_ONCE", 4),
        "fetch_tries": _count(environment, "AUDIENCE_VAULT_FETCH_TRIES", 5),
        "stall_seconds": stall,
    }


def _archive(written: str | None) -> str | None:
    folder = (written or "").strip("/")
    if written and (
        not folder or written.startswith("/") or {"", ".", ".."} & {*folder.split("/")}
    ):
        raise SettingsError(
            f"AUDIENCE_VAULT_ARCHIVE is '{written}'; write a folder under the source, as in archive"
        )
    return folder or None


def _count(environment: Mapping[str, str], name: str, default: int) -> int:
    written = environment.get(name, str(default))
    if not (written.isascii() and written.isdigit() and 1 <= int(written) <= 1000):
        raise SettingsError(f"{name} is '{written}'; write a whole number from 1 to 1000")
    return int(written)


def _seconds(environment: Mapping[str, str], name: str, default: float) -> float:
    written = environment.get(name)
    if written is None:
        return default
    try:
        seconds = float(written)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < float("inf"):
        raise SettingsError(f"{name} is '{written}'; write a number of seconds, 0 or more")
    return seconds


if __name__ == "__main__":
    try:
        variables = Settings.from_environment().environment()
    except (SettingsError, UsageError) as error:
        sys.exit(f"Error: {error}")
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")  # noqa: T201 - read by the Makefile
