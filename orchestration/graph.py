"""The whole graph: feeds, models, the published marts, and the job that does it all."""

import sys
from pathlib import Path

import dagster as dg
from dagster_dbt import DbtCliResource

from ingest.contracts import read_contracts
from ingest.settings import Settings
from orchestration.feeds import feed_asset, feed_checks
from orchestration.models import dbt_project, model_assets
from orchestration.publishing import publish, published_marts
from orchestration.resources import Loader
from orchestration.translator import OWNERS

DBT = str(Path(sys.executable).with_name("dbt"))
"""dbt of this virtual environment, whether it is activated or not."""


def publishing_asset(settings: Settings, models: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """published/marts: what BI tools read, made when every mart is."""
    marts = [key for key in models.keys if key.path[0] == "marts"]

    @dg.asset(
        key=["published", "marts"],
        group_name="published",
        owners=OWNERS,
        kinds={settings.target},
        deps=sorted(marts),
        description=f"The marts as BI tools read them: {published_marts(settings).name}.",
    )
    def publish_marts() -> dg.MaterializeResult:
        published = publish(settings)
        return dg.MaterializeResult(metadata={"published": published.name})

    return publish_marts


def make_definitions(settings: Settings) -> dg.Definitions:
    """The whole graph. A DuckDB file has one writing process, so everything runs in one."""
    contracts = read_contracts(settings.contracts_dir).values()
    project = dbt_project(settings)
    models = model_assets(settings, project)
    return dg.Definitions(
        assets=[
            *(feed_asset(contract, settings.target) for contract in contracts),
            models,
            publishing_asset(settings, models),
        ],
        asset_checks=[check for contract in contracts for check in feed_checks(contract)],
        jobs=[
            dg.define_asset_job(
                "everything",
                selection=dg.AssetSelection.all(),
                description="Load every feed, build and test every model, publish the marts.",
            )
        ],
        resources={
            "loader": Loader(source=settings.source),
            "dbt": DbtCliResource(project_dir=project, dbt_executable=DBT),
        },
        executor=dg.in_process_executor,
    )
