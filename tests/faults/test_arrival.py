"""Faults of arrival, access and the landing side: what cannot apply to a chain is refused when it is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.chain.loading import load_chain
from harness.chain.model import Chain, FileSpec
from harness.contract import points
from harness.contract.orders import Counts
from harness.contract.points import Point
from harness.errors import AuthorError
from harness.faults import (
    DeliverTwice,
    DeliverUnderAnotherName,
    DiskFull,
    EarlyFile,
    Fault,
    FlagApart,
    LateFile,
    ManifestApart,
    MissingFile,
    On,
    OutOfOrder,
    ReadOnlyDisk,
    RenameUnderReader,
    ServerError,
    SlowDrip,
    SupersedeFile,
    ThrottleRequests,
    TokenExpired,
)
from harness.faults.model.why_not_fired import why_not_fired

CHAINS = Path(__file__).parents[2] / "fixtures/chains"
REFERENCE = load_chain(CHAINS / "planning_feed/chain.yaml")
FLAGGED = load_chain(CHAINS / "planning_feed/flagged.yaml")
FLIGHTS = load_chain(CHAINS / "flights/chain.yaml")


def changed(**spec: object) -> Chain:
    """The reference chain with another file."""
    files = {"forecast": REFERENCE.files["forecast"].model_copy(update=spec)}
    return REFERENCE.model_copy(update={"files": files})


EVENING = changed(arrives=REFERENCE.evening)
COPIED = changed(content=FileSpec.model_fields["content"].annotation(copy="real.csv"))  # type: ignore[misc]
SFTP = changed(source="sftp").model_copy(update={"environment": {}})
NO_FILES = REFERENCE.model_copy(update={"files": {}, "environment": {}})


@pytest.mark.parametrize(
    ("fault", "chain", "parameter", "says"),
    [
        (LateFile(file="forecast", arrives="01:30"), REFERENCE, "arrives", "a time after 'forecast' is due, \"01:30\""),
        (LateFile(file="forecast", arrives="12:30"), REFERENCE, "arrives", "expected a time within the night"),
        (LateFile(file="forecast", arrives="03:00"), EVENING, "file", "as the night begins, before any fault can act"),
        (MissingFile(file="forecast"), EVENING, "file", "let it arrive a minute later"),
        (MissingFile(file="forcast"), REFERENCE, "file", "Did you mean 'forecast'?"),
        (EarlyFile(file="forecast", arrives="01:30"), REFERENCE, "arrives", "expected a time before 'forecast' is due"),
        (EarlyFile(file="forecast", arrives="21:00"), REFERENCE, "arrives", "expected a time within the night"),
        (DeliverTwice(file="forecast"), REFERENCE, "after", "expected 'after' or 'on'"),
        (RenameUnderReader(file="forecast"), REFERENCE, "after", "expected 'after' or 'on'"),
        (RenameUnderReader(file="forecast", to="{name}", after="5m"), REFERENCE, "to", "which is the file's own name"),
        (DeliverUnderAnotherName(file="forecast", as_="{stem}{suffix}"), REFERENCE, "as", "the file's own name"),
        (SupersedeFile(file="forecast"), REFERENCE, "after", "expected 'after' or 'on'"),
        (SupersedeFile(file="forecast", after="1m"), COPIED, "file", "of which there is no other version"),
        (SupersedeFile(file="flights", after="1m"), FLIGHTS, "file", "365 files a night; a correction is of one"),
        (OutOfOrder(file="forecast", every="1m"), REFERENCE, "file", "one file a night, which has no order"),
        (FlagApart(file="forecast", comes="never"), REFERENCE, "file", "has no flag, expected one"),
        (ManifestApart(file="forecast", comes="never"), EVENING, "file", "as the night begins"),
        (
            ServerError(operation="login"),
            REFERENCE,
            "operation",
            "come by http: expected one of get, list, put, remove, stat",
        ),
        (ServerError(), NO_FILES, "server_error", "retrieves no file and sends none, so that nothing can be refused"),
        (TokenExpired(), SFTP, "token_expired", "come by sftp, which has no words for token_expired"),
        (ThrottleRequests(retry_after="1m"), SFTP, "retry_after", "cannot say when to come again"),
        (
            SlowDrip(bytes_per_s=1),
            NO_FILES,
            "slow_drip",
            "slow_drip needs a file to retrieve or to send",
        ),
        (DiskFull(job="retrieve", folder="landng"), REFERENCE, "folder", "Did you mean 'landing'?"),
        (ReadOnlyDisk(job="retreive", folder="landing"), REFERENCE, "job", "Did you mean 'retrieve'?"),
    ],
)
def test_what_cannot_apply_is_refused_by_its_parameter(fault: Fault, chain: Chain, parameter: str, says: str) -> None:
    [(found, text)] = fault.mistakes(chain)
    assert found == parameter
    assert says in text


@pytest.mark.parametrize(
    ("fault", "chain"),
    [
        (FlagApart(file="forecast", comes="before"), FLAGGED),
        (OutOfOrder(file="flights", every="5s"), FLIGHTS),
        (ServerError(operation="login"), SFTP),
        (ThrottleRequests(), SFTP),
        (DeliverTwice(file="forecast", on=On(component="planning", action="batch")), REFERENCE),
    ],
)
def test_what_can_apply_does(fault: Fault, chain: Chain) -> None:
    assert list(fault.mistakes(chain)) == []


@pytest.mark.parametrize("room", [5, "5", "5 kB", "50%", True])
def test_room_on_a_disk_needs_its_unit(room: object) -> None:
    with pytest.raises(AuthorError, match=r'as room, expected a number of bytes such as "1234 bytes"'):
        DiskFull(job="retrieve", folder="landing", room=room)


@pytest.mark.parametrize(
    ("fault", "point", "where", "says"),
    [
        (LateFile(file="forecast", arrives="03:00"), points.ARRIVE, {"file": "forecast"}, "arrival of forecast"),
        (ServerError(operation="get"), points.REQUEST, {"operation": "get"}, "a request for get"),
        (ServerError(), points.REQUEST, {}, "a request for anything"),
        (DiskFull(job="retrieve", folder="landing"), points.DISK, {"job": "retrieve"}, "start of retrieve"),
    ],
)
def test_a_fault_that_never_acted_says_where_it_waited(
    fault: Fault, point: Point[Any], where: dict[str, str], says: str
) -> None:
    counts = Counts(passed=0, awake=0, calls=0, acts=0, fired=False)
    assert why_not_fired(fault, point, where, counts) == f"{says} was never passed"


def test_a_disk_that_refused_nothing_says_so() -> None:
    counts = Counts(passed=1, awake=1, calls=1, acts=0, fired=False)
    fault = DiskFull(job="retrieve", folder="landing")
    assert "was refused nothing in landing" in why_not_fired(fault, points.DISK, {"job": "retrieve"}, counts)
