"""Unchanged programs and client libraries in virtual time."""
