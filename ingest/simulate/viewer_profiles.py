"""The feed `viewer_profiles`: who is in the panel, then what changes, some of it told late."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from ingest.simulate.delivery import Delivery
from ingest.simulate.people import REGIONS, panel_of, weights
from ingest.simulate.plan import DAY_SECONDS, SimulationPlan, day_number
from ingest.simulate.viewing import blocks_of
from ingest.simulate.writing import Drop, write_drop

CHANGED_SHARE = 0.02
"""Share of members whose profile changes on a date."""
MOVED_SHARE = 0.25
"""Share of those changes that are a move to another region; the others are a new weight."""
LATE_TIMES = 10
"""A change is as likely to come late as one of so many events: people tell weeks after a move."""
TOLD_AT_SECONDS = 8 * 3_600
WRONG_GENDER, WRONG_YEAR, NO_VIEWER, WRONG_DATE = FAULTS = 1, 2, 3, 4
AS_DELIVERED = f"""
select
    case when fault <> {NO_VIEWER} then viewer end as viewer,
    household,
    case when fault = {WRONG_YEAR} then -birth_year else birth_year end as birth_year,
    case when fault = {WRONG_GENDER} then 'unknown' else gender end as gender,
    {list(REGIONS)}[region + 1] as region,
    weight,
    case when fault = {WRONG_DATE} then 'soon' else valid_from::varchar end as valid_from,
    name,
    email
from (select * replace (date '1970-01-01' + valid_from::integer as valid_from) from delivered)
"""


def write(folder: Path, plan: SimulationPlan) -> Iterator[Drop]:
    """Write the whole panel on the first date, then a drop of changes for each date that has any.

    Who joins gets a profile on that date, who leaves one of weight 0.
    """
    members = pd.concat([panel_of(plan, boxes) for boxes in blocks_of(plan)], ignore_index=True)
    delivery = Delivery(plan, "viewer_profiles")
    change_late_share = 1 - (1 - plan.late_share) ** LATE_TIMES
    for day in plan.dates:
        if day == plan.start:
            there = members["joined"] <= day_number(day)
            told = members[there].assign(valid_from=members["joined"])
            late_share = 0.0
        else:
            members, told = _changed(members, plan, day)
            late_share = change_late_share
        delivery.send(
            told.assign(at=day_number(day) * DAY_SECONDS + TOLD_AT_SECONDS), day, late_share
        )
        rows = delivery.due(day, len(FAULTS))
        if rows is not None:
            path = folder / "viewer_profiles" / f"viewer_profiles_{day:%Y%m%d}.csv"
            yield write_drop(path, rows, AS_DELIVERED)


def _changed(
    members: pd.DataFrame, plan: SimulationPlan, day: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The members as of a date, and the profiles that are new on it."""
    random, today = plan.random("profiles", day.toordinal()), day_number(day)
    size = len(members)
    joins, leaves = members["joined"] == today, members["left"] == today
    there = (members["joined"] < today) & (members["left"] > today)
    changes = there & (random.random(size) < CHANGED_SHARE)
    moves = changes & (random.random(size) < MOVED_SHARE)
    elsewhere = (members["region"] + random.integers(1, len(REGIONS), size)) % len(REGIONS)
    weight = np.where(changes & ~moves, weights(random, size), members["weight"])
    members = members.assign(
        region=np.where(moves, elsewhere, members["region"]),
        weight=np.where(leaves, 0.0, weight),
    )
    return members, members[joins | leaves | changes].assign(valid_from=today)
