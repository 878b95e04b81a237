"""Simulated logs of an audio service: the shapes of eventsim, and what they tell of listening."""

import csv
import json
from collections import defaultdict

import pandas as pd
import pytest

from ingest.simulate import Drop, SimulationPlan, simulate

PLAN = SimulationPlan(days=10, boxes=300, late_share=0, duplicate_share=0)
FIELDS = [
    "artist", "auth", "firstName", "gender", "itemInSession", "lastName", "length", "level",
    "location", "method", "page", "registration", "sessionId", "song", "status", "ts", "userAgent",
    "userId",
]  # fmt: skip
"""In the order of eventsim."""


@pytest.fixture(scope="module")
def drops(tmp_path_factory) -> dict[str, list[Drop]]:
    by_feed = defaultdict(list)
    feeds = ["listen_events", "songs", "titles", "campaign_spend", "web_events"]
    for drop in simulate(tmp_path_factory.mktemp("drops"), PLAN, feeds=feeds):
        by_feed[drop.feed].append(drop)
    return by_feed


def lines(drops: list[Drop]) -> list[str]:
    return [line for drop in drops for line in drop.path.read_text(encoding="utf-8").split("\n")]


@pytest.fixture(scope="module")
def events(drops) -> pd.DataFrame:
    rows = [json.loads(line) for line in lines(drops["listen_events"]) if line]
    assert len(rows) == sum(drop.rows for drop in drops["listen_events"])
    return pd.DataFrame(rows).sort_values(["sessionId", "itemInSession"], ignore_index=True)


def records(drops: list[Drop]) -> list[dict]:
    return [json.loads(line) for line in lines(drops) if line]


def test_lines_are_as_eventsim_writes_them(drops):
    found = lines(drops["listen_events"])
    assert found.count("") > len(drops["listen_events"])  # each file ends with one
    rows = [json.loads(line) for line in found if line]
    assert all(list(row) == FIELDS for row in rows)
    assert {type(row["registration"]) for row in rows} == {float, type(None)}
    assert {type(row["ts"]) for row in rows} == {int}
    assert all(row["userAgent"] is None or row["userAgent"][0] == '"' for row in rows)


def test_who_is_not_signed_in_has_an_empty_user_id(events):
    strangers = events[events.auth == "Logged Out"]
    assert 0.005 < len(strangers) / len(events) < 0.1
    assert set(strangers.userId) == {""}
    assert strangers[["firstName", "location", "registration", "userAgent"]].isna().all(axis=None)
    assert events[events.auth == "Logged In"].userId.ne("").all()
    assert set(strangers.page) == {"Home", "Login"}


def test_songs_are_named_in_doubly_encoded_text_and_some_are_not_catalogued(drops, events):
    catalogue = {(song["title"], song["artist_name"]) for song in records(drops["songs"])}
    plays = events[events.page == "NextSong"]
    played = set(zip(plays.song, plays.artist, strict=True))
    assert 0 < len(played - catalogue) < 0.3 * len(played)
    assert "BjÃ¶rk" in set(plays.artist)
    assert plays.length.notna().all()
    assert events[events.page != "NextSong"][["song", "artist", "length"]].isna().all(axis=None)


def test_items_number_a_session_without_gaps_and_in_time(events):
    first = events.groupby("sessionId").itemInSession.min()
    midnight = events.groupby("sessionId").ts.min() < pd.Timestamp("2024-01-01T01").value / 1e6
    assert first[~midnight].lt(150).all()
    steps = events.groupby("sessionId")[["itemInSession", "ts"]].diff().dropna()
    assert steps.itemInSession.eq(1).all()
    assert steps.ts.ge(0).all()
    assert events.groupby("sessionId").userId.nunique().le(2).all()


def test_songs_play_to_their_end_or_are_skipped_while_pages_are_looked_at(events):
    songs = events[events.page == "NextSong"]
    following = songs.groupby("sessionId").ts.shift(-1)
    adjacent = songs.groupby("sessionId").itemInSession.diff(-1).eq(-1)
    played = ((following - songs.ts) / 1_000 - songs.length)[adjacent & following.notna()]
    assert (played <= 0.001).all()
    assert 0.04 < (played < -1).mean() < 0.12


def test_listeners_upgrade_once_and_pay_from_then_on(events):
    submits = events[events.page == "Submit Upgrade"]
    assert len(submits) > 2
    assert submits.userId.is_unique
    ordered = events[events.userId != ""].sort_values(["ts", "itemInSession"])
    for user in submits.userId:
        levels = ordered[ordered.userId == user].level.tolist()
        assert levels.index("paid") > 0
        assert "free" not in levels[levels.index("paid") :]


def test_accounts_are_those_of_the_site(drops, events):
    with pd.option_context("mode.string_storage", "python"):
        visits = pd.concat(
            pd.read_json(drop.path, lines=True, dtype=str) for drop in drops["web_events"]
        )
    signed_in = set(visits.account_id.dropna())
    listening = set(events.userId) - {""}
    assert len(signed_in & listening) > 0.3 * len(listening)


def test_titles_are_what_visitors_open_and_lengths_become_known(drops):
    titles = records(drops["titles"])
    first = records(drops["titles"][:1])
    assert len({title["title_id"] for title in first}) == len(first) == 400
    assert {title["title_kind"] for title in first} == {"video", "article"}
    assert all(
        title["length_seconds"] is None for title in first if title["title_kind"] == "article"
    )
    unknown = {
        title["title_id"]
        for title in first
        if title["title_kind"] == "video" and title["length_seconds"] is None
    }
    assert 10 < len(unknown) < 60
    later = titles[len(first) :]
    assert len(later) == 5
    assert {title["title_id"] for title in later} <= unknown
    assert all(title["length_seconds"] > 0 for title in later)


def test_spend_is_told_the_day_after_and_restated(drops):
    told = defaultdict(list)
    for drop in drops["campaign_spend"]:
        with drop.path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                told[row["campaign"], row["spend_date"]].append(float(row["amount"]))
    amounts = told["launch", "2024-01-03"]
    assert len(amounts) == 2
    assert 0 < amounts[1] < amounts[0]
    assert {campaign for campaign, _ in told} >= {"launch", "billboards"}


def test_reference_files_say_when_they_were_stored(drops):
    stored = {
        drop.path.name: pd.Timestamp(drop.path.stat().st_mtime, unit="s")
        for feed in ("songs", "titles", "campaign_spend")
        for drop in drops[feed]
    }
    assert stored["songs_20240101.json"] == pd.Timestamp("2024-01-01")
    assert stored["titles_20240108.json"] == pd.Timestamp("2024-01-08")
    assert stored["campaign_spend_20240102.csv"] == pd.Timestamp("2024-01-02 05:00")
