"""The SQL that casts and checks a drop's records against its contract, once."""

from dataclasses import dataclass

import duckdb

from ingest.casting import Rule, rules
from ingest.columns import Column, Kind
from ingest.contracts import Contract
from ingest.errors import DropError
from ingest.loading.pseudonyms import PseudonymKey, pseudonym, without_pii
from ingest.readers import CheckedTables, Reading, text_of
from ingest.sql import identifier, literal

WITHHELD = "'withheld: it may hold PII in clear text, which the contract drops'"

MOST_UNKNOWN = 100
"""Names that are told of a drop; a header that isn't one may have any number."""
REPEATED = "repeated || ' is the same as in an earlier row'"


def value_of(column: Column) -> str:
    """Name of the checked column with the value of a contract's column."""
    return identifier(f"value of {column.name}")


def pseudonym_of(column: Column) -> str:
    """Name of the checked column with the pseudonym of a PII column."""
    return identifier(f"pseudonym of {column.name}")


@dataclass(frozen=True)
class _Check:
    """A column with what can be wrong with it, and the name under which SQL says what is."""

    column: Column
    rules: list[Rule]

    @classmethod
    def of(cls, column: Column) -> "_Check":
        text = text_of(column)
        return cls(column, rules(column, text, value_of(column), f"{text} is not null"))

    @property
    def broken(self) -> str:
        """Number of the first rule that the column breaks, or null."""
        return identifier(f"broken by {self.column.name}")

    @property
    def first_broken(self) -> str:
        whens = " ".join(f"when {rule.breaks} then {n}" for n, rule in enumerate(self.rules))
        return f"case {whens} end"

    def says(self, texts: list[str]) -> str:
        """Of one text per rule, that of the broken one."""
        whens = " ".join(f"when {n} then {literal(text)}" for n, text in enumerate(texts))
        return f"case {self.broken} {whens} end"

    @property
    def fails_drop(self) -> str:
        """Whether the broken rule is one that the contract doesn't forgive."""
        numbers = [str(n) for n, r in enumerate(self.rules) if r.name in self.column.fails_drop]
        return f"{self.broken} in ({', '.join(numbers)})" if numbers else "false"


@dataclass(frozen=True)
class Checked:
    """A drop that was read and checked, and is ready to land."""

    tables: CheckedTables
    rows_read: int
    rows_refused: int
    has_rejected: bool
    unknown: tuple[str, ...]
    """Names that the contract doesn't know: what is in `_extra`."""

    @property
    def numbered(self) -> str:
        """A query of the records that have columns, with `record_number`: their place in the drop.

        DuckDB keeps the file's order in rowid, without those that it rejected.
        """
        records, rejected = self.tables.records, self.tables.rejected
        if not self.has_rejected:
            return f"select rowid + 1 as record_number, * from {records}"
        return f"""
            with skipped as (
                select max(position) as position, records_before
                from (
                    select
                        row_number() over (order by record_number) as position,
                        record_number - position as records_before
                    from {rejected}
                )
                group by records_before
            )

            select record.rowid + 1 + coalesce(skipped.position, 0) as record_number, record.*
            from {records} as record
            asof left join skipped on record.rowid + 1 > skipped.records_before
        """


def check_records(
    engine: duckdb.DuckDBPyConnection,
    reading: Reading,
    contract: Contract,
    tables: CheckedTables,
    key: PseudonymKey | None,
) -> Checked:
    """Read, cast and check a drop into `tables`.

    Raise DropError where it isn't whole, breaks a rule that its contract doesn't forgive, or has
    more bad records than its contract allows.
    """
    engine.execute(
        f"""
            {tables.create} {tables.rejected} (
                record_number bigint, error_type varchar, reason varchar, payload varchar
            )
        """
    )
    statement = _check_statement(reading, contract, tables)
    engine.execute("set force_compression = 'uncompressed'")  # read once, right after
    try:
        engine.execute(statement, key.parameters if key and contract.pii else None)
    finally:
        engine.execute("set force_compression = 'auto'")
    reading.complete(engine, tables)
    for columns in _unique_sets(contract):
        _refuse_repeats(engine, tables, columns)
    counts = f"""
        select
            count(*), count(*) filter (is_bad), count(extra),
            (select count(*) from {tables.rejected})
        from {tables.records}
    """
    accepted, bad, extra, rejected = engine.execute(counts).fetchall()[0]
    checked = Checked(
        tables=tables,
        rows_read=accepted + rejected,
        rows_refused=bad + rejected,
        has_rejected=rejected > 0,
        unknown=_unknown(engine, tables) if extra and not contract.drops_pii else (),
    )
    if checked.rows_refused:
        engine.execute(_refused_statement(contract, checked))
        _check_share(engine, contract, checked)
    return checked


def _unknown(engine: duckdb.DuckDBPyConnection, tables: CheckedTables) -> tuple[str, ...]:
    """Names in `extra`: a few lists of names, though there may be one for each record."""
    found = engine.execute(f"select distinct json_keys(extra) from {tables.records}").fetchall()
    return tuple(sorted({name for (names,) in found for name in names or ()})[:MOST_UNKNOWN])


