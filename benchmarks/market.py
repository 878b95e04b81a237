"""A simulated market whose marts are measured: Parquet files of a feed, and warehouses of them."""

import json
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from ingest.contracts import read_contracts
from ingest.settings import Settings
from ingest.simulate import SimulationPlan, simulate
from ingest.sql import literal
from ingest.warehouses import open_for_loading
from ingest.warehouses.duckdb import CONFIG
from orchestration.build import BuildResult, build

THREADS = 2
"""As profiles/profiles.yml has them."""
EVENTS = "{events}"
"""Where a bare statement names the files."""
TO_PARQUET = "copy ({rows}) to {parquet}"
INTO_RAW = """
    insert into raw.{feed} by name
    select
        *,
        $1::bigint as _load_id,
        $2::varchar as _file,
        row_number() over () as _row,
        timestamp '2024-01-01' as _loaded_at
    from read_parquet($2)
"""
INTO_LEDGER = """
    insert into raw.loads by name
    select
        $1::bigint as load_id,
        '{feed}' as feed,
        $2::varchar as url,
        'loaded' as state,
        count(*) as rows_read,
        count(*) as rows_loaded,
        0 as rows_quarantined,
        timestamp '2024-01-01' as loaded_at
    from read_parquet($2)
"""
DIFFERENT = """
    select count(*) from (
        (select {columns} from mart except all select {columns} from bare)
        union all
        (select {columns} from bare except all select {columns} from mart)
    )
"""
DECIMALS = 6
"""To which numbers are compared: their last bits depend on the order of sums."""


@dataclass(frozen=True)
class Subject:
    """A mart, the feed that it is made of, and the bare statement that makes the same of it."""

    name: str
    """Of the benchmark, and of the file with the statement."""
    mart: str
    feed: str
    events_per_box: int
    """On a date, about."""
    rows: str
    """The rows of a drop, {drop}, as raw has their columns."""

    @property
    def bare(self) -> str:
        """The statement, with EVENTS where it names the files."""
        return (Path(__file__).parent / f"{self.name}.sql").read_text()


