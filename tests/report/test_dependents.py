"""Reports say whose a consumer is, where its chain does."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from harness.chain.loading import load_chain
from harness.night.result import Result
from harness.report.dependents import whose
from harness.report.record import properties, record
from harness.report.terminal import asked, failure, show
from tests.checks.nights import calm, holds, night
from tests.report.conftest import MakeResult

CHAIN = """
chain: owned
owner: data-ops
deadline: "06:00"
consumers:
  planning: {kind: http, owner: planning-team, contact: planning@example.org, key: [id]}
jobs:
  load: {at: "02:00", run: ["true"]}
"""


def test_a_consumer_is_named_with_its_owner_and_how_that_is_reached() -> None:
    told = {"key": ["id"], "records": "every"}
    both = {"owner": "planning-team", "contact": "planning@example.org"}
    assert whose(night(consumers={"planning": told}), "planning") == "planning"
    assert whose(night(consumers={"planning": told | {"owner": "planning-team"}}), "planning") == (
        "planning (planning-team)"
    )
    assert whose(night(consumers={"planning": told | both}), "planning") == (
        "planning (planning-team, planning@example.org)"
    )


def test_a_chain_says_it(tmp_path: Path) -> None:
    (tmp_path / "chain.yaml").write_text(CHAIN)
    planning = load_chain(tmp_path / "chain.yaml").consumers["planning"]
    assert (planning.owner, planning.contact) == ("planning-team", "planning@example.org")


KINDS = ["http", "postgres", "folder", "pull", "queue"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_red_night_says_whose_plan_is_wrong_and_how_they_are_reached(result_of: MakeResult, kind: str) -> None:
    told = {"key": ["id"], "records": "every", "owner": "planning-team", "contact": "planning@example.org"}
    ended_well = [line for line in calm()[:-2] if line[1] != "planning"]
    result = result_of(*ended_well, holds("a", "x"), consumers={"planning": _of_kind(told, kind)})
    named = f"planning ({'' if kind == 'http' else f'{kind}, '}planning-team, planning@example.org)"
    assert f"\nwhose plan is wrong\n  {named}\n" in failure(result, repeat="")
    assert f"{named} holds 1 of 3 rows as without the fault" in asked(result)
    assert (
        shown(result).replace("│", "").split("Whose plan is wrong")[1].split("What happens")[0].split() == named.split()
    )
    assert ("night_harness.wrong_at", named) in properties(result)
    (one,) = record(result)["consumers"]
    assert json.loads(json.dumps(one)) == {
        "name": "planning",
        "kind": kind,
        "owner": "planning-team",
        "contact": "planning@example.org",
        "rows": 2,
        "rows_without_the_fault": 3,
        "rows_as_without_the_fault": 1,
        "fallback_of": [],
        "wrong": True,
    }


@pytest.mark.parametrize(
    ("said", "tells"),
    [
        ({}, "planning: its chain does not say whose it is (owner, contact)"),
        ({"owner": "team"}, "planning (team): its chain does not say how they are reached (contact)"),
    ],
)
def test_what_a_chain_does_not_say_of_them_is_told(result_of: MakeResult, said: dict[str, str], tells: str) -> None:
    result = result_of(consumers={"planning": {"key": ["id"], "records": "every"} | said})
    assert f"\nwhose plan is wrong\n  {tells}\n" in failure(result, repeat="")


def test_whose_plan_is_right_is_not_named_there(result_of: MakeResult) -> None:
    result = result_of(*calm())
    assert "whose plan is wrong" not in failure(result, repeat="")
    assert [one["wrong"] for one in record(result)["consumers"]] == [False]
    assert all(name != "night_harness.wrong_at" for name, _ in properties(result))


def _of_kind(told: dict[str, Any], kind: str) -> dict[str, Any]:
    return told if kind == "http" else told | {"kind": kind}


def shown(result: Result) -> str:
    out = io.StringIO()
    show(Console(file=out, width=100), result)
    return out.getvalue()
