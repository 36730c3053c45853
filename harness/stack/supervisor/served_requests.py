"""How many requests the mocks of a stack have served in its night, counted in what they record."""

from __future__ import annotations

from pathlib import Path

_BEGUN, _OWN = b'"type": "invoke"', b'"component": "scheduler"'
"""An operation that is begun is a request, but for the launches of the scheduler itself."""


class ServedRequests:
    """Counts the requests in the files of a folder of histories; each call reads what was added since the last one."""

    def __init__(self, histories: Path) -> None:
        self._histories = histories
        self._read: dict[Path, int] = {}
        self._count = 0

    def __call__(self) -> int:
        """So many until now; a file that has become shorter is another night's."""
        for path in self._histories.glob("*.jsonl"):
            before = self._read.get(path, 0)
            with path.open("rb") as file:
                file.seek(before if path.stat().st_size >= before else 0)
                for line in file:
                    self._count += _BEGUN in line and _OWN not in line
                self._read[path] = file.tell()
        return self._count
