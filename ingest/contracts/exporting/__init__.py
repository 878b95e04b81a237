"""A contract as producers' tools want it: Avro, JSON Schema or Protobuf."""

from collections.abc import Callable

from ingest.contracts.exporting.avro import avro_schema
from ingest.contracts.exporting.json_schema import json_schema
from ingest.contracts.exporting.protobuf import protobuf_file
from ingest.contracts.model import Contract

EXPORTS: dict[str, Callable[[Contract], str]] = {
    "avro": avro_schema,
    "jsonschema": json_schema,
    "protobuf": protobuf_file,
}
"""What a contract can be exported as, each a file's content."""
