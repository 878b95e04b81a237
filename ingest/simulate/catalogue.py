"""What the simulated site and audio service offer: titles, songs, and campaigns that lead to it."""

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.simulate.market import PROGRAMME_GENRES
from ingest.simulate.plan import SimulationPlan

VIDEOS, ARTICLES, SONGS = 300, 100, 400
KNOWN_LENGTH_SHARE = 0.9
"""Share of videos whose length the catalogue tells; players tell that of all."""
CATALOGUED_SHARE = 0.9
"""Share of the songs played that the catalogue of songs has."""
CAMPAIGNS = (
    ("google", "cpc", "launch"),
    ("youtube", "video", "launch"),
    ("google", "cpc", "sport_pass"),
    ("facebook", "paid_social", "drama_weekend"),
    ("instagram", "paid_social", "drama_weekend"),
    ("newsletter", "email", "weekly"),
)
"""Source, medium and name, as the tags utm_* tell them."""
DAILY_BUDGETS = {"launch": 900.0, "sport_pass": 350.0, "drama_weekend": 500.0, "billboards": 1200.0}
"""The newsletter costs nothing, and nobody comes to the site from a billboard."""
ARTISTS = (
    ("Björk", "Reykjavík, Iceland", 64.14598, -21.94224),
    ("Sigur Rós", "Reykjavík, Iceland", 64.14598, -21.94224),
    ("Café Tacvba", "México", 19.43268, -99.13421),
    ("Mötley Crüe", "Los Angeles, CA", 34.05349, -118.24532),
    ("Beyoncé", "Houston, TX", 29.76045, -95.36978),
    ("Fairuz", "Beirut, Lebanon", 33.88894, 35.49442),
    ("Amr Diab", "", None, None),
    ("The Box Tops", "Memphis, TN", 35.14968, -90.04892),
    ("Des'ree", "London, England", 51.50632, -0.12714),
    ("Florence + The Machine", "", None, None),
    ("AC/DC", "Sydney, Australia", -33.86963, 151.20695),
    ("Simon & Garfunkel", "New York, NY", 40.71455, -74.00712),
)
"""Name, place, latitude and longitude."""
SONG_WORDS = ("Ágætis", "Corazón", "Desert", "Electric", "Habibi", "Midnight", "River", "Señorita",
              "Stairs", "Summer", "Über", "Yesterday")  # fmt: skip


@lru_cache(maxsize=4)
def titles_of(plan: SimulationPlan) -> pd.DataFrame:
    """The site's titles, videos first; each kind with the most popular first.

    Columns: title_id, title_name, title_kind, genre, length_ms (0 for articles), is_length_known.
    """
    random = plan.random("titles")
    size = VIDEOS + ARTICLES
    is_video = np.arange(size) < VIDEOS
    minutes = random.choice((5, 22, 45, 100), size, p=(0.2, 0.3, 0.35, 0.15))
    length_ms = (minutes * random.uniform(50_000, 70_000, size)).astype(np.int64)
    names = [
        *((f"v-{n:03}", f"Video {n}") for n in range(1, VIDEOS + 1)),
        *((f"a-{n:03}", f"Article {n}") for n in range(1, ARTICLES + 1)),
    ]
    return pd.DataFrame(names, columns=["title_id", "title_name"]).assign(
        title_kind=np.where(is_video, "video", "article"),
        genre=random.choice(PROGRAMME_GENRES, size),
        length_ms=np.where(is_video, length_ms, 0),
        is_length_known=is_video & (random.random(size) < KNOWN_LENGTH_SHARE),
    )


@lru_cache(maxsize=4)
def songs_of(plan: SimulationPlan) -> pd.DataFrame:
    """The songs that are played, the most popular first.

    Columns: title, artist_name, artist_location, artist_latitude, artist_longitude, song_id,
    artist_id, duration (seconds), year (0 where it isn't known), is_catalogued.
    """
    random = plan.random("songs")
    artist = random.integers(0, len(ARTISTS), SONGS)
    word = random.integers(0, len(SONG_WORDS), SONGS)
    names = [
        (f"{SONG_WORDS[w]} {number}", *ARTISTS[a])
        for number, (w, a) in enumerate(zip(word, artist, strict=True), 1)
    ]
    columns = ["title", "artist_name", "artist_location", "artist_latitude", "artist_longitude"]
    songs = pd.DataFrame(names, columns=columns)
    for name in ("title", "artist_name"):
        songs[name] = songs[name].map(_doubly_encoded)
    return songs.assign(
        song_id=[f"SO{number:016X}" for number in range(SONGS)],
        artist_id=[f"AR{a:016X}" for a in artist],
        duration=random.normal(240, 60, SONGS).clip(20, 900).round(5),
        year=np.where(random.random(SONGS) < 0.5, random.integers(1965, 2018, SONGS), 0),
        is_catalogued=random.random(SONGS) < CATALOGUED_SHARE,
    )


def popular(random: np.random.Generator, choices: int, size: int) -> NDArray[np.int64]:
    """So many of 0, 1, … drawn by popularity, which falls as 1 / rank."""
    share = 1 / np.arange(1, choices + 1)
    return np.searchsorted(np.cumsum(share / share.sum()), random.random(size)).clip(
        max=choices - 1
    )


def _doubly_encoded(name: str) -> str:
    """UTF-8 read as Latin-1, as the million song data set has every name."""
    return name.encode().decode("latin-1")
