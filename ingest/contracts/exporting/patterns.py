"""Patterns of contracts (RE2) as JSON Schema has them (ECMA-262, read as Unicode)."""

import re
from collections.abc import Iterable

PIECE = re.compile(
    r"(?P<foreign>\(\?(?!:)|(?:\\[bB]|[$^])(?=[*+?{]))"
    r"|\[(?P<negated>\^?)(?P<members>\]?(?:\\.|[^]\\])*)\]"
    r"|\\(?P<escaped>x[0-9A-Fa-f]{2}|.)"
    r"|(?P<operator>\(\?:|\{[0-9]+(?:,[0-9]*)?\}|[()|^$*+?])"
    r"|(?P<any>\.)"
    r"|(?P<plain>.)",
    re.DOTALL,
)
MEMBER = re.compile(r"(?P<named>\[:)|\\(?P<escaped>x[0-9A-Fa-f]{2}|.)|(?P<plain>.)", re.DOTALL)
CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\f\r "}
"""RE2's are of ASCII; others know more blanks, or more digits."""
SAME = ("b", "B", "f", "n", "r", "t", "v")
SPECIAL = r"^$\.*+?()[]{}|/"


def portable(pattern: str) -> str | None:
    """The pattern that takes the same texts; null where only RE2 can say it."""
    pieces = [_piece(piece) for piece in PIECE.finditer(pattern)]
    return None if None in pieces else "".join(pieces)


def _piece(piece: re.Match[str]) -> str | None:
    match piece.lastgroup:
        case "members":
            return _class(piece["negated"], MEMBER.finditer(piece["members"]))
        case "escaped":
            escaped = piece["escaped"]
            named = CLASSES.get(escaped.lower())
            negated = "^" if escaped.isupper() else ""
            return f"[{negated}{named}]" if named else _escaped(escaped)
        case "operator":
            return piece[0]
        case "any":
            return r"[^\n]"
        case "plain":
            return _literal(piece[0])
    return None


def _class(negated: str, written: Iterable[re.Match[str]]) -> str | None:
    members = [_member(member) for member in written]
    return None if None in members else f"[{negated}{''.join(members)}]"


def _member(member: re.Match[str]) -> str | None:
    """A part of a class between brackets."""
    if member["named"]:
        return None
    if member["plain"]:
        return member[0] if member[0] in "-^" else _literal(member[0])
    escaped = member["escaped"]
    return r"\-" if escaped == "-" else CLASSES.get(escaped) or _escaped(escaped)


def _escaped(escaped: str) -> str | None:
    if escaped in SAME or len(escaped) > 1:
        return f"\\{escaped}"
    return None if escaped.isalnum() else _literal(escaped)


def _literal(character: str) -> str:
    return f"\\{character}" if character in SPECIAL else character
