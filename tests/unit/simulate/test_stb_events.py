"""What simulated set-top-box drops look like, and that every flaw has the share asked for."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.simulate import Drop, SimulationPlan, simulate

CONTRACTS = Path(__file__).parents[3] / "contracts"
FIELDS = [
    "mac", "eventdate", "eventtime", "chname", "program_id",
    "geo_location", "code", "sat", "ts", "indextime",
]  # fmt: skip
ALLOWED = {
    "mac": r"[0-9a-f]{32}",
    "eventdate": r"\d{4}-\d\d-\d\d",
    "eventtime": r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d",
    "chname": r"[ \w\u00a0]+|None",
    "program_id": r"\d+|None",
    "geo_location": r"\[-?\d+\.\d+, -?\d+\.\d+\]|None",
    "code": r"SSTART|ELWS|SALIVE|SSTAND",
    "sat": r"BADR_4&6|NILESAT_101&102|NILESAT 101&102|ARABSAT|None",
    "ts": r"\d{10}\.\d{7}",
    "indextime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?\+00:00|None",
}
CLEAN = SimulationPlan(days=5, boxes=200, late_share=0, duplicate_share=0, silent_share=0)
STANDARD_ERRORS = 5
"""A sound share misses a bound this wide once in two million tries, and the seed is fixed."""


@dataclass
class Simulated:
    """A simulation read back by Python's own JSON reader."""

    plan: SimulationPlan
    folder: Path
    drops: list[Drop]
    """Of events."""

    @cached_property
    def rows(self) -> pd.DataFrame:
        """All rows in order of delivery, with `drop` (date) and, for sound rows, `at`."""
        rows = []
        for path in sorted((self.folder / "stb_events").iterdir()):
            delivered = datetime.strptime(path.stem[-8:], "%Y%m%d").replace(tzinfo=UTC).date()
            with path.open(encoding="utf-8") as lines:
                rows += [json.loads(line) | {"drop": delivered} for line in lines]
        frame = pd.DataFrame(rows).astype(object)
        frame = frame.where(frame.notna(), None)
        frame["at"] = pd.to_datetime(
            frame.eventdate + " " + frame.eventtime, format="%Y-%m-%d %H:%M:%S", errors="coerce"
        )
        return frame

    def is_bad(self) -> pd.Series:
        """Rows that the contract rejects."""
        rows = self.rows
        return rows["at"].isna() | rows.mac.isna() | ~rows.code.isin(ALLOWED["code"].split("|"))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory):
    """Simulate a plan, once per module for equal plans."""
    done: dict[SimulationPlan, Simulated] = {}

    def run(plan: SimulationPlan) -> Simulated:
        if plan not in done:
            folder = tmp_path_factory.mktemp("drops")
            done[plan] = Simulated(plan, folder, events(folder, plan))
        return done[plan]

    return run


def content(drops: Iterable[Drop]) -> dict[str, bytes]:
    return {drop.path.name: drop.path.read_bytes() for drop in drops}


def events(folder: Path, plan: SimulationPlan) -> list[Drop]:
    """Simulate; the drops of events."""
    return simulate(folder, plan, feeds=["stb_events"])


def read(drop: Drop) -> list[dict]:
    return [json.loads(line) for line in drop.path.read_text(encoding="utf-8").splitlines()]


def assert_share(count: int, total: int, share: float) -> None:
    error = math.sqrt(share * (1 - share) / total)
    assert abs(count / total - share) <= STANDARD_ERRORS * error, (count / total, share)


def test_one_drop_per_date_under_the_names_of_the_contract(simulated):
    result = simulated(CLEAN)
    names = [drop.path.relative_to(result.folder).as_posix() for drop in result.drops]
    assert names == [f"stb_events/stb_events_2024010{day}.json" for day in range(1, 6)]
    found = {p for p in (result.folder / "stb_events").rglob("*") if p.is_file()}
    assert found == {drop.path for drop in result.drops}


