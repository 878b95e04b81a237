"""Realistic drops from a seed, in the contracts' own formats: input for the demo and benchmarks."""

from ingest.simulate.drops import Drop, simulate
from ingest.simulate.plan import SimulationPlan

__all__ = ["Drop", "SimulationPlan", "simulate"]
