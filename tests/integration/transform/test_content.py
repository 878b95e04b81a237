"""Articles that are read, and videos by their length."""

import pytest

from tests.warehouse import Warehouse

from .web_events import clock, load_feed, told


def test_reads_of_articles(warehouse: Warehouse) -> None:
    """Of an article's views by five visitors: too short, long enough, on both sides of midnight,
    going on past it, and going on elsewhere; a video's page is no article's."""
    article = {"title": "a1", "page": "/a1"}
    rows = [
        *told("short", "10:00 page_view", "10:00:09 click", **article),
        *told("long", "10:00 page_view", "10:00:10 page_ping", "10:00:20 click", **article),
        *told("midnight", "23:59:50 page_view", "24:00:05 page_view", **article),
        *told(
            "past midnight", "23:59:55 page_view", "24:00:02 page_ping", "24:00:06 click", **article
        ),
        *told("away", "10:00 page_view", **article),
        *told("away", "10:00:12 page_view", "10:05 page_view", page="/"),
        *told("video", "10:00 page_view", "10:00:30 click", title="v1"),
    ]
    load_feed(warehouse, "web_events", "1", rows)
    titles = [{"title": "a1", "kind": "Article"}, {"title": "v1", "kind": "video"}]
    load_feed(warehouse, "titles", "1", titles)
    warehouse.run("--select", "+content_reads_daily")
    assert warehouse.execute(
        "select broadcast_date, title_id, visitors, readers, engaged_seconds"
        " from marts.content_reads_daily order by 1"
    ) == [
        (clock("0:00").date(), "a1", 5, 4, 9.0 + 20 + 15 + 11 + 12),
        (clock("24:00").date(), "a1", 1, 0, 0.0),
    ]


@pytest.mark.slow
def test_a_titles_length_is_the_catalogues_else_the_shortest_that_players_report(
    warehouse: Warehouse,
) -> None:
    """A build after each: how far a play of 50 seconds got changes with the length."""
    film = {"title": "film"}
    first = [
        *told("a", "10:00 play", position=0, length_seconds=200, **film),
        *told("a", "10:00:50 heartbeat", position=50, length_seconds=200, **film),
        *told("a", "10:00:55 pause", **film),
    ]
    longer = told("b", "34:00 play", position=0, length_seconds=300, **film)
    shorter = told("c", "34:00 play", position=0, length_seconds=100, **film)
    progress = "select progress_rate from marts.video_plays where broadcast_date = '2024-01-01'"
    for number, (rows, expected) in enumerate(((first, 0.25), (longer, 0.25), (shorter, 0.5))):
        load_feed(warehouse, "web_events", f"{number}", rows)
        warehouse.run("--select", "+video_plays", "+content_drop_off")
        assert warehouse.execute(progress) == [(expected,)]
    load_feed(warehouse, "titles", "1", [{"title": "film", "kind": "video", "length": 400}])
    warehouse.run("--select", "+video_plays", "+content_drop_off")
    assert warehouse.execute(progress) == [(0.125,)]
    assert warehouse.execute(
        "select bucket, plays, seconds_seen, plays_reaching from marts.content_drop_off"
        " where bucket < 5 order by bucket"
    ) == [(1, 3, 20.0, 1), (2, 3, 20.0, 1), (3, 3, 15.0, 0), (4, 3, 0.0, 0)]


def test_who_is_not_known_views_as_nobody(warehouse: Warehouse) -> None:
    """Sessions with an id and no visitor: plays and reads, but no viewer; a film that ended was
    seen to its end, whatever its length."""
    rows = [
        row | {"visitor_id": None}
        for name in ("s1", "s2")
        for row in [
            *told(name, "10:00 play", "10:00:40 ended", title="film", session_id=name),
            *told(name, "10:01 page_view", "10:02 click", title="a1", session_id=name),
        ]
    ]
    rows += told("v", "10:00 play", "10:00:20 pause", title="film")
    load_feed(warehouse, "web_events", "1", rows)
    load_feed(warehouse, "titles", "1", [{"title": "a1", "kind": "article"}])
    warehouse.run()
    assert warehouse.execute(
        "select plays, viewers, viewing_seconds, plays_to_100_pct, average_viewed_pct"
        " from marts.video_titles_daily"
    ) == [(3, 1, 100.0, 2, None)]
    assert warehouse.execute(
        "select viewing_seconds, viewers from marts.average_viewing_duration"
        " where target = 'all' and platform = 'all' and device = 'all' and genre = 'all'"
    ) == [(20.0, 1)]
    assert warehouse.execute("select * from marts.content_reads_daily") == []
    assert warehouse.execute("select count(*) from marts.sessions") == [(3,)]
    assert warehouse.execute("select sum(unexplained_rows) from marts.reconciliation") == [(0,)]


def test_players_of_two_tabs_are_two(warehouse: Warehouse) -> None:
    """A site numbers its players by page: the same number on another page is another player."""
    player = {"title": "film", "player_id": "p"}
    rows = [
        *told("v", "10:00 play", "10:01 ended", **player, page_view_id="1"),
        *told("v", "10:00:30 play", "10:01:30 ended", **player, page_view_id="2"),
    ]
    load_feed(warehouse, "web_events", "1", rows)
    warehouse.run("--select", "+video_plays")
    assert warehouse.execute("select viewing_seconds from marts.video_plays") == [(60.0,), (60.0,)]
