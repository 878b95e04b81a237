"""Compares contracts, and says which version the difference needs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from ingest.columns import Column
from ingest.contracts.compatibility import columns, settings
from ingest.contracts.compatibility.differences import (
    BOTH_WAYS,
    Difference,
    Level,
    Side,
    narrowed,
    widened,
)
from ingest.contracts.model import Contract


@dataclass(frozen=True)
class Comparison:
    """A feed by two contracts; without the old one it is new, without the new one removed."""

    feed: str
    old_version: str | None
    new_version: str | None
    differences: tuple[Difference, ...]
    version_advice: str | None = None
    """What to write as the version, where it doesn't say what the differences are."""

    @property
    def is_breaking(self) -> bool:
        """Whether any difference breaks anything."""
        return any(difference.breaks for difference in self.differences)

    @property
    def passes(self) -> bool:
        """Whether all is compatible and the version says so."""
        return not self.is_breaking and self.version_advice is None


def compare(old: Contract, new: Contract) -> Comparison:
    """What differs between two contracts of one feed."""
    pairs = _same_columns(old, new)
    found = (*settings.changes(old, new), *_column_changes(old, new, pairs))
    advice = _version_advice(old.version, new.version, found)
    return Comparison(new.feed, old.version, new.version, found, advice)


def compare_all(old: Mapping[str, Contract], new: Mapping[str, Contract]) -> list[Comparison]:
    """What differs between two sets of contracts, feed by feed."""
    result = []
    for feed in sorted(old.keys() | new.keys()):
        if feed not in new:
            advice = "keep its contract: raw has its rows, and models may read them"
            gone = Difference("contract", "is removed", (*BOTH_WAYS, Side.WAREHOUSE), advice)
            result.append(Comparison(feed, old[feed].version, None, (gone,)))
        elif feed not in old:
            come = Difference("contract", "is new", adds=True)
            result.append(Comparison(feed, None, new[feed].version, (come,)))
        else:
            result.append(compare(old[feed], new[feed]))
    return result


def _same_columns(old: Contract, new: Contract) -> dict[str, Column]:
    """New columns by the name of the old one that each is: its namesake, or its former self."""
    names = {column.name: column for column in new.columns}
    pairs = {c.name: names[c.name] for c in old.columns if c.name in names}
    for column in new.columns:
        if column.name not in pairs:
            former = (c for c in old.columns if c.name not in pairs and c.path in column.sources)
            if found := next(former, None):
                pairs[found.name] = column
    return pairs


def _column_changes(old: Contract, new: Contract, pairs: dict[str, Column]) -> Iterator[Difference]:
    for column in old.columns:
        if column.name in pairs:
            same = pairs[column.name]
            follows = (column.timezone, same.timezone) == (old.timezone, new.timezone)
            is_told = follows and None not in (old.timezone, new.timezone)
            yield from columns.changes(column, same, zone_is_told=is_told)
        else:
            yield columns.removed(column)
    known = {column.name for column in pairs.values()}
    yield from (columns.added(column) for column in new.columns if column.name not in known)
    yield from _places(old, new, pairs)
    yield from _order(old, new, pairs)
    yield from _keys(old, new, pairs)
    yield from _effect(old, new, pairs)


def _places(old: Contract, new: Contract, pairs: dict[str, Column]) -> Iterator[Difference]:
    """Columns that would be found where a record of the other version has something else."""
    for before, after in product(old.columns, new.columns):
        outer, inner = sorted((before.path, after.path), key=len)
        if inner[: len(outer)] == outer != inner and pairs.get(before.name) is not after:
            change = f"{'.'.join(inner)} is within {'.'.join(outer)}, which is a value of its own"
            advice = "deliver it in another place"
            yield Difference(f"column {after.name} path", change, BOTH_WAYS, advice)
    for one, others, side, which in (
        (new, old, Side.BACKWARD, "older"),
        (old, new, Side.FORWARD, "newer"),
    ):
        for column in one.columns:
            names = [c.path[-1] for c in others.columns if c.path in column.sources]
            if len(names) > 1:
                change = f"{which} drops have {' and '.join(names)}, each of which would be it"
                yield Difference(f"column {column.name} aliases", change, (side,))


def _order(old: Contract, new: Contract, pairs: dict[str, Column]) -> Iterator[Difference]:
    was = [pairs[column.name].name if column.name in pairs else None for column in old.columns]
    now = [column.name for column in new.columns]
    if not new.dialect.has_header and was != now:
        advice = "without a header, fields are told by their position"
        yield Difference("schema properties", "are others, or in another order", BOTH_WAYS, advice)
    for number, (before, after) in enumerate(zip(was, now, strict=False), start=1):
        if before != after:
            change = f"position {number} was {old.columns[number - 1].name}, is {after}"
            advice = "it is the number of a Protobuf field; write new columns after the others"
            yield Difference("schema properties", change, (Side.PROTOBUF,), advice)
            return


def _keys(old: Contract, new: Contract, pairs: dict[str, Column]) -> Iterator[Difference]:
    def renamed(name: str) -> str:
        return pairs[name].name if name in pairs else name

    was = [renamed(column.name) for column in old.columns if column.is_key]
    now = [column.name for column in new.columns if column.is_key]
    if set(was) != set(now):
        change = f"was {', '.join(was) or 'none'}, is {', '.join(now) or 'none'}"
        advice = "what is built on raw tells rows apart by it; make it a new feed"
        yield Difference("primaryKey", change, (Side.WAREHOUSE,), advice)
    together_was = [sorted(map(renamed, names)) for names in old.unique_together]
    together_now = [sorted(names) for names in new.unique_together]
    for names in together_now:
        if names not in together_was:
            yield narrowed("schema quality", f"{', '.join(names)} must be unique in a drop")
    for names in together_was:
        if names not in together_now:
            change = f"{', '.join(names)} need no longer be unique in a drop"
            yield widened("schema quality", change)


def _effect(old: Contract, new: Contract, pairs: dict[str, Column]) -> Iterator[Difference]:
    """When reference data takes effect; a column that is called otherwise is the same one."""
    if not (old.is_reference and new.is_reference):
        return
    was, now = old.effective_column, new.effective_column
    is_same_column = was is not None and pairs.get(was.name) == now
    if old.effective_at != new.effective_at and not is_same_column:
        change = f"was {old.effective_at}, is {new.effective_at}"
        advice = "raw says of older rows when they took effect by the old one; make it a new feed"
        yield Difference("effectiveAt", change, (*BOTH_WAYS, Side.WAREHOUSE), advice)


def _version_advice(old: str, new: str, found: tuple[Difference, ...]) -> str | None:
    """What to write, unless the part that the differences raise, or one before it, is raised."""
    was, now = ([int(part) for part in version.split(".")] for version in (old, new))
    if now < was:
        return f"is {new}, below {old}; versions only grow"
    if not found:
        return None
    level = min(difference.level for difference in found)
    if now[: level + 1] > was[: level + 1]:
        return None
    needed = [*was[:level], was[level] + 1, *[0] * (Level.PATCH - level)]
    return f"is {new}; write {'.'.join(map(str, needed))}, as {WHY[level]}"


WHY = {
    Level.MAJOR: "something breaks",
    Level.MINOR: "something is added",
    Level.PATCH: "something is said otherwise",
}
