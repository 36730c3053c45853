"""Consumers of kinds that users add: batches over HTTP, in words that their own code reads and writes."""
