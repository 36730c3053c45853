"""The catalogue of faults: complete, up to date, and told on a terminal as in its README."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from harness.catalogue import catalogue, page
from harness.errors import AuthorError
from harness.faults import FAULTS
from harness.report.faults import markdown, show_page, show_table

README = Path(__file__).parents[1] / "harness/faults/README.md"
COMMAND = "harness faults --markdown > harness/faults/README.md"


def said(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness.cli", "faults", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def on_terminal(show: object, told: object) -> str:
    out = io.StringIO()
    show(Console(file=out, width=100), told)  # type: ignore[operator]
    return out.getvalue()


def test_the_readme_is_what_the_faults_say_now() -> None:
    assert README.read_text() == markdown(catalogue()), f"it is out of date: {COMMAND}"


@pytest.mark.exhaustive
def test_the_command_prints_the_readme() -> None:
    assert said("--markdown").stdout == README.read_text()


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README.read_text()):
        assert (README.parent / target).is_file(), target
    anchors = set(re.findall(r"\]\(#([^)]+)\)", README.read_text()))
    assert anchors == set(FAULTS) == set(re.findall(r"^## (\w+_\w+)$", README.read_text(), re.MULTILINE))


def test_every_fault_has_a_page_with_a_scenario_and_parameters_that_a_file_can_write() -> None:
    pages = catalogue()
    assert [one.name for one in pages] == sorted(FAULTS)
    for one in pages:
        assert one.about.endswith("."), one.name
        assert one.scenarios, one.name
        assert all(parameter.values for parameter in one.parameters), one.name


def test_a_page_says_what_is_known_of_a_fault() -> None:
    told = page("truncate_file")
    assert [(one.name, one.default) for one in told.parameters][:3] == [
        ("file", None),
        ("keep", None),
        ("manifest", "true_one"),
    ]
    assert told.parameters[1].values == 'a part such as "50%" or "1234 bytes"'
    assert "curl" in told.seen["length: declared"]["refuses"]
    assert ("delivery/half_a_file.yaml", "recovered") in [(one.path, one.outcome) for one in told.scenarios]
    shown = on_terminal(show_page, told)
    assert all(part in shown for part in (told.about, "Stands for", "A sound chain", "half_a_file.yaml: recovered"))
    assert "where: exact, inside_record, record_boundary" in shown


def test_the_table_names_every_fault_and_its_controls() -> None:
    shown = on_terminal(show_table, catalogue())
    assert all(name in shown for name in FAULTS)
    assert "business date" in shown


def test_an_unknown_fault_is_told_with_the_nearest_one() -> None:
    with pytest.raises(AuthorError, match=r"unknown fault 'flip_bits'. Did you mean 'flip_bit'\?"):
        page("flip_bits")
    ended = said("flip_bits")
    assert (ended.returncode, ended.stdout) == (4, "")
    assert "Did you mean 'flip_bit'?" in ended.stderr
