"""The writer's schema of an Avro file, every name resolved, and how its values are held as Arrow.

Values are held as they are encoded, logical types aside: readers differ in what they make of those,
and SQL says once what each means. What Avro encodes alike is one type: a map is an array of
entries, an enum its symbol's number, an int a long.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from ingest.errors import DropError

MAX_DEPTH = 64
MAX_TYPES = 20_000
TOO_LARGE = f"the Avro schema is nested over {MAX_DEPTH} deep, or has over {MAX_TYPES} types"
MAX_DIGITS = 38
"""What Arrow, DuckDB and contracts keep exactly; decimals with more are held as text."""
DECIMAL_BYTES = 16
ARROW = {
    "boolean": pa.bool_(),
    "int": pa.int64(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "bytes": pa.binary_view(),
    "fixed": pa.binary_view(),
    "string": pa.string_view(),
    "enum": pa.int64(),
    "null": pa.bool_(),
}
LEAST_BYTES = {"null": 0, "float": 4, "double": 8}
LOGICAL = {
    "date": "int",
    "time-millis": "int",
    "time-micros": "long",
    "uuid": "fixed",
    **{
        f"{kind}-{unit}": "long"
        for kind in ("timestamp", "local-timestamp")
        for unit in ("millis", "micros", "nanos")
    },
}
"""Logical types that change what a value means, with the type that each decorates. A uuid of text
is its text."""
UUID_BYTES = 16
VIEW_BYTES = 16
"""Arrow's fixed part of a text or of bytes, and its widest number."""


