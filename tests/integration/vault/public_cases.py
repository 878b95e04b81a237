"""The public cases of AutomateDV in this project's terms: what is staged, loaded and expected."""

import hashlib
import itertools
import json
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ingest.settings import PROJECT_DIR

CASES = PROJECT_DIR.parent / "shared" / "vault_cases.json"
RENAMED = {
    "HASHDIFF": "change_hash",
    "SOURCE": "record_source",
    "LOAD_DATE": "loaded_at",
    "LOAD_DATETIME": "loaded_at",
    "EFFECTIVE_FROM": "effective_at",
    "AS_OF_DATE": "as_of_at",
}
GHOST = "ghost"

Row = dict[str, Any]


def renamed(column: str) -> str:
    """The name that a column has here."""
    for ending, ours in (("_PK", "_hk"), ("_FK", "_hk"), ("_LDTS", "_effective_at")):
        if column.endswith(ending):
            return column.removesuffix(ending).removeprefix("LINK_").lower() + ours
    return RENAMED.get(column, column.lower())


def key_text(parts: tuple[str | None, ...]) -> str:
    """A business key to compare rows by; parts that are null or blank are left empty."""
    return "|".join((part or "").strip() for part in parts).rstrip("|") or GHOST


@dataclass(frozen=True)
class Stage:
    """A staging model: columns as delivered, derived ones, and what is hashed."""

    name: str
    columns: tuple[str, ...]
    derived: dict[str, str | list[str]]
    keys: dict[str, tuple[str, ...]]
    change: tuple[str, ...]
    ranks: list[dict[str, Any]]


