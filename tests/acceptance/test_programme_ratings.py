"""Published worked cases of programme ratings, from drops to marts; broadcast days start at 02:00.

Each test says which key of its case is which column of marts.programme_ratings. Keys without a
column are contrast. Every case has channels, viewers and a date of its own, so that all share one
warehouse.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from tests.conftest import OpenWarehouse
from tests.integration.transform.events import at
from tests.integration.transform.panel import deliver_profiles, deliver_schedule, profile, slot
from tests.integration.transform.sessions import drop, session
from tests.warehouse import Warehouse

UNIVERSES = {"2024-02-01": 10, "2024-02-03": 1000, "2024-02-05": 105_500_000, "2024-02-07": 4000}
EPISODES = {1: (5.6, 20), 2: (8.2, 35), 3: (6.25, 40), 4: (8.9, 25)}
"""R03: rating and minutes."""
PLAYS = {
    "v1": "2024-01-01 20:00:00", "v2": "2024-01-01 22:00:00", "v3": "2024-01-02 01:00:00",
    "v4": "2024-01-05 20:00:00", "v5": "2024-01-08 21:30:00", "v6": "2024-01-10 20:00:00",
    "v7": "2024-01-02 20:00:00",
}  # fmt: skip
"""R15: when each viewer watched the whole of the programme."""
OWN, ALL = 2_775_000, 64_596_000
"""R05: persons viewing one channel, and any."""
Measures = Callable[..., list[tuple]]


def sessions() -> list[dict]:
    """Those of R01, R03, R05, R07 and R15, and one whose minutes were worked out by hand."""
    viewed = []

    def add(case: str, viewer: str, start: str, seconds: float, **others: object) -> None:
        channel = f"{case} {others.pop('channel', 'A')}"
        viewed.append(session(f"{case} {viewer}", channel, at(start), duration=seconds, **others))

    for who, minutes in enumerate((2, 0, 3, 0, 1, 0, 5, 2, 0, 1), 1):
        add("R01", f"p{who}", "2024-02-01 20:00:00", 60 * minutes)
    for number, (_, minutes) in EPISODES.items():
        add("R03", f"v{number}", f"2024-02-03 {16 + number}:00:00", 60 * minutes)
    for channel in ("own", "other"):
        add("R05", channel, "2024-02-05 19:30:00", 7200, channel=channel)
    for who, seconds in (("r1", 1800), ("r2", 900), ("r3", 0), ("r4", 450)):
        add("R07", who, "2024-02-07 20:00:00", seconds)
    programme = at("2024-01-01 20:00:00")
    for who, start in PLAYS.items():
        live = at(start) == programme
        add(
            "R15", who, start, 3600,
            broadcast_at=None if live else programme,
            play_speed=2 if who == "v7" else 1,
        )  # fmt: skip
    add("hand", "a", "2024-02-09 20:29:00", 70, channel="before")
    add("hand", "a", "2024-02-09 20:30:10", 140)
    add("hand", "b", "2024-02-09 20:20:00", 640)
    add("hand", "c", "2024-02-09 20:31:30", 600)
    return viewed


def slots() -> list[dict]:
    def lasting(case: str, start: str, minutes: float, channel: str = "A") -> dict:
        end = at(start) + timedelta(minutes=minutes)
        return slot(f"{case} {channel}", case, start, f"{end:%Y-%m-%d %H:%M}")

    return [
        lasting("R01", "2024-02-01 20:00", 5),
        *(lasting("R03", f"2024-02-03 {16 + n}:00", m) for n, (_, m) in EPISODES.items()),
        lasting("R05", "2024-02-05 20:00", 60, "own"),
        lasting("R05", "2024-02-05 20:00", 60, "other"),
        lasting("R07", "2024-02-07 20:00", 30),
        lasting("R15", "2024-01-01 20:00", 60),
        lasting("hand", "2024-02-09 20:30", 3),
        lasting("hand", "2024-02-09 20:40", 5, "unseen"),
    ]


def profiles() -> list[dict]:
    """Weights of R03, R05 and R07."""
    weights = {"R05 own": OWN, "R05 other": ALL - OWN, "R07 r1": 1200, "R07 r2": 800}
    weights |= {"R07 r3": 1500, "R07 r4": 500}
    weights |= {f"R03 v{n}": rating * 10 for n, (rating, _) in EPISODES.items()}
    return [profile(who, "2024-01-01", weight=weight) for who, weight in weights.items()]


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory, open_warehouse: OpenWarehouse
) -> Iterator[Warehouse]:
    with open_warehouse("duckdb", tmp_path_factory.mktemp("programmes")) as warehouse:
        warehouse.deliver("tv_sessions_cases.csv", drop(sessions()))
        deliver_profiles(warehouse, "cases", profiles())
        deliver_schedule(warehouse, "cases", slots())
        assert warehouse.dbt("seed"), warehouse.last
        for day, persons in UNIVERSES.items():
            warehouse.execute(
                "insert into vault.universe_estimates (valid_from, valid_to, target, persons)"
                f" values ('{day}', '{day}', 'all', {persons})"
            )
        warehouse.manifest = None  # settings are read where the project is parsed
        warehouse.run("--vars", json.dumps({"broadcast_day_start": "02:00"}))
        yield warehouse


@pytest.fixture
def measures(built: Warehouse) -> Measures:
    """Columns of the live rows of a case's programmes, by their start and channel."""

    def read(columns: str, case: str, consolidation: str = "live") -> list[tuple]:
        return built.execute(
            f"select {columns} from marts.programme_ratings where channel_id like '{case} %'"
            f" and consolidation = '{consolidation}' order by started_at, channel_id"
        )

    return read


