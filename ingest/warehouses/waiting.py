"""One loader per warehouse: those that come later wait, and say for whom."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from ingest.errors import WarehouseError

LOG = logging.getLogger(__name__)
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 1.0

T = TypeVar("T")
OnWait = Callable[[str], None]
"""Called once, with a line that says who is waited for, and how long."""


class InUseError(WarehouseError):
    """Someone else has the warehouse; trying again later may help."""

    def __init__(self, warehouse: str, holder: str) -> None:
        """`warehouse` and `holder` as the message names them."""
        super().__init__(f"{warehouse} is in use by {holder}; wait until it is done")
        self.told = f"{warehouse} is in use by {holder}"


def tell_log(line: str) -> None:
    """Warn of the wait in the log: standard error, unless something else is set up."""
    LOG.warning("%s", line)


def patiently(attempt: Callable[[], T], seconds: float, on_wait: OnWait) -> T:
    """What `attempt` returns, once it no longer raises InUseError; give up after `seconds`."""
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE_SECONDS
    has_told = False
    while True:
        try:
            return attempt()
        except InUseError as error:
            left = deadline - time.monotonic()
            if left <= 0:
                raise
            if not has_told:
                on_wait(f"{error.told}; waiting for up to {seconds:g} seconds")
                has_told = True
            time.sleep(min(pause, left))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
