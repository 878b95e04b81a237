"""A contract as an Avro schema."""

import json
from typing import Any

from ingest.columns import Column, Kind
from ingest.contracts.document import FIELD_NAME
from ingest.contracts.exporting.tree import Group, annotations, check_names, record_of
from ingest.contracts.model import Contract

NAMESPACE = "audience_vault"
TYPES: dict[Kind, Any] = {
    Kind.STRING: "string",
    Kind.INTEGER: "long",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: {"type": "int", "logicalType": "date"},
    Kind.TIME: {"type": "long", "logicalType": "time-micros"},
    Kind.TIMESTAMP: {"type": "long", "logicalType": "timestamp-micros"},
}


def avro_schema(contract: Contract) -> str:
    """The schema of a record, as a file.

    Valid values stay strings: a reader of an enum fails at the first symbol that it doesn't know,
    with the whole file, where the loader puts one row aside.
    """
    check_names(contract, "Avro")
    record = _record(record_of(contract), contract.feed, NAMESPACE, contract.description)
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def _record(group: Group, name: str, namespace: str, doc: str) -> dict[str, Any]:
    """A record; those within it have namespaces of their own, so that no two share a name."""
    return {
        "type": "record",
        "name": name,
        "namespace": namespace,
        "doc": doc,
        "fields": [_field(field, member, f"{namespace}.{name}") for field, member in group],
    }


def _field(name: str, member: Group | Column, namespace: str) -> dict[str, Any]:
    field: dict[str, Any] = {"name": name}
    if isinstance(member, Group):
        doc = f"What is delivered under {'.'.join(member.path)}."
        avro_type = _record(member, name, namespace, doc)
    else:
        field["doc"] = member.description
        avro_type = _type(member)
    field["type"] = avro_type if member.required else ["null", avro_type]
    if not member.required:
        field["default"] = None
    if isinstance(member, Column):
        said = annotations(member)
        if aliases := [alias for alias in member.aliases if FIELD_NAME.fullmatch(alias)]:
            field["aliases"] = aliases
        if rules := {name: value for name, value in said.items() if name != "aliases"}:
            field["audienceVault"] = rules
    return field


def _type(column: Column) -> Any:  # noqa: ANN401  # JSON
    if column.kind is Kind.DECIMAL:
        return {
            "type": "bytes",
            "logicalType": "decimal",
            "precision": column.precision,
            "scale": column.scale,
        }
    return TYPES[column.kind]
