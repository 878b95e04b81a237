"""Values as contracts write them, read by the engine that will read the drops'."""

from typing import Any

import duckdb

from ingest.casting import cast
from ingest.columns import Column


def typed(column: Column, texts: list[str]) -> list[Any]:
    """Each text as a value of the column's type; null where it is none."""
    query = f"""
        select {cast(column, "text")}
        from unnest($1::varchar[]) with ordinality as given (text, position)
        order by position
    """
    with duckdb.connect() as engine:
        return [value for (value,) in engine.execute(query, [texts]).fetchall()]


def pattern_error(pattern: str) -> str | None:
    """Why the engine can't match a pattern, if it can't."""
    with duckdb.connect() as engine:
        try:
            engine.execute("select regexp_matches('', ?)", [pattern])
        except duckdb.Error as error:
            return str(error)
    return None
