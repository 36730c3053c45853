"""The catalogues of faults and of checks: complete, up to date, and told on a terminal as in their READMEs."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from harness.checks import CHECKS
from harness.checks.model.precedence import PRECEDENCE
from harness.faults import FAULTS
from harness.report.catalogue.faults import catalogue, entry
from harness.report.catalogue.show_faults import show_entry, show_table

HARNESS = Path(__file__).parents[2] / "harness"
READMES = {"faults": HARNESS / "faults/README.md", "checks": HARNESS / "checks/README.md"}
NAMES = {"faults": FAULTS, "checks": CHECKS}
EACH = pytest.mark.parametrize("kind", READMES)


def said(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def on_terminal(show: object, told: object) -> str:
    out = io.StringIO()
    show(Console(file=out, width=100), told)  # type: ignore[operator]
    return out.getvalue()


@EACH
def test_the_readme_is_what_the_command_prints_now(kind: str) -> None:
    assert READMES[kind].read_text() == said(kind, "--markdown").stdout, (
        f"it is out of date: harness {kind} --markdown > harness/{kind}/README.md"
    )


@EACH
def test_its_links_lead_somewhere(kind: str) -> None:
    text = READMES[kind].read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (READMES[kind].parent / target).is_file(), target
    titles = set(re.findall(r"^## (.+)$", text, re.MULTILINE))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) == set(NAMES[kind]) == titles & set(NAMES[kind])


@EACH
def test_the_table_names_every_one(kind: str) -> None:
    shown = said(kind).stdout
    assert all(re.search(rf"^ {name} ", shown, re.MULTILINE) for name in NAMES[kind])


@pytest.mark.parametrize(
    ("kind", "wrong", "near"), [("faults", "flip_bits", "flip_bit"), ("checks", "on_tine", "on_time")]
)
def test_an_unknown_name_is_told_with_the_nearest_one(kind: str, wrong: str, near: str) -> None:
    ended = said(kind, wrong)
    assert (ended.returncode, ended.stdout) == (4, "")
    assert f"unknown {kind[:-1]} '{wrong}'. Did you mean '{near}'?" in ended.stderr


def test_every_fault_has_a_page_with_a_scenario_and_parameters_that_a_file_can_write() -> None:
    pages = catalogue()
    assert [one.name for one in pages] == sorted(FAULTS)
    for one in pages:
        assert one.about.endswith("."), one.name
        assert one.scenarios, one.name
        assert all(parameter.values for parameter in one.parameters), one.name


def test_a_page_says_what_is_known_of_a_fault() -> None:
    told = entry("truncate_file")
    assert [(one.name, one.default) for one in told.parameters][:4] == [
        ("file", None),
        ("keep", None),
        ("from", "none"),
        ("manifest", "true_one"),
    ]
    assert told.parameters[1].values == 'a part such as "50%" or "1234 bytes"'
    assert "curl" in told.seen["length: declared"]["refuses"]
    assert ("delivery/half_a_file.yaml", "recovered") in [(one.path, one.outcome) for one in told.scenarios]
    shown = on_terminal(show_entry, told)
    assert all(part in shown for part in (told.about, "Stands for", "A sound chain", "half_a_file.yaml: recovered"))
    assert "where: exact, inside_record, record_boundary" in shown


def test_the_table_of_faults_names_what_can_notice_each() -> None:
    assert "business date" in on_terminal(show_table, catalogue())


def test_a_page_says_what_a_check_makes_of_a_night_and_what_it_does_not_verify() -> None:
    shown = said("checks", "bounded_attempts").stdout
    assert shown.startswith("bounded_attempts  Each job is launched at most as often as")
    assert re.search(r"^Violated\n  the night is degraded,", shown, re.MULTILINE)
    assert re.search(r"^Does not verify\n  that a pause grows", shown, re.MULTILINE)


def test_a_check_that_does_not_say_what_all_of_them_say_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "terse.py"
    file.write_text(
        "from harness import Finding, Outcome, check\n"
        "@check('terse', violated=Outcome.CONTAINED)\n"
        "def terse(night, baseline):\n"
        "    return Finding.holds('yes')\n"
    )
    refused = said("checks", "terse", "--load", str(file))
    assert refused.returncode == 4
    assert (
        "check 'terse': terse.terse: found no 'Applies:' in its docstring, expected what must hold," in refused.stderr
    )


def test_the_order_of_judging_is_in_the_readme_of_the_checks_rule_by_rule() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \| (\w+) \|$", READMES["checks"].read_text(), re.MULTILINE)
    told = [(str(place), rule.there_is, str(rule.outcome)) for place, rule in enumerate(PRECEDENCE, start=1)]
    assert rows == told
