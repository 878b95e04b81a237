"""A site's and a music service's drops of each feed, small and whole."""

from datetime import timedelta

from tests.warehouse import Warehouse

from .events import at
from .listen_events import listen_event
from .web_events import load_feed, web_event


def deliver_site(warehouse: Warehouse) -> None:
    """Videos of thirty visitors, some in sessions that the site delivers, and what they cost."""
    rows = []
    for n in range(30):
        who = {"visitor_id": f"v{n}", "session_id": f"s{n}" if n % 3 == 0 else None}
        who |= {"utm_source": "x", "utm_campaign": f"c{n % 4}", "page": f"/{n % 5}"}
        start = at("2024-01-02 10:00:00") + timedelta(minutes=n)
        rows.append(web_event(f"{n}a", start, "page_view", **who))
        for beat in range(4):
            instant = start + timedelta(seconds=10 * beat)
            rows.append(web_event(f"{n}{beat}", instant, "play", title=f"t{n % 6}", **who))
    load_feed(warehouse, "web_events", "1", rows)
    titles = [{"title": f"t{n}", "kind": "video", "length": 100 + n} for n in range(6)]
    load_feed(warehouse, "titles", "1", titles)
    costs = "".join(f"2024-01-02,c{n},{n}.5,EUR\n" for n in range(4))
    warehouse.deliver("campaign_spend_1.csv", f"date,campaign,amount,currency\n{costs}")


def deliver_songs(warehouse: Warehouse) -> None:
    """Listening of twelve accounts, each song's details among those of its artist."""
    start = at("2024-01-02 10:00:00")
    rows = [
        listen_event(
            f"{n % 12}", f"s{n % 12}", n, start + timedelta(minutes=n), song=f"song {n % 7}",
            length="50.5", level=("free", "paid")[n % 2],
        )
        for n in range(60)
    ]  # fmt: skip
    load_feed(warehouse, "listen_events", "1", rows)
    songs = [
        {"title": f"song {n}", "artist_name": f"Artist of song {n}", "duration": 50.5}
        for n in range(7)
    ]
    load_feed(warehouse, "songs", "1", songs)
