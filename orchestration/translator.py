"""How dbt's nodes look in Dagster: one method per attribute."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

OWNERS = ["team:analytics"]


class LayerTranslator(DagsterDbtTranslator):
    """Key = layer and name, group = layer. Sources say their key in their meta."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """[layer, model]; a source is the feed that the loader materialises."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey(["raw", dbt_resource_props["name"]])
        return dg.AssetKey([_layer(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The layer."""
        return _layer(dbt_resource_props)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """Who looks after the models."""
        return OWNERS


def _layer(properties: Mapping[str, Any]) -> str:
    """The schema without the prefix: the first folder of a model; seeds are the vault's."""
    if properties["resource_type"] == "source":
        return "raw"
    return str(properties["config"]["schema"])
