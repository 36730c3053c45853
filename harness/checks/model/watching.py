"""Where readers look for files: in every folder but those whose names say that nobody does."""

from __future__ import annotations

import re

from harness.checks.model.results import is_set_aside

_PRIVATE = re.compile(
    r"(?<![a-z])(work(ing)?|te?mp|scratch|cache|backups?|archived?|partial|incomplete|in[-_]?progress)(?![a-z])"
    r"|(?:^|/)\.",
    re.IGNORECASE,
)


def is_watched(path: str) -> bool:
    """Whether a reader may find a file under this path: ``landing/in/forecast.csv``, not ``tmp/forecast.csv``."""
    folder = path.rpartition("/")[0]
    return _PRIVATE.search(folder) is None and not is_set_aside(folder)
