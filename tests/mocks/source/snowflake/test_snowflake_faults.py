"""What each connector does by itself when login, query or blob storage refuse, lie, or fall silent.

The figures are those of the connectors' own retries and limits, measured with login_timeout = network_timeout = 20 s
where a test says `BOUNDED`, else with their defaults.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.mocks.conftest import BEGINS_NS, NightOfMocks
from tests.mocks.source.snowflake.snowflake_account import CONNECTORS, Account, Step, account, wired

pytestmark = pytest.mark.exhaustive

BOUNDED: dict[str, Any] = {"login_timeout": 20, "network_timeout": 20}
BODY = b"0123456789abcde\n" * 20_000
HALF = len(BODY) // 2
FILE = {"file": "big", "what": "file"}

both = pytest.mark.parametrize("connector", CONNECTORS)
failing = pytest.mark.parametrize("kind", ["unavailable", "internal_error", "throttled"])


@pytest.fixture
def stage(night: NightOfMocks) -> Account:
    return account(night, big_bin=BODY)


def refuse(stage: Account, operation: str, kind: str, **more: Any) -> None:
    times = {"times": more.pop("times")} if "times" in more else {}
    where = {"via": "snowflake", "operation": operation}
    stage.source.arm("request", {"refuse": kind, **more}, where=where, **times)


def get(stage: Account, connector: str, folder: Path, of: str = "inbox", **connect: Any) -> Step:
    return stage.do(connector, f"get @{of}/big.bin file://{folder}/", **connect)[-1]


def receipts(stage: Account) -> int:
    return len(stage.night.events("fault"))


# Login


@failing
def test_4_gives_up_a_login_that_fails_twice_and_5_goes_on(stage: Account, kind: str) -> None:
    refuse(stage, "login", kind, times=2)
    (failed,) = stage.do("snowflake-4", **BOUNDED)
    assert failed.errno == 250001
    assert 1 <= failed.took_s < 3
    refuse(stage, "login", kind, times=2)
    (connected,) = stage.do("snowflake-5", **BOUNDED)
    assert connected.error is None


@pytest.mark.parametrize(("connector", "at_least_s", "below_s"), [("snowflake-4", 1, 3), ("snowflake-5", 1, 21)])
def test_a_login_that_always_fails_is_given_up(
    stage: Account, connector: str, at_least_s: float, below_s: float
) -> None:
    refuse(stage, "login", "unavailable")
    (failed,) = stage.do(connector, **BOUNDED)
    # The last answer, or the limit on all of them: its pauses are random.
    assert failed.errno in (250001, 14)
    assert at_least_s <= failed.took_s < below_s


@pytest.mark.parametrize(
    ("connector", "error", "errno"),
    [("snowflake-4", "ForbiddenError", 540001), ("snowflake-5", "DatabaseError", 250001)],
)
def test_a_forbidden_login_fails_at_once(stage: Account, connector: str, error: str, errno: int) -> None:
    refuse(stage, "login", "forbidden")
    (failed,) = stage.do(connector, **BOUNDED)
    assert (failed.error, failed.errno) == (error, errno)
    assert failed.took_s < 1


@both
def test_a_refused_login_is_a_wrong_password(stage: Account, connector: str) -> None:
    refuse(stage, "login", "login_refused")
    (failed,) = stage.do(connector, **BOUNDED)
    assert "Incorrect username or password was specified" in str(failed.text)


# Query


@both
@failing
def test_a_query_that_fails_twice_is_sent_again(stage: Account, connector: str, kind: str) -> None:
    refuse(stage, "query", kind, times=2)
    _, answered = stage.do(connector, "select 1", **BOUNDED)
    assert answered.rows == [[1]]
    assert receipts(stage) == 2


@pytest.mark.parametrize(("connector", "at_least_s", "below_s"), [("snowflake-4", 20, 40), ("snowflake-5", 1, 21)])
def test_a_query_that_always_fails_is_given_up(
    stage: Account, connector: str, at_least_s: float, below_s: float
) -> None:
    refuse(stage, "query", "unavailable")
    _, failed = stage.do(connector, "select 1", **BOUNDED)
    assert failed.error is not None
    assert at_least_s <= failed.took_s < below_s


@pytest.mark.parametrize(("connector", "at_least_s", "below_s"), [("snowflake-4", 15, 40), ("snowflake-5", 0, 1)])
def test_a_forbidden_query_is_tried_again_by_4_alone(
    stage: Account, connector: str, at_least_s: float, below_s: float
) -> None:
    refuse(stage, "query", "forbidden")
    _, failed = stage.do(connector, "select 1", **BOUNDED)
    assert failed.error is not None
    assert at_least_s <= failed.took_s < below_s


@both
@pytest.mark.parametrize("statement", ["select 1", "get @inbox/big.bin file://{folder}/"])
def test_an_expired_session_is_renewed_without_a_word(
    stage: Account, tmp_path: Path, connector: str, statement: str
) -> None:
    refuse(stage, "query", "session_expired", times=1)
    _, answered = stage.do(connector, statement.format(folder=tmp_path), **BOUNDED)
    assert answered.error is None
    assert receipts(stage) == 1


def test_a_session_that_is_always_expired_is_renewed_by_4_without_end_and_by_5_once(stage: Account) -> None:
    refuse(stage, "query", "session_expired", times=40)
    _, answered = stage.do("snowflake-4", "select 1", **BOUNDED)
    assert answered.rows == [[1]]
    assert receipts(stage) == 40
    refuse(stage, "query", "session_expired")
    _, failed = stage.do("snowflake-5", "select 1", **BOUNDED)
    assert "390112" in f"{failed.errno} {failed.text}"
    assert receipts(stage) == 42


@both
def test_a_master_token_that_has_expired_ends_the_connection(stage: Account, connector: str) -> None:
    refuse(stage, "query", "token_expired")
    _, failed = stage.do(connector, "select 1", **BOUNDED)
    assert failed.errno == 390114
    assert receipts(stage) == 1


@pytest.mark.parametrize(("connector", "limits"), [("snowflake-4", {}), ("snowflake-5", {"query_timeout": 1800})])
def test_a_listing_that_never_ends_is_asked_for_until_somebody_cancels_it(
    stage: Account, connector: str, limits: dict[str, int]
) -> None:
    refuse(stage, "list", "endless_listing")
    _, failed = stage.do(connector, ["ls @inbox", 1800], **limits)
    assert failed.error is not None
    assert 1800 <= failed.took_s < 1846


@both
def test_a_listing_that_never_ends_is_ended_by_the_timeout_of_its_session(stage: Account, connector: str) -> None:
    refuse(stage, "list", "endless_listing")
    *_, failed = stage.do(connector, "alter session set statement_timeout_in_seconds = 50", ["ls @inbox", 1800])
    assert failed.errno == 630
    assert "its statement or warehouse timeout of 50 second(s)" in str(failed.text)
    assert 50 <= failed.took_s < 60


# Blob storage


@both
@failing
def test_a_download_that_fails_twice_is_tried_again(stage: Account, tmp_path: Path, connector: str, kind: str) -> None:
    refuse(stage, "get", kind, times=2)
    assert get(stage, connector, tmp_path).error is None
    assert (tmp_path / "big.bin").read_bytes() == BODY
    assert receipts(stage) == 2


@pytest.mark.parametrize(
    ("connector", "errno", "at_least_s", "below_s", "left"),
    [("snowflake-4", 253002, 30, 33, ["big.bin.part"]), ("snowflake-5", 4, 1, 30, [])],
)
def test_a_download_that_always_fails_is_given_up(
    stage: Account, tmp_path: Path, connector: str, errno: int, at_least_s: float, below_s: float, left: list[str]
) -> None:
    refuse(stage, "get", "unavailable")
    failed = get(stage, connector, tmp_path)
    assert failed.errno == errno
    assert at_least_s <= failed.took_s < below_s
    assert [path.name for path in tmp_path.iterdir()] == left


@pytest.mark.parametrize(("connector", "tries"), [("snowflake-4", 1), ("snowflake-5", 6)])
def test_a_forbidden_download_is_tried_again_by_5_alone(
    stage: Account, tmp_path: Path, connector: str, tries: int
) -> None:
    refuse(stage, "get", "forbidden")
    assert get(stage, connector, tmp_path).error is not None
    assert receipts(stage) == tries


@both
def test_a_link_that_has_expired_is_had_anew_once(stage: Account, tmp_path: Path, connector: str) -> None:
    refuse(stage, "get", "token_expired", times=1)
    assert get(stage, connector, tmp_path).error is None
    assert (tmp_path / "big.bin").read_bytes() == BODY
    refuse(stage, "get", "token_expired", times=2)
    assert get(stage, connector, tmp_path).error is not None


@both
@pytest.mark.parametrize("length", ["consistent", "missing"])
def test_half_a_file_passes_for_a_whole_one(stage: Account, tmp_path: Path, connector: str, length: str) -> None:
    stage.source.arm("serve", {"cut": {"fraction": 0.5, "where": "exact"}, "length": length}, where=FILE)
    assert get(stage, connector, tmp_path).rows == [["big.bin", HALF, "DOWNLOADED", ""]]
    assert (tmp_path / "big.bin").read_bytes() == BODY[:HALF]


@both
def test_an_empty_file_passes_for_a_whole_one(stage: Account, tmp_path: Path, connector: str) -> None:
    stage.source.arm("serve", {"cut": {"bytes": 0, "where": "exact"}, "length": "consistent"}, where=FILE)
    assert get(stage, connector, tmp_path).rows == [["big.bin", 0, "DOWNLOADED", ""]]


@both
def test_a_body_shorter_than_its_length_is_an_error_and_not_tried_again(
    stage: Account, tmp_path: Path, connector: str
) -> None:
    stage.source.arm("serve", {"cut": {"fraction": 0.5, "where": "exact"}, "length": "declared"}, where=FILE, times=1)
    failed = get(stage, connector, tmp_path)
    assert failed.error is not None
    assert failed.took_s < 1
    assert not (tmp_path / "big.bin").exists()
    assert len([1 for how, *_ in stage.night.events("serve") if how == "invoke"]) == 1


@pytest.mark.parametrize("length", ["consistent", "missing"])
def test_half_an_object_of_a_bucket_passes_for_a_whole_one(stage: Account, tmp_path: Path, length: str) -> None:
    stage.source.arm("serve", {"cut": {"fraction": 0.5, "where": "exact"}, "length": length}, where=FILE)
    assert get(stage, "snowflake-5", tmp_path, "inbox_s3").rows == [["big.bin", HALF, "DOWNLOADED", ""]]
    assert (tmp_path / "big.bin").read_bytes() == BODY[:HALF]


@both
def test_a_put_that_is_forbidden_leaves_nothing(stage: Account, tmp_path: Path, connector: str) -> None:
    (tmp_path / "up.csv").write_bytes(b"1\n")
    refuse(stage, "put", "forbidden")
    _, put, listed = stage.do(connector, f"put file://{tmp_path}/up.csv @inbox/in", "ls @inbox/in", **BOUNDED)
    assert put.error is not None
    assert listed.rows == []


# Silence


@pytest.mark.parametrize(("connector", "limit_s"), [("snowflake-4", 6031), ("snowflake-5", 600)])
def test_a_storage_that_never_answers_is_given_up_after_hours_or_minutes(
    stage: Account, tmp_path: Path, connector: str, limit_s: float
) -> None:
    behind, wire = wired(stage)
    # 3 s into the night: when the connections to the account are there, and kept, and before the storage's.
    wire.arm("connect", {"hang": "first_byte"}, where={"endpoint": "snowflake"}, at_ns=BEGINS_NS + 3 * 10**9)
    *_, failed = behind.do(connector, "select 1", 6, f"get @inbox/big.bin file://{tmp_path}/")
    assert failed.error is not None
    assert limit_s <= failed.took_s < limit_s + 2


@both
def test_a_download_that_stalls_is_given_up_after_ten_minutes(stage: Account, tmp_path: Path, connector: str) -> None:
    behind, wire = wired(stage)
    effect = {"hang": "body", "after_bytes": 100_000}
    wire.arm("connect", effect, where={"endpoint": "snowflake"}, at_ns=BEGINS_NS + 3 * 10**9)
    *_, failed = behind.do(connector, "select 1", 6, f"get @inbox/big.bin file://{tmp_path}/")
    assert failed.error is not None
    assert 600 <= failed.took_s < 602
