"""How a feed's drops are named, written and known to be whole: a contract's `servers`."""

import codecs
import re
from dataclasses import dataclass
from typing import Any

from open_data_contract_standard.model import Server

from ingest.contracts.document import Document
from ingest.contracts.model import Completeness, Dialect, PathPattern

FORMATS = ("csv", "json", "avro")
LAYOUTS = ("glob", "kafka_connect", "firehose")
CSV_ONLY = ("quote", "header", "encoding", "nullValues", "decimalSeparator", "trailerPattern")
TEXT_ONLY = ("finalLineEnd",)
SETTINGS = (
    *("layout", "topic", "errorPrefix"),
    *CSV_ONLY,
    *TEXT_ONLY,
    *("manifestSuffix", "marker", "maxBytes"),
)
DATE_PART = re.compile(r"\{(.*?)\}")
DATE_PARTS = ("yyyy", "MM", "dd", "HH", "mm", "ss")
TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")


@dataclass(frozen=True)
class Delivery:
    """What all `servers` of a contract say."""

    format: str
    dialect: Dialect
    completeness: Completeness
    max_bytes: int | None
    patterns: tuple[PathPattern, ...]


def read_delivery(document: Document) -> Delivery:
    """One pattern per server; everything else must be the same in all of them."""
    servers = document.odcs.servers or document.wrong("servers", "write one with format and path")
    patterns, settings = [], []
    for server in servers:
        values = document.properties("servers customProperties", server.customProperties, SETTINGS)
        if server.encoding is not None:
            document.wrong("servers encoding", "write it in the server's customProperties")
        patterns.append(_pattern(document, server, values))
        settings.append((*_how_written(document, server, values), _max_bytes(document, values)))
    if any(each != settings[0] for each in settings):
        advice = "all entries must say the same but for path, layout, topic and errorPrefix"
        document.wrong("servers", advice)
    return Delivery(*settings[0], patterns=tuple(patterns))


def _how_written(
    document: Document, server: Server, values: dict[str, Any]
) -> tuple[str, Dialect, Completeness]:
    file_format = document.choice("servers format", server.format, FORMATS)
    refused = {"csv": (), "json": CSV_ONLY, "avro": (*CSV_ONLY, *TEXT_ONLY)}[file_format]
    for name in values.keys() & set(refused):
        document.wrong(_field(name), f"{file_format} has none; remove it")
    if file_format == "csv":
        dialect = _dialect(document, server, values)
    elif server.delimiter:
        document.wrong("servers delimiter", f"{file_format} has none; remove it")
    else:
        dialect = Dialect()
    return file_format, dialect, _completeness(document, values)


def _field(name: str) -> str:
    return f"servers customProperties {name}"


def _pattern(document: Document, server: Server, values: dict[str, Any]) -> PathPattern:
    layout = document.choice(_field("layout"), values.get("layout", "glob"), LAYOUTS)
    for name, owner in (("topic", "kafka_connect"), ("errorPrefix", "firehose")):
        if name in values and layout != owner:
            document.wrong(_field(name), f"only the layout {owner} has one; remove it")
    path = server.path or {"glob": "", "kafka_connect": "topics", "firehose": ""}[layout]
    if not path and layout == "glob":
        document.wrong("servers path", "write the pattern of the drops' names, as in events_*.json")
    _check_path(document, "servers path", path)
    if layout == "glob":
        _check_glob(document, path)
    elif found := re.search(r"[*?\[\]{}]", path):
        document.wrong("servers path", f"has '{found[0]}'; with a layout, write it as it is")
    topic, error_prefix = values.get("topic"), values.get("errorPrefix")
    if layout == "kafka_connect" and not (isinstance(topic, str) and TOPIC.fullmatch(topic)):
        document.wrong(_field("topic"), f"is '{topic}'; write the name of the Kafka topic")
    if error_prefix is not None:
        if not isinstance(error_prefix, str) or not error_prefix or "!{" in error_prefix:
            advice = "write what paths of error records start with, without !{…}"
            document.wrong(_field("errorPrefix"), f"is '{error_prefix}'; {advice}")
        _check_path(document, _field("errorPrefix"), error_prefix)
    return PathPattern(path, layout, topic, error_prefix)


