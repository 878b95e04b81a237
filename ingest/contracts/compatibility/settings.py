"""What differs between two contracts besides their columns."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta

from ingest.contracts.compatibility.differences import (
    BOTH_WAYS,
    Difference,
    Side,
    failing,
    narrowed,
    widened,
)
from ingest.contracts.model import Contract, PathPattern
from ingest.readers.unpacking import DEFAULT_MAX_BYTES

SETTING_NAMES = {
    "delimiter": "delimiter",
    "quote": "quote",
    "has_header": "header",
    "encoding": "encoding",
    "null_values": "nullValues",
    "decimal_separator": "decimalSeparator",
    "final_line_end": "finalLineEnd",
    "trailer": "trailerPattern",
    "manifest": "manifestSuffix",
    "marker": "marker",
}
"""Fields of Dialect and Completeness as contracts write them."""


def changes(old: Contract, new: Contract) -> Iterator[Difference]:
    """What differs in how drops are named, written, checked and kept."""
    for name, was, now, breaks in (
        ("feedKind", old.kind, new.kind, (*BOTH_WAYS, Side.WAREHOUSE)),
        ("format", old.format, new.format, BOTH_WAYS),
        ("timezone", old.timezone, new.timezone, BOTH_WAYS),
        ("platform", old.platform, new.platform, BOTH_WAYS),
    ):
        if was is None and now is not None:
            yield Difference(name, f"was none, is {now}", adds=True)
        elif was != now:
            yield Difference(name, f"was {was}, is {now or 'none'}", breaks)
    if old.raw_pii != new.raw_pii and old.pii:
        change = f"was {old.raw_pii}, is {new.raw_pii}"
        advice = "decide what becomes of the rows that raw has"
        yield Difference("rawPii", change, (Side.WAREHOUSE,), advice)
    if old.format == new.format:
        yield from _dialect(old, new)
    yield from _completeness(old, new)
    yield from _patterns(old, new)
    yield from _limit(
        "maxBytes", old.max_bytes or DEFAULT_MAX_BYTES, new.max_bytes or DEFAULT_MAX_BYTES
    )
    yield from _limit(
        "quarantineThresholdPct", old.quarantine_threshold_pct, new.quarantine_threshold_pct
    )
    yield from failing("failDropOn", old.fails_drop, new.fails_drop)
    if old.cadence != new.cadence:
        yield Difference("frequency", f"was {_shown(old.cadence)}, is {_shown(new.cadence)}")
    if old.description != new.description:
        yield Difference("schema description", "is written anew")


def _dialect(old: Contract, new: Contract) -> Iterator[Difference]:
    for field in fields(old.dialect):
        was, now = getattr(old.dialect, field.name), getattr(new.dialect, field.name)
        in_any_order = isinstance(was, tuple) and sorted(was) == sorted(now)
        if was != now and not in_any_order:
            change = f"was {_shown(was)}, is {_shown(now)}"
            yield Difference(SETTING_NAMES[field.name], change, BOTH_WAYS)


def _completeness(old: Contract, new: Contract) -> Iterator[Difference]:
    for field in fields(old.completeness):
        was, now = getattr(old.completeness, field.name), getattr(new.completeness, field.name)
        name = SETTING_NAMES[field.name]
        if was == now:
            continue
        if name == "trailerPattern":  # who knows of none takes it for a record
            yield Difference(name, f"was {_shown(was)}, is {_shown(now)}", BOTH_WAYS)
        elif not was:
            yield narrowed(name, f"was none, is {_shown(now)}")
        elif not now:
            yield widened(name, f"was {_shown(was)}, is none")
        else:
            yield Difference(name, f"was {_shown(was)}, is {_shown(now)}", BOTH_WAYS)


def _patterns(old: Contract, new: Contract) -> Iterator[Difference]:
    for pattern in old.patterns:
        if pattern not in new.patterns:
            change = f"{_named(pattern)} is gone"
            yield narrowed("servers path", change, "keep it: drops of that name would be ignored")
    for pattern in new.patterns:
        if pattern not in old.patterns:
            yield Difference("servers path", f"{_named(pattern)} is new", adds=True)


def _limit(name: str, was: float, now: float) -> Iterator[Difference]:
    """A bound of what is accepted."""
    if was != now:
        yield (narrowed if now < was else widened)(name, f"was {_shown(was)}, is {_shown(now)}")


def _named(pattern: PathPattern) -> str:
    parts = (pattern.path, pattern.topic, pattern.error_prefix)
    shown = ", ".join(part for part in parts if part)
    return shown if pattern.layout == "glob" else f"{pattern.layout} {shown}".rstrip()


def _shown(value: object) -> str:
    if value is None or value in ((), ""):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return f"every {value / timedelta(hours=1):g} hours"
    if isinstance(value, int | float):
        return f"{value:,}".removesuffix(".0")
    return ", ".join(map(repr, value)) if isinstance(value, tuple) else repr(value)
