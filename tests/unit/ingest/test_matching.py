"""Which files of a source are drops of which feed."""

import fnmatch
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.contracts import Completeness, ContractError, PathPattern, read_contract
from ingest.errors import UsageError
from ingest.settings import PROJECT_DIR
from ingest.stores import Drop, Listing, Skipped
from ingest.stores.matching import match_drops
from ingest.stores.patterns import PathMatcher

SOMETHING = read_contract(PROJECT_DIR / "contracts" / "stb_events.yaml")


def contract(*patterns: str | PathPattern, feed: str = "a", form: str = "json", **proofs: str):
    """A contract as far as its files' names go."""
    return replace(
        SOMETHING,
        feed=feed,
        format=form,
        patterns=tuple(PathPattern(p) if isinstance(p, str) else p for p in patterns),
        completeness=Completeness(**proofs),
    )


def drop(path: str) -> Drop:
    modified = datetime(2024, 1, 1)  # noqa: DTZ001
    return Drop(f"s3://bucket/in/{path}", path, 1, modified, "v")


@dataclass
class Shelf:
    """A store of names."""

    paths: list[str]
    unfinished: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    is_single_file: bool = False
    name: str = "s3://bucket/in"

    def listing(self) -> Listing:
        unreadable = [Skipped("s3://bucket/in/locked", "can't be read")]
        return Listing(
            [drop(p) for p in self.paths], [drop(p) for p in self.unfinished], unreadable
        )

    def find(self, path: str) -> Drop | None:
        return drop(path) if path in self.beside else None


def takes(pattern: str | PathPattern, path: str, form: str = "json") -> bool:
    feed = contract(pattern, form=form)
    return PathMatcher(feed, feed.patterns[0]).matches(path)


@pytest.mark.parametrize(
    ("pattern", "path", "is_taken"),
    [
        ("*.csv", "a.csv", True),
        ("*.csv", "deep/in/folders/a.csv", True),
        ("*.csv", "a.csv.gz", True),
        ("*.csv", "a.csv.zst", True),
        ("*.csv", "a.csv.bz2", True),
        ("*.csv", "a.csv.zip", True),
        ("*.csv", "a.csv.xz", False),
        ("*.csv", "a.CSV", False),
        ("events_*.json", "events_1.json", True),
        ("events_*.json", "my_events_1.json", False),
        ("events_?.json", "events_1.json", True),
        ("events_?.json", "events_12.json", False),
        ("events_[0-9a].json", "events_a.json", True),
        ("events_[!0-9].json", "events_1.json", False),
        ("events_[]x].json", "events_].json", True),
        ("events_[^x].json", "events_^.json", True),
        ("events_[MM].json", "events_M.json", True),
        ("events+1(2).json", "events+1(2).json", True),
        ("in/*.csv", "in/a.csv", True),
        ("in/*.csv", "in/sub/a.csv", False),
        ("in/*.csv", "other/in/a.csv", False),
        ("**/in/*.csv", "other/in/a.csv", True),
        ("**/in/*.csv", "in/a.csv", True),
        ("in/**/a.csv", "in/a.csv", True),
        ("in/**/a.csv", "in/x/y/a.csv", True),
        ("in/**", "in/x/y/a.csv", True),
        ("in/**", "in", False),
        ("in/x**y/a.csv", "in/x1y/a.csv", True),
        ("in/x**y/a.csv", "in/x/y/a.csv", False),
        ("in/?/a.csv", "in///a.csv", False),
        ("in/[!a]/a.csv", "in///a.csv", False),
        ("{yyyy}/{MM}/{dd}/a.csv", "2024/02/29/a.csv", True),
        ("{yyyy}/{MM}/{dd}/a.csv", "2023/02/29/a.csv", False),
        ("{yyyy}/{MM}/{dd}/a.csv", "2024/2/9/a.csv", False),
        ("{yyyy}/{MM}/{dd}/a.csv", "0000/01/01/a.csv", False),
        ("a_{yyyy}{MM}{dd}{HH}.csv", "a_2024010123.csv", True),
        ("a_{yyyy}{MM}{dd}{HH}.csv", "a_2024010124.csv", False),
        ("a_{yyyy}{MM}{dd}.csv", "a_\u0662\u0660240101.csv", False),
        ("a_{MM}-{dd}.csv", "a_02-29.csv", True),
        ("{yyyy}/a_{yyyy}{MM}.csv", "2024/a_202401.csv", True),
        ("{yyyy}/a_{yyyy}{MM}.csv", "2024/a_202301.csv", False),
        ("{yyyy}/*.csv", "2024/a\nb.csv", True),
    ],
)
def test_a_pattern_takes_a_path(pattern, path, is_taken):
    assert takes(pattern, path) is is_taken


