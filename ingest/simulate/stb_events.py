"""The feed `stb_events`: one drop of JSON lines per date, with the flaws real deliveries have."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from ingest.simulate.market import SATELLITES, SPELLINGS_PER_CHANNEL, VARIED_EVERY, market_of
from ingest.simulate.plan import SimulationPlan
from ingest.simulate.viewing import (
    CODES,
    DAY_SECONDS,
    EPOCH_ORDINAL,
    Boxes,
    blocks_of,
    events_of,
)
from ingest.simulate.writing import Drop, join_files, new_file

LATE_DAYS, LATE_DAYS_SHARES = (1, 2, 3), (0.7, 0.2, 0.1)
REPEATED_NEXT_DAY_SHARE = 0.2
VARIED_SHARE = 0.15
"""Share of a varied channel's events in another than the usual spelling."""
LOCATED_SHARE = 0.55
"""Share of boxes of the newer kind: they tell position, satellite and when they were indexed."""
CITIES = ((46.7152, 24.6537), (39.2192, 21.5169), (31.2357, 30.0444), (55.2708, 25.2048))
"""Longitude and latitude of where boxes stand."""
BAD_TIMES = ("25:61:00", "noon", "7:5", "")
BAD_CODES = ("REBOOT", "SSTARTED", "")
SECONDS_OF_DAY = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(DAY_SECONDS)]

TO_JSON_LINES = """
copy (
    select
        mac,
        eventdate,
        eventtime,
        chname,
        case when chname is not null then programme::varchar end as program_id,
        geo_location,
        code,
        sat,
        ? as ts,
        case
            when geo_location is not null
                then replace(epoch_ms(indexed_ms)::varchar, ' ', 'T') || '+00:00'
        end as indextime
    from delivered
) to '{path}' (format json)
"""


def write(folder: Path, plan: SimulationPlan) -> Iterator[Drop]:
    """Write a drop per date: its events but the late ones, late ones of earlier dates, repeats.

    The evening before the first date is simulated too, so that sessions running over midnight are
    there on the first date as on any other.
    """
    feed = _Feed(plan)
    feed.produce(plan.start - timedelta(days=1))
    for day in plan.dates:
        feed.produce(day)
        drop = feed.deliver(day, folder / "stb_events" / f"stb_events_{day:%Y%m%d}.json")
        if drop is not None:
            yield drop


