"""PII: pseudonyms are what Python makes of the same key, and dropped clear text is nowhere."""

import contextlib
import hashlib
import hmac
import io
import json
import logging
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from made_avro import avro, logical, record
from made_feeds import FeedBench, feed, field
from made_people import CLEAR, as_lines, hostile_drops, person
from typer.testing import CliRunner

from ingest.cli import app
from ingest.errors import UsageError
from ingest.loading.loader import load
from ingest.settings import Settings, SettingsError
from ingest.warehouses.base import Warehouse

KEYS = [
    "sixteen letters!",
    "k" * 64,
    "longer than a block " * 5,
    "ключ и ещё немного",
    "' or 1=1; --" * 2,
]
KEY = KEYS[0]
RUNNER = CliRunner()


def pii(name: str, logical_type: str = "string", **rest: object) -> dict:
    return field(name, logical_type, classification="pii", **rest)


COLUMNS = [
    pii("viewer", required=True),
    pii("mail", logicalTypeOptions={"pattern": "@"}),
    pii("box", "integer"),
    pii("born_on", "date"),
    field("title"),
]


def feeds(raw_pii: str) -> list[dict]:
    nested = [pii("viewer", required=True, path="who.name", aliases=["nick"]), *COLUMNS[1:]]
    settings = {"rawPii": raw_pii}
    return [
        feed("commas", *COLUMNS, server={"format": "csv", "delimiter": ","}, settings=settings),
        feed("objects", *nested, settings=settings),
        feed("blocks", *COLUMNS, server={"format": "avro"}, settings=settings),
    ]


def bench_of(settings: Settings, home: Path, raw_pii: str, key: str | None = KEY) -> FeedBench:
    return FeedBench.made(replace(settings, pseudonym_key=key), home, *feeds(raw_pii))


def pseudonym(text: object, key: str = KEY) -> str:
    return hmac.new(key.encode(), str(text).encode(), hashlib.sha256).hexdigest()


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200)


@pytest.mark.parametrize("key", KEYS, ids=len)
def test_a_pseudonym_is_what_pythons_hmac_makes(settings, tmp_path, key):
    bench = bench_of(settings, tmp_path, "keep", key)
    texts = ["ann", "é", "e\u0301", "日本", "x" * 100_000, "a'b\"c;d", " padded ", "\U0001f4fa"]
    bench.load("objects_1", as_lines(*(person(text) for text in texts)))
    landed = bench.rows("objects", "viewer", "viewer_pseudonym")
    assert landed == [(text, pseudonym(text, key)) for text in texts]


@given(st.lists(TEXTS.filter(lambda text: text.strip(" \t\n\r\xa0")), min_size=1, max_size=20))
@hypothesis_settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_has_its_pseudonym(settings, tmp_path, texts):
    bench = bench_of(settings, tmp_path, "keep")
    name = f"objects_{len(list(bench.folder.iterdir()))}"
    content = as_lines({"nth": name}, *(person(text) for text in texts))
    load_id = bench.load(name, content).load_id
    query = "select viewer_pseudonym from raw.objects where _load_id = $1 order by _row"
    assert bench.query(query, [load_id]) == [(pseudonym(text),) for text in texts]


def test_the_same_value_has_one_pseudonym_in_every_format(settings, tmp_path):
    """Of what is no text, that of its canonical text; of null, none."""
    bench = bench_of(settings, tmp_path, "keep")
    bench.load("commas_1", b"viewer,mail,box,born_on\nann,a@b,0042,2000-02-29\nbob,,,\n")
    values = {"mail": "a@b", "box": 42, "born_on": "2000-02-29"}
    bench.load("objects_1", as_lines(person("ann", **values), {"who": {"nick": "bob"}}))
    schema = record(
        viewer="string", mail=["null", "string"], box=["null", "long"],
        born_on=["null", logical("int", "date")],
    )  # fmt: skip
    rows = [{"viewer": "ann", "mail": "a@b", "box": 42, "born_on": 11016}, {"viewer": "bob"}]
    bench.load("blocks_1", avro(schema, rows))
    names = [f"{name}_pseudonym" for name in ("viewer", "mail", "box", "born_on")]
    expected = [
        tuple(pseudonym(value) for value in ("ann", "a@b", 42, "2000-02-29")),
        (pseudonym("bob"), None, None, None),
    ]
    for name in ("commas", "objects", "blocks"):
        assert bench.rows(name, *names) == expected


