"""The command `audience-vault publish`."""

from ingest.console import make_console
from ingest.settings import Settings
from orchestration.publishing import publish


def publish_command() -> None:
    """Replace what BI tools read by the marts of the last build, all at once."""
    published = publish(Settings.from_environment())
    make_console().print(f"Published {published.name}", markup=False)
