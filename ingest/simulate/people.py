"""The panel: the members of some boxes' households, who they are and when they are in it."""

import numpy as np
import pandas as pd

from ingest.simulate.plan import SimulationPlan, day_number
from ingest.simulate.viewing import Boxes

HOUSEHOLD_SIZES, HOUSEHOLD_SIZE_SHARES = (1, 2, 3, 4, 5), (0.25, 0.3, 0.2, 0.15, 0.1)
FIRST_HOUSEHOLD = 100_000
REGIONS = ("Central", "West", "North", "East")
"""One for each of the cities that boxes stand in."""
GENDERS = ("female", "male")
KNOWN_GENDER_SHARE = 0.98
GIVEN_NAMES = ("Amal", "Dana", "Farid", "Huda", "Karim", "Lina", "Nadim", "Rana", "Sami", "Zain")
FAMILY_NAMES = ("Abbas", "Darwish", "Fares", "Haddad", "Khalil", "Mansour", "Nasser", "Saleh")
MEAN_WEIGHT, WEIGHT_SPREAD = 1_000.0, 0.3
NEWCOMER_SHARE, NEWCOMERS_WITHIN_DAYS = 0.05, 28
MEAN_STAY_DAYS = 700
PANEL_AGE_DAYS = 30
"""The members of the first date joined this long before it."""


def panel_of(plan: SimulationPlan, boxes: Boxes) -> pd.DataFrame:
    """The members of the panel in the households of a block's boxes, a row each.

    Columns: box (within the block), household, viewer, birth_year, gender, region (index into
    REGIONS), weight, name, email, joined and left (days since 1970-01-01; viewing from the one to
    before the other is in the panel).
    """
    random = plan.random("panel", boxes.number)
    panel_boxes = np.flatnonzero(random.random(boxes.size) < plan.panel_share)
    sizes = random.choice(HOUSEHOLD_SIZES, len(panel_boxes), p=HOUSEHOLD_SIZE_SHARES)
    box = np.repeat(panel_boxes, sizes)
    person = np.concatenate([np.arange(1, size + 1) for size in sizes] or [np.arange(0)])
    size = len(box)
    household = (FIRST_HOUSEHOLD + boxes.first + box).astype(str)
    viewer = np.char.add(np.char.add(household, "-"), person.astype(str))
    age = np.where(person <= 2, random.integers(20, 85, size), random.integers(4, 25, size))
    gender = np.array(GENDERS, dtype=object)[random.integers(0, len(GENDERS), size)]
    gender[random.random(size) >= KNOWN_GENDER_SHARE] = None
    given = np.array(GIVEN_NAMES)[random.integers(0, len(GIVEN_NAMES), size)]
    family = np.repeat(
        np.array(FAMILY_NAMES)[random.integers(0, len(FAMILY_NAMES), len(sizes))], sizes
    )
    first_day = day_number(plan.start)
    is_newcomer = random.random(size) < NEWCOMER_SHARE
    joined = np.where(
        is_newcomer,
        first_day + random.integers(1, NEWCOMERS_WITHIN_DAYS, size),
        first_day - PANEL_AGE_DAYS,
    )
    stayed = 1 + random.exponential(MEAN_STAY_DAYS, size).astype(np.int64)
    return pd.DataFrame(
        {
            "box": box,
            "household": household.astype(object),
            "viewer": viewer.astype(object),
            "birth_year": plan.start.year - age,
            "gender": gender,
            "region": boxes.city[box],
            "weight": weights(random, size),
            "name": [f"{first} {last}" for first, last in zip(given, family, strict=True)],
            "email": [f"{v}@example.com" for v in viewer],
            "joined": joined,
            "left": np.maximum(joined, first_day) + stayed,
        }
    )


def weights(random: np.random.Generator, size: int) -> np.ndarray:
    """How many persons members stand for."""
    mean = np.log(MEAN_WEIGHT) - WEIGHT_SPREAD**2 / 2
    return random.lognormal(mean, WEIGHT_SPREAD, size).round(2)
