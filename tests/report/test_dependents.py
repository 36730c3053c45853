"""Reports say whose a consumer is, where its chain does."""

from __future__ import annotations

from pathlib import Path

from harness.chain.loading import load_chain
from harness.report.dependents import whose
from tests.checks.nights import night

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
