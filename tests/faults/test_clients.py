"""What the catalogue says that clients do about a fault by themselves is what they are seen to do."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

import pytest

from harness.contract.protocols import SPOKEN_BY
from harness.faults import FAULTS, REACTIONS, Fault
from harness.faults.model.clients import SFTP
from harness.night.file_contents import FileContents
from harness.scenario.model import build_fault, describe_fault
from tests.clock import needed
from tests.faults.examples import EXAMPLES
from tests.faults.seeing import Seeing
from tests.faults.standing import SCRIPTS, VIA, clients, missing
from tests.mocks.conftest import NightOfMocks, night, stage
from tests.sample import sample

__all__ = ["night", "stage"]

TRIGGERS = {field.alias or name for name, field in Fault.__pydantic_fields__.items()}  # type: ignore[attr-defined]
MET = sorted(name for name, kind in FAULTS.items() if SCRIPTS.keys() & {told.partition(" ")[0] for told in kind.seen})

UNSTATED = "SFTP states no length of what it sends: they read on until there is no more, whatever a stat has said"
UNLISTED = "they ask for the file by its name, and list nothing"
UNMET: Mapping[str, Mapping[str, str]] = {
    "wrong_length": dict.fromkeys(("openssh_sftp", "paramiko"), UNSTATED),
    "there_not_listed": {client: UNLISTED for client, via in VIA.items() if via != "snowflake"},
}
"""Clients that do not meet a fault, and why."""

POLLED = "it polls its connect: the kernel's end of that, after some 130 s, is real time, and in a night never comes"
UNSEEN: Mapping[str, Mapping[str, str]] = {"connect_hang": dict.fromkeys(("asyncssh", "curl"), POLLED)}
"""Clients that would do otherwise in a night than they do outside, and why."""

SPOKEN: Mapping[str, Collection[str]] = dict(SPOKEN_BY)

WORDLESS = {name: [client for client in SCRIPTS if VIA[client] not in SPOKEN.get(name, VIA.values())] for name in MET}
"""Clients whose protocol has no words for a fault: it cannot be in a scenario of theirs."""


@pytest.fixture(scope="module")
def seeing(stage: NightOfMocks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeing]:
    seeing = Seeing(stage, FileContents(tmp_path_factory.mktemp("contents")))
    yield seeing
    seeing.close()


def given(name: str) -> dict[str, object]:
    """The parameters of a fault's example, without a trigger: it always acts."""
    return {key: value for key, value in describe_fault(EXAMPLES[name])[name].items() if key not in TRIGGERS}


def variants(name: str) -> Iterator[tuple[Fault, dict[str, str]]]:
    """The fault, once for each setting that ``seen`` tells of: ``curl``, ``curl (length: declared)``."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for told, reaction in FAULTS[name].seen.items():
        match = re.fullmatch(r"(\w+)(?: \((\w+: [\w-]+)\))?", told)
        assert match, f"{name}: seen has {told!r}, expected a client, or 'client (parameter: value)'"
        said[match[2] or ""][match[1]] = reaction
    for setting, expected in said.items():
        key, _, value = setting.partition(": ")
        set_ = {key: int(value) if value.isdigit() else value} if setting else {}
        yield build_fault({name: given(name) | set_}), expected


@pytest.mark.parametrize("client", SCRIPTS)
def test_every_client_is_here(client: str) -> None:
    if why := missing(client):
        needed.missing(why)


@pytest.mark.parametrize("name", sample(MET, {"access_denied", "flip_bit"}))
def test_each_client_does_what_the_catalogue_says(name: str, night: NightOfMocks, seeing: Seeing) -> None:
    here = clients()
    for fault, expected in variants(name):
        asked = [client for client in here if client in expected or client in UNMET.get(name, {})]
        assert seeing.reactions(fault, asked) == {client: expected[client] for client in here if client in expected}


@pytest.mark.parametrize("name", MET)
def test_something_is_said_of_each_client_or_why_not(name: str) -> None:
    said = {told.partition(" ")[0] for told in FAULTS[name].seen}
    left_out = [*UNMET.get(name, {}), *UNSEEN.get(name, {}), *WORDLESS[name]]
    assert said.isdisjoint(left_out)
    assert said | {*left_out} == set(SCRIPTS)


@pytest.mark.parametrize("name", MET)
def test_it_is_said_in_the_catalogues_words(name: str) -> None:
    for reaction in FAULTS[name].seen.values():
        assert re.fullmatch(rf"({'|'.join(REACTIONS)})|(accepts|refuses) after \d+m|retries for \d+m", reaction)


def test_sftp_alone_lacks_words() -> None:
    assert {name: lacking for name, lacking in WORDLESS.items() if lacking} == {"token_expired": [*SFTP]}


@pytest.mark.parametrize("name", sample(sorted(set(FAULTS) - set(MET)), {"early_file"}))
def test_where_nothing_is_said_no_client_meets_the_fault(name: str, night: NightOfMocks, seeing: Seeing) -> None:
    assert seeing.reactions(build_fault({name: given(name)}), clients()) == {}


@pytest.mark.parametrize(
    ("name", "wrong"),
    sample(
        [
            ("flip_bit", {"requests": "refuses"}),
            ("flip_bit", {"snowflake": "refuses"}),
            ("connect_hang", {"requests": "refuses after 3m"}),
            ("connect_hang", {"openssh_sftp": "refuses"}),
            ("connection_reset", {"asyncssh (after_bytes: 0)": "retries"}),
            ("there_not_listed", {"paramiko": "refuses"}),
            ("source_hang", {"httpx (phase: body)": "waits"}),
        ],
        2,
    ),
)
def test_a_client_that_does_otherwise_is_noticed(
    name: str, wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch, night: NightOfMocks, seeing: Seeing
) -> None:
    monkeypatch.setattr(FAULTS[name], "seen", wrong)
    with pytest.raises(AssertionError):
        test_each_client_does_what_the_catalogue_says(name, night, seeing)


def test_every_script_is_run_as_its_contract_says() -> None:
    for script in SCRIPTS.values():
        assert "NAME TARGET" in script.read_text().split('"""')[1], script.name
