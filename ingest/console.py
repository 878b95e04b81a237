"""Printing for people: what drops hold is shown as text, never obeyed."""

import json
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPED_COLUMNS = 10_000
"""Nothing is cut or wrapped where a program reads it."""
UNSAFE = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
"""Unicode categories that can move the cursor or change how the rest reads."""


def make_console(*, stderr: bool = False) -> Console:
    """A console that fits the terminal, or prints plain lines where there is none."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPED_COLUMNS
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=width is not None)


def print_json(document: object) -> None:
    """Print one JSON document, in ASCII: nothing that a terminal obeys."""
    typer.echo(json.dumps(document, default=str, ensure_ascii=True))


def safe(value: object) -> str:
    """A value as one line of text without control characters; nothing for null."""
    if value is None:
        return ""
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in UNSAFE
        else character
        for character in str(value)
    )


def count(value: int | None) -> str:
    """A number of things, with thousands separated."""
    return "" if value is None else f"{value:,}"


def file_name(url: str) -> str:
    """The last part of a drop's URL, as its owner would write it."""
    return safe(PurePosixPath(unquote(urlsplit(url).path)).name)


def table(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Table:
    """A table; columns whose heading starts with '#' hold numbers."""
    result = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for heading in columns:
        is_number = heading.startswith("#")
        result.add_column(
            heading.removeprefix("#"),
            justify="right" if is_number else "left",
            no_wrap=is_number,
            overflow="fold",
        )
    for row in rows:
        result.add_row(*(Text(safe(cell)) for cell in row))
    return result
