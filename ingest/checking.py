"""The SQL that casts and checks a drop's records against its contract, once."""

from dataclasses import dataclass

from ingest.casting import Rule, cast, rules
from ingest.columns import Column
from ingest.contracts import Contract
from ingest.readers import CHECKED, Reading, text_of
from ingest.sql import identifier, literal


def value_of(column: Column) -> str:
    """Name of the column of CHECKED with the cast value of a contract's column."""
    return identifier(f"value of {column.name}")


@dataclass(frozen=True)
class _Check:
    """A column with what can be wrong with it, and the name under which SQL says what is."""

    column: Column
    rules: list[Rule]

    @property
    def value(self) -> str:
        return value_of(self.column)

    @property
    def broken(self) -> str:
        """Number of the first rule that the column breaks, or null."""
        return identifier(f"broken by {self.column.name}")

    def says(self, texts: list[str]) -> str:
        """Of one text per rule, that of the broken one."""
        whens = " ".join(f"when {n} then {literal(text)}" for n, text in enumerate(texts))
        return f"case {self.broken} {whens} end"


def check_statement(reading: Reading, contract: Contract) -> str:
    """A statement that fills CHECKED.

    Its columns: `record_number`, `is_bad`, `extra`, `value_of` every column of the contract, and of
    bad records `column_name`, `rule`, `value`, `reason`, `payload`.
    """
    checks = [_check(column, reading) for column in contract.columns]
    casts = ", ".join(f"{cast(c.column, text_of(c.column))} as {c.value}" for c in checks)
    verdicts = ", ".join(f"{_first_broken(c.rules)} as {c.broken}" for c in checks)
    values = ", ".join(c.value for c in checks)
    broken = ["problem is not null", *(f"{c.broken} is not null" for c in checks)]
    return f"""
        create or replace temp table {CHECKED} as
        with delivered as ({reading.sql}),
        typed as (select *, {casts} from delivered),
        judged as (select *, {verdicts} from typed),
        verdict as (select *, {" or ".join(broken)} as is_bad from judged)
        select
            record_number,
            is_bad,
            extra,
            {values},
            {_first(checks, "null", [literal(c.column.name) for c in checks])} as column_name,
            {_first(checks, "'record'", [c.says([r.name for r in c.rules]) for c in checks])}
                as rule,
            {_first(checks, "null", [text_of(c.column) for c in checks])} as value,
            case when is_bad then coalesce(problem, {_reasons(checks)}) end as reason,
            case when is_bad then {reading.payload} end as payload
        from verdict
    """


def _check(column: Column, reading: Reading) -> _Check:
    text = text_of(column)
    found = rules(column, text, value_of(column))
    if column.name in reading.not_text:
        found.insert(
            0, Rule("type", reading.not_text[column.name], "is an object or an array, not text")
        )
    return _Check(column, found)


def _first_broken(found: list[Rule]) -> str:
    whens = " ".join(f"when {rule.breaks} then {n}" for n, rule in enumerate(found))
    return f"case {whens} end"


def _first(checks: list[_Check], of_record: str, of_columns: list[str]) -> str:
    """What the first thing wrong with a record says: the record as such, else column by column."""
    whens = " ".join(
        f"when {check.broken} is not null then {says}"
        for check, says in zip(checks, of_columns, strict=True)
    )
    return f"case when not is_bad then null when problem is not null then {of_record} {whens} end"


def _reasons(checks: list[_Check]) -> str:
    reasons = ", ".join(
        f"{literal(f'{c.column.name} ')} || {c.says([rule.reason for rule in c.rules])}"
        for c in checks
    )
    return f"concat_ws('; ', {reasons})"
