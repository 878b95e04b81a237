"""The ratings path beside one bare statement: `make bench NAME=ratings`."""

from benchmarks.building import run_builds
from benchmarks.market import Subject

SIZES = (1_000_000, 10_000_000, 100_000_000)
SUBJECT = Subject(
    name="ratings",
    mart="channel_ratings_daily",
    feed="stb_events",
    events_per_box=53,
    rows="""
        select * replace (timezone('UTC', indextime) as indextime)
        from read_json(
            {drop},
            format = 'newline_delimited',
            columns = {{
                mac: 'varchar', eventdate: 'date', eventtime: 'time', chname: 'varchar',
                program_id: 'varchar', geo_location: 'varchar', code: 'varchar', sat: 'varchar',
                ts: 'decimal(20,7)', indextime: 'timestamptz'
            }}
        )
    """,
)


if __name__ == "__main__":
    run_builds(SUBJECT, SIZES)
