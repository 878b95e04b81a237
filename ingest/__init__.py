"""Drops into raw: stores, readers, contracts, the ledger and the command line."""
