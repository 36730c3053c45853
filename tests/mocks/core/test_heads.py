"""Who may ask: clients of the night by any name that is theirs, and no web page from elsewhere."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from harness.contract.endpoints import PUBLISHED_NAMES
from harness.mocks.core import heads
from harness.mocks.core.heads import is_private
from harness.stack.local.stack import LocalStack
from tests.calibration import patience_s
from tests.mocks.conftest import NightOfMocks
from tests.mocks.fuzzing.front_ends import FRONT_ENDS
from tests.mocks.fuzzing.scheduler import scheduler
from tests.mocks.fuzzing.target import Target
from tests.mocks.scheduler.scheduler_stage import Stage

OURS = (
    "localhost", "LOCALHOST:8080", "127.0.0.1:1", "127.0.0.2", "[::1]:8080", "[fe80::1]", "10.1.2.3:80", "source",
    "wire:8080", "feeds.localhost:8090", "host.docker.internal:8080", "night.test", os.uname().nodename,
    "laptop.local", "nas.home.arpa:80", "night.alt", "feeds.source", "feeds.s3:8090", f"feeds.{os.uname().nodename}",
)  # fmt: skip
FOREIGN = (
    "evil.example",
    "evil.example:8080",
    "127.0.0.1.nip.io",
    "localhost.evil.example",
    "a.com.",
    "[::1",
    "x:y:z.org",
    "feeds.dev",
    "feeds.evil.example",
    "evil.source",
    "evil.lan",
    "home.arpa.evil.example",
)


def asked(port: int, *headers: str, method: str = "POST") -> tuple[int, bytes]:
    """Status and rest of the answer to a request for ``/pages`` with these headers."""
    lines = [f"{method} /pages HTTP/1.1", *headers, "Content-Length: 0", "Connection: close", "", ""]
    with socket.create_connection(("127.0.0.1", port), timeout=patience_s()) as line:
        line.sendall("\r\n".join(lines).encode())
        got = b"".join(iter(lambda: line.recv(65536), b""))
    return int(got.split(b" ", 2)[1]), got


@pytest.fixture
def port(night: NightOfMocks) -> int:
    return FRONT_ENDS["desk"](night).port


@pytest.mark.parametrize("host", OURS)
def test_a_client_may_call_an_endpoint_by_any_name_that_nobody_outside_can_own(port: int, host: str) -> None:
    assert asked(port, f"Host: {host}", method="GET")[0] == 200


@pytest.mark.parametrize("host", FOREIGN)
def test_a_name_that_somebody_outside_may_own_is_refused(port: int, host: str) -> None:
    status, told = asked(port, f"Host: {host}", method="GET")
    assert status == 421
    assert b"Host: found '" in told


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:9", "http://desk:8082"])
def test_a_page_of_this_machine_may_ask(port: int, origin: str) -> None:
    assert asked(port, "Host: desk:8082", f"Origin: {origin}", method="GET")[0] == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://desk:1", "file://", "http://[::1", "x"])
def test_a_page_from_elsewhere_is_refused(night: NightOfMocks, port: int, origin: str) -> None:
    status, told = asked(port, "Host: desk:8082", f"Origin: {origin}")
    assert status == 403
    assert b"expected a client of the night, and no web page" in told
    assert not night.events("page")


def test_a_page_that_only_loads_something_is_refused(port: int) -> None:
    assert asked(port, "Host: localhost", "Sec-Fetch-Site: cross-site", method="GET")[0] == 403
    assert asked(port, "Host: localhost", "Sec-Fetch-Site: none", method="GET")[0] == 200


def refuses_pages(target: Target, status: int) -> None:
    assert asked(target.port, "Host: localhost", "Origin: https://evil.example")[0] == 403
    assert asked(target.port, "Host: evil.example")[0] == status


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_every_front_end_refuses_pages(night: NightOfMocks, front_end: str) -> None:
    refuses_pages(FRONT_ENDS[front_end](night), 403 if front_end == "s3" else 421)


def test_the_scheduler_refuses_pages(running_stage: Stage) -> None:
    refuses_pages(scheduler(running_stage), 421)


def test_the_names_under_which_ports_are_published_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PUBLISHED_NAMES, "docker.corp.example,Night.corp.example, ci.lan")
    for name in ("docker.corp.example", "night.corp.example", "ci.lan", "feeds.night.corp.example"):
        assert is_private.__wrapped__(name), name
    assert not is_private.__wrapped__("other.corp.example")
    assert not is_private.__wrapped__("")


def test_a_mock_of_a_local_stack_knows_the_names_that_the_user_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PUBLISHED_NAMES, "night.corp.example")
    with LocalStack(reachable=True) as stack:
        port = int(stack.published()["desk.url"].rpartition(":")[2])
        assert asked(port, "Host: night.corp.example", method="GET")[0] == 200
        assert asked(port, "Host: other.corp.example", method="GET")[0] == 421
        assert PUBLISHED_NAMES not in stack.job_environment("job")


def test_this_machines_names_are_those_of_its_line_in_the_file_of_hosts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = os.uname().nodename
    monkeypatch.setattr(heads, "HOSTS", hosts := tmp_path / "hosts")
    assert not is_private.__wrapped__("night.corp.example")
    hosts.write_text(f"# {name} no.example\n\n127.0.1.1 Night.corp.example {name} # x.example\n0.0.0.0 ads.example\n")
    assert is_private.__wrapped__("night.corp.example")
    for other in ("no.example", "x.example", "ads.example"):
        assert not is_private.__wrapped__(other)


def test_names() -> None:
    assert is_private("feeds.s3.internal")
    assert not is_private("")
    assert not is_private("internal.example")