@dataclass(frozen=True)
class Node:
    """A type with those inside it."""

    type: str
    """Avro's name of it; `decimal` for bytes or fixed with that logical type."""
    logical: str | None = None
    size: int = 0
    """Bytes of a fixed."""
    digits: int = 0
    scale: int = 0
    symbols: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Of a record's fields."""
    parts: tuple["Node", ...] = ()
    """A record's fields, a union's branches, an array's items, a map's values."""

    @property
    def is_optional(self) -> bool:
        """Whether it is a union of null and one other type, which Arrow and SQL hold as that."""
        return self.type == "union" and len(self.parts) == 2 and self._has_null_branch

    @property
    def value(self) -> "Node":
        """The type itself, or what an optional one is optional of."""
        return next(p for p in self.parts if p.type != "null") if self.is_optional else self

    @property
    def members(self) -> Iterator[tuple[int, "Node"]]:
        """Parts that are encoded, with their positions: nulls take no byte and are left out."""
        return ((n, part) for n, part in enumerate(self.parts) if part.type != "null")

    @cached_property
    def least_bytes(self) -> int:
        """Length of the shortest value as encoded."""
        if self.type == "record":
            return sum(part.least_bytes for part in self.parts)
        if self.type == "union":
            return 1 + min(part.least_bytes for part in self.parts)
        return self.size or LEAST_BYTES.get(self.type, 1)

    @cached_property
    def fixed_bytes(self) -> int:
        """Length of what a value takes in Arrow whatever it is, null included."""
        if self.type in ("record", "union"):
            return 1 + sum(part.fixed_bytes for part in self.parts)
        return VIEW_BYTES + self.size

    @cached_property
    def expansion(self) -> int:
        """How many times their encoded length arrays inside it can take in Arrow; 0 for none."""
        inner = max((part.expansion for part in self.parts), default=0)
        if self.type not in ("array", "map"):
            return inner
        (item,) = self.parts
        return max(inner, item.fixed_bytes // max(item.least_bytes, 1) + 1)

    @cached_property
    def weight(self) -> int:
        """Types in it, written out in full."""
        return 1 + sum(part.weight for part in self.parts)

    @cached_property
    def depth(self) -> int:
        """Types within types."""
        return 1 + max((part.depth for part in self.parts), default=0)

    @cached_property
    def has_enum(self) -> bool:
        """Whether it is an enum or has one inside."""
        return self.type == "enum" or any(part.has_enum for part in self.parts)

    @cached_property
    def suits_polars(self) -> bool:
        """Whether Polars reads it right: general unions it can't, nor decimals over 16 bytes."""
        if self.type == "union" and not self.is_optional:
            return False
        if self.type == "decimal" and (self.digits > MAX_DIGITS or self.size > DECIMAL_BYTES):
            return False
        if self.type in ("record", "map") and not any(True for _ in self.members):
            return False
        return all(part.suits_polars for part in self.parts)

    @cached_property
    def arrow(self) -> pa.DataType:  # noqa: PLR0911 - one per type
        """The type that holds its values; members of records and unions are named by position."""
        if self.is_optional:
            return self.value.arrow
        match self.type:
            case "decimal" if self.digits > MAX_DIGITS:
                return pa.string_view()
            case "decimal":
                return pa.decimal128(MAX_DIGITS, self.scale)
            case "array":
                return pa.large_list(self.parts[0].arrow)
            case "map":
                entry = [("key", pa.string_view()), ("value", self.parts[0].arrow)]
                return pa.large_list(pa.struct(entry))
            case "record" | "union":
                members = [(f"f{n}", part.arrow) for n, part in self.members]
                return pa.struct(members or [("f0", pa.bool_())])
            case _:
                return ARROW[self.type]

    @property
    def _has_null_branch(self) -> bool:
        return sum(part.type == "null" for part in self.parts) == 1


def read_schema(written: object) -> Node:
    """The schema; raise DropError where it isn't one or can't be held in columns."""
    node = _Resolver().node(written, "", 0)
    if node.depth > MAX_DEPTH or node.weight > MAX_TYPES:
        raise DropError(TOO_LARGE)
    return node


class _Resolver:
    """Replaces names by what they stand for."""

    def __init__(self) -> None:
        self.named: dict[str, Node | None] = {}
        """Types by full name; None while one is still read."""

    def node(  # noqa: PLR0911 - one per way to write a type
        self, written: object, namespace: str, depth: int
    ) -> Node:
        if depth > MAX_DEPTH:
            raise DropError(TOO_LARGE)
        if isinstance(written, list):
            return self._union(written, namespace, depth)
        if isinstance(written, str):
            return self._by_name(written, namespace)
        if not isinstance(written, dict) or "type" not in written:
            raise DropError(f"the Avro schema holds {str(written)[:100]!r}, which is no type")
        kind = written["type"]
        if kind in ("record", "error", "enum", "fixed"):
            return self._named(written, namespace, depth)
        if kind == "array":
            return self._items(written, namespace, depth)
        if kind == "map":
            values = self.node(written.get("values"), namespace, depth + 1)
            return Node("map", parts=(values,))
        node = self.node(kind, namespace, depth + 1)
        if isinstance(kind, str) and kind in ARROW:
            return _logical(node, written)
        return node

    def _union(self, written: list[object], namespace: str, depth: int) -> Node:
        branches = tuple(self.node(branch, namespace, depth + 1) for branch in written)
        if not branches or any(branch.type == "union" for branch in branches):
            raise DropError("the Avro schema has a union of no type, or of unions")
        return Node("union", parts=branches)

    def _items(self, written: dict[str, object], namespace: str, depth: int) -> Node:
        items = self.node(written.get("items"), namespace, depth + 1)
        if items.least_bytes == 0:
            raise DropError("the Avro schema has an array of items that hold nothing")
        return Node("array", parts=(items,))

    def _by_name(self, name: str, namespace: str) -> Node:
        if name in ARROW and name not in ("fixed", "enum"):
            return Node(name)
        full = name if "." in name or not namespace else f"{namespace}.{name}"
        full = full if full in self.named else name
        if full not in self.named:
            raise DropError(f"the Avro schema names the type '{name[:100]}', which it doesn't have")
        node = self.named[full]
        if node is None:
            raise DropError(f"the Avro type '{name}' holds itself; no table can hold it")
        return node

    def _named(self, written: dict[str, object], namespace: str, depth: int) -> Node:
        name = written.get("name")
        if not isinstance(name, str):
            raise DropError(f"the Avro schema has a type without a name ({written['type']})")
        if "." not in name:
            space = written.get("namespace", namespace)
            name = f"{space}.{name}" if space else name
        self.named[name] = None
        node = self._new(written, name.rpartition(".")[0], depth)
        self.named[name] = node
        return node

    def _new(self, written: dict[str, object], namespace: str, depth: int) -> Node:
        match written:
            case {"type": "enum", "symbols": [*symbols]}:
                return Node("enum", symbols=tuple(str(symbol) for symbol in symbols))
            case {"type": "fixed", "size": int(size)} if size >= 0:
                return _logical(Node("fixed", size=size), written)
            case {"type": "record" | "error", "fields": [*fields]}:
                names = tuple(str(f["name"]) for f in fields if isinstance(f, dict) and "name" in f)
                if len(set(names)) == len(fields):
                    parts = tuple(self.node(f.get("type"), namespace, depth + 1) for f in fields)
                    return Node("record", names=names, parts=parts)
        raise DropError(f"the Avro type '{str(written['name'])[:100]}' isn't completely defined")


def _logical(node: Node, written: dict[str, object]) -> Node:
    """The type with its logical type; one that is unknown or doesn't fit it counts for nothing."""
    logical = str(written.get("logicalType"))
    if logical == "decimal" and node.type in ("bytes", "fixed"):
        digits, scale = written.get("precision"), written.get("scale", 0)
        if isinstance(digits, int) and isinstance(scale, int) and 0 <= scale <= digits:
            return Node("decimal", logical, node.size, digits, scale)
    if node.type == LOGICAL.get(logical) and (logical != "uuid" or node.size == UUID_BYTES):
        return Node(node.type, logical, node.size)
    return node
