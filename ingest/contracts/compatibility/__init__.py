"""Whether a contract can take another's place: Avro's rules, and those of the raw tables."""

from ingest.contracts.compatibility.comparing import Comparison, compare, compare_all
from ingest.contracts.compatibility.differences import Difference, Side

__all__ = ["Comparison", "Difference", "Side", "compare", "compare_all"]
