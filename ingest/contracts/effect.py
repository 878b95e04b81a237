"""When what a drop of reference data says takes effect: a contract's `effectiveAt`."""

from ingest.columns import Column, Kind
from ingest.contracts.delivery import DATE_PART, DATE_PARTS
from ingest.contracts.document import Document
from ingest.contracts.model import PathPattern

FIELD = "customProperties effectiveAt"
CHOICES = "store_time, file_name, or column and its name, as in column valid_from"


def read_effective_at(
    document: Document,
    kind: str,
    timezone: str | None,
    patterns: tuple[PathPattern, ...],
    columns: tuple[Column, ...],
) -> str | None:
    """What `Contract.effective_at` is, of reference feeds only."""
    value = document.settings.get("effectiveAt")
    if kind != "reference":
        if value is not None:
            document.wrong(FIELD, "only a reference feed has one; remove it")
        return None
    named = value.removeprefix("column ") if isinstance(value, str) else value
    if value == "file_name":
        for pattern in patterns:
            _check_dated(document, pattern)
        _check_timezone(document, timezone, "in the names of drops")
    elif named != value:
        column = next((column for column in columns if column.name == named), None)
        if column is None:
            document.wrong(FIELD, f"is '{value}'; there is no column '{named}'")
        _check_column(document, column)
        if column.kind is Kind.DATE:
            _check_timezone(document, timezone, f"in the column {column.name}")
    elif value != "store_time":
        document.wrong(FIELD, f"is '{value}'; write one of {CHOICES}")
    return value


def _check_dated(document: Document, pattern: PathPattern) -> None:
    """Refuse a path that states no year, or leaves out a part before the last one."""
    if pattern.layout == "firehose":
        return
    parts = set(DATE_PART.findall(pattern.path)) if pattern.layout == "glob" else set()
    if not parts or parts != set(DATE_PARTS[: len(parts)]):
        advice = "write its year at least and nothing without the part before it, as in"
        example = f"{document.feed}_{{yyyy}}-{{MM}}-{{dd}}*"
        document.wrong(
            FIELD, f"is file_name, but the path '{pattern.path}' has no date; {advice} {example}"
        )


def _check_column(document: Document, column: Column) -> None:
    """Refuse a column that can't say it of each row, or may not."""
    advice = None
    if column.kind not in (Kind.DATE, Kind.TIMESTAMP):
        advice = "write its logicalType as date or timestamp, or name another column"
    elif not column.required:
        advice = "it may be missing; write required: true there, or name another column"
    elif column.is_pii:
        advice = "it is PII, which _effective_at would show; name another column"
    if advice:
        document.wrong(f"{FIELD} column {column.name}", advice)


def _check_timezone(document: Document, timezone: str | None, where: str) -> None:
    if timezone is None:
        advice = f"write the zone of the dates {where}, by which the feed takes effect, as in UTC"
        document.wrong("customProperties timezone", advice)
