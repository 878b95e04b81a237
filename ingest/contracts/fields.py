"""The columns of a contract: its schema's `properties`."""

import re
from dataclasses import replace
from itertools import combinations
from typing import Any

from open_data_contract_standard.model import DataQuality, SchemaProperty

from ingest.casting import rules
from ingest.columns import Column, Kind
from ingest.contracts.document import FIELD_NAME, Document
from ingest.contracts.model import Dialect
from ingest.contracts.values import pattern_error, typed

KINDS = {kind.value: kind for kind in Kind if kind is not Kind.DECIMAL} | {"number": Kind.DECIMAL}
OPTIONS = {
    Kind.STRING: ("pattern",),
    Kind.INTEGER: ("minimum", "maximum"),
    Kind.DECIMAL: ("minimum", "maximum"),
    Kind.DATE: ("minimum", "maximum"),
    Kind.TIME: ("minimum", "maximum"),
    Kind.TIMESTAMP: ("minimum", "maximum", "timezone", "defaultTimezone"),
}
CLASSIFICATIONS = ("public", "internal", "confidential", "restricted", "pseudonymous", "pii")
SETTINGS = ("path", "aliases", "failDropOn")
COLUMN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,51}")
"""PostgreSQL cuts names after 63 bytes, and a pseudonym adds ten to its column's."""
DECIMAL = re.compile(r"decimal\((\d{1,2}),\s?(\d{1,2})\)")
MAX_DECIMAL_DIGITS = 38


def read_columns(
    document: Document, file_format: str, dialect: Dialect
) -> tuple[tuple[Column, ...], tuple[tuple[str, ...], ...]]:
    """The columns in their order, and the names of those that are unique together."""
    entries = document.schema.properties or []
    if not entries:
        document.wrong("schema properties", "write at least one column")
    columns = tuple(_column(document, file_format, entry) for entry in entries)
    if not dialect.has_header and (renamed := next((c for c in columns if c.aliases), None)):
        advice = "drops without a header name no columns; remove it"
        document.wrong(f"column {renamed.name} customProperties aliases", advice)
    _check_names(document, columns)
    _check_sources(document, columns)
    together = tuple(
        _unique_together(document, check, columns) for check in document.schema.quality or []
    )
    return columns, together


def _column(document: Document, file_format: str, entry: SchemaProperty) -> Column:
    name = entry.name or ""
    field = f"column {name}"
    if not COLUMN_NAME.fullmatch(name):
        advice = "start the name with a letter; go on with letters, digits, underscores"
        document.wrong(field, advice)
    kind = KINDS[document.choice(f"{field} logicalType", entry.logicalType, tuple(KINDS))]
    options = _options(document, field, kind, entry)
    if (entry.physicalType is not None) != (kind is Kind.DECIMAL):
        advice = "write decimal(p,s) for a number, nothing for the rest"
        document.wrong(f"{field} physicalType", advice)
    precision, scale = (
        _digits(document, field, entry.physicalType) if kind is Kind.DECIMAL else (0, 0)
    )
    settings = document.properties(f"{field} customProperties", entry.customProperties, SETTINGS)
    classification = entry.classification
    if classification is not None:
        document.choice(f"{field} classification", classification, CLASSIFICATIONS)
    column = Column(
        name=name,
        kind=kind,
        description=document.prose(f"{field} description", entry.description),
        required=bool(entry.required or entry.primaryKey),
        is_key=bool(entry.primaryKey),
        classification=classification,
        precision=precision,
        scale=scale,
        valid_values=_valid_values(document, field, entry),
        minimum=_text_of(options.get("minimum")),
        maximum=_text_of(options.get("maximum")),
        pattern=options.get("pattern"),
        timezone=_timestamp_zone(document, field, options) if kind is Kind.TIMESTAMP else None,
        path=_path(document, field, file_format, settings),
        aliases=_aliases(document, field, settings),
        unique=bool(entry.unique),
    )
    if column.unique and not column.required:
        document.wrong(f"{field} unique", "a value that may be missing isn't; write required: true")
    wrong_names = (n for n in (*column.path, *column.aliases) if not FIELD_NAME.fullmatch(n))
    if file_format == "avro" and (wrong := next(wrong_names, None)):
        document.wrong(field, f"Avro has no field called '{wrong}'; write the name as delivered")
    _check_rules(document, field, column)
    return _failing(document, field, column, settings)


def _options(document: Document, field: str, kind: Kind, entry: SchemaProperty) -> dict[str, Any]:
    options = dict(entry.logicalTypeOptions or {})
    field = f"{field} logicalTypeOptions"
    for option in options.keys() - OPTIONS.get(kind, ()):
        document.wrong(f"{field} {option}", f"is not checked for a {kind.value}")
    for option, value in options.items():
        if value is None:
            document.wrong(f"{field} {option}", "has no value; write one or remove it")
    if not isinstance(options.get("timezone", False), bool):
        document.wrong(f"{field} timezone", "write true where each value states its offset")
    if options.get("timezone") and "defaultTimezone" in options:
        advice = "with timezone: true each value states its own offset; remove one of the two"
        document.wrong(f"{field} defaultTimezone", advice)
    return options


def _digits(document: Document, field: str, physical_type: str | None) -> tuple[int, int]:
    match = DECIMAL.fullmatch(physical_type or "")
    precision, scale = (int(match[1]), int(match[2])) if match else (0, 0)
    if not max(scale, 1) <= precision <= MAX_DECIMAL_DIGITS:
        document.wrong(
            f"{field} physicalType",
            f"is '{physical_type}'; write decimal(digits,decimals), at most {MAX_DECIMAL_DIGITS}",
        )
    return precision, scale


