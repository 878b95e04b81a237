"""Set-top-box events as a producer would send them."""

from datetime import datetime, timedelta

from hypothesis import strategies as st

START = datetime.fromisoformat("2024-01-01")


def event(
    box: str, at: datetime, code: str, channel: str | None = None, programme: str | None = None
) -> dict:
    """One row of the feed."""
    return {
        "mac": box,
        "eventdate": at.strftime("%Y-%m-%d"),
        "eventtime": at.strftime("%H:%M:%S"),
        "chname": channel,
        "program_id": programme,
        "geo_location": None,
        "code": code,
        "sat": None if channel is None else "NILESAT",
        "ts": "1709076809.0243657",
        "indextime": None,
    }


def at(text: str) -> datetime:
    """An instant such as '2024-01-01 23:59:30'."""
    return datetime.fromisoformat(text)


def evening(box: str, first: datetime, last: datetime, channel: str) -> list[dict]:
    """A box on one channel from first to last, with its heartbeats."""
    beats = []
    instant = first + timedelta(minutes=10)
    while instant < last:
        beats.append(event(box, instant, "SALIVE", channel))
        instant += timedelta(minutes=10)
    return [
        event(box, first, "SSTART"),
        event(box, first, "ELWS", channel),
        *beats,
        event(box, last, "SSTAND"),
    ]


# Few boxes, channels and instants, so that ties, zaps, silences and borders of dates are common.
instants = st.builds(
    lambda day, second: START + timedelta(days=day, seconds=second),
    st.integers(0, 3),
    st.one_of(
        st.sampled_from([0, 1, 59, 60, 300, 719, 720, 721, 86_399, 86_390, 86_340, 85_800]),
        st.integers(0, 86_399),
    ),
)
channels = st.sampled_from(["Alpha", "ALPHA", "Alpha\u00a0 ", "Beta", " beta", "Gamma"])
rows = st.builds(
    lambda box, instant, code, channel, programme: event(
        box,
        instant,
        code,
        *((None, None) if code in ("SSTART", "SSTAND") else (channel, programme)),
    ),
    st.sampled_from(["box1", "box2"]),
    instants,
    st.sampled_from(["SSTART", "ELWS", "ELWS", "SALIVE", "SALIVE", "SSTAND"]),
    channels,
    st.sampled_from([None, "1", "2"]),
)
