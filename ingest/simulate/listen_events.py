"""The feed `listen_events`: drops of JSON lines per date, as eventsim writes its logs."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from ingest.simulate.catalogue import songs_of
from ingest.simulate.delivery import Delivery
from ingest.simulate.listening import PAGES, Listeners, events_of, listeners_of
from ingest.simulate.people import FAMILY_NAMES, FIRST_HOUSEHOLD, GIVEN_NAMES
from ingest.simulate.plan import SimulationPlan
from ingest.simulate.viewing import Boxes
from ingest.simulate.visits import AGENTS
from ingest.simulate.writing import Drop, text, write_drop

PLACES = ("Riyadh, SA", "Jeddah, SA", "Alexandria-Cairo, EG", "Dubai, AE")
"""One for each of the cities that boxes stand in."""
BLANK_LINE_EVERY = 200
LINES = "format csv, header false, quote '', escape '', delimiter '\x01'"
"""Text as it is, so that lines can be blank."""
WRONG_TIME, NO_SESSION, NO_PAGE, WRONG_LENGTH = FAULTS = 1, 2, 3, 4
AS_DELIVERED = f"""
select
    to_json({{
        artist: artist,
        auth: case when is_known then 'Logged In' else 'Logged Out' end,
        firstName: given_name,
        gender: gender,
        itemInSession: item,
        lastName: family_name,
        length: case when fault = {WRONG_LENGTH} then -1 else length end,
        level: case when is_paid then 'paid' else 'free' end,
        location: place,
        method: request_method,
        page: case when fault <> {NO_PAGE} then page_name end,
        registration: registered_ms::double,
        sessionId: case when fault <> {NO_SESSION} then session end,
        song: song_title,
        status: request_status::integer,
        ts: case when fault = {WRONG_TIME} then -at_ms else at_ms end,
        userAgent: '"' || user_agent || '"',
        userId: coalesce(account, '')
    }})::varchar
    || case when at_ms % {BLANK_LINE_EVERY} = 0 then chr(10) else '' end as line
from delivered
"""


def write(folder: Path, plan: SimulationPlan, boxes: Boxes, part: str) -> Iterator[Drop]:
    """Write a drop per date, as stb_events does, of what happened on it."""
    listeners = listeners_of(plan, boxes, len(AGENTS))
    delivery = Delivery(plan, "listen_events", boxes.number)
    for day in (plan.start - timedelta(days=1), *plan.dates):
        delivery.send(_events(plan, listeners, boxes, day), day)
        rows = None if day < plan.start else delivery.due(day, len(FAULTS))
        if rows is not None:
            path = folder / "listen_events" / f"listen_events_{day:%Y%m%d}{part}.json"
            columns = _columns(rows, plan, listeners, boxes)
            yield write_drop(path, columns, AS_DELIVERED, options=LINES)


def _events(plan: SimulationPlan, listeners: Listeners, boxes: Boxes, day: date) -> pd.DataFrame:
    events = events_of(plan, listeners, boxes, day)
    return events.assign(at=events["at_ms"] // 1_000)


def _columns(
    rows: pd.DataFrame, plan: SimulationPlan, listeners: Listeners, boxes: Boxes
) -> pd.DataFrame:
    """Columns as delivered but for numbers; of who isn't signed in, nothing is known."""
    listener, is_known = rows["listener"].to_numpy(), rows["is_known"].to_numpy()
    box, page, song = listeners.box[listener], rows["page"].to_numpy(), rows["song"].to_numpy()
    accounts = [str(FIRST_HOUSEHOLD + boxes.first + number) for number in range(boxes.size)]
    names, methods, statuses = zip(*PAGES, strict=True)
    songs = songs_of(plan)
    of_listener = {
        "account": (box, accounts),
        "given_name": (listeners.given_name[listener], GIVEN_NAMES),
        "family_name": (listeners.family_name[listener], FAMILY_NAMES),
        "gender": (listeners.is_female[listener].astype(np.int64), ("M", "F")),
        "place": (boxes.city[box], PLACES),
        "user_agent": (listeners.agent[listener], [agent for _, agent in AGENTS]),
    }
    columns = {
        "page_name": (page, names),
        "request_method": (page, methods),
        "request_status": (page, [str(status) for status in statuses]),
        "song_title": (song, songs["title"].tolist()),
        "artist": (song, songs["artist_name"].tolist()),
    } | {
        name: (np.where(is_known, codes, -1), texts) for name, (codes, texts) in of_listener.items()
    }
    registered = pd.Series(listeners.registered_ms[listener], dtype="Int64").mask(~is_known)
    length = pd.Series(songs["duration"].to_numpy()[song]).mask(song < 0)
    return rows.assign(
        registered_ms=registered,
        length=length,
        **{name: text(*coded) for name, coded in columns.items()},
    )
