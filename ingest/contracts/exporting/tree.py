"""A delivered record as a tree: columns with a path are fields of records within it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.columns import Column, Kind
from ingest.contracts.document import FIELD_NAME
from ingest.contracts.model import Contract
from ingest.errors import UsageError


@dataclass
class Group:
    """A record: its fields in the order in which the contract first names them."""

    path: tuple[str, ...] = ()
    fields: dict[str, "Group | Column"] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the record is called in the one around it."""
        return self.path[-1]

    @property
    def required(self) -> bool:
        """Whether a record without it would break the contract."""
        return any(member.required for member in self.fields.values())

    def __iter__(self) -> Iterator[tuple[str, "Group | Column"]]:
        """Fields with their names."""
        return iter(self.fields.items())


def record_of(contract: Contract) -> Group:
    """The record that a drop of the feed holds once per row."""
    record = Group()
    for column in contract.columns:
        group = record
        for depth, name in enumerate(column.path[:-1], start=1):
            group = group.fields.setdefault(name, Group(column.path[:depth]))
        group.fields[column.path[-1]] = column
    return record


def check_names(contract: Contract, language: str) -> None:
    """Raise UsageError where a record has names that the language can't write."""
    for column in contract.columns:
        for name in column.path:
            if not FIELD_NAME.fullmatch(name):
                raise UsageError(
                    f"column {column.name}: {language} has no field called '{name}'; "
                    "ask the producer for letters, digits and underscores"
                )


def annotations(column: Column) -> dict[str, object]:
    """What the contract says of a column that types don't, for those who read the export."""
    said = {
        "key": column.is_key,
        "unique": column.unique,
        "classification": column.classification,
        "validValues": list(column.valid_values),
        "minimum": column.minimum,
        "maximum": column.maximum,
        "pattern": column.pattern,
        "timezone": column.timezone if column.kind is Kind.TIMESTAMP else None,
        "aliases": list(column.aliases),
    }
    return {name: value for name, value in said.items() if value}


def camel_case(name: str) -> str:
    """stb_events as StbEvents."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
