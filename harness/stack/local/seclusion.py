"""A local stack secluded from the machine it runs on: no network but its own loopback, no sockets but its own.

The supervisor moves into namespaces of its own before it starts anything, so that all that it starts is born in there,
whatever program it is and whatever its environment. It keeps the right to mount in there; its children lose it.
Process ids are those of the machine.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

from harness.stack.local import namespaces
from harness.stack.local.hiding import Hiding

SECLUDED = "secluded"
"""What `Stack.network` is when a night cannot leave its stack; else it is the reason in one line."""

SECOND_LINE = "only the preloaded library keeps a night on this machine"
REACHABLE = "reachable from this machine, as was asked for"

_WHY = {
    errno.EPERM: "the kernel, or the container in which this runs, gives this user no namespaces",
    errno.EACCES: "the kernel gives this user namespaces without rights in them",
    errno.ENOSPC: "the kernel's limit of namespaces is reached (user.max_user_namespaces and the like)",
    errno.EINVAL: "the kernel was built without some of the namespaces",
    errno.ENOSYS: "the kernel was built without namespaces",
}


class Seclusion:
    """Where a stack is and what it is hidden from. ``network`` says in one line how far."""

    def __init__(self, hiding: Hiding | None, network: str) -> None:
        self.network = network
        self._hiding = hiding

    @property
    def may_mount(self) -> bool:
        """Whether this process has mounts of its own, which the processes that it starts share."""
        return self._hiding is not None

    @property
    def in_child(self) -> Callable[[], None]:
        """What a child of the supervisor does before it executes its program."""
        return namespaces.give_up_rights if self._hiding else lambda: None

    def refresh(self) -> None:
        """Hide what has come since."""
        if self._hiding is not None:
            self._hiding.refresh()

    def end(self) -> None:
        """Let the stack's directory be removed."""
        if self._hiding is not None:
            self._hiding.uncover()


def seclude(root: Path, *others: Path, reachable: bool = False) -> Seclusion:
    """Move this process, which must have no other thread yet, into namespaces of its own where the kernel lets it.

    ``others`` are the stack's directories beside its root. A reachable stack keeps the machine's network. Nothing has
    changed where the kernel does not let it: all is tried in a child first, because it may refuse after the first step,
    of which there is no going back.
    """
    why = ""
    for kinds in _ways(reachable) if sys.platform == "linux" else ():
        try:
            hiding = Hiding(root, *others)
            _in_child(lambda kinds=kinds, hiding=hiding: _enter(kinds, hiding))  # type: ignore[misc]
            _enter(kinds, hiding)
        except OSError as error:
            why = why or _in_words(error)
        else:
            return Seclusion(hiding, REACHABLE if reachable else SECLUDED)
    return Seclusion(None, REACHABLE if reachable else f"{SECOND_LINE} ({why or 'Linux alone has namespaces'})")


def _ways(reachable: bool) -> tuple[int, int]:
    """With a namespace of users, in which even root is nobody to the processes outside, and without one.

    Root needs the machine's own users to listen at low ports of the machine's own network.
    """
    kinds = namespaces.MOUNTS | namespaces.IPC
    if reachable:
        return kinds, kinds | namespaces.USERS
    return kinds | namespaces.NETWORK | namespaces.USERS, kinds | namespaces.NETWORK


def _enter(kinds: int, hiding: Hiding) -> None:
    namespaces.unshare(kinds)
    if kinds & namespaces.NETWORK:
        namespaces.bring_loopback_up()
    hiding.cover()


def _in_child(work: Callable[[], None]) -> None:
    """Do it in a child that ends; raise what it raised."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work()
        except OSError as error:
            os.write(tell, f"{error.errno or 0}\n{error.strerror}\n{error.filename}".encode())
        except BaseException as error:
            os.write(tell, f"0\n{error!r}\n".encode())
        finally:
            os._exit(0)
    os.close(tell)
    with os.fdopen(told) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    if said:
        number, text, doing = said.split("\n", 2)
        raise OSError(int(number), text, doing)


def _in_words(error: OSError) -> str:
    doing = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror)
    return f"{_WHY[error.errno]} ({doing})" if error.errno in _WHY else doing
