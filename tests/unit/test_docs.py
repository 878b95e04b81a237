"""What the documentation says of settings, commands and patterns is so."""

import re
from collections.abc import Iterator

import pytest
import typer.main

from ingest.contracts import Contract, PathPattern
from ingest.settings import PROJECT_DIR, Settings
from ingest.stores.patterns import PathMatcher
from orchestration.cli import app
from tests.unit.ingest.made_contracts import contract, field

PAGES = [PROJECT_DIR / "README.md", *sorted((PROJECT_DIR / "docs").glob("*.md"))]
PREFIX = "AUDIENCE_VAULT_"
OF_DBT = {"AUDIENCE_VAULT_BUILD_ID": "dbt's own"}
"""Read by macros, not by Python."""


class Asked(dict[str, str]):
    """An empty environment that remembers what it was asked for."""

    def get(self, name: str, default: str | None = None) -> str | None:
        self[name] = default or ""
        return default


def rows(page: str, heading: str) -> list[list[str]]:
    """Cells of the tables under a heading, without their first lines."""
    text = (PROJECT_DIR / "docs" / page).read_text()
    part = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def asked_for() -> dict[str, str]:
    """Every variable that the settings read, with its default."""
    environment = Asked()
    settings = Settings.from_environment(environment)
    found = {}
    for name, default in environment.items():
        if name.startswith(PREFIX):
            value = getattr(settings, name.removeprefix(PREFIX).lower(), None)
            found[name] = f"{value:g}" if isinstance(value, float | int) else default
    return found


def test_the_settings_are_those_that_are_read_with_their_defaults():
    told = {
        name.strip("`"): default.strip("`")
        for name, default, _ in rows("operations.md", "Settings")
    }
    assert told == asked_for() | OF_DBT


@pytest.mark.parametrize("name", OF_DBT)
def test_a_setting_that_python_does_not_read_is_read_by_a_macro(name):
    assert any(name in path.read_text() for path in (PROJECT_DIR / "macros").rglob("*.sql"))


def commands() -> Iterator[tuple[str, str]]:
    """Every command line in the pages, by page."""
    for page in PAGES:
        for line in re.findall(
            r"(?:^|`|bin/)audience-vault +([a-z-][^`\n#]*)", page.read_text(), re.M
        ):
            yield page.name, line.strip()


@pytest.mark.parametrize(("page", "line"), sorted(set(commands())))
def test_a_command_of_the_pages_is_one(page, line):
    command, words = typer.main.get_command(app), line.split()
    if words[0] == "--debug":
        return
    while words and words[0] in (below := getattr(command, "commands", {})):
        command = below[words.pop(0)]
    assert line != " ".join(words), "there is no such command"
    options = {name for parameter in command.params for name in parameter.opts}
    unknown = {word.strip("[]") for word in words if word.strip("[]").startswith("--")} - options
    assert not unknown or command.context_settings.get("ignore_unknown_options")


def made_from(pattern: str) -> Contract:
    """A contract with a pattern as the page writes it."""
    said = re.findall(r"`([^`]+)`", pattern)
    layout = said[0] if said[0] in ("kafka_connect", "firehose") else "glob"
    path = {"glob": said[0], "kafka_connect": "topics", "firehose": said[-1]}[layout]
    server = {"path": path, "layout": layout}
    server |= {"topic": said[-1]} if layout == "kafka_connect" else {}
    return contract(field("a"), server=server)


@pytest.mark.parametrize(("pattern", "taken", "left"), rows("ingest.md", "Which files are drops"))
def test_a_pattern_takes_what_the_page_says(pattern, taken, left):
    made = made_from(pattern)
    (path_pattern,) = made.patterns
    assert isinstance(path_pattern, PathPattern)
    matcher = PathMatcher(made, path_pattern)
    for path in re.findall(r"`([^`]+)`", taken):
        assert matcher.matches(path), path
    for path in re.findall(r"`([^`]+)`", left):
        assert not matcher.matches(path), path
