"""Casts in SQL against what plain Python says the text means."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.casting import cast, rules
from ingest.columns import Column, Kind

CONNECTION = duckdb.connect()
CONNECTION.execute("set TimeZone = 'UTC'")


def column(kind: Kind, **rest) -> Column:
    return Column("c", kind, "A column.", **rest)


def value(of: Column, text: str | None):
    query = f"select {cast(of, 't')} from (select ?::varchar as t)"
    return CONNECTION.execute(query, [text]).fetchone()[0]


def broken(of: Column, text: str | None) -> str | None:
    whens = " ".join(
        f"when {rule.breaks} then '{rule.name}'" for rule in rules(of, "t", "v", "t is not null")
    )
    typed = f"select t, {cast(of, 't')} as v from (select ?::varchar as t)"
    query = f"select case {whens} end from ({typed})"
    return CONNECTION.execute(query, [text]).fetchone()[0]


def at(text: str) -> datetime:
    """An instant as the warehouse keeps it: UTC, naive."""
    return datetime.fromisoformat(text)


DECIMAL = column(Kind.DECIMAL, precision=5, scale=2)
INSTANT = column(Kind.TIMESTAMP)
LOCAL = column(Kind.TIMESTAMP, timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("of", "text", "expected"),
    [
        (column(Kind.STRING), " a ", " a "),
        (column(Kind.STRING), "", ""),
        (column(Kind.STRING), "a\0b", None),
        (column(Kind.INTEGER), "42", 42),
        (column(Kind.INTEGER), "-9223372036854775808", -(2**63)),
        (column(Kind.INTEGER), "9223372036854775808", None),
        (column(Kind.INTEGER), "1.5", None),
        (column(Kind.INTEGER), "1.0", None),
        (column(Kind.INTEGER), "1e3", None),
        (column(Kind.INTEGER), " 1", None),
        (column(Kind.INTEGER), "", None),
        (column(Kind.INTEGER), "1_000", None),
        (column(Kind.INTEGER), "٣", None),
        (DECIMAL, "1.5", Decimal("1.50")),
        (DECIMAL, "-123.45", Decimal("-123.45")),
        (DECIMAL, "1.50000", Decimal("1.50")),
        (DECIMAL, "1.505", None),
        (DECIMAL, "1234.5", None),
        (DECIMAL, "1e2", None),
        (DECIMAL, ".5", None),
        (DECIMAL, "NaN", None),
        (column(Kind.DECIMAL, precision=3, scale=0), "7.0", Decimal(7)),
        (column(Kind.DECIMAL, precision=3, scale=0), "7.1", None),
        (column(Kind.BOOLEAN), "true", True),
        (column(Kind.BOOLEAN), "false", False),
        (column(Kind.BOOLEAN), "1", None),
        (column(Kind.BOOLEAN), "yes", None),
        (column(Kind.DATE), "2024-02-29", date(2024, 2, 29)),
        (column(Kind.DATE), "2023-02-29", None),
        (column(Kind.DATE), "2024-1-2", None),
        (column(Kind.DATE), "0000-01-01", None),
        (column(Kind.DATE), "2024-01-01T00:00:00", None),
        (column(Kind.TIME), "23:59:59", time(23, 59, 59)),
        (column(Kind.TIME), "01:02:03.000004", time(1, 2, 3, 4)),
        (column(Kind.TIME), "01:02:03.0000004", None),
        (column(Kind.TIME), "24:00:00", None),
        (column(Kind.TIME), "23:59:60", None),
        (column(Kind.TIME), "1:2:3", None),
        (column(Kind.TIME), "12:30", None),
        (INSTANT, "2024-01-01T10:00:00Z", at("2024-01-01 10:00:00")),
        (INSTANT, "2024-01-01 10:00:00.689+03:00", at("2024-01-01 07:00:00.689000")),
        (INSTANT, "2024-01-01T10:00:00-0330", at("2024-01-01 13:30:00")),
        (INSTANT, "2024-01-01T10:00:00+99:00", None),
        (INSTANT, "2024-01-01T10:00:00", None),
        (INSTANT, "2024-01-01", None),
        (INSTANT, "2024-02-30T10:00:00Z", None),
        (INSTANT, "2024-01-01T24:00:00Z", None),
        (INSTANT, "2024-01-01T10:00:00.1234567Z", None),
        (LOCAL, "2024-07-01T10:00:00", at("2024-07-01 08:00:00")),
        (LOCAL, "2024-07-01T10:00:00Z", at("2024-07-01 10:00:00")),
        (LOCAL, "2024-03-31T02:30:00", None),  # the clock change skips it
    ],
)  # fmt: skip
def test_text_is_cast_strictly(of, text, expected):
    assert value(of, text) == expected


def test_null_stays_null():
    for kind in Kind:
        assert value(column(kind), None) is None


@pytest.mark.parametrize(
    ("of", "text", "rule"),
    [
        (column(Kind.STRING, required=True), None, "required"),
        (column(Kind.STRING, required=True), " \t\u00a0", "required"),
        (column(Kind.STRING, required=True), "x", None),
        (column(Kind.STRING), None, None),
        (column(Kind.DATE, required=True), None, "required"),
        (column(Kind.DATE), "soon", "type"),
        (column(Kind.DATE, minimum="2000-01-01"), "1999-12-31", "minimum"),
        (column(Kind.DATE, minimum="2000-01-01"), "2000-01-01", None),
        (column(Kind.DATE, maximum="2100-01-01"), "2100-01-02", "maximum"),
        (column(Kind.INTEGER, maximum="10"), "9", None),
        (column(Kind.INTEGER, maximum="10"), "11", "maximum"),
        (column(Kind.STRING, valid_values=("a", "it's")), "it's", None),
        (column(Kind.STRING, valid_values=("a", "it's")), "A", "valid values"),
        (column(Kind.STRING, pattern="^[0-9a-f]+$"), "12g", "pattern"),
        (column(Kind.STRING, pattern="^[0-9a-f]+$"), "12f", None),
        (INSTANT, "2024-01-01T10:00:00", "zone"),
        (LOCAL, "2024-01-01T10:00:00", None),
        (INSTANT, "yesterday", "type"),
    ],
)
def test_a_rule_is_broken_by_name(of, text, rule):
    assert broken(of, text) == rule


NUMERIC = st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{0,9})?(e[0-9])?", fullmatch=True)


@given(NUMERIC | st.text(max_size=8))
def test_integers_are_what_python_reads_or_nothing(text):
    plain = re.fullmatch(r"-?[0-9]+", text, re.ASCII) and -(2**63) <= int(text) < 2**63
    assert value(column(Kind.INTEGER), text) == (int(text) if plain else None)


@given(NUMERIC)
def test_decimals_are_exact_or_nothing(text):
    exact = None
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        number = Decimal(text)
        fits = abs(number) < 10**13 and number == number.quantize(Decimal("1e-7"))
        exact = number if fits else None
    assert value(column(Kind.DECIMAL, precision=20, scale=7), text) == exact


@given(st.from_regex(r"[0-9]{4}-[0-3]?[0-9]-[0-3]?[0-9]", fullmatch=True) | st.dates().map(str))
def test_dates_are_what_python_reads_or_nothing(text):
    try:
        expected = date.fromisoformat(text)
    except ValueError:
        expected = None
    assert value(column(Kind.DATE), text) == expected


@given(
    st.datetimes(min_value=at("1900-01-01 00:00:00"), max_value=at("2200-01-01 00:00:00")),
    st.integers(-14 * 60 - 59, 14 * 60 + 59),
)
def test_instants_are_what_python_reads(local, minutes):
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    text = f"{local.isoformat()}{sign}{hours:02}:{rest:02}"
    expected = datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    assert value(INSTANT, text) == expected


@given(st.datetimes(min_value=at("1990-01-01 00:00:00"), max_value=at("2030-01-01 00:00:00")))
def test_local_readings_are_what_python_reads_unless_the_clock_change_skips_them(local):
    zone = ZoneInfo("Europe/Berlin")
    instants = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    found = value(LOCAL, local.isoformat())
    if len(instants) == 1:
        assert found == instants.pop().replace(tzinfo=None)
    elif found is not None:
        assert found.replace(tzinfo=UTC) in instants


@given(st.text(max_size=30))
def test_no_text_breaks_the_sql(text):
    for kind in Kind:
        broken(column(kind, required=True, valid_values=(text,)), text)
