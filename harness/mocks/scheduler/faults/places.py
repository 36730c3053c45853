"""Places in a job's work at which faults strike it: its processes know them, and wait there until that is done."""

from __future__ import annotations

import os
import socket
from asyncio import get_running_loop
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from harness.contract.effects import scheduler as effects
from harness.contract.points import PLACE
from harness.mocks.core.armed import Armory
from harness.mocks.core.order import Armed

MOST = 16
"""Places that one launch can have: harness/clock/preload/disk/places.c has room for no more."""

_LONGEST = 8192
"""Bytes of a path, with some to spare."""

Order = Armed[effects.Struck]


class Places:
    """The places of one attempt of a job: a file that says where they are, and the socket at which the job tells.

    ``strike`` returns when what it was given has acted on the job; only then does who told get its answer.
    """

    def __init__(
        self, armory: Armory, job: str, strike: Callable[[effects.RunningJob | effects.BadDisk], None]
    ) -> None:
        self._armory = armory
        self._job = job
        self._strike = strike
        self._ids: list[str] = []
        self._path = Path()
        self._listener: socket.socket | None = None
        self._begun = False
        self._early: list[socket.socket] = []

    def environment(self, path: Path, folders: Mapping[str, str]) -> dict[str, str]:
        """The variable by which the clock's library finds the places of the job."""
        orders: list[Order] = self._armory.at_point(PLACE, job=self._job)[:MOST]
        if not orders:
            return {}
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{_line(order.effect.place, folders)}\n" for order in orders))
        path.chmod(0o644)
        self._listen([order.id for order in orders], path)
        return {"NIGHT_PLACES": str(path)}

    def kept(self) -> tuple[list[str], str]:
        """What the scheduler's next process needs to listen on: the faults in their order, and the file."""
        return self._ids, str(self._path)

    def restore(self, kept: Iterable[object]) -> None:
        """Listen again, in the place of the scheduler's earlier process."""
        ids, path = kept
        self._begun = True
        if isinstance(ids, list) and ids:
            self._listen(ids, Path(str(path)))

    def close(self) -> None:
        """Hear nothing more: the attempt is over."""
        if self._listener is not None:
            get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        while self._early:
            self._early.pop().close()

    def _listen(self, ids: list[str], path: Path) -> None:
        self._ids, self._path = ids, path
        address = Path(f"{path}.sock")
        address.unlink(missing_ok=True)
        self._listener = listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(address))
        address.chmod(0o666)  # another user may run the job
        listener.listen()
        get_running_loop().add_reader(listener, self._told, listener)

    def _told(self, listener: socket.socket) -> None:
        """Somebody has come to a place: what is there acts, and the end of the connection is the answer.

        The library says all in one breath, so that nothing has to be waited for.
        """
        connection = listener.accept()[0]
        if self._begun:
            self._answer(connection)
        else:
            self._early.append(connection)

    def begin(self) -> None:
        """The scheduler knows the job's process now, which may have been quicker than the word of its agent."""
        self._begun = True
        while self._early:
            self._answer(self._early.pop(0))

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            number, _, path = os.fsdecode(connection.recv(_LONGEST)).rstrip("\n").partition(" ")
            if number.isdecimal() and int(number) < len(self._ids):
                self._come_to(self._ids[int(number)], path)

    def _come_to(self, id_: str, path: str) -> None:
        order = self._armory.order(id_)
        if order is None:
            return  # taken out meanwhile
        place = order.effect.place
        file = f"{place.folder}/{path}"
        for acting in self._armory.act(PLACE, lambda one: one is order, job=self._job, file=file, at=_at(place)):
            self._strike(acting.effect.by)


def _at(place: effects.AtWrite | effects.AtRename) -> str:
    return f"byte {place.byte}" if isinstance(place, effects.AtWrite) else f"{place.rename} the rename"


def _line(place: effects.AtWrite | effects.AtRename, folders: Mapping[str, str]) -> str:
    kind, byte = ("w", place.byte) if isinstance(place, effects.AtWrite) else (place.rename[0], 0)
    return "\t".join((kind, str(byte), folders[place.folder], place.name))
