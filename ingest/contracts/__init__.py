"""Feed contracts: what each feed delivers, read from Open Data Contract Standard files."""

from ingest.contracts.document import ContractError
from ingest.contracts.model import Completeness, Contract, Dialect, PathPattern
from ingest.contracts.reading import read_contract, read_contracts

__all__ = [
    "Completeness",
    "Contract",
    "ContractError",
    "Dialect",
    "PathPattern",
    "read_contract",
    "read_contracts",
]