@dataclass
class Load:
    """What one load brings to each stage, and which rows each table then holds."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    as_of: list[str] | None = None
    expected: dict[str, list[Row]] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One public case."""

    said: dict[str, Any]
    values: dict[str, set[str | None]]
    """Values of each delivered column, over all cases: those that a hash may be made of."""

    @property
    def id(self) -> str:
        return self.said["id"]

    @property
    def folder(self) -> str:
        """Where its models of the vault are."""
        return self.id.lower().replace("-", "_")

    @property
    def prefix(self) -> str:
        """Begins the names of its models and tables."""
        return f"{self.folder}__"

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """What is said of each table, by name; the cases' own record of deliveries aside."""
        structures = self.said["meta"]["vault_structure_columns"]
        used = {step.get("table") for step in self.said["steps"]}
        every = any(step["op"] == "load_vault" for step in self.said["steps"])
        return {
            name: said
            for name, said in structures.items()
            if name != "XTS" and (every or name in used)
        }

    @cached_property
    def stages(self) -> dict[str, Stage]:
        """The staging models by name."""
        meta, raw = self.said["meta"], {}
        hashed, derived = dict(meta["hashed_columns"]), dict(meta["derived_columns"])
        columns: dict[str, list[str]] = {}
        ranks: dict[str, list] = {}
        for step in self.said["steps"]:
            if step["op"] == "raw":
                raw = step
            elif step["op"] == "stage":
                columns[step["model"]] = raw["columns"]
            elif step["op"] == "hashed":
                hashed[step["model"]] = step["columns"]
            elif step["op"] == "derived":
                derived[step["model"]] = step["columns"]
            elif step["op"] == "ranked":
                ranks[step["model"]] = step["columns"]
        made = {}
        for name, delivered in columns.items():
            keys: dict[str, tuple[str, ...]] = {}
            change: tuple[str, ...] = ()
            for column, parts in hashed[name].items():
                chosen = _parts(parts, [*delivered, *derived.get(name, {})])
                if column == "HASHDIFF":
                    change = chosen
                else:
                    keys[column] = chosen
            made[name] = Stage(
                name, tuple(delivered), derived.get(name, {}), keys, change, ranks.get(name, [])
            )
        return made

    @cached_property
    def loads(self) -> list[Load]:
        """Its loads in order. A table that a case begins with is what a first load brings."""
        loads: list[Load] = []
        pending, raw = Load(), {}
        for step in self.said["steps"]:
            if step["op"] == "populated":
                self._populate(pending, step)
            elif step["op"] == "raw":
                if pending.expected:
                    loads.append(pending)
                    pending = Load()
                raw = step
            elif step["op"] == "stage":
                pending.rows[step["model"]] = _rows(raw)
            elif step["op"] == "table":
                pending.as_of = [row["AS_OF_DATE"] for row in _rows(step)]
            elif step["op"] in ("load", "load_vault"):
                loads.append(pending)
                pending = Load()
            elif step["op"] == "expect":
                if pending.rows:
                    loads.append(pending)
                    pending = Load()
                loads[-1].expected[step["table"]] = self._expected(step)
        return loads

    def _populate(self, load: Load, step: dict[str, Any]) -> None:
        """Deliver what a table begins with; its record of deliveries says it better, if any."""
        stage = next(iter(self.stages.values()))
        payloads = {
            row["HASHDIFF"]: row
            for other in self.said["steps"]
            if other["op"] == "populated"
            for row in _rows(other)
            if "CUSTOMER_NAME" in row and "HASHDIFF" in row
        }
        if step["table"] != "XTS":
            load.expected[step["table"]] = self._expected(step)
            if load.rows:
                return
        delivered = []
        for row in _rows(step):
            key, columns = next((key, parts) for key, parts in stage.keys.items() if key in row)
            parts = dict(zip(columns, self._business_key(row[key], columns), strict=True))
            known = payloads.get(row.get("HASHDIFF"), {}) | row | parts
            known.setdefault("EFFECTIVE_FROM", known.get("LOAD_DATE"))
            delivered.append({column: known.get(column) for column in stage.columns})
        load.rows[stage.name] = delivered

    def _expected(self, step: dict[str, Any]) -> list[Row]:
        """Expected rows with business keys in place of hash keys, and without change hashes."""
        found = []
        for row in _rows(step):
            ours = {}
            for column, value in row.items():
                if column in step["hash_columns"] and column != "HASHDIFF":
                    parts = self._business_key(value, self._columns_of(column))
                    ours[renamed(column)] = key_text(parts)
                elif column != "HASHDIFF":
                    ours[renamed(column)] = value
            found.append(ours)
        return found

    def _columns_of(self, key: str) -> tuple[str, ...]:
        """What a hash key is made of; those of a satellite or link are also named after it."""
        known = {
            name: parts for stage in self.stages.values() for name, parts in stage.keys.items()
        }
        if key in known:
            return known[key]
        if key.startswith("LINK_"):
            return known[key.removeprefix("LINK_")]
        return known["CUSTOMER_PK"]

    def _business_key(self, value: str, columns: tuple[str, ...]) -> tuple[str | None, ...]:
        """The values that AutomateDV made a hash key of."""
        if set(value) == {"0"}:
            return (None,)
        algorithm = hashlib.sha256 if self.said["flags"]["hash"] == "SHA" else hashlib.md5
        for parts in itertools.product(*(self.values[column] for column in columns)):
            texts = [(part or "").strip().upper() or "^^" for part in parts]
            if algorithm("||".join(texts).encode()).hexdigest().upper() == value:
                return parts
        raise AssertionError(f"{self.id}: {value} is no hash of {columns}")


def _rows(step: dict[str, Any]) -> list[Row]:
    return [dict(zip(step["columns"], row, strict=True)) for row in step["rows"]]


def _parts(said: str | list[str] | dict[str, Any], columns: list[str]) -> tuple[str, ...]:
    """The columns that a hash is made of, which may be said by those that it is not made of."""
    if isinstance(said, str):
        return (said,)
    if isinstance(said, list):
        return tuple(said)
    if said.get("exclude_columns"):
        return tuple(column for column in columns if column not in said["columns"])
    return tuple(said["columns"])


def read_cases(path: Path = CASES) -> list[Case]:
    """Every case; none where the file isn't delivered."""
    if not path.is_file():
        return []
    said = json.loads(path.read_text())["cases"]
    values: dict[str, set[str | None]] = defaultdict(set)
    for case in said:
        for step in case["steps"]:
            if step["op"] == "raw":
                for row in _rows(step):
                    for column, value in row.items():
                        values[column].add(value)
    return [Case(case, values) for case in said]
