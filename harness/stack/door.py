"""The harness's side of a stack's one door: HTTP and JSON to the supervisor, with a token, and a timeout on every call.

The door is a Unix socket in the directory of a local stack, whose network nobody else is in, or a TCP port.

What goes wrong behind the door arrives as the same kind of error that it was there: a `StackError` where the
environment is at fault, an `AuthorError` where a file of the chain is, a `HarnessBug` where a mock or the supervisor
itself is.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import urllib3
from urllib3.connection import HTTPConnection

from harness.clock.census.work import Work
from harness.clock.controller import Stop
from harness.clock.page import TICK_ERROR
from harness.errors import AuthorError, ExtensionError, HarnessBug, StackError
from harness.stack.supervisor import UNIX

CONNECT_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 30.0
"""Between two bytes of an answer: a run that takes longer sends a line end every second, to show that it lives."""

PIECE_BYTES = 1 << 20

_POOL: dict[str, Any] = {"retries": False, "maxsize": 4}


class Door:
    """A connection pool to one supervisor; safe to use from several threads."""

    def __init__(self, url: str, token: str, *, answer_timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self.url, self.token = url, token
        self._headers = {"Authorization": f"Bearer {token}"}
        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=answer_timeout_s)
        if url.startswith(UNIX):
            self._pool: urllib3.HTTPConnectionPool = _UnixPool(
                "localhost", path=url.removeprefix(UNIX), timeout=timeout, **_POOL
            )
        else:
            self._pool = urllib3.connection_from_url(url, timeout=timeout, **_POOL)
        self._lease: urllib3.BaseHTTPResponse | None = None
        self._kept: set[str] | None = None

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, within_s: float | None = None
    ) -> Any:
        """One question, one JSON answer; ``within_s`` where that may take longer than answers do."""
        content = b"" if body is None else json.dumps(body).encode()
        return self._answer(self._request(method, path, content, within_s=within_s), f"{method} {path}")

    def read(self, path: str) -> bytes:
        """What is there, as bytes."""
        response = self._request("GET", path)
        if response.status != 200:
            self._answer(response, f"GET {path}")
        return response.data

    def stream(self, path: str) -> Iterator[bytes]:
        """The same, piece by piece: it may be larger than memory."""
        response = self._request("GET", path, stream=True)
        if response.status != 200:
            self._answer(response, f"GET {path}")
        try:
            yield from response.stream(PIECE_BYTES)
        except urllib3.exceptions.HTTPError as error:
            raise self._silent(f"GET {path} failed: {error}") from error
        finally:
            response.release_conn()

    def keep(self, sha256: str, content: bytes | Path) -> None:
        """Put a content into the stack's store unless it is there; what once was there stays as long as the stack."""
        if self._kept is None:
            self._kept = set(self.ask("GET", "/store"))
        if sha256 in self._kept:
            return
        path = f"/store/{quote(sha256)}"
        if isinstance(content, Path) and content.stat().st_size <= PIECE_BYTES:
            content = content.read_bytes()
        if isinstance(content, bytes):
            self._answer(self._request("PUT", path, content), f"PUT {path}")
        else:
            with content.open("rb") as file:
                self._answer(self._request("PUT", path, file), f"PUT {path}")
        self._kept.add(sha256)

    def run(self, until_ns: int, *, runaway_s: float, tick_error: float = TICK_ERROR) -> Stop:
        """Let time move; returns when the controller stopped, and says why."""
        answer = self.ask("POST", "/run", {"until_ns": until_ns, "runaway_s": runaway_s, "tick_error": tick_error})
        return Stop(**answer | {"waits": tuple(answer["waits"]), "work": Work.of(answer["work"])})

    def take_lease(self) -> None:
        """Hold the stack alive from here on: it ends a few seconds after this process does."""
        self._lease = self._request("GET", "/lease", stream=True)

    def close(self) -> None:
        """Give back the lease and every connection."""
        if self._lease is not None:
            self._lease.close()
            self._lease = None
        self._pool.close()

    def _request(
        self,
        method: str,
        path: str,
        body: bytes | BinaryIO | None = None,
        *,
        stream: bool = False,
        within_s: float | None = None,
    ) -> urllib3.BaseHTTPResponse:
        more: dict[str, Any] = {"preload_content": not stream}
        if within_s is not None:
            more["timeout"] = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=within_s)
        try:
            return self._pool.request(method, path, body=body, headers=self._headers, **more)
        except urllib3.exceptions.TimeoutError as error:
            raise self._silent(f"no answer to {method} {path}: {error}") from error
        except urllib3.exceptions.HTTPError as error:
            raise self._silent(f"{method} {path} failed: {error}") from error

    def _silent(self, found: str) -> StackError:
        return StackError(
            f"the supervisor of the stack at {self.url}",
            found=found,
            expected="an answer: the supervisor lives as long as the run that started it",
            todo="look for what ended or stopped it (out of memory, a signal), then run again",
        )

    def _answer(self, response: urllib3.BaseHTTPResponse, question: str) -> Any:
        with closing(response):
            try:
                answer = json.loads(response.data or b"{}")
            except ValueError:
                answer = {"error": f"status {response.status}: {response.data[:500]!r}"}
        error = answer.get("error") if isinstance(answer, dict) else None
        if response.status < 400 and error is None:
            return answer
        if isinstance(error, dict) and "author" in error:
            raise AuthorError(error["author"])
        if isinstance(error, dict):
            kind = ExtensionError if error.get("extension") else StackError
            raise kind(error["where"], found=error["found"], expected=error["expected"], todo=error["todo"])
        raise HarnessBug(f"{question} on the stack at {self.url}: {error or f'status {response.status}'}")


class _UnixConnection(HTTPConnection):
    """HTTP over the Unix socket at ``path``."""

    def __init__(self, *given: Any, path: str, **more: Any) -> None:
        super().__init__(*given, **more)
        self._path = path

    def _new_conn(self) -> socket.socket:
        """What urllib3 calls to connect."""
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.settimeout(CONNECT_TIMEOUT_S)
        try:
            made.connect(self._path)
        except OSError as error:
            made.close()
            raise urllib3.exceptions.NewConnectionError(self, f"{self._path}: {error.strerror or error}") from error
        return made


class _UnixPool(urllib3.HTTPConnectionPool):
    """Such connections, each made with the pool's own ``path``."""

    ConnectionCls = _UnixConnection
