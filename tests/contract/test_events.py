"""The vocabulary of events, and the two places where readers find it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness.contract.events import CONSUMER, EVENTS
from harness.contract.events.schema import ANY_CONSUMER, recorded
from harness.faults.model.events import that_may_be_named, that_set_off
from harness.report.catalogue.show_events import PUBLISHED, markdown

TOP = Path(__file__).parents[2]
README = TOP / "harness/contract/events/README.md"
OF_CHAINS = TOP / "fixtures/chains/README.md"


def said(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness.cli", "schema", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_readme_is_what_the_vocabulary_says_now() -> None:
    assert README.read_text() == markdown(), f"it is out of date: harness schema history --markdown > {README}"


def test_the_command_prints_the_readme_and_the_schema() -> None:
    assert said("history", "--markdown").stdout == README.read_text()
    assert said("history").stdout == (README.parent / PUBLISHED).read_text()


def test_only_the_history_has_a_page() -> None:
    ended = said("chain", "--markdown")
    assert (ended.returncode, ended.stdout) == (4, "")
    assert "--markdown: found chain, expected history" in ended.stderr


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)", README.read_text()))))
def test_its_links_lead_somewhere(target: str) -> None:
    assert (README.parent / target).is_file()


def test_its_links_within_lead_somewhere() -> None:
    titles = re.findall(r"^### (.+)$", README.read_text(), flags=re.MULTILINE)
    anchors = re.findall(r"\]\(#([^)]+)\)", README.read_text())
    assert anchors == [title.replace(" ", "-") for title in titles]


def test_what_on_may_name_is_told_where_scenarios_are_written() -> None:
    rows = [
        f"| `{component}` | `{action}` | {', '.join(one.types)} | {', '.join(that_may_be_named(one))} | {one.says} |"
        for component, actions in that_set_off({**EVENTS, ANY_CONSUMER: CONSUMER}).items()
        for action, one in actions.items()
    ]
    table = "\n".join(["| component | action | types | fields of its value | when |", "|---|---|---|---|---|", *rows])
    assert table in OF_CHAINS.read_text(), f"the table of events should be:\n{table}"


@pytest.mark.parametrize(("component", "action"), [(component, action) for component, action, _ in recorded()])
def test_an_event_says_what_it_is_and_so_does_each_of_its_fields(component: str, action: str) -> None:
    [one] = [one for *names, one in recorded() if names == [component, action]]
    assert one.says
    assert one.types
    assert all(field.says and field.kind.words for field in one.fields.values())


def test_no_component_has_an_action_of_the_consumers() -> None:
    """A reader that does not know a component yet takes it for a consumer, and must not be misled."""
    actions = {action for component in EVENTS.values() for action in component}
    assert not actions & set(CONSUMER)