def _check_statement(reading: Reading, contract: Contract, tables: CheckedTables) -> str:
    """Only what is good of good records: what is said of bad ones costs nothing here.

    A small drop takes as long as DuckDB takes to plan this; queries inside each other are planned
    an eighth faster than those that `with` names.
    """
    delivered = [(column, reading.delivered[column.name]) for column in contract.columns]
    casts = [f"{each.value} as {value_of(column)}" for column, each in delivered]
    breaks = [
        f"({rule.breaks})"
        for column, each in delivered
        for rule in rules(column, each.text, value_of(column), each.given)
    ]
    texts = ", ".join(f"{text_of(column)} := {each.text}" for column, each in delivered)
    kept = [value_of(column) for column in contract.columns]
    kept += [f"{pseudonym(_canonical_text(c))} as {pseudonym_of(c)}" for c in contract.pii]
    is_needed = "true" if _unique_sets(contract) else "is_bad"
    return f"""
        {tables.create} {tables.records} as
        select
            is_bad,
            problem,
            null::varchar as repeated,
            extra,
            {", ".join(kept)},
            case when {is_needed} then struct_pack({texts}) end as texts,
            case when {is_needed} then {reading.payload} end as record
        from (
            select *, coalesce(problem is not null or {" or ".join(breaks)}, false) as is_bad
            from (select *, {", ".join(casts)} from ({reading.sql}) as delivered) as typed
        ) as verdict
    """


def _text_or_pseudonym(column: Column) -> str:
    return pseudonym_of(column) if column.is_pii else text_of(column)


def _canonical_text(column: Column) -> str:
    """What a pseudonym is of: the text as delivered, or the value's own text of other kinds."""
    return value_of(column) if column.kind is Kind.STRING else f"{value_of(column)}::varchar"


def _unique_sets(contract: Contract) -> list[tuple[str, ...]]:
    return [*((c.name,) for c in contract.columns if c.unique), *contract.unique_together]


def _refuse_repeats(
    engine: duckdb.DuckDBPyConnection, tables: CheckedTables, columns: tuple[str, ...]
) -> None:
    """Put aside good records whose values an earlier good one has; nulls are equal to nothing."""
    values = ", ".join(identifier(f"value of {name}") for name in columns)
    known = " and ".join(f"{identifier(f'value of {name}')} is not null" for name in columns)
    engine.execute(
        f"""
            update {tables.records} as record
            set is_bad = true, repeated = {literal(", ".join(columns))}
            from (
                select rowid as at, row_number() over (partition by {values} order by rowid) as nth
                from {tables.records}
                where not is_bad and {known}
            ) as same
            where record.rowid = same.at and same.nth > 1
        """
    )


def _refused_statement(contract: Contract, checked: Checked) -> str:
    """Fill `refused`: `column_name`, `rule` and `value` of what is wrong first, and every reason.

    Clear text of PII that the contract drops is replaced by its pseudonym, or withheld.
    """
    tables = checked.tables
    checks = [_Check.of(column) for column in contract.columns]
    texts = ", ".join(f"texts.{text_of(c)} as {text_of(c)}" for c in contract.columns)
    verdicts = ", ".join(f"{check.first_broken} as {check.broken}" for check in checks)
    shown, payload, rejected_payload = text_of, "record", "payload"
    if contract.drops_pii:
        shown = _text_or_pseudonym
        payload = f"case when problem is null then {without_pii(contract)} else {WITHHELD} end"
        rejected_payload = WITHHELD
    names = [literal(check.column.name) for check in checks]
    rule_names = [check.says([rule.name for rule in check.rules]) for check in checks]
    values = [shown(check.column) for check in checks]
    unforgiven = [check.fails_drop for check in checks]
    unforgiven += ["problem is not null"] if "record" in contract.fails_drop else []
    alone = [(column.name,) for column in contract.columns if "unique" in column.fails_drop]
    together = contract.unique_together if "unique" in contract.fails_drop else ()
    unforgiven += [f"repeated = {literal(', '.join(names))}" for names in (*alone, *together)]
    rejected_fails = str("fields" in contract.fails_drop).lower()
    return f"""
        {tables.create} {tables.refused} as
        with judged as (
            select *, {verdicts}
            from (select * exclude (texts), {texts} from ({checked.numbered}) where is_bad)
        )

        select
            record_number,
            {_first(checks, "null", names, "repeated")} as column_name,
            {_first(checks, "'record'", rule_names, "'unique'")} as rule,
            {_first(checks, "null", values, "null")} as value,
            coalesce(problem, nullif({_reasons(checks)}, ''), {REPEATED}) as reason,
            {payload} as payload,
            coalesce({" or ".join(unforgiven)}, false) as fails_drop
        from judged
        union all
        select record_number, null, 'fields', null, reason, {rejected_payload}, {rejected_fails}
        from {tables.rejected}
    """


def _first(checks: list[_Check], of_record: str, of_columns: list[str], of_repeat: str) -> str:
    """What the first thing wrong with a record says: the record as such, else column by column."""
    whens = " ".join(
        f"when {check.broken} is not null then {says}"
        for check, says in zip(checks, of_columns, strict=True)
    )
    return f"case when problem is not null then {of_record} {whens} else {of_repeat} end"


def _reasons(checks: list[_Check]) -> str:
    reasons = ", ".join(
        f"{literal(f'{c.column.name} ')} || {c.says([rule.reason for rule in c.rules])}"
        for c in checks
    )
    return f"concat_ws('; ', {reasons})"


def _check_share(engine: duckdb.DuckDBPyConnection, contract: Contract, checked: Checked) -> None:
    """Raise DropError for a rule that fails a drop, or more bad records than are allowed."""
    first = f"select record_number, reason from {checked.tables.refused}"
    unforgiven = engine.execute(f"{first} where fails_drop order by 1 limit 1").fetchall()
    for number, reason in unforgiven:
        raise DropError(f"row {number} breaks a rule that fails the whole drop: {reason}")
    total, bad = checked.rows_read, checked.rows_refused
    if bad * 100 > contract.quarantine_threshold_pct * total:
        number, reason = engine.execute(f"{first} order by 1 limit 1").fetchall()[0]
        raise DropError(
            f"{bad} of {total} rows break the contract, more than "
            f"{contract.quarantine_threshold_pct:g} %; the first is row {number}: {reason}"
        )
