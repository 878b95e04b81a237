"""Which paths a contract's pattern takes."""

import re
from datetime import datetime

from ingest.contracts import Contract, ContractError, PathPattern
from ingest.stores.listing import COMPRESSIONS

COMPRESSED = f"(?:{'|'.join(map(re.escape, COMPRESSIONS))})?"
"""What a drop's name may have at its end, whatever its pattern says."""
PIECE = re.compile(
    r"\{(?P<date>yyyy|MM|dd|HH|mm|ss)\}"
    r"|\[(?P<characters>!?\]?[^]]*)\]"
    r"|(?P<folders>(?<![^/])\*\*/)"
    r"|(?P<all>(?<![^/])\*\*\Z)"
    r"|(?P<some>\*+)"
    r"|(?P<one>\?)"
    r"|.",
    re.DOTALL,
)
WILDCARDS = {"folders": "(?:[^/]+/)*", "all": ".+", "some": "[^/]*", "one": "[^/]"}
SPECIAL, ESCAPED = r"([][\\^&~|])", r"\\\1"
"""Characters that mean something to `re`, but not to a glob, between brackets."""
DATE_DIGITS = {"yyyy": 4, "MM": 2, "dd": 2, "HH": 2, "mm": 2, "ss": 2}
FIREHOSE_DATES = "{yyyy}/{MM}/{dd}/{HH}/"
FIREHOSE_ERRORS = r"[a-z-]+-failed/"
"""processing-failed/, format-conversion-failed/, …: where Firehose puts what it couldn't deliver,
under the data's own prefix, unless it is told another one."""
NAME_ENDS = {"csv": "csv|tsv|txt", "json": "json|jsonl|ndjson", "avro": "avro"}


class PathMatcher:
    """One pattern of a contract.

    A glob without a slash is one of file names, wherever they are; every other pattern is one of
    paths under the source. With `anywhere`, the source may also be further down: paths may have
    more in front.
    """

    def __init__(self, contract: Contract, pattern: PathPattern) -> None:
        """Raise ContractError for a pattern that is none."""
        self._errors: re.Pattern[str] | None = None
        self._of_names = pattern.layout == "glob" and "/" not in pattern.path
        match pattern.layout:
            case "kafka_connect":
                folder = re.escape(f"{pattern.path.strip('/')}/".lstrip("/"))
                topic, ends = re.escape(pattern.topic or ""), NAME_ENDS[contract.format]
                name = rf"(?P<partitions>(?:[^/]+/)*){topic}\+(?P<partition>\d+)\+\d+\.(?:{ends})"
                regex = f"{folder}{topic}/{name}"
            case "firehose":
                regex = f"{re.escape(pattern.path)}{_regex(FIREHOSE_DATES)}[^/]+"
                errors = pattern.error_prefix and re.escape(pattern.error_prefix)
                self._errors = re.compile(errors or re.escape(pattern.path) + FIREHOSE_ERRORS)
            case _:
                regex = _regex(pattern.path)
        try:
            self._regex = re.compile(f"{regex}{COMPRESSED}", re.DOTALL)
        except re.error as error:
            raise ContractError(
                f"{contract.feed}.yaml: servers path '{pattern.path}' is no pattern: {error}"
            ) from error

    def matches(self, path: str, *, anywhere: bool = False) -> bool:
        """Whether a file of this path is a drop."""
        return bool(self.times(path, anywhere=anywhere))

    def times(self, path: str, *, anywhere: bool = False) -> set[datetime]:
        """The local times that the path of a drop can state; none for a file that is no drop.

        Parts of a date that the pattern doesn't have are the first ones there are, in 2000.
        """
        tails = [path.rpartition("/")[2]] if self._of_names else _tails(path, anywhere)
        found = (self._time(tail) for tail in tails)
        return {time for time in found if time is not None}

    def is_error_record(self, path: str, *, anywhere: bool = False) -> bool:
        """Whether a file has what a connector couldn't deliver."""
        errors = self._errors
        return errors is not None and any(errors.match(tail) for tail in _tails(path, anywhere))

    def _time(self, path: str) -> datetime | None:
        found = self._regex.fullmatch(path)
        if not found:
            return None
        parts = found.groupdict()
        folders = (parts.get("partitions") or "").split("/")
        named = [folder for folder in folders if folder.startswith("partition=")]
        return _date(parts) if named in ([], [f"partition={parts.get('partition')}"]) else None


def _tails(path: str, anywhere: bool) -> list[str]:
    """The path, and if `anywhere` what is left of it after each of its folders."""
    starts = [0, *(found.end() for found in re.finditer("/", path))] if anywhere else [0]
    return [path[start:] for start in starts]


def _regex(glob: str) -> str:
    seen: set[str] = set()
    return "".join(_part(piece, seen) for piece in PIECE.finditer(glob))


def _part(piece: re.Match[str], seen: set[str]) -> str:
    """The regular expression of one piece; what a date part says twice must be the same."""
    match piece.lastgroup:
        case "date":
            name = piece["date"]
            digits = f"(?P={name})" if name in seen else f"(?P<{name}>[0-9]{{{DATE_DIGITS[name]}}})"
            seen.add(name)
            return digits
        case "characters":
            negated = "^" if piece["characters"].startswith("!") else ""
            characters = piece["characters"].removeprefix("!")
            return f"(?!/)[{negated}{re.sub(SPECIAL, ESCAPED, characters)}]"
        case None:
            return re.escape(piece[0])
        case kind:
            return WILDCARDS[kind]


def _date(parts: dict[str, str]) -> datetime | None:
    """The day and time of the digits, if there is one; 2000 has a 29th of February."""
    try:
        return datetime(  # noqa: DTZ001 - on a calendar and a clock, no instant
            int(parts.get("yyyy", 2000)),
            int(parts.get("MM", 1)),
            int(parts.get("dd", 1)),
            *(int(parts.get(part, 0)) for part in ("HH", "mm", "ss")),
        )
    except ValueError:
        return None