def test_a_pattern_that_is_none_is_the_contracts_fault():
    with pytest.raises(ContractError, match=r"a.yaml: servers path '\[z-a\].csv' is no pattern"):
        takes("[z-a].csv", "b.csv")


KAFKA = PathPattern("topics", "kafka_connect", topic="web.events")


@pytest.mark.parametrize(
    ("path", "is_taken"),
    [
        ("topics/web.events/partition=0/web.events+0+0000000000.json", True),
        ("topics/web.events/partition=12/web.events+12+0000003000.json.gz", True),
        ("topics/web.events/year=2024/month=01/day=31/hour=05/web.events+3+0000000042.json", True),
        ("topics/web.events/country=SA/partition=3/web.events+3+0000000042.json", True),
        ("topics/web.events/web.events+3+0000000042.json", True),
        ("topics/web.events/partition=1/web.events+0+0000000000.json", False),
        ("topics/web.events/partition=0/other+0+0000000000.json", False),
        ("topics/webXevents/partition=0/webXevents+0+0000000000.json", False),
        ("topics/web.events/partition=0/web.events+0+0000000000.avro", False),
        ("topics/web.events/partition=0/web.events+0.json", False),
        ("other/web.events/partition=0/web.events+0+0000000000.json", False),
    ],
)
def test_kafka_connects_layout(path, is_taken):
    assert takes(KAFKA, path) is is_taken


def test_kafka_connects_folder_of_topics_may_be_another_or_none():
    deep = replace(KAFKA, path="raw/kafka/")
    assert takes(deep, "raw/kafka/web.events/partition=0/web.events+0+0000000000.json")
    assert takes(replace(KAFKA, path=""), "web.events/partition=0/web.events+0+0000000000.json")
    assert takes(KAFKA, "topics/web.events/partition=0/web.events+0+0000000000.avro", "avro")


def test_firehoses_layout_and_its_error_records():
    hour = "2024/01/31/23/clicks-1-2024-01-31-23-59-59-0e1d"
    feeds = [
        contract(PathPattern("clicks/", "firehose", error_prefix="errors/clicks/"), feed="clicks"),
        contract(PathPattern("", "firehose"), feed="rest"),
    ]
    shelf = Shelf(
        [
            f"clicks/{hour}",
            f"clicks/{hour}.gz",
            hour,
            "errors/clicks/processing-failed/2024/01/31/23/x",
            f"processing-failed/{hour}",
            f"format-conversion-failed/{hour}",
            "clicks/2024/02/30/00/x",
            f"clicks/deeper/{hour}",
        ]
    )
    matches = match_drops(shelf, feeds, None)
    assert [(d.path, c.feed) for d, c in matches.drops] == [
        (f"clicks/{hour}", "clicks"),
        (f"clicks/{hour}.gz", "clicks"),
        (hour, "rest"),
    ]
    assert matches.error_records == [drop(path).url for path in shelf.paths[3:6]]
    assert matches.ignored == [drop(path).url for path in shelf.paths[6:]]


def test_files_of_no_feed_and_what_cannot_be_read_are_told():
    matches = match_drops(Shelf(["a.json", "readme.txt"]), [contract("*.json")], None)
    assert [d.path for d, _ in matches.drops] == ["a.json"]
    assert matches.ignored == ["s3://bucket/in/readme.txt"]
    assert matches.unreadable == [Skipped("s3://bucket/in/locked", "can't be read")]


def test_a_file_of_two_feeds_stops_the_load():
    feeds = [contract("*.json"), contract("a*", feed="b")]
    with pytest.raises(UsageError, match=r"a\.json belongs to the feeds a and b; change"):
        match_drops(Shelf(["a.json"]), feeds, None)


def test_what_is_still_being_written_waits():
    matches = match_drops(Shelf([], ["a.json", "readme.txt"]), [contract("*.json")], None)
    assert matches.drops == []
    assert matches.waiting == [Skipped("s3://bucket/in/a.json", "is still being written")]
    assert matches.ignored == ["s3://bucket/in/readme.txt"]


