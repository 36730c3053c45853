"""How many requests the mocks of a stack have served in its night, and how many of them in vain."""

from __future__ import annotations

from pathlib import Path

_BEGUN, _OWN = b'"type": "invoke"', b'"component": "scheduler"'
"""An operation that is begun is a request, but for the launches of the scheduler itself."""

_FAILED, _LISTED = b'"type": "fail"', b'"what": "listing"'
_CUT = b'"component": "wire"', b'"action": "fault"'
_TURNED_AWAY = b'"component": "consumers"', b'"action": "fault"', b'"operation": "connect"'
"""What comes to nothing: a failure, a connection that a fault acts on, and a listing, which may be asked for again."""


class ServedRequests:
    """Counts the requests in the files of a folder of histories; each call reads what was added since the last one."""

    def __init__(self, histories: Path) -> None:
        self._histories = histories
        self._read: dict[Path, int] = {}
        self._count = self._vain = 0

    def in_vain(self) -> int:
        """So many have come to nothing until now, or were looks at what is there."""
        self()
        return self._vain

    def __call__(self) -> int:
        """So many until now; a file that has become shorter is another night's."""
        for path in self._histories.glob("*.jsonl"):
            before = self._read.get(path, 0)
            with path.open("rb") as file:
                file.seek(before if path.stat().st_size >= before else 0)
                for line in file:
                    if _OWN in line:
                        continue
                    begun = _BEGUN in line
                    self._count += begun
                    self._vain += (
                        _FAILED in line or (begun and _LISTED in line) or _is(_CUT, line) or _is(_TURNED_AWAY, line)
                    )
                self._read[path] = file.tell()
        return self._count


def _is(parts: tuple[bytes, ...], line: bytes) -> bool:
    return all(part in line for part in parts)
