"""What a night must not reach: listeners of this machine, each in another way."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.stack.local.reaching import Target

RUNTIME = Path("/run")


@contextmanager
def listeners(folder: Path) -> Iterator[dict[str, Target]]:
    """As many as this machine and this user can have."""
    with ExitStack() as open_ones:
        found: dict[str, Target] = {}
        addresses = {"loopback": "127.0.0.1", "interface": _own_address(), "IPv6": "::1"}
        for name, address in addresses.items():
            with suppress(OSError):
                listener = open_ones.enter_context(_listening(address))
                found[name] = ("tcp", address, str(listener.getsockname()[1]))
        found["UDP"] = ("udp", "127.0.0.1", str(open_ones.enter_context(_echoing("127.0.0.1"))))
        found["UDP of an interface"] = ("udp", _own_address(), str(open_ones.enter_context(_echoing(_own_address()))))
        if os.geteuid() == 0:
            found["raw"] = ("raw", _own_address(), "0")
        files = {"in a folder": folder / "own.sock", "in the temporary folder": Path("/tmp") / _name()}
        if os.access(RUNTIME, os.W_OK):
            files["in /run"] = RUNTIME / _name()
        for name, path in files.items():
            open_ones.enter_context(_listening(str(path)))
            open_ones.callback(path.unlink)
            found[name] = ("unix", str(path), "0")
        abstract = f"@{_name()}"
        open_ones.enter_context(_listening(abstract.replace("@", "\0")))
        yield found | {"abstract": ("unix", abstract, "0")}


def _listening(address: str) -> socket.socket:
    family = socket.AF_INET if "." in address and "/" not in address else socket.AF_INET6
    if address.startswith(("/", "\0")):
        family = socket.AF_UNIX
    listener = socket.socket(family)
    listener.bind(address if family == socket.AF_UNIX else (address, 0))
    if family == socket.AF_UNIX and address.startswith("/"):
        Path(address).chmod(0o777)  # for whoever tries, as another user, too
    listener.listen(128)
    return listener


@contextmanager
def _echoing(address: str) -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 0))

        def echo() -> None:
            while (heard := server.recvfrom(64))[0] != b"end":
                server.sendto(*heard)

        thread = threading.Thread(target=echo)
        thread.start()
        yield server.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(b"end", server.getsockname())
        thread.join()


def _own_address() -> str:
    """An address of this machine that is not loopback's; loopback's other end where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked, suppress(OSError):
        asked.connect(("192.0.2.1", 9))  # sends nothing
        return str(asked.getsockname()[0])
    return "127.0.0.2"


def _name() -> str:
    return f"night-test-{secrets.token_hex(4)}.sock"
