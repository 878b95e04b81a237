"""Processes of their own that have imported the loader already, and may be killed."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["ingest.loading.loader", "ingest.stores.folder", "ingest.ledger.accounting"]
)
LONGEST_SECONDS = 300


def start(work: Callable[..., None], *arguments: object) -> BaseProcess:
    """Begin `work`, a function of a module, in a process of its own."""
    process = CONTEXT.Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


def run(work: Callable[..., None], *arguments: object) -> int:
    """Wait for `work`; its exit code, which is below 0 where a signal ended it."""
    process = start(work, *arguments)
    process.join(LONGEST_SECONDS)
    if process.exitcode is None:
        process.kill()
        raise TimeoutError(f"{work.__name__} took more than {LONGEST_SECONDS} seconds")
    return process.exitcode
