"""A check that a user registers decides like ours: in pytest, in `harness run`, and when a night is judged again."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from harness.history import History
from harness.testing.histories import BEGIN, Line
from tests.checks.nights import calm, launched, night
from tests.runs import WITHOUT

pytest_plugins = ["pytester"]

TOP = Path(__file__).parents[2]
[SHOWN] = re.findall(
    r"^```python\n(.*?)^```$", (TOP / "harness/checks/README.md").read_text(), re.DOTALL | re.MULTILINE
)
"""The check that the README of the checks shows: no job is launched more than twice."""

RECOVERS = f"""
scenario: a launch failure is restarted twice
chain: {TOP / "fixtures/chains/planning_feed/chain.yaml"}
night: 2026-11-23
faults:
  - launch_failure: {{job: retrieve, times: 2}}
expect:
  outcome: recovered
"""
VERDICT = "expected recovered, found degraded: started_twice_at_most: a job was launched more than twice"


def harness(pytester: pytest.Pytester, *arguments: object) -> pytest.RunResult:
    return pytester.run(Path(sys.executable).parent / "harness", *map(str, arguments))


def test_a_violated_check_of_a_conftest_fails_the_scenario_and_the_printed_command_repeats_that(
    pytester: pytest.Pytester,
) -> None:
    pytester.makefile(".yaml", night=RECOVERS)
    pytester.makeconftest(SHOWN)
    result = pytester.runpytest_subprocess(*(f"-pno:{plugin}" for plugin in WITHOUT))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*{VERDICT}", "*violated  started_twice_at_most: *", "*often (1): retrieve*"])
    line = next(line for line in result.outlines if line.startswith("repeat it:"))  # where CI is set, twice
    program, *arguments = line.removeprefix("repeat it:").split()
    assert arguments[-2:] == ["--load", str(pytester.path / "conftest.py")]
    again = harness(pytester, *arguments)
    assert (program, again.ret) == ("harness", 1)
    again.stderr.fnmatch_lines([f"*{VERDICT}"])


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, Path]:
    """Histories of a night in which a job was launched three times, as its chain allows, and of its baseline."""
    end: Line = ("12:00:00", "night", "end info", {"reason": "asked"})
    again = [*launched("01:50:00", "retrieve"), *launched("01:55:00", "retrieve")]
    files = tmp_path / "night.jsonl", tmp_path / "baseline.jsonl"
    histories: tuple[History, History] = night(*again, *calm(), end), night(*calm(), end)
    for file, history in zip(files, histories, strict=True):
        history.write(file)
    assert BEGIN["jobs"]["retrieve"]["launches"] == 3
    return files


def test_a_night_is_judged_again_with_it(pytester: pytest.Pytester, kept: tuple[Path, Path]) -> None:
    harness(pytester, "judge", *kept).stdout.fnmatch_lines(["recovered: *"])
    file = pytester.makepyfile(own=SHOWN)
    judged = harness(pytester, "judge", *kept, "--load", file)
    assert judged.ret == 0
    judged.stdout.fnmatch_lines(
        ["degraded: started_twice_at_most: a job was launched more than twice", "  violated  started_twice_at_most: *"]
    )


def test_it_may_import_its_neighbours(pytester: pytest.Pytester, kept: tuple[Path, Path]) -> None:
    pytester.mkpydir("ours")
    (pytester.path / "ours/limits.py").write_text("LIMIT = 2\n")
    file = pytester.makepyfile(own="from ours.limits import LIMIT\n" + SHOWN.replace("> 2", "> LIMIT"))
    assert harness(pytester, "judge", *kept, "--load", file).outlines[0].startswith("degraded: ")


def test_a_file_that_another_one_has_imported_is_not_run_again(
    pytester: pytest.Pytester, kept: tuple[Path, Path]
) -> None:
    pytester.makepyfile(both="import own", own=SHOWN)
    files = ("--load", pytester.path / "both.py", "--load", pytester.path / "own.py")
    judged = harness(pytester, "judge", *kept, *files)
    assert judged.outlines[0].startswith("degraded: ")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("absent.py", None, "--load: found no file absent.py, expected one that registers faults, checks or formats"),
        ("own.txt", "", "--load: own.txt: expected a Python file, with a name that ends in .py"),
        ("own.py", "1 / 0", "--load: own.py: ZeroDivisionError: division by zero ("),
        ("own.py", "from harness import check\ncheck('x')", "--load: own.py: check 'x': found no violated=, expected"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_the_authors_mistake(
    pytester: pytest.Pytester, name: str, text: str | None, said: str
) -> None:
    if text is not None:
        (pytester.path / name).write_text(text)
    ended = harness(pytester, "checks", "--load", name)
    assert ended.ret == 4
    assert ended.outlines == []
    assert ended.stderr.str().startswith(said)


def test_a_module_may_be_named_instead_of_a_file(pytester: pytest.Pytester, kept: tuple[Path, Path]) -> None:
    pytester.mkpydir("ours")
    (pytester.path / "ours/own.py").write_text(SHOWN)
    judged = harness(pytester, "judge", *kept, "--load", "ours.own")
    assert judged.outlines[0].startswith("degraded: ")
    missing = harness(pytester, "judge", *kept, "--load", "ours.gone")
    assert missing.ret == 4
    missing.stderr.fnmatch_lines(["--load: ours.gone: ModuleNotFoundError: No module named 'ours.gone'; expected a *"])
