"""The feed `schedule`: what each date will show, announced the evening before, then corrected."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from ingest.simulate.delivery import LATE_DAYS, LATE_DAYS_SHARES, with_broken, with_repeats
from ingest.simulate.market import HALF_HOUR, HALF_HOURS_PER_WEEK, Market, half_hour_of, market_of
from ingest.simulate.plan import DAY_SECONDS, SimulationPlan, day_number
from ingest.simulate.writing import Drop, text, write_drop

ANNOUNCED_AT_SECONDS = -6 * 3_600
CORRECTED_AT_SECONDS = 6 * 3_600
DELAY_SECONDS = 600
OTHER_PROGRAMME, BEGINS_LATER, ENDS_EARLIER, CANCELLED = range(4)
"""What an announcement says: another programme, a later start, an earlier end, or one more."""
NO_CHANNEL, WRONG_START, NO_END = FAULTS = 1, 2, 3
INSTANT = "'%Y-%m-%dT%H:%M:%SZ'"
AS_DELIVERED = f"""
select
    case when fault <> {NO_CHANNEL} then channel_name end as channel,
    programme::varchar as programme,
    case
        when fault = {WRONG_START} then 'tonight'
        else strftime(make_timestamp(start_at * 1000000), {INSTANT})
    end as start,
    case when fault <> {NO_END} then strftime(make_timestamp(end_at * 1000000), {INSTANT}) end
        as "end"
from delivered
"""


def write(folder: Path, plan: SimulationPlan) -> Iterator[Drop]:
    """Write what is announced for each date, and drops of corrections from the day after on.

    A correction tells the whole date of a channel again, as it was broadcast; some come late.
    """
    corrections: dict[int, list[pd.DataFrame]] = defaultdict(list)
    for day in plan.dates:
        random = plan.random("schedule", day.toordinal())
        slots = slots_of(market_of(plan), day)
        is_wrong = random.random(len(slots)) < plan.correction_share
        announced = _announced(slots, is_wrong, random)
        path = folder / "schedule" / f"schedule_{day:%Y%m%d}.json"
        yield _drop(path, plan, day, announced, ANNOUNCED_AT_SECONDS)
        channels = np.unique(slots["channel"][is_wrong])
        is_late = random.random(len(channels)) < plan.late_share
        days_late = random.choice(LATE_DAYS, len(channels), p=LATE_DAYS_SHARES)
        told = 1 + np.where(is_late, days_late, 0)
        for days in np.unique(told).tolist():
            corrected = slots[slots["channel"].isin(channels[told == days])]
            corrections[day_number(day) + days].append(corrected.assign(is_late=days > 1))
        if due := corrections.pop(day_number(day), None):
            path = path.with_name(f"schedule_corrections_{day:%Y%m%d}.json")
            yield _drop(path, plan, day, pd.concat(due), CORRECTED_AT_SECONDS)


def slots_of(market: Market, day: date) -> pd.DataFrame:
    """What listed channels broadcast from on a date: channel, programme, start_at, end_at."""
    midnight = day_number(day) * DAY_SECONDS
    first = int(half_hour_of(np.array(midnight)))
    of_week = np.arange(HALF_HOURS_PER_WEEK)
    starts = np.where(market.slot_starts, of_week, HALF_HOURS_PER_WEEK)
    following = np.minimum.accumulate(starts[:, ::-1], axis=1)[:, ::-1]
    following = np.append(following[:, 1:], np.full((len(starts), 1), HALF_HOURS_PER_WEEK), axis=1)
    today = slice(first, first + DAY_SECONDS // HALF_HOUR)
    channel, half_hour = np.nonzero(market.slot_starts[:, today] & (market.schedule[:, today] > 0))
    return pd.DataFrame(
        {
            "channel": channel,
            "programme": market.schedule[channel, first + half_hour],
            "start_at": midnight + half_hour * HALF_HOUR,
            "end_at": midnight + (following[channel, first + half_hour] - first) * HALF_HOUR,
            "is_late": False,
        }
    )


def _announced(
    slots: pd.DataFrame, is_wrong: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:
    """The slots, those that are wrong each in one of the ways."""
    way = np.where(is_wrong, random.integers(0, CANCELLED + 1, len(slots)), -1)
    other = slots["programme"].sample(frac=1, random_state=random).to_numpy()
    announced = slots.assign(
        programme=np.where(way == OTHER_PROGRAMME, other, slots["programme"]),
        start_at=slots["start_at"] + DELAY_SECONDS * (way == BEGINS_LATER),
        end_at=slots["end_at"]
        - DELAY_SECONDS * (way == ENDS_EARLIER)
        - HALF_HOUR // 2 * (way == CANCELLED),
    )
    extra = announced[way == CANCELLED]
    extra = extra.assign(start_at=extra["end_at"], end_at=extra["end_at"] + HALF_HOUR // 2)
    return pd.concat([announced, extra], ignore_index=True)


def _drop(path: Path, plan: SimulationPlan, day: date, slots: pd.DataFrame, seconds: int) -> Drop:
    """A drop that the store got so many seconds from midnight of a date."""
    random = plan.random(f"{path.name} delivery")
    slots = slots.sort_values(["channel", "start_at"], kind="stable", ignore_index=True)
    rows = with_broken(with_repeats(slots, plan, random), len(FAULTS), plan, random)
    names = text(rows["channel"].to_numpy(), market_of(plan).names)
    return write_drop(
        path,
        rows.assign(channel_name=names),
        AS_DELIVERED,
        options="format json, array true",
        stored_at=day_number(day) * DAY_SECONDS + seconds,
    )
