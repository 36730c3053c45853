"""Consumers that take batches of rows over HTTP."""
