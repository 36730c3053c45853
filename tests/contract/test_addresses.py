"""An owner's addresses: the same everywhere, one of each kind, and found back."""

from __future__ import annotations

import pytest

from harness.contract.addresses import DESK_PLACES, KINDS, DerivedAddresses, Holder, desk_places, mailbox

OWNERS = ("data-ops", "Data Ops", "planning-team", "ops@corp.example", "ночь", "x" * 300)
ADDRESSES = DerivedAddresses(OWNERS)


@pytest.mark.parametrize("kind", KINDS)
def test_each_owner_is_found_by_an_address_of_each_kind_and_nobody_else_by_it(kind: str) -> None:
    made = {owner: ADDRESSES.of(kind, owner) for owner in OWNERS}
    assert len(set(made.values())) == len(OWNERS)
    assert {owner: ADDRESSES.holder(kind, address) for owner, address in made.items()} == {
        owner: Holder(owner) for owner in OWNERS
    }
    assert DerivedAddresses(["somebody"]).holder(kind, made["data-ops"]) is None
    assert ADDRESSES.holder(kind, "nobody-knows") is None


def test_an_address_looks_as_its_vendors_do() -> None:
    assert ADDRESSES.of("mail", "data-ops") == "data-ops@night.example"
    assert len(ADDRESSES.of("pagerduty", "data-ops")) == 32
    assert [part[0] for part in ADDRESSES.of("slack", "data-ops").split("/")[:2]] == ["T", "B"]
    assert all(ADDRESSES.of("mail", owner).isascii() for owner in OWNERS)
    assert all(len(mailbox(ADDRESSES.of("mail", owner))) <= 64 for owner in OWNERS), "RFC 5321, 4.5.3.1.1"


def test_a_team_and_a_hook_are_known_by_name_as_well() -> None:
    assert ADDRESSES.holder("jira", "Data Ops") == ADDRESSES.holder("webhook", "Data Ops") == Holder("Data Ops")


@pytest.mark.parametrize("address", ["Data-Ops@NIGHT.example", "data-ops+nightly@corp.example", "data-ops"])
def test_a_mailbox_is_its_local_part(address: str) -> None:
    assert ADDRESSES.holder("mail", address) == Holder("data-ops")


def test_a_job_is_told_each_by_a_place() -> None:
    told = desk_places("http://desk:8082", "data-ops", ADDRESSES)
    assert tuple(told) == DESK_PLACES
    assert all(place.startswith("desk.") for place in told)
    assert told["desk.slack_url"] == f"http://desk:8082/services/{ADDRESSES.of('slack', 'data-ops')}"