def test_drops_report_the_rows_they_hold(simulated):
    for drop in simulated(CLEAN).drops:
        assert len(read(drop)) == drop.rows


def test_drops_report_their_faults(simulated):
    result = simulated(replace(CLEAN, bad_share=0.05, late_share=0.05, duplicate_share=0.05))
    rows, bad = result.rows, result.is_bad()
    event = [field for field in FIELDS if field != "ts"]  # the time of export is the drop's
    first = ~bad & ~rows[~bad].duplicated(event).reindex(rows.index, fill_value=False)
    late = first & (rows["drop"].astype(str) > rows.eventdate)
    assert sum(drop.broken for drop in result.drops) == bad.sum()
    assert sum(drop.repeated for drop in result.drops) == (~bad & ~first).sum()
    assert sum(drop.late for drop in result.drops) == late.sum()


def test_same_plan_gives_the_same_bytes_and_another_seed_others(tmp_path):
    plan = SimulationPlan(days=2, boxes=50, bad_share=0.02)
    first = content(simulate(tmp_path / "first", plan))
    assert content(simulate(tmp_path / "second", plan)) == first
    other = content(simulate(tmp_path / "other", replace(plan, seed=2)))
    assert all(other[name] != first[name] for name in first)


def test_days_do_not_change_the_drops_of_earlier_days(tmp_path):
    plan = SimulationPlan(days=2, boxes=50, late_share=0.1)
    first = content(simulate(tmp_path / "short", plan))
    assert first.items() <= content(simulate(tmp_path / "long", replace(plan, days=4))).items()


def test_bad_rows_leave_the_good_ones_alone(tmp_path):
    plan = SimulationPlan(days=1, boxes=50)
    good = read(events(tmp_path / "good", plan)[-1])
    remaining = iter(read(events(tmp_path / "mixed", replace(plan, bad_share=0.1))[-1]))
    assert all(line in remaining for line in good)


def test_fields_are_those_of_the_contract(simulated):
    contract = yaml.safe_load((CONTRACTS / "stb_events.yaml").read_text(encoding="utf-8"))
    assert [p["name"] for p in contract["schema"][0]["properties"]] == FIELDS
    assert all(list(row) == FIELDS for row in read(simulated(CLEAN).drops[0]))


def test_every_value_is_allowed_without_bad_rows(simulated):
    rows = simulated(SimulationPlan(days=3)).rows
    for field, pattern in ALLOWED.items():
        values = {str(value) for value in rows[field].unique()}
        assert not {v for v in values if not re.fullmatch(pattern, v)}, field
    assert rows["at"].notna().all()


def test_on_and_off_name_no_channel_and_the_others_do(simulated):
    rows = simulated(SimulationPlan(days=3)).rows
    switched = rows.code.isin(["SSTART", "SSTAND"])
    assert rows.loc[switched, ["chname", "program_id", "sat"]].isna().all(axis=None)
    assert rows.loc[~switched, ["chname", "program_id", "sat"]].notna().all(axis=None)


def test_popularity_follows_zipf(simulated):
    tuned = simulated(CLEAN).rows.query("code == 'ELWS'")
    cleaned = tuned.chname.str.replace("\u00a0", " ").str.split().str.join(" ").str.upper()
    shares = cleaned.value_counts(normalize=True).to_numpy()
    assert len(shares) > 0.9 * CLEAN.channels
    assert 0.1 < shares[0] < 0.3
    assert shares[0] > 3 * shares[9] > 6 * shares[49]


def test_prime_time_has_more_events_than_the_night(simulated):
    hours = simulated(CLEAN).rows["at"].dt.hour.value_counts(normalize=True)
    assert len(hours) == 24
    assert hours[[19, 20, 21]].sum() > 0.2
    assert hours[[19, 20, 21]].sum() > 3 * hours[[3, 4, 5]].sum()


