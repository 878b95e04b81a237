"""What a producer writes by the exported Avro schema loads by the contract, value for value."""

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

import fastavro
import yaml

from ingest.contracts import read_contract
from ingest.contracts.exporting.avro import avro_schema

FIELDS = {
    "id": {"logicalType": "integer", "primaryKey": True},
    "os": {
        "logicalType": "string",
        "required": True,
        "customProperties": [{"property": "path", "value": "device.os.name"}],
    },
    "page": {
        "logicalType": "string",
        "customProperties": [{"property": "path", "value": "web.page"}],
    },
    "price": {"logicalType": "number", "physicalType": "decimal(10,2)"},
    "is_live": {"logicalType": "boolean"},
    "on_date": {"logicalType": "date"},
    "at_time": {"logicalType": "time"},
    "started_at": {"logicalType": "timestamp"},
}
CONTRACT = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "made",
    "version": "1.0.0",
    "status": "active",
    "servers": [{"server": "drops", "type": "custom", "format": "avro", "path": "made*.avro"}],
    "customProperties": [{"property": "feedKind", "value": "event"}],
    "schema": [
        {
            "name": "made",
            "description": "Made rows.",
            "properties": [
                {"name": name, "description": f"What {name} is.", **rest}
                for name, rest in FIELDS.items()
            ],
        }
    ],
}
FULL = {
    "id": 1,
    "device": {"os": {"name": "tvOS"}},
    "web": {"page": "/a"},
    "price": Decimal("12.50"),
    "is_live": True,
    "on_date": date(2024, 2, 29),
    "at_time": time(23, 59, 59, 999_999),
    "started_at": datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=UTC),
}
BARE = {"id": 2, "device": {"os": {"name": "Android"}}}


def test_records_of_the_exported_schema_load_as_they_are(bench, tmp_path):
    path = tmp_path / "project" / "contracts" / "made.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(CONTRACT))
    file = io.BytesIO()
    schema = fastavro.parse_schema(json.loads(avro_schema(read_contract(path))))
    fastavro.writer(file, schema, [FULL, BARE])
    bench.settings = replace(bench.settings, project_dir=tmp_path / "project")
    result = bench.load(file.getvalue(), "made_1.avro")
    assert (result.state.value, result.rows_loaded, result.rows_quarantined) == ("loaded", 2, 0)
    at = FULL["started_at"].replace(tzinfo=None)
    assert bench.query(f"select {', '.join(FIELDS)}, _extra from raw.made order by id") == [
        (1, "tvOS", "/a", *list(FULL.values())[3:7], at, None),
        (2, "Android", None, None, None, None, None, None, None),
    ]
