"""The feed that is loaded: 12 columns of every kind, and one that its contract doesn't know."""

import json
from pathlib import Path

FEED = "bench_events"
COLUMNS = {
    "event_id": "varchar",
    "viewer_id": "bigint",
    "household": "varchar",
    "channel": "varchar",
    "device": "varchar",
    "programme": "varchar",
    "duration_seconds": "bigint",
    "revenue": "decimal(12,2)",
    "rating": "decimal(9,4)",
    "is_live": "boolean",
    "broadcast_date": "date",
    "started_at": "timestamp",
}
"""Names and types as raw has them."""
UNKNOWN = "app_version"
DEVICES = ("set-top box", "phone", "tablet", "browser", "television")


def contract(file_format: str) -> dict[str, object]:
    """The feed's contract, as its file has it."""
    server = {"server": "bench", "type": "custom", "format": file_format, "path": f"{FEED}*"}
    if file_format == "csv":
        server["delimiter"] = ","
    text = {"logicalType": "string"}
    number = {"logicalType": "number"}
    columns: dict[str, dict[str, object]] = {
        "event_id": text | {"required": True, "primaryKey": True, "primaryKeyPosition": 1},
        "viewer_id": {"logicalType": "integer", "required": True},
        "household": text,
        "channel": text | {"required": True},
        "device": text | {"quality": [_valid(DEVICES)]},
        "programme": text,
        "duration_seconds": {"logicalType": "integer", "logicalTypeOptions": {"minimum": 0}},
        "revenue": number | {"physicalType": "decimal(12,2)"},
        "rating": number | {"physicalType": "decimal(9,4)"},
        "is_live": {"logicalType": "boolean"},
        "broadcast_date": {"logicalType": "date", "required": True},
        "started_at": {"logicalType": "timestamp", "required": True},
    }
    properties = [
        {"name": name, "description": f"The event's {name}."} | column
        for name, column in columns.items()
    ]
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": FEED,
        "name": FEED,
        "version": "1.0.0",
        "status": "active",
        "servers": [server],
        "customProperties": [{"property": "feedKind", "value": "event"}],
        "schema": [{"name": FEED, "description": "Events.", "properties": properties}],
    }


def write_contract(project: Path, file_format: str) -> None:
    """Put the contract where Settings look for it under `project`."""
    folder = project / "contracts"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{FEED}.yaml").write_text(json.dumps(contract(file_format)))


def _valid(values: tuple[str, ...]) -> dict[str, object]:
    return {
        "type": "library",
        "metric": "invalidValues",
        "mustBe": 0,
        "arguments": {"validValues": list(values)},
    }
