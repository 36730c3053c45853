"""The account as tests ask it: through a real client, in the night's time."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.contract.endpoints import SNOWFLAKE
from tests.calibration import patience_s
from tests.clock.needed import client
from tests.mocks.conftest import BEGINS_NS, MINUTE_NS, NightOfMocks, Played

JOB = Path(__file__).with_name("snowflake_job.py")
CONNECTORS = ("snowflake-4", "snowflake-5")
HOURS = 60.0
LONGEST_MINUTES = 5 * HOURS


@dataclass(frozen=True)
class Step:
    """How a connection or a statement went, and how long it took in the night's time."""

    took_s: float
    rows: list[list[Any]] | None = None
    error: str | None = None
    errno: int | None = None
    text: str | None = None


@dataclass(frozen=True)
class Account:
    """The source's Snowflake account, or what stands before it (``port``)."""

    night: NightOfMocks
    source: Played
    port: int

    def connect(self, **other: Any) -> dict[str, Any]:
        """A client's arguments."""
        grants = {name: SNOWFLAKE[name] for name in ("account", "user", "password", "warehouse", "database", "schema")}
        return grants | {"host": "127.0.0.1", "port": self.port, "protocol": "http"} | other

    def do(
        self,
        connector: str,
        *steps: str | float | list[str | int] | dict[str, str],
        minutes: float = LONGEST_MINUTES,
        close: bool = False,
        **other: Any,
    ) -> list[Step]:
        """Let a connector do these steps; how each went, the connection first."""
        variables = [f"{name}={value}" for name, value in client(connector).items()]
        asked = json.dumps({"connect": self.connect(**other), "do": steps, "close": close})
        job = self.night.job("env", *variables, sys.executable, str(JOB), asked)
        self.night.run((self.night.page.now_ns - BEGINS_NS) / MINUTE_NS + minutes)
        out, _ = job.communicate(timeout=patience_s())
        assert job.returncode == 0, f"{connector} ended with {job.returncode}"
        return [Step(**step) for step in json.loads(out)]


def account(night: NightOfMocks, **contents: bytes) -> Account:
    """An account whose stages hold these files from the night's begin; ``a_csv=content`` is ``a.csv``."""
    for name, content in contents.items():
        night.publish(name.replace("_", "."), content)
        night.plan["files"][-1]["source"] = "snowflake"
    source = night.start("source")
    return Account(night, source, source.endpoints["snowflake"])


def wired(account: Account) -> tuple[Account, Played]:
    """The same account behind a wire, and the wire."""
    wire = account.night.start("wire", "--route", f"snowflake=0=127.0.0.1:{account.port}")
    return Account(account.night, account.source, wire.endpoints["snowflake"]), wire
