"""What the catalogue says that senders do by themselves about a fault at a consumer is what they are seen to do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.faults import FAULTS, REACTIONS, Fault
from harness.faults.model.clients import SENDERS
from harness.night.file_contents import FileContents
from harness.scenario.model import build_fault
from tests.faults.seeing import PATIENCE_MINUTES, Stage
from tests.mocks.conftest import NightOfMocks, night, stage
from tests.sample import sample

__all__ = ["night", "stage"]

SCRIPT = Path(__file__).parent / "clients" / "sender.py"


MET = sorted(name for name, kind in FAULTS.items() if SENDERS.keys() & {told.partition(" ")[0] for told in kind.seen})


def variants(name: str) -> Iterator[tuple[Fault, dict[str, str]]]:
    """The fault, once for each setting that ``seen`` tells of: ``httpx_post``, ``httpx_post (when: after)``."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for told, reaction in FAULTS[name].seen.items():
        client, _, setting = told.rstrip(")").partition(" (")
        if client in SENDERS:
            said[setting][client] = reaction
    for setting, expected in said.items():
        key, _, value = setting.partition(": ")
        yield build_fault({name: {"consumer": "planning"} | ({key: value} if setting else {})}), expected


def reaction(night: NightOfMocks, folder: Path, fault: Fault, client: str) -> str:
    """What a client did about it, in the words of `REACTIONS`."""
    night.begin()
    night.plan["consumers"] = {"planning": {"kind": "http", "key": ["sku"]}}
    consumers = night.start("consumers")
    with fault.inject(Stage(night, FileContents(folder))):
        job = night.job(
            sys.executable, str(SCRIPT), client, consumers.url("/planning/batches"), stderr=subprocess.DEVNULL
        )
        night.run(PATIENCE_MINUTES)
        waits = job.poll() is None
        if waits:
            job.kill()
    said = job.communicate()[0]
    asked = len(night.events("fault", "consumers"))
    assert asked, f"{client} did not meet {fault.name}"
    if waits:
        return "waits"
    ended = json.loads(said)
    word = "retries for" if asked > 1 else "refuses after" if ended["code"] else "accepts after"
    minutes = int(ended["took_s"]) // 60
    return f"{word} {minutes}m" if minutes else word.split()[0]


@pytest.mark.parametrize("client", SENDERS)
@pytest.mark.parametrize("name", sample(MET, {"answer_lost", "rows_swallowed"}))
def test_each_sender_does_what_the_catalogue_says(name: str, client: str, night: NightOfMocks, tmp_path: Path) -> None:
    for fault, expected in variants(name):
        assert reaction(night, tmp_path, fault, client) == expected[client]


@pytest.mark.parametrize("name", MET)
def test_something_is_said_of_each_sender_in_the_catalogues_words(name: str) -> None:
    for _, expected in variants(name):
        assert expected.keys() == SENDERS.keys()
    for told in FAULTS[name].seen.values():
        assert re.fullmatch(rf"({'|'.join(REACTIONS)})|(accepts|refuses) after \d+m|retries for \d+m", told)


def test_a_sender_that_does_otherwise_is_noticed(
    monkeypatch: pytest.MonkeyPatch, night: NightOfMocks, tmp_path: Path
) -> None:
    monkeypatch.setattr(FAULTS["answer_lost"], "seen", {"requests_post": "accepts"})
    with pytest.raises(AssertionError):
        test_each_sender_does_what_the_catalogue_says("answer_lost", "requests_post", night, tmp_path)
