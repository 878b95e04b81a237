"""Builds staging, vault and marts: dbt in this process, told of in terms of its nodes."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from ingest.contracts import read_contracts
from ingest.errors import UsageError, WarehouseError
from ingest.settings import Settings
from ingest.warehouses import open_for_loading, open_for_reading
from orchestration.locking import one_at_a_time

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult
    from dbt.cli.main import dbtRunnerResult
    from dbt_common.events.base_types import EventMsg

FAILURES = ("error", "fail", "runtime error", "partial success")


class BuildError(Exception):
    """Nothing could be built; the message says why."""


@dataclass(frozen=True)
class Node:
    """A model, seed or data test that a build has come to the end of."""

    name: str
    kind: str
    status: str
    """As dbt has it: success, pass, warn, fail, error, skipped."""
    message: str
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether it failed itself; what was skipped because of it did not."""
        return self.status in FAILURES


@dataclass(frozen=True)
class BuildResult:
    """What became of each node that was chosen, in the order in which they ended."""

    build_id: str
    seconds: float
    nodes: list[Node]

    @property
    def failures(self) -> list[Node]:
        """What failed itself."""
        return [node for node in self.nodes if node.failed]

    @property
    def warnings(self) -> list[Node]:
        """What found something that is worth a look, and stops nothing."""
        return [node for node in self.nodes if node.status == "warn"]

    @property
    def succeeded(self) -> bool:
        """Whether nothing failed."""
        return not self.failures


Progress = Callable[[Node, int, int], None]
"""Called after each node with it, its position from 1, and the number of nodes."""


def build(
    settings: Settings,
    arguments: Sequence[str] = (),
    command: str = "build",
    on_progress: Progress | None = None,
) -> BuildResult:
    """Run a dbt command with the project's settings; arguments pass through to dbt.

    Unit tests check code, not data: a build leaves them out. Raise UsageError for arguments that
    dbt doesn't know, WarehouseError where the warehouse is in use, BuildError where dbt stops
    before its first node.
    """
    from dbt.cli.main import dbtRunner

    started = time.monotonic()
    _prepare_raw(settings)
    build_id = settings.build_id or str(uuid4())
    told = {
        "AUDIENCE_VAULT_BUILD_ID": build_id,
        # Writing every statement down takes an eighth of a small build; target/run has them.
        "DBT_LOG_LEVEL_FILE": os.environ.get("DBT_LOG_LEVEL_FILE", "info"),
    }
    watcher = _Watcher(on_progress)
    words = [command, "--log-level", "none", "--project-dir", str(settings.project_dir)]
    words += ["--no-write-json"]  # what it would tell is told by the result
    if command == "build":
        words += ["--exclude-resource-type", "unit_test"]
    with one_at_a_time(settings), settings.applied(told):
        try:
            outcome = dbtRunner(callbacks=[watcher.watch]).invoke([*words, *arguments])
        finally:
            close_warehouse()
    return BuildResult(build_id, time.monotonic() - started, _nodes(outcome, settings))


def _prepare_raw(settings: Settings) -> None:
    """Give a feed that never delivered its empty table; wait for no loader if all have theirs."""
    contracts = read_contracts(settings.contracts_dir).values()
    with suppress(WarehouseError):  # what is wrong is told by whoever opens it to change it
        warehouse = open_for_reading(settings)
        if warehouse is not None:
            with warehouse:
                if not warehouse.lacks(contracts):
                    return
    open_for_loading(settings, contracts).close()


def parse(settings: Settings) -> None:
    """Write dbt's manifest; raise BuildError where the project can't be parsed."""
    from dbt.cli.main import dbtRunner

    words = ["parse", "--log-level", "none", "--project-dir", str(settings.project_dir)]
    with settings.applied():
        outcome = dbtRunner().invoke(words)
    if not outcome.success:
        raise _in_words(outcome.exception, settings)


def close_warehouse() -> None:
    """Let go of the DuckDB file, which dbt would keep open until the process ends."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


class _Watcher:
    """Turns dbt's events into calls of on_progress."""

    def __init__(self, on_progress: Progress | None) -> None:
        self.on_progress = on_progress
        self.position = 0
        self.total = 0

    def watch(self, event: "EventMsg") -> None:
        if event.info.name == "ConcurrencyLine":
            self.total = event.data.node_count
        elif event.info.name == "NodeFinished" and self.on_progress:
            self.position += 1
            info, result = event.data.node_info, event.data.run_result
            node = Node(
                info.node_name,
                info.resource_type,
                info.node_status,
                _in_one_line(result.message),
                result.execution_time,
            )
            self.on_progress(node, self.position, self.total)


def _nodes(outcome: "dbtRunnerResult", settings: Settings) -> list[Node]:
    results = getattr(outcome.result, "results", None)
    if results is None and not outcome.success:
        raise _in_words(outcome.exception, settings)
    return [
        Node(
            name=result.node.name,
            kind=result.node.resource_type.value,
            status=result.status.value,
            message=_message(result, settings),
            seconds=result.execution_time,
        )
        for result in results or []
        if hasattr(result, "status")
    ]


def _message(result: "RunResult", settings: Settings) -> str:
    """What dbt says; of a test that says what to do also that, and the first row that it found."""
    said = _in_one_line(result.message)
    advice = _in_one_line(getattr(result.node, "description", None))
    if result.status not in ("fail", "warn") or not advice:
        return said
    first = f"select * from (\n{result.node.compiled_code}\n) as found limit 1"
    rows: list[tuple[object, ...]] = []
    with suppress(WarehouseError), ExitStack() as stack:
        if warehouse := open_for_reading(settings):
            rows = stack.enter_context(warehouse).query(first)
    found = [f"The first: {', '.join(map(str, row))}." for row in rows]
    return " ".join([f"{said}.", advice, *found])


def _in_words(error: BaseException | None, settings: Settings) -> Exception:
    from dbt.cli.exceptions import DbtUsageException

    reason = _in_one_line(str(error) if error else "dbt stopped without saying why")
    if isinstance(error, DbtUsageException):
        return UsageError(f"dbt: {reason}")
    if "Could not set lock" in reason:
        return WarehouseError(
            f"{settings.duckdb_path} is in use by another process; wait until it is done"
        )
    return BuildError(reason)


def _in_one_line(message: str | None) -> str:
    return " ".join((message or "").split())
