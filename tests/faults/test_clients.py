"""What the catalogue says that clients do about a fault by themselves is what they are seen to do."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from harness.contents import ContentStore
from harness.faults import FAULTS, REACTIONS, Fault
from harness.scenario import build_fault, describe_fault
from tests.faults.seeing import SCRIPTS, VIA, clients, reactions
from tests.faults.test_faults import EXAMPLES
from tests.mocks.conftest import NightOfMocks, night, stage

__all__ = ["night", "stage"]

TRIGGERS = {field.alias or name for name, field in Fault.__pydantic_fields__.items()}  # type: ignore[attr-defined]
MET = sorted(name for name, kind in FAULTS.items() if kind.seen)


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> ContentStore:
    return ContentStore(tmp_path_factory.mktemp("contents"))


def variants(name: str) -> Iterator[tuple[Fault, dict[str, str]]]:
    """The fault, always acting, once for each setting that ``seen`` tells of: ``curl``, ``curl (length: declared)``."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for told, reaction in FAULTS[name].seen.items():
        match = re.fullmatch(r"(\w+)(?: \((\w+: [\w-]+)\))?", told)
        assert match, f"{name}: seen has {told!r}, expected a client, or 'client (parameter: value)'"
        said[match[2] or ""][match[1]] = reaction
    given = {key: value for key, value in describe_fault(EXAMPLES[name])[name].items() if key not in TRIGGERS}
    for setting, expected in said.items():
        key, _, value = setting.partition(": ")
        yield build_fault({name: given | ({key: value} if setting else {})}), expected


@pytest.mark.parametrize("name", MET)
def test_each_client_does_what_the_catalogue_says(name: str, night: NightOfMocks, contents: ContentStore) -> None:
    here = clients()
    for fault, expected in variants(name):
        assert reactions(night, contents, fault, [client for client in here if client in expected]) == {
            client: reaction for client, reaction in expected.items() if client in here
        }


def test_every_client_speaks_a_protocol() -> None:
    assert set(SCRIPTS) <= set(VIA)


@pytest.mark.parametrize("name", MET)
def test_of_each_client_of_a_protocol_that_any_fault_speaks_of_something_is_said(name: str) -> None:
    said = {told.partition(" ")[0] for told in FAULTS[name].seen}
    spoken = {VIA[client.partition(" ")[0]] for kind in FAULTS.values() for client in kind.seen}
    assert said == {client for client in SCRIPTS if VIA[client] in spoken}
    assert set(FAULTS[name].seen.values()) <= set(REACTIONS)


@pytest.mark.parametrize("name", sorted(set(FAULTS) - set(MET)))
def test_where_nothing_is_said_no_client_meets_the_fault(
    name: str, night: NightOfMocks, contents: ContentStore
) -> None:
    given = {key: value for key, value in describe_fault(EXAMPLES[name])[name].items() if key not in TRIGGERS}
    assert reactions(night, contents, build_fault({name: given}), ["requests"]) == {}


def test_a_client_that_does_otherwise_is_noticed(
    monkeypatch: pytest.MonkeyPatch, night: NightOfMocks, contents: ContentStore
) -> None:
    monkeypatch.setattr(FAULTS["flip_bit"], "seen", {"requests": "refuses"})
    with pytest.raises(AssertionError):
        test_each_client_does_what_the_catalogue_says("flip_bit", night, contents)


def test_every_script_is_run_as_its_contract_says() -> None:
    for script in SCRIPTS.values():
        assert "NAME TARGET" in script.read_text().split('"""')[1], script.name
