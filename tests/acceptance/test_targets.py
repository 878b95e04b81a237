"""R18 from drops to targets: ratings are re-based on a target's universe, never added."""

from collections.abc import Iterator

import pytest

from tests.conftest import OpenWarehouse
from tests.integration.transform.events import at
from tests.integration.transform.panel import deliver_profiles, profile
from tests.integration.transform.sessions import drop, session
from tests.warehouse import Warehouse

EXPECTED = {"men_18_49": 2.0, "women_18_49": 4.0, "adults_18_49": 3.04}
"""men_pct, women_pct, adults_pct. Audiences and universes, in thousands, are weights of viewers."""
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


def ratings(warehouse: Warehouse, day: str) -> dict[str, float]:
    """By target: 100 * average audience / universe, of target_membership and universe_daily."""
    rows = warehouse.execute(
        f"""
        select universe.target, 100 * sum(cast(viewing.weight as double) * viewing.viewing_seconds)
            / max(universe.day_seconds) / max(universe.universe)
        from vault.universe_daily as universe
        inner join vault.target_membership as membership
            on universe.target = membership.target
            and universe.broadcast_date between membership.first_date and membership.last_date
        inner join vault.viewer_channel_daily as viewing
            on membership.viewer_hk = viewing.viewer_hk
            and universe.broadcast_date = viewing.broadcast_date
        where universe.broadcast_date = '{day}'
        group by universe.target
        """
    )
    return {target: float(rating) for target, rating in rows}


def test_the_rating_of_a_union_is_that_of_its_summed_audience_and_universe(
    panel: Warehouse,
) -> None:
    found = ratings(panel, "2024-02-01")
    assert {target: found[target] for target in EXPECTED} == pytest.approx(EXPECTED, abs=1e-9)


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
