"""How the server is set up: quiet in virtual time, careless of crashes, with a log of all that it changes."""

from __future__ import annotations

from collections.abc import Mapping

from harness.contract.endpoints import QUEUE

ADMIN = "night_harness"
"""The user of the mock itself."""

SOCKET = "s"
LOG_FOLDER, LOG = "log", "log"

SETTINGS: Mapping[str, str] = {
    "port": "0",  # who wants to be its client comes through the front
    "unixsocket": SOCKET,
    "unixsocketperm": "700",
    "daemonize": "no",
    "logfile": '""',
    "crash-log-enabled": "no",
    # It looks after itself once a second and not ten times: each such moment is a jump of the clock.
    "hz": "1",
    "dynamic-hz": "no",
    "timeout": "0",
    "latency-tracking": "no",
    "slowlog-log-slower-than": "-1",
    # Every change is in the log before its answer goes out, and nothing else is ever written.
    "appendonly": "yes",
    "appendfsync": "no",
    "appenddirname": LOG_FOLDER,
    "appendfilename": LOG,
    "auto-aof-rewrite-percentage": "0",
    "save": '""',
    "stop-writes-on-bgsave-error": "no",
}

FORBIDDEN: tuple[str, ...] = (
    "bgrewriteaof",
    "bgsave",
    "save",
    "shutdown",
    "config",
    "debug",
    "acl",
    "monitor",
    "module",
    "cluster",
)
FORBIDDEN += ("replicaof", "slaveof", "failover", "sync", "psync", "replconf", "client|kill", "client|pause", "swapdb")
"""What jobs may not do, as at a server that a provider runs: it would end the server, or the log of what they push."""


def configuration(admin_password: str) -> str:
    """The lines of its configuration."""
    refused = " ".join(f"-{name}" for name in FORBIDDEN)
    users = [
        f"user default on >{QUEUE['password']} ~* &* +@all {refused}",
        f"user {ADMIN} on >{admin_password} ~* &* +@all",
    ]
    return "".join(f"{line}\n" for line in [*(f"{name} {value}" for name, value in SETTINGS.items()), *users])
