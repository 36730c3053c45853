"""The scheduler's two ways in, fuzzed: its REST API, and files in MSGIN."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import urllib3

from tests.mocks.fuzzing.requests import TEXTS, Request, spoiled
from tests.mocks.fuzzing.target import Target
from tests.mocks.scheduler.scheduler_stage import Stage, at

SCHEDULE = "20261123|1|1"
LINES = (
    "$JOB:HOLD,CURRENT,feed,load,batch,secret", "$JOB:ADD,2026-11-23,feed,load,OnRequest,batch,secret",
    "$SCHEDULE:BUILD,2026-11-24,feed,batch,secret", "$MACHINE:DOWN,agent,batch,secret",
    "$THRESHOLD:SET,rows,3,batch,secret", "$RESOURCE:SET,link,3,batch,secret", "$CONSOLE:DISPLAY,hello,batch,secret",
    "$PROPERTY:SET,Region,[[Region]],batch,secret", "$NOTIFY:EMAIL,somebody,a text,batch,secret",
)  # fmt: skip


def scheduler(stage: Stage) -> Target:
    """A night with two jobs, and a client that has logged in as an application, whose token does not expire."""
    stage.reset(
        stage.job("load", "true", at_ns=at("02:00")), stage.job("publish", run=[], after=["load"]),
        thresholds={"rows": 1}, resources={"link": 2}, properties={"Region": "EU"},
    )  # fmt: skip
    port = stage.port("scheduler")
    user = {"user": {"loginName": "a", "password": "b"}, "tokenType": {"type": "Application", "id": "tests"}}
    token = urllib3.request("POST", f"http://127.0.0.1:{port}/api/tokens", json=user).json()["id"]
    shown = {"Authorization": f"Token {token}", "Content-Type": "application/json"}

    def asked(method: str, path: str, body: Any = None) -> Request:
        return Request(method, f"/api{path}", b"" if body is None else json.dumps(body).encode(), shown)

    jobs = [{"id": f"{SCHEDULE}|load", "step": None}]
    item = {"id": SCHEDULE, "jobs": [{"id": "load", "instanceProperties": [{"name": "x", "value": "y"}]}]}
    valid = [
        asked("GET", "/version"),
        asked("GET", "/dailyJobs?name=*a*&dates=2026-11-23&limit=2&offset=1&sortBy=name"),
        asked("GET", f"/dailyJobs/{SCHEDULE.replace('|', '%7C')}%7Cload"),
        asked("GET", "/dailyGraphEdges?scheduleIds=1"),
        asked("POST", "/tokens", user),
        asked("POST", "/jobactions", {"action": "hold", "jobs": jobs, "reason": "why"}),
        asked("POST", "/scheduleactions", {"action": "addJobs", "scheduleActionItems": [item], "states": ["Held"]}),
        asked("POST", "/scheduleActionsByDate", {"action": "holdJobs", "scheduleDates": ["2026-11-23"], "jobs": []}),
        asked("POST", "/machineactions", {"action": "up", "machines": [{"id": "agent"}]}),
        asked("POST", "/scheduleBuilds", {"schedules": [{"name": "feed"}], "dates": ["2026-11-24"], "hold": True}),
        asked("PUT", "/globalproperties/1", {"id": 1, "name": "Region", "value": "EU"}),
        asked("PUT", "/thresholds/1", {"value": 3}),
        asked("POST", "/resources", {"name": "more", "value": 3}),
        asked("POST", "/opconEventsCollection", {"events": [{"eventString": "$CONSOLE:DISPLAY,hello"}]}),
    ]
    [pid] = [one.pid for one in stage.processes if "harness.mocks.scheduler" in one.args]
    return Target(port, pid, stage.folder / "history" / "scheduler.jsonl", valid, sound=valid[0])


def file_in_msgin(seed: int) -> bytes:
    """What somebody drops there."""
    random = Random(seed)
    lines = random.choices(LINES, k=random.randint(1, 3))
    match random.randrange(4):
        case 0:
            return spoiled(random, "\n".join(lines).encode())
        case 1:
            parts = lines[0].split(",")
            parts[random.randrange(len(parts))] = random.choice(TEXTS)
            return ",".join(parts).encode("utf-8", "surrogatepass")
        case 2:
            return ",".join(random.choice(TEXTS) for _ in range(6)).encode("utf-8", "surrogatepass")
        case _:
            return "\n".join(lines * random.choice((1, 9))).encode() + b"," * random.choice((0, 100_000))
