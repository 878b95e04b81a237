"""A contract as a Protobuf file."""

import textwrap
from collections.abc import Iterator

from ingest.columns import Column, Kind
from ingest.contracts.exporting.tree import Group, camel_case, check_names, record_of
from ingest.contracts.model import Contract
from ingest.errors import UsageError

PACKAGE = "audience_vault"
TIMESTAMP = "google.protobuf.Timestamp"
TYPES = {
    Kind.STRING: "string",
    Kind.INTEGER: "int64",
    Kind.DECIMAL: "string",
    Kind.BOOLEAN: "bool",
    Kind.DATE: "string",
    Kind.TIME: "string",
    Kind.TIMESTAMP: TIMESTAMP,
}
WRITTEN = {
    Kind.DATE: "A date YYYY-MM-DD.",
    Kind.TIME: "A time HH:MM:SS before 24:00:00, with up to six decimals.",
    Kind.TIMESTAMP: "To the microsecond.",
}
WIDTH = 96


def protobuf_file(contract: Contract) -> str:
    """The message of a record, proto3. As JSON, it is what the loader reads.

    A field's number is its column's position: those of columns that are appended follow, and none
    changes. Every field is `optional`, so that 0, false and an empty text are written as well.
    """
    check_names(contract, "Protobuf")
    numbers = {column.name: n for n, column in enumerate(contract.columns, start=1)}
    imports = (
        ['import "google/protobuf/timestamp.proto";', ""]
        if any(column.kind is Kind.TIMESTAMP for column in contract.columns)
        else []
    )
    lines = [
        f"// Written by `audience-vault contract export` from {contract.feed} {contract.version}.",
        'syntax = "proto3";',
        "",
        f"package {PACKAGE};",
        "",
        *imports,
        *_comment(contract.description),
        *_message(camel_case(contract.feed), record_of(contract), numbers),
    ]
    return "\n".join(lines) + "\n"


def _message(name: str, group: Group, numbers: dict[str, int]) -> Iterator[str]:
    _check_json_names(group)
    yield f"message {name} {{"
    taken = {field for field, _ in group}
    for field, member in group:
        if isinstance(member, Group):
            inner = camel_case(field)
            if not inner[:1].isalpha():
                inner = f"Record{inner}"
            while inner in taken:
                inner += "Record"
            taken.add(inner)
            yield from _indented(_message(inner, member, numbers))
            yield from _indented(_field(field, inner, _first_number(member, numbers)))
        else:
            yield from _indented(_comment(" ".join(_meaning(member))))
            yield from _indented(_field(field, TYPES[member.kind], numbers[member.name]))
    yield "}"


def _check_json_names(group: Group) -> None:
    """Raise UsageError where protoc would: it compares camelCase names, whatever json_name says."""
    known: dict[str, str] = {}
    for name, _ in group:
        other = known.setdefault(_default_json_name(name), name)
        if other != name:
            raise UsageError(
                f"Protobuf can't tell '{name}' from '{other}', as both are "
                f"{_default_json_name(name)} in its JSON; ask the producer for another name"
            )


def _field(name: str, proto_type: str, number: int) -> Iterator[str]:
    """A field that JSON names as the contract does, instead of in Protobuf's own camelCase."""
    json_name = f' [json_name = "{name}"]' if name != _default_json_name(name) else ""
    yield f"optional {proto_type} {name} = {number}{json_name};"


def _default_json_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)


def _first_number(group: Group, numbers: dict[str, int]) -> int:
    """A record within another is numbered as its first column; numbers count per message."""
    return min(
        _first_number(member, numbers) if isinstance(member, Group) else numbers[member.name]
        for _, member in group
    )


def _meaning(column: Column) -> Iterator[str]:
    yield column.description
    yield "Required." if column.required else ""
    if column.kind is Kind.DECIMAL:
        whole = column.precision - column.scale
        yield f"A plain number: up to {whole} digits, and up to {column.scale} decimals."
    yield WRITTEN.get(column.kind, "")
    yield f"One of {', '.join(column.valid_values)}." if column.valid_values else ""
    yield f"At least {column.minimum}." if column.minimum is not None else ""
    yield f"At most {column.maximum}." if column.maximum is not None else ""
    yield f"Matches {column.pattern}" if column.pattern else ""


def _comment(text: str) -> Iterator[str]:
    for line in textwrap.wrap(" ".join(text.split()), WIDTH, break_long_words=False):
        yield f"// {line}"


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
