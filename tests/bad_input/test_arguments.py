"""Arguments that cannot be meant, ports and certificates: one clear error, soon, and nothing left running."""

from __future__ import annotations

import json
import socket
import ssl
from pathlib import Path

import pytest
import trustme
import urllib3

from tests.bad_input.mistakes import AUTHOR, ENVIRONMENT, SOON, is_one_clear_error
from tests.runs import HARNESS, User, until
from tests.sample import sample

WRONG = [
    ("up chain.yaml --night 2026-13-01", "--night: found '2026-13-01', expected a date such as 2026-11-23"),
    ("up chain.yaml --port sorce=80", "--port: unknown endpoint 'sorce'. Did you mean 'source'? Known: source,"),
    ("run night.yaml --stack dokcer", "invalid choice: 'dokcer'"),
    ("rnu night.yaml", "invalid choice: 'rnu'"),
    ("up chain.yaml --at 25:00", "--at: found '25:00', expected a time of day"),
    ("up chain.yaml --at 13:00", '--at: found "13:00", expected a time within the night'),
    ("up none.yaml", "none.yaml:1: there is no such file; expected a chain"),
    ("up chain.yaml --port source=http", "--port: found 'source=http', expected an endpoint and a port, such as"),
    ("up chain.yaml --port source=80800", "--port: found 'source=80800', expected an endpoint and a port"),
    ("run night.yaml --histories runbook.md", "--histories: runbook.md: File exists; expected a folder"),
    ("judge none.jsonl none.jsonl", "none.jsonl: No such file or directory; expected a history file"),
]


@pytest.mark.parametrize(("arguments", "says"), sample(WRONG, {"up chain.yaml --port sorce=80", "rnu night.yaml"}))
def test_a_wrong_argument_is_the_authors_mistake(user: User, arguments: str, says: str) -> None:
    is_one_clear_error(user.runs(*HARNESS, *arguments.split()), AUTHOR, says, soon=SOON)


def test_who_has_read_enough_of_a_schema_sees_no_traceback(user: User) -> None:
    done = user.runs("bash", "-c", f"{HARNESS[0]} schema chain | head -1")
    assert (done.out, done.err) == ("{\n", "")


def test_a_port_in_use_is_told(user: User) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = user.runs(*HARNESS, "up", "chain.yaml", "--port", f"source={port}")
    is_one_clear_error(run, ENVIRONMENT, f"port {port} for source: Address already in use", "expected:", "to do:")


def test_a_port_can_be_chosen_and_the_schedulers_api_be_served_over_tls(user: User, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    served = ("--port", f"desk={port}", "--certificate", str(tmp_path / "server.pem"), "--json")
    process = user.begin(*HARNESS, "up", "chain.yaml", *served)
    until(lambda: user.said(process).endswith("\n") or process.poll() is not None)
    places = json.loads(user.said(process))
    assert places["desk.url"] == f"http://127.0.0.1:{port}"
    assert "network: reachable from this machine" in " ".join(user.said(process, "err").split())
    url = places["scheduler.url"]
    assert url.startswith("https://")
    trusting = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    with urllib3.PoolManager(ssl_context=trusting) as client:
        assert client.request("GET", f"{url}/api/version").status == 200
    process.terminate()
    user.ended(process)


def test_a_certificate_that_serves_nobody_is_told(user: User) -> None:
    run = user.runs(*HARNESS, "up", "chain.yaml", "--certificate", "chain.yaml")
    is_one_clear_error(
        run, AUTHOR, "--certificate: found chain.yaml", "expected a PEM file with a certificate and its key"
    )
    run = user.runs(*HARNESS, "up", "chain.yaml", "--certificate", "chain.yaml", "--stack", "docker")
    is_one_clear_error(run, AUTHOR, "--certificate: found it with --stack docker, expected --stack local")
