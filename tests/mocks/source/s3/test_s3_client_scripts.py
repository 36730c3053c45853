"""The scripts of S3 clients: exit 0 with the file, or 1 with a line that says why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.calibration import patience_s
from tests.mocks.conftest import CONTENT, NightOfMocks, Played
from tests.mocks.source.s3.asked import GRANT
from tests.sample import sample

SCRIPTS = Path(__file__).parents[3] / "faults" / "clients"


def started(
    night: NightOfMocks, source: Played, script: str, monkeypatch: pytest.MonkeyPatch
) -> subprocess.Popen[bytes]:
    given = {f"S3_{name.upper()}": value for name, value in GRANT.items()} | {"S3_URL": source.url("", "s3")}
    plain = night.environment("job") | {"NO_PROXY": "*"} | given
    monkeypatch.setattr(night, "environment", lambda _: plain)
    command = (sys.executable, str(SCRIPTS / script), "forecast.csv", str(night.dir / "got"))
    return night.job(*command, stderr=subprocess.PIPE)


@pytest.mark.parametrize("script", sample(["client_boto3.py", "client_boto3_download_file.py"]))
@pytest.mark.parametrize("refused", [False, True])
def test_a_script_fetches_the_file_or_says_why_not(
    night: NightOfMocks, source: Played, monkeypatch: pytest.MonkeyPatch, script: str, refused: bool
) -> None:
    if refused:
        source.arm("request", {"refuse": "unavailable"}, where={"operation": "get"})
    process = started(night, source, script, monkeypatch)
    night.run(30)
    _, said = process.communicate(timeout=patience_s())
    if refused:
        assert process.returncode == 1
        assert said.startswith(b"ClientError: An error occurred (ServiceUnavailable)")
        assert said.count(b"\n") == 1
    else:
        assert (process.returncode, said) == (0, b"")
        assert (night.dir / "got").read_bytes() == CONTENT
