"""A dbt project of generated models that uses this project's macros, built as a warehouse is."""

from pathlib import Path

import yaml

from ingest.settings import PROJECT_DIR

SETTINGS_KEPT = ("name", "config-version", "profile", "flags", "vars", "on-run-start", "on-run-end")


def write_project(folder: Path, models: dict[str, str], raw_tables: list[str]) -> None:
    """Write a project of models, by path, that read raw tables. Layers are set up as here."""
    said = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text())
    layers = said["models"]["audience_vault"]
    made = {name: said[name] for name in SETTINGS_KEPT}
    made |= {
        "model-paths": ["models"],
        "macro-paths": ["macros"],
        "test-paths": [],
        "seed-paths": [],
    }
    # The macros are under test, not the columns of models made up for it.
    layers = {layer: layers[layer] for layer in ("staging", "vault")}
    layers["vault"] = {
        key: value for key, value in layers["vault"].items() if key.startswith("+")
    } | {"+contract": {"enforced": False}}
    every = {key: value for key, value in said["models"]["audience_vault"].items() if key[0] == "+"}
    made["models"] = {"audience_vault": every | layers}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(made))
    if not (folder / "macros").exists():
        (folder / "macros").symlink_to(PROJECT_DIR / "macros")
    for path, sql in models.items():
        file = folder / "models" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(sql)
    source = {
        "name": "raw",
        "schema": "{{ env_var('AUDIENCE_VAULT_SCHEMA_PREFIX', '') }}raw",
        "tables": [{"name": table} for table in raw_tables],
    }
    (folder / "models" / "sources.yml").write_text(yaml.safe_dump({"sources": [source]}))
