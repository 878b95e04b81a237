"""The one place that tries again."""

import logging
from collections.abc import Callable
from threading import Event
from typing import ParamSpec, TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_after_attempt,
    stop_when_event_set,
    wait_random_exponential,
)

from ingest.errors import SourceError, TransportError

FIRST_WAIT_SECONDS = 0.5
"""Longest wait after the first try; it doubles, and each wait is drawn from 0 to it, so that
many loaders that failed together don't come back together."""
LONGEST_WAIT_SECONDS = 30.0

logger = logging.getLogger(__name__)
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def retrying(what: str, tries: int, stop: Event | None = None) -> Retrying:
    """Tries again after a TransportError, and raises the last one; setting `stop` ends it."""
    stop = stop or Event()

    def say(state: RetryCallState) -> None:
        reason, number = state.outcome.exception(), state.attempt_number + 1
        logger.info("%s: %s; try %d of %d follows", what, reason, number, tries)

    return Retrying(
        retry=retry_if_exception_type(TransportError),
        wait=wait_random_exponential(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS),
        stop=stop_after_attempt(tries) | stop_when_event_set(stop),
        sleep=sleep_using_event(stop),
        before_sleep=say,
        reraise=True,
    )


def tried(
    what: str,
    tries: int,
    call: Callable[Arguments, Result],
    *arguments: Arguments.args,
    **named: Arguments.kwargs,
) -> Result:
    """A call that concerns the whole source, tried again; raise SourceError in the end."""
    try:
        return retrying(what, tries)(call, *arguments, **named)
    except TransportError as error:
        raise SourceError(f"{what}: {error}{after(tries)}") from error


def after(tries: int) -> str:
    """How often it was tried, for the end of a message."""
    return f" (tried {tries} times)" if tries > 1 else ""