def test_boxes_zap_and_stay(simulated):
    rows = simulated(CLEAN).rows.sort_values(["mac", "at"], kind="stable")
    stays = rows[rows.code != "SALIVE"]
    seconds = (stays.groupby("mac")["at"].shift(-1) - stays["at"]).dt.total_seconds()
    seconds = seconds[stays.code == "ELWS"]
    assert (seconds < 30).mean() > 0.5
    assert 0.02 < (seconds > 1_800).mean() < 0.2
    assert 0.1 < rows.code.eq("SALIVE").mean() < 0.7


def test_each_box_has_several_sessions_a_day_some_of_them_over_midnight(simulated):
    rows = simulated(CLEAN).rows
    starts = rows.code.eq("SSTART").sum()
    assert 2 < starts / CLEAN.days / CLEAN.boxes < 6
    first_of_day = rows.sort_values("at").drop_duplicates(["mac", "eventdate"])
    assert 0.05 < first_of_day.code.ne("SSTART").mean() < 0.5


def test_heartbeats_are_ten_minutes_apart_on_an_unchanged_channel(simulated):
    rows = simulated(CLEAN).rows.copy()
    rows["channel"] = rows.chname.str.replace("\u00a0", " ").str.split().str.join(" ").str.upper()
    order = rows.code.map({"SSTART": 0, "ELWS": 1, "SALIVE": 2, "SSTAND": 3})
    rows = rows.assign(order=order).sort_values(["mac", "at", "order"], kind="stable")
    before = rows.groupby("mac")[["at", "channel", "code"]].shift(1)
    beats = rows.code.eq("SALIVE") & before["at"].notna()  # but those whose session began earlier
    assert beats.sum() > 1_000
    assert (rows["at"] - before["at"])[beats].eq(pd.Timedelta(minutes=10)).all()
    zapped = rows.duplicated(["mac", "at"], keep=False)  # which of two channels in a second is left
    settled = beats & ~zapped.groupby(rows.mac).shift(1, fill_value=False)  # can't be told
    assert settled.sum() > 0.9 * beats.sum()
    assert (rows.channel == before.channel)[settled].all()
    assert before.code[beats].isin(["ELWS", "SALIVE"]).all()
    longest = (rows["at"] - before["at"])[rows.code.isin(["ELWS", "SSTAND"])].max()
    assert longest <= pd.Timedelta(minutes=10)


def test_events_of_a_box_are_distinct_without_duplicates(simulated):
    rows = simulated(CLEAN).rows
    assert not rows.duplicated(["mac", "at", "code", "chname"]).any()
    assert rows.eventdate.eq(rows["drop"].astype(str)).all()


def test_some_channels_are_spelt_in_several_ways(simulated):
    rows = simulated(CLEAN).rows
    spellings = pd.Series(rows.chname.dropna().unique())
    cleaned = spellings.str.replace("\u00a0", " ").str.split().str.join(" ").str.upper()
    ways = cleaned.value_counts()
    assert ways.max() == 5
    assert 3 <= (ways > 1).sum() < 0.2 * len(ways)
    assert spellings.str.contains("\u00a0").any()


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3])
def test_duplicates_have_the_share_asked_for(simulated, share):
    rows = simulated(replace(CLEAN, duplicate_share=share)).rows
    event = [field for field in FIELDS if field != "ts"]  # the time of export is the drop's
    copies = rows.duplicated(event)
    before_last = rows.eventdate < str(CLEAN.dates[-1])  # its repeats may be still to come
    assert_share((copies & before_last).sum(), (~copies & before_last).sum(), share)
    if share:
        assert rows.duplicated(FIELDS).sum() > 0.5 * copies.sum()
        assert rows[copies]["drop"].astype(str).gt(rows[copies].eventdate).any()


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3])
def test_late_events_have_the_share_asked_for(simulated, share):
    rows = simulated(replace(CLEAN, late_share=share)).rows
    delay = (pd.to_datetime(rows["drop"]) - pd.to_datetime(rows.eventdate)).dt.days
    settled = rows.eventdate <= str(CLEAN.dates[-4])  # nothing of these dates is still to come
    assert_share((settled & (delay > 0)).sum(), settled.sum(), share)
    assert set(delay) == ({0, 1, 2, 3} if share else {0})
    indexed = pd.to_datetime(rows.indextime[delay > 0], format="ISO8601").dropna()
    assert (indexed.dt.date == rows["drop"][indexed.index]).all()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_silent_sessions_have_the_share_asked_for(simulated, share):
    codes = Counter(simulated(replace(CLEAN, silent_share=share)).rows.code)
    missing = codes["SSTART"] - codes["SSTAND"]
    # sessions cut short by silence may fall below the shortest and vanish; some cross the end
    assert abs(missing / codes["SSTART"] - share) < 0.03


