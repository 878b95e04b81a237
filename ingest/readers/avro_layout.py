"""Where a contract's columns are in the records of an Avro file, and what else is there.

By Avro's rules for reader schemas a column is the field at its path, else at one of its aliases,
else null; for a required column there must be one.
"""

from ingest.columns import Column
from ingest.contracts import Contract
from ingest.errors import DropError
from ingest.readers.avro_columns import Found, Names, find, members_left, rest
from ingest.readers.avro_decoding import PROBLEM
from ingest.readers.avro_schema import Node
from ingest.readers.avro_values import branches, json, pair
from ingest.sql import identifier, literal

FOLDERS = ("record", "map")


class Layout:
    """A file's records as columns `f0`, `f1`, … of SQL."""

    def __init__(self, root: Node) -> None:
        """Raise DropError for a schema whose values aren't records."""
        self.root = root
        if root.type == "record":
            self.row = root
        elif root.type == "union" and any(part.type == "record" for part in root.parts):
            self.row = Node("record", names=("",), parts=(root,))
        else:
            raise DropError(f"the Avro schema is one of {root.type}s; it must be of records")
        named = enumerate(zip(self.row.names, self.row.parts, strict=True))
        self.fields = [(name, part, identifier(f"f{n}")) for n, (name, part) in named]
        self.taken = Names()
        self._folders: set[str] = set()
        """Fields that columns are in."""

    def find_columns(self, contract: Contract) -> dict[Column, Found]:
        """Where each column is; raise DropError if a required one is nowhere."""
        found: dict[Column, Found] = {}
        for column in contract.columns:
            at = ((source, self._find(source)) for source in column.sources)
            source, found[column] = next((one for one in at if one[1]), ((), []))
            self.taken.take(source)
            self._folders.update(source[:-1][:1])
        missing = [column for column in found if column.required and not found[column]]
        if missing:
            raise DropError(
                f"the required column {', '.join(column.name for column in missing)} is missing; "
                f"the Avro schema names {', '.join(self._names)}"
            )
        return found

    @property
    def problem(self) -> str:
        """SQL: what is wrong with a record as such."""
        if self.root is self.row:
            whens = " ".join(self._no_folders())
            return f"case {whens} else {PROBLEM} end" if whens else PROBLEM
        ((_, root, value),) = self.fields
        parts = [(root.value, value)] if root.is_optional else branches(root, value)
        records = [f"{held} is not null" for part, held in parts if part.type == "record"]
        return f"case when {' or '.join(records)} then {PROBLEM} else 'isn''t a record' end"

    @property
    def extra(self) -> str:
        """SQL: a JSON object of what is no column's, or null."""
        if self.root is not self.row:
            return rest(self.root, self.fields[0][2], self.taken) or "null::varchar"
        if left := members_left(self.fields, self.taken):
            return f"'{{' || nullif(concat_ws(',', {', '.join(left)}), '') || '}}'"
        return "null::varchar"

    @property
    def payload(self) -> str:
        """SQL: the record as JSON."""
        if self.root is not self.row:
            return json(self.root, self.fields[0][2])
        members = ", ".join(pair(*field) for field in self.fields)
        return f"'{{' || concat_ws(',', {members or literal('')}) || '}}'"

    def _find(self, path: tuple[str, ...]) -> Found:
        if self.root is not self.row:
            return find(self.root, self.fields[0][2], path)
        of_name = (
            find(part, held, path[1:]) for name, part, held in self.fields if name == path[0]
        )
        return next(of_name, [])

    def _no_folders(self) -> list[str]:
        """Branches for folders that are something else in a record, and would be kept as `extra`.

        What is in them may be PII.
        """
        whens = []
        for name, part, held in self.fields:
            if name in self._folders and part.type == "union":
                kinds = branches(part, held)
                others = [f"{v} is not null" for kind, v in kinds if kind.type not in FOLDERS]
                if others:
                    reason = literal(f"{name} isn't a record")
                    whens.append(f"when {' or '.join(others)} then {reason}")
        return whens

    @property
    def _names(self) -> list[str]:
        parts = [self.root] if self.root is self.row else self.root.parts
        return [name for part in parts if part.type == "record" for name in part.names]
