"""A client behind the wire that tries to get a file several times, in the night's time."""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.mocks.conftest import NightOfMocks, Played

CLIENT = """
import json, socket, sys, time
port, limit, hands = int(sys.argv[1]), float(sys.argv[2]) or None, int(sys.argv[3])
told = []
for _ in range(hands):
    began, got = time.time(), b""
    line = socket.socket()
    line.settimeout(limit)
    try:
        line.connect(("127.0.0.1", port))
        line.sendall(b"GET /files/forecast.csv HTTP/1.1\\r\\nHost: source\\r\\nConnection: close\\r\\n\\r\\n")
        while piece := line.recv(65536):
            got += piece
        how = "whole"
    except OSError as error:
        how = type(error).__name__
    line.close()
    told.append([how, len(got.partition(b"\\r\\n\\r\\n")[2]), len(got), round(time.time() - began)])
print(json.dumps(told))
"""


def tries(
    night: NightOfMocks, wire: Played, *, limit: float = 30, hands: int = 1, job: str = "job", until: float = 600
) -> list[list[Any]]:
    """How each of a client's tries ended, how much of the body and of the answer came, and after how many seconds.

    ``until`` is the minute of the night to which time moves meanwhile.
    """
    arguments = (str(wire.endpoints["source"]), str(limit), str(hands))
    process = night.job(sys.executable, "-c", CLIENT, *arguments, env={"NIGHT_COMPONENT": job})
    night.run(until)
    assert process.stdout is not None
    found: list[list[Any]] = json.loads(process.stdout.read())
    return found
