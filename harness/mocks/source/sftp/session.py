"""One SFTP session: its requests pass the points where faults act, and leave their ``serve`` events."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, cast

import asyncssh
from asyncssh.channel import SSHChannel
from asyncssh.stream import SSHServerStreamSession

from harness.contract.effects.source import Refuse
from harness.contract.protocols import Operation
from harness.mocks.core.callers import asker, asking
from harness.mocks.core.until import at_rest
from harness.mocks.source.faults.pace import SilenceOver
from harness.mocks.source.sftp import VIA, errors
from harness.mocks.source.sftp.read_handle import ReadHandle
from harness.mocks.source.sftp.state import State
from harness.mocks.source.sftp.write_handle import WriteHandle

FAR_AWAY = 1 << 62


class OpenFile:
    """An open file: its path, its name in the history, and its handle."""

    def __init__(
        self,
        path: str,
        name: str,
        handle: ReadHandle | WriteHandle,
        *,
        append: bool = False,
        value: Mapping[str, Any] | None = None,
    ) -> None:
        self.path, self.name, self.handle, self.append = path, name, handle, append
        self.value = value or {}
        """What events say of it, where it is read."""
        self.refused: asyncssh.SFTPError | None = None

    def seek(self, offset: int, whence: int) -> int:
        """Where data begins and ends, which asyncssh asks for its own clients: a file has no holes."""
        return offset if whence == os.SEEK_DATA else FAR_AWAY


class Session(asyncssh.SFTPServer):
    """One SFTP session.

    Each request asks how long its answer takes, then whether it is refused. asyncssh takes one after the other, in the
    order in which they came.
    """

    def __init__(self, channel: SSHChannel[bytes], state: State, stream: SSHServerStreamSession[bytes]) -> None:
        super().__init__(cast("asyncssh.SSHServerChannel[bytes]", channel))
        self.state, self.mock, self.tree, self.stream = state, state.mock, state.tree, stream
        self._night = state.store.night
        self._over = False
        self._job: str = self.connection.get_extra_info("job")

    def exit(self) -> None:
        """The session is over: say that it went well, as sshd does, or else scp takes it for a failure."""
        cast("asyncssh.SSHServerChannel[bytes]", self.channel).exit(0)

    async def let_pass(
        self,
        operation: Operation,
        name: str,
        failed: Callable[[str], None] = lambda _: None,
        *,
        reaches: int | None = None,
    ) -> Refuse | None:
        """Wait as long as a fault delays the answer, and raise its refusal; that of an endless listing is returned."""
        asking(self._job)
        if self._over:  # what had come before that, asyncssh still brings
            raise asyncssh.SFTPConnectionLost("Connection lost")
        try:
            await self.state.pace.wait(VIA, operation, name, reaches=reaches)
        except SilenceOver:
            self._over = True
            errors.drop(self.connection)
            raise asyncssh.SFTPConnectionLost("Connection lost") from None
        refusal = self.state.gate.refusal(VIA, operation, name, reaches=reaches)
        if refusal is None or refusal.refuse == "endless_listing":
            return refusal
        if (answer := errors.status(refusal)) is not None:
            failed(answer.reason)
            raise answer
        self._over = True
        failed(errors.ending(refusal))
        errors.end_connection(refusal, self.connection)
        raise asyncssh.SFTPConnectionLost("Connection lost")

    async def let_pass_within(self, operation: Operation, opened: OpenFile, reaches: int) -> None:
        """The same for a request within a transfer, which is refused once: clients have sent more of them by then."""
        if opened.refused is not None:
            raise opened.refused
        failed = opened.handle.failed if isinstance(opened.handle, ReadHandle) else lambda _: None
        try:
            await self.let_pass(operation, opened.name, failed, reaches=reaches)
        except asyncssh.SFTPError as refused:
            opened.refused = refused
            raise

    async def end_answered(self, opened: OpenFile) -> None:
        """Wait, where a fault is to act at an answer, until the client has done all that it does with what it has."""
        if self.mock.armory.awaits("ok", "serve", {"via": VIA, **opened.value, **asker()}):
            await at_rest()

    def name(self, path: bytes) -> str:
        """What the store and the history call a path."""
        return self.tree.name(self.tree.path(path))

    def record_serve(self, type: Any, value: dict[str, Any], *, error: str | None = None) -> None:  # noqa: A002 - as in events
        """Record a ``serve`` event of this session's night."""
        if self._night == self.state.store.night:  # what the end of its night broke off is no event of the next one
            asking(self._job)
            value = {"name": value["name"], "what": value["what"], "via": VIA} | asker() | value
            self.mock.recorder.record(type, "serve", value, error=error)


def open_file(file_obj: object) -> OpenFile:
    """The open file behind what asyncssh calls one."""
    assert isinstance(file_obj, OpenFile)  # noqa: S101 - asyncssh gives back what `open` gave it
    return file_obj
