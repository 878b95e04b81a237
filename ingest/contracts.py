"""Feed contracts: what each feed delivers, read from Open Data Contract Standard files."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb
import yaml
from open_data_contract_standard.model import (
    OpenDataContractStandard,
    SchemaProperty,
    Server,
)
from pydantic import ValidationError

from ingest.casting import cast
from ingest.columns import Column, Kind

FEED_KINDS = ("event", "reference")
FORMATS = ("csv", "json")
EFFECTIVE_AT = ("store_time",)
KINDS = {kind.value: kind for kind in Kind if kind is not Kind.DECIMAL} | {"number": Kind.DECIMAL}
PLATFORMS = ("tv", "video", "audio")
SETTINGS = ("feedKind", "effectiveAt", "timezone", "platform", "quarantineThresholdPct")
OPTIONS = {
    Kind.STRING: ("pattern",),
    Kind.INTEGER: ("minimum", "maximum"),
    Kind.DECIMAL: ("minimum", "maximum"),
    Kind.DATE: ("minimum", "maximum"),
    Kind.TIME: ("minimum", "maximum"),
    Kind.TIMESTAMP: ("minimum", "maximum", "timezone", "defaultTimezone"),
}
NAME = re.compile(r"[a-z][a-z0-9_]*")
COLUMN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
DECIMAL = re.compile(r"decimal\((\d{1,2}),\s?(\d{1,2})\)")
MAX_DECIMAL_DIGITS = 38


class ContractError(Exception):
    """A contract can't be used; the message names the file, the field and what to write there."""


@dataclass(frozen=True)
class Contract:
    """One feed: where its drops are told by name, how they are read and what their columns are."""

    feed: str
    version: str
    description: str
    kind: str
    format: str
    delimiter: str
    patterns: tuple[str, ...]
    timezone: str | None
    """Zone of clock readings that state none themselves; without it those are rejected."""
    platform: str | None
    """Where the feed's viewing takes place; null for a feed that brings none."""
    quarantine_threshold_pct: float
    columns: tuple[Column, ...]

    @property
    def is_reference(self) -> bool:
        """Whether a drop replaces what the feed said before, instead of adding to it."""
        return self.kind == "reference"


@dataclass(frozen=True)
class _File:
    """One contract file while it is read."""

    path: Path
    document: OpenDataContractStandard

    def wrong(self, field: str, advice: str) -> NoReturn:
        raise ContractError(f"{self.path.name}: {field}: {advice}")

    @cached_property
    def settings(self) -> dict[str, Any]:
        """customProperties by name."""
        entries = self.document.customProperties or []
        for entry in entries:
            if entry.property not in SETTINGS:
                self.wrong(
                    f"customProperties '{entry.property}'",
                    f"unknown setting; use one of {', '.join(SETTINGS)}",
                )
        return {str(entry.property): entry.value for entry in entries}

    def choice(self, field: str, value: object, choices: tuple[str, ...]) -> str:
        if not isinstance(value, str) or value not in choices:
            self.wrong(field, f"is '{value}'; write one of {', '.join(choices)}")
        return value


def read_contracts(folder: Path) -> dict[str, Contract]:
    """Every contract of the folder by feed name, in the order of their names."""
    contracts = {path.stem: read_contract(path) for path in sorted(folder.glob("*.yaml"))}
    if not contracts:
        raise ContractError(f"{folder}: no contract here; a feed is one <feed>.yaml file")
    return contracts


