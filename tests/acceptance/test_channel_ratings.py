"""Published worked cases of channel ratings, from drops to marts, under six settings of a market.

Each test says which key of its case is which column. Keys without a column are contrast: what a
wrong rule gives, or what only a programme has. Cases by hand have their arithmetic beside them.
Every case has channels and viewers, or a date, of its own, so that all share one warehouse.
"""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import OpenWarehouse
from tests.integration.transform.events import at, event
from tests.integration.transform.sessions import drop, session
from tests.warehouse import Warehouse

SETTINGS = {
    "default": {},
    "longest": {
        "minute_attribution": "longest",
        "overlap_rule": "device",
        "broadcast_day_start": "02:00",
        "liveness_hold_seconds": 600,
    },
    "exact": {"minute_attribution": "exact", "broadcast_day_start": "03:00"},
    "06:00": {"broadcast_day_start": "06:00"},
    "berlin": {
        "market_timezone": "Europe/Berlin",
        "broadcast_day_start": "03:00",
        "reach_minutes": 3,
    },
    "kolkata": {
        "market_timezone": "Asia/Kolkata",
        "broadcast_day_start": "06:00",
        "reach_minutes": 5,
    },
}
UNIVERSES = {"2024-02-01": 10, "2024-02-05": 105_500_000, "2024-02-07": 4000, "2024-02-10": 10}
BY_DEFAULT = pytest.mark.parametrize("setting", ["default"], indirect=True)
Measures = Callable[..., list[tuple]]


def sessions() -> list[dict]:
    """Those of R01, R05, R07, R10, R11 and R12, and some whose numbers were worked out by hand."""

    def viewed(case: str, viewer: str, start: str, seconds: float, **others: object) -> dict:
        channel = f"{case} {others.pop('channel', 'A')}"
        return session(f"{case} {viewer}", channel, at(start), duration=seconds, **others)

    minutes = {
        "p1": 2,
        "p2": 0,
        "p3": 3,
        "p4": 0,
        "p5": 1,
        "p6": 0,
        "p7": 5,
        "p8": 2,
        "p9": 0,
        "p10": 1,
    }
    rows = [viewed("R01", who, "2024-02-01 20:00:00", 60 * n) for who, n in minutes.items()]
    for channel in ("own", "other"):
        rows.append(viewed("R05", channel, "2024-02-05 00:00:00", 86_400, channel=channel))
    for who, seconds in (("r1", 1800), ("r2", 900), ("r3", 0), ("r4", 450)):
        rows.append(viewed("R07", who, "2024-02-07 20:00:00", seconds))
    for who, start, seconds in (
        ("v1", "10:00:00", 120), ("v1", "10:10:00", 120), ("v2", "10:00:00", 180),
        ("v3", "10:00:00", 900), ("v4", "10:00:00", 59), ("v5", "10:00:00", 120),
        ("v5", "10:02:00", 120),
    ):  # fmt: skip
        rows.append(viewed("R10", who, f"2024-02-10 {start}", seconds))
    for number, (start, device) in enumerate((("20:00:00", "tv"), ("20:15:00", "tablet"))):
        first = f"2024-01-01 {start}"
        rows.append(viewed("R11", "same", first, 1800, device=device, channel="same"))
        rows.append(viewed("R11", "two", first, 1800, device=device, channel=f"{number}"))
    rows.append(viewed("R12", "v1", "2024-01-02 01:30:00", 3600))
    rows.append(viewed("hand", "clock", "2024-03-30 02:00:00", 23 * 3600, channel="spring"))
    rows.append(viewed("hand", "clock", "2024-10-26 01:00:00", 25 * 3600, channel="autumn"))
    for who, start, seconds in (
        ("a", "00:27:00", 360), ("b", "10:00:00", 179), ("c", "10:00:00", 180),
        ("d", "10:00:00", 299), ("e", "10:00:00", 300),
    ):  # fmt: skip
        rows.append(viewed("hand", who, f"2024-02-20 {start}", seconds, channel="reach"))
    return rows


