"""The worked cases on sessions (S) and video (V), from drops to marts.

Each test says which column each expected key is compared with. Most cases share one warehouse.
"""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from ingest.settings import PROJECT_DIR
from tests.conftest import OpenWarehouse
from tests.engines import ON_BOTH_SLOWLY, SLOWLY_ON_POSTGRES
from tests.integration.transform.web_events import load_feed
from tests.warehouse import REAL_DROPS, Warehouse

from .session_cases import Drop, events_of


@pytest.fixture(scope="module")
def cases(real_drops: Path) -> dict[str, dict]:
    """The worked examples beside the real drops, by id."""
    examples = json.loads((REAL_DROPS.parent / "worked_examples.json").read_text())["examples"]
    return {case["id"]: case for case in examples}


TITLES = [
    {"title": "V01", "kind": "video", "length": 600},
    {"title": "V03", "kind": "video", "length": 100},
    {"title": "V05", "kind": "video", "length": 100},
    {"title": "A05", "kind": "video", "length": 100},
]


@pytest.fixture(scope="module", params=SLOWLY_ON_POSTGRES)
def built(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    open_warehouse: OpenWarehouse,
    cases: dict[str, dict],
) -> Iterator[Warehouse]:
    """The cases that share a warehouse, loaded and built once."""
    with open_warehouse(request.param, tmp_path_factory.mktemp("cases")) as warehouse:
        load_feed(warehouse, "web_events", "cases", events_of(cases))
        load_feed(warehouse, "titles", "cases", TITLES)
        assert warehouse.dbt("seed"), warehouse.last
        warehouse.run()
        yield warehouse


def test_s01_exits_and_bounces_of_pages(built: Warehouse, cases: dict[str, dict]) -> None:
    """pages.<page>: pageviews -> page_drop_off.page_views, exits, entrances, bounces -> the same,
    exit_rate_pct, bounce_rate_pct -> 100 * exit_rate, bounce_rate; site_bounce_rate_pct ->
    is_bounce_single_page over sessions."""
    expected = cases["S01"]["expected"]
    found = built.execute(
        "select page_id, page_views, exits, entrances, bounces, 100 * exit_rate, 100 * bounce_rate"
        " from marts.page_drop_off where page_id like 'S01-%'"
    )
    keys = ("pageviews", "exits", "entrances", "bounces", "exit_rate_pct", "bounce_rate_pct")
    assert {page: figures for page, *figures in found} == {
        f"S01-{page}": pytest.approx([figures[key] for key in keys])
        for page, figures in expected["pages"].items()
    }
    ((rate,),) = built.execute(
        "select 100.0 * sum(case when is_bounce_single_page then 1 else 0 end) / count(*)"
        " from marts.sessions where viewer_id like 'cookie:S01-%'"
    )
    assert float(rate) == pytest.approx(expected["site_bounce_rate_pct"])


def test_s03_exactly_30_minutes_start_a_new_session(
    built: Warehouse, cases: dict[str, dict]
) -> None:
    """ga_ge_1800 -> place of each event's session among the visitor's. segment_gt_1800 is
    contrast: the rule of others."""
    found = built.execute(
        "select dense_rank() over (order by session_started_at) from vault.session_event"
        " where page_id = '/S03' order by event_at"
    )
    assert [place for (place,) in found] == cases["S03"]["expected"]["ga_ge_1800"]


def visitors(built: Warehouse, condition: str, case: str) -> list[str]:
    """The case's ids of the sessions for which a condition holds."""
    found = built.execute(
        f"select viewer_id from marts.sessions where ({condition})"
        f" and viewer_id like 'cookie:{case}-%' order by viewer_id"
    )
    return [viewer.partition("-")[2] for (viewer,) in found]


