"""Drops to compare engines with: simulated, real, and of events that engines could see unlike."""

import json
import random
from datetime import date
from pathlib import Path

from ingest.simulate import SimulationPlan, simulate
from tests.integration.transform.sessions import drop, made

PLAN = SimulationPlan(
    days=6, boxes=40, start=date(2024, 1, 2), late_share=0.05, duplicate_share=0.05, bad_share=0.01
)
LATER_REFERENCES = SimulationPlan(days=1, boxes=1, seed=2, start=date(2024, 1, 9))
CODES = ("SSTART", "ELWS", "ELWS", "SALIVE", "SALIVE", "SSTAND")
FRACTIONS = ("", ".5", ".000001", ".999999", ".333333")
BOXES = ("box 1", "box\u00a02", "BOX 1", "kutu \u0131")
CHANNELS = (
    None, "Nile ß", "NILE ß", "nile\u00a0 ß", "İstanbul", "istanbul", "\u0131stanbul", " a|b",
    'a"|"b', "É", "E\u0301", "\uff21", "\u2003em", "x\t\tY", "قناة", "\U0001f4fa",
)  # fmt: skip
PROGRAMMES = (None, "7", "é7", "E\u03017")
SATELLITES = (None, "NILESAT", "nilesat")


def deliveries(folder: Path, real: Path | None) -> list[list[Path]]:
    """The drops of each of four loads: one date comes after the next, reference data changes."""
    simulate(folder / "first", PLAN)
    simulate(folder / "later", LATER_REFERENCES)
    events = sorted((folder / "first" / "stb_events").iterdir())
    loads = [
        [folder / "first" / "channels", folder / "first" / "programmes", *events[:3]],
        [folder / "later" / "programmes", events[4], _sessions(folder / "tv_sessions_1.csv", 1)],
        [folder / "later" / "channels", events[3]],
        [
            events[5],
            _awkward_events(folder / "stb_events_awkward.json"),
            _sessions(folder / "tv_sessions_2.csv", 2),
        ],
    ]
    if real is not None:
        first, second, third = sorted((real / "stb_events").glob("events_*.json"))
        late = [third, first, real / "programmes", second]
        loads = [[*drops, drop] for drops, drop in zip(loads, late, strict=True)]
    return loads


def _sessions(path: Path, seed: int) -> Path:
    """Sessions that overlap, repeat and go on; seeds share session ids."""
    chance = random.Random(seed)  # noqa: S311 - the same sessions each time
    path.write_text(drop(made(chance, 20) for _ in range(300)), encoding="utf-8")
    return path


def _awkward_events(path: Path) -> Path:
    """Fractions of seconds, ties, and names that collations order and fold each in their way."""
    chance = random.Random(5)  # noqa: S311 - the same events each time
    with path.open("w", encoding="utf-8") as file:
        for _ in range(600):
            code = chance.choice(CODES)
            is_tuned = code not in ("SSTART", "SSTAND")
            clock = f"{chance.randint(18, 23)}:{chance.randint(0, 59):02}:00"
            event = {
                "mac": chance.choice(BOXES),
                "eventdate": f"2024-01-0{chance.randint(3, 6)}",
                "eventtime": clock + chance.choice(FRACTIONS),
                "chname": chance.choice(CHANNELS) if is_tuned else None,
                "program_id": chance.choice(PROGRAMMES) if is_tuned else None,
                "code": code,
                "sat": chance.choice(SATELLITES),
            }
            file.write(json.dumps(event) + "\n")
    return path
