"""What differs by engine gives on each what plain Python gives: text, hashes, order, instants."""

import hashlib
import itertools
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import OpenWarehouse
from tests.engines import ENGINES
from tests.warehouse import Warehouse

CHARACTERS = [
    chr(number)
    for number in itertools.chain(range(1, 0xD800), range(0xE000, 0x10000), range(0x1F000, 0x20000))
]
EVERY_CHARACTER = ["".join(CHARACTERS[n : n + 50]) for n in range(0, len(CHARACTERS), 50)]
TEXTS = [
    "", " ", "  ", "\u00a0", "\t\r\n", "MBC 1", " MBC\u00a0 1\t", "ß", "straße", "İstanbul",
    "\u0131i", "ﬁ", "é", "e\u0301", "\uff21", "\u0430", "\u200b", "\ufeffA", "\U0001f4fa tv", 'a"b',
    '"', '""', "|", "a|b", "\\", "'", "NULL", "\x01", "\u2003a\u2003", "\u3000",
    "a\u2028b", "x" * 10_000,
]  # fmt: skip
INSTANTS = [
    datetime.fromisoformat(instant)
    for instant in (
        "0001-01-01 00:00:00",
        "1582-10-10 12:00:00",
        "1969-12-31 23:59:59.999999",
        "2024-02-29 00:00:00.000001",
        "9999-12-31 23:59:59.999999",
    )
]
# Skipped and repeated hours, half hours and midnights, a date that vanishes, winter time as the
# exception, and a market without any of it.
ZONES = [
    "UTC", "Asia/Riyadh", "Africa/Cairo", "Europe/Berlin", "Europe/Dublin", "America/Sao_Paulo",
    "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Asia/Tehran",
    "Africa/Casablanca", "America/New_York", "Pacific/Chatham",
]  # fmt: skip


def literal(value: object) -> str:
    if isinstance(value, datetime):
        return f"timestamp '{value.isoformat(' ')}'"
    return "'" + str(value).replace("'", "''") + "'"


@pytest.fixture(scope="module", params=ENGINES)
def warehouse(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    open_warehouse: OpenWarehouse,
) -> Iterator[Warehouse]:
    """An empty one: the macros are given their values."""
    with open_warehouse(request.param, tmp_path_factory.mktemp("engine")) as opened:
        yield opened


@pytest.fixture
def evaluate(warehouse: Warehouse) -> Callable[..., list[object]]:
    """What a call of macros gives for each value of column `it`, in their order."""

    def run(call: str, values: list) -> list[object]:
        rows = ", ".join(f"({number}, {literal(value)})" for number, value in enumerate(values))
        return [
            found
            for (found,) in warehouse.execute(
                f"select {compiled(warehouse, call)} from (values {rows}) as given (position, it)"
                " order by position"
            )
        ]

    return run


def compiled(warehouse: Warehouse, call: str) -> str:
    assert warehouse.dbt("compile", "--inline", call), warehouse.last
    return warehouse.last.result.results[0].node.compiled_code


def clean(text: str) -> str | None:
    return re.sub(" +", " ", re.sub("[\u00a0\t\r\n]", " ", text)).strip(" ") or None


def fold(text: str) -> str:
    return "".join(letter.upper() if "a" <= letter <= "z" else letter for letter in text)


def test_blanks_are_cleaned(evaluate: Callable) -> None:
    texts = TEXTS + EVERY_CHARACTER + [f"{c} a{c}{c}b {c}" for c in CHARACTERS[:0x3100]]
    assert evaluate("{{ clean_text('it') }}", texts) == [clean(text) for text in texts]


def test_only_a_to_z_are_folded(evaluate: Callable) -> None:
    texts = TEXTS + EVERY_CHARACTER
    assert evaluate("{{ fold('it') }}", texts) == [fold(text) for text in texts]


