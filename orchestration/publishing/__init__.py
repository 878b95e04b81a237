"""Publishing: what BI tools read is replaced by the marts of the last build, all at once."""

from importlib import import_module

from ingest.errors import UsageError
from ingest.settings import Settings
from orchestration.publishing.base import PublishedMarts, PublishError
from orchestration.publishing.duckdb import PublishedFile

__all__ = ["PublishError", "PublishedMarts", "publish", "published_marts"]


def published_marts(settings: Settings) -> PublishedMarts:
    """Where readers find the marts: beside the warehouse, on the same engine."""
    match settings.target:
        case "duckdb":
            return PublishedFile(settings)
        case "postgres":
            # Imported when it is needed: its driver takes half a second.
            module = import_module("orchestration.publishing.postgres")
            return module.PublishedSchema(settings)
        case _:
            raise UsageError(
                f"marts on {settings.target} can't be published; "
                "set AUDIENCE_VAULT_TARGET to duckdb or postgres"
            )


def publish(settings: Settings) -> PublishedMarts:
    """Replace what is published; whatever goes wrong, it stays as it is.

    Raise PublishError where the last build isn't complete or a row is unexplained, and UsageError
    where there is none.
    """
    published = published_marts(settings)
    published.replace()
    return published
