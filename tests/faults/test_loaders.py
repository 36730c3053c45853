"""What the catalogue says that loaders of a table do by themselves about a fault is what they are seen to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.contract.endpoints import POSTGRES
from harness.faults import FAULTS, REACTIONS, Fault
from harness.faults.model.clients import LOADERS
from harness.mocks.consumers.postgres.programs import find
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable
from harness.night.file_contents import FileContents
from harness.scenario.model import build_fault
from harness.stack.cleanup.directories import clock_directory, remove_clock_directory
from tests.faults.seeing import PATIENCE_MINUTES, Stage
from tests.mocks.conftest import NightOfMocks, night
from tests.sample import sample

__all__ = ["night"]

SCRIPT = Path(__file__).parent / "clients" / "loader.py"
TABLE = {
    "kind": "postgres",
    "database": "planning",
    "schema_sql": "create table plan (business_date date, sku text, quantity int)",
    "schema_file": "schema.sql",
    "table": "plan",
    "business_date": "business_date",
    "fallback_of": None,
    "key": ["sku"],
    "volatile": [],
}


def met_by_loaders(kind: type[Fault]) -> bool:
    """Whether something of it is seen of those who load a table."""
    return any(told.partition(" ")[0] in LOADERS for told in kind.seen)


MET = sorted(name for name, kind in FAULTS.items() if met_by_loaders(kind))


@pytest.fixture(scope="module")
def stage() -> Iterator[NightOfMocks]:
    """A directory that the server's user can pass through."""
    try:
        find()
    except PostgresUnavailable as missing:
        pytest.skip(str(missing))
    folder = clock_directory()
    for name in ("control", "history", "logs"):
        (folder / name).mkdir()
    stage = NightOfMocks(folder)
    try:
        yield stage
    finally:
        stage.close()
        remove_clock_directory(folder)


def variants(name: str) -> Iterator[tuple[Fault, dict[str, str]]]:
    """The fault, once for each setting that ``seen`` tells of: ``psql``, ``psql (when: after)``."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for told, reaction in FAULTS[name].seen.items():
        client, _, setting = told.rstrip(")").partition(" (")
        if client in LOADERS:
            said[setting][client] = reaction
    for setting, expected in said.items():
        key, _, value = setting.partition(": ")
        yield build_fault({name: {"consumer": "planning"} | ({key: value} if setting else {})}), expected


def reaction(night: NightOfMocks, folder: Path, fault: Fault, client: str) -> str:
    """What a client did about it, in the words of `REACTIONS`."""
    if client == "psql" and shutil.which("psql") is None:
        pytest.skip("psql is not installed")
    if client == "sqlalchemy":
        pytest.importorskip("sqlalchemy")
    night.begin()
    night.plan["consumers"] = {"planning": TABLE}
    consumers = night.start("consumers")
    at = {"PGHOST": "127.0.0.1", "PGPORT": str(consumers.endpoints["postgres"]), "PGDATABASE": "planning"}
    at |= {"PGUSER": POSTGRES["user"], "PGPASSWORD": POSTGRES["password"]}
    with fault.inject(Stage(night, FileContents(folder))):
        job = night.job(sys.executable, str(SCRIPT), client, stderr=subprocess.DEVNULL, env=at)
        night.run(PATIENCE_MINUTES)
        waits = job.poll() is None
        if waits:
            job.kill()
    said = job.communicate()[0]
    asked = len(night.events("fault", "consumers"))
    night.plan["consumers"] = {}
    assert asked, f"{client} did not meet {fault.name}"
    if waits:
        return "waits"
    ended = json.loads(said)
    word = "refuses" if ended["code"] else "accepts"
    minutes = int(ended["took_s"]) // 60
    return f"{word} after {minutes}m" if minutes else word


@pytest.mark.parametrize("client", LOADERS)
@pytest.mark.parametrize("name", sample(MET, {"deadlock", "answer_lost"}))
def test_each_loader_does_what_the_catalogue_says(name: str, client: str, night: NightOfMocks, tmp_path: Path) -> None:
    for fault, expected in variants(name):
        assert (fault, reaction(night, tmp_path, fault, client)) == (fault, expected[client])


@pytest.mark.parametrize("name", MET)
def test_something_is_said_of_each_loader_in_the_catalogues_words(name: str) -> None:
    for _, expected in variants(name):
        assert expected.keys() == LOADERS.keys()
        for told in expected.values():
            assert re.fullmatch(rf"({'|'.join(REACTIONS)})|(accepts|refuses) after \d+m", told)


def test_a_loader_that_does_otherwise_is_noticed(
    monkeypatch: pytest.MonkeyPatch, night: NightOfMocks, tmp_path: Path
) -> None:
    monkeypatch.setattr(FAULTS["deadlock"], "seen", {"psycopg": "accepts"})
    with pytest.raises(AssertionError):
        test_each_loader_does_what_the_catalogue_says("deadlock", "psycopg", night, tmp_path)