def test_r01_ten_people_one_programme(measures: Measures) -> None:
    """reach_persons -> reach; reach_pct -> reach_pct; total_minutes -> viewing_seconds / 60;
    ama_persons -> average_audience; tvr_pct -> rating_pct; tsv_minutes ->
    average_seconds_per_viewer / 60; tsu_minutes -> average_seconds_per_person / 60; identity ->
    rating_pct = reach_pct * average_seconds_per_viewer / programme_seconds."""
    found = measures(
        "reach, reach_pct, viewing_seconds / 60, average_audience, rating_pct,"
        " average_seconds_per_viewer / 60, average_seconds_per_person / 60,"
        " reach_pct * average_seconds_per_viewer / programme_seconds",
        "R01",
    )
    expected = (6, 60.0, 14, 2.8, 28.0, 2.3333333333, 1.4, 28.0)
    assert found == [pytest.approx(expected, abs=1e-9)]


def test_r03_averages_are_weighted_by_length(measures: Measures) -> None:
    """tvr_pct -> rating_pct; duration_minutes -> programme_seconds / 60; duration_weighted_mean_pct
    -> sum(rating_pct * programme_seconds) / sum(programme_seconds); grp -> sum(rating_pct);
    simple_mean_pct and printed are contrast."""
    found = measures("rating_pct, programme_seconds / 60", "R03")
    assert found == [pytest.approx(episode, abs=1e-9) for episode in EPISODES.values()]
    rolled_up = measures(
        "sum(rating_pct * programme_seconds) over () / sum(programme_seconds) over (),"
        " sum(rating_pct) over ()",
        "R03",
    )
    assert rolled_up[0] == pytest.approx((7.2625, 28.95), abs=1e-9)


def test_r05_share_is_of_those_viewing(measures: Measures) -> None:
    """rating_from_delivery -> rating_pct; hut_pct -> rating_pct of both channels together;
    rating_from_share (share_pct * hut_pct) -> share_pct * that sum; vpvh: homes aren't viewers."""
    (_, _, hut), (own, share, _) = measures("rating_pct, share_pct, sum(rating_pct) over ()", "R05")
    assert own == pytest.approx(2.6303317536, abs=1e-9)
    assert hut == pytest.approx(61.228436019, abs=1e-9)
    assert share * hut / 100 == pytest.approx(2.6303317536, abs=1e-9)


