"""Drops to compare engines with: simulated, real, and of events that engines could see unlike."""

import json
import os
import random
from datetime import date, timedelta
from pathlib import Path

from ingest.simulate import SimulationPlan, simulate
from tests.integration.transform.events import START
from tests.integration.transform.listen_events import listen_event
from tests.integration.transform.sessions import drop, made
from tests.integration.transform.web_events import web_event

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
WEB_EVENTS = (
    "page_view", "PAGE_VIEW", "page_ping", "CLICK", "play", "heartbeat", "heartbeat", "seek",
    "ended", "search",
)  # fmt: skip


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
    loads = [[*drops, *panel] for drops, panel in zip(loads, _panel(folder), strict=True)]
    loads = [
        [*drops, *_site(folder, number), *_songs(folder, number)]
        for number, drops in enumerate(loads, 1)
    ]
    if real is not None:
        first, second, third = sorted((real / "stb_events").glob("events_*.json"))
        late = [third, first, real / "programmes", second]
        loads = [[*drops, drop] for drops, drop in zip(loads, late, strict=True)]
    return loads


def _panel(folder: Path) -> list[list[Path]]:
    """Profiles of each load, the first of them last, and a schedule that is corrected."""
    profiles = {
        "2": ["box 1,a,1990,male,Nörd,2.5,2024-01-04"],
        "1": ["box 1,b,1990,male,nord,1,2024-01-02", "BOX 1,b,,female,,,2024-01-03"],
        "3": ["box 1,,2006,,NORD,1200.000001,2024-01-05", "other,c,1959,female,,0,2020-02-29"],
        "4": ["box 1,a,1990,male,Nörd,2.5,2024-01-06"],
    }
    loads = []
    for name, lines in profiles.items():
        people = folder / f"viewer_profiles_{name}.csv"
        head = "viewer,household,birth_year,gender,region,weight,valid_from"
        people.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
        slots = folder / f"schedule_{name}.json"
        last = 18 + int(name)
        hours = [{"start": f"2024-01-04T{hour}:00:00+02:00"} for hour in range(17, last)]
        ends = f"2024-01-04T{last}:30:00.5Z"
        told = [hour | {"channel": "istanbul", "programme": "é7", "end": ends} for hour in hours]
        slots.write_text(json.dumps(told))
        os.utime(slots, (1_704_000_000 + int(name),) * 2)
        loads.append([people, slots])
    return loads


def _site(folder: Path, number: int) -> list[Path]:
    """Visits to a site with videos and articles; half of each load's come in the next too."""
    rows = [*_visits(number), *_visits(number - 1)[::2]]
    names = (f"web_events_{number}.json", f"titles_{number}.json", f"campaign_spend_{number}.csv")
    web, titles, spend = (folder / name for name in names)
    web.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    kinds = (("f1", "VIDEO", 600 + number, "DİZİ"), ("f2", "video", None, None))
    told = [*kinds, ("a1", "ARTICLE", None, f"haber {number}")]
    fields = ("title", "kind", "length", "genre")
    titles.write_text(json.dumps([dict(zip(fields, title, strict=True)) for title in told]))
    cost = f"2024-01-0{number + 1},\u0131ş\u0131k,{number}.25,TRY"
    spend.write_text(f"date,campaign,amount,currency\n{cost}\n", encoding="utf-8")
    return [web, titles, spend]


def _visits(seed: int) -> list[dict]:
    """Sign-ins, the site's own sessions, players, pings; texts that engines could fold unlike."""
    chance = random.Random(seed)  # noqa: S311 - the same visits each time
    return [
        web_event(
            f"{seed}-{n}",
            START + timedelta(days=chance.randint(1, 4), seconds=60 * chance.randrange(300)),
            chance.choice(WEB_EVENTS),
            page=chance.choice(("/", "/HOME", "/Haber?İ=1", "a1", None)),
            visitor_id=chance.choice((None, *(f"v{visitor}" for visitor in range(12)))),
            account_id=chance.choice((None, None, None, "\u01311", "I1")),
            session_id=chance.choice((*[None] * 9, "s1", f"s{n % 7}")),
            title=chance.choice((None, "f1", "f2", "a1", "a1")),
            position=chance.randrange(700),
            length_seconds=chance.choice((None, 650)),
            referrer=chance.choice((None, "https://Iş\u0131k.EXAMPLE/İ?x=1")),
            utm_source=chance.choice((None, None, "Iş\u0131k")),
            utm_campaign=chance.choice((None, None, "Iş\u0131k", "\u0131ş\u0131k")),
            device=chance.choice((None, "mobile", "İPAD")),
            country=chance.choice((None, "TR")),
            is_key_event=chance.choice((None, True)),
        )
        for n in range(300)
    ]


def _songs(folder: Path, number: int) -> list[Path]:
    """Listening to a few songs, and what is known of them."""
    chance = random.Random(number)  # noqa: S311 - the same songs each time
    events, songs = folder / f"listen_events_{number}.json", folder / f"songs_{number}.json"
    rows = [
        listen_event(
            chance.choice((None, "1", "2", "39")),
            f"s{chance.randrange(9)}",
            n,
            START + timedelta(days=chance.randint(1, 4), milliseconds=chance.randrange(86_400_000)),
            page := chance.choice(("NextSong", "NextSong", "Home", "Logout")),
            song=chance.choice(("Şark\u0131", "şark\u0131", "Z", "É"))
            if page == "NextSong"
            else None,
            length=chance.choice(("200.12345", "31.0005", None)),
            level=chance.choice(("free", "paid")),
        )
        for n in range(200)
    ]
    events.write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = {"artist_name": "Artist of Şark\u0131", "artist_latitude": 41.0 + number / 10}
    songs.write_text(
        json.dumps(told | {"title": "Şark\u0131", "duration": 200.12345, "year": 1999})
    )
    return [events, songs]


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
