"""Contracts made for one case each."""

import json
import tempfile
from pathlib import Path

from ingest.contracts import Contract, read_contract

FEED = "made"


def field(name: str, logical_type: str = "string", **rest) -> dict:
    """A column; its customProperties are given by name."""
    settings = {key: rest.pop(key) for key in ("path", "aliases", "failDropOn") if key in rest}
    physical = {"physicalType": "decimal(10,2)"} if logical_type == "number" else {}
    custom = {"customProperties": entries(settings)} if settings else {}
    description = {"description": f"What {name} is."}
    return {"name": name, "logicalType": logical_type, **physical, **description, **custom, **rest}


def document(*fields: dict, server: dict | None = None, settings: dict | None = None, **rest):
    """A contract as its file has it; properties of the server that ODCS doesn't know are custom."""
    given = {"format": "json", "path": "made*.json", **(server or {})}
    given = {key: value for key, value in given.items() if value is not None}
    native = {key: given.pop(key) for key in ("format", "path", "delimiter") if key in given}
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": FEED,
        "name": FEED,
        "version": "1.0.0",
        "status": "active",
        "servers": [
            {"server": "a", "type": "custom", **native, "customProperties": entries(given)}
        ],
        "customProperties": entries({"feedKind": "event", **(settings or {})}),
        "schema": [
            {
                "name": FEED,
                "description": "Rows.",
                "properties": list(fields),
                **rest.pop("schema", {}),
            }
        ],
        **rest,
    }


def entries(settings: dict) -> list[dict]:
    """customProperties of the standard."""
    return [{"property": name, "value": value} for name, value in settings.items()]


def write(folder: Path, *fields: dict, **rest) -> Path:
    """The file of a contract; JSON is YAML too."""
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / f"{FEED}.yaml"
    path.write_text(json.dumps(document(*fields, **rest)))
    return path


def contract(*fields: dict, **rest) -> Contract:
    """A contract, read as any other is."""
    with tempfile.TemporaryDirectory() as folder:
        return read_contract(write(Path(folder), *fields, **rest))


CSV = {"format": "csv", "delimiter": ";", "path": "made*.csv"}
