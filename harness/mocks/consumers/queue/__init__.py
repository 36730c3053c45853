"""Consumers that take what jobs push into a real Valkey: lists and streams."""
