"""Simulated visits of a site: pages, players, sign-ins, campaigns, and the flaws of drops."""

import gzip
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from ingest.simulate import Drop, SimulationPlan, simulate

PLAN = SimulationPlan(days=5, boxes=300, late_share=0, duplicate_share=0)
CONTRACT = Path(__file__).parents[3] / "contracts" / "web_events.yaml"
NOT_KNOWN_HERE = {"session_id", "player_id", "utm_term", "utm_content"}
PLAYER = ["play", "heartbeat", "pause", "seek", "ended"]
ACTIONS = ["click", "search", "sign_in", "subscribe"]


def read(drops: list[Drop]) -> pd.DataFrame:
    """All rows in order of delivery, by Python's own readers, with `at` and the `drop`'s date."""
    rows = []
    for drop in drops:
        with gzip.open(drop.path, "rt", encoding="utf-8") as lines:
            day = drop.path.name.split("_")[2][:8]
            rows += [json.loads(line) | {"drop": day} for line in lines]
    frame = pd.DataFrame(rows)
    return frame.assign(at=pd.to_datetime(frame.event_at, errors="coerce"))


def web_drops(folder: Path, plan: SimulationPlan) -> list[Drop]:
    return simulate(folder, plan, feeds=["web_events"])


@pytest.fixture(scope="module")
def events(tmp_path_factory) -> pd.DataFrame:
    return read(web_drops(tmp_path_factory.mktemp("drops"), PLAN))


@pytest.fixture(scope="module")
def views(events) -> pd.DataFrame:
    """Page views that were opened within the dates, each visitor's in order."""
    return events[events.event_type == "page_view"].sort_values(["visitor_id", "at"])


def test_fields_are_those_of_the_contract(events):
    contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    names = [column["name"] for column in contract["schema"][0]["properties"]]
    delivered = [name for name in events.columns if name not in ("drop", "at")]
    assert set(names) - set(delivered) == NOT_KNOWN_HERE
    assert set(delivered) <= set(names)


def test_events_have_an_id_each_and_are_in_the_drop_of_their_date(events):
    assert events.event_id.is_unique
    assert (events["at"].dt.strftime("%Y%m%d") == events["drop"]).all()
    assert events["drop"].nunique() == PLAN.days


def test_every_event_belongs_to_a_page_that_its_visitor_opened_before(events, views):
    opened = views.set_index(["visitor_id", "page_view_id"])["at"]
    assert opened.index.is_unique
    keys = pd.MultiIndex.from_frame(events[["visitor_id", "page_view_id"]])
    known = opened.reindex(keys).to_numpy()
    first = pd.to_datetime(events.page_view_id.str[3:].astype("int64"), unit="ms")
    assert (first.to_numpy() <= events["at"].dt.tz_localize(None).to_numpy()).all()
    crossed = pd.isna(known)  # pages of the evening before the first date
    assert 0 < crossed.mean() < 0.05
    assert (first[crossed] < pd.Timestamp(PLAN.start)).all()


def test_a_third_of_who_lands_on_the_home_page_does_nothing_there(events, views):
    gap = views.groupby("visitor_id")["at"].diff()
    lone = views[(gap.isna() | (gap > pd.Timedelta(hours=5)))]
    landed = lone[lone.page.str.startswith("/home")]
    assert 0.35 < len(landed) / len(lone) < 0.55
    following = events[events.event_type.isin([*PLAYER, *ACTIONS, "page_view"])]
    later = pd.merge_asof(
        landed[["visitor_id", "at", "event_id"]].sort_values("at"),
        following.assign(next_id=following.event_id, next_page=following.page).sort_values("at")[
            ["visitor_id", "at", "next_id", "next_page"]
        ],
        on="at",
        by="visitor_id",
        direction="forward",
        allow_exact_matches=False,
        tolerance=pd.Timedelta(minutes=25),
    )
    assert 0.25 < later.next_id.isna().mean() < 0.75


def test_heartbeats_are_half_a_minute_apart_and_go_on_with_the_position(events):
    player = events[events.event_type.isin(PLAYER)].sort_values(
        ["visitor_id", "page_view_id", "at"], kind="stable"
    )
    before = player.groupby(["visitor_id", "page_view_id"])[["at", "position_seconds"]].shift(1)
    beats = (player.event_type == "heartbeat") & before["at"].notna()
    assert beats.sum() > 1_000
    assert (player["at"] - before["at"])[beats].eq(pd.Timedelta(seconds=30)).all()
    moved = (player.position_seconds - before.position_seconds)[beats]
    assert np.allclose(moved, 30)


