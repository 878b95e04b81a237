"""What `dagster` loads: the graph of the warehouse that the environment names."""

from ingest.settings import Settings
from orchestration.graph import make_definitions

defs = make_definitions(Settings.from_environment())