def test_hashes_are_those_of_the_documented_text(evaluate: Callable) -> None:
    def expected(text: str) -> UUID:
        part = '"' + text.replace('"', '""') + '"'
        return UUID(hashlib.md5(f"{part}||{part}".encode()).hexdigest())  # noqa: S324

    texts = TEXTS + EVERY_CHARACTER
    found = evaluate("{{ hash_key(['it', 'cast(null as varchar)', 'it', 'null']) }}", texts)
    assert found == [expected(text) for text in texts]


def test_text_is_ordered_by_code_point(warehouse: Warehouse) -> None:
    texts = [text for text in TEXTS if text] + [
        "a",
        "B",
        "b",
        "A",
        "aa",
        "a b",
        "ab",
        "ç",
        "c",
        "I",
    ]
    order = compiled(warehouse, "{{ by_code_point('it') }}")
    rows = ", ".join(f"({literal(text)})" for text in texts)
    found = warehouse.execute(f"select it from (values {rows}) as given (it) order by {order}")
    assert [text for (text,) in found] == sorted(texts)


def test_hashes_are_ordered_by_their_bytes(warehouse: Warehouse) -> None:
    hashes = [hashlib.md5(bytes([number])).hexdigest() for number in range(200)]  # noqa: S324
    rows = ", ".join(f"(cast('{each}' as uuid))" for each in hashes)
    found = warehouse.execute(f"select it from (values {rows}) as given (it) order by it")
    assert [each.hex for (each,) in found] == sorted(hashes)


def test_the_text_of_instants(evaluate: Callable) -> None:
    expected = [instant.isoformat(timespec="microseconds") for instant in INSTANTS]
    assert evaluate("{{ instant_text('it') }}", INSTANTS) == expected


def test_seconds_between_instants_are_exact(evaluate: Callable) -> None:
    start = INSTANTS[3]
    expected = [
        Decimal((instant - start) // timedelta(microseconds=1)) / 1_000_000 for instant in INSTANTS
    ]
    assert evaluate(f'{{{{ seconds_between("{literal(start)}", "it") }}}}', INSTANTS) == expected


@pytest.mark.parametrize("seconds", [1, -1, 86_400 * 400, -0.000001, 720])
def test_seconds_are_added(evaluate: Callable, seconds: float) -> None:
    inner = INSTANTS[1:-1]
    assert evaluate(f"{{{{ add_seconds('it', {seconds}) }}}}", inner) == [
        instant + timedelta(seconds=seconds) for instant in inner
    ]


@cache
def around_transitions(zone: ZoneInfo) -> list[datetime]:
    """Instants in UTC, before, at and after each change of the zone's clock from 1980 to 2020."""

    def offset(instant: datetime) -> timedelta:
        return instant.astimezone(zone).utcoffset()

    days = [datetime(1980, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(365 * 40)]
    found = [
        hour + timedelta(minutes=15 * quarter)
        for day in days
        if offset(day) != offset(day + timedelta(days=1))
        for hour in (day + timedelta(hours=n) for n in range(24))
        if offset(hour) != offset(hour + timedelta(hours=1))
        for quarter in range(-8, 17)
    ]
    return [instant.replace(tzinfo=None) for instant in found] or INSTANTS[3:4]


@pytest.mark.parametrize("zone", ZONES)
def test_clocks_of_time_zones(evaluate: Callable, zone: str) -> None:
    """A reading that a clock change repeats is the later instant; one that it skips is as far after
    the change as it would have been without it."""
    info = ZoneInfo(zone)
    instants = around_transitions(info)
    clocks = [it.replace(tzinfo=UTC).astimezone(info).replace(tzinfo=None) for it in instants]
    assert evaluate(f"{{{{ wall_clock('it', '{zone}') }}}}", instants) == clocks

    def instant(reading: datetime) -> datetime:
        earlier, later = (
            reading.replace(tzinfo=info, fold=fold).astimezone(UTC).replace(tzinfo=None)
            for fold in (0, 1)
        )
        return max(earlier, later)

    readings = sorted({*clocks, *instants})
    expected = [instant(reading) for reading in readings]
    assert evaluate(f"{{{{ utc_instant('it', '{zone}') }}}}", readings) == expected
