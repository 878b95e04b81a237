"""Each mart says what a row is, and each of its numbers in which unit it is."""

import re
from pathlib import Path

import pytest
import yaml

from ingest.settings import PROJECT_DIR

MARTS = {path.stem: path for path in sorted((PROJECT_DIR / "models/marts").rglob("*.sql"))}
NUMBERS = ("bigint", "integer", "double precision", "decimal")
UNITS = re.compile(
    r"\b(Persons|[Ss]econds|Percent|[Cc]ounts?|fraction|Rank|Rows|Events|The load that|currency"
    r"|Hour of|Day of|Year in|Place of|Bucket of|number in)\b"
)
DOC = re.compile(r"\{% docs (\w+) %\}\n(.*?)\n\{% enddocs %\}", re.DOTALL)


def described(path: Path) -> dict:
    return yaml.safe_load(path.with_suffix(".yml").read_text())["models"][0]


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_says_its_grain_first(mart: str) -> None:
    assert MARTS[mart].read_text().startswith("-- Grain: one row per ")
    assert described(MARTS[mart])["description"].startswith("One row per ")


@pytest.mark.parametrize("mart", MARTS)
def test_a_number_says_its_unit(mart: str) -> None:
    docs = dict(DOC.findall((PROJECT_DIR / "models/columns.md").read_text()))
    for column in described(MARTS[mart])["columns"]:
        if column["data_type"].startswith(NUMBERS):
            (name,) = re.findall(r"doc\('(\w+)'\)", column["description"])
            assert UNITS.search(docs[name]), (column["name"], docs[name])
