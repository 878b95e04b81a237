"""The three real set-top-box drops give what an independent reference computed, on each engine."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.invariants import INVARIANTS
from tests.conftest import OpenWarehouse
from tests.engines import SLOWLY_ON_POSTGRES
from tests.warehouse import EVERYBODY, Warehouse


@pytest.fixture(scope="module", params=SLOWLY_ON_POSTGRES)
def real(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    open_warehouse: OpenWarehouse,
    real_drops: Path,
) -> Iterator[Warehouse]:
    """The real drops and programmes, loaded and built once."""
    with open_warehouse(request.param, tmp_path_factory.mktemp("real")) as warehouse:
        warehouse.load_file(real_drops / "stb_events")
        warehouse.load_file(real_drops / "programmes")
        assert warehouse.dbt("seed"), warehouse.last
        warehouse.run()
        yield warehouse


@pytest.fixture(scope="module")
def expected(real_drops: Path) -> dict:
    return json.loads((real_drops / "stb_events" / "expected.json").read_text())


def test_rows_and_events(real: Warehouse, expected: dict) -> None:
    assert real.execute("select count(*) from raw.stb_events") == [(expected["rows"],)]
    assert real.execute("select count(*) from vault.link_stb_event") == [(expected["events"],)]


def test_every_channel_of_every_day(real: Warehouse, expected: dict) -> None:
    """channels.<id>.<key> -> the column of the same name in marts.channel_ratings_daily."""
    for day, reference in expected["days"].items():
        for key in next(iter(reference["channels"].values())):
            found = dict(
                real.execute(
                    f"select channel_id, {key} from marts.channel_ratings_daily"
                    f" where broadcast_date = '{day}'"
                )
            )
            of_key = {channel: figures[key] for channel, figures in reference["channels"].items()}
            assert found == pytest.approx(of_key, abs=1e-9), (day, key)
    days = real.execute(
        "select distinct cast(broadcast_date as varchar) from marts.channel_ratings_daily"
        " order by 1"
    )
    assert [day for (day,) in days] == sorted(expected["days"])


def test_top_ten(real: Warehouse, expected: dict) -> None:
    """top10 -> rank_by_viewing, channel_id, viewing_seconds, viewers."""
    for day, reference in expected["days"].items():
        found = real.execute(
            "select rank_by_viewing, channel_id, viewing_seconds, viewers"
            f" from marts.channel_ratings_daily where broadcast_date = '{day}'"
            " and rank_by_viewing <= 10 order by rank_by_viewing"
        )
        assert found == [
            (top["rank"], top["channel"], top["viewing_seconds"], top["viewers"])
            for top in reference["top10"]
        ]
    assert real.execute(
        "select channel_id, viewing_seconds from marts.channel_ratings_daily"
        " where broadcast_date = '2024-01-01' and rank_by_viewing = 1"
    ) == [("SSC EXTRA 1 HD", 172_180)]


def test_viewers_and_averages(real: Warehouse, expected: dict) -> None:
    """viewers, viewing_seconds, average_seconds_per_viewer -> average_viewing_duration;
    seconds_by_viewer -> viewing_duration_daily.viewing_seconds."""
    for day, reference in expected["days"].items():
        found = real.execute(
            "select viewers, viewing_seconds, average_seconds_per_viewer"
            f" from marts.average_viewing_duration where broadcast_date = '{day}'"
            f" and platform = 'tv' and {EVERYBODY}"
        )[0]
        keys = ("viewers", "viewing_seconds", "average_seconds_per_viewer")
        assert found == pytest.approx([reference[key] for key in keys], abs=1e-6)
        by_viewer = real.execute(
            "select viewer_id, viewing_seconds from marts.viewing_duration_daily"
            f" where broadcast_date = '{day}'"
        )
        assert dict(by_viewer) == reference["seconds_by_viewer"]


def test_the_invariants_hold(real: Warehouse) -> None:
    """By dbt tests: shares, lengths of days, reach, identities, partitions."""
    assert real.dbt("test", "--select", *sorted(INVARIANTS)), real.last
    assert {each.node.name for each in real.last.result if each.status == "pass"} == INVARIANTS


def test_every_row_is_explained(real: Warehouse) -> None:
    assert real.execute("select sum(abs(unexplained_rows)) from marts.reconciliation") == [(0,)]


@pytest.mark.slow
def test_every_data_test_holds(real: Warehouse) -> None:
    assert real.dbt("test", "--exclude-resource-type", "unit_test"), real.last
