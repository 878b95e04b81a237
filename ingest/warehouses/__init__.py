"""Where raw tables are."""
