"""Ten days of eventsim logs give what an independent reference computed, on each engine."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import OpenWarehouse
from tests.engines import SLOWLY_ON_POSTGRES
from tests.warehouse import EVERYBODY, Warehouse


@pytest.fixture(scope="module", params=SLOWLY_ON_POSTGRES)
def real(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    open_warehouse: OpenWarehouse,
    real_drops: Path,
) -> Iterator[Warehouse]:
    """The logs and songs, loaded and built once."""
    with open_warehouse(request.param, tmp_path_factory.mktemp("real")) as warehouse:
        warehouse.load_file(real_drops / "listen_events")
        warehouse.load_file(real_drops / "songs")
        assert warehouse.dbt("seed"), warehouse.last
        warehouse.run()
        yield warehouse


@pytest.fixture(scope="module")
def expected(real_drops: Path) -> dict:
    return json.loads((real_drops / "listen_events" / "expected.json").read_text())


def test_rows_events_and_delivered_sessions(real: Warehouse, expected: dict) -> None:
    """rows -> raw.listen_events; events -> link_listen_event; sessions -> hub_session."""
    assert real.execute("select count(*) from raw.listen_events") == [(expected["rows"],)]
    assert real.execute("select count(*) from vault.link_listen_event") == [(expected["events"],)]
    assert real.execute("select count(*) from vault.hub_session where load_id > 0") == [
        (expected["sessions"],)
    ]


def test_plays_streams_and_skips(real: Warehouse, expected: dict) -> None:
    """plays -> rows of song_plays; streams_30s -> is_stream; skips -> is_skip."""
    assert real.execute(
        "select count(*), count(case when is_stream then 1 end),"
        " count(case when is_skip then 1 end) from marts.song_plays"
    ) == [(expected["plays"], expected["streams_30s"], expected["skips"])]
    for mart in ("listening_daily", "song_plays_hourly"):
        assert real.execute(f"select sum(plays), sum(streams), sum(skips) from marts.{mart}") == [
            (expected["plays"], expected["streams_30s"], expected["skips"])
        ]


def test_every_day_of_listening(real: Warehouse, expected: dict) -> None:
    """days.<date>.<key> -> the column of the same name in listening_daily; seconds exact to the
    millisecond. listening_seconds, listeners, average_seconds_per_listener -> viewing_seconds,
    viewers, average_seconds_per_viewer of average_viewing_duration."""
    keys = ("plays", "listeners", "listening_seconds", "average_seconds_per_listener")
    found = real.execute(
        f"select cast(broadcast_date as varchar), {', '.join(keys)} from marts.listening_daily"
        " order by 1"
    )
    assert [day for day, *_ in found] == sorted(expected["days"])
    averages = {
        day: figures
        for day, *figures in real.execute(
            "select cast(broadcast_date as varchar), viewers, viewing_seconds,"
            " average_seconds_per_viewer from marts.average_viewing_duration"
            f" where platform = 'audio' and {EVERYBODY} and viewers > 0"
        )
    }
    for day, plays, listeners, seconds, average in found:
        said = expected["days"][day]
        assert (plays, listeners) == (said["plays"], said["listeners"])
        assert seconds == pytest.approx(said["listening_seconds"], abs=1e-6)
        assert average == pytest.approx(said["average_seconds_per_listener"], abs=1e-6)
        assert averages[day] == pytest.approx([listeners, seconds, average], abs=1e-9)
    assert averages.keys() == expected["days"].keys()


def test_sessions_and_home_drop_off(real: Warehouse, expected: dict) -> None:
    """sessions -> rows of sessions; home_landings -> is_home_landing; home_drop_offs ->
    is_home_drop_off; landed_home_did_not_play -> landed_home_did_not_watch; home_drop_off_rate ->
    home_drop_offs / home_landings of home_drop_off_daily."""
    counted = real.execute(
        "select count(*), count(case when is_home_landing then 1 end),"
        " count(case when is_home_drop_off then 1 end),"
        " count(case when landed_home_did_not_watch then 1 end), sum(plays) from marts.sessions"
    )
    keys = ("sessions", "home_landings", "home_drop_offs", "landed_home_did_not_play", "plays")
    assert counted == [tuple(expected[key] for key in keys)]
    (rate,) = real.execute(
        "select sum(home_drop_offs) * 1.0 / sum(home_landings) from marts.home_drop_off_daily"
    )[0]
    assert float(rate) == pytest.approx(expected["home_drop_off_rate"], abs=1e-9)


def test_home_drop_off_of_every_day(real: Warehouse, expected: dict) -> None:
    """home_landings_by_date, home_drop_offs_by_date, and the same in days.<date> -> home_landings,
    home_drop_offs of home_drop_off_daily."""
    found = real.execute(
        "select cast(broadcast_date as varchar), sum(home_landings), sum(home_drop_offs)"
        " from marts.home_drop_off_daily group by 1"
    )
    landings = {day: figure for day, figure, _ in found if figure}
    drop_offs = {day: figure for day, _, figure in found if figure}
    assert landings == expected["home_landings_by_date"]
    assert drop_offs == expected["home_drop_offs_by_date"]
    for day, said in expected["days"].items():
        assert (landings[day], drop_offs[day]) == (said["home_landings"], said["home_drop_offs"])


def test_doubly_encoded_names_are_kept_as_delivered(real: Warehouse) -> None:
    """A blank of doubly encoded text, U+00A0, is a part of a letter and stays."""
    names = real.execute(
        "select distinct song_title from marts.song_plays where artist_name = 'Emmanuel Moire'"
    )
    assert names == [("L\u00c3\u0083\u00c2\u00a0 O\u00c3\u0083\u00c2\u00b9 Je Pars",)]


def test_plans_over_time(real: Warehouse, real_drops: Path) -> None:
    """subscription_changes has each account's plans in the order of its events."""
    plans: dict[str, list[str]] = {}
    lines = [
        json.loads(line)
        for path in sorted((real_drops / "listen_events").glob("*-events.json"))
        for line in path.read_bytes().splitlines()
        if line.strip()
    ]
    for event in sorted(lines, key=lambda event: (event["ts"], event["itemInSession"])):
        held = plans.setdefault(event["userId"], [])
        if not held or held[-1] != event["level"]:
            held.append(event["level"])
    found: dict[str, list[str]] = {}
    for viewer, plan, previous in real.execute(
        "select viewer_id, plan_id, previous_plan_id from marts.subscription_changes"
        " order by viewer_id, changed_at"
    ):
        held = found.setdefault(viewer.removeprefix("account:"), [])
        assert previous == (held[-1] if held else None)
        held.append(plan)
    del plans[""]
    assert found == plans
    assert sum(len(held) - 1 for held in found.values()) == 4


