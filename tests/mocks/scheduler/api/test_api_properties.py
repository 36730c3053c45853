"""The API against its own OpenAPI document: whatever is sent, it answers as the document says, and never with a 5xx."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import urllib3

from tests.mocks.scheduler.api.opcon_client import OpConClient
from tests.mocks.scheduler.scheduler_stage import Stage, at

EXAMPLES = os.environ.get("NIGHT_HARNESS_API_EXAMPLES", "2")
"""How many requests are made up for each operation, beside those that cover its document systematically."""


@pytest.fixture
def url(stage: Stage) -> str:
    stage.reset(
        stage.job("load", "true", at_ns=at("02:00")),
        stage.job("publish", run=[], after=["load"]),
        thresholds={"rows": 1}, resources={"link": 2}, properties={"Region": "EU"},
    )  # fmt: skip
    return f"http://127.0.0.1:{stage.port('scheduler')}"


@pytest.mark.exhaustive
def test_whatever_is_sent_is_answered_as_the_document_says(stage: Stage, url: str) -> None:
    user = {"user": {"loginName": "a", "password": "b"}, "tokenType": {"type": "Application", "id": "tests"}}
    token = urllib3.request("POST", f"{url}/api/tokens", json=user).json()["id"]
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/openapi.json"]
    command += ["-H", f"Authorization: Token {token}", "--max-examples", EXAMPLES, "--phases", "coverage,fuzzing"]
    command += ["--exclude-operation-id", "delete_tokens"]  # it logs the whole run out
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    events = (stage.folder / "history" / "scheduler.jsonl").read_text().splitlines()
    assert not [event for event in map(json.loads, events) if event["action"] == "bug"]


def test_the_document_has_every_endpoint_that_the_vendors_clients_use(url: str) -> None:
    document = OpConClient(url).ask("GET", "/openapi.json")
    used = (Path(__file__).parent / "endpoints_of_clients.txt").read_text().splitlines()
    offered = {f"{method} {path}".lower() for path, item in document["paths"].items() for method in item}
    assert not [line for line in used if line.lower() not in offered]


def test_nobody_gets_anything_without_a_token(url: str) -> None:
    document = OpConClient(url).ask("GET", "/openapi.json")
    free = {"/tokens", "/tokens/windowsauth", "/externaltoken", "/version"}
    for path, item in document["paths"].items():
        for method in item:
            if path in free and (method, path) != ("get", "/tokens") and (method, path) != ("delete", "/tokens"):
                continue
            answer = urllib3.request(method.upper(), f"{url}/api{path.replace('{id}', 'x')}", json={})
            assert (answer.status, answer.reason) == (401, "Unauthorized"), (method, path)
