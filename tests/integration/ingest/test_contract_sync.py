"""`audience-vault contract sync` brings what follows from the contracts up to date."""

import shutil
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from ingest.commands.contract import app
from ingest.contracts import ContractError, read_contracts
from ingest.settings import PROJECT_DIR, Settings
from ingest.warehouses import open_for_loading, open_for_reading

NEW_COLUMN = """      - name: language
        logicalType: string
        description: What is spoken on the channel.
"""
IN_STEP = "The dbt sources and the raw tables are in step with the contracts.\n"


@pytest.fixture
def project(settings, tmp_path, monkeypatch) -> Settings:
    """Settings of a project of its own, with the contracts and their sources."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECT_DIR / "contracts", folder / "contracts")
    own = replace(settings, project_dir=folder)
    monkeypatch.setattr(Settings, "from_environment", lambda: own)
    assert "wrote models/staging/channels/raw_channels.yml" in sync()
    return own


def sync() -> str:
    result = CliRunner().invoke(app, ["sync"], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def with_a_new_column(project: Settings) -> None:
    path = project.contracts_dir / "channels.yaml"
    path.write_text(path.read_text() + NEW_COLUMN)


def test_before_the_first_load_only_sources_are_written(project):
    assert sync() == IN_STEP
    with_a_new_column(project)
    assert sync() == "wrote models/staging/channels/raw_channels.yml\n"
    assert open_for_reading(project) is None


def test_a_contract_that_the_tables_refuse_changes_nothing(project):
    open_for_loading(project, read_contracts(project.contracts_dir).values()).close()
    path = project.contracts_dir / "channels.yaml"
    path.write_text(path.read_text().replace("name: genre", "name: Genre"))
    source = project.project_dir / "models/staging/channels/raw_channels.yml"
    before = source.read_text()
    with pytest.raises(ContractError, match=r"channels\.Genre is genre in the warehouse"):
        sync()
    assert source.read_text() == before


def test_a_new_optional_column_is_in_raw_at_once(project):
    open_for_loading(project, read_contracts(project.contracts_dir).values()).close()
    assert sync() == IN_STEP
    with_a_new_column(project)
    added = 'wrote models/staging/channels/raw_channels.yml\nadded "raw"."channels" language\n'
    assert sync().replace('"', "") == added.replace('"', "")
    assert sync() == IN_STEP
    with open_for_reading(project) as warehouse:
        assert "language" in warehouse.column_types()["channels"]
