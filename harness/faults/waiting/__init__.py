"""Somebody waits: a source that never answers, a job that does not end."""
