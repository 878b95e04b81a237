"""The SQL of a public case: its staging models and the tables that the macros make of them."""

from typing import Any

from .public_cases import Case, Stage, renamed

METADATA = ("LOAD_DATE", "LOAD_DATETIME", "SOURCE", "EFFECTIVE_FROM")


def models(case: Case) -> dict[str, str]:
    """Every model of the case by its path, as SQL."""
    made = {
        f"staging/{case.prefix}{name.lower()}.sql": staging(case, stage)
        for name, stage in case.stages.items()
    }
    for name, said in case.tables.items():
        for model, sql in table(case, name, said).items():
            made[f"vault/{case.folder}/{case.prefix}{model.lower()}.sql"] = sql
    return made


def lines(columns: list[str]) -> str:
    return ",\n    ".join(columns)


def staging(case: Case, stage: Stage) -> str:
    """Keys are cleaned of blanks, everything else stays as delivered."""
    parts = {column for columns in stage.keys.values() for column in columns}
    cleaned = [
        f"{{{{ clean_text('{column}') }}}} as {column}" if column in parts else column
        for column in stage.columns
    ]
    derived = [f"{_expression(said)} as {name}" for name, said in stage.derived.items()]
    kept = [column for column in stage.columns if column not in stage.derived]
    ranked = [
        f"rank() over (partition by {_list(rank['PARTITION_BY'])}"
        f" order by {_list(rank['ORDER_BY'])}) as {rank['NAME']}"
        for rank in stage.ranks
    ]
    names = [*kept, *stage.derived]
    loaded = "LOAD_DATETIME" if "LOAD_DATETIME" in names else "LOAD_DATE"
    effective = "EFFECTIVE_FROM" if "EFFECTIVE_FROM" in names else loaded
    keyed = [
        f"{{{{ hash_key({_texts(columns)}) }}}} as {renamed(name)}"
        for name, columns in stage.keys.items()
    ]
    if stage.change:
        keyed.append(f"{{{{ change_hash({_texts(stage.change)}) }}}} as change_hash")
    plain = [name for name in names if name not in METADATA]
    ends = "END_DATE" in names
    return f"""
with cleaned as (
    select {lines([*cleaned, "_load_id as load_id", "_row as row_number"])}
    from {{{{ source('raw', '{case.prefix}{stage.name.lower()}') }}}}
),

derived as (
    select {lines([*kept, *derived, *ranked, "load_id", "row_number"])}
    from cleaned
),

{_statements(effective, names) if ends else _as_delivered(effective)}

select {lines([*keyed, *plain, *(rank["NAME"] for rank in stage.ranks)])},
    SOURCE as record_source,
    cast(effective_at as date) as event_date,
    effective_at,
    cast({loaded} as timestamp) as loaded_at,
    load_id,
    row_number
from said
"""


def _as_delivered(effective: str) -> str:
    return f"""
said as (
    select *, cast({effective} as timestamp) as effective_at from derived
)
"""


def _statements(effective: str, names: list[str]) -> str:
    """A row with an end says two things of an order: whose it becomes, and that it is nobody's."""
    whose = "case when is_start then CUSTOMER_ID end as CUSTOMER_ID"
    kept = [whose if name == "CUSTOMER_ID" else name for name in names]
    return f"""
statements as (
    select *,
        true as is_start,
        cast(case when END_DATE like '9999%' then {effective} else START_DATE end as timestamp)
            as effective_at
    from derived
    union all
    select *, false as is_start, cast(END_DATE as timestamp) as effective_at
    from derived
    where END_DATE not like '9999%'
),

said as (
    select {lines([*kept, "effective_at", "load_id", "row_number"])}
    from statements
)
"""


def table(case: Case, name: str, said: dict[str, Any]) -> dict[str, str]:
    """What makes a table and the view beside it, by name."""
    kind = next(kind for word, kind in KINDS.items() if word in said)
    sources = said.get("source_model", list(case.stages))
    refs = [_ref(case, source) for source in ([sources] if isinstance(sources, str) else sources)]
    return kind(case, name, said, refs)


def effectivity(case: Case, name: str, said: dict[str, Any], refs: list[str]) -> dict[str, str]:
    keys = [_key(said[part]) for part in ("src_pk", "src_dfk", "src_sfk")]
    arguments = ", ".join(f"'{key}'" for key in keys)
    return {
        name: f"{{{{ effectivity_satellite({arguments}, {refs[0]}) }}}}",
        f"{name}_history": _view(f"effectivity_history({arguments}, {_ref(case, name)})"),
    }


