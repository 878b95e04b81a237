"""What marts make of sessions: costs, touches, features."""

import pytest

from tests.engines import ON_BOTH_SLOWLY
from tests.warehouse import Warehouse

from .web_events import load_feed, told


@ON_BOTH_SLOWLY
def test_what_is_divided_by_nothing_is_null(warehouse: Warehouse) -> None:
    """Spend without sessions, sessions that are not engaged, new or on the home page, pages that
    nobody entered by, funnels begun in their middle, titles without a length."""
    tagged = {"utm_source": "x", "utm_medium": "cpc", "utm_campaign": "Spring"}
    rows = [
        *told("a", "10:00 page_view", **tagged),
        *told("a", "12:00 page_view", "12:00:01 page_view", page="deep", **tagged),
        *told("b", "36:00 play", "36:00:30 pause", title="unknown"),
        *told("c", "36:00 page_view", "36:00:05 search", page="c", **tagged),
        *told("c", "72:00 search", page="c", **tagged),
    ]
    rows[2] = rows[2] | {"page": "deeper"}
    load_feed(warehouse, "web_events", "1", rows)
    spend = "date,campaign,amount,currency"
    for campaign, day in (("spring", 4), ("nobody saw", 4)):
        spend += f"\n2024-01-0{day},{campaign},10,EUR"
    warehouse.deliver("campaign_spend_1.csv", spend + "\n")
    warehouse.run()
    costs = "cost_per_session, cost_per_engaged_session, cost_per_new_visitor"
    assert warehouse.execute(
        f"select campaign_id, sessions, spend, {costs}, home_drop_off_rate"
        " from marts.home_drop_off_daily where spend > 0 order by 1"
    ) == [("NOBODY SAW", 0, 10.0, None, None, None, None), ("SPRING", 1, 10.0, 10.0, *[None] * 3)]
    assert warehouse.execute(
        "select page_id, entrances, bounce_rate, exit_rate from marts.page_drop_off"
        " where page_id like 'deep%' order by 1"
    ) == [("deep", 1, 0.0, 0.0), ("deeper", 0, None, 1.0)]
    assert warehouse.execute(
        "select step, sessions, loss_rate from marts.session_funnel"
        " where funnel = 'search' and broadcast_date = date '2024-01-04' order by step_number"
    ) == [("Visit", 0, None), ("Search", 0, None), ("Play", 0, None)]
    assert warehouse.execute(
        "select viewed_pct, progress_rate, viewing_seconds from marts.video_plays"
    ) == [(None, None, 30.0)]
    assert warehouse.execute("select count(*) from marts.content_drop_off") == [(0,)]


@pytest.mark.slow
def test_features_tell_nothing_of_what_came_later(warehouse: Warehouse) -> None:
    """A tag, device or country that comes after the landing is the session's, and no feature."""
    tagged = {"utm_source": "x", "utm_medium": "cpc", "utm_campaign": "spring"}
    rows = [
        *told("v", "10:00 page_view", page="/"),
        *told("v", "10:01 page_ping", page="/", device="tv", country="SA"),
        *told("v", "12:00 page_view", "12:02 play", "12:02:30 pause", title="film"),
        *told("v", "12:05 page_view", **tagged),
        *told("v", "36:00 page_view", page="/", **tagged),
        *told("v", "40:00 play", "40:00:10 pause", title="film", device="tv", country="SA"),
        *told("v", "40:01 pause", title="film", **tagged),
    ]
    load_feed(warehouse, "web_events", "1", rows)
    warehouse.run("--select", "+sessions", "+session_features")
    features = (
        "select landing_page_id, traffic_source, traffic_medium, campaign_id, device, country,"
        " recent_sessions,"
        " recent_home_drop_offs, recent_seconds_played, seconds_since_previous_session,"
        " hour_of_day, day_of_week, is_home_drop_off, seconds_played"
        " from marts.session_features order by started_at"
    )
    expected = [
        ("/", "(direct)", "(none)", None, None, None, 0, 0, 0.0, None, 10, 1, True, 0.0),
        ("v", "(direct)", "(none)", None, None, None, 1, 1, 0.0, 7200.0, 12, 1, False, 30.0),
        ("/", "x", "cpc", "SPRING", None, None, 2, 1, 30.0, 86400.0, 12, 2, True, 0.0),
        (None, "(direct)", "(none)", None, "tv", "SA", 3, 2, 30.0, 14400.0, 16, 2, False, 10.0),
    ]
    assert warehouse.execute(features) == expected
    assert warehouse.execute(
        "select last_source, last_campaign_id from marts.sessions order by started_at"
    ) == [("(direct)", None), *[("x", "SPRING")] * 3]
    later = told("v", "60:00 page_view", "60:01 play", "60:01:20 pause", title="film", **tagged)
    load_feed(warehouse, "web_events", "2", later)
    warehouse.run("--select", "+sessions", "+session_features")
    assert warehouse.execute(features)[:4] == expected


def test_a_later_sign_in_tells_no_feature(warehouse: Warehouse) -> None:
    """Until it signs in, a device isn't known to be the account's, and has none of its past."""
    rows = [
        *told("phone", "08:00 page_view anna", page="/"),
        *told("tv", "10:00 page_view", page="/"),
        *told("tv", "10:05 sign_in anna", page="/"),
        *told("tv", "12:00 page_view anna", page="/"),
        *told("tv", "14:00 page_view", page="/"),
    ]
    load_feed(warehouse, "web_events", "1", rows)
    warehouse.run("--select", "+sessions", "+session_features")
    assert warehouse.execute(
        "select recent_sessions, recent_home_drop_offs, seconds_since_previous_session"
        " from marts.session_features order by started_at"
    ) == [(0, 0, None), (0, 0, None), (1, 1, 14400.0), (1, 0, 14400.0)]
    assert warehouse.execute(
        "select count(distinct viewer_hk), count(*) from marts.sessions where started_at"
        " < timestamp '2024-01-01 14:00:00'"
    ) == [(1, 3)]


def test_the_first_tag_counts_as_a_whole(warehouse: Warehouse) -> None:
    """A campaign that a later tag names isn't that of an earlier one without."""
    rows = [
        *told("v", "10:00 page_view", utm_source="first"),
        *told("v", "10:01 page_view", utm_source="second", utm_campaign="spring"),
    ]
    load_feed(warehouse, "web_events", "1", rows)
    warehouse.run("--select", "+sessions", "+session_features")
    assert warehouse.execute(
        "select last_source, last_medium, last_campaign_id, first_campaign_id,"
        " last_non_direct_campaign_id from marts.sessions"
    ) == [("first", "(not set)", None, None, None)]


def test_a_page_view_without_a_page_is_one_too(warehouse: Warehouse) -> None:
    """Who landed nobody knows where didn't land on the page after it."""
    rows = [*told("v", "10:00 page_view", page=None), *told("v", "10:01 page_view", page="/")]
    load_feed(warehouse, "web_events", "1", rows)
    warehouse.run("--select", "+sessions", "+page_drop_off")
    assert warehouse.execute(
        "select landing_page_id, exit_page_id, is_home_landing from marts.sessions"
    ) == [(None, "/", False)]
    assert warehouse.execute(
        "select page_id, page_views, entrances, exits, bounce_rate from marts.page_drop_off"
    ) == [("/", 1, 0, 1, None)]
