"""The one place that reads the environment."""

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent.parent
LAYERS = ("raw", "staging", "vault", "marts")
TARGETS = ("duckdb", "postgres", "spark")

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
        return cls(
            target=target,
            duckdb_path=path,
            schema_prefix=prefix,
            source=str(PROJECT_DIR / environment.get("AUDIENCE_VAULT_SOURCE", "drops")),
            dbt_target_path=PROJECT_DIR / environment.get("DBT_TARGET_PATH", "target"),
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
        }

    @contextmanager
    def applied(self, more: Mapping[str, str] | None = None) -> Iterator[None]:
        """Put environment() and more into this process's environment, and take it out again."""
        before = dict(os.environ)
        os.environ.update(self.environment() | dict(more or {}))
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


if __name__ == "__main__":
    for name, value in Settings.from_environment().environment().items():
        print(f"export {name}={shlex.quote(value)}")  # noqa: T201 - read by the Makefile