class _Feed:
    """Events produced and not yet delivered, per block of boxes and drop."""

    def __init__(self, plan: SimulationPlan) -> None:
        self.plan = plan
        self.market = market_of(plan)
        self.blocks = blocks_of(plan, self.market)
        self.positions = [_positions(plan, boxes) for boxes in self.blocks]
        self.macs = [
            [
                hashlib.md5(f"{plan.seed}:{number}".encode(), usedforsecurity=False).hexdigest()
                for number in range(boxes.first, boxes.first + boxes.size)
            ]
            for boxes in self.blocks
        ]
        self.waiting: dict[tuple[int, int], list[pd.DataFrame]] = defaultdict(list)
        self.duckdb = duckdb.connect()

    def produce(self, day: date) -> None:
        """Simulate the sessions that start on a date and put their events up for delivery."""
        for boxes in self.blocks:
            events = self._flawed(events_of(self.plan, self.market, boxes, day), boxes, day)
            first = self.plan.start.toordinal() - EPOCH_ORDINAL
            events = events[events["at"].to_numpy() // DAY_SECONDS >= first]
            for drop_day, part in events.groupby("drop_day"):
                self.waiting[boxes.number, int(drop_day)].append(part)

    def deliver(self, day: date, path: Path) -> Drop | None:
        """Write what is due on a date; nothing due, no drop."""
        ordinal = day.toordinal() - EPOCH_ORDINAL
        due = [(boxes, self.waiting.pop((boxes.number, ordinal), [])) for boxes in self.blocks]
        due = [(boxes, events) for boxes, events in due if events]
        if not due:
            return None
        rows, parts = 0, []
        with new_file(path) as temporary:
            for boxes, events in due:
                part = temporary.with_name(f"{boxes.number}_{temporary.name}")
                rows += self._write(pd.concat(events, ignore_index=True), boxes, day, part)
                parts.append(part)
            join_files(parts, temporary)
        return Drop(path, rows)

    def _flawed(self, events: pd.DataFrame, boxes: Boxes, day: date) -> pd.DataFrame:
        """Add how each event is spelt, when indexed and delivered; repeat and delay some."""
        random = self.plan.random("delivery", day.toordinal(), boxes.number)
        size = len(events)
        at, channel = events["at"].to_numpy(), events["channel"].to_numpy()
        event_day = at // DAY_SECONDS
        tuned = channel >= 0

        varied = (random.random(size) < VARIED_SHARE) & (channel % VARIED_EVERY == 0) & tuned
        variant = np.where(varied, random.integers(1, SPELLINGS_PER_CHANNEL, size), 0)
        events["spelling"] = np.where(
            tuned, channel.astype(np.int32) * SPELLINGS_PER_CHANNEL + variant, -1
        )
        events["programme"] = self.market.on_air(channel, at)

        late = random.random(size) < self.plan.late_share
        drop_day = event_day + np.where(late, random.choice(LATE_DAYS, size, p=LATE_DAYS_SHARES), 0)
        on_time_ms = at * 1_000 + 30_000 + random.exponential(60_000, size).astype(np.int64)
        late_ms = (drop_day * DAY_SECONDS + random.integers(0, DAY_SECONDS, size)) * 1_000
        events["indexed_ms"] = np.where(late, late_ms, on_time_ms)
        events["drop_day"] = drop_day
        events["arrived_ms"] = events["indexed_ms"]

        again = events[random.random(size) < self.plan.duplicate_share].copy()
        again["drop_day"] += random.random(len(again)) < REPEATED_NEXT_DAY_SHARE
        again["arrived_ms"] += random.exponential(600_000, len(again)).astype(np.int64)
        return pd.concat([events, again], ignore_index=True)

    def _write(self, events: pd.DataFrame, boxes: Boxes, day: date, path: Path) -> int:
        """Write one block's rows in order of arrival; return their number."""
        random = self.plan.random("bad", day.toordinal(), boxes.number)
        good = len(events)
        bad = round(good * self.plan.bad_share / (1 - self.plan.bad_share))
        spoilt = random.integers(0, good, bad)
        order = np.concatenate([np.arange(good), spoilt])
        arrived = events["arrived_ms"].to_numpy()[order]
        kind = np.concatenate([np.zeros(good, np.int8), random.integers(1, 4, bad, np.int8)])
        sorting = np.argsort(arrived, kind="stable")
        events, kind = events.iloc[order[sorting]], kind[sorting]
        self.duckdb.register("delivered", self._columns(events, kind, boxes, random))
        try:
            quoted = str(path).replace("'", "''")
            self.duckdb.execute(TO_JSON_LINES.format(path=quoted), [self._exported(day)])
        finally:
            self.duckdb.unregister("delivered")
        return len(events)

    def _exported(self, day: date) -> str:
        """When the platform exported a drop: two hours after its date, in epoch seconds."""
        midnight = (day.toordinal() - EPOCH_ORDINAL + 1) * DAY_SECONDS
        fraction = self.plan.random("export", day.toordinal()).random()
        return f"{midnight + 7_200 + fraction:.7f}"

    def _columns(
        self, events: pd.DataFrame, kind: np.ndarray, boxes: Boxes, random: np.random.Generator
    ) -> pd.DataFrame:
        """Columns for DuckDB; text as codes and their few values. Kind 0 is good; 1, 2, 3 spoil."""
        at, code = events["at"].to_numpy(), events["code"].to_numpy()
        box = events["box"].to_numpy() - boxes.first
        position = self.positions[boxes.number]
        located = position.codes[box] >= 0
        tuned = events["channel"].to_numpy() >= 0
        satellite = np.where(
            located,
            self.market.satellites[events["channel"].to_numpy()],
            SATELLITES.index("ARABSAT"),
        )
        days, day_codes = np.unique(at // DAY_SECONDS, return_inverse=True)
        dates = [date.fromordinal(int(number) + EPOCH_ORDINAL).isoformat() for number in days]
        wrong_time = DAY_SECONDS + random.integers(0, len(BAD_TIMES), len(kind))
        wrong_code = len(CODES) + random.integers(0, len(BAD_CODES), len(kind))
        columns = {
            "mac": (np.where(kind == 3, -1, box), self.macs[boxes.number]),
            "eventdate": (day_codes, dates),
            "eventtime": (
                np.where(kind == 1, wrong_time, at % DAY_SECONDS),
                [*SECONDS_OF_DAY, *BAD_TIMES],
            ),
            "chname": (events["spelling"].to_numpy(), self.market.spellings),
            "geo_location": (position.codes[box], list(position.categories)),
            "code": (np.where(kind == 2, wrong_code, code), [*CODES, *BAD_CODES]),
            "sat": (np.where(tuned, satellite, -1), list(SATELLITES)),
        }
        frame = {name: _text(codes, values) for name, (codes, values) in columns.items()}
        frame["programme"] = events["programme"].to_numpy()
        frame["indexed_ms"] = events["indexed_ms"].to_numpy()
        return pd.DataFrame(frame)


def _text(codes: np.ndarray, values: list[str]) -> pd.Categorical:
    """The values at these codes, null for -1; values without a row are left out, as they cost."""
    used = np.flatnonzero(np.bincount(codes + 1, minlength=len(values) + 1)[1:])
    renumbered = np.full(len(values) + 1, -1, np.int32)
    renumbered[used] = np.arange(len(used))
    categories = pd.Index([values[i] for i in used.tolist()], dtype=object)
    return pd.Categorical.from_codes(renumbered[codes], categories=categories)


def _positions(plan: SimulationPlan, boxes: Boxes) -> pd.Categorical:
    """Position of each box of a block as delivered; null for the older kind of box."""
    random = plan.random("positions", boxes.number)
    located = random.random(boxes.size) < LOCATED_SHARE
    city = np.array(CITIES)[random.integers(0, len(CITIES), boxes.size)]
    place = (city + random.normal(0, 0.1, (boxes.size, 2))).round(4).tolist()
    return pd.Categorical(
        [str(where) if known else None for where, known in zip(place, located, strict=True)]
    )
