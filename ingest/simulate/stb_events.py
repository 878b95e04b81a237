"""The feed `stb_events`: drops of JSON lines per date, with the flaws real deliveries have."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from ingest.simulate.delivery import Delivery
from ingest.simulate.market import SATELLITES, SPELLINGS_PER_CHANNEL, VARIED_EVERY, market_of
from ingest.simulate.plan import DAY_SECONDS, EPOCH_ORDINAL, SimulationPlan, day_number
from ingest.simulate.viewing import CITIES, CODES, Boxes, events_of, viewing_of
from ingest.simulate.writing import JSON_LINES, Drop, text, write_drop

VARIED_SHARE = 0.15
"""Share of a varied channel's events in another than the usual spelling."""
LOCATED_SHARE = 0.55
"""Share of boxes of the newer kind: they tell position, satellite and when they were indexed."""
WRONG_TIME, WRONG_CODE, NO_BOX = FAULTS = 1, 2, 3
BAD_TIMES = ("25:61:00", "noon", "7:5", "")
BAD_CODES = ("REBOOT", "SSTARTED", "")
SECONDS_OF_DAY = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(DAY_SECONDS)]

AS_DELIVERED = """
select
    mac,
    eventdate,
    eventtime,
    chname,
    case when chname is not null then programme::varchar end as program_id,
    geo_location,
    code,
    sat,
    '{exported}' as ts,
    case
        when geo_location is not null
            then replace(epoch_ms(received_ms)::varchar, ' ', 'T') || '+00:00'
    end as indextime
from delivered
"""


def write(folder: Path, plan: SimulationPlan, boxes: Boxes, part: str) -> Iterator[Drop]:
    """Write a drop per date: its events but the late ones, late ones of earlier dates, repeats.

    The evening before the first date is simulated too, so that sessions running over midnight are
    there on the first date as on any other.
    """
    delivery = Delivery(plan, "stb_events", boxes.number)
    evening = plan.start - timedelta(days=1)
    delivery.send(_events(plan, boxes, evening), evening)
    for day in plan.dates:
        delivery.send(_events(plan, boxes, day), day)
        rows = delivery.due(day, len(FAULTS))
        if rows is not None:
            yield write_drop(
                folder / "stb_events" / f"stb_events_{day:%Y%m%d}{part}.json",
                _columns(rows, plan, boxes, day),
                AS_DELIVERED.format(exported=_exported(plan, day)),
                options=JSON_LINES,
            )


def _events(plan: SimulationPlan, boxes: Boxes, day: date) -> pd.DataFrame:
    """Events of the sessions that start on a date, with what is on air and how it is spelt."""
    random = plan.random("spelling", day.toordinal(), boxes.number)
    events = events_of(viewing_of(plan, boxes, day))
    channel = events["channel"].to_numpy()
    varied = (random.random(len(channel)) < VARIED_SHARE) & (channel % VARIED_EVERY == 0)
    variant = np.where(varied, random.integers(1, SPELLINGS_PER_CHANNEL, len(channel)), 0)
    spelling = channel.astype(np.int32) * SPELLINGS_PER_CHANNEL + variant
    return events.assign(
        spelling=np.where(channel >= 0, spelling, -1),
        programme=market_of(plan).on_air(channel, events["at"].to_numpy()),
    )


def _exported(plan: SimulationPlan, day: date) -> str:
    """When the platform exported a drop: two hours after its date, in epoch seconds."""
    fraction = plan.random("export", day.toordinal()).random()
    return f"{(day_number(day) + 1) * DAY_SECONDS + 7_200 + fraction:.7f}"


def _columns(rows: pd.DataFrame, plan: SimulationPlan, boxes: Boxes, day: date) -> pd.DataFrame:
    """Columns as delivered; text as codes and their few values."""
    random = plan.random("broken", day.toordinal(), boxes.number)
    at, box, fault = (rows[name].to_numpy() for name in ("at", "box", "fault"))
    channel = rows["channel"].to_numpy()
    place = _places(plan, boxes)
    satellite = np.where(
        place.codes[box] >= 0, market_of(plan).satellites[channel], SATELLITES.index("ARABSAT")
    )
    days, day_codes = np.unique(at // DAY_SECONDS, return_inverse=True)
    dates = [date.fromordinal(int(number) + EPOCH_ORDINAL).isoformat() for number in days]
    wrong_time = DAY_SECONDS + random.integers(0, len(BAD_TIMES), len(rows))
    wrong_code = len(CODES) + random.integers(0, len(BAD_CODES), len(rows))
    columns = {
        "mac": (np.where(fault == NO_BOX, -1, box), boxes.macs),
        "eventdate": (day_codes, dates),
        "eventtime": (
            np.where(fault == WRONG_TIME, wrong_time, at % DAY_SECONDS),
            [*SECONDS_OF_DAY, *BAD_TIMES],
        ),
        "chname": (rows["spelling"].to_numpy(), market_of(plan).spellings),
        "geo_location": (place.codes[box], list(place.categories)),
        "code": (
            np.where(fault == WRONG_CODE, wrong_code, rows["code"].to_numpy()),
            [*CODES, *BAD_CODES],
        ),
        "sat": (np.where(channel >= 0, satellite, -1), SATELLITES),
    }
    kept = rows[["programme", "received_ms", "fault", "is_repeat", "is_late"]]
    return kept.assign(**{name: text(*coded) for name, coded in columns.items()})


def _places(plan: SimulationPlan, boxes: Boxes) -> pd.Categorical:
    """Position of each box of a block as delivered; null for the older kind of box."""
    random = plan.random("positions", boxes.number)
    located = random.random(boxes.size) < LOCATED_SHARE
    place = (
        (np.array(CITIES)[boxes.city] + random.normal(0, 0.1, (boxes.size, 2))).round(4).tolist()
    )
    return pd.Categorical(
        [str(where) if known else None for where, known in zip(place, located, strict=True)]
    )
