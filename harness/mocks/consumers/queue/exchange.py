"""One request of a job and the answer to it, as far as consumers are concerned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.contract.consumers import ConsumerOperation
from harness.mocks.consumers.queue.commands import MOVING, answers_out_of_turn, keys_read, keys_stored_at, waits_ms
from harness.mocks.consumers.queue.resp import Command
from harness.mocks.consumers.queue.takings import Taking, taking

Names = Mapping[bytes, tuple[str, ...]]
"""The consumers at each key: one at a list, any number at a stream."""


@dataclass(eq=False)
class Exchange:
    """``stores``, ``reads``: the consumers that it is about. ``failed``: what its sender is told in the answer's place.

    ``told``: whether what it has stored is told already. ``taking``: what it takes from a queue by itself, in no
    transaction. ``asked``: whether it is told that it has come. ``error``: what the server says against it.
    """

    command: Command
    job: str
    stores: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    waits_ms: int | None = None
    is_transaction: bool = False
    taking: Taking | None = None
    failed: str = ""
    error: str = ""
    asked: bool = False
    told: set[str] = field(default_factory=set)

    @property
    def alone(self) -> bool:
        """Whether it must not share its turn with what is sent behind it."""
        return self.waits_ms is not None or self.taking is not None or self.command.words[0] in MOVING or self.free

    @property
    def free(self) -> bool:
        """Whether from now on what comes answers nothing that was asked."""
        return answers_out_of_turn(self.command)

    @property
    def leaves(self) -> bool:
        """Whether the server ends the connection when it has answered."""
        return self.command.name == "QUIT"

    def about(self) -> Iterator[tuple[str, ConsumerOperation]]:
        """Each consumer, and what it is asked for."""
        yield from ((name, "store") for name in self.stores)
        yield from ((name, "read") for name in self.reads)


class Exchanges:
    """Those of one connection: what is queued for a transaction is exchanged with its EXEC."""

    def __init__(self, names: Names, job: str) -> None:
        self._names, self._job = names, job
        self._queued: list[Command] | None = None

    def of(self, command: Command) -> Exchange:
        """The exchange that a request is."""
        match command.name:
            case "MULTI":
                self._queued = []
            case "DISCARD" | "RESET":
                self._queued = None
            case "EXEC":
                queued, self._queued = self._queued, None
                stores = [name for one in queued or () for name in self._stores(one)]
                reads = [name for one in queued or () for name in self._reads(one) if name not in stores]
                return Exchange(command, self._job, _once(stores), _once(reads), is_transaction=queued is not None)
            case _ if self._queued is not None:
                self._queued.append(command)
            case _:
                stores = self._stores(command)
                reads = [name for name in self._reads(command) if name not in stores]
                taken = taking(command, self._names)
                return Exchange(command, self._job, _once(stores), _once(reads), waits_ms(command), taking=taken)
        return Exchange(command, self._job)

    def _stores(self, command: Command) -> list[str]:
        return [name for key in sorted(keys_stored_at(command, self._names)) for name in self._names[key]]

    def _reads(self, command: Command) -> list[str]:
        return [name for key in sorted(keys_read(command, self._names)) for name in self._names[key]]


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
