"""One large file from each front end of the source to a real client, beside a plain server of the same protocol.

    python -m tests.benchmarks.front_ends [PROTOCOL ...] [--megabytes 1024] [--repeat 2]

The two servers of a protocol are measured in turn (A B A B), with the same client and the same file, on the machine's
clock. The best run of each counts: what else the machine does can only make one longer. Peak memory is that of the
server's largest process.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks import against_moto, against_nginx, against_sshd, snowflake_beside_nginx
from tests.benchmarks.machine import machine
from tests.benchmarks.playing import Download

GOAL = 0.5
SKIPPED = 77
LINE = b"%015d\n"

Serving = Callable[[Path, Path], AbstractContextManager[Any]]
"""A server of a file, with a scratch folder of its own."""


@dataclass(frozen=True)
class Comparison:
    """The servers of one protocol by name (ours, the plain one, others), and one download by the client."""

    client: str
    servers: Mapping[str, Serving]
    download: Callable[[Any], Download]
    missing: Callable[[], str | None]


COMPARISONS = {
    "http": Comparison(
        "urllib3",
        {"front end": against_nginx.front_end, "nginx": against_nginx.nginx, "by the wire": against_nginx.by_the_wire},
        against_nginx.download,
        against_nginx.missing,
    ),
    "s3": Comparison(
        "boto3",
        {"front end": against_moto.front_end, "moto": against_moto.moto},
        against_moto.download,
        against_moto.missing,
    ),
    "sftp": Comparison(
        "paramiko",
        {"front end": against_sshd.front_end, "sshd": against_sshd.sshd},
        against_sshd.download,
        against_sshd.missing,
    ),
    "snowflake": Comparison(
        "connector",
        {"front end": snowflake_beside_nginx.front_end, "nginx": snowflake_beside_nginx.nginx},
        snowflake_beside_nginx.download,
        against_nginx.missing,
    ),
}


def write(content: Path, megabytes: int) -> None:
    """A file of numbered lines."""
    with content.open("wb") as file:
        for first in range(0, megabytes << 16, 1 << 16):
            file.write(b"".join(LINE % number for number in range(first, first + (1 << 16))))


def compare(protocol: str, content: Path, scratch: Path, repeat: int) -> bool:
    """Print the table of one protocol; whether the goal is reached."""
    comparison = COMPARISONS[protocol]
    best: dict[str, float] = {}
    for turn in range(repeat):
        for name, serving in comparison.servers.items():
            with serving(content, scratch / f"{protocol}-{name.replace(' ', '-')}-{turn}") as server:
                got = comparison.download(server)
            assert got.size == content.stat().st_size, f"{name} sent {got.size} bytes"
            rate = got.size / 1e6 / got.seconds
            best[name] = max(best.get(name, 0.0), rate)
            cpu, peak = got.server_cpu_s / got.size * 1e9, got.peak_kb / 1000
            row = f"{protocol:9} {comparison.client:9} {name:10}"
            print(f"{row} {rate:8.1f} MB/s   its CPU {cpu:5.1f} s a GB   peak {peak:5.0f} MB", flush=True)
    plain = list(best)[1]
    ratios = {name: rate / best[plain] for name, rate in best.items() if name != plain}
    for name, ratio in ratios.items():
        print(f"{protocol:9} {name}: {ratio:.2f} x {plain}   goal {GOAL} x")
    return min(ratios.values()) >= GOAL


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("protocol", nargs="*", choices=[*COMPARISONS, []], default=[])
    options.add_argument("--megabytes", type=int, default=1024)
    options.add_argument("--repeat", type=int, default=2)
    asked = options.parse_args()
    protocols = asked.protocol or [*COMPARISONS]
    missing = {protocol: text for protocol in protocols if (text := COMPARISONS[protocol].missing())}
    print(*(f"{protocol}: {text}" for protocol, text in missing.items()), sep="\n", end="\n" * bool(missing))
    if missing and (len(missing) == len(protocols) or os.environ.get("HARNESS_REQUIRE_PROGRAMS") == "1"):
        sys.exit(1 if os.environ.get("HARNESS_REQUIRE_PROGRAMS") == "1" else SKIPPED)
    with tempfile.TemporaryDirectory(prefix="front-ends-") as folder:
        content = Path(folder) / "large.csv"
        write(content, asked.megabytes)
        for protocol in [protocol for protocol in protocols if protocol not in missing]:
            compare(protocol, content, Path(folder), asked.repeat)
    print(machine())


if __name__ == "__main__":
    main()
