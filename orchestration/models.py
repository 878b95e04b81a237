"""An asset per dbt model and seed, with dbt's data tests as their checks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets

from ingest.settings import Settings
from orchestration.build import parse
from orchestration.locking import one_at_a_time
from orchestration.translator import LayerTranslator

PARSED = ("models", "macros", "seeds", "tests/generic", "tests/singular")


def dbt_project(settings: Settings) -> DbtProject:
    """The dbt project, with a manifest that is up to date."""
    project = DbtProject(
        settings.project_dir,
        target_path=settings.dbt_target_path,
        profiles_dir=settings.project_dir / "profiles",
    )
    if _manifest_is_stale(project, settings.target):
        parse(settings)
    return project


def model_assets(settings: Settings, project: DbtProject) -> dg.AssetsDefinition:
    """Every model and seed; one run of dbt builds those that were chosen."""

    @dbt_assets(
        manifest=project.manifest_path,
        project=project,
        dagster_dbt_translator=LayerTranslator(),
        name="dbt_build",
    )
    def build_models(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        # One id per Dagster run: however many dbt commands it takes, they read the same loads.
        one_build = {"AUDIENCE_VAULT_BUILD_ID": context.run.run_id}
        with one_at_a_time(settings), settings.applied(one_build):
            yield from dbt.cli(
                ["build", "--exclude-resource-type", "unit_test"],
                context=context,
                target_path=settings.dbt_target_path,
            ).stream()

    return build_models


def _manifest_is_stale(project: DbtProject, target: str) -> bool:
    """Whether it is another target's, or a file that dbt parses is newer.

    Parsing takes seconds, and each run would do it.
    """
    if not project.manifest_path.exists():
        return True
    manifest = json.loads(project.manifest_path.read_text(encoding="utf-8"))
    if manifest["metadata"]["adapter_type"] != target:
        return True
    parsed_at = project.manifest_path.stat().st_mtime
    files = [project.project_dir / "dbt_project.yml"]
    for folder in PARSED:
        files += [path for path in Path(project.project_dir, folder).rglob("*") if path.is_file()]
    return any(path.stat().st_mtime > parsed_at for path in files)
