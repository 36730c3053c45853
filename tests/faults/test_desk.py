"""What the faults of the desk need of a chain."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.chain.loading import load_chain
from harness.chain.model import Chain
from harness.faults import DeskDown, Fault, MailBounces, OwnerAway, OwnerLeft

CHAINS = Path(__file__).parents[2] / "fixtures/chains/planning_feed"


def told(fault: Fault, chain: Chain) -> list[tuple[str, str]]:
    return list(fault.mistakes(chain))


@pytest.mark.parametrize("kind", [OwnerLeft, OwnerAway])
def test_who_is_away_must_be_in_a_roster(kind: type[OwnerLeft] | type[OwnerAway]) -> None:
    assert told(kind(person="ada"), load_chain(CHAINS / "oncall.yaml")) == []
    ((parameter, text),) = told(kind(person="adda"), load_chain(CHAINS / "oncall.yaml"))
    assert (parameter, "Did you mean 'ada'?" in text) == ("person", True)
    ((parameter, text),) = told(kind(person="ada"), load_chain(CHAINS / "chain.yaml"))
    assert (parameter, "names none: write 'oncall: oncall.yaml'" in text) == ("person", True)


def test_only_a_mail_bounces() -> None:
    ((parameter, text),) = told(MailBounces(channel="slack"), load_chain(CHAINS / "oncall.yaml"))
    assert (parameter, text) == ("channel", "found slack, expected mail: nothing else bounces")


def test_a_chain_that_pages_nobody_meets_no_desk(tmp_path: Path) -> None:
    text = 'chain: c\nowner: data-ops\ndeadline: "06:00"\njobs: {a: {run: [x], at: "02:00"}}\n'
    (tmp_path / "chain.yaml").write_text(text)
    ((_, said),) = told(DeskDown(), load_chain(tmp_path / "chain.yaml"))
    assert "nothing of c pages anybody" in said