@dataclass(frozen=True)
class Market:
    """Boxes and dates, in a folder that everything made of them is in."""

    subject: Subject
    folder: Path
    boxes: int
    days: int
    """Dates of a full build. There is one more after them."""

    @cached_property
    def parquet(self) -> Path:
        """The folder with a file of events for each simulated drop, as raw has their columns."""
        folder = self.folder / "parquet"
        plan = SimulationPlan(days=self.days + 1, boxes=self.boxes)
        drops = simulate(self.folder / "drops", plan, feeds=[self.subject.feed])
        folder.mkdir()
        with duckdb.connect() as engine:
            for drop in drops:
                parquet = folder / f"{drop.path.name.split('.')[0]}.parquet"
                rows = self.subject.rows.format(drop=literal(str(drop.path)))
                engine.execute(TO_PARQUET.format(rows=rows, parquet=literal(str(parquet))))
                drop.path.unlink()
        last = max(drop.path.name.split("_")[2][:8] for drop in drops)
        for parquet in folder.glob(f"{self.subject.feed}_{last}*"):
            parquet.rename(parquet.with_name(f"later_{parquet.name}"))
        return folder

    def files(self, *, later: bool) -> list[Path]:
        """Files of the dates of a full build, or those of the one more."""
        feed = self.subject.feed
        return sorted(self.parquet.glob(f"later_{feed}*" if later else f"{feed}*"))

    def rows(self, *, later: bool) -> int:
        """Delivered rows of these dates, repeats included."""
        with duckdb.connect() as engine:
            files = [str(path) for path in self.files(later=later)]
            return engine.execute("select count(*) from read_parquet($1)", [files]).fetchall()[0][0]

    @property
    def settings(self) -> Settings:
        """The warehouse that is built: a copy of one of those below, under a name of its own.

        dbt reads the whole project again where the name is another.
        """
        folder = self.folder / "run"
        folder.mkdir(exist_ok=True)
        return Settings("duckdb", folder / "bench.duckdb", "", dbt_target_path=folder / "target")

    @cached_property
    def delivered(self) -> Path:
        """A warehouse with the dates in raw and nothing built."""
        self.settings.duckdb_path.unlink(missing_ok=True)
        self._deliver(later=False)
        self._dbt("seed")
        return self.settings.duckdb_path.rename(self.folder / "delivered.duckdb")

    @cached_property
    def built(self) -> Path:
        """A warehouse with the dates built, and one more in raw."""
        self.restore(later=False)
        self._dbt("run", "--select", f"+{self.subject.mart}")
        self._deliver(later=True)
        return self.settings.duckdb_path.rename(self.folder / "built.duckdb")

    def restore(self, *, later: bool) -> None:
        """Put in place what is to be built, without the log of a run that was stopped."""
        path = self.settings.duckdb_path
        path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
        shutil.copyfile(self.built if later else self.delivered, path)

    def clear(self) -> None:
        """Remove what takes the disk: the warehouses."""
        for path in self.folder.rglob("*.duckdb"):
            path.unlink()

    def _deliver(self, *, later: bool) -> None:
        """Fill raw and the ledger as loads of a file each would."""
        contracts = read_contracts(self.settings.contracts_dir).values()
        with open_for_loading(self.settings, contracts) as warehouse:
            (before,) = warehouse.query("select coalesce(max(load_id), 0) from raw.loads")[0]
            for load_id, path in enumerate(self.files(later=later), before + 1):
                with warehouse.transaction():
                    for statement in (INTO_RAW, INTO_LEDGER):
                        warehouse.execute(
                            statement.format(feed=self.subject.feed), [load_id, str(path)]
                        )

    def bare(self, folder: Path, *, later: bool) -> int:
        """The one statement over the Parquet files, of all dates; how many rows they have."""
        events = self.parquet / ("*.parquet" if later else f"{self.subject.feed}*.parquet")
        config = CONFIG | {"threads": THREADS}
        with duckdb.connect(folder / "bare.duckdb", config=config) as engine:
            engine.execute(f"create table bare as {self.subject.bare.replace(EVENTS, str(events))}")
            engine.execute(
                f"copy bare to {literal(str(self.result_of('bare.parquet', later=later)))}"
            )
        return self.rows(later=False) + (self.rows(later=True) if later else 0)

    def build(self, _: Path, *, later: bool) -> int:
        """Build all that the mart needs of what is new, and the mart; the rows that are new."""
        result = self._dbt("run", "--select", f"+{self.subject.mart}")
        seconds = {node.name: node.seconds for node in result.nodes}
        self.result_of("seconds.json", later=later).write_text(json.dumps(seconds))
        with duckdb.connect(self.settings.duckdb_path, read_only=True) as engine:
            mart = self.result_of("mart.parquet", later=later)
            engine.execute(f"copy marts.{self.subject.mart} to {literal(str(mart))}")
        return self.rows(later=later)

    def _dbt(self, command: str, *arguments: str) -> BuildResult:
        result = build(self.settings, arguments, command=command)
        if not result.succeeded:
            raise RuntimeError(result.failures[0].message)
        return result

    def result_of(self, what: str, *, later: bool) -> Path:
        """Where a run leaves what it made, for the comparison."""
        return self.folder / f"{'later' if later else 'full'}_{what}"

    def compare(self, *, later: bool) -> None:
        """Raise RuntimeError unless the mart has the rows of the bare statement."""
        with duckdb.connect() as engine:
            for what in ("mart", "bare"):
                path = literal(str(self.result_of(f"{what}.parquet", later=later)))
                engine.execute(f"create table {what} as from read_parquet({path})")
            described = engine.execute("describe mart").fetchall()
            columns = ", ".join(
                f"round({name}, {DECIMALS})" if kind == "DOUBLE" else f"{name}"
                for name, kind, *_ in described
            )
            rows = engine.execute(DIFFERENT.format(columns=columns)).fetchall()[0][0]
        if rows:
            raise RuntimeError(
                f"{rows} rows of {self.subject.mart} and of the bare statement differ"
            )