def profiles() -> str:
    """Weights of R05 and R07."""
    weights = {
        "R05 own": 2_775_000, "R05 other": 64_596_000 - 2_775_000,
        "R07 r1": 1200, "R07 r2": 800, "R07 r3": 1500, "R07 r4": 500,
    }  # fmt: skip
    lines = [f"{who},h {who},{weight},2024-01-01" for who, weight in weights.items()]
    return "\n".join(["viewer,household,weight,valid_from", *lines, ""])


def box_events() -> list[dict]:
    """Those of R08 and R17."""
    on = {"20:00:00": "R08 A", "20:00:35": "R08 B", "20:01:20": "R08 C"}
    rows = [event("R08", at(f"2024-01-01 {clock}"), "ELWS", name) for clock, name in on.items()]
    rows.append(event("R08", at("2024-01-01 20:02:00"), "SSTAND"))
    for clock, code, channel in (
        ("10:00:00", "SSTART", None), ("10:00:10", "ELWS", "R17 A"),
        ("10:10:10", "SALIVE", "R17 A"), ("14:00:00", "SSTART", None),
        ("14:00:05", "ELWS", "R17 B"), ("14:05:05", "SSTAND", None),
    ):  # fmt: skip
        rows.append(event("R17", at(f"2024-01-01 {clock}"), code, channel))
    return rows


@pytest.fixture(scope="module")
def loaded(
    tmp_path_factory: pytest.TempPathFactory, open_warehouse: OpenWarehouse
) -> Iterator[Warehouse]:
    with open_warehouse("duckdb", tmp_path_factory.mktemp("ratings")) as warehouse:
        warehouse.load("cases", box_events())
        warehouse.deliver("tv_sessions_cases.csv", drop(sessions()))
        warehouse.deliver("viewer_profiles_cases.csv", profiles())
        assert warehouse.dbt("seed"), warehouse.last
        for day, persons in UNIVERSES.items():
            warehouse.execute(
                "insert into vault.universe_estimates (valid_from, valid_to, target, persons)"
                f" values ('{day}', '{day}', 'all', {persons})"
            )
        warehouse.manifest = None  # settings are read where the project is parsed
        yield warehouse


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=() if name in ("default", "longest") else pytest.mark.slow)
        for name in SETTINGS
    ],
)
def setting(request: pytest.FixtureRequest, loaded: Warehouse) -> str:
    """The market's settings, after a build by them of what was loaded once."""
    selection = ("--select", "+channel_ratings_daily", "+channel_ratings_minute")
    loaded.run(*selection, "--vars", json.dumps(SETTINGS[request.param]))
    return request.param


@pytest.fixture
def measures(loaded: Warehouse, setting: str) -> Measures:
    """Columns of marts.channel_ratings_daily for the channels of a case, by date and channel."""

    def read(columns: str, case: str, condition: str = "true") -> list[tuple]:
        return loaded.execute(
            f"select {columns} from marts.channel_ratings_daily"
            f" where channel_id like '{case} %' and {condition} order by broadcast_date, channel_id"
        )

    return read


@BY_DEFAULT
def test_r01_ten_people_one_channel(measures: Measures) -> None:
    """reach_persons -> reach; reach_pct -> reach_pct; total_minutes -> viewing_seconds / 60;
    tsv_minutes -> average_seconds_per_viewer / 60; tsu_minutes -> average_seconds_per_person / 60;
    ama_persons, tvr_pct -> average_audience, rating_pct of the programme's five minutes of the day.
    """
    found = measures(
        "reach, reach_pct, viewing_seconds / 60, average_seconds_per_viewer / 60,"
        " average_seconds_per_person / 60, average_audience * 86400 / 300,"
        " rating_pct * 86400 / 300",
        "R01",
    )
    assert found == [pytest.approx((6, 60.0, 14, 2.3333333333, 1.4, 2.8, 28.0), abs=1e-9)]