def test_a_drop_waits_for_its_marker_which_is_none_itself():
    paths = ["a.json", "a.json.done", "b.json", "c.json.gz", "c.json.gz.done", "gone.json.done"]
    matches = match_drops(Shelf(paths), [contract("*", marker=".done")], None)
    assert [d.path for d, _ in matches.drops] == ["a.json", "c.json.gz"]
    url, reason = "s3://bucket/in/b.json", "waits for its marker b.json.done"
    assert matches.waiting == [Skipped(url, reason)]
    assert matches.ignored == []


def test_a_marker_can_be_one_for_a_folder():
    paths = ["1/a.json", "1/b.json", "1/_SUCCESS", "2/a.json", "c.json"]
    matches = match_drops(Shelf(paths), [contract("*.json", marker="_SUCCESS")], None)
    assert [d.path for d, _ in matches.drops] == ["1/a.json", "1/b.json"]
    assert [skipped.reason for skipped in matches.waiting] == ["waits for its marker _SUCCESS"] * 2
    assert matches.ignored == []


def test_a_marker_that_is_being_written_is_none_yet():
    shelf = Shelf(["a.json"], ["a.json.done"])
    matches = match_drops(shelf, [contract("*.json", marker=".done")], None)
    assert (matches.drops, len(matches.waiting), matches.ignored) == ([], 1, [])


def test_a_drop_comes_with_its_manifest_or_waits_for_it():
    paths = ["a.json", "a.json.manifest.json", "b.json"]
    matches = match_drops(Shelf(paths), [contract("*.json", manifest=".manifest.json")], None)
    assert [d.path for d, _ in matches.drops] == ["a.json"]
    assert matches.manifests == {"s3://bucket/in/a.json": drop("a.json.manifest.json")}
    url, reason = "s3://bucket/in/b.json", "waits for its manifest b.json.manifest.json"
    assert matches.waiting == [Skipped(url, reason)]


def test_a_named_feed_leaves_files_of_others():
    feeds = [contract("*.json"), contract("*.csv", feed="b")]
    matches = match_drops(Shelf(["a.json", "b.csv"]), feeds, "b")
    assert [d.path for d, _ in matches.drops] == ["b.csv"]
    assert matches.ignored == ["s3://bucket/in/a.json"]


def single(path: str, *beside: str) -> Shelf:
    return Shelf([path], beside=list(beside), is_single_file=True)


def test_a_named_feed_takes_a_single_file_whatever_its_name():
    feeds = [contract("*.json"), contract("*.csv", feed="b")]
    assert match_drops(single("odd.txt"), feeds, "b").drops[0][1].feed == "b"
    with pytest.raises(UsageError, match="no feed has files of this name; say which by --feed"):
        match_drops(single("odd.txt"), feeds, None)


def test_a_single_file_is_told_by_the_end_of_its_whole_path():
    feeds = [contract("in/*.json"), contract("out/*.json", feed="b")]
    assert match_drops(single("a.json"), feeds, None).drops[0][1].feed == "a"


def test_a_single_files_companions_are_looked_for_beside_it():
    feed = contract("*.json", marker=".done", manifest=".sum")
    assert len(match_drops(single("a.json"), [feed], None).waiting) == 1
    matches = match_drops(single("a.json", "a.json.done", "a.json.sum"), [feed], "a")
    assert matches.manifests == {"s3://bucket/in/a.json": drop("a.json.sum")}


def dated(path: str, *patterns: str, zone: str = "UTC", is_single: bool = False) -> datetime | None:
    """When a drop takes effect by the date in its path."""
    feed = replace(
        contract(*patterns), kind="reference", effective_at="file_name", timezone=zone, columns=()
    )
    shelf = single(path) if is_single else Shelf([path])
    ((found, _),) = match_drops(shelf, [feed], "a" if is_single else None).drops
    return found.effective_at


def at(*parts: int) -> datetime:
    return datetime(*parts)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("pattern", "path", "time"),
    [
        ("a_{yyyy}.json", "a_2024.json", at(2024, 1, 1)),
        ("a_{yyyy}-{MM}.json", "a_2024-02.json.gz", at(2024, 2, 1)),
        ("a_{yyyy}{MM}{dd}*.json", "deep/a_20240229_2.json", at(2024, 2, 29)),
        ("{yyyy}/{MM}/{dd}/{HH}/*.json", "2024/02/29/23/a.json", at(2024, 2, 29, 23)),
        (
            "{yyyy}{MM}{dd}T{HH}{mm}{ss}.json",
            "20240229T235958.json",
            at(2024, 2, 29, 23, 59, 58),
        ),
    ],
)
def test_the_path_of_a_drop_says_when_it_takes_effect(pattern, path, time):
    assert dated(path, pattern) == time


