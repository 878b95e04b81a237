"""docs/domain.md: the hubs, links and satellites that are built are the bold ones."""

import re

from ingest.settings import PROJECT_DIR

ROW = re.compile(r"^\| (\*\*)?((?:hub|link|sat)_\w+)(?:\*\*)? \|", re.MULTILINE)


def test_the_domain_names_what_is_built() -> None:
    rows = ROW.findall((PROJECT_DIR / "docs/domain.md").read_text())
    assert len(rows) == len({name for _, name in rows})
    models = {path.stem for path in (PROJECT_DIR / "models/vault").rglob("*.sql")}
    assert {name for bold, name in rows if bold} == {
        model for model in models if model.split("_")[0] in ("hub", "link", "sat")
    }