def test_r07_weighted_panel(measures: Measures) -> None:
    """universe, reach, reach_pct -> the same; ama -> average_audience; tvr_pct -> rating_pct;
    seconds_per_person, seconds_per_viewer -> average_seconds_per_person, _per_viewer."""
    found = measures(
        "universe, average_audience, rating_pct, reach, reach_pct, average_seconds_per_person,"
        " average_seconds_per_viewer",
        "R07",
    )
    assert found == [pytest.approx((4000, 1725.0, 43.125, 2500, 62.5, 776.25, 1242.0), abs=1e-9)]


def test_r15_audiences_by_when_they_viewed(built: Warehouse, measures: Measures) -> None:
    """live, overnight_live_plus_same_day, c7_seven_days_after, c28 -> viewers of consolidation
    live, overnight, consolidated_7, consolidated_28; as_broadcast_date -> broadcast_date and
    viewers of consolidated_28; lag_days -> vault.programme_viewing.lag_days; as_viewed_date ->
    broadcast_date and viewers of marts.channel_ratings_daily; excluded has no row;
    c7_if_read_as_168_hours and sko_day_plus_6 are contrast."""
    expected = {"live": 1, "overnight": 3, "consolidated_7": 5, "consolidated_28": 6}
    for consolidation, viewers in expected.items():
        found = measures(
            "viewers, average_audience, audience_at_start, audience_at_end, peak_audience, reach",
            "R15",
            consolidation,
        )
        assert found == [(viewers,) * 6], consolidation
    date = "cast(broadcast_date as varchar)"
    assert measures(f"{date}, viewers", "R15", "consolidated_28") == [("2024-01-01", 6)]
    assert measures("share_pct", "R15", "consolidated_7") == [(None,)]
    lags = built.execute(
        "select viewer_id, lag_days from vault.programme_viewing"
        " inner join vault.hub_viewer using (viewer_hk) where viewer_id like 'R15 %'"
    )
    assert dict(lags) == {f"R15 v{who}": days for who, days in enumerate((0, 0, 0, 4, 7, 9), 1)}
    as_viewed = built.execute(
        f"select {date}, viewers from marts.channel_ratings_daily where channel_id = 'R15 A'"
        " order by 1"
    )
    assert as_viewed == [
        ("2024-01-01", 3), ("2024-01-05", 1), ("2024-01-08", 1), ("2024-01-10", 1)
    ]  # fmt: skip


def test_start_end_peak_and_share_by_hand(measures: Measures) -> None:
    """A programme of three minutes. b watches its first 40 seconds; a comes after 10 and stays 140;
    c comes after 90 and stays. Seconds by minute: 40 + 50, 60 + 30, 30 + 60; in the first minute a
    is ten seconds on another channel."""
    found = measures(
        "viewers, viewing_seconds, audience_at_start, audience_at_end, peak_audience,"
        " cast(peak_minute_at as varchar), share_pct",
        "HAND",
    )
    assert found[0] == pytest.approx(
        (3, 270, 1, 1, 1.5, "2024-02-09 20:30:00", 100 * 270 / 280), abs=1e-9
    )
    assert found[1] == (0, 0, 0, 0, 0, None, 0)


def test_where_viewers_came_from_and_went(built: Warehouse) -> None:
    """a came from another channel and went off; b and c stayed: b from before, c until after."""
    found = built.execute(
        "select direction, flow_kind, flow_channel_id, viewers, viewers_weighted_pct"
        " from marts.audience_flow where programme_id = 'hand' order by 1, 2"
    )
    third = pytest.approx(100 / 3)
    assert found == [
        ("from", "off", None, 1, third),
        ("from", "stayed", "HAND A", 1, third),
        ("from", "switched", "HAND BEFORE", 1, third),
        ("to", "off", None, 2, pytest.approx(200 / 3)),
        ("to", "stayed", "HAND A", 1, third),
    ]
