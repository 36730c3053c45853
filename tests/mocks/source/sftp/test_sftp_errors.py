"""How SFTP says no, and how it is slow: refusals, delays, and listings without an end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import paramiko
import pytest

from tests.calibration import patience_s
from tests.mocks.conftest import BEGINS_NS, CONTENT, MINUTE_NS, NightOfMocks, Played
from tests.mocks.source.sftp.sftp_client import NAME, PATH, Clients, logged_in
from tests.sample import sample

LOST = (OSError, EOFError, paramiko.SSHException)


OPERATIONS: dict[str, Callable[[paramiko.SFTPClient], object]] = {
    "list": lambda sftp: sftp.listdir("/inbox"),
    "stat": lambda sftp: sftp.stat(PATH),
    "get": lambda sftp: sftp.open(PATH),
    "put": lambda sftp: sftp.open("/inbox/x", "w"),
    "remove": lambda sftp: sftp.remove(PATH),
    "rename": lambda sftp: sftp.rename(PATH, "/inbox/x"),
}


@pytest.mark.parametrize("operation", sample(OPERATIONS, {"get", "put"}))
@pytest.mark.parametrize(
    ("kind", "error", "says"),
    [
        ("forbidden", PermissionError, "Permission denied"),
        ("internal_error", OSError, "Failure"),
        ("throttled", OSError, "Too many requests"),
    ],
)
def test_an_operation_is_refused_with_a_status(
    night: NightOfMocks, source: Played, operation: str, kind: str, error: type[Exception], says: str
) -> None:
    source.arm("request", {"refuse": kind}, where={"operation": operation}, times=1)
    with logged_in(source) as sftp:
        with pytest.raises(error, match=says):
            OPERATIONS[operation](sftp)
        OPERATIONS[operation](sftp)  # the connection goes on, and the next one is answered
    (receipt,) = night.events("fault")
    assert (receipt[1]["where"]["via"], receipt[1]["where"]["operation"]) == ("sftp", operation)


@pytest.mark.parametrize("operation", sample(OPERATIONS, {"get", "list"}))
@pytest.mark.parametrize("kind", sample(["unavailable", "session_expired", "token_expired", "login_refused"], 2))
def test_other_refusals_end_the_connection(source: Played, operation: str, kind: str) -> None:
    source.arm("request", {"refuse": kind}, where={"operation": operation}, times=1)
    with logged_in(source) as sftp:
        with pytest.raises(LOST):
            OPERATIONS[operation](sftp)
        with pytest.raises(LOST):
            sftp.normalize("/")
    with logged_in(source) as sftp:
        OPERATIONS[operation](sftp)


def test_a_refused_retrieval_is_told(night: NightOfMocks, source: Played) -> None:
    source.arm("request", {"refuse": "forbidden"}, where={"operation": "get"})
    with logged_in(source) as sftp, pytest.raises(PermissionError):
        sftp.open(PATH)
    served = {"name": NAME, "what": "file", "via": "sftp"}
    assert night.events("serve") == [("invoke", served, None), ("fail", served, "Permission denied")]


LISTING = """
import os, sys, time, paramiko
at = os.environ
transport = paramiko.Transport((at["SFTP_HOST"], int(at["SFTP_PORT"])))
transport.connect(None, at["SFTP_USER"], at["SFTP_PASSWORD"])
sftp = paramiko.SFTPClient.from_transport(transport)
begun, seen = time.time(), 0
for name in sftp.listdir_iter(at["SFTP_FOLDER"], read_aheads=1):
    seen += 1
    if time.time() - begun > 600:
        break
print(seen, f"{time.time() - begun:.0f}", flush=True)
os._exit(0)
"""


def listing(night: NightOfMocks, source: Played, tmp_path: Path) -> tuple[int, int]:
    """Names seen, and the seconds of the night that it took."""
    process = Clients(night, source.endpoints["sftp"], NAME, tmp_path / "x").program("-c", LISTING)
    night.run(60)
    seen, seconds = process.communicate(timeout=patience_s())[0].split()
    return int(seen), int(seconds)


def test_a_slow_folder_takes_its_time_in_the_night(night: NightOfMocks, source: Played, tmp_path: Path) -> None:
    source.arm("answer", {"delay_ns": 7 * MINUTE_NS}, where={"operation": "list"})
    assert listing(night, source, tmp_path) == (2, 420)
    assert night.events("serve")[-1][0] == "ok"
    assert night.history("source").of("serve")[-1].at - BEGINS_NS >= 7 * MINUTE_NS


@pytest.mark.exhaustive
def test_a_listing_without_an_end_goes_on_while_the_night_does(
    night: NightOfMocks, source: Played, tmp_path: Path
) -> None:
    source.arm("request", {"refuse": "endless_listing"}, where={"operation": "list"})
    seen, seconds = listing(night, source, tmp_path)
    assert 600 <= seconds <= 602
    assert seen > 600 * 60


def test_a_listing_without_an_end_is_one_of_listings_alone(night: NightOfMocks, source: Played, tmp_path: Path) -> None:
    source.arm("request", {"refuse": "endless_listing", "every_ns": MINUTE_NS})
    with logged_in(source) as sftp, sftp.open(f"/inbox/{NAME}") as file:
        assert file.read() == CONTENT
    _, seconds = listing(night, source, tmp_path)
    assert 600 <= seconds <= 660, "a page a minute"


def test_a_delay_may_come_within_a_file(night: NightOfMocks, source: Played, tmp_path: Path) -> None:
    source.arm("answer", {"delay_ns": 5 * MINUTE_NS, "after_bytes": 100}, where={"operation": "get"})
    clients = Clients(night, source.endpoints["sftp"], NAME, tmp_path / "x")
    assert clients.run("openssh_sftp").left == CONTENT
    assert night.history("source").of("serve")[-1].at - BEGINS_NS >= 5 * MINUTE_NS


@pytest.mark.parametrize(
    ("point", "where", "effect", "says"),
    [
        ("answer", {}, {}, "found no key, expected delay_ns or silence"),
        ("answer", {}, {"delay_ns": 1, "silence": True}, "unknown key 'silence'"),
        ("answer", {}, {"delay_ns": 0}, "delay_ns: found 0, expected a number from 1 on"),
        ("answer", {}, {"silence": True, "after_bytes": -1}, "after_bytes: found -1"),
        ("answer", {"via": "s3"}, {"silence": True}, "found via='s3', but sftp alone passes this point"),
        (
            "request",
            {},
            {"refuse": "forbidden", "after_bytes": "half"},
            'after_bytes: found "half"',
        ),
        ("request", {"via": "http"}, {"refuse": "forbidden", "after_bytes": 9}, "found via='http', but sftp alone"),
        ("request", {"operation": "get"}, {"refuse": "endless_listing"}, "operation='get', expected 'list'"),
    ],
)
def test_an_order_that_cannot_be_is_refused_in_words(
    source: Played, point: str, where: dict[str, str], effect: dict[str, object], says: str
) -> None:
    order = {"id": "0", "fault": "tested", "where": where, "point": point, "effect": effect}
    status, answer = source.call("POST", "arm", order)
    assert status == 400
    assert says in answer["error"]