def test_s06_bounce_is_a_family(built: Warehouse, cases: dict[str, dict]) -> None:
    """ga4 -> is_bounce_ga4, ua -> is_bounce_single_page, posthog -> is_bounce_posthog,
    snowplow_not_engaged -> is_bounce_snowplow; the rates follow from the same sessions."""
    expected = cases["S06"]["expected"]
    assert visitors(built, "is_bounce_ga4", "S06") == expected["ga4"]["bounced"]
    assert visitors(built, "not is_engaged", "S06") == expected["ga4"]["bounced"]
    assert visitors(built, "is_bounce_single_page", "S06") == expected["ua"]["bounced"]
    assert visitors(built, "is_bounce_posthog", "S06") == expected["posthog"]["bounced"]
    snowplow = expected["snowplow_not_engaged"]["sessions"]
    assert visitors(built, "is_bounce_snowplow", "S06") == snowplow


def test_s07_home_page_drop_off(built: Warehouse, cases: dict[str, dict]) -> None:
    """home_landings -> is_home_landing, drop_off -> is_home_drop_off, drop_off_rate_pct -> the same
    over landings, no_watch and no_watch_rate_pct -> landed_home_did_not_watch, ua_bounces ->
    is_bounce_single_page among drop-offs, home_exits_without_watching -> exited_from_home and no
    second played."""
    expected = cases["S07"]["expected"]
    landings = visitors(built, "is_home_landing", "S07")
    drop_offs = visitors(built, "is_home_drop_off", "S07")
    not_watched = visitors(built, "landed_home_did_not_watch", "S07")
    assert landings == expected["home_landings"]
    assert drop_offs == expected["drop_off"]
    assert 100 * len(drop_offs) / len(landings) == expected["drop_off_rate_pct"]
    assert not_watched == expected["no_watch"]
    rate = pytest.approx(expected["no_watch_rate_pct"])
    assert 100 * len(not_watched) / len(landings) == rate
    bounces = visitors(built, "is_home_drop_off and is_bounce_single_page", "S07")
    assert bounces == expected["ua_bounces"]
    exits = visitors(built, "exited_from_home and seconds_played = 0", "S07")
    assert exits == expected["home_exits_without_watching"]


def test_s09_touches_within_30_days(built: Warehouse, cases: dict[str, dict]) -> None:
    """first_touch, last_touch, last_non_direct_30d -> key_events by first_, last_ and
    last_non_direct_ source and medium."""
    expected = cases["S09"]["expected"]
    for key, column in (
        ("first_touch", "first"),
        ("last_touch", "last"),
        ("last_non_direct_30d", "last_non_direct"),
    ):
        found = built.execute(
            f"select {column}_source || '/' || {column}_medium, sum(key_events) from marts.sessions"
            " where viewer_id = 'cookie:S09' and key_events > 0 group by 1"
        )
        assert {touch: int(events) for touch, events in found} == expected[key], key


def test_v01_average_view_duration_and_percentage(built: Warehouse, cases: dict[str, dict]) -> None:
    """watch_seconds -> video_titles_daily.viewing_seconds, avd_seconds -> average_seconds_per_play,
    apv_pct -> average_viewed_pct."""
    expected = cases["V01"]["expected"]
    (found,) = built.execute(
        "select viewing_seconds, average_seconds_per_play, average_viewed_pct"
        " from marts.video_titles_daily where title_id = 'V01'"
    )
    assert found == pytest.approx(
        [expected[key] for key in ("watch_seconds", "avd_seconds", "apv_pct")]
    )


def test_v03_curve_with_a_rewatch(built: Warehouse, cases: dict[str, dict]) -> None:
    """watch_ratio, unique_retention at a second -> watch_rate, retention_rate of its bucket;
    total_watch_seconds, unique_watch_seconds -> seconds_seen, distinct_seconds_seen over buckets;
    avd_seconds -> video_titles_daily.average_seconds_per_play; unique_pct_mean -> distinct seconds
    per play and length."""
    expected = cases["V03"]["expected"]
    found = {
        first: (watched, retained)
        for first, watched, retained in built.execute(
            "select from_pct, watch_rate, retention_rate from marts.content_drop_off"
            " where title_id = 'V03'"
        )
    }
    assert len(found) == 20
    for second, ratio in expected["watch_ratio"].items():
        retention = expected["unique_retention"][second]
        assert found[int(second)] == pytest.approx((ratio, retention))
    ((seen, distinct, plays),) = built.execute(
        "select sum(seconds_seen), sum(distinct_seconds_seen), max(plays)"
        " from marts.content_drop_off where title_id = 'V03'"
    )
    assert (seen, distinct) == (expected["total_watch_seconds"], expected["unique_watch_seconds"])
    assert distinct / plays == pytest.approx(expected["unique_pct_mean"])
    assert built.execute(
        "select average_seconds_per_play from marts.video_titles_daily where title_id = 'V03'"
    ) == [(expected["avd_seconds"],)]


