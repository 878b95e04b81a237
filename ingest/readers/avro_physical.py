"""Schemas of our own making for the bytes of Avro files.

They call what is there by what it is encoded as, so that Polars and fastavro have nothing to
interpret and give the same: see `Node.arrow`.
"""

import itertools
import json
from decimal import MAX_PREC, Context, Decimal

from fastavro.read import LOGICAL_READERS

from ingest.readers.avro_container import MAGIC
from ingest.readers.avro_schema import MAX_DIGITS, Node

EXACT_DECIMAL = "audience-vault-decimal"
EXACT = Context(prec=MAX_PREC)


class Physical:
    """Schemas for the bytes of a type, with names of their own and nothing to interpret."""

    def __init__(self, *, for_polars: bool) -> None:
        """Polars takes decimals as they are; fastavro would round what is beyond their digits."""
        self.for_polars = for_polars
        self.names = (f"n{number}" for number in itertools.count())

    def of(self, node: Node) -> object:  # noqa: PLR0911 - one per type
        """The schema of a type, as JSON has it."""
        match node.type:
            case "int" | "long" | "enum":
                return "long"
            case "fixed":
                return self._fixed(node)
            case "decimal":
                return self._decimal(node)
            case "array":
                return {"type": "array", "items": self.of(node.parts[0])}
            case "map":
                entry = {"key": "string", "value": self.of(node.parts[0])}
                return {"type": "array", "items": self._record(entry)}
            case "record":
                members = {f"f{n}": self.of(part) for n, part in node.members}
                return self._record(members or {"f0": "null"})
            case "union" if node.is_optional:
                return [self.of(part) for part in node.parts]
            case "union":
                return [
                    "null" if part.type == "null" else self._record({f"f{n}": self.of(part)})
                    for n, part in enumerate(node.parts)
                ]
            case _:
                return node.type

    def _fixed(self, node: Node) -> dict[str, object]:
        return {"type": "fixed", "name": next(self.names), "size": node.size}

    def _decimal(self, node: Node) -> dict[str, object]:
        base = self._fixed(node) if node.size else {"type": "bytes"}
        if self.for_polars:
            return base | {
                "logicalType": "decimal",
                "precision": MAX_DIGITS,
                "scale": node.scale,
            }
        return base | {"logicalType": EXACT_DECIMAL, "digits": node.digits, "scale": node.scale}

    def _record(self, members: dict[str, object]) -> dict[str, object]:
        fields = [{"name": name, "type": of} for name, of in members.items()]
        return {"type": "record", "name": next(self.names), "fields": fields}


def head(row: Node, mark: bytes) -> bytes:
    """An Avro file's header for blocks as records."""
    physical = Physical(for_polars=True)
    rows = {"type": "array", "items": physical.of(row)}
    end = {"type": "fixed", "name": "mark", "size": len(mark)}
    schema = {
        "type": "record",
        "name": "block",
        "fields": [{"name": "rows", "type": rows}, {"name": "mark", "type": end}],
    }
    texts = (b"avro.schema", json.dumps(schema).encode(), b"avro.codec", b"null")
    pairs = b"".join(varint(len(text)) + text for text in texts)
    return MAGIC + varint(2) + pairs + varint(0) + mark


def varint(number: int) -> bytes:
    """Avro's encoding of a whole number from 0."""
    bits = number << 1
    encoded = bytearray()
    while bits > 0x7F:
        encoded.append(bits & 0x7F | 0x80)
        bits >>= 7
    encoded.append(bits)
    return bytes(encoded)


def _exact_decimal(data: bytes, schema: dict[str, int], _: object = None) -> Decimal | str:
    """The value with all its digits; raise ValueError where they are too many for its type."""
    unscaled = Decimal(int.from_bytes(data, "big", signed=True))
    value = unscaled.scaleb(-schema["scale"], EXACT)
    if schema["digits"] > MAX_DIGITS:
        return format(value, "f")
    if len(unscaled.as_tuple().digits) > MAX_DIGITS:
        raise ValueError("the decimal has too many digits")
    return value


LOGICAL_READERS[f"bytes-{EXACT_DECIMAL}"] = _exact_decimal
LOGICAL_READERS[f"fixed-{EXACT_DECIMAL}"] = _exact_decimal
