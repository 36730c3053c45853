"""A night whose jobs try to reach what is outside of their stack, each in another way; run as a program, too.

python -m tests.stack.local.reaching STATIC KIND ADDRESS PORT ... > what each way reached, as JSON
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.stack.local.stack import LocalStack
from tests.stack.plans import job, plan

PROGRAM = """
import os, socket, struct, sys
def reach(kind, address, port):
    family = socket.AF_UNIX if kind == "unix" else socket.AF_INET6 if ":" in address else socket.AF_INET
    how = {"udp": socket.SOCK_DGRAM, "raw": socket.SOCK_RAW}.get(kind, socket.SOCK_STREAM)
    with socket.socket(family, how, socket.IPPROTO_ICMP if kind == "raw" else 0) as made:
        made.settimeout(10)
        made.connect(address.replace("@", chr(0), 1) if kind == "unix" else (address, int(port)))
        if kind in ("udp", "raw"):
            made.send(struct.pack("!BBHL", 8, 0, 0xf7ff, 0))
            made.recv(128)
given = sys.argv[1:]
for at in range(0, len(given), 3):
    try:
        reach(*given[at:at + 3])
    except OSError as error:
        print(error.strerror or error)
    else:
        print("reached")
"""

Target = tuple[str, str, str]


def ways(static: str) -> dict[str, list[str]]:
    """Commands that take targets and print a line for each, by how they get away from what is preloaded."""
    python = [sys.executable, "-I", "-S", "-c", PROGRAM]
    return {
        "as-jobs-are": python,
        "env-i": ["env", "-i", *python],
        "no-preload": ["env", "-u", "LD_PRELOAD", *python],
        "no-rule": ["env", "-u", "NIGHT_NETWORK", *python],
        "static": [static],
    }


def reached(stack: LocalStack, static: str, targets: Sequence[Target]) -> dict[str, list[str]]:
    """Live one night in which each way tries every target."""
    tried = [word for target in targets for word in target]
    the_plan = plan(*(job(stack, way, *command, *tried) for way, command in ways(static).items()))
    stack.reset(the_plan)
    stack.begin()
    stack.run(the_plan.closes_ns)
    return {way: stack.output(way, 1, "out").splitlines() or [stack.output(way, 1)] for way in ways(static)}


def main() -> None:
    """Do it in a stack of one's own, and tell what there is to be read of its processes, too."""
    static, *words = sys.argv[1:]
    targets = [(words[at], words[at + 1], words[at + 2]) for at in range(0, len(words), 3)]
    with LocalStack() as stack:
        told = {"network": stack.network, "clock": stack.clock, "reached": reached(stack, static, targets)}
    print(json.dumps(told | {"uid": Path("/proc/self").stat().st_uid}))


if __name__ == "__main__":
    main()