def everything(bench: FeedBench) -> dict[str, str]:
    """All cells of every table of the warehouse, by table."""
    with duckdb.connect(bench.settings.duckdb_path) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
        ).fetchall()
        return {name: repr(connection.execute(f"from {name}").fetchall()) for (name,) in names}


def test_dropped_clear_text_is_nowhere(settings, tmp_path, caplog, monkeypatch):
    """Not in a table, the ledger, the file itself, a log, a screen, or a statement."""
    bench = bench_of(settings, tmp_path, "drop")
    monkeypatch.setattr(Settings, "from_environment", lambda *_: bench.settings)
    hostile_drops(bench)
    caplog.set_level(logging.DEBUG)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        report = bench.load_all()
    assert {result.state.value for result in report.results} == {"loaded", "failed"}
    assert bench.unexplained_rows() == 0
    (quarantined,) = bench.query("select count(*) from raw.quarantine")[0]
    assert quarantined > 15
    found = everything(bench)
    assert {name for name, cells in found.items() if CLEAR in cells} == set()
    assert "5550123" not in repr(bench.rows("commas", "box", "_extra"))
    assert pseudonym(5550123) in found["raw.commas"]
    assert CLEAR not in caplog.text + printed.getvalue() + repr(report)
    shown = RUNNER.invoke(app, ["quarantine", "list", "--limit", "100"]).output
    for load_id, row in bench.quarantined("load_id", "row_number"):
        shown += RUNNER.invoke(app, ["quarantine", "show", str(load_id), str(row)]).output
    shown += RUNNER.invoke(app, ["status"]).output
    assert "payload" in shown
    assert CLEAR not in shown


def test_dropped_clear_text_is_not_in_the_bytes_of_the_warehouse(settings, tmp_path):
    """Not even before a checkpoint, in the file or beside it: it is only in temporary tables."""
    bench = bench_of(settings, tmp_path, "drop")
    hostile_drops(bench)
    bench.load_all()
    files = [path for path in bench.settings.duckdb_path.parent.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if CLEAR.encode() in path.read_bytes()] == []
    bench.query("checkpoint")
    assert CLEAR.encode() not in bench.settings.duckdb_path.read_bytes()


def test_what_may_hold_clear_text_is_withheld_and_the_rest_is_kept(settings, tmp_path):
    bench = bench_of(settings, tmp_path, "drop")
    bench.load("commas_1", b"viewer,mail,title\nann,wrong,news\nbob,b@c,x,y\n")
    kept = bench.quarantined("row_number", "column_name", "rule", "value", "payload")
    first, second = kept
    assert first[:4] == (1, "mail", "pattern", pseudonym("wrong"))
    assert json.loads(first[4]) == {
        "viewer": pseudonym("ann"), "mail": pseudonym("wrong"), "title": "news",
    }  # fmt: skip
    assert second[:4] == (2, None, "fields", None)
    assert second[4].startswith("withheld")


def test_kept_clear_text_is_beside_its_pseudonym(settings, tmp_path):
    bench = bench_of(settings, tmp_path, "keep")
    bench.load("commas_1", b"viewer,mail\nann,wrong\nbob,b@c\n")
    assert bench.rows("commas", "viewer", "viewer_pseudonym") == [("bob", pseudonym("bob"))]
    assert bench.quarantined("value") == [("wrong",)]