def multi_active(_: Case, name: str, said: dict[str, Any], refs: list[str]) -> dict[str, str]:
    columns = f"'{_key(said['src_pk'])}', {_names(said['src_cdk'])}, {_names(said['src_payload'])}"
    return {name: f"{{{{ multi_active_satellite({columns}, {refs[0]}) }}}}"}


def satellite(case: Case, name: str, said: dict[str, Any], refs: list[str]) -> dict[str, str]:
    """Where columns to leave out are said, the others are spelt out."""
    left_out = {
        row[0]
        for step in case.said["steps"]
        if step["op"] == "exclude_payload" and step["table"] == name
        for row in step["rows"]
    }
    payload = [column for column in _names(said["src_payload"]) if column.upper() not in left_out]
    arguments = f"'{_key(said['src_pk'])}', {payload}"
    return {
        name: f"{{{{ satellite({arguments}, {refs[0]}) }}}}",
        f"{name}_history": _view(f"satellite_history({arguments}, {_ref(case, name)})"),
    }


def point_in_time(case: Case, name: str, said: dict[str, Any], refs: list[str]) -> dict[str, str]:
    histories = ", ".join(
        f"'{other.lower()}': {_ref(case, other + '_HISTORY')}" for other in said["satellites"]
    )
    key = _key(said["src_pk"])
    return {name: _table(f"point_in_time('{key}', {refs[0]}, {_as_of(case)}, {{{histories}}})")}


def bridge(case: Case, name: str, said: dict[str, Any], refs: list[str]) -> dict[str, str]:
    steps = ", ".join(
        f"({_ref(case, step['eff_sat_table'] + '_HISTORY')},"
        f" '{_key(step['link_pk'])}', '{_key(step['link_fk2'])}')"
        for step in said["bridge_walk"].values()
    )
    key = _key(said["src_pk"])
    return {name: _table(f"bridge('{key}', {refs[0]}, {_as_of(case)}, [{steps}])")}


def event_link(_: Case, name: str, said: dict[str, Any], refs: list[str]) -> dict[str, str]:
    columns = [*map(renamed, said["src_fk"]), *_names(said["src_payload"]), "effective_at"]
    return {name: f"{{{{ event_link('{_key(said['src_pk'])}', {columns}, {refs[0]}) }}}}"}


def link(_: Case, name: str, said: dict[str, Any], refs: list[str]) -> dict[str, str]:
    columns = list(map(renamed, said["src_fk"]))
    return {name: f"{{{{ link('{_key(said['src_pk'])}', {columns}, [{', '.join(refs)}]) }}}}"}


def hub(_: Case, name: str, said: dict[str, Any], refs: list[str]) -> dict[str, str]:
    """A key of several columns is one of several parts."""
    parts = said["src_pk"][1:] if isinstance(said["src_pk"], list) else []
    columns = _names([said["src_nk"], *parts])
    return {name: f"{{{{ hub('{_key(said['src_pk'])}', {columns}, [{', '.join(refs)}]) }}}}"}


KINDS = {
    "src_dfk": effectivity,
    "src_cdk": multi_active,
    "src_hashdiff": satellite,
    "satellites": point_in_time,
    "bridge_walk": bridge,
    "src_payload": event_link,
    "src_fk": link,
    "src_nk": hub,
}
"""What makes a table, by the first of these words that is said of it."""


def _key(column: str | list[str]) -> str:
    return renamed(column if isinstance(column, str) else column[0])


def _names(columns: list[str]) -> list[str]:
    return [column.lower() for column in columns]


def _ref(case: Case, name: str) -> str:
    return f"ref('{case.prefix}{name.lower()}')"


def _as_of(case: Case) -> str:
    return f"source('raw', '{case.prefix}as_of')"


def _view(call: str) -> str:
    return f"{{{{ config(materialized='view') }}}}\n{{{{ {call} }}}}"


def _table(call: str) -> str:
    return f"{{{{ config(materialized='table') }}}}\n{{{{ {call} }}}}"


def _expression(said: str | list[str]) -> str:
    if isinstance(said, list):
        return " || '||' || ".join(_expression(part) for part in said)
    return f"'{said[1:]}'" if said.startswith("!") else said


def _list(said: str | list[str]) -> str:
    return said if isinstance(said, str) else ", ".join(said)


def _texts(columns: tuple[str, ...]) -> list[str]:
    return [f"cast({column} as varchar)" for column in columns]
