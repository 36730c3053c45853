"""Histories of nights that were lived, kept in files: where, and under which names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from harness.night.orders import Orders
from harness.night.result import Result

HISTORIES = Path(".night-harness") / "histories"
"""Below the root of the test run: where the history of a failed night is kept."""


def ignored_folder(root: Path) -> Path:
    """The folder for histories of tests, which git is to ignore."""
    folder = root / HISTORIES
    folder.mkdir(parents=True, exist_ok=True)
    (folder.parent / ".gitignore").write_text("*\n")
    return folder


def stem_of_test(nodeid: str) -> str:
    """A file name for a test, and for no other: two files may have one sentence, and letters are lost here."""
    words = re.sub(r"[^a-z0-9]+", "-", nodeid.lower()).strip("-")[:100]
    return f"{words}-{hashlib.sha256(nodeid.encode()).hexdigest()[:6]}"


def stems_of_files(files: Sequence[Path]) -> list[str]:
    """A name for each file's histories: its stem, numbered where an earlier one has taken it."""
    stems: list[str] = []
    for file in files:
        stem, number = file.stem, 1
        while stem in stems:
            number += 1
            stem = f"{file.stem}-{number}"
        stems.append(stem)
    return stems


def keep(orders: Orders, folder: Path, stem: str) -> list[Path]:
    """Write the first night, and the one that was judged otherwise if there is one, each with its baseline."""
    return [_keep(night, folder, f"{stem}.order-{night.order}" if night.order else stem) for night in orders.nights]


def _keep(result: Result, folder: Path, stem: str) -> Path:
    kept = folder / f"{stem}.jsonl"
    result.history.write(kept)
    result.baseline.write(folder / f"{stem}.baseline.jsonl")
    return kept
