"""The command `audience-vault publish`."""

from ingest.console import make_console
from ingest.settings import Settings
from orchestration.publish import publish


def publish_command() -> None:
    """Copy the marts into the file that BI tools open, replaced as a whole."""
    path = publish(Settings.from_environment())
    make_console().print(f"Published {path}", markup=False)
