"""Consumers that take a file from a folder when it is done."""
