"""Simulated panel and schedule: they tell of the same people, boxes and programmes as the rest."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from ingest.simulate import Drop, SimulationPlan, simulate

PLAN = SimulationPlan(days=10, boxes=150, late_share=0, duplicate_share=0, overlap_share=0)
DAY = pd.Timedelta(days=1)


def read(drops: list[Drop], feed: str) -> pd.DataFrame:
    """All rows of a feed as text, with the `drop` and the day it is named after."""
    readers = {".json": _read_json, ".csv": _read_csv, ".gz": _read_csv, ".tsv": _read_tabs}
    frames = []
    for drop in drops:
        if drop.feed == feed:
            frame = readers[drop.path.suffix](drop.path)
            day = pd.Timestamp(drop.path.name.split(".")[0][-8:])
            frames.append(frame.assign(drop=drop.path.name, drop_day=day))
    return pd.concat(frames, ignore_index=True)


def _read_json(path: Path) -> pd.DataFrame:
    text = path.read_text(encoding="utf-8")
    rows = json.loads(text) if text[0] == "[" else map(json.loads, text.splitlines())
    return pd.DataFrame(list(rows))


def _read_csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str)


def _read_tabs(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, sep="\t")


def instants(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts, format="%Y-%m-%dT%H:%M:%SZ")


class Feeds:
    """A simulation read back."""

    def __init__(self, folder: Path, plan: SimulationPlan) -> None:
        self.drops = simulate(folder, plan)
        self.profiles = read(self.drops, "viewer_profiles")
        self.sessions = read(self.drops, "tv_sessions")
        self.sessions["start"] = instants(self.sessions.started_at)
        self.sessions["end"] = instants(self.sessions.ended_at).fillna(
            self.sessions.start + pd.to_timedelta(self.sessions.duration)
        )
        self.sessions["recorded"] = instants(self.sessions.broadcast_at)
        self.schedule = read(self.drops, "schedule")
        self.schedule["from"] = instants(self.schedule.start)
        self.schedule["to"] = instants(self.schedule.end)
        events = read(self.drops, "stb_events")
        self.events = events.assign(
            at=pd.to_datetime(events.eventdate + " " + events.eventtime),
            channel=events.chname.str.replace("\u00a0", " ").str.split().str.join(" ").str.upper(),
        )

    @property
    def corrected(self) -> pd.DataFrame:
        """What the schedule says last of each channel and date, by when its files were written."""
        written = {drop.path.name: drop.path.stat().st_mtime for drop in self.drops}
        slots = self.schedule.assign(written=self.schedule["drop"].map(written))
        slots["day"] = slots["from"].dt.floor("D")
        latest = slots.groupby(["channel", "day"])["written"].transform("max")
        return slots[slots.written == latest]


@pytest.fixture(scope="module")
def feeds(tmp_path_factory) -> Feeds:
    return Feeds(tmp_path_factory.mktemp("drops"), PLAN)


def test_reference_files_say_they_were_written_when_they_took_effect(feeds):
    written = {
        drop.path.name: pd.Timestamp(drop.path.stat().st_mtime, unit="s") for drop in feeds.drops
    }
    assert written["channels_20240108.csv"] == pd.Timestamp("2024-01-08")
    assert written["programmes_20240101.tsv"] == pd.Timestamp("2024-01-01")
    assert written["schedule_20240102.json"] == pd.Timestamp("2024-01-01 18:00")
    assert written["schedule_corrections_20240102.json"] == pd.Timestamp("2024-01-02 06:00")


def test_who_watches_has_a_profile_from_then_or_before(feeds):
    first = pd.to_datetime(feeds.profiles.valid_from).groupby(feeds.profiles.viewer).min()
    since = feeds.sessions.viewer.map(first)
    assert since.notna().all()
    assert (since <= feeds.sessions.start).all()
    assert (feeds.sessions.viewer.str.split("-").str[0] == feeds.sessions.household).all()


def test_a_quarter_of_the_boxes_is_of_panel_households(feeds):
    households = feeds.profiles.household.nunique()
    assert 0.15 < households / PLAN.boxes < 0.35
    assert feeds.sessions.groupby("household").device.nunique().eq(1).all()
    assert set(feeds.sessions.device) <= set(feeds.events.mac.dropna())


def test_the_box_of_a_household_is_tuned_to_what_its_members_watch(feeds):
    tuned = feeds.events[feeds.events.code == "ELWS"][["mac", "at", "channel"]]
    watched = feeds.sessions.assign(mac=feeds.sessions.device).sort_values("start")
    latest = pd.merge_asof(
        watched,
        tuned.drop_duplicates(["mac", "at"]).sort_values("at"),
        left_on="start",
        right_on="at",
        by="mac",
        suffixes=("", "_tuned"),
    ).dropna(subset="at")
    assert len(latest) > 0.95 * len(watched)  # the rest were tuned to before the first date
    found = latest.assign(channel=latest.channel.str.upper())[["mac", "at", "channel"]]
    assert len(found.merge(tuned.drop_duplicates())) == len(found)


def test_nobody_watches_two_channels_at_once_unless_asked_for(feeds, tmp_path):
    def overlapping(sessions: pd.DataFrame) -> float:
        in_order = sessions.dropna(subset="end").sort_values(["viewer", "start"])
        following = in_order.groupby("viewer").start.shift(-1)
        return (following < in_order.end).mean()

    assert overlapping(feeds.sessions) == 0
    plan = replace(PLAN, days=3, overlap_share=0.2)
    assert 0.1 < overlapping(Feeds(tmp_path, plan).sessions) < 0.2


def test_ends_are_told_as_instants_or_durations_and_missing_when_the_box_fell_silent(feeds):
    timed, ended = feeds.sessions.duration.notna(), feeds.sessions.ended_at.notna()
    assert not (timed & ended).any()
    assert 0.3 < timed.mean() < 0.7
    assert 0 < (~timed & ~ended).mean() < 0.05
    assert (feeds.sessions.end.dropna() > feeds.sessions.start[feeds.sessions.end.notna()]).all()


def test_some_viewing_is_recorded_and_some_of_that_played_fast(feeds):
    sessions = feeds.sessions
    is_recorded = sessions.recorded.notna()
    assert (sessions.is_live == "true").eq(~is_recorded).all()
    assert set(sessions.play_speed[is_recorded]) == {"1", "2"}
    assert sessions.play_speed[~is_recorded].isna().all()
    lags = (
        sessions.start.dt.floor("D")[is_recorded] - sessions.recorded.dt.floor("D")[is_recorded]
    ).dt.days
    assert lags.eq(0).any()
    assert lags.between(1, 7).any()
    assert lags.between(8, 28).any()
    assert (sessions.recorded < sessions.start)[is_recorded].all()


def test_what_is_played_back_was_in_the_schedule(feeds):
    slots = feeds.corrected
    listed = set(slots.channel)
    recorded = feeds.sessions.dropna(subset="recorded")
    assert set(recorded.channel) <= listed
    covered = recorded[recorded.recorded >= slots["from"].min() + DAY].merge(slots, on="channel")
    covered = covered[(covered.recorded >= covered["from"]) & (covered.recorded < covered["to"])]
    assert len(covered) == (recorded.recorded >= slots["from"].min() + DAY).sum() > 20


def test_boxes_name_the_programme_of_the_corrected_schedule(feeds):
    slots = feeds.corrected.assign(name=lambda slots: slots.channel.str.upper().astype(object))
    known = feeds.events[
        feeds.events.program_id.notna()
        & (feeds.events.program_id != "0")
        & (feeds.events["at"] < pd.Timestamp(PLAN.dates[-1]))  # its corrections are still to come
        & (feeds.events["at"] >= pd.Timestamp(PLAN.start) + pd.Timedelta(hours=2))
    ]
    matched = pd.merge_asof(
        known.sort_values("at"),
        slots.sort_values("from"),
        left_on="at",
        right_on="from",
        left_by="channel",
        right_by="name",
        suffixes=("", "_slot"),
    )
    assert (matched["at"] < matched["to"]).all()
    assert (matched.program_id == matched.programme).all()


def test_slots_of_a_channel_follow_each_other(feeds):
    slots = feeds.corrected.sort_values(["channel", "from"])
    slots = slots[slots["from"] < pd.Timestamp(PLAN.dates[-1])]
    following = slots.groupby("channel")["from"].shift(-1)
    assert following.dropna().eq(slots["to"][following.notna()]).all()
    assert (slots["to"] > slots["from"]).all()


def test_announcements_have_the_share_of_mistakes_asked_for(tmp_path):
    plan = replace(PLAN, days=3, boxes=20, correction_share=0.1)
    feeds = Feeds(tmp_path, plan)
    first = feeds.schedule["drop"] == "schedule_20240101.json"
    key = ["channel", "programme", "start", "end"]
    announced = set(feeds.schedule[first][key].itertuples(index=False, name=None))
    is_true = feeds.corrected.day == pd.Timestamp(plan.start)
    broadcast = set(feeds.corrected[is_true][key].itertuples(index=False, name=None))
    assert 0.05 < len(broadcast - announced) / len(broadcast) < 0.15
    cancelled = {slot[:3] for slot in announced} - {slot[:3] for slot in broadcast}
    assert cancelled
    assert not feeds.schedule[first].empty


@pytest.mark.parametrize("late_share", [0.0, 0.3])
def test_corrections_and_profiles_come_late_where_asked_for(tmp_path, late_share):
    plan = replace(PLAN, boxes=400, days=6, late_share=late_share, panel_share=1)
    drops = simulate(tmp_path, plan)
    late = {
        feed: sum(drop.late for drop in drops if drop.feed == feed)
        for feed in ("schedule", "viewer_profiles", "tv_sessions")
    }
    assert all(count > 0 for count in late.values()) == bool(late_share)
    profiles = read(drops, "viewer_profiles")
    told_late = pd.to_datetime(profiles.valid_from) < profiles.drop_day
    changes = profiles.drop_day > pd.Timestamp(plan.start)
    assert (told_late & changes).sum() == late["viewer_profiles"]


def test_profiles_change_and_people_come_and_go(tmp_path):
    plan = replace(PLAN, boxes=400, days=40, panel_share=1, sessions_per_day=0.1)
    profiles = read(simulate(tmp_path, plan), "viewer_profiles")
    first = pd.to_datetime(profiles.valid_from).groupby(profiles.viewer).min()
    at_start = pd.Timestamp(plan.start - timedelta(days=30))
    assert 0.02 < (first > at_start).mean() < 0.08
    assert profiles.weight.astype(float).eq(0).any()
    assert profiles.groupby("viewer").region.nunique().max() > 1
    assert profiles.groupby("viewer").weight.nunique().max() > 2
    assert not profiles.duplicated(["viewer", "valid_from"]).any()
    fixed = profiles.groupby("viewer")[["household", "birth_year", "name", "email"]].nunique()
    assert fixed.eq(1).all(axis=None)


def test_a_channel_is_sold_each_week(feeds):
    channels = read(feeds.drops, "channels")
    first, second = (part for _, part in channels.groupby("drop"))
    owners = first.merge(second, on="channel", suffixes=("", "_later"))
    assert len(owners) == PLAN.channels
    assert (owners.broadcaster != owners.broadcaster_later).sum() <= 1
