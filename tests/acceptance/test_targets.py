"""R18 from drops to targets: ratings are re-based on a target's universe, never added."""

from collections.abc import Iterator

import pytest

from tests.conftest import OpenWarehouse
from tests.integration.transform.events import at
from tests.integration.transform.panel import deliver_profiles, profile
from tests.integration.transform.sessions import drop, session
from tests.warehouse import Warehouse

EXPECTED = {"men_18_49": 2.0, "women_18_49": 4.0, "adults_18_49": 3.04}
"""Audiences and universes, in thousands, are weights of viewers."""
PANEL = {
    "him": ("male", 1200), "his friend": ("male", 60_000 - 1200),
    "her": ("female", 2600), "her friend": ("female", 65_000 - 2600),
}  # fmt: skip


@pytest.fixture(scope="module")
def panel(
    tmp_path_factory: pytest.TempPathFactory, open_warehouse: OpenWarehouse
) -> Iterator[Warehouse]:
    """Two of four view for the whole of a day; two who are too young have the greatest weights."""
    people = [
        profile(who, "2024-01-01", gender=gender, weight=weight, birth_year=1990)
        for who, (gender, weight) in PANEL.items()
    ]
    people += [profile("girl", "2024-01-01", gender="female", weight=99_999, birth_year=2007)]
    people += [profile("boy", "2024-01-01", gender="male", weight=99_999, birth_year=2007)]
    viewing = [
        session(who, "A", at("2024-02-01 00:00:00"), duration=86_400)
        for who in ("him", "her", "girl", "boy")
    ]
    with open_warehouse("duckdb", tmp_path_factory.mktemp("targets")) as warehouse:
        warehouse.deliver("tv_sessions_r18.csv", drop(viewing))
        deliver_profiles(warehouse, "r18", people)
        assert warehouse.dbt("build", "--exclude-resource-type", "unit_test"), warehouse.last
        yield warehouse


def test_the_rating_of_a_union_is_that_of_its_summed_audience_and_universe(
    panel: Warehouse,
) -> None:
    """men_pct, women_pct, adults_pct -> channel_ratings_target.rating_pct of the targets; audiences
    and universes add up, so that the sum and the mean of the ratings are contrast."""
    found = {
        target: figures
        for target, *figures in panel.execute(
            "select target, rating_pct, average_audience, universe"
            " from marts.channel_ratings_target where broadcast_date = '2024-02-01'"
        )
    }
    ratings = {target: found[target][0] for target in EXPECTED}
    assert ratings == pytest.approx(EXPECTED, abs=1e-9)
    men, women, adults = (found[target][1:] for target in EXPECTED)
    assert adults == [men[0] + women[0], men[1] + women[1]] == [3800, 125_000]


def test_universes_add_up_where_ratings_do_not(panel: Warehouse) -> None:
    universes = dict(
        panel.execute(
            "select target, universe from vault.universe_daily where broadcast_date = '2024-02-01'"
        )
    )
    assert universes["men_18_49"] == 60_000
    assert universes["women_18_49"] == 65_000
    assert universes["adults_18_49"] == 125_000
    assert universes["females"] + universes["males"] == universes["all"]
