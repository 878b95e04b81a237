"""Running the warehouse: builds, the published snapshot, Dagster."""
