"""Worked cases of listening, from drops to marts.

Each test says which key of its case is which column. Each case has a date of its own, so that both
share one warehouse.
"""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.conftest import OpenWarehouse
from tests.engines import ENGINES
from tests.integration.transform.events import at
from tests.integration.transform.listen_events import listen_event
from tests.warehouse import EVERYBODY, REAL_DROPS, Warehouse

CASES = REAL_DROPS.parent / "worked_examples.json"
V07_DAY, V09_DAY = at("2024-03-08 00:00:00"), at("2024-03-07 00:00:00")


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


def registered_users(users: list[str], minutes: dict[str, int]) -> list[dict]:
    """V09: each user opens the home page; three listen."""
    rows = []
    for user in users:
        rows.append(listen_event(user, f"V09 {user}", 0, V09_DAY, "Home"))
        if user in minutes:
            song = {"song": "A", "length": str(60 * minutes[user])}
            rows.append(listen_event(user, f"V09 {user}", 1, V09_DAY, **song))
    return rows


@pytest.fixture(scope="module", params=ENGINES)
def measured(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    open_warehouse: OpenWarehouse,
    cases: dict[str, dict],
) -> Iterator[Warehouse]:
    rows = streams_and_skips(**cases["V07"]["inputs"]) + registered_users(**cases["V09"]["inputs"])
    with open_warehouse(request.param, tmp_path_factory.mktemp("listening")) as warehouse:
        text = "".join(json.dumps(row) + "\n" for row in rows)
        warehouse.deliver("listen_events_cases.json", text)
        assert warehouse.dbt("build", "--exclude-resource-type", "unit_test"), warehouse.last
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


def test_v09_the_base_decides(measured: Warehouse, cases: dict[str, dict]) -> None:
    """per_viewer -> average_seconds_per_viewer; per_registered_user -> average_seconds_per_person;
    total -> viewing_seconds; each in minutes, of average_viewing_duration for audio."""
    expected = cases["V09"]["expected"]
    found = measured.execute(
        "select average_seconds_per_viewer, average_seconds_per_person, viewing_seconds"
        f" from marts.average_viewing_duration where broadcast_date = '{V09_DAY:%Y-%m-%d}'"
        f" and platform = 'audio' and {EVERYBODY}"
    )
    assert [value / 60 for value in found[0]] == pytest.approx(
        [expected["per_viewer"], expected["per_registered_user"], expected["total"]],
        abs=cases["V09"]["tolerance"],
    )
