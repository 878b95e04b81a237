"""A contract as a JSON Schema."""

import json
from decimal import Decimal
from typing import Any

from ingest.casting import DATE, INSTANT, OFFSET, TIME
from ingest.columns import Column, Kind
from ingest.contracts.exporting.patterns import portable
from ingest.contracts.exporting.tree import Group, annotations, record_of
from ingest.contracts.model import Contract

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NOT_BLANK = r"[^ \t\n\r\u00a0]"
JSON_TYPES = {
    Kind.INTEGER: ["integer", "string"],
    Kind.DECIMAL: ["number", "string"],
    Kind.BOOLEAN: ["boolean", "string"],
}
"""Of kinds that JSON has itself: the loader reads them as text just as well."""
MAX_INTEGER = 2**63 - 1


def json_schema(contract: Contract) -> str:
    """The schema of a record, not of a whole drop, as a file. Unknown keys are allowed."""
    schema = {
        "$schema": DIALECT,
        "$id": f"urn:audience-vault:contract:{contract.feed}:{contract.version}",
        "title": contract.feed,
        "description": contract.description,
        **_object(record_of(contract), required=True),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _object(group: Group, *, required: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object" if required else ["object", "null"]}
    schema["properties"] = {
        name: _object(member, required=member.required)
        if isinstance(member, Group)
        else _value(member)
        for name, member in group
    }
    if names := [name for name, member in group if member.required]:
        schema["required"] = names
    schema["additionalProperties"] = True
    return schema


def _value(column: Column) -> dict[str, Any]:
    types = JSON_TYPES.get(column.kind, ["string"])
    if not column.required:
        types = [*types, "null"]
    schema: dict[str, Any] = {"type": types if len(types) > 1 else types[0]}
    schema["description"] = column.description
    if column.kind is Kind.DATE:
        schema["format"] = "date"
    elif column.kind is Kind.TIMESTAMP and column.timezone is None:
        schema["format"] = "date-time"
    if column.valid_values:
        schema["enum"] = _choices(column)
    schema |= _patterns(column) | _bounds(column)
    expressed = {"validValues"}
    if column.kind in (Kind.INTEGER, Kind.DECIMAL):
        expressed |= {"minimum", "maximum"}
    elif column.pattern and portable(column.pattern) == column.pattern:
        expressed |= {"pattern"}
    if said := {k: v for k, v in annotations(column).items() if k not in expressed}:
        schema["audienceVault"] = said
    return schema


def _choices(column: Column) -> list[Any]:
    values: list[Any] = list(column.valid_values)
    if column.kind in JSON_TYPES:
        values += [
            text == "true" if column.kind is Kind.BOOLEAN else _number(text)
            for text in column.valid_values
        ]
    return values if column.required else [*values, None]


def _number(text: str) -> int | float:
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)


def _patterns(column: Column) -> dict[str, Any]:
    """What texts must look like; JSON Schema puts it to texts only."""
    patterns = []
    if column.kind is not Kind.STRING:
        patterns.append(f"^{_form(column)}$")
    elif column.required and not column.valid_values:
        patterns.append(NOT_BLANK)
    if column.pattern and (written := portable(column.pattern)):
        patterns.append(written)
    if len(patterns) < 2:
        return {"pattern": patterns[0]} if patterns else {}
    return {"allOf": [{"pattern": pattern} for pattern in patterns]}


def _form(column: Column) -> str:
    """A regular expression of the texts that the loader reads as the column's kind."""
    decimals = rf"\.[0-9]{{1,{column.scale}}}0*" if column.scale else r"\.0+"
    return {
        Kind.INTEGER: "-?[0-9]+",
        Kind.DECIMAL: f"-?[0-9]+({decimals})?",
        Kind.BOOLEAN: "(true|false)",
        Kind.DATE: DATE,
        Kind.TIME: TIME,
        Kind.TIMESTAMP: INSTANT + (OFFSET if column.timezone is None else f"{OFFSET}?"),
    }[column.kind]


def _bounds(column: Column) -> dict[str, Any]:
    """Of numbers; JSON Schema has none for dates and times, which are in the annotations."""
    if column.kind is Kind.INTEGER:
        return {
            "minimum": int(column.minimum or -MAX_INTEGER - 1),
            "maximum": int(column.maximum or MAX_INTEGER),
        }
    if column.kind is Kind.DECIMAL:
        largest = Decimal((0, (9,) * column.precision, -column.scale))
        return {
            "minimum": _number(column.minimum or f"-{largest}"),
            "maximum": _number(column.maximum or str(largest)),
        }
    return {}
