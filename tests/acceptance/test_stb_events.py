"""The three real set-top-box drops give the marts that a plain Python reference computed."""

import json

import pytest


def test_channel_ratings_equal_the_reference(real_warehouse, expected):
    rows = real_warehouse.query(
        "select cast(broadcast_date as varchar) as day, * exclude broadcast_date from marts.channel_ratings_daily"
    )
    for day, reference in expected["days"].items():
        channels = {row["channel_id"]: row for row in rows if row["day"] == day}
        assert set(channels) == set(reference["channels"])
        for channel_id, figures in reference["channels"].items():
            for column, value in figures.items():
                assert channels[channel_id][column] == pytest.approx(value, abs=1e-9), (day, channel_id, column)
        ranked = sorted(channels.values(), key=lambda row: row["rank_by_viewing"])[:10]
        assert [
            (row["rank_by_viewing"], row["channel_id"], row["viewing_seconds"], row["viewers"]) for row in ranked
        ] == [(top["rank"], top["channel"], top["viewing_seconds"], top["viewers"]) for top in reference["top10"]]
    assert {row["day"] for row in rows} == set(expected["days"])
