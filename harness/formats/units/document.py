"""What documents (JSON, XML) have in common: the kinds of their units."""

from __future__ import annotations

from collections.abc import Iterable

from harness.contract.layout import RECORDS, Kind, Role

BLOCK = 1 << 18
"""Bytes that are read at once."""

BETWEEN = Kind(name="between", role="header")
"""What stands between two records and is none: an end and a start of what they stand in, a comment."""


def kind_of(kinds: Iterable[Kind], role: Role, *, opens: str | None = None, closes: str | None = None) -> Kind:
    """The kind that the layout has for this, or the usual one."""
    for kind in kinds:
        if (kind.role, kind.opens, kind.closes) == (role, opens, closes):
            return kind
    name = f"{opens} opens" if opens else f"{closes} closes" if closes else RECORDS if role == "record" else role
    return Kind(name=name, role=role, opens=opens, closes=closes)
