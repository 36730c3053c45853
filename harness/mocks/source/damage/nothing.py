"""A damage that cannot be done to a file, with the reason."""

from __future__ import annotations


class NothingToDamage(Exception):
    """Why this damage finds nothing in this file that it could act on, in words for the author of the fault."""
