"""What users build on is what it was, or the change is made on purpose."""

from __future__ import annotations

import difflib
from importlib import import_module

from tests.public_surface import KEPT, MODULES, surface


def test_the_public_names_and_their_signatures_are_kept() -> None:
    now, kept = surface().splitlines(), KEPT.read_text(encoding="utf-8").splitlines()
    told = [line for line in difflib.unified_diff(kept, now, lineterm="", n=0) if line.startswith(("+", "-"))]
    changed = [line for line in told if not line.startswith(("+++", "---"))]
    assert not changed, "say it in CHANGELOG.md, then: python -m tests.public_surface\n" + "\n".join(changed)


def test_every_public_name_says_what_it_is() -> None:
    silent = [
        f"{module}.{name}"
        for module in MODULES
        for name in import_module(module).__all__
        if callable(thing := getattr(import_module(module), name)) and not thing.__doc__
    ]
    assert silent == []
