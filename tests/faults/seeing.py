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
from harness.faults import Fault
from harness.loading import load_chain
from harness.night_times import night_times
from harness.units import ClockTime
from tests.mocks.conftest import BEGINS_NS, NightOfMocks

CHAIN = load_chain(fixtures() / "chains/planning_feed/chain.yaml")
NIGHT = dt.date(2026, 11, 23)
FILE = "forecast"
PATIENCE_MINUTES = 240
"""Whoever has not ended by then is waiting."""

SCRIPTS = {
    path.stem.removeprefix("client_"): path
    for path in Path(__file__).parent.glob("clients/client_*.py")
    if "SOURCE_URL" in path.read_text()
}
"""The clients of HTTP; those of other protocols have addresses of their own."""

PROGRAMS = {"curl": "curl"}
"""What a script needs that pip does not bring."""


@dataclass
class Stage:
    """The mocks that a fault may ask for (`harness.faults.System`), and what it has asked of them."""

    night: NightOfMocks
    store: ContentStore
    components: list[str] = field(default_factory=list)

    @contextmanager
    def armed(
        self, fault: Fault, *, component: str, point: str, where: Mapping[str, str], effect: Mapping[str, Any]
    ) -> Iterator[None]:
        self.components.append(component)
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

    def at(self, time: ClockTime) -> int:
        return night_times(CHAIN, NIGHT).at(time)

    def receipt(self, fault: Fault, effect: str) -> None:
        self.components.append("night")

    def publish(self, names: list[str]) -> bytes:
        """Let the source hold the reference chain's file, under each of these names; its bytes."""
        content = self.content(FILE)
        about = {"file": FILE, "arrives_ns": BEGINS_NS, "source": "http"} | content
        self.night.plan["files"] += [about | {"name": name} for name in names]
        return self.store.path(content["sha256"]).read_bytes()


def reactions(night: NightOfMocks, store: ContentStore, fault: Fault, clients: list[str]) -> dict[str, str]:
    """What each of them did, in the words of `REACTIONS`; empty for a fault that no client of a source meets."""
    stage = Stage(night, store)
    with fault.inject(Stage(night, store, stage.components)):
        pass  # whom does it concern?
    if not {"source", "wire"} & set(stage.components):
        return {}
    # Through the wire nobody can say whose connection was whose, so there they come one after the other.
    groups = [[client] for client in clients] if "wire" in stage.components else [clients]
    found: dict[str, str] = {}
    for group in groups:
        night.begin()
        found |= _together(night, Stage(night, store), fault, group)
        night.end()
    return found


def _together(night: NightOfMocks, stage: Stage, fault: Fault, clients: list[str]) -> dict[str, str]:
    names = {client: f"{client}.csv" for client in clients}
    true = stage.publish(list(names.values()))
    source = night.start("source")
    wire = night.start("wire", "--route", f"source=0=127.0.0.1:{source.endpoints['source']}")
    address = {"SOURCE_URL": f"http://127.0.0.1:{wire.endpoints['source']}"}
    with fault.inject(stage):
        started = {client: _start(night, client, names[client], address) for client in clients}
        night.run(PATIENCE_MINUTES)
        return {client: _reaction(night, client, names[client], process, true) for client, process in started.items()}


def _start(night: NightOfMocks, client: str, name: str, address: dict[str, str]) -> subprocess.Popen[bytes]:
    environment = night.environment(client) | address | {"NO_PROXY": "*", "no_proxy": "*"}
    command = [sys.executable, str(SCRIPTS[client]), name, str(night.dir / name)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    night.jobs.append(process)
    return process


def _reaction(night: NightOfMocks, client: str, name: str, process: subprocess.Popen[bytes], true: bytes) -> str:
    ended = process.poll()
    if ended is None:
        return "waits"
    asked = [kind for kind, value, _ in night.events("serve") if kind == "invoke" and value["name"] == name]
    connected = night.events("connect") if len(night.jobs) == 1 else []
    if max(len(asked), len(connected)) > 1:
        return "retries"
    if ended:
        return "refuses"
    assert (night.dir / name).read_bytes() != true, f"{client} never met the fault"
    return "accepts"


def clients() -> list[str]:
    """The clients that are here; a missing program is a failure where HARNESS_REQUIRE_PROGRAMS=1 says so."""
    missing = [program for client, program in PROGRAMS.items() if client in SCRIPTS and not shutil.which(program)]
    if missing and os.environ.get("HARNESS_REQUIRE_PROGRAMS") == "1":
        pytest.fail(f"HARNESS_REQUIRE_PROGRAMS=1, and there is no {missing[0]} here", pytrace=False)
    return sorted(client for client in SCRIPTS if PROGRAMS.get(client) not in missing)
