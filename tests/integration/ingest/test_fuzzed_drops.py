"""Mutated drops: no crash, no traceback, every record loaded, put aside, or the drop failed."""

from collections import Counter
from itertools import cycle
from pathlib import Path

import forked
import pytest
from fuzzing import (
    FEEDS,
    bench_of,
    check,
    is_fine,
    load_captured,
    mutated,
    seeds,
    write_mutants,
)
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from made_avro import avro, record
from made_feeds import FeedBench, feed, field, texts
from made_source import PACK

FILES, BATCHES, FEW_FILES = 10_000, 20, 250


def load_mutants(home: Path, count: int, seed: int) -> Counter[str]:
    """How many drops ended how; the process that loaded them must have ended well."""
    bench, output = bench_of(home), home / "output"
    write_mutants(bench, count, seed)
    assert forked.run(load_captured, bench.settings, bench.folder, output) == 0
    return check(bench, output.read_text(errors="replace"))


def test_a_few_mutated_drops(tmp_path):
    states = load_mutants(tmp_path, FEW_FILES, seed=0)
    assert states["loaded"] > FEW_FILES / 10
    assert states["failed"] > FEW_FILES / 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, BATCHES + 1))
def test_ten_thousand_mutated_drops(tmp_path, seed):
    load_mutants(tmp_path, FILES // BATCHES, seed)


def test_no_seed_is_bad(tmp_path):
    """Whole drops load, packed or not, so that a mutant is what its mutation made it."""
    bench = bench_of(tmp_path)
    packings = cycle(PACK.items())
    for number, (name, content) in enumerate(seeds()):
        for packing, pack in (("", bytes), next(packings)):
            bench.write(f"{name}_{number}{packing}", pack(content))
    results = bench.load_all().results
    assert [result.error for result in results if result.error] == []
    assert {made["name"] for made in FEEDS} == {result.feed for result in results}
    assert {result.state.value for result in results} <= {"loaded", "duplicate"}


@pytest.fixture
def bench(tmp_path: Path) -> FeedBench:
    return bench_of(tmp_path)


@given(st.data())
@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_are_loaded_or_refused(bench, data):
    """Hypothesis finds the smallest; all drops of a run go into one warehouse."""
    name, content = data.draw(st.sampled_from(seeds()))
    match data.draw(st.sampled_from(["bytes", "start", "mutant"])):
        case "bytes":
            content = data.draw(st.binary(max_size=60))
        case "start":
            content = content[: data.draw(st.integers(0, 80))] + data.draw(st.binary(max_size=20))
        case _:
            content = mutated(content, data.draw(st.randoms()), [content])
    result = bench.load(f"{name}_{len(list(bench.folder.iterdir()))}", content)
    assert result.rows_read == result.rows_loaded + result.rows_quarantined
    assert is_fine(result.error) if result.state == "failed" else result.error is None
    assert bench.unexplained_rows() == 0


def test_a_failed_drop_leaves_the_next_alone(settings, tmp_path):
    """Whatever ends it, be it a cut, a broken line, or a rule; Avro needs the engine to be free."""
    column = field("id", required=True, failDropOn=["required"])
    bench = FeedBench.made(
        settings, tmp_path,
        feed("commas", column, *texts("b"), server={"format": "csv", "delimiter": ","}),
        feed("objects", column, *texts("b")),
        feed("blocks", column, server={"format": "avro"}),
    )  # fmt: skip
    bad = {
        "commas": [b"id,b\n1", b'id,b\n1,"x', b"id,b\n,x\n", b"b\n1\n", b"id,b\n1,2\r\n3,4\n"],
        "objects": [b"[", b'{"id": 1}\n{', b'[{"id": 1} 2]', b'{"b": 1}', b"{"],
        "blocks": [b"Obj\x01", avro(record(id="string"), [{"id": ""}])[:-3]],
    }
    expected = []
    for name, contents in bad.items():
        for number, content in enumerate(contents):
            bench.write(f"{name}_{number}", content)
            good = avro(record(id="string"), [{"id": f"{name} {number}"}])
            bench.write(f"blocks_after_{name}_{number}", good)
            expected += ["failed", "loaded"]
    results = bench.load_all().results
    assert [result.state.value for result in results] == expected
