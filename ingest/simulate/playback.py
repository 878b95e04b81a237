"""How videos are played: heartbeats, pauses, seeks, to the end or not, all told by the player."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.simulate.viewing import Integers, within

PLAY, HEARTBEAT, PAUSE, SEEK, ENDED, QUALITY = EVENTS = range(6)
PLAYING, PAUSED, BUFFERING, OVER = range(4)
STATES = ("playing", "paused", "buffering", "ended")
"""As events name the states above."""
HEARTBEAT_MS = 30_000
MOST_STRETCHES = 4
"""Of playing, between pauses and seeks."""
INTERRUPTIONS = 0.6
"""Mean number per play."""
RESUMED_SHARE = 0.15
FINISHED_SHARE, SAMPLED_SHARE = 0.3, 0.4
"""The others give up somewhere; who samples does so within the first tenth."""
PAUSED_SHARE = 0.6
"""Of interruptions, the others are seeks."""
PAUSE_MEDIAN_MS, PAUSE_SPREAD = 90_000, 1.5
LONGEST_PAUSE_MS = 4 * 3_600_000
SEEK_MS = 500
BACK_MS, FORWARD_MS = 60_000, 600_000
TOLD_SHARE = 0.6
"""Of plays that are given up, those whose player tells; the others' tabs are closed."""
BUFFERING_SHARE = 0.01
QUALITY_CHANGED_SHARE, QUALITY_CHANGED_MS = 0.15, 5_000


def playbacks(random: np.random.Generator, length_ms: Integers) -> tuple[pd.DataFrame, Integers]:
    """What players tell of plays of titles of these lengths, and how long each play takes.

    Columns: play (position), offset_ms (since its beginning), event, position_ms, state.
    """
    size = len(length_ms)
    finishes = random.random(size) < FINISHED_SHARE
    samples = random.random(size) < SAMPLED_SHARE
    share = np.where(samples, random.uniform(0.0, 0.1, size), random.uniform(0.1, 0.95, size))
    stretches = 1 + np.minimum(random.poisson(INTERRUPTIONS, size), MOST_STRETCHES - 1)
    is_resumed = random.random(size) < RESUMED_SHARE
    position = (np.where(is_resumed, random.uniform(0, 0.8, size), 0) * length_ms).astype(np.int64)
    offset = np.zeros(size, np.int64)
    told = []
    for number in range(MOST_STRETCHES):
        play = np.flatnonzero(stretches > number)
        is_last = stretches[play] == number + 1
        left = length_ms[play] - position[play]
        is_over = is_last & finishes[play]
        watched = (share[play] * length_ms[play] / stretches[play]).astype(np.int64)
        watched = np.where(is_over, left, np.minimum(left, watched))
        told.append(_stretch(random, play, offset[play], position[play], watched))
        offset[play] += watched
        position[play] += watched
        kind = np.where(random.random(len(play)) < PAUSED_SHARE, PAUSE, SEEK)
        gives_up = np.where(random.random(len(play)) < TOLD_SHARE, PAUSE, -1)
        kind = np.where(is_last, np.where(position[play] == length_ms[play], ENDED, gives_up), kind)
        jump = np.where(kind == SEEK, random.integers(-BACK_MS, FORWARD_MS, len(play)), 0)
        position[play] = (position[play] + jump).clip(0, length_ms[play])
        state = np.choose(kind + 1, (PAUSED, PLAYING, PLAYING, PAUSED, PLAYING, OVER))
        is_told = kind >= 0
        told.append(_told(play, offset[play], kind, position[play], state)[is_told])
        pause = random.lognormal(np.log(PAUSE_MEDIAN_MS), PAUSE_SPREAD, len(play))
        pause = pause.clip(max=LONGEST_PAUSE_MS).astype(np.int64)
        offset[play] += np.where(is_last, 0, np.where(kind == PAUSE, pause, SEEK_MS))
    return pd.concat(told, ignore_index=True), offset


def _stretch(
    random: np.random.Generator,
    play: Integers,
    offset: Integers,
    position: Integers,
    watched: Integers,
) -> pd.DataFrame:
    """The play event of a stretch, its heartbeats, and changes of quality."""
    beats = np.maximum(0, watched - 1) // HEARTBEAT_MS
    beating = np.repeat(np.arange(len(play)), beats)
    since = HEARTBEAT_MS * (within(beats) + 1)
    buffers = random.random(len(beating)) < BUFFERING_SHARE
    changes = (random.random(len(play)) < QUALITY_CHANGED_SHARE) & (watched > QUALITY_CHANGED_MS)
    return pd.concat(
        [
            _told(play, offset, PLAY, position, PLAYING),
            _told(
                play[beating],
                offset[beating] + since,
                HEARTBEAT,
                position[beating] + since,
                np.where(buffers, BUFFERING, PLAYING),
            ),
            _told(
                play[changes],
                offset[changes] + QUALITY_CHANGED_MS,
                QUALITY,
                position[changes] + QUALITY_CHANGED_MS,
                PLAYING,
            ),
        ]
    )


def _told(
    play: Integers,
    offset_ms: Integers,
    event: NDArray[np.integer] | int,
    position_ms: Integers,
    state: NDArray[np.integer] | int,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "play": play,
            "offset_ms": offset_ms,
            "event": np.broadcast_to(np.asarray(event, np.int8), len(play)),
            "position_ms": position_ms,
            "state": np.broadcast_to(np.asarray(state, np.int8), len(play)),
        }
    )