@BY_DEFAULT
def test_r05_rating_share_and_sets_in_use(loaded: Warehouse, measures: Measures) -> None:
    """rating_from_delivery -> rating_pct; hut_pct -> rating_pct of all channels together;
    rating_from_share (share_pct * hut_pct) -> share_pct * that sum; vpvh: homes aren't viewers."""
    assert measures("rating_pct", "R05")[1:] == [pytest.approx((2.6303317536,), abs=1e-9)]
    share, hut = loaded.execute(
        "select max(share_pct) filter (where channel_id = 'R05 OWN'), sum(rating_pct)"
        " from marts.channel_ratings_daily where broadcast_date = '2024-02-05'"
    )[0]
    assert hut == pytest.approx(61.228436019, abs=1e-9)
    assert share * hut / 100 == pytest.approx(2.6303317536, abs=1e-9)


@BY_DEFAULT
def test_r07_weighted_panel(measures: Measures) -> None:
    """universe, reach, reach_pct -> the same; seconds_per_person -> average_seconds_per_person;
    seconds_per_viewer -> average_seconds_per_viewer; ama, tvr_pct -> average_audience, rating_pct
    of the programme's 1,800 seconds of the day."""
    found = measures(
        "universe, average_audience * 86400 / 1800, rating_pct * 86400 / 1800, reach, reach_pct,"
        " average_seconds_per_person, average_seconds_per_viewer",
        "R07",
    )
    assert found == [pytest.approx((4000, 1725.0, 43.125, 2500, 62.5, 776.25, 1242.0), abs=1e-9)]


def test_r08_who_gets_a_minute(measures: Measures, setting: str) -> None:
    """latest, longest -> credited_minutes under minute_attribution last, longest: a minute for each
    channel named; seconds -> viewing_seconds, and no minutes under exact; over_30s is contrast."""
    minutes = {"longest": (1, 0, 1), "exact": (0, 0, 0)}.get(setting, (0, 1, 1))
    assert measures("channel_id, viewing_seconds, credited_minutes", "R08") == [
        ("R08 A", 35, minutes[0]), ("R08 B", 45, minutes[1]), ("R08 C", 40, minutes[2])
    ]  # fmt: skip


def test_r08_what_a_minute_is_of_each_channel(loaded: Warehouse, setting: str) -> None:
    """latest.<minute>, longest.<minute> -> the channel in channel_ratings_minute with that minute;
    seconds -> 60 * average_audience of all minutes under exact; over_30s is contrast."""
    found = loaded.execute(
        "select strftime(minute_started_at, '%H:%M'), channel_id, round(60 * average_audience, 9)"
        " from marts.channel_ratings_minute where channel_id like 'R08 %' order by all"
    )
    assert found == {
        "longest": [("20:00", "R08 A", 60), ("20:01", "R08 C", 60)],
        "exact": [
            ("20:00", "R08 A", 35), ("20:00", "R08 B", 25), ("20:01", "R08 B", 20),
            ("20:01", "R08 C", 40),
        ],
    }.get(setting, [("20:00", "R08 B", 60), ("20:01", "R08 C", 60)])  # fmt: skip


def test_r10_reach_of_consecutive_minutes(measures: Measures, setting: str) -> None:
    """reach_consecutive.n.viewers -> reach_nmin, and reach where reach_minutes is n; .n.pct ->
    100 * reach_nmin / universe, and reach_pct; reach_3min_cumulative is contrast."""
    found = measures("reach_1min, reach_3min, reach_5min, reach_15min, universe, reach_pct", "R10")
    percent = {"berlin": 30.0, "kolkata": 10.0}.get(setting, 40.0)
    assert found == [(4, 3, 1, 1, 10, percent)]


def test_r11_two_overlapping_sessions(measures: Measures, setting: str) -> None:
    """same_channel_minutes -> viewing_seconds / 60 on one channel; first, second of the person rule
    and of the household rule -> the same on two, under overlap_rule person and device; total ->
    their sum; hut -> credited_minutes of both. naive_sum_minutes is contrast."""
    found = measures("channel_id, viewing_seconds / 60", "R11")
    first = 30.0 if setting == "longest" else 15.0
    assert found == [("R11 0", first), ("R11 1", 30.0), ("R11 SAME", 45.0)]
    hut = sum(row[0] for row in measures("credited_minutes", "R11")[:2])
    assert hut == (0 if setting == "exact" else 45)