def test_top_songs(real: Warehouse) -> None:
    """Every date has its ten songs and artists, the most played first."""
    for chart in ("song", "artist"):
        ranks = real.execute(
            "select broadcast_date, rank_by_plays, plays from marts.top_songs_daily"
            f" where chart = '{chart}' order by 1, 2"
        )
        assert len(ranks) == 100
        for (day, rank, plays), (next_day, next_rank, next_plays) in pairwise(ranks):
            assert next_day != day or (next_rank == rank + 1 and next_plays <= plays)
    of_songs = dict(
        real.execute(
            "select broadcast_date, max(plays) from (select broadcast_date, song_title,"
            " artist_name, count(*) as plays from marts.song_plays group by 1, 2, 3) as counted"
            " group by 1"
        )
    )
    assert of_songs == dict(
        real.execute(
            "select broadcast_date, plays from marts.top_songs_daily"
            " where chart = 'song' and rank_by_plays = 1"
        )
    )


def test_every_row_is_explained(real: Warehouse) -> None:
    assert real.execute("select sum(abs(unexplained_rows)) from marts.reconciliation") == [(0,)]
    assert real.execute(
        "select feed, sum(rows_in_vault) from marts.reconciliation group by feed order by feed"
    ) == [("listen_events", 1882), ("songs", 71)]


@pytest.mark.slow
def test_every_data_test_holds(real: Warehouse) -> None:
    assert real.dbt("test", "--exclude-resource-type", "unit_test"), real.last
