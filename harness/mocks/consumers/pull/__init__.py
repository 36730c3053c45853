"""Consumers that fetch a file at a time of their own."""