def read_contract(path: Path) -> Contract:
    """One contract; raise ContractError where it says something the loader can't do."""
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        document = OpenDataContractStandard(**written)
    except (yaml.YAMLError, ValidationError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ContractError(f"{path.name}: not an Open Data Contract: {reason}") from error
    file = _File(path, document)
    if unknown := _unknown_key(written, document.model_dump(by_alias=True, exclude_unset=True)):
        file.wrong(unknown, "the Open Data Contract Standard has no such key here")
    feed = path.stem
    if not NAME.fullmatch(feed):
        file.wrong("file name", "use lower-case letters, digits and underscores, as in tv_sessions")
    if len(document.schema_ or []) != 1 or document.schema_[0].name != feed:
        file.wrong("schema", f"write exactly one entry, named '{feed}' as the file is")
    kind = file.choice("customProperties feedKind", file.settings.get("feedKind"), FEED_KINDS)
    _check_effective_at(file, kind)
    server, patterns = _delivery(file)
    return Contract(
        feed=feed,
        version=document.version or file.wrong("version", "write one, as in 1.0.0"),
        description=_text(file, "schema description", document.schema_[0].description),
        kind=kind,
        format=file.choice("servers format", server.format, FORMATS),
        delimiter=_delimiter(file, server),
        patterns=patterns,
        timezone=_zone(file, "customProperties timezone", file.settings.get("timezone")),
        platform=_platform(file),
        quarantine_threshold_pct=_threshold(file),
        columns=_columns(file, document.schema_[0].properties or []),
    )


def _platform(file: _File) -> str | None:
    platform = file.settings.get("platform")
    return platform and file.choice("customProperties platform", platform, PLATFORMS)


def _unknown_key(written: object, understood: object) -> str | None:
    """Path of the first key that the model of the standard dropped."""
    if isinstance(written, dict) and isinstance(understood, dict):
        pairs = [(key, written[key], understood.get(key, ...)) for key in written]
    elif isinstance(written, list) and isinstance(understood, list):
        pairs = [(n, *both) for n, both in enumerate(zip(written, understood, strict=True), 1)]
    else:
        return None
    for key, ours, theirs in pairs:
        if theirs is ...:
            return str(key)
        if below := _unknown_key(ours, theirs):
            return f"{key}.{below}"
    return None


def _delivery(file: _File) -> tuple[Server, tuple[str, ...]]:
    servers = file.document.servers or file.wrong("servers", "write one with format and path")
    for server in servers:
        if not server.path:
            file.wrong("servers path", "write the pattern of the drops' names, as in events_*.json")
        if (server.format, server.delimiter) != (servers[0].format, servers[0].delimiter):
            file.wrong("servers", "all entries of a feed must have one format and one delimiter")
    return servers[0], tuple(str(server.path) for server in servers)


def _delimiter(file: _File, server: Server) -> str:
    if server.format != "csv":
        return ""
    delimiter = server.delimiter or ""
    if len(delimiter) != 1 or delimiter in '"\r\n':
        file.wrong("servers delimiter", f'is {delimiter!r}; write one character, as in ","')
    return delimiter


def _threshold(file: _File) -> float:
    value = file.settings.get("quarantineThresholdPct", 5)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        file.wrong(
            "customProperties quarantineThresholdPct",
            f"is '{value}'; write a number from 0 to 100",
        )
    return float(value)


def _check_effective_at(file: _File, kind: str) -> None:
    field, value = "customProperties effectiveAt", file.settings.get("effectiveAt")
    if kind == "reference":
        file.choice(field, value, EFFECTIVE_AT)
    elif value is not None:
        file.wrong(field, "only a reference feed has one; remove it")


def _zone(file: _File, field: str, value: object) -> str | None:
    if value is None:
        return None
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        file.wrong(field, f"is '{value}'; write a zone of the IANA list, as in UTC or Asia/Riyadh")


def _text(file: _File, field: str, value: str | None) -> str:
    if not value or not value.strip():
        file.wrong(field, "say what it means; it becomes the documentation")
    return " ".join(value.split())


def _columns(file: _File, properties: list[SchemaProperty]) -> tuple[Column, ...]:
    columns = tuple(_column(file, entry) for entry in properties)
    names = [column.name for column in columns]
    if not names:
        file.wrong("schema properties", "write at least one column")
    for name in names:
        if names.count(name) > 1:
            file.wrong(f"column {name}", "is there twice; names must differ")
    return columns


def _column(file: _File, entry: SchemaProperty) -> Column:
    name = entry.name or ""
    field = f"column {name}"
    if not COLUMN_NAME.fullmatch(name):
        file.wrong(field, "start the name with a letter; go on with letters, digits, underscores")
    kind = KINDS[file.choice(f"{field} logicalType", entry.logicalType, tuple(KINDS))]
    options = dict(entry.logicalTypeOptions or {})
    for option in options.keys() - OPTIONS.get(kind, ()):
        file.wrong(f"{field} logicalTypeOptions {option}", f"is not checked for a {kind.value}")
    if (entry.physicalType is not None) != (kind is Kind.DECIMAL):
        file.wrong(f"{field} physicalType", "write decimal(p,s) for a number, nothing for the rest")
    precision, scale = _digits(file, field, entry.physicalType) if kind is Kind.DECIMAL else (0, 0)
    column = Column(
        name=name,
        kind=kind,
        description=_text(file, f"{field} description", entry.description),
        required=bool(entry.required or entry.primaryKey),
        is_key=bool(entry.primaryKey),
        classification=entry.classification,
        precision=precision,
        scale=scale,
        valid_values=_valid_values(file, field, entry),
        minimum=_text_of(options.get("minimum")),
        maximum=_text_of(options.get("maximum")),
        pattern=options.get("pattern"),
        timezone=_timestamp_zone(file, field, options),
    )
    if options:
        _check_rules(file, field, column)
    return column


def _digits(file: _File, field: str, physical_type: str | None) -> tuple[int, int]:
    match = DECIMAL.fullmatch(physical_type or "")
    precision, scale = (int(match[1]), int(match[2])) if match else (0, 0)
    if not max(scale, 1) <= precision <= MAX_DECIMAL_DIGITS:
        file.wrong(
            f"{field} physicalType",
            f"is '{physical_type}'; write decimal(digits,decimals), at most {MAX_DECIMAL_DIGITS}",
        )
    return precision, scale


def _valid_values(file: _File, field: str, entry: SchemaProperty) -> tuple[str, ...]:
    values: tuple[str, ...] = ()
    for check in entry.quality or []:
        arguments = check.arguments or {}
        if check.metric != "invalidValues" or set(arguments) != {"validValues"} or check.mustBe:
            file.wrong(f"{field} quality", "write metric invalidValues, validValues and mustBe: 0")
        values += tuple(str(value) for value in arguments["validValues"])
    return values


def _text_of(bound: object) -> str | None:
    return None if bound is None else str(bound)


def _check_rules(file: _File, field: str, column: Column) -> None:
    """Ask the engine that will check the drops whether it can: it would compare with null else."""
    with duckdb.connect() as engine:
        for name, bound in (("minimum", column.minimum), ("maximum", column.maximum)):
            query = f"select {cast(column, 'bound')} from (select ?::varchar as bound)"
            if bound is not None and engine.execute(query, [bound]).fetchall() == [(None,)]:
                file.wrong(f"{field} {name}", f"is '{bound}'; write it as drops deliver values")
        try:
            engine.execute("select regexp_matches('', ?)", [column.pattern])
        except duckdb.Error as error:
            file.wrong(f"{field} pattern", f"{error}; write an RE2 regular expression")


def _timestamp_zone(file: _File, field: str, options: dict[str, Any]) -> str | None:
    """None where each value must state its offset; else the column's zone, or the feed's."""
    if options.get("timezone"):
        return None
    zone = options.get("defaultTimezone", file.settings.get("timezone"))
    return _zone(file, f"{field} defaultTimezone", zone)