@pytest.mark.parametrize("share", [0.001, 0.04, 0.3])
def test_bad_rows_have_the_share_asked_for_in_every_drop(simulated, share):
    result = simulated(replace(CLEAN, bad_share=share))
    bad = result.is_bad()
    for _, drop in result.rows.groupby("drop"):
        assert abs(bad[drop.index].sum() - share * len(drop)) <= 1
    rows = result.rows
    assert rows.mac.isna().any()
    assert rows["at"].isna().any()
    assert (~rows.code.isin(ALLOWED["code"].split("|"))).any()
    assert 0 < bad.to_numpy().argmax() < len(rows) * 0.99


def test_unusual_shares_still_add_up(tmp_path):
    plan = SimulationPlan(days=2, boxes=20, late_share=1, duplicate_share=1, silent_share=1)
    assert [drop.path.name for drop in events(tmp_path, plan)] == ["stb_events_20240102.json"]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ingest.simulate.viewing.BLOCK_BOXES", 7)


@pytest.mark.usefixtures("small_blocks")
def test_boxes_come_in_blocks_of_a_drop_each(tmp_path):
    plan = SimulationPlan(days=1, boxes=30, duplicate_share=0, sessions_per_day=10)
    drops = events(tmp_path, plan)
    names = [drop.path.name for drop in drops]
    assert names == [f"stb_events_20240101_00{block}.json" for block in range(1, 6)]
    boxes = [{row["mac"] for row in read(drop)} for drop in drops]
    assert [len(macs) for macs in boxes] == [7, 7, 7, 7, 2]
    assert len(set.union(*boxes)) == plan.boxes


@pytest.mark.usefixtures("small_blocks")
def test_workers_change_nothing_but_the_time(tmp_path):
    plan = SimulationPlan(days=3, boxes=60, bad_share=0.02, late_share=0.1)
    told: list[Drop] = []
    alone = simulate(tmp_path / "alone", plan, workers=1)
    together = simulate(tmp_path / "together", plan, told.append, workers=4)
    assert content(alone) == content(together)
    assert [drop.path.name for drop in alone] == [drop.path.name for drop in together]
    assert sorted(drop.path for drop in told) == sorted(drop.path for drop in together)


@settings(max_examples=25, deadline=None)
@given(
    plan=st.builds(
        SimulationPlan,
        days=st.integers(1, 4),
        boxes=st.integers(1, 12),
        seed=st.integers(0, 2**40),
        start=st.dates(date(2000, 1, 3), date(2089, 12, 31)),
        channels=st.integers(5, 40),
        sessions_per_day=st.floats(0.1, 20),
        late_share=st.floats(0, 1),
        duplicate_share=st.floats(0, 1),
        silent_share=st.floats(0, 1),
        bad_share=st.floats(0, 0.9),
    )
)
def test_any_small_plan_is_carried_out(plan, tmp_path_factory):
    dates = {day.isoformat() for day in plan.dates}
    for drop in events(tmp_path_factory.mktemp("any"), plan):
        rows = read(drop)
        assert len(rows) == drop.rows > 0
        delivered = datetime.strptime(drop.path.stem[-8:], "%Y%m%d").replace(tzinfo=UTC).date()
        for row in rows:
            assert row["eventdate"] in dates
            delay = delivered - date.fromisoformat(row["eventdate"])
            assert timedelta(0) <= delay <= timedelta(days=4)
