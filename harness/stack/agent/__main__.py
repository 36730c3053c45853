"""The agent in Python, for machines where agent.c was not compiled: the same protocol, the same keeper a connection.

It is slower to start a job (some milliseconds), and without Linux's child subreapers what a job has moved out of its
process group is not found when the job is ended. agent.c says what the protocol is.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from harness.stack.cleanup.processes import (
    adopt_orphans,
    children_of,
    end_with_parent,
    kill_descendants,
    signal_quietly,
)

FRAME_BYTES_MAX = 16 << 20
SIGNALS = range(1, signal.NSIG)


class Keeper:
    """One connection's process: it starts the program, tells how it ended, and ends all of it."""

    def __init__(self, client: socket.socket, agent: int) -> None:
        self._client = client
        self._agent = agent
        self._program: subprocess.Popen[bytes] | None = None
        self._worked_ns = 0

    def keep(self) -> NoReturn:
        """Serve the connection to its end."""
        adopt_orphans()
        end_with_parent(signal.SIGTERM)
        frame = self._frame()
        if frame == [b"clear"]:
            self._clear()
        if frame is None:
            os._exit(0)
        ended, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._end())
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._launch(frame)
        self._reap()
        while True:
            ready, _, _ = select.select([self._client.fileno(), ended], [], [])
            if ended in ready:
                os.read(ended, 4096)
                self._reap()
            if self._client.fileno() in ready:
                self._obey()

    def _launch(self, frame: list[bytes]) -> None:
        if (
            len(frame) < 6
            or frame[0] != b"launch"
            or not frame[4].isdigit()
            or not 1 <= int(frame[4]) <= len(frame) - 5
        ):
            self._refuse(errno.EBADMSG, ": not a launch order")
        folder, out, err = (Path(os.fsdecode(string)) for string in frame[1:4])
        argc = int(frame[4])
        argv, variables = frame[5 : 5 + argc], frame[5 + argc :]
        environment = dict(variable.partition(b"=")[::2] for variable in variables)
        about = ": its output files"
        try:
            with out.open("ab") as stdout, err.open("ab") as stderr:
                about = f": {folder}"
                _require_folder(folder)
                about = ""
                self._program = subprocess.Popen(
                    argv,
                    executable=_found(os.fsdecode(argv[0]), folder, environment),
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=stdout,
                    stderr=stderr,
                    start_new_session=True,
                )
        except OSError as error:
            self._refuse(error.errno or errno.EIO, about)
        self._say(f"started {self._program.pid}")

    def _obey(self) -> None:
        """Lines that ask for signals; the end of the input, and whatever is no such line, ends everything."""
        try:
            lines = self._client.recv(4096)
        except ConnectionError:
            lines = b""
        if not lines:
            self._end()
        for line in lines.splitlines():
            word, _, number = line.partition(b" ")
            if word != b"signal" or not number.isdigit() or int(number) not in SIGNALS:
                self._end()
            if self._program is not None:
                os.killpg(self._program.pid, int(number))

    def _reap(self) -> None:
        """Tell how the program ended; its orphans end unseen. When nothing is left of it, this ends too."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                if self._program is None:
                    os._exit(0)
                return
            if pid == 0:
                return
            self._worked_ns += round((usage.ru_utime + usage.ru_stime) * 1e9)
            if self._program is not None and pid == self._program.pid:
                self._program.returncode = 0  # reaped here, so that it is not waited for again
                self._program = None
                code = os.waitstatus_to_exitcode(status)
                how = f"exited {code}" if code >= 0 else f"signaled {-code}"
                self._say(f"{how} {self._worked_ns}")

    def _end(self) -> NoReturn:
        if self._program is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._program.pid, signal.SIGKILL)
        kill_descendants()
        os._exit(0)

    def _clear(self) -> NoReturn:
        """End the other keepers, which end their programs."""
        while others := [pid for pid in children_of(self._agent) if pid != os.getpid()]:
            for pid in others:
                signal_quietly(pid, signal.SIGTERM)
            time.sleep(0.0005)  # between two looks at who is left
        self._say("cleared")
        os._exit(0)

    def _frame(self) -> list[bytes] | None:
        head = self._read(4)
        if head is None:
            return None
        (length,) = struct.unpack("<I", head)
        if length > FRAME_BYTES_MAX:
            self._refuse(errno.EMSGSIZE, ": an order of more than 16 MiB")
        body = self._read(length)
        return None if body is None else body.removesuffix(b"\0").split(b"\0")

    def _read(self, length: int) -> bytes | None:
        found = b""
        while len(found) < length:
            chunk = self._client.recv(length - len(found))
            if not chunk:
                return None
            found += chunk
        return found

    def _refuse(self, error: int, about: str = "") -> NoReturn:
        self._say(f"error {error} {os.strerror(error)}{about}")
        os._exit(0)

    def _say(self, line: str) -> None:
        with suppress(ConnectionError):  # the client is gone, which its input says too
            self._client.sendall(line.encode() + b"\n")


def _require_folder(folder: Path) -> None:
    """What chdir would say, which subprocess mixes up with what the program's start says."""
    folder.stat()
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(folder, os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _found(program: str, folder: Path, environment: dict[bytes, bytes]) -> str:
    """The program as the PATH of the job's own environment has it, relative to the job's folder."""
    if "/" in program:
        return program
    refused = False
    for entry in os.fsdecode(environment.get(b"PATH", b"/usr/local/bin:/usr/bin:/bin")).split(":"):
        candidate = folder / entry / program
        if candidate.is_file():
            if os.access(candidate, os.X_OK):
                return str(candidate)
            refused = True
    error = errno.EACCES if refused else errno.ENOENT
    raise OSError(error, os.strerror(error))


def main() -> None:
    """night-agent's command line: [--with-parent] SOCKET."""
    if sys.argv[1:2] == ["--with-parent"]:
        end_with_parent(signal.SIGTERM)
    path = Path(sys.argv[-1])
    path.unlink(missing_ok=True)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(128)
    agent = os.getpid()
    while True:
        client, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            Keeper(client, agent).keep()
        client.close()


if __name__ == "__main__":
    main()
