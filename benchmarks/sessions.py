"""The path of sessions beside one bare statement: `make bench NAME=sessions`."""

from benchmarks.building import run_builds
from benchmarks.market import Subject

SIZES = (1_000_000, 10_000_000, 50_000_000)
SUBJECT = Subject(
    name="sessions",
    mart="sessions",
    feed="web_events",
    events_per_box=32,
    rows="""
        select * replace (timezone('UTC', event_at) as event_at)
        from read_json(
            {drop},
            format = 'newline_delimited',
            columns = {{
                event_id: 'varchar', event_at: 'timestamptz', event_type: 'varchar',
                visitor_id: 'varchar', account_id: 'varchar', page_view_id: 'varchar',
                page: 'varchar', title_id: 'varchar', position_seconds: 'decimal(12,3)',
                length_seconds: 'decimal(12,3)', player_state: 'varchar', is_key_event: 'boolean',
                referrer: 'varchar', utm_source: 'varchar', utm_medium: 'varchar',
                utm_campaign: 'varchar', device: 'varchar', user_agent: 'varchar',
                country: 'varchar'
            }}
        )
    """,
)


if __name__ == "__main__":
    run_builds(SUBJECT, SIZES)
