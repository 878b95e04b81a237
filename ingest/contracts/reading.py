"""Reads contracts, and refuses what the loader can't do."""

import re
from datetime import timedelta
from pathlib import Path

from ingest.contracts.delivery import read_delivery
from ingest.contracts.document import ContractError, Document, read_document
from ingest.contracts.effect import read_effective_at
from ingest.contracts.fields import read_columns
from ingest.contracts.model import Contract

FEED_KINDS = ("event", "reference")
PLATFORMS = ("tv", "video", "audio")
RAW_PII = ("keep", "drop")
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
SPELLINGS = {
    **{unit: unit for unit in UNITS},
    **{f"{unit}s": unit for unit in UNITS},
    **{"min": "minute", "h": "hour", "d": "day", "w": "week"},
}
"""Of units; the standard itself writes d."""
DOCUMENTED_SLA = (
    "availability",
    "endOfLife",
    "endOfSupport",
    "errorRate",
    "generalAvailability",
    "latency",
    "retention",
    "throughput",
    "timeOfAvailability",
    "timeToDetect",
    "timeToNotify",
    "timeToRepair",
)
"""What the standard's pages name and producers promise each other; the loader uses frequency."""


def read_contracts(folder: Path) -> dict[str, Contract]:
    """Every contract of the folder by feed name, in the order of their names."""
    contracts = {path.stem: read_contract(path) for path in sorted(folder.glob("*.yaml"))}
    if not contracts:
        raise ContractError(f"{folder}: no contract here; a feed is one <feed>.yaml file")
    return contracts


def read_contract(path: Path) -> Contract:
    """One contract; raise ContractError where it says something the loader can't do."""
    document = read_document(path)
    kind = document.choice(
        "customProperties feedKind", document.settings.get("feedKind"), FEED_KINDS
    )
    timezone = document.zone("customProperties timezone", document.settings.get("timezone"))
    delivery = read_delivery(document)
    columns, unique_together = read_columns(document, delivery.format, delivery.dialect)
    return Contract(
        feed=document.feed,
        version=_version(document),
        description=document.prose("schema description", document.schema.description),
        kind=kind,
        format=delivery.format,
        dialect=delivery.dialect,
        patterns=delivery.patterns,
        completeness=delivery.completeness,
        max_bytes=delivery.max_bytes,
        cadence=_cadence(document),
        timezone=timezone,
        effective_at=read_effective_at(document, kind, timezone, delivery.patterns, columns),
        platform=_platform(document),
        quarantine_threshold_pct=_threshold(document),
        fails_drop=_fails_drop(document, delivery.format, unique_together),
        raw_pii=_raw_pii(document, has_pii=any(column.is_pii for column in columns)),
        columns=columns,
        unique_together=unique_together,
    )


def _version(document: Document) -> str:
    version = document.odcs.version
    if not version or not VERSION.fullmatch(version):
        document.wrong("version", f"is '{version}'; write major.minor.patch, as in 1.0.0")
    return version


def _platform(document: Document) -> str | None:
    platform = document.settings.get("platform")
    return platform and document.choice("customProperties platform", platform, PLATFORMS)


def _threshold(document: Document) -> float:
    value = document.settings.get("quarantineThresholdPct", 5)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        document.wrong(
            "customProperties quarantineThresholdPct",
            f"is '{value}'; write a number from 0 to 100",
        )
    return float(value)


def _fails_drop(
    document: Document, file_format: str, unique_together: tuple[tuple[str, ...], ...]
) -> frozenset[str]:
    """Rules of whole rows, as far as drops of this feed can break them."""
    if "failDropOn" not in document.settings:
        return frozenset()
    has = ["fields" if file_format == "csv" else "record", *(["unique"] if unique_together else [])]
    names = document.texts("customProperties failDropOn", document.settings["failDropOn"])
    for name in names:
        if name not in has:
            advice = f"of whole rows it has {', '.join(has)}; name a column's rule at the column"
            document.wrong("customProperties failDropOn", f"'{name}' is no rule here; {advice}")
    return frozenset(names)


def _raw_pii(document: Document, *, has_pii: bool) -> str:
    field = "customProperties rawPii"
    value = document.choice(field, document.settings.get("rawPii", "keep"), RAW_PII)
    if "rawPii" in document.settings and not has_pii:
        document.wrong(field, "no column is classified pii; classify those that are, or remove it")
    return value


def _cadence(document: Document) -> timedelta | None:
    """The one promise about a feed's service that the loader itself holds it to."""
    found = []
    for entry in document.odcs.slaProperties or []:
        if entry.property == "frequency":
            found.append(entry)
        elif entry.property not in DOCUMENTED_SLA:
            known = ", ".join(("frequency", *DOCUMENTED_SLA))
            document.wrong(f"slaProperties '{entry.property}'", f"unknown; use one of {known}")
    if len(found) > 1:
        document.wrong("slaProperties frequency", "is there twice; write it once")
    if not found:
        return None
    value, unit = found[0].value, SPELLINGS.get(str(found[0].unit))
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1000:
        document.wrong("slaProperties frequency value", f"is '{value}'; write a number, as in 1")
    if unit is None:
        known = ", ".join(UNITS)
        document.wrong(
            "slaProperties frequency unit", f"is '{found[0].unit}'; write one of {known}"
        )
    return value * UNITS[unit]
