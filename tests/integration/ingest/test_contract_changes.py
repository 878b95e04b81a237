"""What `contract check` says of a change is what the loader does with drops that are there."""

import json

import pytest
from made_feeds import FeedBench, feed, field, write_contracts

from ingest.contracts import Contract, ContractError, read_contracts
from ingest.contracts.compatibility import Side, compare

CSV = {"format": "csv", "delimiter": ","}
HEADERLESS = {**CSV, "header": False}
ID = field("id", "integer", required=True)
A, B = field("a"), field("b")
DECIMAL = {"physicalType": "decimal(12,2)"}


@pytest.fixture
def make(settings, tmp_path):
    """Makes a bench with one feed, `made`, and its contract."""

    def bench(*columns: dict, **rest: object) -> tuple[FeedBench, Contract]:
        made = FeedBench.made(settings, tmp_path, feed("made", *columns, **rest))
        return made, contract_of(made)

    return bench


def contract_of(bench: FeedBench) -> Contract:
    return read_contracts(bench.settings.contracts_dir)["made"]


def changed(bench: FeedBench, *columns: dict, **rest: object) -> Contract:
    """The contract that takes the place of the bench's."""
    write_contracts(bench.settings.project_dir, feed("made", *columns, **rest))
    return contract_of(bench)


def sides(old: Contract, new: Contract) -> set[Side]:
    return {side for difference in compare(old, new).differences for side in difference.breaks}


def lines(*records: dict) -> bytes:
    return "".join(json.dumps(each) + "\n" for each in records).encode()


def loaded(bench: FeedBench, name: str, content: bytes) -> list[tuple] | None:
    """The rows that a drop brings; null where any of it was refused."""
    result = bench.load(name, content)
    if result.state != "loaded" or result.rows_quarantined:
        return None
    known = [column.name for column in contract_of(bench).columns]
    return bench.rows("made", *(name for name in ("id", "a") if name in known))


@pytest.mark.parametrize(
    ("old", "new", "drop"),
    [
        (([ID, A], {}), ([ID, A, B], {}), lines({"id": 1, "a": "x"})),
        (([ID, A], {}), ([ID, field("a", aliases=["c"])], {}), lines({"id": 1, "a": "x"})),
        (([ID, A, B], {}), ([ID, A], {}), lines({"id": 1, "a": "x", "b": "y"})),
        (
            ([ID, A, B], {}),
            ([ID, field("a", aliases=["b"])], {}),
            lines({"id": 1, "a": "x", "b": "y"}),
        ),
        (([ID, A, B], CSV), ([ID, field("a", aliases=["b"])], CSV), b"id,a,b\n1,x,y\n"),
        (([ID, A], {}), ([ID, field("b", path="a.b")], {}), lines({"id": 1, "a": "x"})),
        (([ID, field("b", path="a.b")], {}), ([ID, A], {}), lines({"id": 1, "a": {"b": "x"}})),
        (([ID, A], {}), ([ID, field("a", "integer")], {}), lines({"id": 1, "a": "x"})),
        (([ID, A], {}), ([ID, field("a", required=True)], {}), lines({"id": 1})),
        (
            ([ID, A], {**CSV, "nullValues": ["-", "NA"]}),
            ([ID, A], {**CSV, "nullValues": ["NA", "-"]}),
            b"id,a\n1,NA\n",
        ),
        (([ID, A], CSV), ([ID, A], {**CSV, "nullValues": ["x"]}), b"id,a\n1,x\n"),
        (
            ([ID, A], {**CSV, "trailerPattern": "^#(.*)"}),
            ([ID, A], CSV),
            b"id,a\n1,x\n#1\n",
        ),
        (([ID, A], CSV), ([ID, A], {**CSV, "trailerPattern": "^#(.*)"}), b"id,a\n1,x\n"),
        (([ID, A], HEADERLESS), ([ID, A, B], HEADERLESS), b"1,x\n"),
        (([ID, A], CSV), ([A, ID], CSV), b"id,a\n1,x\n"),
    ],
)
def test_a_change_breaks_older_drops_as_is_said(make, old, new, drop):
    bench, before = make(*old[0], server=old[1])
    rows = loaded(bench, "made_1", drop)
    assert rows
    after = changed(bench, *new[0], server=new[1])
    bench.settings.duckdb_path.unlink()
    assert (Side.BACKWARD in sides(before, after)) == (loaded(bench, "made_1", drop) != rows)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (field("Code"), field("code", path="Code")),
        (field("n", "number"), field("n", "number", **DECIMAL)),
    ],
)
def test_what_the_raw_table_refuses_is_said(make, old, new):
    bench, before = make(ID, old)
    bench.load("made_1", lines({"id": 1}))
    assert Side.WAREHOUSE in sides(before, changed(bench, ID, new))
    with pytest.raises(ContractError, match="in the warehouse"):
        bench.load("made_2", lines({"id": 2}))


def test_a_renamed_column_leaves_the_old_one_empty_and_that_is_said(make):
    bench, before = make(ID, A)
    bench.load("made_1", lines({"id": 1, "a": "x"}))
    assert Side.WAREHOUSE in sides(before, changed(bench, ID, field("b", aliases=["a"])))
    bench.load("made_2", lines({"id": 2, "a": "y"}))
    assert bench.rows("made", "a", "b") == [("x", None), (None, "y")]
