"""What was loaded: the raw layer's own tables, and what they say."""
