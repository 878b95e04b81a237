"""What a JSON record has beside the contract's columns."""

import json
import re
from typing import Any

from ingest.columns import Column
from ingest.sql import literal, literals

PLAIN_KEY = re.compile(r"[\w -]+")
"""Keys that JSON, and a path into it, write as they are."""


def sources_of(columns: tuple[Column, ...]) -> list[tuple[str, ...]]:
    """Every path that a column may have in a record, column by column."""
    return [source for column in columns for source in column.sources]


def path_to(source: tuple[str, ...]) -> str:
    """A path as DuckDB takes it."""
    return "$" + "".join(f".{json.dumps(name, ensure_ascii=False)}" for name in source)


def folders_of(columns: tuple[Column, ...]) -> list[tuple[str, ...]]:
    """Paths of the objects that columns are in, outermost first."""
    sources = sources_of(columns)
    return sorted(
        {source[:depth] for source in sources for depth in range(1, len(source))}, key=len
    )


class Usual:
    """Keys of a drop's first record: most have the same, and cost less to take apart."""

    def __init__(self, start: bytes, columns: tuple[Column, ...]) -> None:
        """`start` is of the file, from the first record or before it."""
        self._columns = columns
        self._keys = _usual_keys(start, columns)
        self._unknown = [key for key in self._keys if key not in _whole(columns)]

    @property
    def test(self) -> str:
        """SQL of whether a record with `keys` has these, in this order."""
        return f"keys = [{literals(self._keys)}]"

    @property
    def unknown(self) -> str:
        """SQL of a `record`'s values under the keys that the contract doesn't know."""
        if not self._unknown:
            return "null"
        return f"json_extract(record, [{literals([path_to((key,)) for key in self._unknown])}])"

    @property
    def extra(self) -> str:
        """SQL of what is left of a `record` without the contract's columns, or null.

        json_merge_patch finds the same as `unknown` and the names say, at ten times the cost.
        """
        if not self._unknown:
            usual = "null"
        else:
            names = [f'{"," if n else "{"}"{key}":' for n, key in enumerate(self._unknown)]
            pairs = [f"{literal(name)} || unknown[{n}]" for n, name in enumerate(names, start=1)]
            usual = f"{' || '.join(pairs)} || '}}'"
        return f"case when {self.test} then {usual} else {_extra(self._columns)} end"


def _usual_keys(start: bytes, columns: tuple[Column, ...]) -> list[str]:
    """The contract's own keys where the first record's can't be told, or aren't plain."""
    whole, folders = _whole(columns), {folder[0] for folder in folders_of(columns)}
    opening = start.find(b"{")
    decoder = json.JSONDecoder(object_pairs_hook=lambda pairs: [key for key, _ in pairs])
    try:
        keys, _ = decoder.raw_decode(start.decode(errors="ignore"), opening)
    except (ValueError, RecursionError):
        return whole
    is_plain = all(
        key in whole or (key not in folders and PLAIN_KEY.fullmatch(key)) for key in keys
    )
    return keys if is_plain and len(set(keys)) == len(keys) else whole


def _whole(columns: tuple[Column, ...]) -> list[str]:
    return [source[0] for source in sources_of(columns) if len(source) == 1]


def _extra(columns: tuple[Column, ...]) -> str:
    """What is left of a record without the contract's columns, or null."""
    known: dict[str, Any] = {}
    for *folders, name in sources_of(columns):
        level = known
        for folder in folders:
            level = level.setdefault(folder, {})
        level[name] = None
    whole = literals([name for name, below in known.items() if below is None])
    rest = f"json_merge_patch(record, {literal(json.dumps(known))})::varchar"
    return f"case when not list_has_all([{whole}], keys) then nullif({rest}, '{{}}') end"


def without_empty_folders(sql: str, columns: tuple[Column, ...]) -> str:
    """A query without objects in `extra` of which the contract's columns took everything."""
    for folder in reversed(folders_of(columns)):
        patch = "".join(f"{{{json.dumps(name)}:" for name in folder) + "null" + "}" * len(folder)
        rest = f"nullif(json_merge_patch(extra, {literal(patch)})::varchar, '{{}}')"
        is_empty = f"json_extract(extra, {literal(path_to(folder))})::varchar = '{{}}'"
        extra = f"case when {is_empty} then {rest} else extra end"
        sql = f"select * replace ({extra} as extra) from ({sql})"
    return sql
