"""The reference of the file formats names what the models have, and nothing else."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel

from harness.chain.controls import CONTROLS
from harness.chain.job import (
    AdvancedCriterion,
    BasicCriterion,
    Dependency,
    Event,
    ExitCodes,
    FileArrival,
    Frequency,
    Recurrence,
    Threshold,
)
from harness.chain.layouts.places import ColumnPlace, Place
from harness.chain.layouts.words import LayoutWords, RecordSign, StatedNumber
from harness.chain.model import (
    Chain,
    Consumer,
    Content,
    Defence,
    FileSpec,
    Folder,
    FromPlace,
    HeldFile,
    Job,
    Machine,
    Results,
    RetryOnFailure,
    Rule,
)
from harness.chain.rules import PLACES
from harness.content import shipped
from harness.contract import consumers
from harness.faults import FAULTS, Fault, On
from harness.formats.known import KNOWN
from harness.scenario.model import Expect, Scenario, fault_parameters
from harness.scenario.operators import Operator

REFERENCE = (shipped.fixtures() / "chains/README.md").read_text()

TABLES = {
    "The chain": [Chain],
    "A file": [FileSpec],
    "Content": [Content],
    "A layout": [LayoutWords],
    "A sign": [RecordSign],
    "A place": [ColumnPlace],
    "A job": [Job],
    "A dependency": [Dependency],
    "A threshold": [Threshold],
    "A recurrence": [Recurrence],
    "A frequency": [Frequency],
    "A file arrival": [FileArrival],
    "An OpCon event": [Event],
    "The machine": [Machine],
    "Retry on failure": [RetryOnFailure],
    "A rule": [Rule],
    "A folder": [Folder, HeldFile],
    "Results": [Results],
    "A consumer": [Consumer],
    "A defence": [Defence],
    "The environment": [FromPlace],
    "The scenario": [Scenario],
    "Triggers": [Fault],
    "Operators": [Operator],
    "What is expected": [Expect],
    "Events": [On],
}


def section(title: str) -> str:
    found = re.search(rf"^##+ {title}\n(.*?)(?=^##|\Z)", REFERENCE, flags=re.DOTALL | re.MULTILINE)
    assert found, title
    return found[1]


def rows(text: str, columns: int) -> list[list[str]]:
    lines = [
        line for line in text.splitlines() if line.startswith("| ") and not line.startswith(("| key |", "| place |"))
    ]
    cells = [[cell.strip(" `") for cell in line[1:-1].split("|")] for line in lines]
    return [row for row in cells if len(row) == columns]


def keys(model: type) -> list[str]:
    if issubclass(model, BaseModel):
        fields = model.model_fields
        return [field.alias or name for name, field in fields.items()] + list(getattr(model, "file_keys", ()))
    return [field.alias or name for name, field in model.__pydantic_fields__.items()]


@pytest.mark.parametrize("title", TABLES)
def test_a_table_names_every_key_of_its_model_and_no_other(title: str) -> None:
    named = [row[0] for row in rows(section(title), 3)]
    assert sorted(named) == sorted(key for model in TABLES[title] for key in keys(model))


def test_the_tables_of_exit_codes_name_every_key_of_both_kinds_of_criteria() -> None:
    named = [row[0] for row in rows(section("Exit codes"), 3) if row[0] != "of both"]
    assert sorted(named) == sorted(
        {key for model in (ExitCodes, BasicCriterion, AdvancedCriterion) for key in keys(model)}
    )


def test_the_table_of_stated_numbers_names_every_key_but_those_of_a_place() -> None:
    named = [row[0] for row in rows(section("A stated number"), 3)]
    assert sorted([*named, *keys(Place)]) == sorted(keys(StatedNumber))


def test_the_reference_names_every_known_layout() -> None:
    meant = next(row[2] for row in rows(section("A layout"), 3) if row[0] == "like")
    assert re.findall(r"`(\w+)`", f"{meant}`") == [*KNOWN]


def test_it_names_every_place() -> None:
    named = [place for row in rows(section("The environment"), 2) for place in row[0].replace("`", "").split(", ")]
    of_consumers = {f"<consumer>.{place}" for places in consumers.PLACES.values() for place in places}
    assert {*named} == {*PLACES, *of_consumers, "folder.<folder>"}


def test_it_names_every_control() -> None:
    assert [row[0] for row in rows(section("Controls"), 2)[1:]] == list(CONTROLS)


def test_each_fault_that_it_names_has_its_own_parameters_there() -> None:
    named: dict[str, list[str]] = {}
    for fault, parameter, _, _ in rows(section("The faults"), 4)[1:]:
        name = fault or list(named)[-1]
        named.setdefault(name, [])
        named[name] += [parameter] if parameter else []
    triggers = {*keys(Fault), "from"}  # whose requests: of every fault that meets any
    assert named == {name: [key for key in fault_parameters(FAULTS[name]) if key not in triggers] for name in named}


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)]+)\)", REFERENCE))
def test_its_links_lead_somewhere(target: str) -> None:
    path, _, anchor = target.partition("#")
    page = (shipped.fixtures() / "chains" / path).read_text() if path.endswith(".md") else REFERENCE
    assert not path or (shipped.fixtures() / "chains" / path).exists()
    titles = re.findall(r"^##+ (.+)$", page, flags=re.MULTILINE)
    assert not anchor or anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