def test_players_pause_seek_and_come_to_the_end(events):
    counted = Counter(events.event_type)
    assert counted["heartbeat"] > 5 * counted["play"]
    assert all(0.02 * counted["play"] < counted[name] for name in ("pause", "seek", "ended"))
    states = events.groupby("event_type").player_state.agg(set)
    assert states["pause"] == {"paused"}
    assert states["ended"] == {"ended"}
    assert states["heartbeat"] == {"playing", "buffering"}
    assert states["page_view"] <= {None, np.nan}


def test_a_video_ends_where_its_length_is(events):
    plays = events[events.event_type == "play"].dropna(subset="length_seconds")
    lengths = plays.groupby("title_id").length_seconds.agg(["min", "max"])
    assert (lengths["min"] == lengths["max"]).all()
    ended = events[events.event_type == "ended"]
    assert (ended.position_seconds == ended.title_id.map(lengths["max"]))[
        ended.title_id.isin(lengths.index)
    ].all()


def test_visits_run_over_midnight(events):
    opened = pd.to_datetime(events.page_view_id.str[3:].astype("int64"), unit="ms")
    assert (opened.dt.date < events["at"].dt.date).sum() > 10


def test_some_sign_in_on_the_way_and_stay_signed_in(events):
    ordered = events.sort_values(["visitor_id", "at"])
    signing = ordered[ordered.event_type == "sign_in"]
    assert len(signing) > 20
    assert signing.account_id.notna().all()
    same = ordered.visitor_id == ordered.visitor_id.shift(1)
    before = ordered.account_id.shift(1)[same & (ordered.event_type == "sign_in")]
    assert before.isna().mean() > 0.9
    known = ordered.account_id.notna()
    assert 0.2 < known.mean() < 0.7
    assert ordered[known].groupby("visitor_id").account_id.nunique().eq(1).all()
    assert ordered[known].groupby("account_id").visitor_id.nunique().max() == 2


def test_campaigns_bring_visitors_in_several_spellings(events, views):
    tagged = events.utm_campaign.notna()
    assert (events[tagged].event_type == "page_view").all()
    assert events[tagged].page.str.contains("?from=", regex=False).all()
    spelt = set(events.utm_campaign.dropna())
    assert {"launch", "LAUNCH ", "weekly", "sport_pass"} <= spelt
    assert len({name.strip().lower() for name in spelt}) == 4
    assert 0.05 < tagged.sum() / len(views) < 0.2


def test_forgotten_tabs_ping_hours_later(events):
    opened = pd.to_datetime(events.page_view_id.str[3:].astype("int64"), unit="ms", utc=True)
    pings = events.event_type == "page_ping"
    late = pings & (events["at"] - opened > pd.Timedelta(hours=1))
    assert 0 < late.sum() < 0.02 * pings.sum()


def test_every_flaw_has_the_share_asked_for(tmp_path):
    plan = replace(PLAN, late_share=0.1, duplicate_share=0.1, bad_share=0.04)
    drops = web_drops(tmp_path, plan)
    rows = read(drops)
    states = {None, "playing", "paused", "buffering", "ended"}
    is_bad = (
        rows.event_id.isna()
        | rows["at"].isna()
        | rows.event_type.isna()
        | ~rows.player_state.where(rows.player_state.notna(), None).isin(states)
    )
    sound = rows[~is_bad]
    first = sound.drop_duplicates("event_id")
    late = (first["at"].dt.strftime("%Y%m%d") < first["drop"]).sum()
    assert sum(drop.rows for drop in drops) == len(rows)
    assert sum(drop.broken for drop in drops) == is_bad.sum()
    assert sum(drop.repeated for drop in drops) == len(sound) - len(first)
    assert sum(drop.late for drop in drops) == late
    assert abs(is_bad.mean() - 0.04) < 0.001
    assert 0.08 < (len(sound) - len(first)) / len(first) < 0.11
    assert 0.05 < late / len(first) < 0.11


def test_same_plan_gives_the_same_bytes_however_many_days_and_workers(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.simulate.viewing.BLOCK_BOXES", 25)
    plan = SimulationPlan(days=2, boxes=60, late_share=0.1, bad_share=0.02)
    feeds = ["web_events", "listen_events"]
    written = [
        {drop.path.name: drop.path.read_bytes() for drop in drops}
        for drops in (
            simulate(tmp_path / "alone", plan, workers=1, feeds=feeds),
            simulate(tmp_path / "together", plan, workers=4),
            simulate(tmp_path / "longer", replace(plan, days=4), feeds=feeds),
            simulate(tmp_path / "other", replace(plan, seed=2), feeds=feeds),
        )
    ]
    alone, together, longer, other = written
    assert len(alone) == 2 * 2 * 3
    assert alone.items() <= together.items()
    assert alone.items() <= longer.items()
    assert all(other[name] != content for name, content in alone.items())
