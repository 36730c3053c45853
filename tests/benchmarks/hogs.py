"""Who takes the machine away from a night: programs that only compute, only write to the disk, only send packets."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WITH_PARENT = "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9)\n"
"""PR_SET_PDEATHSIG, SIGKILL: a hog ends with whoever started it, even when that one is killed."""

COMPUTES = WITH_PARENT + "while os.getppid() == int(sys.argv[1]): pass"

WRITES = (
    WITH_PARENT
    + """
with open(sys.argv[2], "wb", buffering=0) as file:
    while os.getppid() == int(sys.argv[1]):
        file.seek(0)
        file.write(os.urandom(1 << 20))
        os.fsync(file.fileno())
"""
)


SENDS = (
    WITH_PARENT
    + """
import socket
line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
line.setblocking(False)
while True:
    try:
        line.sendto(bytes(1000), ("127.0.0.1", 9))
    except OSError:
        pass
"""
)


@contextmanager
def hogs(computing: int = 0, writing: int = 0, sending: int = 0) -> Iterator[list[int]]:
    """Their process ids, for as long as this is entered. They are no part of the night: a census must exclude them."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as disk:  # not on a tmpfs
        programs = [[COMPUTES]] * computing + [[SENDS]] * sending
        programs += [[WRITES, str(Path(disk) / str(number))] for number in range(writing)]
        started = [
            subprocess.Popen([sys.executable, "-S", "-c", program, str(os.getpid()), *file])
            for program, *file in programs
        ]
        try:
            yield [hog.pid for hog in started]
        finally:
            for hog in started:
                hog.kill()
                hog.wait()
