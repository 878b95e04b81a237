"""The commands of `audience-vault`, one module each; ingest/cli.py registers them."""
