"""What differs between a column of the old contract and the same one of the new."""

from collections.abc import Iterator

from ingest.columns import Column
from ingest.contracts.compatibility.differences import (
    BOTH_WAYS,
    Difference,
    Side,
    failing,
    narrowed,
    widened,
)
from ingest.contracts.values import typed


def added(column: Column) -> Difference:
    """A column that the old contract doesn't have."""
    field = f"column {column.name}"
    if column.required:
        return narrowed(field, "is new and required", "make it optional: older drops have none")
    return Difference(field, "is new and optional", adds=True)


def removed(column: Column) -> Difference:
    """A column that the new contract doesn't have."""
    breaks = (Side.FORWARD, Side.WAREHOUSE) if column.required else (Side.WAREHOUSE,)
    advice = "keep it as an optional column: raw has it, and models may read it"
    return Difference(f"column {column.name}", "is removed", breaks, advice)


def changes(old: Column, new: Column, *, zone_is_told: bool = False) -> Iterator[Difference]:
    """What differs between two versions of a column, which the new one may have renamed.

    `zone_is_told` where both are in the feed's zone, whose change is a difference of its own.
    """
    field = f"column {new.name}"
    yield from _place(field, old, new)
    if old.sql_type != new.sql_type:
        yield Difference(
            f"{field} type",
            f"was {old.sql_type}, is {new.sql_type}",
            (*BOTH_WAYS, Side.WAREHOUSE),
            "a column of raw keeps its type; deliver the new one under a new name",
        )
    else:
        yield from _values(field, old, new)
        if not zone_is_told:
            yield from _zone(field, old, new)
    if old.required != new.required:
        made, change = (narrowed, "optional") if new.required else (widened, "required")
        now = "required" if new.required else "optional"
        yield made(field, f"was {change}, is {now}")
    if old.unique != new.unique:
        made, change = (narrowed, "must be") if new.unique else (widened, "need no longer be")
        yield made(f"{field} unique", f"{change} unique in a drop")
    yield from failing(f"{field} failDropOn", old.fails_drop, new.fails_drop)
    if old.is_pii != new.is_pii:
        yield Difference(
            f"{field} classification",
            f"was {old.classification or 'none'}, is {new.classification or 'none'}",
            (Side.WAREHOUSE,),
            "decide what becomes of the clear text that raw has"
            if new.is_pii
            else f"{old.name}_pseudonym gets no more values",
        )
    yield from _said_otherwise(field, old, new)


def _place(field: str, old: Column, new: Column) -> Iterator[Difference]:
    """Where it is in a record. Avro's readers know a writer's field by its name or an alias."""
    was, now = ".".join(old.path), ".".join(new.path)
    if old.path in new.sources:
        fits = old.path == new.path or new.path in old.sources or not old.required
        breaks = () if fits else (Side.FORWARD,)
        if old.name != new.name:
            advice = "keep its name, as raw has it and models may read it; aliases are for drops"
            yield Difference(field, f"was called {old.name}", (*breaks, Side.WAREHOUSE), advice)
        elif old.path != new.path:
            yield Difference(f"{field} path", f"is {now}; {was} is still read", breaks, adds=True)
    else:
        breaks = (Side.BACKWARD,) if new.path in old.sources else BOTH_WAYS
        advice = f"add '{old.path[-1]}' to its aliases"
        if old.path[:-1] != new.path[:-1]:
            advice = "deliver it under a new column name"
        yield Difference(f"{field} path", f"was {was}, is {now}", breaks, advice)
    for source in old.sources[1:]:
        if source not in new.sources:
            change = f"'{source[-1]}' is no longer read"
            yield narrowed(f"{field} aliases", change, "keep it: it would go to _extra")
    for source in new.sources[1:]:
        if source not in old.sources:
            yield Difference(f"{field} aliases", f"'{source[-1]}' is read as well", adds=True)


def _values(field: str, old: Column, new: Column) -> Iterator[Difference]:
    """Which values are accepted, of a column that keeps its type."""
    yield from _valid_values(field, old, new)
    yield from _bound(field, "minimum", old, new)
    yield from _bound(field, "maximum", old, new)
    if old.pattern != new.pattern:
        field_name, change = f"{field} pattern", f"was {old.pattern}, is {new.pattern}"
        if old.pattern is None:
            yield narrowed(field_name, f"must match {new.pattern}")
        elif new.pattern is None:
            yield widened(field_name, f"need no longer match {old.pattern}")
        else:
            yield Difference(field_name, change, BOTH_WAYS)


def _zone(field: str, old: Column, new: Column) -> Iterator[Difference]:
    field = f"{field} timezone"
    if old.timezone == new.timezone:
        return
    if old.timezone is None:
        yield widened(field, f"need no longer be stated; else it is {new.timezone}")
    elif new.timezone is None:
        yield narrowed(field, f"must be stated; was {old.timezone} where none is")
    else:
        change = f"was {old.timezone}, is {new.timezone}, where none is stated"
        yield Difference(field, change, BOTH_WAYS, "the same text is another instant")


def _valid_values(field: str, old: Column, new: Column) -> Iterator[Difference]:
    field = f"{field} validValues"
    was, now = old.valid_values, new.valid_values
    if now and not was:
        yield narrowed(field, f"must be one of {', '.join(now)}")
    elif was and not now:
        yield widened(field, f"need no longer be one of {', '.join(was)}")
    else:
        if gone := [value for value in was if value not in now]:
            yield narrowed(field, f"no longer {', '.join(gone)}")
        if come := [value for value in now if value not in was]:
            yield widened(field, f"also {', '.join(come)}")


def _bound(field: str, name: str, old: Column, new: Column) -> Iterator[Difference]:
    field, was, now = f"{field} {name}", getattr(old, name), getattr(new, name)
    if was == now:
        return
    if was is None:
        yield narrowed(field, f"was none, is {now}")
    elif now is None:
        yield widened(field, f"was {was}, is none")
    else:
        (before,), (after,) = typed(old, [was]), typed(new, [now])
        if before != after:
            is_narrower = after > before if name == "minimum" else after < before
            yield (narrowed if is_narrower else widened)(field, f"was {was}, is {now}")


def _said_otherwise(field: str, old: Column, new: Column) -> Iterator[Difference]:
    """What changes no drop and no table."""
    if old.description != new.description:
        yield Difference(f"{field} description", "is written anew")
    if old.classification != new.classification and old.is_pii == new.is_pii:
        change = f"was {old.classification or 'none'}, is {new.classification or 'none'}"
        yield Difference(f"{field} classification", change)