def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts of all statements from here on, whoever runs them."""
    seen: list[str] = []

    class Spy:
        def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
            self._connection = connection

        def __getattr__(self, name: str) -> object:
            attribute = getattr(self._connection, name)
            if name not in ("execute", "executemany", "sql", "query"):
                return attribute

            def spied(query: str, *arguments: object, **named: object) -> object:
                seen.append(query)
                return attribute(query, *arguments, **named)

            return spied

    real = Warehouse.__init__

    def init(self: Warehouse, engine: object, *arguments: object) -> None:
        real(self, Spy(engine), *arguments)

    monkeypatch.setattr(Warehouse, "__init__", init)
    return seen


@pytest.mark.parametrize("key", KEYS, ids=len)
def test_no_statement_names_the_key(settings, tmp_path, monkeypatch, key, caplog):
    """Nor what the hash makes of it, in any writing of bytes; nor does the warehouse or a log."""
    caplog.set_level(logging.DEBUG)
    bench = bench_of(settings, tmp_path, "drop", key)
    hostile_drops(bench)
    seen = statements(monkeypatch)
    report = bench.load_all()
    assert any("sha256" in statement for statement in seen)
    block = key.encode()
    block = (hashlib.sha256(block).digest() if len(block) > 64 else block).ljust(64, b"\0")
    forms = {"key": key.encode(), "padded": block}
    for name, byte in (("inner", 0x36), ("outer", 0x5C)):
        forms[name] = bytes(each ^ byte for each in block)
    text = "\n".join(seen) + repr(report) + caplog.text + repr(bench.settings)
    text += "".join(everything(bench).values())
    files = [path for path in bench.settings.duckdb_path.parent.rglob("*") if path.is_file()]
    stored = b"".join(path.read_bytes() for path in files)
    for name, form in forms.items():
        writings = [form.hex(), form.hex().upper(), "".join(f"\\x{each:02X}" for each in form)]
        assert [each for each in writings if each in text] == [], name
        assert form not in text.encode() + stored, name


def test_without_a_key_nothing_loads_and_what_to_set_is_said(settings, tmp_path):
    bench = bench_of(settings, tmp_path, "keep", None)
    bench.write("commas_1.csv", b"viewer\nann\n")
    with pytest.raises(UsageError, match="set AUDIENCE_VAULT_PSEUDONYM_KEY to a secret"):
        bench.load_all()
    assert bench.query("select count(*) from raw.loads") == [(0,)]


@pytest.mark.parametrize("key", ["", "x", "fifteen letters"])
def test_a_key_that_can_be_guessed_is_refused_and_not_repeated(settings, monkeypatch, key):
    monkeypatch.setenv("AUDIENCE_VAULT_PSEUDONYM_KEY", key)
    with pytest.raises(SettingsError, match="AUDIENCE_VAULT_PSEUDONYM_KEY") as caught:
        Settings.from_environment()
    assert len(key) < 2 or key not in str(caught.value)


def test_another_key_than_before_loads_nothing_and_says_so(settings, tmp_path):
    bench = bench_of(settings, tmp_path, "keep")
    assert bench.load("commas_1.csv", b"viewer\nann\n").rows_loaded == 1
    path = bench.write("objects_1.json", as_lines(person("ann")))
    other = replace(bench.settings, pseudonym_key=KEYS[1])
    with pytest.raises(UsageError, match="isn't the key that load 1 was loaded with") as caught:
        load(path, other)
    assert KEYS[1] not in str(caught.value)
    assert bench.rows("objects", "viewer") == []
    assert load(path, bench.settings).results[0].rows_loaded == 1
    ids = bench.query("select distinct pseudonym_key_id from raw.loads")
    assert len(ids) == 1
    assert KEY not in ids[0][0]


def test_a_feed_without_pii_needs_no_key(settings, tmp_path):
    made = feed("plain", field("title"))
    bench = FeedBench.made(replace(settings, pseudonym_key=None), tmp_path, made)
    assert bench.load("plain_1", b'[{"title": "x"}]').rows_loaded == 1
    assert bench.query("select pseudonym_key_id from raw.loads") == [(None,)]


def test_unknown_columns_are_no_pii_and_stay(settings, tmp_path):
    """What the contract doesn't know can't be recognised; the page on loading says so."""
    bench = bench_of(settings, tmp_path, "drop")
    bench.load("objects_1", as_lines(person("ann", other="x")))
    assert bench.rows("objects", "viewer", "_extra") == [(None, '{"other":"x"}')]


def test_what_an_avro_record_has_in_place_of_a_folder_is_withheld(settings, tmp_path):
    nested = feed(
        "nested",
        pii("viewer", path="who.name"),
        server={"format": "avro"},
        settings={"rawPii": "drop"},
    )
    bench = FeedBench.made(replace(settings, pseudonym_key=KEY), tmp_path, nested)
    who = record(name="string") | {"name": "who"}
    values = [{"who": {"name": "Ada"}}, {"who": "Ada in clear"}, {"who": ["Ada in clear"]}]
    union = ["null", who, "string", {"type": "array", "items": "string"}]
    bench.load("nested.avro", avro(record(who=union), values))
    assert bench.rows("nested", "viewer", "_extra") == [(None, None)]
    reason = "who isn't a record"
    assert bench.quarantined("row_number", "reason") == [(2, reason), (3, reason)]
    assert "Ada in clear" not in str(bench.quarantined("value", "payload"))
