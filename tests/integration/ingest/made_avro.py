"""Avro types with values of each, written by fastavro, and what must be read of them."""

import base64
import datetime as dt
import io
import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import fastavro
import numpy as np
from hypothesis import strategies as st

EPOCH = dt.datetime(1970, 1, 1)
FIRST_MICROS, LAST_MICROS = -62_135_596_800_000_000, 253_402_300_799_999_999
CODECS = ["null", "deflate", "snappy", "zstandard", "bzip2", "xz"]


def avro(schema: object, records: list[object], codec: str = "null", **options: Any) -> bytes:
    """A file as fastavro writes it."""
    buffer = io.BytesIO()
    # Logical types are left to the reader: fastavro's own conversions know fewer values.
    fastavro.writer(buffer, fastavro.parse_schema(schema), records, codec, **options)
    return buffer.getvalue()


def record(**types: object) -> dict[str, object]:
    """A schema with these fields."""
    fields = [{"name": name, "type": of} for name, of in types.items()]
    return {"type": "record", "name": "made", "fields": fields}


def logical(base: str, name: str, **rest: object) -> dict[str, object]:
    """A type with a logical type."""
    return {"type": base, "logicalType": name} | rest
