"""A row that is taken out of any layer by hand is noticed."""

import random
from collections.abc import Callable, Iterator

import pytest

from ingest.loading.loader import load
from ingest.simulate import SimulationPlan, simulate
from tests.conftest import OpenWarehouse
from tests.engines import SLOWLY_ON_POSTGRES

from .panel import deliver_profiles, deliver_schedule, profile, slot
from .sessions import drop, made
from .site import deliver_site, deliver_songs

Execute = Callable[[str], list[tuple]]
ROW_ADDRESS = {"duckdb": "rowid", "postgres": "ctid"}

LAYERS = [
    "raw.loads",
    "raw.stb_events",
    "raw.tv_sessions",
    "raw.viewer_profiles",
    "raw.schedule",
    "raw.programmes",
    "raw.channels",
    "raw.quarantine",
    "vault.hub_viewer",
    "vault.hub_channel",
    "vault.hub_programme",
    "vault.hub_broadcaster",
    "vault.hub_household",
    "vault.hub_device",
    "vault.link_channel_broadcaster",
    "vault.link_household_device",
    "vault.link_stb_event",
    "vault.link_tv_session",
    "vault.sat_channel_details",
    "vault.sat_programme_details",
    "vault.viewer_activity",
    "vault.channel_spelling",
    "vault.stb_stay",
    "vault.tv_session_stay",
    "vault.link_viewer_household",
    "vault.sat_viewer_profile",
    "vault.sat_viewer_household_effectivity",
    "vault.link_schedule_slot",
    "vault.sat_schedule_slot_details",
    "vault.sat_schedule_slot_presence",
    "vault.viewing_interval",
    "vault.viewing_minutes",
    "vault.viewer_channel_daily",
    "vault.channel_viewing_daily",
    "vault.audience_viewing_daily",
    "vault.universe_daily",
    "vault.daypart_viewing_daily",
    "vault.programme_viewing",
    "vault.programme_audience",
    "marts.viewing_duration_daily",
    "raw.web_events",
    "raw.titles",
    "raw.campaign_spend",
    "raw.listen_events",
    "raw.songs",
    "vault.hub_session",
    "vault.hub_web_page",
    "vault.hub_campaign",
    "vault.hub_plan",
    "vault.hub_user_agent",
    "vault.hub_location",
    "vault.hub_song",
    "vault.hub_artist",
    "vault.link_web_event",
    "vault.link_listen_event",
    "vault.link_song_play",
    "vault.link_song_artist",
    "vault.link_session_viewer",
    "vault.link_viewer_plan",
    "vault.link_campaign_spend",
    "vault.sat_title_details",
    "vault.sat_song_details",
    "vault.sat_artist_details",
    "vault.sat_campaign_spend_details",
    "vault.sat_viewer_identity",
    "vault.sat_viewer_plan_effectivity",
    "vault.computed_session_event",
    "vault.delivered_session_event",
    "vault.session",
    "vault.session_background",
    "vault.player_stay",
    "vault.video_stay",
    "vault.song_play",
    "vault.song_stay",
    "marts.page_drop_off",
    "marts.song_plays_hourly",
    "marts.listening_daily",
]


@pytest.fixture(scope="module", params=SLOWLY_ON_POSTGRES)
def simulated(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    open_warehouse: OpenWarehouse,
) -> Iterator[tuple[Execute, str]]:
    """Bad, late and repeated rows, built once; each test rolls back what it does."""
    with open_warehouse(request.param, tmp_path_factory.mktemp("simulated")) as warehouse:
        simulate(
            warehouse.folder / "drops",
            SimulationPlan(days=3, boxes=20, bad_share=0.02, late_share=0.05),
        )
        chance = random.Random(1)  # noqa: S311 - the same sessions each time
        sessions = drop(made(chance, 20) for _ in range(200))
        (warehouse.folder / "drops" / "tv_sessions.csv").write_text(sessions)
        assert not load(warehouse.folder / "drops", warehouse.settings).failed
        people = [
            profile(f"member {n}", "2024-01-01", household=f"home {n // 2}", weight=n + 0.5)
            for n in range(9)
        ]
        deliver_profiles(warehouse, "1", people)
        slots = [
            slot("Alpha", f"{n}", f"2024-01-02 {n:02}:00", f"2024-01-02 {n + 1:02}:00")
            for n in range(9)
        ]
        deliver_schedule(warehouse, "1", slots)
        deliver_site(warehouse)
        deliver_songs(warehouse)
        assert warehouse.dbt("build", "--exclude-resource-type", "unit_test"), warehouse.last
        with warehouse.connected() as execute:
            yield execute, ROW_ADDRESS[request.param]


def unexplained(execute: Execute) -> int:
    return execute("select sum(abs(unexplained_rows)) from marts.reconciliation")[0][0]


def test_every_row_of_the_simulated_drops_is_explained(simulated: tuple[Execute, str]) -> None:
    execute, _ = simulated
    rows, quarantined, repeats = execute(
        "select sum(rows_in_file), sum(rows_in_quarantine), sum(exact_repeats)"
        " from marts.reconciliation"
    )[0]
    assert unexplained(execute) == 0
    assert rows > 1000
    assert quarantined > 0
    assert repeats > 0


def delivered(layer: str) -> str:
    """Which rows tell of what drops brought: no ghosts, no universe of an empty target, and of
    audiences those that hold all others."""
    if layer == "vault.universe_daily":
        return "target = 'all'"
    if layer == "vault.programme_audience":
        return "consolidation = 'consolidated_28'"
    return "load_id > 0" if layer.startswith(("vault.hub", "vault.link", "vault.sat")) else "true"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_row_removed_by_hand_is_noticed(simulated: tuple[Execute, str], layer: str) -> None:
    execute, address = simulated
    execute("begin")
    try:
        of_drops = f"{layer} where {delivered(layer)}"
        rows = execute(f"select count(*) from {of_drops}")[0][0]
        middle = execute(
            f"select {address} from {of_drops} order by {address} limit 1 offset {rows // 2}"
        )[0][0]
        execute(f"delete from {layer} where {address} = '{middle}'")
        assert unexplained(execute) > 0
    finally:
        execute("rollback")
