"""One difference between two contracts, and what it breaks."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Side(StrEnum):
    """What a difference can break."""

    BACKWARD = "backward"
    FORWARD = "forward"
    WAREHOUSE = "warehouse"
    PROTOBUF = "protobuf"


MEANINGS = {
    Side.BACKWARD: "drops written for the old contract fail the new one, or change their meaning",
    Side.FORWARD: "who reads by the old contract fails on drops written for the new one",
    Side.WAREHOUSE: "raw, or what is built on it, can't go on as it is",
    Side.PROTOBUF: "messages of the old export are misread by the new one",
}
BOTH_WAYS = (Side.BACKWARD, Side.FORWARD)
NARROWED = (Side.BACKWARD,)
WIDENED = (Side.FORWARD,)


class Level(IntEnum):
    """Which part of the version a difference raises, by its position there."""

    PATCH = 2
    MINOR = 1
    MAJOR = 0


@dataclass(frozen=True)
class Difference:
    """What differs, where, and what breaks by it: nothing for a compatible difference."""

    field: str
    change: str
    breaks: tuple[Side, ...] = ()
    advice: str = ""
    adds: bool = False
    """Whether a compatible difference is something new, not only said otherwise."""

    @property
    def level(self) -> Level:
        """Which part of the version it raises at least."""
        if self.breaks:
            return Level.MAJOR
        return Level.MINOR if self.adds else Level.PATCH


def narrowed(field: str, change: str, advice: str = "") -> Difference:
    """Less is accepted than was."""
    return Difference(field, change, NARROWED, advice)


def widened(field: str, change: str, advice: str = "") -> Difference:
    """More is accepted than was."""
    return Difference(field, change, WIDENED, advice)


def failing(field: str, was: frozenset[str], now: frozenset[str]) -> Iterator[Difference]:
    """Rules that fail a drop, where others put a row aside."""
    if come := now - was:
        yield narrowed(field, f"also {', '.join(sorted(come))}")
    if gone := was - now:
        yield widened(field, f"no longer {', '.join(sorted(gone))}")
