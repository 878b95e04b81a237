"""The commands of `audience-vault` that need dbt; orchestration/cli.py registers them."""
