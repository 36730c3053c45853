"""A job puts its result to the source with a real client, rightly or not: what its night is called for it.

The fault is a launch that fails once, so that the night with it comes ten minutes later, and nothing else of it is the
fault's doing.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import LaunchFailure, Outcome, Scenario, load_chain
from harness.night.result import Result
from harness.night.runner import NightRunner
from tests.night.uploads import send

CHAIN = """\
chain: export
owner: data-ops
timezone: Europe/Paris
deadline: "06:00"
environment:
  BY: {by}
  SENDS: {sends}
{places}
jobs:
  send:
    run: [python, send.py]
    at: "02:00"
    rules: [{{when: initialization_error, do: restart, after: 10m, times: 3}}]
"""
TAKES = {
    "http": {"SOURCE": ("url",)},
    "s3": {"S3": ("url", "bucket", "region", "access_key", "secret_key")},
    "sftp": {"SFTP": ("host", "port", "user", "password", "folder")},
    "snowflake": {
        "SNOWFLAKE": ("account", "user", "password", "host", "port", "warehouse", "database", "schema", "stage")
    },
}
DAMAGED, DEGRADED, RECOVERED = Outcome.DAMAGED, Outcome.DEGRADED, Outcome.RECOVERED
PROTOCOLS = tuple(TAKES)


def lived(tmp_path: Path, night_runner: NightRunner, by: str, sends: str) -> Result:
    places = [
        f"  {name}_{place.upper()}: {{from: {name.lower()}.{place}}}"
        for name, taken in TAKES[by].items()
        for place in taken
    ]
    places += ['  SNOWFLAKE_PROTOCOL: "http"'] if by == "snowflake" else []
    (tmp_path / "chain.yaml").write_text(CHAIN.format(by=by, sends=sends, places="\n".join(places)))
    shutil.copy(send.__file__, tmp_path)
    chain, fault = load_chain(tmp_path / "chain.yaml"), LaunchFailure(job="send", times=1)
    return night_runner.run(Scenario(scenario="it", chain=chain, night=dt.date(2026, 11, 23), faults=(fault,)))


ALL_KNOW = [
    ("well", RECOVERED),
    ("same_again", RECOVERED),
    ("not_at_all", DAMAGED),
    ("half", DAMAGED),
    ("of_yesterday", DAMAGED),
    ("under_another_name", DAMAGED),
    ("under_yesterdays_name", DAMAGED),
    ("twice", DAMAGED),
    ("taken_away", DAMAGED),
    ("half_before", DAMAGED),
    ("part_left", DEGRADED),
    ("packed", RECOVERED),
]
SOME_KNOW = [
    ("http", "posted", RECOVERED),
    ("http", "broken_off", RECOVERED),
    ("s3", "broken_off", RECOVERED),
    ("s3", "parts_left", DEGRADED),
    ("s3", "renamed", RECOVERED),
    ("s3", "renamed_half", DAMAGED),
    ("sftp", "renamed", RECOVERED),
    ("sftp", "renamed_half", DAMAGED),
    ("sftp", "renamed_after_a_break", RECOVERED),
    ("sftp", "broken_off", DAMAGED),  # whoever looks for the name has found half a file under it
    ("sftp", "appended", RECOVERED),
    ("sftp", "appended_twice", DAMAGED),
    ("sftp", "resumed", RECOVERED),
    ("snowflake", "compressed", RECOVERED),
    ("snowflake", "compressed_half", DAMAGED),
    ("snowflake", "not_replaced", DAMAGED),
]
FEW = {
    *(("http", sends) for sends, _ in ALL_KNOW),
    *(("http", "broken_off"), ("s3", "parts_left"), ("s3", "renamed"), ("sftp", "renamed_after_a_break")),
    *(("sftp", "broken_off"), ("snowflake", "compressed_half")),
}
"""Run by default: each way of going wrong, and what is each protocol's own."""


def nights() -> Iterator[Any]:
    for by, sends, outcome in [(by, *one) for one in ALL_KNOW for by in PROTOCOLS] + SOME_KNOW:
        marks = () if (by, sends) in FEW else pytest.mark.exhaustive
        yield pytest.param(by, sends, outcome, id=f"{by}-{sends}", marks=marks)


@pytest.mark.parametrize(("by", "sends", "outcome"), list(nights()))
def test_what_a_night_puts_to_the_source_decides(
    tmp_path: Path, night_runner: NightRunner, by: str, sends: str, outcome: Outcome
) -> None:
    result = lived(tmp_path, night_runner, by, sends)
    assert result.outcome is outcome, result.judgement
