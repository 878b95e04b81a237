"""From a source to rows of raw: what happens in which order."""
