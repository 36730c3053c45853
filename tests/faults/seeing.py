"""What real clients do about a fault by themselves: a source that has the fault, each client in the night's time."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.contents import ContentStore
from harness.data import fixtures
from harness.endpoints import ENDPOINTS
from harness.faults import Fault
from harness.loading import load_chain
from harness.units import ClockTime
from tests.mocks.conftest import BEGINS_NS, MINUTE_NS, NightOfMocks

CHAIN = load_chain(fixtures() / "chains/planning_feed/chain.yaml")
NIGHT = dt.date(2026, 11, 23)
FILE = "forecast"
ARRIVES, STARTS = ClockTime("01:59"), ClockTime("02:00")
PATIENCE_MINUTES = 240
"""Whoever has not ended so long after the start is waiting."""

SCRIPTS = {path.stem.removeprefix("client_"): path for path in Path(__file__).parent.glob("clients/client_*.py")}
VIA = {
    **dict.fromkeys(("curl", "httpx", "requests", "urllib3"), "http"),
    **dict.fromkeys(("boto3", "boto3_download_file"), "s3"),
    **dict.fromkeys(("asyncssh", "openssh_sftp", "paramiko"), "sftp"),
    "snowflake": "snowflake",
}
"""The front end that each client speaks to."""

PROGRAMS = {"curl": "curl", "openssh_sftp": "sftp"}
"""What a script needs that pip does not bring."""


@dataclass
class Stage:
    """The mocks that a fault may ask for (`harness.faults.System`), and what it has asked of them."""

    night: NightOfMocks
    store: ContentStore
    components: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)

    @contextmanager
    def armed(
        self, fault: Fault, *, component: str, point: str, where: Mapping[str, str], effect: Mapping[str, Any]
    ) -> Iterator[None]:
        self.components.append(component)
        self.points.append(point)
        if component not in self.night.played:
            yield  # a scheduler, say: no client of the source will notice
            return
        mock = self.night.played[component]
        mock.arm(point, dict(effect), where=dict(where))
        try:
            yield
        finally:
            mock.done("DELETE", "arm/0")

    def content(self, file: str, *, days_before: int = 0, seed: int | None = None) -> Mapping[str, Any]:
        stored = self.store.content(CHAIN, file, NIGHT - dt.timedelta(days=days_before), seed or 0)
        shutil.copyfile(self.store.path(stored.sha256), self.night.dir / "store" / stored.sha256)
        return dataclasses.asdict(stored)

    def receipt(self, fault: Fault, effect: str) -> None:
        self.components.append("night")

    def at(self, time: ClockTime) -> int:
        hours, minutes = (int(part) for part in time.split(":")[:2])
        return BEGINS_NS + ((hours * 60 + minutes - 22 * 60) % (24 * 60)) * MINUTE_NS

    def publish(self, names: Mapping[str, str]) -> bytes:
        """Let the source get the reference chain's file in time, under a name for each client; its bytes."""
        content = self.content(FILE)
        about = {"file": FILE, "arrives_ns": self.at(ARRIVES)} | content
        self.night.plan["files"] += [about | {"name": name, "source": VIA[client]} for client, name in names.items()]
        return self.store.path(content["sha256"]).read_bytes()


def reactions(night: NightOfMocks, store: ContentStore, fault: Fault, clients: list[str]) -> dict[str, str]:
    """What each of them did, in the words of `REACTIONS`; nothing of who got the true file at once: it met no fault."""
    stage = Stage(night, store)
    with fault.inject(stage):
        pass  # whom does it concern?
    # Through the wire nobody can say whose connection was whose, and a file that arrives otherwise is one among its
    # feed's: so there they come one after the other.
    apart = "wire" in stage.components or "arrive" in stage.points
    groups = [[client] for client in clients] if apart else [clients]
    found: dict[str, str] = {}
    for group in groups:
        night.begin()
        found |= _together(night, Stage(night, store), fault, group)
        night.end()
    return found


def _together(night: NightOfMocks, stage: Stage, fault: Fault, clients: list[str]) -> dict[str, str]:
    names = {client: f"{client}.csv" for client in clients}
    true = stage.publish(names)
    source = night.start("source")
    doors = [endpoint for endpoint in ENDPOINTS if endpoint.mock == "source"]
    routes = [f"{door.name}=0=127.0.0.1:{source.endpoints[door.name]}" for door in doors]
    wire = night.start("wire", *(word for route in routes for word in ("--route", route)))
    told = [door.places("127.0.0.1", wire.endpoints[door.name]) for door in doors]
    places = {name.replace(".", "_").upper(): value for door in told for name, value in door.items()}
    begin = (stage.at(STARTS) - BEGINS_NS) / MINUTE_NS
    with fault.inject(stage):
        night.run(begin)
        started = {client: _start(night, client, names[client], places) for client in clients}
        night.run(begin + PATIENCE_MINUTES)
        if not night.events("fault", "source", "wire"):
            return {}
        did = {client: _reaction(night, names[client], process, true) for client, process in started.items()}
        return {client: reaction for client, reaction in did.items() if reaction is not None}


def _start(night: NightOfMocks, client: str, name: str, places: dict[str, str]) -> subprocess.Popen[bytes]:
    environment = night.environment(client) | places | {"NO_PROXY": "*", "no_proxy": "*"}
    command = [sys.executable, str(SCRIPTS[client]), name, str(night.dir / name)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    night.jobs.append(process)
    return process


def _reaction(night: NightOfMocks, name: str, process: subprocess.Popen[bytes], true: bytes) -> str | None:
    ended = process.poll()
    if ended is None:
        return "waits"
    asked = [kind for kind, value, _ in night.events("serve") if kind == "invoke" and value["name"] == name]
    connected = night.events("connect") if len(night.jobs) == 1 else []
    # A look before the download is no event of its own, but each refusal of one leaves a receipt.
    receipts = [value for _, value, _ in night.events("fault", "source") if value["point"] == "request"]
    refused = [receipt for receipt in receipts if receipt["where"]["name"] == name]
    if max(len(asked), len(connected), len(refused)) > 1:
        return "retries"
    if ended:
        return "refuses"
    return None if (night.dir / name).read_bytes() == true else "accepts"


def clients() -> list[str]:
    """The clients that are here; a missing program is a failure where HARNESS_REQUIRE_PROGRAMS=1 says so."""
    missing = [program for client, program in PROGRAMS.items() if client in SCRIPTS and not shutil.which(program)]
    if missing and os.environ.get("HARNESS_REQUIRE_PROGRAMS") == "1":
        pytest.fail(f"HARNESS_REQUIRE_PROGRAMS=1, and there is no {missing[0]} here", pytrace=False)
    return sorted(client for client in SCRIPTS if PROGRAMS.get(client) not in missing)
