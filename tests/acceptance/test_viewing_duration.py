"""Worked cases of listening and of viewing duration, from drops to marts.

Each test says which key of its case is which column. V09 has a date for each platform, V07 one
after them, so that they share one warehouse and V09's universe is its own users.
"""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.conftest import OpenWarehouse
from tests.engines import SLOWLY_ON_POSTGRES
from tests.integration.transform.events import at
from tests.integration.transform.listen_events import listen_event
from tests.integration.transform.web_events import load_feed
from tests.warehouse import EVERYBODY, REAL_DROPS, Warehouse

from .session_cases import Drop

CASES = REAL_DROPS.parent / "worked_examples.json"
MARTS = ("song_plays", "listening_daily", "average_viewing_duration")
V07_DAY = at("2024-03-08 00:00:00")
V09_DAYS = {"audio": at("2024-03-07 00:00:00"), "video": at("2024-03-06 00:00:00")}


@pytest.fixture(scope="module")
def cases() -> dict[str, dict]:
    if not CASES.is_file():
        pytest.skip(f"the worked cases are not at {CASES}")
    return {case["id"]: case for case in json.loads(CASES.read_text())["examples"]}


def streams_and_skips(listened_seconds: list[float], users: list[str]) -> list[dict]:
    """V07: a play of less than 30 seconds ended with the user's next song, others with their own
    length."""
    rows = []
    for user in sorted(set(users)):
        start = V07_DAY
        heard = [sec for sec, who in zip(listened_seconds, users, strict=True) if who == user]
        for item, seconds in enumerate(sorted(heard)):
            length = str(seconds if seconds >= 30 else 180)
            rows.append(listen_event(user, f"V07 {user}", item, start, song="A", length=length))
            start += timedelta(seconds=seconds)
    return rows


def listeners(users: list[str], minutes: dict[str, int]) -> list[dict]:
    """V09: each user opens the home page; three listen."""
    rows, day = [], V09_DAYS["audio"]
    for user in users:
        rows.append(listen_event(user, f"V09 {user}", 0, day, "Home"))
        if user in minutes:
            song = {"song": "A", "length": str(60 * minutes[user])}
            rows.append(listen_event(user, f"V09 {user}", 1, day, **song))
    return rows


def watchers(users: list[str], minutes: dict[str, int]) -> list[dict]:
    """V09: each user opens the home page; three watch."""
    drop, day = Drop(), V09_DAYS["video"]
    for user in users:
        drop.add(None, day, "page_view", page="/", account_id=user)
        if user in minutes:
            end = drop.watch(None, day, "V09", 0, 60 * minutes[user], account_id=user)
            drop.add(None, end, "ended", title="V09", account_id=user)
    return drop.rows


@pytest.fixture(scope="module", params=SLOWLY_ON_POSTGRES)
def measured(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    open_warehouse: OpenWarehouse,
    cases: dict[str, dict],
) -> Iterator[Warehouse]:
    listened = streams_and_skips(**cases["V07"]["inputs"]) + listeners(**cases["V09"]["inputs"])
    with open_warehouse(request.param, tmp_path_factory.mktemp("viewing")) as warehouse:
        load_feed(warehouse, "listen_events", "cases", listened)
        load_feed(warehouse, "web_events", "cases", watchers(**cases["V09"]["inputs"]))
        assert warehouse.dbt("seed"), warehouse.last
        warehouse.run("--select", *(f"+{mart}" for mart in MARTS))
        yield warehouse


def test_v07_streams_and_skips(measured: Warehouse, cases: dict[str, dict]) -> None:
    """streams, early_skips, stream_listeners -> the same; skip_rate_pct -> early_skip_rate."""
    expected = cases["V07"]["expected"]
    assert measured.execute(
        "select streams, early_skips, stream_listeners, 100 * early_skip_rate"
        f" from marts.listening_daily where broadcast_date = '{V07_DAY:%Y-%m-%d}'"
    ) == [
        (
            expected["streams"],
            expected["early_skips"],
            expected["stream_listeners"],
            expected["skip_rate_pct"],
        )
    ]
    seconds = measured.execute(
        f"select played_seconds from marts.song_plays where broadcast_date = '{V07_DAY:%Y-%m-%d}'"
    )
    assert sorted(float(each) for (each,) in seconds) == sorted(
        cases["V07"]["inputs"]["listened_seconds"]
    )


@pytest.mark.parametrize("platform", V09_DAYS)
def test_v09_the_base_of_an_average_decides(
    measured: Warehouse, cases: dict[str, dict], platform: str
) -> None:
    """per_viewer -> average_seconds_per_viewer; per_registered_user -> average_seconds_per_person;
    total -> viewing_seconds; each in minutes, of average_viewing_duration for the platform."""
    expected = cases["V09"]["expected"]
    found = measured.execute(
        "select average_seconds_per_viewer, average_seconds_per_person, viewing_seconds"
        f" from marts.average_viewing_duration where platform = '{platform}' and {EVERYBODY}"
        f" and broadcast_date = '{V09_DAYS[platform]:%Y-%m-%d}'"
    )
    assert [value / 60 for value in found[0]] == pytest.approx(
        [expected["per_viewer"], expected["per_registered_user"], expected["total"]],
        abs=cases["V09"]["tolerance"],
    )
