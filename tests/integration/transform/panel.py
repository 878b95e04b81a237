"""Members of a panel and a schedule as producers would send them, and the rules in plain Python."""

import csv
import io
import json
import os
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

from ingest.settings import PROJECT_DIR
from tests.warehouse import Warehouse

FIELDS = (
    "viewer", "household", "birth_year", "gender", "region", "weight", "valid_from", "name", "email",
)  # fmt: skip
WRITTEN = datetime(2024, 1, 1, tzinfo=UTC)
"""When the store has the first drop, unless it is told otherwise."""


def profile(viewer: str, valid_from: str, **said: object) -> dict:
    """One row of the feed; what isn't said is empty."""
    return {"viewer": viewer, "valid_from": valid_from, **said}


def deliver_profiles(warehouse: Warehouse, name: str, profiles: Iterable[dict]) -> None:
    """One drop of viewer_profiles, loaded."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(profiles)
    _deliver(warehouse, f"viewer_profiles_{name}.csv", text.getvalue())


def slot(channel: str, programme: str, start: str, end: str) -> dict:
    """One row of the schedule; times as in '2024-01-01 20:00', in UTC."""
    return {"channel": channel, "programme": programme, "start": f"{start}Z", "end": f"{end}Z"}


def deliver_schedule(
    warehouse: Warehouse, name: str, slots: Iterable[dict], written: int = 0
) -> None:
    """One drop of the schedule, written so many hours after the first could be, loaded."""
    at = (WRITTEN + timedelta(hours=written)).timestamp()
    _deliver(warehouse, f"schedule_{name}.json", json.dumps(list(slots)), at)


def _deliver(warehouse: Warehouse, name: str, text: str, written: float | None = None) -> None:
    drop = warehouse.folder / "drops" / name
    drop.parent.mkdir(exist_ok=True)
    drop.write_text(text)
    if written is not None:
        os.utime(drop, (written, written))
    warehouse.load_file(drop)


def targets() -> list[dict[str, str]]:
    """The rows of the seed."""
    with (PROJECT_DIR / "seeds" / "targets.csv").open() as file:
        return list(csv.DictReader(file))


def _fits(target: dict[str, str], said: dict, day: date) -> bool:
    if target["gender"] and target["gender"] != said.get("gender"):
        return False
    if target["region"] and target["region"].upper() != str(said.get("region") or "").upper():
        return False
    if not target["age_from"] and not target["age_to"]:
        return True
    if not said.get("birth_year"):
        return False
    age = day.year - said["birth_year"]
    return int(target["age_from"] or 0) <= age <= int(target["age_to"] or 999)


def profile_on(profiles: Iterable[dict], viewer: str, day: date) -> dict | None:
    """The one valid on the date: the last that began by then."""
    begun = [
        each
        for each in profiles
        if each["viewer"] == viewer and date.fromisoformat(each["valid_from"]) <= day
    ]
    return max(begun, key=lambda each: each["valid_from"]) if begun else None


def membership(
    profiles: list[dict], first_events: dict[str, date], days: Iterable[date]
) -> tuple[set[tuple[str, str, date]], dict[tuple[date, str], float]]:
    """Who is in which target on which of the dates, and each target's universe of known viewers.

    Of profiles of a viewer that begin on one date there must be one only.
    """
    members, universe = set(), {}
    viewers = {each["viewer"] for each in profiles} | first_events.keys()
    for day in days:
        for target in targets():
            persons = 0.0
            for viewer in viewers:
                said = profile_on(profiles, viewer, day)
                known = said is not None or first_events.get(viewer, date.max) <= day
                if known if target["target"] == "all" else said and _fits(target, said, day):
                    members.add((target["target"], viewer, day))
                    weight = said.get("weight") if said else None
                    persons += 1 if weight is None else weight
            universe[day, target["target"]] = persons
    return members, universe


def found_membership(
    execute: Callable[[str], list[tuple]], days: Iterable[date]
) -> set[tuple[str, str, date]]:
    """What the vault says, date by date."""
    stretches = execute(
        "select target, viewer_id, first_date, last_date from vault.target_membership"
        " inner join vault.hub_viewer using (viewer_hk)"
    )
    found = [
        (target, viewer, day)
        for target, viewer, first, last in stretches
        for day in days
        if first <= day <= last
    ]
    assert len(found) == len(set(found))
    return set(found)