def _check_path(document: Document, field: str, path: str) -> None:
    if path.startswith("/") or "\\" in path or ".." in path.split("/"):
        document.wrong(field, f"is '{path}'; write it relative to the source, with slashes")


def _check_glob(document: Document, path: str) -> None:
    parts = DATE_PART.findall(path)
    for part in parts:
        if part not in DATE_PARTS:
            known = ", ".join(f"{{{name}}}" for name in DATE_PARTS)
            document.wrong("servers path", f"has '{{{part}}}'; parts of a date are {known}")
    if "mm" in parts and "HH" not in parts:
        document.wrong("servers path", "has '{mm}' but no '{HH}'; {mm} are minutes, {MM} months")
    rest = DATE_PART.sub("", path)
    if re.search(r"[{}]", rest) or re.search(r"\[", re.sub(r"\[!?\]?[^]]*\]", "", rest)):
        document.wrong("servers path", f"is '{path}'; close the bracket, or write ? instead")


def _dialect(document: Document, server: Server, values: dict[str, Any]) -> Dialect:
    delimiter = _character(document, "servers delimiter", server.delimiter)
    quote = values.get("quote", '"')
    if quote != "":
        quote = _character(document, _field("quote"), quote)
    decimal_separator = document.choice(
        _field("decimalSeparator"), values.get("decimalSeparator", "."), (".", ",")
    )
    characters = (delimiter, quote, decimal_separator)
    if len(set(characters)) < len(characters):
        named = ", ".join(repr(each) for each in characters)
        advice = f"delimiter, quote and decimalSeparator must differ, but are {named}"
        document.wrong("servers", advice)
    has_header = values.get("header", True)
    if not isinstance(has_header, bool):
        document.wrong(_field("header"), f"is '{has_header}'; write true or false")
    null_values: tuple[str, ...] = ()
    if "nullValues" in values:
        null_values = document.texts(_field("nullValues"), values["nullValues"])
    return Dialect(
        delimiter=delimiter,
        quote=quote,
        has_header=has_header,
        encoding=_encoding(document, values.get("encoding", "utf-8")),
        null_values=null_values,
        decimal_separator=decimal_separator,
    )


def _character(document: Document, field: str, value: object) -> str:
    if not isinstance(value, str) or len(value) != 1 or value in "\r\n\0":
        document.wrong(field, f'is {value or ""!r}; write one character, as in ","')
    return value


def _encoding(document: Document, value: object) -> str:
    field = _field("encoding")
    try:
        "".encode(str(value))  # refuses Python's codecs of bytes, as zlib
        return codecs.lookup(str(value)).name
    except (LookupError, ValueError):
        document.wrong(field, f"is '{value}'; write one that Python knows, as in windows-1252")


def _completeness(document: Document, values: dict[str, Any]) -> Completeness:
    if "finalLineEnd" in values:
        document.choice(_field("finalLineEnd"), values["finalLineEnd"], ("required",))
    trailer = values.get("trailerPattern")
    if trailer is not None:
        try:
            groups = re.compile(trailer).groups
        except (re.error, TypeError):
            groups = -1
        if groups != 1:
            advice = r"write a regular expression with one group, the row count, as in ^END,(\d+)$"
            document.wrong(_field("trailerPattern"), f"is '{trailer}'; {advice}")
    manifest, marker = values.get("manifestSuffix"), values.get("marker")
    for name, suffix, example in (
        ("manifestSuffix", manifest, ".manifest.json"),
        ("marker", marker, ".done or _SUCCESS"),
    ):
        wrong = not isinstance(suffix, str) or not re.fullmatch(r"[^/\\*?\[\]{}\s]+", suffix)
        if suffix is not None and wrong:
            document.wrong(_field(name), f"is '{suffix}'; write the end of a name, as in {example}")
    if manifest is not None and manifest == marker:
        document.wrong(_field("marker"), "is the manifest's own name; write one of the two")
    return Completeness(
        final_line_end="finalLineEnd" in values, trailer=trailer, manifest=manifest, marker=marker
    )


def _max_bytes(document: Document, values: dict[str, Any]) -> int | None:
    value = values.get("maxBytes")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        advice = "write a whole number of bytes above 0, as in 10_000_000_000"
        document.wrong(_field("maxBytes"), f"is '{value}'; {advice}")
    return value
