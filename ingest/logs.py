"""Logs on standard error: warnings as lines for people, or everything as JSON for programs."""

import logging
import sys
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

RESULTS = "ingest.loading.passes"
"""Logs what becomes of each drop, which commands print for people anyway."""
FIELDS = "{levelname}{name}{message}"


class _CurrentStderr(logging.StreamHandler):
    """Writes where standard error is by then: a progress bar moves it above itself."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr


def set_up_logs(log_format: str) -> None:
    """Log what `ingest` does, in one of the settings' LOG_FORMATS; leave other logs alone."""
    handler = _CurrentStderr()
    logger = logging.getLogger("ingest")
    logger.handlers = [handler]
    logger.propagate = False
    if log_format == "json":
        names = {"levelname": "level", "name": "logger"}
        handler.setFormatter(
            JsonFormatter(FIELDS, style="{", rename_fields=names, timestamp="at", json_default=str)
        )
        logger.setLevel(logging.INFO)
    else:
        handler.setFormatter(logging.Formatter("%(message)s"))
        handler.addFilter(lambda record: record.name != RESULTS)
        logger.setLevel(logging.WARNING)
