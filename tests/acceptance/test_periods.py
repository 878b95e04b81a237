"""R02 and R03 from drops to weeks and months: reach counted anew, means weighted by duration."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from tests.conftest import OpenWarehouse
from tests.integration.transform.events import at
from tests.integration.transform.panel import deliver_profiles, profile
from tests.integration.transform.sessions import drop, session
from tests.warehouse import Warehouse

EPISODES = ([30, 47, 62, 82], [0, 15, 30, 25])
"""R02: reach of each episode, and how many of those an earlier one had reached."""
MONDAYS = [date(2024, 1, 1) + timedelta(weeks=number) for number in range(4)]
RATINGS, MINUTES = (5.6, 8.2, 6.25, 8.9), (20, 35, 40, 25)
FEBRUARY, MARCH, BY_HAND = date(2024, 2, 5), date(2024, 3, 1), date(2024, 3, 4)
UNIVERSE = 100_000
A_DAY = 86_400


def audiences() -> list[list[int]]:
    """Who sees each episode, numbered in the order in which they are reached first."""
    known, seen = 0, []
    for reach, already in zip(*EPISODES, strict=True):
        new = reach - already
        seen.append([*range(known - already, known), *range(known, known + new)])
        known += new
    return seen


def sessions() -> list[dict]:
    """R02: of four weeks the nth has the first n episodes, an hour on Monday, Tuesday, and so on.

    R03 has a viewer who views all day: from a Monday of February on an episode a day for four
    days; in March each episode on as many days as it has fives of minutes, 24 in all, and the last.
    """
    rows = [
        session(f"R02 {viewer}", "R02", at(f"{monday + timedelta(days=day)} 20:00"), duration=3600)
        for number, monday in enumerate(MONDAYS)
        for day, audience in enumerate(audiences()[: number + 1])
        for viewer in audience
    ]
    days = [FEBRUARY + timedelta(days=number) for number in range(len(RATINGS))]
    days += [MARCH + timedelta(days=number) for number in range(sum(MINUTES) // 5)]
    rows += [session("R03", "R03", at(f"{day} 00:00"), duration=A_DAY) for day in days]
    first_seen = BY_HAND + timedelta(days=2)
    return [*rows, session("hand", "HAND", at(f"{first_seen} 20:00"), duration=3600)]


def weights() -> list[dict]:
    """The viewer of R03 is as many persons as make the episode's rating; that by hand has none at
    first."""
    days = {FEBRUARY + timedelta(days=number): rating for number, rating in enumerate(RATINGS)}
    day = MARCH
    for rating, minutes in zip(RATINGS, MINUTES, strict=True):
        days[day] = rating
        day += timedelta(days=minutes // 5)
    told = [
        profile("R03", f"{day}", weight=round(rating * UNIVERSE / 100))
        for day, rating in days.items()
    ]
    return [*told, profile("hand", f"{BY_HAND + timedelta(days=5)}", weight=9)]


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory, open_warehouse: OpenWarehouse
) -> Iterator[Warehouse]:
    with open_warehouse("duckdb", tmp_path_factory.mktemp("periods")) as warehouse:
        warehouse.deliver("tv_sessions_1.csv", drop(sessions()))
        deliver_profiles(warehouse, "1", weights())
        assert warehouse.dbt("seed"), warehouse.last
        warehouse.execute(
            "insert into vault.universe_estimates (valid_from, valid_to, target, persons)"
            f" values ('{FEBRUARY}', '2024-12-31', 'all', {UNIVERSE})"
        )
        build = ("build", "--exclude-resource-type", "unit_test", "seed")
        assert warehouse.dbt(*build), warehouse.last
        yield warehouse


def read(warehouse: Warehouse, channel: str, period: str, columns: str) -> list[tuple]:
    return warehouse.execute(
        f"select {columns} from marts.channel_ratings_period"
        f" where channel_id = '{channel}' and period = '{period}' order by first_date"
    )


def test_r02_reach_is_not_the_sum_of_reaches(built: Warehouse) -> None:
    """cume_reach -> reach of the week with all episodes; new_reach_per_episode -> how much that of
    each week is above the one before; gross_reach -> the sum of channel_ratings_daily.reach."""
    reaches = [reach for (reach,) in read(built, "R02", "week", "reach")]
    assert reaches[-1] == 151
    assert [b - a for a, b in zip([0, *reaches], reaches, strict=False)] == [30, 32, 32, 57]
    assert built.execute(
        "select sum(reach) from marts.channel_ratings_daily"
        f" where channel_id = 'R02' and broadcast_date >= '{MONDAYS[-1]}'"
    ) == [(221,)]
    assert read(built, "R02", "month", "reach, viewers, dates") == [(151, 151, 31)]


def test_r03_a_mean_of_ratings_is_weighted_by_duration(built: Warehouse) -> None:
    """duration_weighted_mean_pct, printed.weighted -> rating_pct of the month whose days are the
    episodes' minutes; grp -> gross_rating_points of the week with an episode a day. simple_mean_pct
    and printed.simple are contrast: the points over the number of episodes."""
    [(rating, dates)] = read(built, "R03", "month", "rating_pct, dates")[1:]
    assert (rating, dates) == (pytest.approx(7.2625, abs=1e-9), 24)
    assert round(rating, 2) == 7.26
    points = read(built, "R03", "week", "gross_rating_points")[0]
    assert points == (pytest.approx(28.95, abs=1e-9),)


def test_a_viewers_weight_over_a_period_is_the_mean_of_its_daily_weights(built: Warehouse) -> None:
    """Of all its dates, viewed or not: the fourth profile holds until Sunday."""
    [(weight, *_)] = read(built, "R03", "week", "viewers_weighted")[:1]
    days = [*RATINGS, *RATINGS[-1:] * 3]
    assert weight == pytest.approx(round(sum(days) / 7 * UNIVERSE / 100, 6), abs=1e-9)


def test_before_its_profile_a_viewer_counts_1_in_a_period_too(built: Warehouse) -> None:
    """First seen on Wednesday 2024-03-06, a profile of 9 persons from Saturday on. Week: Wednesday
    to Friday 3 * 1, the weekend 2 * 9, over the five dates: 21 / 5 = 4.2. Month: 3 * 1 and, from
    the 9th to the 31st, 23 * 9, over 26 dates: 210 / 26 = 8.076923. Seconds have the weight of
    their own date, which is 1: 3,600."""
    columns = "viewers_weighted, reach, viewing_seconds, round(average_seconds_per_viewer, 6)"
    assert read(built, "HAND", "week", columns) == [(4.2, 4.2, 3600, 857.142857)]
    weights = read(built, "HAND", "month", "viewers_weighted, reach")
    assert weights == [pytest.approx((8.076923, 8.076923), abs=1e-9)]