def test_v05_retained_before_the_first_seek(built: Warehouse, cases: dict[str, dict]) -> None:
    """retention_rate -> video_plays.retained_before_first_seek, max_progress -> progress_rate."""
    expected = cases["V05"]["expected"]
    assert built.execute(
        "select retained_before_first_seek, progress_rate from marts.video_plays"
        " where title_id = 'V05'"
    ) == [(expected["retention_rate"], expected["max_progress"])]


def test_a05_a_later_mark_implies_the_earlier_ones(
    built: Warehouse, cases: dict[str, dict]
) -> None:
    """started, q25, q50, q75, q100 -> plays, plays_to_25_pct, … of video_titles_daily; vcr_pct ->
    plays_to_100_pct over plays. strict_event_counts is contrast: each mark alone."""
    expected = cases["A05"]["expected"]
    (found,) = built.execute(
        "select plays, plays_to_25_pct, plays_to_50_pct, plays_to_75_pct, plays_to_100_pct,"
        " 100.0 * plays_to_100_pct / plays from marts.video_titles_daily where title_id = 'A05'"
    )
    keys = ("started", "q25", "q50", "q75", "q100", "vcr_pct")
    assert [float(figure) for figure in found] == [expected[key] for key in keys]


@ON_BOTH_SLOWLY
def test_s11_a_late_event_joins_two_sessions(warehouse: Warehouse, cases: dict[str, dict]) -> None:
    """after_batch1_sessions, after_batch2_sessions, full_refresh_sessions -> rows of sessions;
    session_start, session_end, duration_seconds -> started_at, ended_at, session_seconds."""
    case = cases["S11"]
    expected = case["expected"]
    query = "select started_at, ended_at, session_seconds from marts.sessions"
    for batch in ("batch1", "batch2"):
        drop = Drop()
        for instant in case["inputs"][batch]:
            drop.add("u1", instant, "page_view", page="/")
        rows = [row | {"event_id": f"{batch}-{row['event_id']}"} for row in drop.rows]
        load_feed(warehouse, "web_events", batch, rows)
        warehouse.run("--select", "+sessions")
        assert len(warehouse.execute(query)) == expected[f"after_{batch}_sessions"]
    whole = (
        datetime.fromisoformat(expected["session_start"]),
        datetime.fromisoformat(expected["session_end"]),
        expected["duration_seconds"],
    )
    assert warehouse.execute(query) == [whole]
    warehouse.run("--full-refresh", "--select", "+sessions")
    found = warehouse.execute(query)
    assert len(found) == expected["full_refresh_sessions"]
    assert found == [whole]


@pytest.mark.slow
def test_every_data_test_holds(built: Warehouse) -> None:
    assert built.dbt("test", "--exclude-resource-type", "unit_test"), built.last


@pytest.mark.parametrize("built", ["duckdb"], indirect=True)
def test_the_example_in_the_docs_trains_a_model(
    built: Warehouse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    """It foretells the rate of drop-off that S07 has."""
    (code,) = re.findall(
        r"```python\n(.*?)```", (PROJECT_DIR / "docs" / "metrics.md").read_text(), re.DOTALL
    )
    (tmp_path / "warehouse").mkdir()
    published = tmp_path / "warehouse" / "audience_vault_published.duckdb"
    shutil.copy(built.settings.duckdb_path, published)
    monkeypatch.chdir(tmp_path)
    exec(code, {})  # noqa: S102  our own docs
    ((rate,),) = built.execute(
        "select avg(case when is_home_drop_off then 1.0 else 0 end)"
        " from marts.session_features where is_home_landing"
    )
    assert float(capsys.readouterr().out) == pytest.approx(float(rate), abs=0.05)