@pytest.mark.parametrize(
    ("zone", "hour", "instant"),
    [
        ("Asia/Riyadh", "2024-01-31T00", at(2024, 1, 30, 21)),
        ("Africa/Cairo", "2024-04-26T00", at(2024, 4, 25, 22)),  # skipped: it is 01:00 then
        ("Europe/Berlin", "2024-10-27T02", at(2024, 10, 27, 1)),  # there twice: the later
    ],
)
def test_a_date_in_a_path_is_in_the_contracts_zone(zone, hour, instant):
    assert dated(f"a_{hour}.json", "a_{yyyy}-{MM}-{dd}T{HH}.json", zone=zone) == instant


def test_a_path_that_says_nothing_or_two_things_says_nothing():
    assert dated("odd.json", "a_{yyyy}.json", is_single=True) is None
    assert dated("a_2024_2023.json", "a_{yyyy}_*.json", "a_*_{yyyy}.json") is None
    assert dated("a_2024_2024.json", "a_{yyyy}_*.json", "a_*_{yyyy}.json") == at(2024, 1, 1)
    assert dated("a_0001.json", "a_{yyyy}.json", zone="Asia/Riyadh") is None


def test_a_single_file_is_dated_by_the_end_of_its_whole_path():
    assert dated("2024/a.json", "in/{yyyy}/*.json", is_single=True) == at(2024, 1, 1)


def test_other_drops_take_effect_when_they_are_stored_or_row_by_row():
    feeds = [
        replace(contract("*.json"), kind="reference", effective_at="store_time", columns=()),
        contract("*.csv", feed="b"),
    ]
    matches = match_drops(Shelf(["a.json", "b.csv"]), feeds, None)
    assert [found.effective_at for found, _ in matches.drops] == [at(2024, 1, 1), None]


NAMES = st.text(st.sampled_from("ab.[]!?*{}^-\\&|~#+\u0661"), min_size=1, max_size=6)
PIECES = st.one_of(NAMES, st.just("**"), st.text(st.sampled_from("ab?*"), min_size=1, max_size=5))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


def is_taken_by_the_book(glob: list[str], path: list[str]) -> bool:
    """What a glob means, folder by folder."""
    if not glob or not path:
        return glob == path
    if glob[0] == "**" and len(glob) == 1:
        return True
    if glob[0] == "**":
        return any(is_taken_by_the_book(glob[1:], path[n:]) for n in range(len(path)))
    return fnmatch.fnmatchcase(path[0], glob[0]) and is_taken_by_the_book(glob[1:], path[1:])


@given(st.lists(PIECES, min_size=2, max_size=4), PATHS)
@example(["**", "a"], "a")
@example(["a", "**", "b"], "a/b")
def test_a_glob_means_what_it_does_folder_by_folder(pieces, path):
    try:
        is_taken = takes("/".join(pieces), path)
    except ContractError:
        return  # a range from z to a, which `fnmatch` takes for an empty one
    if "[" not in "".join(pieces):  # `fnmatch` reads an open bracket up to the next slash only
        assert is_taken is is_taken_by_the_book(pieces, path.split("/"))


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="/[]*?{}"), min_size=1)))
def test_a_path_without_signs_takes_itself_only(parts):
    path = "/".join(["in", *parts])
    assert takes(path, path)
    assert takes(path, f"{path}.gz")
    assert not takes(path, f"{path}x")


@given(st.datetimes(min_value=datetime(1000, 1, 1)), st.integers(0, 99), st.integers(0, 99))  # noqa: DTZ001
def test_dates_are_those_of_the_calendar(instant, month, day):
    pattern = "{yyyy}/{MM}/{dd}/{HH}/*.json"
    assert takes(pattern, f"{instant:%Y/%m/%d/%H}/a.json")
    try:
        datetime(instant.year, month, day)  # noqa: DTZ001
        is_date = True
    except ValueError:
        is_date = False
    assert takes(pattern, f"{instant.year}/{month:02}/{day:02}/00/a.json") is is_date