def _valid_values(document: Document, field: str, entry: SchemaProperty) -> tuple[str, ...]:
    values: tuple[str, ...] = ()
    for check in entry.quality or []:
        arguments = check.arguments or {}
        if check.metric != "invalidValues" or set(arguments) != {"validValues"} or check.mustBe:
            advice = "write metric invalidValues, validValues and mustBe: 0"
            document.wrong(f"{field} quality", advice)
        if not isinstance(arguments["validValues"], list) or not arguments["validValues"]:
            document.wrong(f"{field} quality validValues", "write a list, as in [a, b]")
        values += tuple(str(value) for value in arguments["validValues"])
    return values


def _text_of(bound: object) -> str | None:
    return None if bound is None else str(bound)


def _timestamp_zone(document: Document, field: str, options: dict[str, Any]) -> str | None:
    """None where each value must state its offset; else the column's zone, or the feed's."""
    if options.get("timezone"):
        return None
    zone = options.get("defaultTimezone", document.settings.get("timezone"))
    return document.zone(f"{field} defaultTimezone", zone)


def _path(
    document: Document, field: str, file_format: str, settings: dict[str, Any]
) -> tuple[str, ...]:
    """Written with dots, or as a list where a name itself has one; empty for the column's name."""
    path, field = settings.get("path"), f"{field} customProperties path"
    if path is None:
        return ()
    if file_format == "csv":
        document.wrong(field, "csv has no nested fields; write another header name in aliases")
    names = path.split(".") if isinstance(path, str) else path
    if not isinstance(names, list) or not all(isinstance(n, str) and n.strip() for n in names):
        names = []
    if not names:
        advice = "write the names that lead to it, as in device.os.name or [device, os.name]"
        document.wrong(field, f"is '{path}'; {advice}")
    return tuple(names)


def _aliases(document: Document, field: str, settings: dict[str, Any]) -> tuple[str, ...]:
    if "aliases" not in settings:
        return ()
    return document.texts(f"{field} customProperties aliases", settings["aliases"])


def _check_rules(document: Document, field: str, column: Column) -> None:
    """Ask the engine that will check the drops whether it can: it would compare with null else."""
    bounds = {"minimum": column.minimum, "maximum": column.maximum}
    written = {name: text for name, text in bounds.items() if text is not None}
    values = _typed(document, field, column, written)
    if values != sorted(values):
        document.wrong(f"{field} minimum", f"is above the maximum {column.maximum}")
    names = (f"quality validValues {n}" for n in range(1, len(column.valid_values) + 1))
    _typed(document, field, column, dict(zip(names, column.valid_values, strict=True)))
    if column.pattern is None:
        return
    if not isinstance(column.pattern, str):
        document.wrong(f"{field} pattern", f"is '{column.pattern}'; write a text, in quotes")
    if error := pattern_error(column.pattern):
        document.wrong(f"{field} pattern", f"{error}; write an RE2 regular expression")


def _typed(document: Document, field: str, column: Column, written: dict[str, str]) -> list[Any]:
    """The texts of some rules as values of the column's type."""
    values = typed(column, list(written.values())) if written else []
    for (name, text), value in zip(written.items(), values, strict=True):
        if value is None:
            document.wrong(f"{field} {name}", f"is '{text}'; write it as drops deliver values")
    return values


def _failing(document: Document, field: str, column: Column, settings: dict[str, Any]) -> Column:
    """The column with the rules that fail the drop, each one that it has."""
    if "failDropOn" not in settings:
        return column
    field = f"{field} customProperties failDropOn"
    has = [rule.name for rule in rules(column, "text", "value", "given")]
    has += ["unique"] if column.unique else []
    names = document.texts(field, settings["failDropOn"])
    for name in names:
        if name not in has:
            document.wrong(field, f"'{name}' is no rule of it; it has {', '.join(has)}")
    return replace(column, fails_drop=frozenset(names))


def _check_names(document: Document, columns: tuple[Column, ...]) -> None:
    """Tables tell their columns apart without regard to case."""
    taken: set[str] = set()
    for column in columns:
        if column.name.lower() in taken:
            document.wrong(f"column {column.name}", "is there twice; names must differ")
        taken.add(column.name.lower())
    for column in columns:
        if column.pseudonym and column.pseudonym.name.lower() in taken:
            advice = f"is taken: the loader writes the pseudonym of {column.name} there; rename it"
            document.wrong(f"column {column.pseudonym.name}", advice)


def _check_sources(document: Document, columns: tuple[Column, ...]) -> None:
    """One field of a record is one column; a field with others inside is none."""
    owners = [(source, column) for column in columns for source in column.sources]
    for (one, first), (other, second) in combinations(owners, 2):
        shorter = min(len(one), len(other))
        if one[:shorter] == other[:shorter]:
            name = ".".join(max(one, other, key=len))
            advice = f"'{name}' would be column {first.name} too; change its path or aliases"
            document.wrong(f"column {second.name}", advice)


def _unique_together(
    document: Document, check: DataQuality, columns: tuple[Column, ...]
) -> tuple[str, ...]:
    field, arguments = "schema quality", check.arguments or {}
    if check.metric != "duplicateValues" or set(arguments) != {"properties"} or check.mustBe != 0:
        document.wrong(field, "write metric duplicateValues, arguments.properties and mustBe: 0")
    names = document.texts(f"{field} properties", arguments["properties"])
    if len(names) == 1:
        document.wrong(f"{field} properties", f"write unique: true at the column {names[0]}")
    required = {column.name: column.required for column in columns}
    for name in names:
        if name not in required:
            document.wrong(f"{field} properties", f"there is no column '{name}'")
        if not required[name]:
            document.wrong(f"{field} properties", f"'{name}' may be missing; write required: true")
    return names
