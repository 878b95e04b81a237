"""Good events, to break one thing at a time."""

import json

EVENT = {"mac": "b", "eventdate": "2024-01-01", "eventtime": "00:00:01", "code": "ELWS"}


def event(**fields: object) -> dict[str, object]:
    """A good event with some fields of its own."""
    return EVENT | fields


def events(count: int) -> list[dict[str, object]]:
    """Good events that differ by box: enough of them, and one bad row is below the threshold."""
    return [event(mac=f"box {number}") for number in range(count)]


def lines(*records: object) -> bytes:
    """JSON lines; bytes are taken as they are."""
    return b"".join(
        (r if isinstance(r, bytes) else json.dumps(r).encode()) + b"\n" for r in records
    )
