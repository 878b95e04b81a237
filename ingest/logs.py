"""Logs on standard error: warnings as lines for people, or everything as JSON for programs."""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

RESULTS = "ingest.passes"
"""Logs what becomes of each drop, which commands print for people anyway."""
FIELDS = "{levelname}{name}{message}"


def set_up_logs(log_format: str) -> None:
    """Log what `ingest` does, in one of the settings' LOG_FORMATS; leave other logs alone."""
    handler = logging.StreamHandler(sys.stderr)
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