def test_r12_the_start_of_the_day_decides_the_date(measures: Measures, setting: str) -> None:
    """minutes_by_broadcast_date.<start>.<date> -> viewing_seconds / 60 of broadcast_date."""
    expected = {
        "default": [("2024-01-02", 60)],
        "longest": [("2024-01-01", 30), ("2024-01-02", 30)],
        "exact": [("2024-01-01", 60)],
        "06:00": [("2024-01-01", 60)],
        "berlin": [("2024-01-01", 30), ("2024-01-02", 30)],  # 02:30 to 03:30
        "kolkata": [("2024-01-02", 60)],  # 07:00 to 08:00
    }
    dates = measures("cast(broadcast_date as varchar), viewing_seconds / 60", "R12")
    assert dates == expected[setting]


def test_r17_a_silent_box_stops_viewing(measures: Measures, setting: str) -> None:
    """hold_720s, hold_600s -> viewing_seconds / 60 under liveness_hold_seconds;
    wrong_fill_forward is contrast."""
    found = measures("channel_id, viewing_seconds / 60", "R17")
    assert found == [("R17 A", 20.0 if setting == "longest" else 22.0), ("R17 B", 5.0)]


def test_the_clock_of_the_market_by_hand(measures: Measures, setting: str) -> None:
    """From 02:00 UTC on 30 March for 23 hours, and from 01:00 UTC on 26 October for 25.

    In Berlin both are a broadcast date from end to end: 03:00 is 02:00 UTC in March until the clock
    goes from 02:00 to 03:00 at 01:00 UTC on the 31st; it is 01:00 UTC in October, and 02:00 UTC
    once the clock has been put back. There one viewer is an average audience of 1. In Kolkata 06:00
    is 00:30 UTC.
    """
    hours = {
        "default": [("2024-03-30", 22), ("2024-03-31", 1), ("2024-10-26", 23), ("2024-10-27", 2)],
        "longest": [("2024-03-30", 23), ("2024-10-25", 1), ("2024-10-26", 24)],
        "exact": [("2024-03-29", 1), ("2024-03-30", 22), ("2024-10-25", 2), ("2024-10-26", 23)],
        "06:00": [("2024-03-29", 4), ("2024-03-30", 19), ("2024-10-25", 5), ("2024-10-26", 20)],
        "berlin": [("2024-03-30", 23), ("2024-10-26", 25)],
        "kolkata": [
            ("2024-03-30", 22.5), ("2024-03-31", 0.5), ("2024-10-26", 23.5), ("2024-10-27", 1.5),
        ],
    }  # fmt: skip
    columns = "cast(broadcast_date as varchar), viewing_seconds / 3600, day_seconds / 3600"
    found = measures(f"{columns}, average_audience", "HAND", "channel_id <> 'HAND REACH'")
    assert found == [
        (day, viewed, length, pytest.approx(viewed / length, abs=1e-9))
        for day, viewed in hours[setting]
        for length in (viewed if setting == "berlin" else 24,)
    ]


def test_reach_by_hand(measures: Measures, setting: str) -> None:
    """a stays 6 minutes from 00:27 UTC, b to e stay 2:59, 3:00, 4:59 and 5:00 by day.

    One minute reaches all, three in Berlin all but b, five in Kolkata a and e. By default a is on
    one date with the others; elsewhere it is on the date before, in Kolkata, where 00:30 UTC is
    06:00, on both: three minutes on each, but six for reach.
    """
    expected = {
        "default": [("2024-02-20", 5, 5)],
        "berlin": [("2024-02-19", 1, 1), ("2024-02-20", 4, 3)],
        "kolkata": [("2024-02-19", 1, 1), ("2024-02-20", 5, 2)],
    }
    columns = "cast(broadcast_date as varchar), viewers, reach"
    found = measures(columns, "HAND", "channel_id = 'HAND REACH'")
    assert found == expected.get(setting, [("2024-02-19", 1, 1), ("2024-02-20", 4, 4)])
