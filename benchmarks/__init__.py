"""What is fast, measured: `make bench NAME=ingest`, `memory`, `vault`, `ratings`."""
