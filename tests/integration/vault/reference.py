"""The vault's rules in plain Python, to compare with."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

ZERO_KEY = UUID(int=0)


def hash_key(*parts: str | None) -> UUID:
    """MD5 of the parts, quoted and joined; the zero key where nothing is known."""
    quoted = ["" if part is None else '"' + part.replace('"', '""') + '"' for part in parts]
    text = "|".join(quoted).rstrip("|")
    return UUID(hashlib.md5(text.encode()).hexdigest()) if text else ZERO_KEY  # noqa: S324


def change_hash(*parts: str | None) -> UUID:
    """Never the zero key: what has no attributes is told from what has no key."""
    return hash_key("attributes", *parts)


Said = tuple[UUID, int, Any]
"""Key, instant, and what holds from then on."""
Stretch = tuple[UUID, Any, int, int | None]
"""Key, what held, from when, to when (None: nothing later is known)."""
BEGINNING = -1
"""The instant of the ghosts, which are in every satellite and left out of what is returned."""


def stretches(along_time: Iterable[Said], of_ghost: Any) -> list[Stretch]:
    """What is said in order, without repeats."""
    changes: dict[UUID, list[tuple[int, Any]]] = defaultdict(list)
    for key, instant, held in [(ZERO_KEY, BEGINNING, of_ghost), *along_time]:
        if not changes[key] or changes[key][-1][1] != held:
            changes[key].append((instant, held))
    return [
        (key, held, start, following[0] if following else None)
        for key, told in changes.items()
        for (start, held), following in zip(told, [*told[1:], None], strict=True)
        if start > BEGINNING
    ]


def satellite(said: set[Said]) -> list[Stretch]:
    """What holds is a change hash; of those at one instant the higher counts."""
    return stretches(sorted(said), of_ghost=change_hash())


def effectivity(said: set[Said]) -> list[Stretch]:
    """What holds is a partner's hash key; the ghost's is the lowest."""
    return stretches(sorted(said), of_ghost=ZERO_KEY)


def multi_active(said: set[Said]) -> list[Stretch]:
    """What holds is the set said at one instant: child keys, each with its change hash.

    Of several change hashes of one child key at one instant the higher counts.
    """
    sets: dict[tuple[UUID, int], dict[str | None, UUID]] = defaultdict(dict)
    for key, instant, (child, change) in said:
        of_children = sets[key, instant]
        of_children[child] = max(change, of_children.get(child, change))
    along_time = sorted(sets.items(), key=lambda of_instant: of_instant[0])
    return stretches(
        ((key, instant, frozenset(members.items())) for (key, instant), members in along_time),
        of_ghost=frozenset([(None, change_hash())]),
    )


def record_tracking(said: set[Said]) -> list[Stretch]:
    """What holds is whether the key is missing; what is said at one instant is one delivery."""
    seen = {(key, instant) for key, instant, _ in said}
    first = {key: min(at for other, at in seen if other == key) for key, _ in seen}
    return stretches(
        (
            (key, instant, (key, instant) not in seen)
            for instant in sorted({instant for _, instant in seen})
            for key, start in first.items()
            if instant >= start
        ),
        of_ghost=False,
    )


def stretch_tracking(said: set[Said]) -> list[Stretch]:
    """What holds is whether the latest delivery that tells of the key's first hour lacks the key.

    What is said is a scope, and the hours between which the key fills it. A delivery tells all
    hours between its rows of a scope, unless 23 or more of them in a row are empty.
    """
    along_time = []
    for key in {key for key, _, _ in said}:
        ((scope, first_hour),) = {held[:2] for other, _, held in said if other == key}
        was_said = False
        for instant in sorted({instant for _, instant, _ in said}):
            rows = [
                (other, range(start, end))
                for other, at, (of, start, end) in said
                if of == scope and at == instant
            ]
            told = {hour for _, hours in rows for hour in hours}
            told |= {
                hour
                for hour in range(min(told, default=0), max(told, default=0))
                if min(later for later in told if later >= hour)
                - max(earlier for earlier in told if earlier <= hour)
                <= 23
            }
            if key in {other for other, _ in rows}:
                was_said = True
                along_time.append((key, instant, False))
            elif was_said and first_hour in told:
                along_time.append((key, instant, True))
    return stretches(along_time, of_ghost=False)
