"""What is fast, measured: `make bench NAME=ingest` and `make bench NAME=memory`."""
