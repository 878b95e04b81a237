"""A contract file as the Open Data Contract Standard understands it, and what is wrong in it."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from open_data_contract_standard.model import (
    CustomProperty,
    OpenDataContractStandard,
    SchemaObject,
)
from pydantic import ValidationError

FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What Avro and Protobuf can call a field."""
FEED_NAME = re.compile(r"[a-z][a-z0-9_]*")
SETTINGS = (
    "feedKind",
    "effectiveAt",
    "timezone",
    "platform",
    "quarantineThresholdPct",
    "failDropOn",
    "rawPii",
)


class ContractError(Exception):
    """A contract can't be used; the message names the file, the field and what to write there."""


@dataclass(frozen=True)
class Document:
    """One contract file while it is read."""

    path: Path
    odcs: OpenDataContractStandard

    @property
    def feed(self) -> str:
        """The feed, named as the file."""
        return self.path.stem

    @property
    def schema(self) -> SchemaObject:
        """The one thing that a contract describes."""
        return (self.odcs.schema_ or [SchemaObject()])[0]

    @cached_property
    def settings(self) -> dict[str, Any]:
        """customProperties of the contract by name."""
        return self.properties("customProperties", self.odcs.customProperties, SETTINGS)

    def wrong(self, field: str, advice: str) -> NoReturn:
        """Refuse the contract."""
        raise ContractError(f"{self.path.name}: {field}: {advice}")

    def properties(
        self, field: str, entries: list[CustomProperty] | None, names: tuple[str, ...]
    ) -> dict[str, Any]:
        """Values of customProperties by name, none unknown and none twice."""
        values: dict[str, Any] = {}
        for entry in entries or []:
            name = str(entry.property)
            if name not in names:
                known = ", ".join(names)
                self.wrong(f"{field} '{name}'", f"unknown setting; use one of {known}")
            if name in values:
                self.wrong(f"{field} {name}", "is there twice; write it once")
            if entry.value is None:
                self.wrong(f"{field} {name}", "has no value; write one or remove it")
            values[name] = entry.value
        return values

    def choice(self, field: str, value: object, choices: tuple[str, ...]) -> str:
        """The value, which must be one of a few."""
        if not isinstance(value, str) or value not in choices:
            self.wrong(field, f"is '{value}'; write one of {', '.join(choices)}")
        return value

    def zone(self, field: str, value: object) -> str | None:
        """A zone of the IANA list, if any is written."""
        if value is None:
            return None
        try:
            return ZoneInfo(str(value)).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            advice = f"is '{value}'; write a zone of the IANA list, as in UTC or Asia/Riyadh"
            self.wrong(field, advice)

    def prose(self, field: str, value: str | None) -> str:
        """Text for the documentation, on one line."""
        if not value or not value.strip():
            self.wrong(field, "say what it means; it becomes the documentation")
        return " ".join(value.split())

    def texts(self, field: str, value: object) -> tuple[str, ...]:
        """A list of different texts, none blank."""
        if not isinstance(value, list) or not value:
            self.wrong(field, f"is '{value}'; write a list of texts, as in [a, b]")
        for text in value:
            if not isinstance(text, str) or not text.strip():
                self.wrong(field, f"has '{text}'; write texts, in quotes where YAML needs them")
            if value.count(text) > 1:
                self.wrong(field, f"has '{text}' twice; write it once")
        return tuple(value)


def read_document(path: Path) -> Document:
    """A file in which every key is one of the standard and the one schema is named as the file."""
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        odcs = OpenDataContractStandard(**written)
    except OSError as error:
        raise ContractError(f"{path}: can't be read: {error.strerror}") from error
    except (yaml.YAMLError, ValidationError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ContractError(f"{path.name}: not an Open Data Contract: {reason}") from error
    document = Document(path, odcs)
    if unknown := _unknown_key(written, odcs.model_dump(by_alias=True, exclude_unset=True)):
        document.wrong(unknown, "the Open Data Contract Standard has no such key here")
    if not FEED_NAME.fullmatch(document.feed):
        advice = "use lower-case letters, digits and underscores, as in tv_sessions"
        document.wrong("file name", advice)
    if len(odcs.schema_ or []) != 1 or document.schema.name != document.feed:
        advice = f"write exactly one entry, named '{document.feed}' as the file is"
        document.wrong("schema", advice)
    return document


def _unknown_key(written: object, understood: object) -> str | None:
    """Path of the first key that the model of the standard dropped."""
    if isinstance(written, dict) and isinstance(understood, dict):
        pairs = [(key, written[key], understood.get(key, ...)) for key in written]
    elif isinstance(written, list) and isinstance(understood, list):
        pairs = [(n, *both) for n, both in enumerate(zip(written, understood, strict=True), 1)]
    else:
        return None
    for key, ours, theirs in pairs:
        if theirs is ...:
            return str(key)
        if below := _unknown_key(ours, theirs):
            return f"{key}.{below}"
    return None
