"""`harness new`: the beginning of what you add yourself, which works as it is written."""
