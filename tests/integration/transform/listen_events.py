"""Events of an audio service as eventsim writes them, and what METRICS makes of them."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import NamedTuple

from hypothesis import strategies as st

START = datetime(2024, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def listen_event(
    user: str | None,
    session: str,
    item: int,
    at: datetime,
    page: str = "NextSong",
    *,
    song: str | None = None,
    length: str | None = None,
    level: str = "free",
) -> dict:
    """One row of the feed; an instant without a zone is UTC."""
    at = at.replace(tzinfo=UTC)
    return {
        "ts": round((at - EPOCH) / timedelta(milliseconds=1)),
        "userId": user or "",
        "sessionId": session,
        "itemInSession": item,
        "page": page,
        "auth": "Logged In" if user else "Logged Out",
        "method": "PUT" if page in ("NextSong", "Logout") else "GET",
        "status": 200,
        "level": level,
        "song": song,
        "artist": song and f"Artist of {song}",
        "length": length and float(length),
        "location": "Yuma, AZ",
        "userAgent": "Mozilla/5.0 (Windows NT 6.1; rv:31.0) Gecko/20100101 Firefox/31.0",
    }


class Play(NamedTuple):
    """A song that began to play; seconds is None where its length is unknown."""

    user: str
    song: str
    at: datetime
    seconds: Decimal | None
    is_skip: bool

    @property
    def is_stream(self) -> bool:
        return self.seconds is not None and self.seconds >= 30

    @property
    def is_early_skip(self) -> bool:
        return self.is_skip and not self.is_stream


def plays(rows: list[dict], tolerance_ms: int = 1000) -> list[Play]:
    """Every play of a signed-in user."""
    sessions: dict[str, set[tuple]] = defaultdict(set)
    for row in rows:
        sessions[row["sessionId"]].add(
            (
                row["ts"],
                row["itemInSession"],
                row["page"],
                row["userId"],
                row["song"],
                row["length"],
            )
        )
    found = []
    for events in sessions.values():
        ending = sorted(e for e in events if e[2] in ("NextSong", "Logout"))
        for (ts, _, page, user, song, length), following in pairwise([*ending, None]):
            if page != "NextSong" or not user:
                continue
            seconds, is_skip = None, False
            if length is not None:
                whole = int(
                    (Decimal(str(length)) * 1000).quantize(Decimal(1), rounding=ROUND_HALF_UP)
                )
                heard = min(whole, following[0] - ts) if following else whole
                seconds = Decimal(heard) / 1000
                is_skip = (
                    following is not None
                    and following[2] == "NextSong"
                    and following[0] <= ts + whole - tolerance_ms
                )
            at = (EPOCH + timedelta(milliseconds=ts)).replace(tzinfo=None)
            found.append(Play(user, song, at, seconds, is_skip))
    return found


def listening_by_date(found: list[Play]) -> dict[date, dict[str, object]]:
    """Per UTC date, what listening_daily says."""
    days: dict[date, dict[str, object]] = defaultdict(
        lambda: {
            "plays": 0,
            "streams": 0,
            "skips": 0,
            "early_skips": 0,
            "listeners": set(),
            "listening_seconds": Decimal(0),
        }
    )
    for play in found:
        day = days[play.at.date()]
        day["plays"] += 1
        day["streams"] += play.is_stream
        day["skips"] += play.is_skip
        day["early_skips"] += play.is_early_skip
        start = play.at
        left = play.seconds or Decimal(0)
        while left > 0:
            midnight = datetime.combine(start.date() + timedelta(days=1), datetime.min.time())
            until = Decimal((midnight - start) // timedelta(milliseconds=1)) / 1000
            days[start.date()]["listening_seconds"] += min(left, until)
            days[start.date()]["listeners"].add(play.user)
            left, start = left - until, midnight
    return {
        day: figures | {"listeners": len(figures["listeners"])} for day, figures in days.items()
    }


# Few users, sessions and instants, so that ties, skips, Logouts and borders of dates are common.
instants = st.builds(
    lambda day, milliseconds: START + timedelta(days=day, milliseconds=milliseconds),
    st.integers(0, 3),
    st.one_of(
        st.sampled_from([0, 1, 29_999, 30_000, 30_001, 60_000, 86_399_000, 86_399_999, 86_340_000]),
        st.integers(0, 86_399_999),
    ),
)
listens = st.builds(
    lambda user, session, item, at, page, song, length, level: listen_event(
        user,
        session,
        item,
        at,
        page,
        song=song if page == "NextSong" else None,
        length=length if page == "NextSong" else None,
        level=level,
    ),
    st.sampled_from(["1", "2", "2", None]),
    st.sampled_from([f"s{number}" for number in range(20)]),
    st.integers(0, 5),
    instants,
    st.sampled_from(["NextSong", "NextSong", "NextSong", "Logout", "Home", "Help"]),
    st.sampled_from(["Alpha", "Beta"]),
    st.sampled_from(["0", "29.9995", "30", "60.0005", "200.12345", "5000", "86400", None]),
    st.sampled_from(["free", "paid"]),
)
