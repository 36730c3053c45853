"""One job at a time, as a real process, between the real source and the real planning."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.content.shipped import fixtures
from harness.mocks.core.relay import UnixConnection
from tests.calibration import patience_s

JOBS = fixtures() / "chains" / "planning_feed" / "jobs"
NIGHT = "2026-11-23"
NAME = "forecast_20261123.csv"


def forecast(records: int, *, day: str = NIGHT, quantity: int = 7) -> bytes:
    """A sound file of the feed."""
    lines = [f"Lyon,SKU-{number:05d},{day},{quantity},each" for number in range(records)]
    trailer = f"TRAILER,{records},{records * quantity}"
    return "\n".join(["site,sku,day,quantity,unit", *lines, trailer, ""]).encode()


@dataclass
class Bench:
    """The chain's folders, and its neighbours' addresses; every file has arrived, and no fault is armed."""

    directory: Path
    urls: dict[str, str]
    landing: Path = field(init=False)
    validated: Path = field(init=False)
    archive: Path = field(init=False)

    def __post_init__(self) -> None:
        for name in ("landing", "validated", "archive"):
            folder = self.directory / "folders" / name
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.iterdir():
                left.unlink()
            setattr(self, name, folder)

    def publish(self, content: bytes | None, *, takes: tuple[str, ...] = ()) -> None:
        """Begin a night in which the source has this content under tonight's name, or nothing, and asks for takes."""
        files: list[dict[str, Any]] = []
        if content is not None:
            sha256 = hashlib.sha256(content).hexdigest()
            (self.directory / "store").mkdir(exist_ok=True)
            (self.directory / "store" / sha256).write_bytes(content)
            held: dict[str, Any] = {
                "sha256": sha256,
                "md5": "",
                "size": len(content),
                "records": content.count(b"\n") - 2,
            }
            held |= {"control_total": None, "layout": None}
            files.append({"file": "forecast", "name": NAME, "arrives_ns": 0, "source": "http", "content": held})
        now_ns = time.time_ns()
        plan: dict[str, Any] = {
            "chain": "planning-feed",
            "owner": "data-ops",
            "runbook": "",
            "timezone": "UTC",
            "date": NIGHT,
        }
        plan |= {"begins_ns": now_ns, "deadline_ns": now_ns, "closes_ns": now_ns, "seed": 0, "files": files}
        plan |= {"folders": {}, "jobs": [], "watch": [NAME], "takes": list(takes)}
        plan |= {"consumers": {"planning": {"kind": "http", "key": ["site", "sku", "day"]}}}
        for component in ("source", "consumers"):
            self.control(component, "/reset", plan)

    def cut(self, keep: float, *, where: str = "exact", length: str = "consistent", manifest: str = "true") -> None:
        """Have the source serve the first part of the file only."""
        effect: dict[str, Any] = {"cut": {"fraction": keep, "where": where}, "length": length, "manifest": manifest}
        order: dict[str, Any] = {"id": "0:truncate_file", "fault": "truncate_file", "point": "serve", "effect": effect}
        self.control("source", "/arm", order | {"where": {"file": "forecast", "what": "file"}, "trigger": {}})

    def control(self, component: str, path: str, body: dict[str, Any]) -> None:
        """A call to a mock's control interface."""
        connection = UnixConnection(self.directory / "control" / f"{component}.sock")
        connection.request("POST", path, body=json.dumps(body).encode())
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        connection.close()

    def run(self, job: str, *off: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """The job's exit code and output, with these defences off; no waiting unless RETRY, WAIT say on."""
        environment = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "FEED": "forecast"}
        environment |= {"BUSINESS_DATE": NIGHT, "KEY_COLUMNS": "site,sku,day", "CONTROL_COLUMN": "quantity"}
        environment |= {"SOURCE_URL": self.urls["source"], "PLANNING_URL": f"{self.urls['consumers']}/planning"}
        environment |= {name.upper(): str(getattr(self, name)) for name in ("landing", "validated", "archive")}
        environment |= {"RETRY": "off", "WAIT": "off", "RECHECK": "off"} | dict.fromkeys(off, "off") | variables
        return subprocess.run(
            [sys.executable, JOBS / f"{job}.py"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=patience_s(),
        )

    def planned(self) -> dict[str, int]:
        """How many rows and batches planning holds for the night."""
        url = f"{self.urls['consumers']}/planning/plan?business_date={NIGHT}"
        with urllib.request.urlopen(url) as answer:
            held: dict[str, int] = json.load(answer)
        return held


@contextmanager
def mock(component: str, directory: Path) -> Iterator[int]:
    """A mock as its own process; its port."""
    command = [sys.executable, "-m", f"harness.mocks.{component}", "--dir", str(directory), "--host", "127.0.0.1"]
    with subprocess.Popen([*command, "--port", "0"]) as process:
        try:
            yield _port(process, component, directory)
        finally:
            process.terminate()


def _port(process: subprocess.Popen[bytes], component: str, directory: Path) -> int:
    gives_up = time.monotonic() + patience_s()
    while time.monotonic() < gives_up:
        assert process.poll() is None, f"{component} ended with {process.returncode}"
        connection = UnixConnection(directory / "control" / f"{component}.sock")
        try:
            connection.request("GET", "/health")
            endpoints: dict[str, int] = json.load(connection.getresponse())["endpoints"]
        except (FileNotFoundError, ConnectionRefusedError):
            time.sleep(0.01)  # a process that starts gives no other sign
        else:
            return endpoints[component]
        finally:
            connection.close()
    raise AssertionError(f"{component} did not start within {patience_s():.0f} s")
