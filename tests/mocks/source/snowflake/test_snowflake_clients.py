"""Both connectors and the CLI, unchanged, do with the account what they do with a real one."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest
import requests

from harness.contract.endpoints import SNOWFLAKE
from tests.calibration import patience_s
from tests.clock.needed import HERE, client
from tests.mocks.conftest import CONTENT, NightOfMocks
from tests.mocks.source.snowflake.snowflake_account import CONNECTORS, HOURS, account
from tests.sample import sample

MD5 = hashlib.md5(CONTENT).hexdigest()
BEGAN = "Sun, 22 Nov 2026 21:00:00 GMT"

both = pytest.mark.parametrize("connector", sample(CONNECTORS, 0))
each = pytest.mark.parametrize("connector", sample([HERE, *CONNECTORS]))
"""What depends on no version is shown by default on the one that is installed."""


@each
def test_a_file_is_listed_and_downloaded_as_it_is(night: NightOfMocks, tmp_path: Path, connector: str) -> None:
    _, listed, got, closed = account(night, a_csv=CONTENT).do(
        connector, "ls @inbox/a.csv", f"get @inbox/a.csv file://{tmp_path}/", close=True
    )
    assert listed.rows == [["inbox/a.csv", len(CONTENT), MD5, BEGAN]]
    assert got.rows == [["a.csv", len(CONTENT), "DOWNLOADED", ""]]
    assert closed.error is None
    assert (tmp_path / "a.csv").read_bytes() == CONTENT
    served = {"name": "a.csv", "what": "file", "via": "snowflake"}
    assert night.events("serve")[-2:] == [
        ("invoke", served, None),
        ("ok", served | {"bytes": len(CONTENT), "complete": True}, None),
    ]
    user = {"via": "snowflake", "user": SNOWFLAKE["user"]}
    assert night.events("login") == [("invoke", user, None), ("ok", user, None)]


@both
def test_a_stage_is_downloaded_with_manifests_or_by_pattern(
    night: NightOfMocks, tmp_path: Path, connector: str
) -> None:
    for name in ("all", "some"):
        (tmp_path / name).mkdir()
    _, everything, some = account(night, a_csv=CONTENT, b_csv=b"1\n", c_txt=b"").do(
        connector,
        f"get @feeds.public.inbox file://{tmp_path}/all/",
        f"get @inbox file://{tmp_path}/some pattern='.*[.]csv'",
    )
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [
        f"{name}{more}" for name in ("a.csv", "b.csv", "c.txt") for more in ("", ".manifest.json")
    ]
    assert sorted(path.name for path in (tmp_path / "some").iterdir()) == ["a.csv", "b.csv"]
    assert len(everything.rows or []) == 6
    assert len(some.rows or []) == 2


@both
def test_a_file_that_is_not_there_is_the_connectors_own_error(
    night: NightOfMocks, tmp_path: Path, connector: str
) -> None:
    _, got = account(night).do(connector, f"get @inbox/a.csv file://{tmp_path}/")
    assert (got.error, got.errno) == ("OperationalError", 253006)


@each
@pytest.mark.parametrize("compress", sample(["", " auto_compress=false"]))
def test_what_is_put_can_be_had_again_and_removed(
    night: NightOfMocks, tmp_path: Path, connector: str, compress: str
) -> None:
    (tmp_path / "up.csv").write_bytes(CONTENT)
    (tmp_path / "back").mkdir()
    name = "up.csv" if compress else "up.csv.gz"
    _, put, listed, got, removed, gone = account(night).do(
        connector,
        f"put file://{tmp_path}/up.csv @inbox/in{compress}",
        "list @inbox",
        f"get @inbox/in file://{tmp_path}/back/",
        "rm @inbox/in",
        "ls @inbox",
    )
    assert put.rows is not None
    assert put.rows[0][:2] == ["up.csv", name]
    assert put.rows[0][6] == "UPLOADED"
    assert listed.rows is not None
    assert [row[0] for row in listed.rows] == [f"inbox/in/{name}"]
    assert got.rows is not None
    assert got.rows[0][2] == "DOWNLOADED"
    assert (tmp_path / "back" / name).stat().st_size == listed.rows[0][1]
    if compress:
        assert (tmp_path / "back" / name).read_bytes() == CONTENT
    assert removed.rows == [[f"inbox/in/{name}", "removed"]]
    assert gone.rows == []
    assert [how for how, _, _ in night.events("put")] == ["invoke", "ok"]
    assert night.events("remove") == [("info", {"name": f"in/{name}", "via": "snowflake"}, None)]


@pytest.mark.exhaustive
def test_a_large_file_is_sent_and_taken_with_flat_memory(night: NightOfMocks, tmp_path: Path) -> None:
    content = b"0123456789abcde\n" * (4 << 20)
    asked = account(night, large_bin=content)

    def peak_kb() -> int:
        status = Path(f"/proc/{asked.source.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))

    asked.do("snowflake-5", "select 1")
    before_kb = peak_kb()
    _, got, put = asked.do(
        "snowflake-5",
        f"get @inbox/large.bin file://{tmp_path}/",
        f"put file://{tmp_path}/large.bin @inbox/in auto_compress=false",
    )
    assert got.rows == [["large.bin", len(content), "DOWNLOADED", ""]]
    assert put.rows is not None
    assert put.rows[0][6] == "UPLOADED"
    assert peak_kb() - before_kb < 16 * 1024


@pytest.mark.exhaustive
def test_the_s3_stage_sends_the_same_files_through_a_bucket(night: NightOfMocks, tmp_path: Path) -> None:
    (tmp_path / "up.csv").write_bytes(CONTENT)
    (tmp_path / "back").mkdir()
    _, put, *_ = account(night, a_csv=CONTENT).do(
        "snowflake-5",
        f"put file://{tmp_path}/up.csv @inbox_s3/in auto_compress=false",
        f"get @inbox_s3 file://{tmp_path}/back/ pattern='.*[.]csv'",
    )
    assert put.error is None
    assert (tmp_path / "back" / "a.csv").read_bytes() == CONTENT
    assert (tmp_path / "back" / "up.csv").read_bytes() == CONTENT


@each
def test_a_select_without_a_table_has_typed_columns(night: NightOfMocks, connector: str) -> None:
    _, row = account(night).do(
        connector, "select 1, 'it''s', null, current_version() as v, current_database(), -1.50, current_timestamp()"
    )
    assert row.rows is not None
    assert row.rows[0][:6] == [1, "it's", "None", "9.37.1", "FEEDS", "-1.50"]
    assert row.rows[0][6].startswith("2026-11-22 13:00:")  # the account's default zone is Los Angeles


@each
def test_a_presigned_url_is_good_for_an_hour_without_any_session(night: NightOfMocks, connector: str) -> None:
    _, row = account(night, a_csv=CONTENT).do(connector, "select get_presigned_url(@inbox, 'a.csv')", minutes=5)
    assert row.rows is not None
    url = str(row.rows[0][0])
    assert requests.get(url, timeout=patience_s()).content == CONTENT
    forged = requests.get(url.replace("a.csv", "a.csv.manifest.json"), timeout=patience_s())
    assert (forged.status_code, "SignatureDoesNotMatch" in forged.text) == (403, True)
    night.run(65)
    expired = requests.get(url, timeout=patience_s())
    assert (expired.status_code, "ExpiredToken" in expired.text) == (400, True)


@both
def test_a_query_that_takes_minutes_is_asked_for_until_it_has_ended(night: NightOfMocks, connector: str) -> None:
    _, waited = account(night).do(connector, "select system$wait(3, 'MINUTES')")
    assert waited.rows == [["waited 3 minutes"]]
    assert 180 <= waited.took_s < 181


@both
def test_a_query_can_be_sent_off_and_asked_for_later(night: NightOfMocks, connector: str) -> None:
    _, waited = account(night).do(connector, {"async": "select system$wait(100)"})
    assert waited.rows == [["RUNNING", "waited 100 seconds"]]
    assert 100 <= waited.took_s < 130


@both
def test_a_session_is_renewed_after_an_hour(night: NightOfMocks, connector: str) -> None:
    _, first, later = account(night).do(connector, "select 1", 3 * 3600, "select current_session()")
    assert (first.error, later.error) == (None, None)
    assert len(night.events("login")) == 2


@both
def test_after_four_idle_hours_somebody_has_to_log_in_again(night: NightOfMocks, connector: str) -> None:
    _, later = account(night).do(connector, 4 * 3600 + 60, "select 1")
    said = {
        "snowflake-4": "Authentication token has expired.  The user must authenticate again.",
        "snowflake-5": "Master token can never be renewed - full re-authentication required",
    }
    assert later.error is not None
    assert said[connector] in str(later.text)


@both
def test_a_wrong_password_is_refused_as_a_real_account_refuses_it(night: NightOfMocks, connector: str) -> None:
    (refused,) = account(night).do(connector, password="midnight")
    assert refused.error == "DatabaseError"
    assert "Incorrect username or password was specified" in str(refused.text)
    assert night.events("login")[-1][2] == "390100: Incorrect username or password was specified."


@both
def test_another_account_is_not_here(night: NightOfMocks, connector: str) -> None:
    (refused,) = account(night).do(connector, account="other")
    assert refused.error in ("ForbiddenError", "OperationalError", "DatabaseError")
    assert night.events("login")[-1][2] == "there is no account 'other'"


@both
def test_sql_that_the_mock_does_not_know_is_a_compilation_error_and_an_event(
    night: NightOfMocks, connector: str
) -> None:
    sql = "select 1,\n  sum(x) over () from sales"
    _, failed = account(night).do(connector, sql)
    assert (failed.error, failed.errno) == ("ProgrammingError", 904)
    ((type_, value, error),) = night.events("query")
    assert (type_, value["statement"], value["code"]) == ("fail", sql, "000904")
    assert "invalid identifier 'X'" in str(error)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("command", "found"),
    [
        (["stage", "list-files", "@inbox"], "inbox/a.csv"),
        (["stage", "copy", "@inbox/a.csv", "{folder}"], "DOWNLOADED"),
        (["sql", "-q", "select current_version()"], "9.37.1"),
        (["connection", "test"], "OK"),
    ],
    ids=lambda value: "-".join(value[:2]) if isinstance(value, list) else None,
)
def test_the_cli_works_unchanged(night: NightOfMocks, tmp_path: Path, command: list[str], found: str) -> None:
    asked = account(night, a_csv=CONTENT)
    folder = client("snowflake-cli")
    options = [part for name, value in asked.connect().items() for part in (f"--{name}", str(value))]
    variables = [f"{name}={value}" for name, value in (folder | {"HOME": str(tmp_path)}).items()]
    program = [sys.executable, f"{folder['PYTHONPATH']}/bin/snow"]
    told = [part.format(folder=tmp_path) for part in command]
    job = night.job("env", *variables, *program, *told, "-x", *options)
    night.run(2 * HOURS)
    out, _ = job.communicate(timeout=patience_s())
    assert job.returncode == 0, out.decode()
    assert found in out.decode()
    if "copy" in command:
        assert (tmp_path / "a.csv").read_bytes() == CONTENT
